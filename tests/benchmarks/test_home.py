"""From Enter to the home screen, and what it holds in memory, with 100,000 people in the vault."""

import os
import shutil
import statistics
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from clinic_desktop.app.clinic import NewClinic, OpenClinic, found_clinic
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.service import filing
from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.clock import SystemClock
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.storage.work import Work

pytestmark = pytest.mark.benchmark
ROOT = Path(__file__).resolve().parents[2]
PEOPLE, ROUNDS, PASSWORD = 100_000, 5, "mesa lago pino tela"

# As installed: modules are compiled once, whatever this shell says of byte code.
COMPILED = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
# Signs in as the window does, with the libraries fetched before, as they are while a person types the password.
ENTER = """
import os, sys, time
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from pathlib import Path
from clinic_desktop.app.run import first_window, make_application
app = make_application([])
program = first_window(Path(sys.argv[1]))
program.window.show()
app.processEvents()
import clinic_desktop.app.home
from clinic_desktop.storage import keys
from clinic_desktop.storage.header import read_header
from clinic_desktop.storage.throttle import Throttle
from clinic_desktop.kernel.clock import SystemClock
folder = Path(sys.argv[1])
slot = read_header(folder).people[0].slot_id
start = time.perf_counter()
keys.open_with_password(folder, slot, sys.argv[2], Throttle(folder, SystemClock()))
alone = time.perf_counter() - start
start = time.perf_counter()
entered = program.doors.open(slot, sys.argv[2])
program.enter(entered)
app.processEvents()
took = time.perf_counter() - start
program.leave()
print(int(took * 1000), int(alone * 1000), int(open("/proc/self/statm").read().split()[1]) * 4096)
"""


def fill(work: Work) -> None:
    names = [row["name"] for row in read_catalog("demo_given_names")]
    families = [row["name"] for row in read_catalog("demo_surnames")]
    for number in range(PEOPLE):
        work.session.add(
            Patient(
                id=work.new_id(),
                origin_site_id=work.site_id,
                recorded_at=work.now,
                recorded_by=work.actor.staff_id,
                number=f"PRU-AA{number:05d}-0",
                given_names=names[number % len(names)],
                family_name=families[number // 7 % len(families)],
                second_family_name=families[number // 11 % len(families)],
                birth_date=PartialDate(1940 + number % 80),
            )
        )
        if number % 2000 == 0:
            work.session.flush()
            work.session.expunge_all()
    work.session.flush()
    filing.refresh_search(work)


def made(folder: Path) -> OpenClinic:
    new = NewClinic("Prueba", "PRU", "clinic", "America/Guatemala", None, "Coordinación", PASSWORD)
    return found_clinic(folder, new, SystemClock())[0]


def enter(folder: Path) -> tuple[int, int, int]:
    command = [sys.executable, "-c", ENTER, str(folder), PASSWORD]
    done = subprocess.run(command, cwd=ROOT, env=COMPILED, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    took, alone, resident = (int(word) for word in done.stdout.split()[-3:])
    return took, alone, resident


@pytest.mark.skipif(sys.platform != "linux", reason="reads the resident memory from /proc")
def test_home_with_a_hundred_thousand_people(tmp_path: Path) -> None:
    empty, full = tmp_path / "empty", tmp_path / "full"
    made(empty).close()
    shutil.copytree(empty, full)
    from clinic_desktop.app.clinic import open_clinic, opener

    clinic = open_clinic(full, opener(full, "Coordinación", PASSWORD, SystemClock()), SystemClock())
    clinic.vault.do(partial(fill), clinic.actor)
    clinic.close()
    for name, folder in (("empty", empty), (f"{PEOPLE:,} people", full)):
        runs = [enter(folder) for _ in range(ROUNDS)]
        took, alone = statistics.median(r[0] for r in runs), statistics.median(r[1] for r in runs)
        resident = statistics.median(r[2] for r in runs) / 2**20
        print(
            f"\n{name}: Enter to home {took:.0f} ms, Argon2id alone {alone:.0f} ms, so {took - alone:+.0f} ms"
            f" (goal +250), {took / alone:.2f} x; resident {resident:.0f} MiB (goal 130)"
        )
