"""A disk that loses power or fails: records what a process writes, and rebuilds what a power cut could have left."""

import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SECTOR = 512
HERE = Path(__file__).parent


def build_shim(folder: Path) -> Path:
    """The recorder as a library, or a skipped test that says what is missing."""
    if not sys.platform.startswith("linux"):
        pytest.skip("faults are injected by LD_PRELOAD, which only Linux has")
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("gcc is not installed: the fault recorder cannot be built")
    made = folder / "oplog.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-w", "-o", str(made), str(HERE / "oplog.c"), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    works = [sys.executable, "-c", f"import ctypes; ctypes.CDLL({str(made)!r}).oplog_fault"]
    if subprocess.run(works, env={"LD_PRELOAD": str(made)}, check=False, capture_output=True).returncode:
        pytest.skip("a library cannot be loaded before the others here (LD_PRELOAD)")
    return made


@dataclass(frozen=True)
class Operation:
    kind: str
    """C(reate) W(rite) T(runcate) S(ync) U(nlink) R(ename)"""
    path: str
    other: str
    at: int
    data: bytes


def read_log(log: Path) -> list[Operation]:
    return list(_operations(log.read_bytes()))


def _operations(data: bytes) -> Iterator[Operation]:
    here = 0
    while here < len(data):
        kind, first, second, at, length = struct.unpack_from("<cHHQI", data, here)
        here += 17
        path, other = data[here : here + first].decode(), data[here + first : here + first + second].decode()
        here += first + second
        yield Operation(kind.decode(), path, other, at, data[here : here + length])
        here += length


@dataclass
class _File:
    kept: bytearray = field(default_factory=bytearray)
    """What a sync has put on the disk for certain."""
    waiting: list[Operation] = field(default_factory=list)


def after_power_cut(start: Path, operations: list[Operation], root: str, model: str, chance: random.Random, to: Path):
    """What could lie on the disk after these operations. `model`: "prefix" (all of them), "drop" (any of those that no
    sync covered is missing), "torn" (and any may be there only in part, by sectors)."""
    files = {p.name: _File(bytearray(p.read_bytes())) for p in start.iterdir() if p.is_file()}
    for op in operations:
        name, other = op.path.removeprefix(root).strip("/"), op.other.removeprefix(root).strip("/")
        if op.kind == "U":
            files.pop(name, None)
        elif op.kind == "R" and name in files:
            files[other] = files.pop(name)
        elif op.kind == "S" and name in files:
            _apply(files[name], files[name].waiting)
            files[name].waiting = []
        elif op.kind in "CWT":
            files.setdefault(name, _File()).waiting.append(op)
    to.mkdir()
    for name, file in files.items():
        _apply(file, [cut for op in file.waiting if (cut := _survives(op, model, chance)) is not None])
        (to / name).write_bytes(file.kept)


def _survives(op: Operation, model: str, chance: random.Random) -> Operation | None:
    if model == "prefix" or op.kind == "C":
        return op
    if chance.random() < 0.5:
        return None
    if model == "torn" and op.kind == "W" and chance.random() < 0.5:
        sectors = chance.randint(0, len(op.data) // SECTOR)
        return Operation("W", op.path, "", op.at, op.data[: sectors * SECTOR])
    return op


def _apply(file: _File, operations: list[Operation]) -> None:
    for op in operations:
        if op.kind == "T":
            del file.kept[op.at :]
            file.kept.extend(bytes(op.at - len(file.kept)))
        elif op.kind == "W":
            if len(file.kept) < op.at:
                file.kept.extend(bytes(op.at - len(file.kept)))
            file.kept[op.at : op.at + len(op.data)] = op.data
