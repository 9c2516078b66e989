"""Run by test_exchange_size.py in a process of its own: a load of so many megabytes is exported and merged.

Prints the highest memory of this process after a small load, after the export and after the merge, in MB.
"""

import base64
import os
import sys
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage.keys import NewSlot, create_header
from clinic_desktop.storage.work import Work
from tests.benchmarks.test_exchange import Rows, met, person, put, some_patients
from tests.makers.network import make_network

NOTES, PER_NOTE = 100, 15_000
"""Of random text, which nothing makes smaller: about 2 MB in each transaction."""


def write_notes(work: Work) -> None:
    if not some_patients(work):
        person(work, 1)
        work.session.flush()
    rows: Rows = {}
    for _ in range(NOTES):
        met(work, rows, some_patients(work)[0], date(2026, 11, 24))
    for some in rows.values():
        for row in some:
            if hasattr(row, "sections"):
                row.sections = {"course": base64.b64encode(os.urandom(PER_NOTE)).decode()}
    put(work, rows)


def highest() -> int:
    """The most memory this process ever had, in MB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0


def main(folder: Path, megabytes: int) -> None:
    clock = StillClock(datetime(2026, 11, 23, 14, 0, tzinfo=UTC))
    header = folder / "header"
    header.mkdir()
    opened, _code = create_header(header, "Clínica", [NewSlot("Coordinación", "s1", "una clave larga de prueba")])
    network = make_network(folder, opened, header, clock, 1)
    clinic = network.clinics[0]
    clinic.do(write_notes)
    network.central.merge(clinic.export().path)
    told = [highest()]
    for _ in range(megabytes * 1_000_000 // (NOTES * PER_NOTE * 4 // 3)):
        clinic.do(partial(write_notes))
    bundle = clinic.export().path
    told.append(highest())
    report = network.central.merge(bundle)
    assert all(one.ok for one in report.files)
    print(bundle.stat().st_size // 1_000_000, *told, highest())
    network.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
