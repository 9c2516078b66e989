"""Power cuts and failing disks: the old state or the new one, a sentence, and never a success that was none."""

import json
import os
import pickle
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.features.settings.queries import setting
from clinic_desktop.kernel.clock import SystemClock
from clinic_desktop.storage import ledger
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.work import Actor
from tests.faults.disk import after_power_cut, build_shim, read_log

pytestmark = pytest.mark.whole

ACTOR = Actor("x", "x", frozenset())
COMMON = """
import ctypes, json, os, pickle, shutil, sys
from functools import partial
from pathlib import Path
from clinic_desktop.app import tables
from clinic_desktop.features.settings import service
from clinic_desktop.kernel.clock import SystemClock
from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.work import Actor

actor = Actor("x", "x", frozenset(Permission))
opened = pickle.loads(Path(sys.argv[1]).read_bytes())
folder = Path(sys.argv[2])

def save(vault, number):
    vault.do(partial(service.choose, key="letterhead_name", value=f"n{number}"), actor)
"""

# Says each save, inside the recorded folder, only after the vault said yes.
SAVER = (
    COMMON
    + """
vault = open_vault(folder, opened, SystemClock())
said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT)
for number in range(int(sys.argv[3])):
    save(vault, number)
    os.pwrite(said, b"%08d" % number, 0)
    if number % 7 == 6:
        vault.settle()
vault.close()
"""
)

# One child per fault, so that the program is loaded once.
FAULTS = (
    COMMON
    + """
shim = ctypes.CDLL(os.environ["LD_PRELOAD"])
shim.oplog_fault.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]

def fault(at=-1, error=5, short=0, sticky=0, die=-1):
    shim.oplog_fault(at, error, short, sticky, die)

def tried(say, what, verb):
    try:
        verb()
        say([what, "ok", ""])
    except Trouble as error:
        say([what, type(error).__name__, error.sentence()])
    except BaseException as error:
        say([what, "bug", repr(error)])

def live(place, when, kind, say):
    if when == "opening":
        fault(**kind)
    box = []
    tried(say, "open", lambda: box.append(open_vault(place, opened, SystemClock())))
    if when == "saving":
        fault(**kind)
    for vault in box:
        for number in range(4):
            tried(say, number, lambda: save(vault, number))
        tried(say, "settle", vault.settle)
        fault()
        tried(say, 4, lambda: save(vault, 4))
        tried(say, "close", vault.close)

for name, when, kind in json.loads(sys.argv[3]):
    place = folder.parent / name
    shutil.copytree(folder, place)
    # Outside the watched folder, and nothing buffered: a child that dies has said what it said.
    out = os.open(f"{sys.argv[4]}/{name}", os.O_WRONLY | os.O_CREAT)
    child = os.fork()
    if child == 0:
        live(place, when, kind, lambda line: os.write(out, (json.dumps(line) + "\\n").encode()))
        os._exit(0)
    os.waitpid(child, 0)
    os.close(out)
"""
)


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_shim(tmp_path_factory.mktemp("shim"))


def run(script: str, shim: Path, watched: Path, log: Path | None, *arguments: object) -> None:
    more = {"LD_PRELOAD": str(shim), "OPDIR": str(watched)} | ({"OPLOG": str(log)} if log else {})
    ended = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**os.environ, **more}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr


def kept(folder: Path, opened: Opened) -> int:
    """The number a whole vault holds; whole: pages, structure, chain, and every row as its newest line says."""
    vault = open_vault(folder, opened, SystemClock())
    try:
        cursor: Any = vault._raw.cursor()
        assert cursor.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert ledger.broken_at(cursor) is None
        assert list(ledger.stale_rows(cursor)) == []
        assert cursor.execute("SELECT off FROM capture_state").fetchone() == (0,)
        assert cursor.execute("SELECT count(*) FROM touched").fetchone() == (0,)
        found = vault.ask(lambda reading: setting(reading, "letterhead_name"), ACTOR)
        return int(found[1:]) if found else -1
    finally:
        vault.close()


@pytest.fixture
def secret(made_vault: tuple[Path, Opened], tmp_path: Path) -> Path:
    path = tmp_path / "opened"
    path.write_bytes(pickle.dumps(made_vault[1]))
    return path


@pytest.mark.parametrize("states", [24, pytest.param(2000, marks=pytest.mark.long)])
def test_a_power_cut_loses_no_acknowledged_save_and_damages_nothing(
    made_vault: tuple[Path, Opened], vault_folder: Path, secret: Path, tmp_path: Path, shim: Path, states: int
) -> None:
    start, log = made_vault[0], tmp_path / "log"
    run(SAVER, shim, vault_folder, log, secret, vault_folder, 20)
    operations = read_log(log)
    assert any(op.kind == "S" and op.path.endswith("-wal") for op in operations), "a commit waits for the disk"
    chance = random.Random(5)
    for number in range(states):
        until = chance.randint(0, len(operations))
        model = ("prefix", "drop", "torn")[number % 3]
        place = tmp_path / f"state{number}"
        after_power_cut(start, operations[:until], str(vault_folder), model, chance, place)
        said = [int(op.data) for op in operations[:until] if op.kind == "W" and op.path.endswith("/said")]
        last = said[-1] if said else -1
        assert last <= kept(place, made_vault[1]) <= last + 1, (number, until, model)


def faults(points: range, errors: tuple[int, ...]) -> list[tuple[str, str, dict[str, int]]]:
    listed: list[tuple[str, str, dict[str, int]]] = []
    for when in ("opening", "saving"):
        for at in points:
            for error in errors:
                for kind in ({"sticky": 0}, {"sticky": 1}, {"short": 1}):
                    listed.append((f"{when}-{at}-{error}-{len(listed)}", when, {"at": at, "error": error, **kind}))
            listed.append((f"{when}-{at}-die", when, {"die": at}))
    return listed


@pytest.mark.parametrize(
    ("points", "errors"), [(range(1, 40, 13), (5, 28)), pytest.param(range(1, 90), (5, 28), marks=pytest.mark.long)]
)
def test_any_failing_write_is_told_and_leaves_the_old_state_or_the_new(
    made_vault: tuple[Path, Opened], vault_folder: Path, secret: Path, tmp_path: Path, shim: Path,
    points: range, errors: tuple[int, ...],
) -> None:  # fmt: skip
    planned, out = faults(points, errors), tmp_path / "out"
    out.mkdir()
    watched = vault_folder.parent / "watched"
    watched.mkdir()
    run(FAULTS, shim, watched, None, secret, vault_folder.rename(watched / "base"), json.dumps(planned), out)
    told = 0
    for name, _when, kind in planned:
        lines = [json.loads(line) for line in (out / name).read_text().splitlines()]
        assert [line for line in lines if line[1] == "bug"] == [], (name, lines)
        assert all(line[2] for line in lines if line[1] != "ok"), "every trouble has its sentence"
        acknowledged = max((line[0] for line in lines if isinstance(line[0], int) and line[1] == "ok"), default=-1)
        tried = max((line[0] for line in lines if isinstance(line[0], int)), default=-1) + ("die" in kind)
        assert acknowledged <= kept(watched / name, made_vault[1]) <= max(tried, 0), (name, lines)
        told += any(line[1] != "ok" for line in lines)
    assert told > len(planned) / 4, "the faults were met"
