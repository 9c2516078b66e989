"""What was written of a person is erased everywhere, stays so whatever arrives later, and everything else adds up."""

import random
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
import zstandard
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from clinic_desktop.app import wiring
from clinic_desktop.exchange import bundle, canonical, conflicts, minisign, personal, rebuilding, redacting, segments
from clinic_desktop.exchange.erasing import ACT
from clinic_desktop.exchange.records import FindingKind
from clinic_desktop.exchange.standing import standing
from clinic_desktop.exchange.steps import finish
from clinic_desktop.exchange.troubles import OnlyCentral
from clinic_desktop.features.bundles.queries import erasing as queries
from clinic_desktop.features.bundles.records.offices import Erasure, RecordShare
from clinic_desktop.features.bundles.service import erasing
from clinic_desktop.features.bundles.service.entitled import owe_again
from clinic_desktop.features.bundles.service.travel import own_identity
from clinic_desktop.features.medication.queries.sums import wrong_sums
from clinic_desktop.features.patients.queries import people, restricted
from clinic_desktop.features.patients.service.filing import refresh_search
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage import ledger
from clinic_desktop.storage.base import Synced, synced_classes
from clinic_desktop.storage.cipher import PAGE_SIZE
from clinic_desktop.storage.files import DATABASE
from clinic_desktop.storage.types import Choice, Day, Flag, Id, Instant, JsonText, PartialDay, instant_text
from clinic_desktop.storage.work import Actor, ReasonMissing, Work
from tests.exchange.conftest import MakeNetwork
from tests.makers.network import Network, Office
from tests.makers.people import allergy, change, note, register
from tests.makers.state import whole

SECRET = "Xochiquetzal"
"""In every field of the person that is erased, and nowhere else."""


@pytest.fixture(autouse=True)
def wired() -> None:
    wiring.fill()


def person(office: Office, word: str = SECRET) -> str:
    """Somebody with a record, an allergy that was corrected, and a note."""
    patient = office.do(register(given_names=word, family_name=f"{word} Tzoc", phone="5550 1234", mother_name=word))
    office.do(partial(_file, patient=patient))
    office.do(allergy(patient, f"polen de {word}"))
    office.do(note(patient, f"{word} duerme mejor."))
    return patient


def _file(work: Work, patient: str) -> None:
    refresh_search(work, [patient])


def erase(central: Office, patient: str, **other: Any) -> int:
    number = central.ask(partial(queries.asked_number, patient_id=patient))
    told: dict[str, Any] = {
        "reason": "lo pide la persona",
        "asked_by": "la persona",
        "asked_on": date(2026, 11, 20),
        "second_name": "Ana Pop",
        "typed_number": number,
    }
    return central.do(partial(erasing.erase_person, erasure_id=new_id(), patient_id=patient, **told | other))


# -- where a word could be left


