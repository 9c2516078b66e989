"""A person who comes to two clinics: by their own yes the record goes to both, and everybody agrees on it."""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic_desktop.app import wiring
from clinic_desktop.exchange.erasure import belonging, personal
from clinic_desktop.exchange.format.shape import shapes
from clinic_desktop.exchange.records import FindingKind
from clinic_desktop.features.bundles.queries import conflicts, findings
from clinic_desktop.features.bundles.rules.sharing import NotAgreed, OnlyAtTheCentral, ReasonForTakingBack
from clinic_desktop.features.bundles.service import entitled, settling, sharing
from clinic_desktop.features.patients.queries.restricted import ReservedRecord
from clinic_desktop.features.patients.records import Allergy, Consent, Patient
from clinic_desktop.features.patients.rules.consents import ConsentAnswer, ConsentPurpose
from clinic_desktop.features.patients.rules.patient import LinkKind
from clinic_desktop.features.patients.service.linking import keep_link
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Actor, Work
from tests.exchange.conftest import MakeNetwork
from tests.makers.network import Network, Office, enrol, make_office
from tests.makers.people import allergy, change, note, register, void

Operations = list[tuple[Any, ...]]


@pytest.fixture(autouse=True)
def _wired() -> None:
    wiring.fill()


def says(patient_id: str, answer: ConsentAnswer = ConsentAnswer.GIVEN, step: int = 1) -> Callable[[Work], str]:
    def add(work: Work) -> str:
        return work.add(Consent(
            origin_site_id=work.load(Patient, patient_id).origin_site_id, patient_id=patient_id,
            purpose=ConsentPurpose.OUR_CLINIC, answer=answer, step=step, decided_on=date(2026, 11, 23),
        )).id  # fmt: skip

    return add


def site(office: Office) -> str:
    return office.vault.place.site_id


