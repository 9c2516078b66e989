"""Whole files, written so that a power cut leaves the old content or the new, and never half of either."""

import contextlib
import errno
import os
import shutil
import sys
from pathlib import Path

from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.kernel.i18n import N_

# What a data folder holds.
DATABASE = "vault.db"
HEADER = "vault.json"
LOCK = "vault.lock"
HEAD = "head.json"
TRIES = "tries.json"
RESTORED = "restored.json"


class NoRoom(Trouble):
    text = N_("There is not enough room: {needed} MB are needed and {free} MB are free. Make room and try again.")


class CannotWrite(Trouble):
    text = N_(
        "“{name}” could not be written. Check that the folder or the USB stick is still there and can be written."
    )


def write_durably(path: Path, data: bytes) -> None:
    """Put `data` in place of `path`; when this returns, it survives a power cut."""
    _replace(path, data, durable=True)


def replace_quickly(path: Path, data: bytes) -> None:
    """Like `write_durably` but left to the system to store: a power cut may lose it, a killed process does not."""
    _replace(path, data, durable=False)


def _replace(path: Path, data: bytes, *, durable: bool) -> None:
    # One name per file: what a killed process left over is written over by the next one.
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
        if durable:
            sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise trouble_of(error, path, len(data)) from error


def trouble_of(error: OSError, path: Path, size: int = 0) -> Trouble:
    """The sentence for a failed write of about `size` bytes."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoRoom(needed=max(1, _megabytes(size)), free=_megabytes(free_bytes(path.parent)))
    return CannotWrite(name=path.name)


def sync_file(path: Path) -> None:
    """Wait until what was written to `path` is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make new, renamed and removed names in `folder` last. Windows stores names with the file and cannot do this."""
    if sys.platform == "win32":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def drop_cache(path: Path) -> None:
    """Ask the system to read `path` from the disk next time, not from memory. Only a wish, and only where it exists."""
    if sys.platform == "win32" or not hasattr(os, "posix_fadvise"):
        return
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def free_bytes(path: Path) -> int:
    """Free room where `path` lies or will lie; 0 when the place is gone."""
    for place in (path, *path.parents):
        with contextlib.suppress(OSError):
            return shutil.disk_usage(place).free
    return 0


def need_room(path: Path, size: int) -> None:
    """Refuse before starting what would not fit."""
    free = free_bytes(path)
    if free < size:
        raise NoRoom(needed=_megabytes(size) + 1, free=_megabytes(free))


def _megabytes(size: int) -> int:
    return size // 1_000_000