def rows_with(office: Office, word: str) -> list[str]:
    """Tables of the database in which the word stands, parts of segments unpacked."""
    found: list[str] = []
    tables = office.sql("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for (table,) in tables:
        for row in office.sql(f'SELECT * FROM "{table}"'):
            values = [_unpacked(value) for value in row]
            if any(word in str(value) or word.casefold() in str(value) for value in values):
                found.append(table)
                break
    return found


def _unpacked(value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        return zstandard.ZstdDecompressor().decompress(value).decode()
    except (zstandard.ZstdError, UnicodeError):
        return value.decode("utf-8", "replace")


def pages(office: Office) -> Iterator[bytes]:
    """Every page of the file as it is under the cipher, free ones and the unused places of others among them."""
    key, raw = office.vault.cipher_key, (office.folder / DATABASE).read_bytes()
    for at in range(0, len(raw), PAGE_SIZE):
        start, end = at + (16 if at == 0 else 0), at + PAGE_SIZE - 80
        vector = raw[end : end + 16]
        yield Cipher(algorithms.AES256(key), modes.CBC(vector)).decryptor().update(raw[start:end])


def is_in_file(office: Office, word: str) -> bool:
    return any(word.encode() in page or word.casefold().encode() in page for page in pages(office))


def in_bundle(reader: Office, path: Path, word: str) -> bool:
    identity = reader.ask(own_identity)
    reading = bundle.verify(path, path.name, identity, reader.ask(standing), lambda _listed: set())
    found = _run(reading)
    wanted = {listed.folder for listed in found.head.segments}
    return any(
        word in _unpacked(body)
        for one in bundle.segments(path, path.name, identity, found.head, wanted)
        for body in one.bodies
    )


def _run(steps: Any) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def sound(office: Office) -> None:
    """The ledger vouches for every row, and building again from the operations changes nothing."""
    cursor = office.vault._raw.cursor()
    assert ledger.broken_at(cursor) is None
    assert list(ledger.stale_rows(cursor)) == []
    office.do(_cut)
    assert office.vault.do(conflicts.rebuild, office.actor, importing=True) == 0


def _cut(work: Work) -> None:
    segments.cut_all(work)


# -- the erasure


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


def test_a_restored_clinic_does_not_bring_it_back_and_gets_emptied_parts(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = person(clinic)
    old = clinic.export().path
    clinic.save_copy("before")
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
    answer = central.answer()[clinic.vault.place.site_name]
    assert not in_bundle(clinic, answer, SECRET)
    clinic.accept(answer)
    assert rows_with(clinic, SECRET) == []
    network.round()
    same(central, clinic)
    for office in (central, clinic):
        sound(office)


def same(*offices: Office) -> None:
    first, *others = (of_person(office) for office in offices)
    for other in others:
        assert other == first


def of_person(office: Office) -> dict[str, list[Any]]:
    """Every row that was erased and every operation on it, as this office has them."""
    erased = office.sql("SELECT tbl, id FROM erased_row ORDER BY 1, 2")
    ids = {row_id for _table, row_id in erased}
    found = {table: [r for r in rows if r[0] in ids or r[1] in ids] for table, rows in whole(office).items()}
    return {**found, "erased": erased, "open conflicts": []}


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


# -- every table, every column


def in_every_table(work: Work) -> str:
    """Somebody of whom every table that can hold rows of people has one, every column filled."""
    work.session.flush()
    ids = {personal.PERSON: new_id()}
    waiting = sorted(personal.tables() - {personal.PERSON})
    _put(work, personal.PERSON, ids)
    while waiting:
        table = waiting.pop(0)
        needed = {key.column.table.name for column in _columns(table) for key in column.foreign_keys}
        needed |= {link.target or personal.PERSON for link in personal.links() if link.table == table}
        if needed & personal.tables() - {table} - ids.keys():
            waiting.append(table)
            continue
        ids[table] = new_id()
        _put(work, table, ids)
    return ids[personal.PERSON]


def _columns(table: str) -> list[Any]:
    return [c for c in Synced.metadata.tables[table].columns if not ("rule" in c.info and c.info["rule"].local)]


def _put(work: Work, table: str, ids: dict[str, str]) -> None:
    values = {column.name: _value(work, table, column, ids) for column in _columns(table)}
    names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" * len(values))
    work.cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))


def _value(work: Work, table: str, column: Any, ids: dict[str, str]) -> Any:
    beside = {link.column: link.target or personal.PERSON for link in personal.links() if link.table == table}
    target = next((key.column.table.name for key in column.foreign_keys), beside.get(column.name))
    if column.name == "id":
        return ids[table]
    if column.name == "origin_site_id":
        return work.site_id
    if target is not None:
        return ids.get(target) if target != table else None
    outlasting = next(c for c in synced_classes() if c.__tablename__ == table).__outlasts__
    match column.type:
        case Id():
            return new_id()
        case Instant():
            return instant_text(work.now)
        case Day():
            return "2026-11-20"
        case PartialDay():
            return "1987-05"
        case JsonText():
            return f'{{"palabras":"{SECRET}"}}'
        case Flag() | sa.Integer():
            return 1
        case sa.LargeBinary():
            return SECRET.encode()
        case Choice():
            return next(iter(column.type.enum)).value
        case _:
            return "GTQ" if column.name in outlasting else SECRET


def test_of_no_table_and_no_column_anything_is_left(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(in_every_table)
    network.round()
    tables = personal.tables()
    assert {table for table in rows_with(central, SECRET) if table in tables} >= tables - {
        "kept_apart",
        "dispense_join",
    }
    units = "SELECT sum(units), count(*) FROM stock_movement"
    before = central.sql(units)
    number = central.ask(partial(queries.asked_number, patient_id=patient))
    assert erase(central, patient, typed_number=number) == len(tables), tables - {
        row[0] for row in central.sql("SELECT DISTINCT tbl FROM erased_row")
    }
    network.round()
    for office in (central, clinic):
        assert rows_with(office, SECRET) == []
        assert office.sql(units) == before, "the shelf adds up"
        assert office.ask(wrong_sums) == ()
        sound(office)
    same(central, clinic)


def test_numbers_that_must_be_there_only_count_or_order() -> None:
    """They stay: a new one that tells of somebody needs another answer (exchange/personal.py)."""
    kept = {
        f"{table}.{column.name}"
        for table in personal.tables()
        for column in _columns(table)
        if isinstance(column.type, (sa.Integer, sa.REAL)) and not column.nullable
    }
    assert kept == {
        "appointment_event.step",
        "consent.step",
        "outside_page.number",
        "patient_photo.step",
    }


def test_a_clinic_to_which_the_record_also_goes_erases_it_too(network: Network) -> None:
    clinic, other, central = network.clinics[0], network.clinics[1], network.central
    patient = person(clinic)
    network.round()
    there = other.vault.place.site_id
    central.do(partial(_share, patient=patient, there=there))
    network.round()
    network.round()
    assert rows_with(other, SECRET), "it went there"
    erase(central, patient)
    network.round()
    network.round()
    for office in (central, clinic, other):
        assert rows_with(office, SECRET) == []
        sound(office)


def _share(work: Work, patient: str, there: str) -> None:
    work.add(RecordShare(patient_id=patient, to_site_id=there, since_on=work.today))
    owe_again(work, [patient])


# -- whatever happens in whatever order


@pytest.mark.parametrize("seed", [1, 2, pytest.param(0, marks=pytest.mark.long, id="many")])
def test_in_whatever_order_bundles_come_all_agree_and_nothing_returns(make: MakeNetwork, seed: int) -> None:
    for one in range(3, 40) if seed == 0 else [seed]:
        network = make(1)
        _live(network, random.Random(one))
        for _ in range(3):
            network.round()
        clinic, central = network.clinics[0], network.central
        for office in (central, clinic):
            assert rows_with(office, SECRET) == [], f"seed {one}"
            sound(office)
        same(central, clinic)


def _live(network: Network, chance: random.Random) -> None:
    clinic, central = network.clinics[0], network.central
    patient = person(clinic)
    clinic.save_copy("old")
    network.round()
    up: list[Path] = []
    erased_at = chance.randrange(14)
    for step in range(14):
        if step == erased_at:
            erase(central, patient)
        match chance.choice(["clinic", "central", "up", "merge", "down", "restore"]):
            case "clinic":
                clinic.do(chance.choice([
                    note(patient, f"{SECRET} {step}"),
                    change(patient, phone=f"{SECRET} {step}"),
                    allergy(patient, f"{SECRET} {step}"),
                ]))  # fmt: skip
            case "central":
                central.do(change(patient, mother_name=f"{SECRET} {step}" if step < erased_at else None))
            case "up":
                up.append(clinic.export().path)
            case "merge":
                central.merge(*chance.sample(up, len(up)))
            case "down":
                clinic.accept(central.answer()[clinic.vault.place.site_name])
            case _:
                if chance.random() < 0.3:
                    clinic.restore("old")


def test_built_again_from_the_segments_the_central_is_the_same(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = person(clinic)
    network.round()
    erase(central, patient)
    clinic.do(note(patient, f"{SECRET} otra"))
    network.round()
    central.do(_cut)
    done = finish(rebuilding.drill(central.vault, central.actor))
    assert done is not None
    assert done.equal, done
