"""Looking over a stick: which files may be bundles, and whether a virus or a backup lives on it.

Of every file no more than the first bytes are read; links are not followed, nothing is started.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from clinic_desktop.exchange.format import sealed
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.progress import Progress

LOOKING = N_("Looking at the stick")
SMALLEST = 200
"""Bytes; no bundle is smaller."""
MAX_LOOKED_AT = 20_000
MAX_DEPTH = 6
_STEP = 200
_STARTS_ITSELF = frozenset({".lnk", ".vbs", ".vbe", ".jse", ".wsf", ".scr", ".pif", ".hta"})
"""Ends of names by which viruses of sticks live: no clinic keeps such files on one."""
_BACKUP = ".vault"
"""How the folder of a backup ends."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be a bundle: it begins like one. Nothing else of it was read."""

    path: Path
    size: int


@dataclass
class Survey:
    candidates: list[Candidate] = field(default_factory=list[Candidate])
    """Oldest first."""
    suspicious: list[str] = field(default_factory=list[str])
    """Names of files by which viruses of sticks start themselves."""
    backups: int = 0
    """Backups of this program."""
    cut_short: bool = False
    """There was more than anybody looks through."""


def survey(folder: Path) -> Steps[Survey]:
    """All of a stick, in steps: a slow one must not look frozen."""
    found, dated = Survey(), list[tuple[float, Candidate]]()
    for seen, entry in enumerate(_entries(folder, 0, found), start=1):
        if seen % _STEP == 0:
            yield Progress(seen, 0, _(LOOKING))
        if seen > MAX_LOOKED_AT:
            found.cut_short = True
            break
        _suspect(entry, found)
        candidate = _candidate(entry)
        if candidate is not None:
            dated.append(candidate)
    dated.sort(key=lambda pair: (pair[0], str(pair[1].path)))
    found.candidates = [candidate for _at, candidate in dated]
    return found


def _candidate(entry: "os.DirEntry[str]") -> tuple[float, Candidate] | None:
    try:
        if not entry.is_file(follow_symlinks=False):
            return None
        told = entry.stat(follow_symlinks=False)
        if told.st_size < SMALLEST:
            return None
        with Path(entry.path).open("rb") as file:
            if file.read(len(sealed.MAGIC)) != sealed.MAGIC:
                return None
    except OSError:
        return None
    return told.st_mtime, Candidate(Path(entry.path), told.st_size)


def _suspect(entry: "os.DirEntry[str]", found: Survey) -> None:
    name = entry.name.lower()
    if name == "autorun.inf" or Path(name).suffix in _STARTS_ITSELF:
        found.suspicious.append(entry.name)


def _entries(folder: Path, depth: int, found: Survey) -> Iterator["os.DirEntry[str]"]:
    waiting = [(folder, depth)]
    while waiting:
        here, deep = waiting.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda e: e.name)
        except OSError:
            continue
        for entry in entries:
            try:
                link, inside = entry.is_symlink(), entry.is_dir(follow_symlinks=False)
            except OSError:
                continue
            if link:
                continue
            if inside and entry.name.lower().endswith(_BACKUP):
                found.backups += 1
            elif inside and deep < MAX_DEPTH:
                waiting.append((Path(entry.path), deep + 1))
            yield entry
