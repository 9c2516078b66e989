"""What a change costs at a central of 100,000 rows and at one of 2,000,000: days and corrections of the same clinics,
merged by the same program with the same memory for pages.

    python3 installer/develop.py benchmarks -k growth
    STICK_GROWTH_ROWS=10000000 python3 installer/develop.py benchmarks -k growth      (by night)
"""

import faulthandler
import os
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.exchange.format.shape import shapes
from clinic_desktop.kernel.clock import StillClock, unix_ms
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.cipher import ROOMY_KIB
from clinic_desktop.storage.files import DATABASE
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.work import Work
from tests.benchmarks.targets import at_most
from tests.benchmarks.test_exchange import PATIENTS, Rows, changes, edit_many, live_a_day, merged, met, person, put
from tests.makers.network import Network, Office, make_network

pytestmark = pytest.mark.benchmark

SMALL, LARGE = 100_000, int(os.environ.get("STICK_GROWTH_ROWS", "2000000"))
CLINICS, ROUNDS, MONTHS, VISITS = 3, 3, 36, 6
TABLES = ("patient", "appointment", "appointment_event", "encounter", "consult_note")
GROUP = 1 + 4 * VISITS
"""A person and the visits of half a year."""
STEP = 800
DAY_MS = 86_400_000


def test_growth(made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock, capsys: Any) -> None:
    faulthandler.cancel_dump_traceback_later()  # filling takes minutes
    network = make_network(tmp_path / "net", made_vault[1], made_vault[0], clock, CLINICS)
    began = unix_ms(clock.now())
    for month in range(MONTHS):
        for clinic in network.clinics:
            clinic.do(partial(a_month, month=month))
        clock.advance(days=30)
    network.central.merge(*(clinic.export().path for clinic in network.clinics))
    costs: list[float] = []
    told: list[str] = []
    for size in (SMALL, LARGE):
        grow(network.central, size, began)
        spent, count = cost(network, size)
        costs.append(spent)
        file = (network.central.folder / DATABASE).stat().st_size
        told.append(
            f"at {rows_of(network.central):,} rows ({file / 1e6:,.0f} MB): {spent * 1e6:.0f} us CPU a change"
            f" ({count:,} changes, the quickest of {ROUNDS}; {ROOMY_KIB // 1000} MB of pages kept)"
        )
    told.append(at_most("cost of a change, large beside small", costs[1] / costs[0], 1.5, "x"))
    network.close()
    with capsys.disabled():
        print("\n" + "\n".join(told))


def a_month(work: Work, month: int) -> None:
    """Of people and visits, so that what is changed later lies all over the tables."""
    people = [person(work, 1000 * month + n) for n in range(PATIENTS // MONTHS + 1)]
    work.session.flush()
    rows: Rows = {}
    for patient in people:
        for visit in range(3):
            met(work, rows, patient, work.today + timedelta(days=visit))
    put(work, rows)


def cost(network: Network, size: int) -> tuple[float, int]:
    """Seconds of CPU for one change, and how many there were in a round."""
    best, count = 1e9, 0
    for n in range(ROUNDS):
        answers = network.central.answer()
        for clinic in network.clinics:
            clinic.accept(answers[clinic.vault.place.site_name])
            clinic.do(lambda work, n=n: live_a_day(work, size + n))
            clinic.do(lambda work, n=n: edit_many(work, size + n))
        exported = [clinic.export() for clinic in network.clinics]
        count = changes(exported)
        best = min(best, merged(network, [one.path for one in exported]) / count)
    return best, count


def rows_of(office: Office) -> int:
    return sum(office.sql(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES)


def grow(central: Office, wanted: int, began: int) -> None:
    """More rows of the same clinics, put in as a merge leaves them: without capture, with the stamp of their insert."""
    groups = (wanted - rows_of(central)) // GROUP
    samples = {table: _sample(central, table) for table in TABLES}
    for at in range(0, groups, STEP):
        some = range(at, min(at + STEP, groups))
        times = [began + DAY_MS * 30 * MONTHS * n // groups for n in some]
        central.vault.do(partial(_put_groups, samples=samples, times=times), central.actor, importing=True)


def _sample(central: Office, table: str) -> dict[str, Any]:
    columns = ("id", *shapes()[table].columns)
    listed = ", ".join(f'"{column}"' for column in columns)
    return dict(zip(columns, central.sql(f"SELECT {listed} FROM {table} LIMIT 1")[0], strict=True))


def _put_groups(work: Work, samples: dict[str, dict[str, Any]], times: list[int]) -> None:
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    for at in times:
        new = {"id": new_id(at), "number": f"CLA-{at}", "family_name": f"Tzoc {at % 9973}", "phone": str(at % 10**8)}
        patient = samples["patient"] | new
        rows["patient"].append(patient)
        for visit in range(VISITS):
            met_at = at + visit * 30 * DAY_MS
            link = {"patient_id": patient["id"]}
            appointment = samples["appointment"] | link | {"id": new_id(met_at)}
            encounter = samples["encounter"] | link | {"id": new_id(met_at)}
            rows["appointment"].append(appointment)
            rows["encounter"].append(encounter)
            event, note = {"appointment_id": appointment["id"]}, {"encounter_id": encounter["id"]}
            rows["appointment_event"].append(samples["appointment_event"] | event | {"id": new_id(met_at)})
            rows["consult_note"].append(samples["consult_note"] | link | note | {"id": new_id(met_at)})
    for table, some in rows.items():
        some.sort(key=lambda row: row["id"])
        _put_table(work, table, some)
    work.act = "fill"


def _put_table(work: Work, table: str, rows: list[dict[str, Any]]) -> None:
    listed = ", ".join(f'"{column}"' for column in rows[0])
    marks = ", ".join("?" * len(rows[0]))
    work.cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", [tuple(row.values()) for row in rows])
    if not shapes()[table].final:
        key = work.cursor.execute("SELECT min(segment_key) FROM row_stamp").fetchone()[0]
        work.cursor.executemany(
            "INSERT INTO row_stamp (id, tbl, hlc, segment_key) VALUES (?,?,?,?)",
            [(row["id"], table, 1, key) for row in rows],
        )
