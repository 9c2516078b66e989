"""The list that lies on a stick which serves a route of clinics: what is on it, who wrote it for whom, who read it.

Only a hint for people. Bundles are found by what is inside them; a list that lies or is missing harms nothing. It is
sealed to a key that all computers of the organisation share and that opens nothing else.
"""

import io
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated

import msgspec
import pyrage
import sqlalchemy as sa

from clinic_desktop.exchange.format import canonical, sealed
from clinic_desktop.exchange.format.bundle import Keys
from clinic_desktop.exchange.format.canonical import NotCanonical
from clinic_desktop.exchange.format.manifest import Count, Hash, Moment, Number
from clinic_desktop.exchange.trust.records import RouteKey
from clinic_desktop.storage.work import Asker, Work

FORMAT = "clinic-desktop-route/1"
MOST_BYTES = 256 * 1024
"""A file that is larger is no list."""
MOST_ENTRIES, MOST_READS = 200, 12
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
Short = Annotated[str, msgspec.Meta(max_length=120)]


class Read(msgspec.Struct, frozen=True):
    """A computer took the bundle in whole."""

    device: Short
    site: Short
    site_name: Short
    at: Moment


class Entry(msgspec.Struct, frozen=True):
    """One bundle file."""

    sha256: Hash
    name: Short
    size: Count
    number: Number
    volume: Number
    volumes: Number
    device: Short
    site: Short
    site_name: Short
    for_site: Short
    """Empty: for the central."""
    for_name: Short
    at: Moment
    reads: Annotated[list[Read], msgspec.Meta(max_length=MOST_READS)] = []


class RouteList(msgspec.Struct, frozen=True):
    format: str
    stick: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{16}\Z")]
    """Drawn when the list is first written: by it a stick is known again."""
    entries: Annotated[list[Entry], msgspec.Meta(max_length=MOST_ENTRIES)]
    unfit: str = ""
    """Since when this stick is known to give back something else than what was written on it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The lists on a stick, united, and their files."""

    list: RouteList
    files: tuple[Path, ...]


def new_list() -> RouteList:
    return RouteList(FORMAT, secrets.token_hex(8), [])


def new_name() -> str:
    """Neutral and drawn anew for every writing, as those of bundles."""
    return f"{''.join(secrets.choice(_LETTERS) for _ in range(8))}.list"


def identity_for_all(work: Work) -> str:
    """At the central: the key of the lists, drawn when it is first needed."""
    row = work.session.get(RouteKey, 1)
    if row is None:
        row = RouteKey(only=1, identity=str(pyrage.x25519.Identity.generate()), made_at=work.now)
        work.session.add(row)
        work.session.flush()
    return row.identity


def take_key(work: Work, keys: Keys) -> None:
    """At a clinic: the key that came in the central's bundle, in place of the one before."""
    try:
        pyrage.x25519.Identity.from_str(keys.route)
    except pyrage.IdentityError:
        return
    row = work.session.get(RouteKey, 1)
    if row is None or row.identity != keys.route:
        work.session.merge(RouteKey(only=1, identity=keys.route, made_at=work.now))
        work.session.flush()


def identity(asker: Asker) -> str | None:
    """The key of the lists, if this computer was given it."""
    return asker.value(sa.select(RouteKey.identity).where(RouteKey.only == 1))


def seal(content: RouteList, key: str) -> bytes:
    out = io.BytesIO()
    recipient = str(pyrage.x25519.Identity.from_str(key).to_public())
    sealed.seal([canonical.write(shortened(content))], out, [recipient])
    return out.getvalue()


def read(path: Path, key: str) -> RouteList | None:
    """The list in a file, None if it is none."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        found = canonical.read(sealed.open_small(path, key), RouteList)
    except (OSError, sealed.NotSealed, sealed.NoKeyFits, sealed.SealBroken, NotCanonical):
        return None
    return found if found.format == FORMAT else None


def find(files: Iterable[Path], key: str | None) -> Found | None:
    """The lists among some files; several are of two sticks put together, and count as one."""
    if key is None:
        return None
    found = [(one, path) for path in files if (one := read(path, key)) is not None]
    if not found:
        return None
    return Found(unite([one for one, _path in found]), tuple(path for _one, path in found))


def unite(lists: Iterable[RouteList]) -> RouteList:
    """One list of several, whatever their order: of a bundle named twice, everybody who read it."""
    ordered = sorted(lists, key=lambda one: (one.stick, canonical.write(one)))
    entries: dict[str, Entry] = {}
    for entry in sorted((e for one in ordered for e in one.entries), key=canonical.write):
        known = entries.get(entry.sha256)
        entries[entry.sha256] = entry if known is None else _with_reads(known, entry.reads)
    first = ordered[0]
    unfit = min((one.unfit for one in ordered if one.stick == first.stick and one.unfit), default="")
    return shortened(RouteList(FORMAT, first.stick, list(entries.values()), unfit))


def _with_reads(entry: Entry, more: Iterable[Read]) -> Entry:
    reads = {read.device: read for read in sorted((*entry.reads, *more), key=lambda r: r.at, reverse=True)}
    ordered = sorted(reads.values(), key=lambda r: (r.at, r.device))
    return msgspec.structs.replace(entry, reads=ordered[:MOST_READS])


def shortened(content: RouteList) -> RouteList:
    """Within its limits: the oldest entries go first."""
    entries = sorted(content.entries, key=lambda e: (e.at, e.sha256))[-MOST_ENTRIES:]
    return msgspec.structs.replace(content, entries=entries)


def changed(
    content: RouteList, *, added: Iterable[Entry] = (), read_by: Iterable[tuple[str, Read]] = (),
    gone: Iterable[str] = (), unfit: str = "",
) -> RouteList:  # fmt: skip
    """The list after bundles were written, read or taken off. `read_by` and `gone` name bundles by their hash."""
    entries = {entry.sha256: entry for entry in content.entries}
    for entry in added:
        entries[entry.sha256] = entry
    for sha256, one in read_by:
        if sha256 in entries:
            entries[sha256] = _with_reads(entries[sha256], [one])
    for sha256 in gone:
        entries.pop(sha256, None)
    return shortened(msgspec.structs.replace(content, entries=list(entries.values()), unfit=content.unfit or unfit))


def words(text: str) -> str:
    """A name as a list may hold it."""
    return "".join(islice(text, 120))
