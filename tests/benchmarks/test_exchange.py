"""The stick: export of a day, merge beside raw inserts of the same rows into SQLCipher (R), and merging again. One run,
printed as ratios: goals are first merge >= 0.5 R, incremental >= 0.25 R, re-apply >= 10 R, a day <= 20 ms of CPU."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from clinic_desktop.exchange.shape import shapes
from clinic_desktop.features.agenda.records import Appointment, AppointmentEvent
from clinic_desktop.features.consults.records.encounters import ConsultNote, Encounter
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.storage.cipher import open_cipher
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.work import Work
from tests.makers.network import Network, Office, make_network

pytestmark = pytest.mark.benchmark

PATIENTS, VISITS, CLINICS = 500, 6, 3
WORDS = "Duerme mejor, come con apetito, volvió al telar. Niega ideas de muerte. Toma el medicamento cada noche. "
STAFF = "0193a000-0000-7000-8000-000000000002"
Rows = dict[type[Any], list[Any]]
Result = TypeVar("Result")


def test_the_stick(made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock, capsys: Any) -> None:
    network = make_network(tmp_path / "net", made_vault[1], made_vault[0], clock, CLINICS)
    told: list[str] = []
    for clinic in network.clinics:
        clinic.do(fill)
    first, spent = zip(*(cpu(clinic.export) for clinic in network.clinics), strict=True)
    rows = sum(load.new for load in first[0].loads)
    told.append(f"first export of {rows} rows: {min(spent):.3f} s CPU, {first[0].size / 1e6:.2f} MB")
    raw = raw_inserts(network.clinics[0], tmp_path / "raw.db")
    rate = rows / raw
    told.append(f"R = {rate:,.0f} rows/s (raw executemany of the same rows into SQLCipher, five indexes)")
    files = [one.path for one in first]
    told.append(merged("first merge", network, files, rows * CLINICS, rate))
    answers = network.central.answer()
    for clinic in network.clinics:
        clinic.accept(answers[clinic.vault.place.site_name])
        clinic.do(live_a_day)
    days = []
    for clinic in network.clinics:
        day, took = cpu(clinic.export)
        days.append(day)
        told.append(
            f"day export: {day.loads and sum(x.new + x.changed for x in day.loads)} rows, {took * 1000:.0f} ms CPU"
        )
    changes = sum(x.new + x.changed for day in days for x in day.loads)
    told.append(merged("a day", network, [d.path for d in days], changes, rate))
    for clinic in network.clinics:
        clinic.do(edit_many)
    edits = [clinic.export() for clinic in network.clinics]
    changes = sum(x.changed for day in edits for x in day.loads)
    told.append(merged("updates only", network, [d.path for d in edits], changes, rate))
    again = [p.with_suffix(".again") for p in files]
    for old, new in zip(files, again, strict=True):
        new.write_bytes(old.read_bytes())
    told.append(merged("re-apply", network, again, rows * CLINICS, rate))
    network.close()
    with capsys.disabled():
        print("\n" + "\n".join(told))


def cpu(act: Callable[[], Result]) -> tuple[Result, float]:
    start = time.process_time()
    result = act()
    return result, time.process_time() - start


def merged(name: str, network: Network, files: list[Path], rows: int, rate: float) -> str:
    report, took = cpu(lambda: network.central.merge(*files))
    assert all(f.ok for f in report.files)
    return f"{name}: {rows:,} rows, {rows / took:,.0f} rows/s CPU = {rows / took / rate:.2f} R"


def fill(work: Work) -> None:
    """People and their visits, straight into the tables: the services are not what is measured."""
    today = date(2026, 1, 5)
    rows: Rows = {}
    people = [person(work, n) for n in range(PATIENTS)]
    work.session.flush()
    for patient in people:
        for visit in range(VISITS):
            met(work, rows, patient, today + timedelta(days=30 * visit))
    put(work, rows)


def live_a_day(work: Work) -> None:
    ids = some_patients(work)
    for n in range(10):
        person(work, 10_000 + n)
    work.session.flush()
    rows: Rows = {}
    for patient in ids[:40]:
        met(work, rows, patient, date(2026, 11, 24))
    put(work, rows)
    for patient in ids[:20]:
        work.load(Patient, patient).phone = f"77{patient[-6:]}"
    work.session.flush()


def edit_many(work: Work) -> None:
    for patient in some_patients(work):
        row = work.load(Patient, patient)
        row.phone, row.community, row.mother_name = "5", "Aldea Pulay", "Juana"
    work.session.flush()


def some_patients(work: Work) -> list[str]:
    return [r[0] for r in work.cursor.execute("SELECT id FROM patient ORDER BY id LIMIT ?", (PATIENTS,)).fetchall()]


def person(work: Work, n: int) -> str:
    row = Patient(
        **ours(work),
        number=f"CLA-AA{n:05d}-X",
        given_names="María Ixchel",
        family_name="Tzoc",
        second_family_name="Pérez",
        birth_date=PartialDate(1950 + n % 60, 1 + n % 12),
        municipality_code="1413",
        community=f"Cantón {n % 40}",
        phone=f"{40000000 + n}",
    )
    work.session.add(row)
    return row.id


def met(work: Work, rows: Rows, patient: str, day: date) -> None:
    encounter, booked = ours(work), ours(work)
    # One by one in this order: the tables name each other, the classes do not.
    for row in (
        Appointment(**booked, patient_id=patient, day=day, kind="follow-up"),
        AppointmentEvent(**ours(work), appointment_id=booked["id"], kind="arrived", at=work.now, step=1),
        Encounter(**encounter, patient_id=patient, kind="follow-up", occurred_on=day, clinician_id=work.actor.staff_id),
        ConsultNote(
            **ours(work),
            encounter_id=encounter["id"],
            patient_id=patient,
            template="follow-up",
            sections={"course": WORDS * 3 + patient[-8:], "plan": WORDS},
            occurred_on=day,
            author_id=STAFF,
            signed_at=work.now,
            supervisor_wanted=False,
        ),
    ):
        rows.setdefault(type(row), []).append(row)


def put(work: Work, rows: Rows) -> None:
    for some in rows.values():
        work.session.add_all(some)
        work.session.flush()


def ours(work: Work) -> dict[str, Any]:
    return {
        "id": work.new_id(),
        "origin_site_id": work.site_id,
        "recorded_at": work.now,
        "recorded_by": work.actor.staff_id,
    }


def raw_inserts(clinic: Office, path: Path) -> float:
    """Seconds of CPU for the same rows by executemany into empty tables with the same indexes; best of three."""
    best = 1e9
    for attempt in range(3):
        raw = open_cipher(path.with_suffix(f".{attempt}"), bytes(32), create=True)
        raw.execute("PRAGMA foreign_keys = OFF")
        work: list[tuple[str, list[Any]]] = []
        for shape in shapes().values():
            rows = clinic.sql(f"SELECT id, {shape.listed()} FROM {shape.table}")
            if not rows:
                continue
            for (sql,) in clinic.sql(
                "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('table', 'index') AND sql IS NOT NULL",
                (shape.table,),
            ):
                raw.execute(sql)
            listed, marks = f"id, {shape.listed()}", ", ".join("?" * (len(shape.columns) + 1))
            work.append((f"INSERT INTO {shape.table} ({listed}) VALUES ({marks})", rows))
        start = time.process_time()
        raw.execute("BEGIN IMMEDIATE")
        for sql, rows in work:
            raw.executemany(sql, rows)
        raw.execute("COMMIT")
        best = min(best, time.process_time() - start)
        raw.close()
    return best
