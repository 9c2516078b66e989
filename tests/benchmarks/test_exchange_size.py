"""The stick: how large a bundle is beside a session changeset of the same rows, what capture costs, and how much memory
a large load takes.

The changeset needs apsw (`.venv/bin/pip install apsw==3.50.4.0`); without it that line says so.
STICK_MEMORY_MB sets the size of the large load: 300 by default, 1000 by night.
"""

import faulthandler
import importlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyrage
import pytest
import zstandard

from clinic_desktop.exchange.format.parts import LEVEL
from clinic_desktop.exchange.format.shape import shapes
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage.capture import TABLES_SQL
from clinic_desktop.storage.cipher import open_cipher
from clinic_desktop.storage.keys import Opened
from tests.benchmarks.targets import at_most
from tests.benchmarks.test_exchange import fill
from tests.makers.network import Office, make_network

pytestmark = pytest.mark.benchmark

ROOT = Path(__file__).resolve().parents[2]
MEGABYTES = os.environ.get("STICK_MEMORY_MB", "300")


def test_size_and_capture(made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock, capsys: Any) -> None:
    network = make_network(tmp_path / "net", made_vault[1], made_vault[0], clock, 1)
    clinic = network.clinics[0]
    clinic.export()
    clinic.do(fill)
    with clinic.vault.still():
        pass
    bundle = clinic.export()
    told = [_size(clinic, bundle.size, sum(load.new for load in bundle.loads))]
    plain, captured = inserts(clinic, tmp_path, captured=False), inserts(clinic, tmp_path, captured=True)
    told.append(at_most("capture", captured / plain, 2, "x the same insert without it"))
    network.close()
    with capsys.disabled():
        print("\n" + "\n".join(told))


def _size(clinic: Office, size: int, rows: int) -> str:
    changeset = session_changeset(clinic)
    if changeset is None:
        return f"bundle: {size / 1e6:.2f} MB for {rows:,} rows; beside a changeset: not measured, apsw is not here"
    packed = zstandard.ZstdCompressor(level=LEVEL).compress(changeset)
    sealed = pyrage.encrypt(packed, [pyrage.x25519.Identity.generate().to_public()])
    said = f"{size / 1e6:.2f} MB beside {len(sealed) / 1e6:.2f} MB, {rows:,} rows"
    return at_most("bundle size", size / len(sealed), 1.05, "x zstd and age of a session changeset", said)


def tables(clinic: Office, kinds: str) -> list[tuple[str, list[str], list[Any]]]:
    """Of each table that holds rows: its name, the statements that make it, and its rows."""
    found: list[tuple[str, list[str], list[Any]]] = []
    for shape in shapes().values():
        rows = clinic.sql(f"SELECT id, {shape.listed()} FROM {shape.table}")
        sql = f"SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ({kinds}) AND sql IS NOT NULL"
        if rows:
            found.append((shape.table, [made for (made,) in clinic.sql(sql, (shape.table,))], rows))
    return found


def session_changeset(clinic: Office) -> bytes | None:
    try:
        apsw: Any = importlib.import_module("apsw")
    except ImportError:
        return None
    plain = apsw.Connection(":memory:")
    session = apsw.Session(plain, "main")
    session.attach()
    for table, made, rows in tables(clinic, "'table'"):
        plain.execute(made[0])
        plain.executemany(_insert(table, len(rows[0])), rows)
    return session.changeset()


def _insert(table: str, columns: int) -> str:
    listed = f"id, {shapes()[table].listed()}"
    return f"INSERT INTO {table} ({listed}) VALUES ({', '.join('?' * columns)})"


def inserts(clinic: Office, folder: Path, *, captured: bool) -> float:
    """Seconds of CPU to put all rows of a clinic into empty tables; best of five."""
    kinds = "'table', 'index', 'trigger'" if captured else "'table', 'index'"
    best = 1e9
    for attempt in range(5):
        raw = open_cipher(folder / f"{captured}-{attempt}.db", bytes(32), create=True)
        raw.execute("PRAGMA foreign_keys = OFF")
        for statement in TABLES_SQL:
            raw.execute(statement)
        work = tables(clinic, kinds)
        for _table, made, _rows in work:
            for statement in sorted(made, key=lambda sql: "CREATE TABLE" not in sql):
                raw.execute(statement)
        start = time.process_time()
        raw.execute("BEGIN IMMEDIATE")
        for table, _made, rows in work:
            raw.executemany(_insert(table, len(rows[0])), rows)
        raw.execute("COMMIT")
        best = min(best, time.process_time() - start)
        raw.close()
    return best


def test_memory(tmp_path: Path, capsys: Any) -> None:
    faulthandler.cancel_dump_traceback_later()
    command = [sys.executable, "-m", "tests.benchmarks.stick_memory", str(tmp_path), MEGABYTES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    size, small, exported, merged = (int(word) for word in done.stdout.split())
    said = f"a bundle of {size} MB; {small} MB after a small load, {exported} MB after the export of the large one"
    with capsys.disabled():
        print("\n" + at_most("memory", merged, 200, "MB at the highest, central and clinic in one process", said))
