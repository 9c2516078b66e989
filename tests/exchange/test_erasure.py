"""What was written of a person is erased, stays so whatever arrives later, and nobody else loses a letter."""

from datetime import date
from functools import partial
from pathlib import Path

import msgspec
import pytest

from clinic_desktop.app import wiring
from clinic_desktop.exchange.erasure import redacting
from clinic_desktop.exchange.erasure.erasing import ACT
from clinic_desktop.exchange.format import bundle, canonical, minisign, parts
from clinic_desktop.exchange.format.manifest import read_manifest
from clinic_desktop.exchange.merge import conflicts
from clinic_desktop.exchange.records import FindingKind
from clinic_desktop.exchange.steps import finish
from clinic_desktop.exchange.troubles import OnlyCentral
from clinic_desktop.exchange.trust.standing import standing
from clinic_desktop.features.bundles.queries import erasing as queries
from clinic_desktop.features.bundles.records.offices import Erasure
from clinic_desktop.features.bundles.service import erasing
from clinic_desktop.features.bundles.service.travel import own_identity
from clinic_desktop.features.patients.queries import people, restricted
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.files import DATABASE
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Actor, ReasonMissing, Work
from tests.makers.erasing import SECRET, cut, erase, in_bundle, is_in_file, person, rows_with, same, sound
from tests.makers.network import Network, Office
from tests.makers.people import change, note


@pytest.fixture(autouse=True)
def wired() -> None:
    wiring.fill()


