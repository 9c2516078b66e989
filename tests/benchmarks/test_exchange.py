"""The stick: export, merge beside raw inserts of the same rows into SQLCipher (R), and merging again. One run, each
number beside its target. Incremental is what the study measured: of each clinic a day, and 1,550 changed rows."""

import random
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.exchange.format.shape import shapes
from clinic_desktop.exchange.outcomes import Exported
from clinic_desktop.features.agenda.records import Appointment, AppointmentEvent
from clinic_desktop.features.consults.records.encounters import ConsultNote, Encounter
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.storage.cipher import open_cipher
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.work import Work
from tests.benchmarks.targets import at_least, at_most, cpu
from tests.makers.network import Network, Office, make_network

pytestmark = pytest.mark.benchmark

PATIENTS, CLINICS, ROUNDS = 500, 3, 3
SYLLABLES = (
    "ca",
    "de",
    "es",
    "la",
    "ma",
    "no",
    "pa",
    "que",
    "ri",
    "so",
    "ta",
    "un",
    "vi",
    "llo",
    "ción",
    "pre",
    "men",
    "jor",
)
STAFF = "0193a000-0000-7000-8000-000000000002"
Rows = dict[type[Any], list[Any]]


def test_the_stick(made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock, capsys: Any) -> None:
    network = make_network(tmp_path / "net", made_vault[1], made_vault[0], clock, CLINICS)
    for clinic in network.clinics:
        clinic.do(fill)
    first, spent = zip(*(cpu(clinic.export) for clinic in network.clinics), strict=True)
    rows = sum(load.new for load in first[0].loads)
    told = [at_most("first export", min(spent), 0.4, "s CPU", f"{rows:,} rows, {first[0].size / 1e6:.2f} MB")]
    rate = rows / raw_inserts(network.clinics[0], tmp_path / "raw.db")
    told.append(f"R = {rate:,.0f} rows/s (raw executemany of the same rows into SQLCipher, five indexes)")
    files = [one.path for one in first]
    begun = merged(network, files) / (rows * CLINICS)
    told.append(at_least("first merge", 1 / begun / rate, 0.5, "R"))
    told += _rounds(network, rate)
    again = [p.with_suffix(".again") for p in files]
    for old, new in zip(files, again, strict=True):
        new.write_bytes(old.read_bytes())
    told.append(at_least("re-apply", rows * CLINICS / merged(network, again) / rate, 10, "R"))
    network.close()
    with capsys.disabled():
        print("\n" + "\n".join(told))


def _rounds(network: Network, rate: float) -> list[str]:
    """A day and many edits, some times over; of each the quickest, as R is the quickest of three."""
    exports: list[float] = []
    days: list[float] = []
    edits: list[float] = []
    counts = (0, 0)
    for n in range(ROUNDS):
        _carry_back(network)
        lived = [_lived(clinic, n, exports) for clinic in network.clinics]
        days.append(merged(network, [one.path for one in lived]))
        _carry_back(network)
        for clinic in network.clinics:
            clinic.do(lambda work, n=n: edit_many(work, n))
        edited = [clinic.export() for clinic in network.clinics]
        edits.append(merged(network, [one.path for one in edited]))
        counts = (changes(lived), changes(edited))
    both = (counts[0] + counts[1]) / (min(days) + min(edits)) / rate
    return [
        at_most("day export", min(exports) * 1000, 20, "ms CPU", f"{counts[0] // CLINICS} rows"),
        at_least("incremental merge", both, 0.25, "R", f"{counts[0]:,} rows of days and {counts[1]:,} updates"),
        f"of it, days only: {counts[0] / min(days) / rate:.2f} R; updates only: {counts[1] / min(edits) / rate:.2f} R",
    ]


def _carry_back(network: Network) -> None:
    answers = network.central.answer()
    for clinic in network.clinics:
        clinic.accept(answers[clinic.vault.place.site_name])


def _lived(clinic: Office, n: int, exports: list[float]) -> Exported:
    clinic.do(lambda work: live_a_day(work, n))
    day, took = cpu(clinic.export)
    exports.append(took)
    return day


def changes(exported: list[Exported]) -> int:
    return sum(load.new + load.changed for one in exported for load in one.loads)


def merged(network: Network, files: list[Path]) -> float:
    """Seconds of CPU to take these in."""
    report, took = cpu(lambda: network.central.merge(*files))
    assert all(f.ok for f in report.files)
    return took


def fill(work: Work) -> None:
    """People and their visits, straight into the tables: the services are not what is measured. 15,500 rows."""
    today = date(2026, 1, 5)
    rows: Rows = {}
    people = [person(work, n) for n in range(PATIENTS)]
    work.session.flush()
    for n, patient in enumerate(people):
        for visit in range(7 + n % 2):
            met(work, rows, patient, today + timedelta(days=30 * visit))
    put(work, rows)


def live_a_day(work: Work, n: int = 0) -> None:
    """220 rows: ten new people, 45 visits, 30 corrections."""
    ids = some_patients(work)
    for one in range(10):
        person(work, 10_000 + 100 * n + one)
    work.session.flush()
    rows: Rows = {}
    for patient in ids[:45]:
        met(work, rows, patient, date(2026, 11, 24))
    put(work, rows)
    for patient in ids[:30]:
        work.load(Patient, patient).phone = f"77{n}{patient[-6:]}"
    work.session.flush()


def edit_many(work: Work, n: int = 0) -> None:
    """1,550 rows: three fields of each person, one of 1,050 visits."""
    for patient in some_patients(work):
        row = work.load(Patient, patient)
        row.phone, row.community, row.mother_name = f"5{n}", f"Aldea Pulay {n}", f"Juana {n}"
    for (encounter,) in work.cursor.execute("SELECT id FROM encounter ORDER BY id LIMIT 1050").fetchall():
        work.load(Encounter, encounter).with_whom = f"La madre {n}"
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
            sections={"course": words(110), "plan": words(30)},
            occurred_on=day,
            author_id=STAFF,
            signed_at=work.now,
            supervisor_wanted=False,
        ),
    ):
        rows.setdefault(type(row), []).append(row)


_chance = random.Random(1)
_vocabulary = ["".join(_chance.choices(SYLLABLES, k=_chance.randint(1, 4))) for _ in range(900)]


def words(count: int) -> str:
    """Text as varied as that of people: of one word and the next, nothing but their frequency is known."""
    return " ".join(_chance.choices(_vocabulary, k=count))


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
