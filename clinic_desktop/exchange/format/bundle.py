"""The file on the stick: age over a tar of a signed head and of segments, each signed by its own writer.

docs/formats/bundle.md specifies it. Reading takes two passes over a private copy: the first checks everything and keeps
nothing, the second hands out segment by segment what the first had found good.
"""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec

from clinic_desktop.exchange.carrying.have import Have
from clinic_desktop.exchange.erasure import redacting
from clinic_desktop.exchange.erasure.redacting import Signed
from clinic_desktop.exchange.format import canonical, minisign, parts, sealed
from clinic_desktop.exchange.format.canonical import NotCanonical
from clinic_desktop.exchange.format.manifest import (
    MAX_MANIFEST,
    READER,
    Count,
    Epoch,
    Hash,
    Manifest,
    Moment,
    Name,
    Number,
    folder_of,
    moment,
    read_manifest,
)
from clinic_desktop.exchange.format.minisign import MAX_SIGNATURE, BadSignature
from clinic_desktop.exchange.format.parts import BadPart
from clinic_desktop.exchange.format.tar_stream import END, BadTar, EndsEarly, TarReader, member
from clinic_desktop.exchange.troubles import (
    CutShort,
    DamagedBundle,
    NewerBundle,
    NotABundle,
    NotForUs,
    UnknownSender,
)
from clinic_desktop.exchange.trust.authority import Link, newcomer
from clinic_desktop.exchange.trust.standing import CENTRAL, Peer, Standing
from clinic_desktop.exchange.trust.troubles import NotCompared

FORMAT = "clinic-desktop-bundle/1"
MAX_HEAD = 16 * 1024 * 1024
KEPT = 8 * 1024 * 1024
"""Bytes of segments that checking keeps, so that a day's bundle is opened once."""
MAX_SEGMENT = 64 * 1024 * 1024
"""Bytes of one segment's parts as they travel: what reading may keep in memory at once."""
_HEAD, _HEAD_SIGNATURE = "bundle.json", "bundle.json.minisig"


class Listed(msgspec.Struct, frozen=True):
    device: Name
    epoch: Epoch
    segment: Number
    hash: Hash

    @property
    def folder(self) -> str:
        return folder_of(self.device, self.epoch, self.segment)


class LedgerEnd(msgspec.Struct, frozen=True):
    count: Count
    hash: Hash


class Known(msgspec.Struct, frozen=True):
    """A certificate and the central's signature of it, as text."""

    certificate: str
    signature: str


class Keys(msgspec.Struct, frozen=True):
    """From a central: secrets that it shares with a site. They open no record."""

    route: str = ""
    """The age identity of the lists on sticks (exchange/stick/route.py)."""
    receipt: str = ""
    """base64 of the key of receipts that are read aloud (exchange/trust/receipts.py)."""


class Head(msgspec.Struct, frozen=True):
    format: str
    min_reader: Count
    schema: str
    number: Number
    """Counted by the sender in its epoch."""
    device: Name
    epoch: Epoch
    site: Name
    site_code: str
    site_name: str
    for_site: str
    """The site a central's bundle is meant for; empty from a clinic."""
    made_at: Moment
    recipients: list[str]
    """Those of the envelope, named inside it too: a bundle re-sealed for somebody else is noticed."""
    segments: Annotated[list[Listed], msgspec.Meta(max_length=1_000_000)]
    have: list[Have]
    ledger: LedgerEnd
    roster: list[Known] = []
    """From a central: the devices of the site it is for, and its own."""
    revoked: list[str] = []
    revoked_why: dict[str, str] = {}
    """By device that is cut off: stolen, or replaced."""
    authority: list[Link] = []
    """From a central: the documents of the root keys, the first one first (exchange/trust/authority.py)."""
    adopted: list[Hash] = []
    """From a central: manifests of segments that were kept aside and that a person let in."""
    redactions: list[Signed] = []
    """For parts of these segments that were written anew without what was erased."""
    told: dict[str, str] = {}
    """What the sender says of itself (exchange/carrying/told.py)."""
    volume: Number = 1
    volumes: Number = 1
    """A load too big for one file: which of how many. Each is whole by itself."""
    keys: Keys = Keys()
    lost: list[Number] = []
    """From a clinic: its bundles whose stick was lost, as far as no receipt covers what was in them."""