def of_person(office: Office, patient_id: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything of somebody that goes along, as it is here, with every operation under its own stamp."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    rows = sorted(office.ask(lambda r: list(_rows(r, patient_id))))
    for table, row_id in rows:
        shape = shapes()[table]
        found.setdefault(table, []).extend(
            office.sql(f"SELECT id, {shape.listed()} FROM {table} WHERE id = ?", (row_id,))
        )
        found.setdefault("operations", []).extend(_operations(office, table, row_id))
    found["open conflicts"] = office.sql(
        "SELECT tbl, id, unit, blocking, waiting, sides FROM open_conflict ORDER BY 1, 2, 3"
    )
    return found


def _rows(asker: Any, patient_id: str) -> Any:
    return belonging.rows_of(asker, entitled.ways(), patient_id)


def _operations(office: Office, table: str, row_id: str) -> Operations:
    return sorted(office.sql(
        "SELECT f.tbl, f.id, f.unit, f.hlc, coalesce(s.device_id, n.device_id), coalesce(s.epoch, n.epoch),"
        " coalesce(s.number, n.number), f.author_id, f.value, f.prev, f.seen, f.made FROM field_op f"
        " LEFT JOIN segment s ON s.key = f.segment_key LEFT JOIN stamp_name n ON n.key = f.segment_key"
        " WHERE f.tbl = ? AND f.id = ?", (table, row_id)))  # fmt: skip


def agree(network: Network, patient_id: str, *offices: Office) -> None:
    expected = of_person(network.central, patient_id)
    for office in offices or network.clinics:
        assert of_person(office, patient_id) == expected, office.name


def rounds(network: Network, count: int = 2) -> None:
    for _ in range(count):
        network.round()


@pytest.fixture
def moved(network: Network) -> str:
    """Somebody of the first clinic who said yes, with a note and an allergy, and is shared with the second."""
    home = network.clinics[0]
    patient = home.do(register())
    home.do(note(patient))
    home.do(allergy(patient, "penicilina"))
    home.do(change(patient, phone="5555"))
    consent = home.do(says(patient))
    network.round()
    network.central.do(shared(patient, site(network.clinics[1]), consent))
    rounds(network)
    return patient


def shared(patient: str, to: str, consent: str | None, share_id: str | None = None) -> Callable[[Work], str]:
    made = share_id or new_id()
    return partial(
        sharing.share, share_id=made, patient_id=patient, to_site_id=to, consent_id=consent, reason="se mudó"
    )


def test_a_moved_person_arrives_whole_and_is_the_same_at_all_three(network: Network, moved: str) -> None:
    agree(network, moved)
    second = network.clinics[1]
    assert second.sql("SELECT given_names, phone FROM patient") == [("María", "5555")]
    assert [n for (n,) in second.sql("SELECT count(*) FROM consult_note")] == [1]
    assert second.sql("SELECT substance FROM allergy") == [("penicilina",)]
    assert not network.central.ask(findings.findings)


def test_what_either_clinic_writes_reaches_the_other(network: Network, moved: str) -> None:
    first, second = network.clinics
    second.do(allergy(moved, "ácaros"))
    second.do(note(moved, "Come bien."))
    second.do(change(moved, community="Pulay"))
    first.do(change(moved, mother_name="Juana"))
    network.central.do(allergy(moved, "polvo"))
    rounds(network)
    agree(network, moved)
    assert sorted(first.sql("SELECT substance FROM allergy")) == [("penicilina",), ("polvo",), ("ácaros",)]
    assert first.sql("SELECT community, mother_name FROM patient") == [("Pulay", "Juana")]
    (made_at_second,) = first.sql("SELECT id FROM allergy WHERE substance = 'ácaros'")[0]
    first.do(void(made_at_second, Allergy))
    rounds(network)
    agree(network, moved)
    assert not network.central.ask(findings.findings)


def test_two_who_change_the_same_field_are_a_conflict_at_all_three_and_settling_it_travels(
    network: Network, moved: str
) -> None:
    first, second = network.clinics
    first.do(change(moved, phone="1"))
    second.do(change(moved, phone="2"))
    rounds(network)
    agree(network, moved)
    for office in network.all():
        (found,) = office.ask(conflicts.open_conflicts)
        assert (found.unit, found.waiting) == ("phone", False)
        assert {side.site_name for side in found.sides} == {"Clínica 1", "Clínica 2"}
    (found,) = second.ask(conflicts.open_conflicts)
    keep = partial(settling.settle_conflict, table="patient", row_id=moved, unit="phone", seen=found.sides)
    second.do(partial(keep, values=found.sides[1].values))
    rounds(network)
    agree(network, moved)
    assert [office.ask(conflicts.count_conflicts) for office in network.all()] == [0, 0, 0]


def test_taking_back_against_a_change_asks_at_all_three(network: Network, moved: str) -> None:
    first, second = network.clinics
    (row,) = first.sql("SELECT id FROM allergy")[0]
    first.do(void(row, Allergy))
    second.do(change(row, Allergy, reaction="ronchas"))
    rounds(network)
    agree(network, moved)


def test_sticks_lost_doubled_and_in_another_order_do_not_matter(network: Network, moved: str) -> None:
    first, second = network.clinics
    early = [first.export().path, second.export().path]
    second.do(change(moved, phone="2"))
    late = second.export().path
    first.do(change(moved, community="Pulay"))
    network.central.merge(late, *early, first.export().path)
    lost = network.central.answer()
    network.central.do(change(moved, mother_name="Juana"))
    kept = network.central.answer()
    first.accept(kept["Clínica 1"], lost["Clínica 1"])
    second.accept(kept["Clínica 2"], kept["Clínica 2"])
    second.accept(lost["Clínica 2"])
    rounds(network)
    agree(network, moved)


def test_without_a_yes_nothing_goes(network: Network) -> None:
    first, second = network.clinics
    patient = first.do(register())
    network.round()
    for consent in (None, "00000000-0000-7000-8000-000000000000"):
        with pytest.raises(NotAgreed):
            network.central.do(shared(patient, site(second), consent))
    no = first.do(says(patient, ConsentAnswer.REFUSED))
    network.round()
    with pytest.raises(NotAgreed):
        network.central.do(shared(patient, site(second), no))
    with pytest.raises(OnlyAtTheCentral):
        first.do(shared(patient, site(second), no))
    rounds(network)
    assert second.sql("SELECT id FROM patient") == []


def test_the_yes_in_another_record_of_the_same_person_counts(network: Network) -> None:
    first, second = network.clinics
    old = first.do(register())
    first.do(note(old))
    new = second.do(register())
    consent = second.do(says(new))
    network.round()
    network.central.do(partial(keep_link, kind=LinkKind.SAME, first=old, second=new))
    network.central.do(shared(old, site(second), consent))
    rounds(network)
    agree(network, old, second)
    assert second.sql("SELECT kind FROM patient_link") == [("same",)]
    assert first.sql("SELECT id FROM patient") == [(old,)], "the other record was not shared"


def test_taken_back_nothing_more_goes_and_what_was_sent_may_still_be_changed(network: Network, moved: str) -> None:
    first, second = network.clinics
    (share_id,) = network.central.sql("SELECT id FROM record_share")[0]
    with pytest.raises(ReasonForTakingBack):
        network.central.do(partial(sharing.take_back, share_id=share_id, reason=" "))
    first.do(allergy(moved, "polvo"))
    network.central.merge(first.export().path)
    network.central.do(partial(sharing.take_back, share_id=share_id, reason="ya no viene"))
    first.do(change(moved, phone="9"))
    second.do(change(moved, community="Pulay"))
    rounds(network)
    assert second.sql("SELECT phone, community FROM patient") == [("5555", "Pulay")]
    assert second.sql("SELECT substance FROM allergy") == [("penicilina",)]
    assert second.sql("SELECT void_reason FROM record_share") == [("ya no viene",)], "that it ended is known there"
    assert first.sql("SELECT phone, community FROM patient") == [("9", "Pulay")]
    agree(network, moved, first)
    assert not network.central.ask(findings.findings)


def test_who_takes_the_yes_back_is_sent_no_more_and_a_new_yes_sends_everything_again(
    network: Network, moved: str
) -> None:
    first, second = network.clinics
    first.do(says(moved, ConsentAnswer.WITHDRAWN, 2))
    network.round()
    first.do(change(moved, phone="9"))
    rounds(network)
    assert second.sql("SELECT phone FROM patient") == [("5555",)]
    first.do(says(moved, ConsentAnswer.GIVEN, 3))
    rounds(network)
    agree(network, moved)
    assert second.sql("SELECT phone FROM patient") == [("9",)]


def test_a_reserved_record_is_shared_only_by_who_may_open_it(network: Network) -> None:
    first, second = network.clinics
    patient = first.do(register(restricted=True, restricted_as="1"))
    consent = first.do(says(patient))
    network.round()
    central = network.central
    desk = Actor(central.actor.staff_id, central.name, frozenset(Permission) - {Permission.OPEN_RESTRICTED})
    with pytest.raises(ReservedRecord):
        central.vault.do(shared(patient, site(second), consent), desk)
    central.do(shared(patient, site(second), consent))
    rounds(network)
    agree(network, patient)


def test_what_was_told_in_confidence_stays_where_it_was_told(network: Network) -> None:
    first, second = network.clinics
    patient = first.do(register())
    first.do(note(patient, "Contó.", "told-trauma"))
    first.do(note(patient))
    consent = first.do(says(patient))
    network.round()
    network.central.do(shared(patient, site(second), consent))
    rounds(network)
    assert len(second.sql("SELECT id FROM consult_note")) == 1
    assert len(first.sql("SELECT id FROM consult_note")) == 2


def test_a_clinic_that_was_not_sent_a_record_may_not_change_it(network: Network, moved: str) -> None:
    first, second = network.clinics
    other = first.do(register(given_names="Ana"))
    rounds(network)
    assert second.sql("SELECT id FROM patient WHERE id = ?", (other,)) == []
    # Somebody there puts the row in by hand and changes it.
    columns = ", ".join(f'"{c}"' for c in ("id", *shapes()["patient"].columns))
    (row,) = network.central.sql(f"SELECT {columns} FROM patient WHERE id = ?", (other,))

    def forge(work: Work) -> None:
        marks = ", ".join("?" * len(row))
        work.cursor.execute("UPDATE capture_state SET off = 1")
        work.cursor.execute(f"INSERT INTO patient ({columns}) VALUES ({marks})", row)
        work.cursor.execute("UPDATE capture_state SET off = 0")

    second.do(forge)
    second.do(change(other, phone="666"))
    rounds(network)
    assert network.central.sql("SELECT phone FROM patient WHERE id = ?", (other,)) == [(None,)]
    assert [found.kind for found in network.central.ask(findings.findings)] == [FindingKind.NO_RIGHT]


def test_a_restored_clinic_gets_the_shared_record_again(network: Network, moved: str) -> None:
    first, second = network.clinics
    second.save_copy("before")
    second.do(change(moved, community="Pulay"))
    first.do(change(moved, phone="8"))
    rounds(network)
    second.restore("before")
    rounds(network)
    agree(network, moved)


def test_a_restored_central_goes_on_sending(network: Network) -> None:
    first, second = network.clinics
    patient = first.do(register())
    consent = first.do(says(patient))
    network.round()
    network.central.save_copy("before")
    network.central.do(shared(patient, site(second), consent))
    rounds(network)
    first.do(change(patient, phone="8"))
    network.round()
    network.central.restore("before")
    second.do(change(patient, community="Pulay"))
    rounds(network, 3)
    agree(network, patient)
    assert second.sql("SELECT phone, community FROM patient") == [("8", "Pulay")]


def test_a_clinic_holds_nobody_else_s_people_beside_the_shared_ones(network: Network, moved: str) -> None:
    first, second = network.clinics
    first.do(note(first.do(register(given_names="Ana"))))
    own = second.do(register(given_names="Eva"))
    rounds(network)
    assert {i for (i,) in second.sql("SELECT id FROM patient")} == {moved, own}
    assert {i for (i,) in second.sql("SELECT DISTINCT patient_id FROM consult_note")} == {moved}


def test_taken_in_twice_nothing_changes(network: Network, moved: str) -> None:
    second = network.clinics[1]
    before = of_person(second, moved)
    network.central.do(partial(entitled.owe_again, people=[moved]))
    rounds(network)
    assert of_person(second, moved) == before


def test_a_copy_that_comes_before_the_segment_of_the_other_laptop_doubles_nothing(
    network: Network, moved: str, made_vault: Any, tmp_path: Path, clock: StillClock
) -> None:
    first, second = network.clinics
    place = tmp_path / "more"
    place.mkdir()
    header, opened = made_vault
    mate = make_office(place, opened, header, clock, "Clínica 1", "CLA", "clinic", 7, site_id=site(first))
    enrol(mate, network.central)
    network.clinics.append(mate)
    first.do(change(moved, phone="7"))
    network.central.merge(first.export().path)
    second.accept(network.central.answer()["Clínica 2"])
    second.do(change(moved, phone="8"))
    second.do(change(moved, community="Pulay"))
    network.central.merge(second.export().path)
    # Only what the central passes on reaches the mate first; then everything.
    mate.accept(network.central.answer()["Clínica 1"])
    rounds(network)
    agree(network, moved)
    taken = mate.sql("SELECT device_id, epoch, number, count(*) FROM segment GROUP BY 1, 2, 3 HAVING count(*) > 1")
    assert taken == [] and not network.central.ask(findings.findings)
    mate.do(change(moved, mother_name="Juana"))
    rounds(network)
    agree(network, moved)
    mate.close()
    network.clinics.remove(mate)


def test_every_table_that_can_be_about_a_person_goes_along_or_says_why_not() -> None:
    about = {link.table for link in personal.links()} | {"patient"}
    gone = set(entitled.ways()) | set(entitled.STAYS)
    assert about <= gone, sorted(about - gone)


QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
STEPS = st.lists(
    st.tuples(st.sampled_from(["phone", "community", "allergy", "void", "up", "down", "lose"]), st.integers(0, 2)),
    min_size=6,
    max_size=16,
)


def live_through(network: Network, steps: list[tuple[str, int]]) -> None:
    """Whatever the two clinics and the central did, and whichever sticks were lost: in the end all agree."""
    home = network.clinics[0]
    patient = home.do(register())
    consent = home.do(says(patient))
    network.round()
    network.central.do(shared(patient, site(network.clinics[1]), consent))
    rounds(network)
    for n, (what, where) in enumerate(steps):
        office = network.all()[where]
        if what in ("phone", "community"):
            values: Any = {what: f"{what} {n}"}
            office.do(change(patient, Patient, **values))
        elif what == "allergy":
            office.do(allergy(patient, f"polvo {n}"))
        elif what == "void":
            for (row_id,) in office.sql("SELECT id FROM allergy WHERE voided_at IS NULL ORDER BY id LIMIT 1"):
                office.do(void(row_id, Allergy))
        elif where == 0:
            network.central.answer()
        elif what == "up":
            network.central.merge(office.export().path)
        elif what == "lose":
            office.export()
        else:
            office.accept(network.central.answer()[office.name])
    rounds(network, 3)
    agree(network, patient)
    assert not network.central.ask(findings.findings)


@settings(max_examples=2, deadline=None, suppress_health_check=QUIET)
@given(steps=STEPS)
def test_whatever_the_clinics_do_they_agree_about_a_shared_person(make: MakeNetwork, steps: list[Any]) -> None:
    live_through(make(2), steps)


@pytest.mark.long
@settings(max_examples=60, deadline=None, suppress_health_check=QUIET)
@given(steps=STEPS)
def test_whatever_the_clinics_do_they_agree_about_a_shared_person_many_times(
    make: MakeNetwork, steps: list[Any]
) -> None:
    live_through(make(2), steps)
