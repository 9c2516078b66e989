"""Sticks: finding them, writing so that a copy is only called good when it was read back past the cache, and finding
bundles on them by what is inside, whatever a virus or a helper did to their names."""

import errno
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clinic_desktop.exchange import sealed
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.troubles import CutShort, StickFull, StickGone, StickLies, StickReadOnly
from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.files import NoRoom, free_bytes, need_room, sync_folder

PIECE = 1024 * 1024
SPARE = 256 * 1024
"""Room asked for besides the file itself: names and tables of the stick."""
SMALLEST = 200
"""Bytes; no bundle is smaller."""
MAX_LOOKED_AT = 20_000
MAX_DEPTH = 6

WRITING, READING_BACK, FETCHING = N_("Copying to the stick"), N_("Reading the copy back"), N_("Copying from the stick")


@dataclass(frozen=True, slots=True)
class Stick:
    folder: Path
    label: str
    free: int
    total: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be a bundle: it begins like one. Nothing else of it was read."""

    path: Path
    size: int


def sticks() -> list[Stick]:
    """The removable drives that are there now."""
    folders = _windows_drives() if sys.platform == "win32" else _linux_mounts()
    found: list[Stick] = []
    for folder in folders:
        try:
            usage = shutil.disk_usage(folder)
        except OSError:
            continue
        found.append(Stick(folder, folder.name or str(folder), usage.free, usage.total))
    return found


def candidates(folder: Path) -> list[Candidate]:
    """Files anywhere below `folder` that begin like a bundle, newest last. Links are not followed; of every other file
    no more than the first bytes are read."""
    found: list[tuple[float, Candidate]] = []
    for path in _files(folder, 0):
        try:
            seen = path.stat(follow_symlinks=False)
            if seen.st_size < SMALLEST:
                continue
            with path.open("rb") as file:
                if file.read(len(sealed.MAGIC)) == sealed.MAGIC:
                    found.append((seen.st_mtime, Candidate(path, seen.st_size)))
        except OSError:
            continue
    return [candidate for _at, candidate in sorted(found, key=lambda pair: (pair[0], str(pair[1].path)))]


def _files(folder: Path, depth: int) -> Iterator[Path]:
    seen = 0
    waiting = [(folder, depth)]
    while waiting:
        here, deep = waiting.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda e: e.name)
        except OSError:
            continue
        for entry in entries:
            seen += 1
            if seen > MAX_LOOKED_AT:
                return
            if entry.is_symlink():
                continue
            if entry.is_dir(follow_symlinks=False):
                if deep < MAX_DEPTH:
                    waiting.append((Path(entry.path), deep + 1))
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry.path)


def copy_out(source: Path, folder: Path, name: str, sha256: str) -> Steps[Path]:
    """Put `source` on the stick as `name`: written beside, flushed, read back past the cache, renamed, read again.

    Raises a Trouble with nothing under the final name; what is left of the try is removed if the stick still answers.
    """
    size = source.stat().st_size
    part, final = folder / (name + ".part"), folder / name
    try:
        if not folder.is_dir():
            raise StickGone()
        need_room(folder, size + SPARE)
        if final.exists() or part.exists():
            raise FileExistsError(errno.EEXIST, "exists")
        yield from _write(source, part, size)
        yield from _compare(part, size, sha256)
        part.rename(final)
        sync_folder(folder)
        yield from _compare(final, size, sha256)
    except (OSError, NoRoom, StickLies) as error:
        _drop(part)
        raise _stick_trouble(error, folder, size) from error
    except GeneratorExit:
        _drop(part)
        raise
    return final


def _write(source: Path, part: Path, size: int) -> Steps[None]:
    with source.open("rb") as reader, part.open("xb") as writer:
        done = 0
        while piece := reader.read(PIECE):
            writer.write(piece)
            done += len(piece)
            yield Progress(done, size, _(WRITING))
        writer.flush()
        os.fsync(writer.fileno())


def _compare(path: Path, size: int, sha256: str) -> Steps[None]:
    digest, done = hashlib.sha256(), 0
    for piece in read_uncached(path):
        digest.update(piece)
        done += len(piece)
        yield Progress(done, size, _(READING_BACK))
    if done != size or digest.hexdigest() != sha256:
        raise StickLies()


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
                    yield Progress(done, size, _(FETCHING))
    except OSError as error:
        raise StickGone() from error
    if done < size:
        raise CutShort(name=source.name)
    return digest.hexdigest(), done


_STALE = getattr(errno, "ESTALE", -1)
_GONE = {errno.ENOENT, errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.ENOTDIR, _STALE}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", -1), errno.EFBIG}


def _stick_trouble(error: Exception, folder: Path, size: int) -> Trouble:
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
    return StickGone()


def _drop(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        pass  # the stick is gone; readers know what ".part" means


def read_uncached(path: Path) -> Iterator[bytes]:
    """The file as it is on the medium, not as the system remembers it."""
    if sys.platform == "win32":
        from clinic_desktop.exchange import windows_files

        yield from windows_files.read_uncached(path, PIECE)
        return
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while piece := file.read(PIECE):
            yield piece


_MOUNT_ROOTS = ("/media/", "/run/media/", "/mnt/")


def _linux_mounts() -> list[Path]:
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
    places = [line.split(" ")[1] for line in lines if line.count(" ") >= 3]
    plain = [place.encode().decode("unicode_escape").encode("latin-1", "replace").decode() if "\\" in place else place
             for place in places]  # fmt: skip
    return sorted({Path(place) for place in plain if place.startswith(_MOUNT_ROOTS)})


def _windows_drives() -> list[Path]:
    if sys.platform != "win32":
        return []
    from clinic_desktop.exchange import windows_files

    return windows_files.removable_drives()