Stored = tuple[bytes, str, list[tuple[str, bytes]]]
"""A segment to be written: its manifest, the signature, and name and body of each part."""


@dataclass(frozen=True, slots=True)
class SealedSegment:
    """A segment as it travels."""

    manifest: Manifest
    content: bytes
    signature: str
    bodies: list[bytes]
    redacted: tuple[Signed, ...] = ()
    """What vouches for parts that were written anew; `manifest` has them as they are now, `content` as they were."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What the first pass found: a bundle that is whole, for us, and from a device we know."""

    head: Head
    sender: Peer
    manifests: tuple[Manifest, ...]
    strangers: frozenset[str]
    """Folders of segments whose writer is not known here: their signatures could not be checked."""
    known: frozenset[str]
    """Folders of segments that were applied here before."""
    kept: "tuple[SealedSegment, ...] | None" = None
    """The segments that are not known, if they are small: the second pass is then not needed. None if they are not."""


def write(out: BinaryIO, head: Head, signing_key: bytes, segments: Iterable[Stored]) -> Iterator[int]:
    """Seal a bundle into `out`, in steps that give the bytes so far. `segments` give manifest, signature and parts, in
    the head's order."""
    content = canonical.write(head)
    signature = minisign.sign(signing_key, content, f"bundle {head.number}").encode()

    def pieces() -> Iterator[bytes]:
        yield from member(_HEAD, len(content), [content])
        yield from member(_HEAD_SIGNATURE, len(signature), [signature])
        for listed, (manifest, signed, bodies) in zip(head.segments, segments, strict=True):
            folder = listed.folder
            yield from member(f"{folder}/manifest.json", len(manifest), [manifest])
            yield from member(f"{folder}/manifest.json.minisig", len(signed), [signed.encode()])
            for name, body in bodies:
                yield from member(f"{folder}/{name}", len(body), [body])
        yield END

    yield from sealed.seal_in_steps(pieces(), out, head.recipients)


def verify(
    path: Path, name: str, identity: str, standing: Standing, ask_known: Callable[[Sequence[Listed]], Set[str]]
) -> Generator[int, None, Verified]:
    """The first pass: every byte is decrypted and checked, nothing is kept. Yields the bytes checked so far.

    `ask_known` tells which of the listed segments were applied before: these are only compared with their hashes.
    """
    with _reading(path, name, identity) as tar:
        head, sender = _head(tar, name, standing)
        known = frozenset(ask_known(head.segments))
        yield 0
        told = redacting.by_part(head.redactions)
        manifests: list[Manifest] = []
        strangers: set[str] = set()
        kept: list[SealedSegment] | None = []
        done = 0
        for listed in head.segments:
            found = _segment(tar, listed, told)
            writer = standing.who(listed.device)
            if writer is None:
                strangers.add(listed.folder)
            else:
                minisign.verify(writer.public_key, found.content, found.signature)
            if listed.folder not in known:
                for part, body in zip(found.manifest.parts, found.bodies, strict=True):
                    parts.unpack(part, body)
                if kept is not None:
                    kept.append(replace(found, redacted=tuple(_vouching(head, listed))))
            manifests.append(found.manifest)
            done += found.manifest.size
            if done > KEPT:
                kept = None
            yield done
        if tar.next() is not None:
            raise BadTar()
        small = tuple(kept) if kept is not None else None
        return Verified(head, sender, tuple(manifests), frozenset(strangers), known, small)


def read_head(path: Path, name: str, identity: str, standing: Standing) -> tuple[Head, Peer]:
    """Who sent it and what it says of itself; what comes after the signed head was not looked at."""
    with _reading(path, name, identity) as tar:
        return _head(tar, name, standing)


