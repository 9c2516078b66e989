"""A month of twenty clinics merged in one go, as at the desk: 22 days of about 220 rows, a bundle a clinic."""

import time
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.app import wiring
from clinic_desktop.exchange.carrying import segments
from clinic_desktop.features.bundles.service import taking
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.work import Work
from tests.benchmarks.test_exchange import live_a_day, person
from tests.makers.network import Office, enrol, make_office

pytestmark = pytest.mark.benchmark

CLINICS, DAYS, KNOWN = 20, 22, 60
MIB = 1024 * 1024


def test_a_month_of_twenty_clinics(
    made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock, capsys: Any
) -> None:
    wiring.fill()
    central = make_office(tmp_path, made_vault[1], made_vault[0], clock, "Oficina central", "CEN", "central", 1)
    files = [_month_of(n, central, made_vault, tmp_path, clock) for n in range(CLINICS)]
    before = _resident()
    peak, longest, slow, began, last = before, 0.0, "", time.monotonic(), time.monotonic()
    steps = taking.merge(central.vault, central.actor, files=files)
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            report = end.value
            break
        now = time.monotonic()
        if now - last > longest:
            longest, slow = now - last, step.words
        last, peak = now, max(peak, _resident())
    wall = time.monotonic() - began
    rows = sum(one.rows for one in report.files)
    size = sum(file.stat().st_size for file in files)
    assert len(report.files) == CLINICS and all(one.ok and one.rows for one in report.files)
    assert len(central.sql("SELECT 1 FROM patient")) == CLINICS * (KNOWN + 10 * DAYS)
    central.close()
    with capsys.disabled():
        print(f"\na month of {CLINICS} clinics: {rows:,} rows, {size / 1e6:.1f} MB, in {wall:.1f} s wall"
              f" ({rows / wall:,.0f} rows/s); longest step {longest * 1000:.0f} ms ({slow});"
              f" memory {before / MIB:.0f} MiB before, {peak / MIB:.0f} MiB at most")  # fmt: skip


def _month_of(n: int, central: Office, made: tuple[Path, Opened], folder: Path, clock: StillClock) -> Path:
    code = f"C{chr(65 + n)}A"
    clinic = make_office(folder, made[1], made[0], clock, f"Clínica {n + 1}", code, "clinic", n % 8 + 2)
    enrol(clinic, central)
    clinic.do(_know_people)
    for day in range(DAYS):
        clinic.do(lambda work, day=day: live_a_day(work, day))
        clinic.do(segments.cut)
    path = clinic.export().path
    clinic.close()
    return path


def _know_people(work: Work) -> None:
    for n in range(KNOWN):
        person(work, n)
    work.session.flush()


def _resident() -> int:
    """Bytes of memory of this process; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096
    except OSError:
        return 0
