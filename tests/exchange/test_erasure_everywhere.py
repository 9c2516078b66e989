"""Of no table, no column, no clinic anything is left, in whatever order the sticks come."""

import random
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_desktop.app import wiring
from clinic_desktop.exchange import rebuilding
from clinic_desktop.exchange.erasure import personal
from clinic_desktop.exchange.steps import finish
from clinic_desktop.features.bundles.queries import erasing as queries
from clinic_desktop.features.bundles.records.offices import RecordShare
from clinic_desktop.features.bundles.service.entitled import owe_again
from clinic_desktop.features.medication.queries.sums import wrong_sums
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.base import Synced, synced_classes
from clinic_desktop.storage.types import Choice, Day, Flag, Id, Instant, JsonText, PartialDay, instant_text
from clinic_desktop.storage.work import Work
from tests.exchange.conftest import MakeNetwork
from tests.makers.erasing import SECRET, cut, erase, person, rows_with, same, sound
from tests.makers.network import Network
from tests.makers.people import allergy, change, note


@pytest.fixture(autouse=True)
def wired() -> None:
    wiring.fill()


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
    """They stay: a new one that tells of somebody needs another answer (exchange/erasure/personal.py)."""
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
    central.do(cut)
    done = finish(rebuilding.drill(central.vault, central.actor))
    assert done is not None
    assert done.equal, done