def segments(
    path: Path, name: str, identity: str, head: Head, wanted: Collection[str]
) -> Generator[SealedSegment, None, None]:
    """The second pass over the same private copy: the segments whose folders are wanted, one at a time."""
    with _reading(path, name, identity) as tar:
        for expected in (_HEAD, _HEAD_SIGNATURE):
            _member(tar, expected, MAX_HEAD)
        told = redacting.by_part(head.redactions)
        for listed in head.segments:
            found = _segment(tar, listed, told)
            if listed.folder in wanted:
                yield replace(found, redacted=tuple(_vouching(head, listed)))


class _reading:
    def __init__(self, path: Path, name: str, identity: str) -> None:
        self._name = name
        self._pieces = sealed.opened(path, identity)

    def __enter__(self) -> TarReader:
        return TarReader(self._pieces)

    def __exit__(self, kind: object, error: BaseException | None, _trace: object) -> None:
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()
        match error:
            case sealed.NotSealed():
                raise NotABundle(name=self._name) from error
            case sealed.NoKeyFits():
                raise NotForUs(name=self._name) from error
            case sealed.SealBroken() | EndsEarly():
                raise CutShort(name=self._name) from error
            case BadTar() | BadPart() | BadSignature() | NotCanonical() | UnicodeError():
                raise DamagedBundle(name=self._name) from error
            case _:
                return


def _head(tar: TarReader, name: str, standing: Standing) -> tuple[Head, Peer]:
    content = _member(tar, _HEAD, MAX_HEAD)
    signature = _member(tar, _HEAD_SIGNATURE, MAX_SIGNATURE).decode("ascii")
    head = canonical.read(content, Head)
    moment(head.made_at)
    if head.format != FORMAT or head.min_reader > READER:
        raise NewerBundle(name=name)
    sender = standing.who(head.device) or _named_by_roots(head, standing)
    if sender is None:
        raise UnknownSender(name=name)
    if sender.asked_code is not None:
        raise NotCompared(site=sender.site_name)
    minisign.verify(sender.public_key, content, signature)
    if standing.here.recipient not in head.recipients or head.site != sender.site_id:
        raise DamagedBundle(name=name)
    if len({listed.folder for listed in head.segments}) != len(head.segments):
        raise BadTar()
    return head, sender


def _named_by_roots(head: Head, standing: Standing) -> Peer | None:
    """A computer that nobody here knows yet and that the root keys make a central."""
    found = newcomer(standing.followed, head.authority, head.device)
    if found is None:
        return None
    return Peer(found.device, found.site, found.site_code, found.site_name, CENTRAL, found.public_key, found.recipient)


def _vouching(head: Head, listed: Listed) -> Iterator[Signed]:
    return (one for one in head.redactions if redacting.read(one).segment == listed.hash)


def _segment(tar: TarReader, listed: Listed, told: redacting.ByPart) -> SealedSegment:
    content = _member(tar, f"{listed.folder}/manifest.json", MAX_MANIFEST)
    if canonical.digest(content) != listed.hash:
        raise BadTar()
    signature = _member(tar, f"{listed.folder}/manifest.json.minisig", MAX_SIGNATURE).decode("ascii")
    manifest = redacting.as_rewritten(read_manifest(content), listed.hash, told)
    if manifest.folder != listed.folder or manifest.size > MAX_SEGMENT:
        raise BadTar()
    bodies: list[bytes] = []
    for part in manifest.parts:
        body = _member(tar, f"{listed.folder}/{part.name}", part.size)
        if len(body) != part.size or canonical.digest(body) != part.sha256:
            raise BadPart()
        bodies.append(body)
    return SealedSegment(manifest, content, signature, bodies)


def _member(tar: TarReader, name: str, most: int) -> bytes:
    found = tar.next()
    if found is None or found[0] != name:
        raise BadTar()
    return tar.content(most)
