"""A stick that lies, rots or is pulled out, as a file system of its own: `faulty_stick.py REAL MOUNT FAULT`.

FAULT: "fakecap:N" takes and forgets what is written beyond N bytes, "yank:N" answers nothing any more after N written
bytes, "bitrot:N" flips a bit in one write of N, "full:N" has no room beyond N bytes. Needs fusepy and libfuse 2.
"""

import errno
import importlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def serve(real: str, mount: str, fault: str) -> None:
    fuse: Any = importlib.import_module("fuse")
    refused: Any = fuse.FuseOSError

    kind, _colon, number = fault.partition(":")
    limit = int(number)

    class Stick(fuse.Operations):
        def __init__(self) -> None:
            self.written = 0
            self.chance = random.Random(limit)

        def at(self, path: str) -> str:
            if kind == "yank" and self.written >= limit:
                raise refused(errno.EIO)
            return real + path

        def getattr(self, path: str, fh: Any = None) -> dict[str, Any]:
            try:
                told = os.lstat(self.at(path))
            except OSError as error:
                raise refused(error.errno) from error
            return {name: getattr(told, name) for name in dir(told) if name.startswith("st_")}

        def readdir(self, path: str, fh: Any) -> list[str]:
            return [".", "..", *(found.name for found in Path(self.at(path)).iterdir())]

        def open(self, path: str, flags: int) -> int:
            return os.open(self.at(path), flags)

        def create(self, path: str, mode: int, fi: Any = None) -> int:
            return os.open(self.at(path), os.O_RDWR | os.O_CREAT, mode)

        def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
            self.at(path)
            return os.pread(fh, size, offset)

        def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
            self.at(path)
            self.written += len(data)
            if kind == "full" and self.written > limit:
                raise refused(errno.ENOSPC)
            kept = data
            if kind == "fakecap" and self.written > limit:
                kept = bytes(len(data))
            elif kind == "bitrot" and self.chance.randrange(limit) == 0:
                rotten = bytearray(data)
                rotten[self.chance.randrange(len(rotten))] ^= 4
                kept = bytes(rotten)
            return os.pwrite(fh, kept, offset)

        def truncate(self, path: str, length: int, fh: Any = None) -> None:
            os.truncate(self.at(path), length)

        def unlink(self, path: str) -> None:
            Path(self.at(path)).unlink()

        def rename(self, old: str, new: str) -> None:
            Path(self.at(old)).rename(self.at(new))

        def fsync(self, path: str, datasync: int, fh: int) -> None:
            self.at(path)
            os.fsync(fh)

        def flush(self, path: str, fh: int) -> None:
            self.at(path)

        def release(self, path: str, fh: int) -> None:
            os.close(fh)

        def mkdir(self, path: str, mode: int) -> None:
            Path(self.at(path)).mkdir(mode)

        def statfs(self, path: str) -> dict[str, int]:
            told = os.statvfs(real)
            names = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_favail", "f_ffree", "f_files", "f_namemax")
            return {name: getattr(told, name) for name in names}

    fuse.FUSE(Stick(), mount, foreground=True, nothreads=True, kernel_cache=True)


@contextmanager
def mounted(folder: Path, fault: str) -> Iterator[tuple[Path, Path]]:
    """The stick as the program sees it, and what really lies on it. A skipped test says what is missing."""
    try:
        importlib.import_module("fuse")
    except (ImportError, OSError):
        pytest.skip("fusepy or libfuse 2 is not installed: no stick can be made to lie")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.skip("/dev/fuse is not there: no stick can be made to lie")
    name = fault.replace(":", "-")
    real, mount = folder / f"real-{name}", folder / f"stick-{name}"
    real.mkdir()
    mount.mkdir()
    process = subprocess.Popen([sys.executable, __file__, str(real), str(mount), fault], stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            if os.path.ismount(mount):
                break
            if process.poll() is not None:
                pytest.skip("this computer does not let a test mount anything")
            time.sleep(0.02)
        yield mount, real
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=False, capture_output=True)
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    serve(*sys.argv[1:4])
