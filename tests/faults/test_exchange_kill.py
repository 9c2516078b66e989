"""Killed at any write, flush, cut or rename of an export, a merge, an answer or an acceptance: what was acknowledged is
there, both files open, and carrying on as if nothing had been makes both sides equal."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.features.bundles.queries import findings
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage import ledger
from clinic_desktop.storage.keys import Opened
from tests.faults.disk import build_shim
from tests.makers.network import Network, Office, make_network, open_network
from tests.makers.people import change, note, register
from tests.makers.state import of_site

pytestmark = pytest.mark.whole

ROOT = Path(__file__).parent.parent.parent
DEEDS = ("cut", "export", "merge", "answer", "accept")

# One child per point, so that the program is loaded once. Says into `out` what was acknowledged, and the number of
# writes it lived through if it reached the end.
KILLED = """
import ctypes, json, os, pickle, shutil, sys
from pathlib import Path
from clinic_desktop.app import tables
from tests.makers.network import open_network
from tests.makers.people import change, register
from tests.makers.segments import cut_now

base, watched, out = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
opened, clock = pickle.loads(Path(sys.argv[4]).read_bytes())
deed, points, told = sys.argv[5], json.loads(sys.argv[6]), json.loads(sys.argv[7])
shim = ctypes.CDLL(os.environ["LD_PRELOAD"])
shim.oplog_fault.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]

def live(place, point):
    network = open_network(place, opened, clock, 1)
    clinic, central = network.clinics[0], network.central
    say = os.open(out / place.name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    def said(*words):
        os.write(say, (json.dumps(words) + "\\n").encode())
    shim.oplog_fault(-1, 5, 0, 0, point)
    if deed == "cut":
        said("saved", clinic.do(register(given_names="Luz")))
        cut_now(clinic)
        said("saved", clinic.do(register(given_names="Sol")))
    elif deed == "export":
        said("saved", clinic.do(register(given_names="Luz")))
        said("carried", str(clinic.export().path))
    elif deed == "merge":
        report = central.merge(place / told["up"])
        said("taken", report.files[0].new_segments, report.files[0].error)
    elif deed == "answer":
        said("carried", str(central.answer()["Cl\\u00ednica 1"]))
    elif deed == "accept":
        report = clinic.accept(place / told["down"])
        said("taken", report.files[0].new_segments, report.files[0].error)
    shim.oplog_fault(-1, 5, 0, 0, -1)
    said("end")

for point in points:
    place = watched / f"{deed}-{point}"
    shutil.copytree(base, place)
    child = os.fork()
    if child == 0:
        try:
            live(place, point)
        except BaseException as error:
            (out / place.name).open("a").write(json.dumps(["bug", repr(error)]) + "\\n")
        os._exit(0)
    os.waitpid(child, 0)
"""


@pytest.fixture
def waiting(made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock) -> tuple[Path, dict[str, str]]:
    """Closed vaults of a central and a clinic with changes on both sides, and a bundle each way that nobody took in."""
    base = tmp_path / "base"
    base.mkdir()
    network = make_network(base, made_vault[1], made_vault[0], clock, 1)
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    clinic.do(note(patient))
    clinic.do(change(patient, phone="1"))
    central.do(change(patient, phone="2", community="Pulay"))
    up = clinic.export().path
    clinic.do(register(given_names="Ana"))
    down = central.answer()["Clínica 1"]
    network.close()
    return base, {"up": str(up.relative_to(base)), "down": str(down.relative_to(base))}


def kill(
    tmp_path: Path, opened: Opened, clock: StillClock, base: Path, told: dict[str, str], deed: str, points: list[int]
) -> list[Path]:
    watched, out, secret = tmp_path / "watched", tmp_path / "out", tmp_path / "opened"
    for folder in (watched, out):
        folder.mkdir(exist_ok=True)
    secret.write_bytes(pickle.dumps((opened, clock)))
    shim = build_shim(tmp_path)
    more = {"LD_PRELOAD": str(shim), "OPDIR": str(watched), "PYTHONPATH": str(ROOT)}
    arguments = [base, watched, out, secret, deed, json.dumps(points), json.dumps(told)]
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, *map(str, arguments)],
        env={**os.environ, **more}, cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return [watched / f"{deed}-{point}" for point in points]


def healthy(office: Office) -> None:
    cursor: Any = office.vault._raw.cursor()
    assert cursor.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert ledger.broken_at(cursor) is None
    assert list(ledger.stale_rows(cursor)) == []
    assert cursor.execute("SELECT off FROM capture_state").fetchone() == (0,)
    assert cursor.execute("SELECT count(*) FROM touched").fetchone() == (0,)


def carry_on(network: Network, said: list[list[Any]]) -> None:
    """As the people would: whatever was acknowledged is there, the rest is simply done again."""
    clinic, central = network.clinics[0], network.central
    for office in network.all():
        healthy(office)
    here = {row_id for (row_id,) in clinic.sql("SELECT id FROM patient")}
    assert {words[1] for words in said if words[0] == "saved"} <= here
    for words in said:
        if words[0] == "carried":
            file = Path(words[1])
            report = central.merge(file) if file.parent == clinic.stick else clinic.accept(file)
            assert report.files[0].ok, "what was said to be on the stick is on it, whole"
        assert words[0] != "taken" or words[2] is None
    for _round in range(3):
        network.round()
    assert of_site(central, clinic) == of_site(clinic, clinic)
    assert central.sql("SELECT unit FROM open_conflict") == clinic.sql("SELECT unit FROM open_conflict") == [("phone",)]
    noted = {f.kind for office in network.all() for f in office.ask(findings.findings)}
    assert noted <= {"restored"}, noted
    for office in network.all():
        healthy(office)


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("step", [53, pytest.param(1, marks=pytest.mark.long, id="every point")])
def test_killed_at_any_point_nothing_acknowledged_is_lost_and_trying_again_converges(
    waiting: tuple[Path, dict[str, str]], made_vault: tuple[Path, Opened], clock: StillClock, tmp_path: Path,
    deed: str, step: int,
) -> None:  # fmt: skip
    base, told = waiting
    at, ended, killed = 1, False, 0
    while not ended:
        points = [at + step * n for n in range(2 if step > 1 else 16)]
        for place in kill(tmp_path, made_vault[1], clock, base, told, deed, points):
            path = tmp_path / "out" / place.name
            said = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
            assert not [words for words in said if words[0] == "bug"], said
            ended = ended or ["end"] in said
            killed += ["end"] not in said
            network = open_network(place, made_vault[1], clock, 1)
            try:
                carry_on(network, said)
            finally:
                network.close()
        at = points[-1] + step
    print(f"{deed}: killed at {killed} points")  # noqa: T201 - the proof tells how many
    assert killed
