"""Two clinics and a central: whatever way the sticks went, the same state; and nothing vanishes."""

from functools import partial

import pytest
import sqlalchemy as sa

from clinic_desktop.exchange.merge import applying
from clinic_desktop.features.bundles.queries import conflicts, findings, waiting
from clinic_desktop.features.bundles.service import settling
from clinic_desktop.features.consults.records.encounters import ConsultNote
from clinic_desktop.features.medication.records.formulary import Medicine
from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.patients.queries.search import find as find_people
from clinic_desktop.features.patients.records import Allergy, Patient
from clinic_desktop.features.patients.service import filing
from clinic_desktop.storage import ledger
from tests.makers.network import Network
from tests.makers.people import allergy, change, medicine, note, register, void
from tests.makers.state import of_site, whole


def test_the_central_gets_what_a_clinic_wrote_and_says_so(network: Network) -> None:
    clinic = network.clinics[0]
    patient = clinic.do(register())
    clinic.do(note(patient))
    assert clinic.ask(waiting.waiting).new == 3
    network.round()
    assert of_site(network.central, clinic) == of_site(clinic, clinic)
    state = clinic.ask(waiting.confirmed)
    assert state.until is not None and state.missing == ()
    assert clinic.ask(waiting.waiting).new == 0


def test_the_same_changes_travel_again_until_the_receipt_comes(network: Network) -> None:
    clinic = network.clinics[0]
    clinic.do(register())
    lost = clinic.export()
    clinic.do(register(given_names="Ana"))
    again = clinic.export()
    assert again.segments == lost.segments + 1
    network.central.merge(again.path)
    assert of_site(network.central, clinic) == of_site(clinic, clinic)
    clinic.accept(network.central.answer()["Clínica 1"])
    assert clinic.export().segments == 0


