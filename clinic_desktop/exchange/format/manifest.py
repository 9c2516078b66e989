"""What a segment says of itself. Signed; its hash is the segment's name in every chain."""

from datetime import datetime
from typing import Annotated

import msgspec

from clinic_desktop.exchange.format import canonical
from clinic_desktop.exchange.format.canonical import NotCanonical

FORMAT = "clinic-desktop-segment/1"
READER = 1
"""What this program can read; a manifest that asks for more is held until the update."""

MAX_PARTS = 2_000
MAX_RAW = 16 * 1024 * 1024
"""Bytes of one part, unpacked."""
MAX_PACKED = 17 * 1024 * 1024
MAX_MANIFEST = 1024 * 1024

Hash = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Name = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
Epoch = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{16}\Z")]
Moment = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}\.[0-9]{6}Z\Z")]
Count = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
Number = Annotated[int, msgspec.Meta(ge=1, lt=2**31)]
Table = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9_]{0,49}\Z")]
KINDS = frozenset({"insert", "update", "copy"})
Kind = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z_]{0,19}\Z")]


class Part(msgspec.Struct, frozen=True):
    name: Annotated[str, msgspec.Meta(pattern=r"\Aparts/[0-9]{4}\.[a-z][a-z0-9_]{0,49}\.jsonl\.zst\Z")]
    table: Table
    kind: Kind
    rows: Count
    raw: Annotated[int, msgspec.Meta(ge=1, le=MAX_RAW)]
    size: Annotated[int, msgspec.Meta(ge=1, le=MAX_PACKED)]
    sha256: Hash


class Follows(msgspec.Struct, frozen=True):
    number: Number
    hash: Hash


class Manifest(msgspec.Struct, frozen=True):
    format: str
    min_reader: Count
    schema: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    device: Name
    site: Name
    epoch: Epoch
    segment: Number
    audience: Annotated[str, msgspec.Meta(pattern=r"\A(common|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z")]
    previous: Follows | None
    """The segment with the number before, whatever its audience."""
    follows: Follows | None
    """The segment before it for the same audience: what must be there for this one to be without a gap."""
    cut_at: Moment
    parts: Annotated[list[Part], msgspec.Meta(max_length=MAX_PARTS)]

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)

    @property
    def is_for_later(self) -> bool:
        """Whether only a newer program can read it: it says so, or has parts of a kind that is not known here."""
        return self.min_reader > READER or any(part.kind not in KINDS for part in self.parts)

    def when(self) -> datetime:
        return datetime.fromisoformat(self.cut_at)

    @property
    def folder(self) -> str:
        """Where it lies in a bundle."""
        return folder_of(self.device, self.epoch, self.segment)


def folder_of(device: str, epoch: str, segment: int) -> str:
    return f"segments/{device}-{epoch}-{segment}"


def read_manifest(content: bytes) -> Manifest:
    """The manifest, or NotCanonical."""
    manifest = canonical.read(content, Manifest)
    if manifest.format != FORMAT:
        raise NotCanonical()
    names = [part.name for part in manifest.parts]
    if names != sorted(set(names)):
        raise NotCanonical()
    moment(manifest.cut_at)
    return manifest


def moment(text: str) -> datetime:
    """An instant of the form `Moment`, or NotCanonical: the 31st of February has the form too."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise NotCanonical() from error
