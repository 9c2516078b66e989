"""The fifteen groups of proofs of the stick, one after the other: how many cases, how long, with what result.

`develop.py proof [--small] [--to FILE] [GROUP …]`. Without --small also what takes minutes (marked `long`).
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

GROUPS: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("histories of clinics, sticks and accidents", ("exchange/test_stateful.py", "exchange/test_sharing.py")),
    2: ("laws of the merge", ("exchange/test_merge_law.py", "exchange/test_laws.py")),
    3: ("a small world looked at whole", ("exchange/test_model.py",)),
    4: ("killed at any write", ("faults/test_exchange_kill.py", "faults/test_kill.py", "faults/test_disk.py")),
    5: ("sticks", ("exchange/test_media.py", "exchange/test_route.py", "faults/test_stick.py")),
    6: ("tampering", ("exchange/test_tampering.py", "exchange/test_splicing.py")),
    7: ("restored, copied, lost", ("exchange/test_restores.py", "exchange/test_rebuilding.py")),
    8: ("clocks", ("exchange/test_clocks.py",)),
    9: ("older and newer", ("exchange/test_skew.py", "exchange/test_older_and_newer.py")),
    10: ("numbers and parents", ("exchange/test_two_sites.py",)),
    11: ("stock", ("exchange/test_stock.py",)),
    12: ("the life of a conflict", ("exchange/test_conflict_life.py", "exchange/test_convergence.py")),
    13: ("capture", ("storage/test_capture.py", "storage/test_capture_completeness.py")),
    14: ("erasure", ("exchange/test_erasure.py", "exchange/test_erasure_everywhere.py")),
    15: (
        "the format with other tools, and noise",
        ("exchange/test_format.py", "exchange/test_another_program.py", "exchange/test_fuzz.py"),
    ),
}


@dataclass(frozen=True)
class Outcome:
    cases: int
    failed: int
    skipped: int
    seconds: float

    @property
    def word(self) -> str:
        if self.failed or not self.cases:
            return f"{self.failed} FAILED" if self.failed else "NOTHING RUN"
        return f"passed, {self.skipped} left out" if self.skipped else "passed"


def run(python: Path, arguments: Sequence[str]) -> int:
    small = "--small" in arguments
    kept = [a for a in arguments if a != "--small"]
    to = Path(kept.pop(kept.index("--to") + 1)) if "--to" in kept else None
    chosen = [int(a) for a in kept if a != "--to"] or list(GROUPS)
    lines = ["| Group | What | Cases | Seconds | Result |", "|---|---|---|---|---|"]
    for line in lines:
        print(line)
    bad = False
    for number in chosen:
        name, files = GROUPS[number]
        done = _group(python, files, small=small)
        bad = bad or done.word.endswith(("FAILED", "RUN"))
        lines.append(f"| {number} | {name} | {done.cases} | {done.seconds:.0f} | {done.word} |")
        print(lines[-1], flush=True)
        if to is not None:
            to.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 1 if bad else 0


def _group(python: Path, files: Sequence[str], *, small: bool) -> Outcome:
    start = time.monotonic()
    marked = "not long and not benchmark" if small else "not benchmark"
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [str(python), "-m", "pytest", "-q", "-m", marked, f"--junitxml={report}"]
        command += [f"tests/{file}" for file in files]
        told = subprocess.run(
            command, cwd=ROOT, check=False, capture_output=True, text=True, encoding="utf-8", errors="replace",
            env={"QT_QPA_PLATFORM": "offscreen", **os.environ},
        )  # fmt: skip
        seconds = time.monotonic() - start
        if not report.exists():
            print(told.stdout[-4000:] + told.stderr[-4000:])
            return Outcome(0, 1, 0, seconds)
        suite = ElementTree.parse(report).getroot().find("testsuite")  # noqa: S314 - we have just written it
    assert suite is not None
    counts = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    failed = counts["failures"] + counts["errors"]
    if failed:
        print(told.stdout[-6000:])
    return Outcome(counts["tests"], failed, counts["skipped"], seconds)