def test_nothing_of_the_person_is_left_anywhere(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = person(clinic)
    network.round()
    central.do(change(patient, phone_note=f"preguntar por {SECRET}"))
    network.round()
    assert rows_with(clinic, SECRET) and rows_with(central, SECRET) and is_in_file(central, SECRET)
    erase(central, patient)
    network.round()
    for office in (clinic, central):
        assert rows_with(office, SECRET) == []
        finish(erasing.clean(office.vault, office.actor))
        assert not is_in_file(office, SECRET)
        assert (office.folder / f"{DATABASE}-wal").stat().st_size == 0
        assert not list((office.folder / "travel").iterdir())
        assert office.ask(lambda asker: asker.all(restricted.hidden_people(asker)))
        sound(office)
    assert not any(in_bundle(clinic, path, SECRET) for path in [central.answer()[clinic.vault.place.site_name]])


def test_a_cleaning_that_a_power_cut_prevented_is_done_at_the_next_merge_and_once(network: Network) -> None:
    central, clinic = network.central, network.clinics[0]
    patient = person(clinic)
    network.round()
    erase(central, patient)
    assert central.ask(erasing.is_cleaning_due)
    file = clinic.export().path
    central.merge(file)
    assert not central.ask(erasing.is_cleaning_due)
    central.merge(file)
    assert central.sql("SELECT count(*) FROM ledger WHERE act = ?", (erasing.CLEANED,)) == [(1,)]


def test_a_restored_clinic_does_not_bring_it_back_and_gets_emptied_parts(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = person(clinic)
    clinic.save_copy("before")
    old = clinic.export().path
    network.round()
    erase(central, patient)
    network.round()
    clinic.restore("before")
    assert rows_with(clinic, SECRET)
    clinic.do(change(patient, phone_note=f"otra vez {SECRET}"))
    central.merge(old, clinic.export().path)
    assert rows_with(central, SECRET) == []
    told = central.sql("SELECT kind, tbl, row_id FROM finding WHERE kind = ?", [FindingKind.ERASED])
    assert told == [(FindingKind.ERASED, "patient", patient)], "once, however much came"
    answer = _answer(central, clinic)
    assert _head(clinic, answer).redactions
    assert not in_bundle(clinic, answer, SECRET)
    assert clinic.accept(answer).files[0].ok
    assert rows_with(clinic, SECRET) == []
    network.round()
    same(central, clinic)
    for office in (central, clinic):
        sound(office)


def test_what_is_written_afterwards_by_who_did_not_know_arrives_empty(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = person(clinic)
    network.round()
    erase(central, patient)
    clinic.do(note(patient, f"{SECRET} vino otra vez."))
    clinic.do(change(patient, phone="5551 9999"))
    central.merge(clinic.export().path)
    assert rows_with(central, SECRET) == rows_with(central, "5551 9999") == []
    assert central.sql("SELECT count(*) FROM finding WHERE kind = ?", [FindingKind.ERASED]) == [(1,)]
    network.round()
    assert rows_with(clinic, SECRET) == rows_with(clinic, "5551 9999") == []
    same(central, clinic)
    clinic.do(note(patient, f"{SECRET} y otra."))
    network.round()
    assert rows_with(central, SECRET) == rows_with(clinic, SECRET) == []
    assert central.sql("SELECT count(*) FROM consult_note") == [(3,)], "the visits are still counted"
    same(central, clinic)


def test_nobody_else_loses_a_letter(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient, other = person(clinic), person(clinic, "Ixchel")
    network.round()
    before = {office.name: rows_with(office, "Ixchel") for office in (clinic, central)}
    assert before[central.name]
    kept = central.sql("SELECT * FROM patient WHERE id = ?", [other])
    erase(central, patient)
    network.round()
    assert {office.name: rows_with(office, "Ixchel") for office in (clinic, central)} == before
    assert central.sql("SELECT * FROM patient WHERE id = ?", [other]) == kept
    assert central.sql("SELECT count(*) FROM patient WHERE given_names IS NULL") == [(1,)]


def test_two_values_side_by_side_are_asked_no_more(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = person(clinic)
    network.round()
    clinic.do(change(patient, given_names=f"{SECRET} María"))
    central.do(change(patient, given_names=f"{SECRET} Ana"))
    network.round()
    assert central.ask(conflicts.count_open) == 1
    erase(central, patient)
    assert central.ask(conflicts.count_open) == 0
    network.round()
    assert clinic.ask(conflicts.count_open) == 0
    for office in (central, clinic):
        assert rows_with(office, SECRET) == []
        sound(office)
        assert office.ask(conflicts.count_open) == 0


def test_a_clinics_own_order_is_not_obeyed(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = person(clinic)
    network.round()
    clinic.do(lambda work: work.add(Erasure(patient_id=patient, reason="x", asked_by="x")))
    report = central.merge(clinic.export().path)
    assert report.files[0].aside_segments == 1
    assert rows_with(central, SECRET)
    assert central.sql("SELECT count(*) FROM erased_row") == [(0,)]
    with pytest.raises(OnlyCentral):
        clinic.do(partial(erasing.erase_person, erasure_id=new_id(), patient_id=patient, reason="x", asked_by="x",
                          asked_on=date(2026, 11, 20), second_name="x"))  # fmt: skip


def test_who_may_erase_and_what_must_be_said(network: Network) -> None:
    central = network.central
    patient = person(central)
    with pytest.raises(erasing.TypeTheNumber):
        erase(central, patient, typed_number=" ")
    with pytest.raises(erasing.OtherNumber):
        erase(central, patient, typed_number="CEN-1")
    with pytest.raises(ReasonMissing):
        erase(central, patient, reason=" ")
    with pytest.raises(erasing.WhoAskedMissing):
        erase(central, patient, asked_by="")
    with pytest.raises(erasing.AskedLater):
        erase(central, patient, asked_on=date(2027, 1, 1))
    for second in ("", f" {central.actor.name.upper()} "):
        with pytest.raises(erasing.SecondPersonMissing):
            erase(central, patient, second_name=second)
    some = Actor(central.actor.staff_id, "x", frozenset(Permission) - {Permission.ERASE_RECORDS})
    with pytest.raises(NotAllowed):
        central.vault.do(partial(erasing.erase_person, erasure_id=new_id(), patient_id=patient, reason="x",
                                 asked_by="x", asked_on=date(2026, 11, 20), second_name="y"), some)  # fmt: skip
    assert rows_with(central, SECRET)
    assert erase(central, patient) == 4
    with pytest.raises(restricted.ErasedRecord):
        erase(central, patient)


def test_pressed_twice_it_is_one_erasure(network: Network) -> None:
    central = network.central
    patient = person(central)
    once = new_id()
    number = central.ask(partial(queries.asked_number, patient_id=patient))
    order = partial(erasing.erase_person, erasure_id=once, patient_id=patient, reason="x", asked_by="x",
                    asked_on=date(2026, 11, 20), second_name="y", typed_number=number)  # fmt: skip
    assert central.do(order) == 4
    assert central.do(order) == 0
    assert len(central.ask(queries.erasures)) == 1


def test_afterwards_the_record_says_only_that_it_was_erased(network: Network) -> None:
    central = network.central
    patient = PatientId(person(central))
    erase(central, patient)
    with pytest.raises(restricted.ErasedRecord):
        central.ask(partial(people.details, patient_id=patient))
    assert central.sql("SELECT count(*) FROM patient_entry") == [(0,)]
    assert central.sql("SELECT count(*) FROM patient_word WHERE word = ?", [SECRET.casefold()]) == [(0,)]
    lines = central.sql("SELECT row_id FROM ledger WHERE act = ?", [ACT])
    assert lines == [(patient,)]


def test_a_forged_record_of_a_rewritten_part_is_refused(network: Network) -> None:
    clinic, other, central = network.clinics[0], network.clinics[1], network.central
    patient = person(clinic)
    network.round()
    erase(central, patient)
    hashes = [row[0] for row in central.sql("SELECT hash FROM segment")]
    told = redacting.of_segments(central.vault._raw.cursor(), hashes)
    assert told
    known, writer = central.ask(standing), central.ask(standing).peers[clinic.vault.place.device_id]
    redacting.check(known, writer, told)
    lie = redacting.Signed(told[0].redaction.replace(redacting.read(told[0]).new, "0" * 64), told[0].signature)
    with pytest.raises(redacting.NotBelieved):
        redacting.check(known, writer, [lie])
    stranger = central.ask(standing).peers[other.vault.place.device_id]
    elsewhere = msgspec.structs.replace(redacting.read(told[0]), by=stranger.device_id)
    key = other.sql("SELECT signing_key FROM this_device")[0][0]
    content = canonical.write(elsewhere)
    forged = redacting.Signed(content.decode(), minisign.sign(key, content, "x"))
    with pytest.raises(redacting.NotBelieved):
        redacting.check(known, writer, [forged])


def test_parts_that_a_clinic_emptied_before_the_central_had_them_are_taken(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = person(clinic)
    network.round()
    other = person(clinic, "Ixchel")
    clinic.do(note(patient, f"{SECRET} otra vez"))
    clinic.export()
    erase(central, patient)
    clinic.accept(_answer(central, clinic))
    path = clinic.export().path
    assert _head(central, path).redactions, "emptied here, and never seen by the central"
    assert central.merge(path).files[0].ok
    assert not central.sql("SELECT 1 FROM segment WHERE state = 'quarantined'")
    assert central.sql("SELECT given_names FROM patient WHERE id = ?", [other]) == [("Ixchel",)]
    network.round()
    same(clinic, central)


def test_a_bundle_whose_part_was_rewritten_by_nobody_who_may_is_kept_aside(network: Network) -> None:
    clinic, other, central = network.clinics[0], network.clinics[1], network.central
    person(clinic)
    clinic.do(cut)
    work_key, work_device = other.sql("SELECT signing_key, device_id FROM this_device")[0]
    clinic.do(partial(_rewrite_as, key=work_key, device=work_device))
    report = central.merge(clinic.export().path)
    assert report.files[0].aside_segments == 1
    assert central.sql("SELECT count(*) FROM patient") == [(0,)]
    assert central.sql("SELECT kind FROM finding") == [(FindingKind.NO_RIGHT,)]


def _rewrite_as(work: Work, key: bytes, device: str) -> None:
    """A part without a name that was in it, vouched for by somebody of another clinic."""
    cursor = work.cursor
    content, digest, number, body = cursor.execute(
        "SELECT m.manifest, m.hash, p.number, p.body FROM segment_part p JOIN segment m ON m.key = p.segment_key"
        " WHERE p.tbl = 'patient'"
    ).fetchone()
    part = read_manifest(content).parts[number - 1]
    raw = parts.unpack(part, body).replace(SECRET.encode(), b"Nadie")
    new = parts.pack(raw)
    told = redacting.Redacted(
        redacting.FORMAT, digest, part.name, part.sha256, canonical.digest(new), len(raw), len(new), device,
        instant_text(work.now),
    )  # fmt: skip
    written = canonical.write(told)
    redacting.keep(work, [redacting.Signed(written.decode(), minisign.sign(key, written, "x"))])
    cursor.execute("UPDATE segment_part SET body = ? WHERE tbl = 'patient'", (new,))


def test_a_segment_that_is_kept_aside_is_emptied_too(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = person(clinic)
    network.round()
    clinic.do(note(patient, f"{SECRET} aparte"))
    clinic.do(lambda work: work.add(Erasure(patient_id=new_id(), reason="x", asked_by="x")))
    assert central.merge(clinic.export().path).files[0].aside_segments == 1
    assert "segment_part" in rows_with(central, SECRET)
    erase(central, patient)
    assert rows_with(central, SECRET) == []
    clinic.do(note(patient, f"{SECRET} y otra"))
    clinic.do(lambda work: work.add(Erasure(patient_id=new_id(), reason="x", asked_by="x")))
    central.merge(clinic.export().path)
    assert rows_with(central, SECRET) == []


def _answer(central: Office, clinic: Office) -> Path:
    return central.answer()[clinic.vault.place.site_name]


def _head(reader: Office, path: Path) -> bundle.Head:
    return bundle.read_head(path, path.name, reader.ask(own_identity), reader.ask(standing))[0]