def test_merging_twice_changes_nothing(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    first = clinic.export().path
    central.merge(first)
    central.do(change(patient, phone="2"))
    clinic.do(change(patient, phone="1"))
    second = clinic.export().path
    central.merge(second)
    before, ledger = whole(central), central.sql("SELECT count(*) FROM ledger")
    report = central.merge(first, second)
    assert [f.read_before for f in report.files] == [True, True]
    assert (whole(central), central.sql("SELECT count(*) FROM ledger")) == (before, ledger)


def test_a_file_under_another_name_with_known_segments_changes_nothing(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    clinic.do(register())
    central.merge(clinic.export().path)
    before = whole(central)
    report = central.merge(clinic.export().path)
    assert (report.files[0].new_segments, report.files[0].known_segments) == (0, 1)
    assert whole(central) == before


def test_different_fields_come_together_and_nobody_is_asked(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    clinic.do(change(patient, phone="5555", community="Pulay"))
    central.do(change(patient, mother_name="Juana"))
    network.round()
    network.round()
    assert of_site(central, clinic) == of_site(clinic, clinic)
    assert central.ask(conflicts.count_conflicts) == 0
    values = clinic.sql("SELECT phone, community, mother_name FROM patient")
    assert values == [("5555", "Pulay", "Juana")]


def test_the_same_field_is_a_conflict_at_both_places_with_who_and_where(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    clinic.do(change(patient, given_names="María Ixchel"))
    central.do(change(patient, family_name="Tzoc Pérez"))
    network.round()
    for office in (central, clinic):
        (found,) = office.ask(conflicts.open_conflicts)
        assert (found.unit, found.blocking, found.waiting) == ("name", True, False)
        assert {side.site_name for side in found.sides} == {"Oficina central", "Clínica 1"}
        assert {side.author_id for side in found.sides} == {clinic.actor.staff_id, central.actor.staff_id}
        assert office.ask(partial(people.header, patient_id=patient)).doubted == ("name",)
    assert of_site(central, clinic) == of_site(clinic, clinic)


def test_what_a_person_settled_travels_and_ends_the_conflict(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    clinic.do(change(patient, phone="1"))
    central.do(change(patient, phone="2"))
    network.round()
    (found,) = clinic.ask(conflicts.open_conflicts)
    for side in found.sides:
        keep = partial(settling.settle_conflict, table="patient", row_id=patient, unit="phone")
        if side.values[0] == clinic.sql("SELECT phone FROM patient")[0][0]:
            clinic.do(partial(keep, values=side.values, seen=found.sides))
    assert clinic.ask(conflicts.count_conflicts) == 0
    network.round()
    assert central.ask(conflicts.count_conflicts) == clinic.ask(conflicts.count_conflicts) == 0
    assert of_site(central, clinic) == of_site(clinic, clinic)


def test_segments_out_of_order_wait_for_the_missing_one_and_then_agree(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    first = clinic.export().path
    central.merge(first)
    clinic.accept(central.answer()["Clínica 1"])
    clinic.do(change(patient, phone="1"))
    second = clinic.export().path
    # The central answers a second bundle that it then loses: only the third brings what follows.
    central.save_copy("before")
    central.merge(second)
    clinic.accept(central.answer()["Clínica 1"])
    clinic.do(change(patient, phone="2"))
    third = clinic.export().path
    central.restore("before")
    report = central.merge(third)
    assert [(g.after, g.before) for g in report.gaps] == [(1, 3)]
    assert central.ask(conflicts.count_conflicts) == 0, "it waits; it is not yet a conflict"
    central.merge(second)
    assert not central.ask(findings.findings)
    assert of_site(central, clinic) == of_site(clinic, clinic)


def test_a_restored_clinic_gets_back_what_any_bundle_held(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    first = clinic.do(register())
    network.round()
    clinic.save_copy("yesterday")
    clinic.do(change(first, phone="77"))
    clinic.do(register(given_names="Ana"))
    central.merge(clinic.export().path)
    epoch = clinic.vault.place.epoch
    clinic.restore("yesterday")
    assert clinic.vault.place.epoch != epoch
    clinic.do(register(given_names="Rosa"))
    network.round()
    network.round()
    assert of_site(central, clinic) == of_site(clinic, clinic)
    assert clinic.sql("SELECT count(*), max(phone) FROM patient") == [(3, "77")]
    numbers = [n for (n,) in clinic.sql("SELECT number FROM patient")]
    assert len(set(numbers)) == 3, "no printed number is issued twice"


def test_an_unsent_row_of_a_backup_is_sent_twice_and_is_one_row(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    clinic.save_copy("unsent")
    clinic.do(change(patient, phone="after the backup", community="Pulay"))
    central.merge(clinic.export().path)
    clinic.restore("unsent")
    clinic.do(change(patient, mother_name="Juana", community="Salquil"))
    network.round()
    network.round()
    assert of_site(central, clinic) == of_site(clinic, clinic)
    (found,) = central.ask(conflicts.open_conflicts)
    assert found.unit == "address", "what only the lost state had stands beside what the restored one has"
    assert clinic.sql("SELECT mother_name, phone FROM patient") == [("Juana", "after the backup")]


def test_a_restored_central_asks_again_for_what_it_lost(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    central.save_copy("before")
    clinic.do(register())
    network.round()
    assert clinic.export().segments == 0
    central.restore("before")
    clinic.accept(central.answer()["Clínica 1"])
    bundle = clinic.export()
    assert bundle.segments == 1
    central.merge(bundle.path)
    assert of_site(central, clinic) == of_site(clinic, clinic)


def test_a_restored_central_gets_back_what_it_had_written_itself(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    central.save_copy("before")
    central.do(change(patient, phone="from the central"))
    network.round()
    central.restore("before")
    assert central.sql("SELECT phone FROM patient") == [(None,)]
    network.round()
    network.round()
    assert central.sql("SELECT phone FROM patient") == [("from the central",)]
    assert of_site(central, clinic) == of_site(clinic, clinic)


def test_a_clinic_holds_no_people_of_another(network: Network) -> None:
    first, second = network.clinics
    first.do(register())
    second.do(register())
    network.round()
    network.round()
    assert network.central.sql("SELECT count(*) FROM patient") == [(2,)]
    for clinic in (first, second):
        assert clinic.sql("SELECT count(*) FROM patient") == [(1,)]


def test_what_the_central_owns_reaches_every_clinic_and_a_clinics_edit_is_a_proposal(network: Network) -> None:
    first, second = network.clinics
    found = network.central.do(medicine("Sertralina"))
    network.round()
    first.do(change(found, Medicine, name="Sertralina (mía)"))
    network.round()
    names = [office.sql("SELECT name FROM medicine")[0][0] for office in (network.central, first, second)]
    assert names == ["Sertralina", "Sertralina (mía)", "Sertralina"]
    network.central.do(change(found, Medicine, name="Sertralina 50"))
    network.round()
    assert {office.sql("SELECT name FROM medicine")[0][0] for office in network.all()} == {"Sertralina 50"}


def test_adding_to_a_set_wins_over_taking_back_unseen(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    found = clinic.do(allergy(patient, "penicilina"))
    network.round()
    central.do(void(found, Allergy))
    clinic.do(change(found, Allergy, reaction="ronchas"))
    network.round()
    network.round()
    assert of_site(central, clinic) == of_site(clinic, clinic)
    assert clinic.sql("SELECT reaction, voided_at FROM allergy") == [("ronchas", None)]
    assert central.ask(conflicts.count_conflicts) == 0


def test_voiding_what_somebody_still_edits_asks_a_person_and_keeps_the_record(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    central.do(void(patient))
    clinic.do(change(patient, phone="1"))
    network.round()
    for office in (central, clinic):
        (found,) = office.ask(conflicts.open_conflicts)
        assert found.unit == "void"
        assert office.sql("SELECT voided_at FROM patient") == [(None,)]


def test_after_merges_conflicts_and_decisions_the_ledger_still_vouches_for_every_row(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    clinic.do(change(patient, phone="1"))
    central.do(change(patient, phone="2", community="Pulay"))
    network.round()
    (found,) = central.ask(conflicts.open_conflicts)
    keep = partial(settling.settle_conflict, table="patient", row_id=patient, unit="phone")
    central.do(partial(keep, values=found.sides[1].values, seen=found.sides))
    network.round()
    for office in (central, clinic):
        assert office.do(lambda work: list(ledger.stale_rows(work.cursor))) == []
        assert office.do(lambda work: ledger.broken_at(work.cursor)) is None


def test_a_final_row_with_another_content_is_a_finding_and_ours_stays(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    signed = clinic.do(note(patient, "Duerme mejor."))
    clinic.save_copy("unsent")
    central.merge(clinic.export().path)
    clinic.restore("unsent")
    # Somebody with a tool changes the signed note in the backup, past every trigger.
    clinic.do(lambda work: _tamper(work, signed))
    network.round()
    assert central.sql("SELECT sections FROM consult_note")[0][0] == '{"plan":"Duerme mejor."}'
    assert "different-final" in {f.kind for f in central.ask(findings.findings)}


def _tamper(work, row_id: str) -> None:
    work.cursor.execute("INSERT INTO erasure_guard (id) VALUES (?)", (row_id,))
    work.cursor.execute('UPDATE consult_note SET sections = \'{"plan":"otra cosa"}\' WHERE id = ?', (row_id,))
    work.cursor.execute("DELETE FROM erasure_guard")
    assert work.session.get(ConsultNote, row_id) is not None


def test_a_clock_in_the_future_is_flagged_and_beaten_by_who_saw_it(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    clinic.clock.advance(days=36500)
    clinic.do(change(patient, phone="2126"))
    bundle = clinic.export().path
    central.clock.advance(days=-36500)
    central.merge(bundle)
    assert "clock" in {f.kind for f in central.ask(findings.findings)}
    central.do(change(patient, phone="now"))
    network.round()
    assert clinic.sql("SELECT phone FROM patient") == [("now",)]
    assert of_site(central, clinic) == of_site(clinic, clinic)


def test_soft_doubles_and_orphans_are_questions_not_errors(network: Network) -> None:
    from tests.makers.people import note as sign

    clinic, central = network.clinics[0], network.central
    first = clinic.do(register())
    clinic.do(register(given_names="Ana"))
    clinic.do(lambda work: work.session.execute(sa.update(Patient).values(number="CLA-AA00001-X")) and None)
    clinic.do(sign(first))
    central.merge(clinic.export().path)
    (double,) = central.ask(findings.same_numbers)
    assert len(double.patient_ids) == 2
    assert central.ask(findings.orphans) == ()


def test_a_room_is_told_what_a_merge_brought_inside_its_transaction(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic, central = network.clinics[0], network.central
    monkeypatch.setattr(applying, "after_merge", [filing.after_merge])
    patient = clinic.do(register(given_names="Ixchel"))
    central.merge(clinic.export().path)
    assert [f.patient_id for f in central.ask(lambda r: find_people(r, "ixchel"))] == [patient]
