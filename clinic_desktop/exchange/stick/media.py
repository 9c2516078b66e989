"""Copying to a stick and from it: a copy is called good only when it was read back past the cache."""

import errno
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from clinic_desktop.exchange.steps import Steps, finish
from clinic_desktop.exchange.stick.drives import Stick, sticks
from clinic_desktop.exchange.stick.survey import Candidate, survey
from clinic_desktop.exchange.troubles import (
    CutShort,
    StickFull,
    StickGone,
    StickGoneFetching,
    StickGoneUnproved,
    StickLies,
    StickReadOnly,
    StickSmallFiles,
)
from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.files import NoRoom, free_bytes, need_room, sync_folder

PIECE = 1024 * 1024
SPARE = 256 * 1024
"""Room asked for besides the file itself: names and tables of the stick."""

__all__ = ["Candidate", "Stick", "candidates", "copy_out", "fetch", "sticks"]

WRITING, READING_BACK, FETCHING = N_("Copying to the stick"), N_("Reading the copy back"), N_("Copying from the stick")


def candidates(folder: Path) -> list[Candidate]:
    """Files anywhere below `folder` that begin like a bundle, newest last."""
    found = finish(survey(folder))
    return found.candidates if found is not None else []


def copy_out(source: Path, folder: Path, name: str, sha256: str) -> Steps[Path]:
    """Put `source` on the stick as `name`: written beside, flushed, read back past the cache, renamed, read again.

    Raises a Trouble with nothing under the final name; what is left of the try is removed if the stick still answers.
    """
    size = source.stat().st_size
    part, final = folder / (name + ".part"), folder / name
    reading_back = False
    try:
        if not folder.is_dir():
            raise StickGone()
        need_room(folder, size + SPARE)
        if final.exists() or part.exists():
            raise FileExistsError(errno.EEXIST, "exists")
        yield from _write(source, part, size)
        reading_back = True
        yield from _compare(part, size, sha256)
        part.rename(final)
        sync_folder(folder)
        yield from _compare(final, size, sha256)
    except (OSError, NoRoom, StickLies) as error:
        _drop(part)
        if reading_back:
            _drop(final)  # the name is drawn: nobody else's file bears it
        raise _stick_trouble(error, folder, size, reading_back=reading_back) from error
    except GeneratorExit:
        _drop(part)
        if reading_back:
            _drop(final)
        raise
    return final


def _write(source: Path, part: Path, size: int) -> Steps[None]:
    with source.open("rb") as reader, part.open("xb") as writer:
        done = 0
        while piece := reader.read(PIECE):
            writer.write(piece)
            done += len(piece)
            writer.flush()
            os.fsync(writer.fileno())  # else a slow stick would seem done and then stand still, and saves with it
            yield Progress(done, size, _said(_(WRITING), done, size))


def _compare(path: Path, size: int, sha256: str) -> Steps[None]:
    digest, done = hashlib.sha256(), 0
    for piece in read_uncached(path):
        digest.update(piece)
        done += len(piece)
        yield Progress(done, size, _said(_(READING_BACK), done, size))
    if done != size or digest.hexdigest() != sha256:
        raise StickLies()


def _said(words: str, done: int, size: int) -> str:
    return f"{words} · {done / 1_000_000:.1f} / {size / 1_000_000:.1f} MB"


def fetch(source: Path, into: Path) -> Steps[tuple[str, int]]:
    """Copy a bundle from the stick to a private file; gives its SHA-256 and size."""
    digest, done = hashlib.sha256(), 0
    try:
        size = source.stat().st_size
        need_room(into.parent, size + SPARE)
        with source.open("rb") as reader:
            writer = into.open("wb")
            with writer:
                while piece := reader.read(PIECE):
                    digest.update(piece)
                    writer.write(piece)
                    done += len(piece)
                    yield Progress(done, size, _said(_(FETCHING), done, size))
    except OSError as error:
        raise StickGoneFetching() from error
    if done < size:
        raise CutShort(name=source.name)
    return digest.hexdigest(), done


_STALE = getattr(errno, "ESTALE", -1)
_GONE = {errno.ENOENT, errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.ENOTDIR, _STALE}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", -1)}


def _stick_trouble(error: Exception, folder: Path, size: int, *, reading_back: bool) -> Trouble:
    needed = (size + SPARE) // 1_000_000 + 1
    if isinstance(error, NoRoom):
        return StickFull(needed=needed, free=free_bytes(folder) // 1_000_000)
    if isinstance(error, Trouble):
        return error
    code = error.errno if isinstance(error, OSError) else None
    if code in _FULL:
        return StickFull(needed=needed, free=free_bytes(folder) // 1_000_000)
    if code in _READ_ONLY:
        return StickReadOnly()
    if code == errno.EFBIG:
        return StickSmallFiles(needed=needed)
    return StickGoneUnproved() if reading_back else StickGone()


def _drop(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        pass  # the stick is gone; readers know what ".part" means


def read_uncached(path: Path) -> Iterator[bytes]:
    """The file as it is on the medium, not as the system remembers it."""
    if sys.platform == "win32":
        from clinic_desktop.exchange.stick import windows_files

        yield from windows_files.read_uncached(path, PIECE)
        return
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while piece := file.read(PIECE):
            yield piece
