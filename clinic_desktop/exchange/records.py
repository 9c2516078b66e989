"""The tables of the exchange: segments, versions of fields, conflicts, peers, receipts. All of this device alone.

Nothing here travels: each device derives it from the segments it holds, and `segment` and `segment_part` keep those
byte for byte, so that everything else could be built again from them.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clinic_desktop.storage.base import Local
from clinic_desktop.storage.types import Bytes, Flag, Id, Instant, JsonText, Whole, Words, choice

_STRICT = {"sqlite_strict": True}
_NARROW = {"sqlite_strict": True, "sqlite_with_rowid": False}
"""Small rows read by their key only: without a second tree."""


class SegmentState(StrEnum):
    APPLIED = "applied"
    QUARANTINED = "quarantined"
    """Kept whole, nothing of it applied; `reason` says why."""
    HELD = "held"
    """Written for a newer program than this one; applied after the update."""


class FindingKind(StrEnum):
    """What the merge noticed and a person should look at. Nothing was lost or overwritten."""

    FORK = "fork"
    CHAIN = "chain"
    DIFFERENT_FINAL = "different-final"
    RESTORED = "restored"
    """A computer of a clinic began a new epoch: it was put back from a backup, moved or copied."""
    REVOKED = "revoked"
    """Written by a computer that was cut off."""
    FORGOTTEN = "forgotten"
    """A clinic knows one of its computers as cut off, and the central does not: it was put back from a backup."""
    AUTHORITY = "authority"
    """Somebody showed another line of root keys than the one this computer follows."""
    ERASED = "erased"
    """A segment brought again what was erased; it was blanked on arrival."""
    STRANGER = "stranger"
    NO_RIGHT = "no-right"
    CLOCK = "clock"
    UNREADABLE = "unreadable"


class Revoked(StrEnum):
    STOLEN = "stolen"
    """Nothing that arrives from now on is applied until somebody looked at it."""
    REPLACED = "replaced"
    """Out of use; what it had written and is still on its way counts."""


class BundleWay(StrEnum):
    OUT = "out"
    IN = "in"


class Segment(Local):
    """A signed, immutable piece of one device's changes; our own and everybody's that reached us."""

    __tablename__ = "segment"
    __table_args__ = (
        sa.Index("ix_segment_writer", "device_id", "epoch", "number"),
        # With these two more, what is held and what is missing is told without reading a single segment.
        sa.Index("ix_segment_audience", "audience", "device_id", "epoch", "number", "follows", "state"),
        sa.Index("ix_segment_hash", "hash"),
        _STRICT,
    )

    key: Mapped[int] = mapped_column(Whole, primary_key=True)
    """Short name on this device only."""
    device_id: Mapped[str] = mapped_column(Id)
    epoch: Mapped[str] = mapped_column(Words)
    number: Mapped[int] = mapped_column(Whole)
    hash: Mapped[str] = mapped_column(Words)
    """SHA-256 of the manifest."""
    audience: Mapped[str] = mapped_column(Words)
    """A site's id, or "common": which clinics may have it. The central has all."""
    previous_hash: Mapped[str] = mapped_column(Words)
    follows: Mapped[int] = mapped_column(Whole)
    """The number of the segment before it of the same writer and audience; 0 for the first."""
    follows_hash: Mapped[str] = mapped_column(Words)
    cut_at: Mapped[datetime] = mapped_column(Instant)
    rows: Mapped[int] = mapped_column(Whole)
    size: Mapped[int] = mapped_column(Whole)
    """Bytes of its parts as they travel."""
    manifest: Mapped[bytes] = mapped_column(Bytes)
    signature: Mapped[str] = mapped_column(Words)
    state: Mapped[SegmentState] = mapped_column(choice(SegmentState))
    reason: Mapped[str | None] = mapped_column(Words)
    arrived_at: Mapped[datetime] = mapped_column(Instant)
    receipted_at: Mapped[datetime | None] = mapped_column(Instant)
    """When we learned that the central has it; emptied again if the central lost it."""
    ledger_seq: Mapped[int | None] = mapped_column(Whole)
    """Of our own: the ledger's last line when it was cut."""


class SegmentPart(Local):
    """The body of a part, as it travels."""

    __tablename__ = "segment_part"

    segment_key: Mapped[int] = mapped_column(Whole, primary_key=True)
    number: Mapped[int] = mapped_column(Whole, primary_key=True)
    tbl: Mapped[str] = mapped_column(Words)
    kind: Mapped[str] = mapped_column(Words)
    rows: Mapped[int] = mapped_column(Whole)
    body: Mapped[bytes] = mapped_column(Bytes)


class RowStamp(Local):
    """Which segment brought a row that can change: the version of all its fields that never changed since."""

    __tablename__ = "row_stamp"
    __table_args__ = _NARROW

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    tbl: Mapped[str] = mapped_column(Words, primary_key=True)
    hlc: Mapped[int] = mapped_column(Whole)
    segment_key: Mapped[int] = mapped_column(Whole)


class FieldOp(Local):
    """One change of one unit (a field or a group of fields) of one row. Only units that changed after the insert."""

    __tablename__ = "field_op"
    __table_args__ = _NARROW

    tbl: Mapped[str] = mapped_column(Words, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    unit: Mapped[str] = mapped_column(Words, primary_key=True)
    segment_key: Mapped[int] = mapped_column(Whole, primary_key=True)
    hlc: Mapped[int] = mapped_column(Whole)
    author_id: Mapped[str] = mapped_column(Words)
    value: Mapped[str] = mapped_column(Words)
    """JSON list of the unit's columns in the order of their bits."""
    prev: Mapped[str] = mapped_column(Words)
    """JSON list of the stamps it overwrote, each [hlc, device, epoch, segment]."""
    seen: Mapped[str] = mapped_column(Words)
    """The same, of other units: what a taking-back or an edit of a row taken back had seen."""
    made: Mapped[bool] = mapped_column(Flag)
    """It is the insert itself."""


class OpenConflict(Local):
    """Two people changed the same unit without knowing of each other. Derived: made again from `field_op`."""

    __tablename__ = "open_conflict"
    __table_args__ = (sa.Index("ix_open_conflict_row", "id"), _STRICT)

    tbl: Mapped[str] = mapped_column(Words, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    unit: Mapped[str] = mapped_column(Words, primary_key=True)
    blocking: Mapped[bool] = mapped_column(Flag)
    waiting: Mapped[bool] = mapped_column(Flag)
    """A segment that may explain it has not arrived: not yet a conflict."""
    sides: Mapped[Any] = mapped_column(JsonText)
    """[{"value": [...], "stamp": [...], "author": id}], the provisional one first."""
    found_at: Mapped[datetime] = mapped_column(Instant)


class Settling(Local):
    """A conflict that a person settled here since the last cut: what the coming segment must say it overwrote."""

    __tablename__ = "settling"

    tbl: Mapped[str] = mapped_column(Words, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    unit: Mapped[str] = mapped_column(Words, primary_key=True)
    prev: Mapped[str] = mapped_column(Words)


class HeldChange(Local):
    """What a newer program wrote and this one has no place for, word for word; integrated after the update."""

    __tablename__ = "held_change"

    key: Mapped[int] = mapped_column(Whole, primary_key=True)
    segment_key: Mapped[int] = mapped_column(Whole, index=True)
    tbl: Mapped[str] = mapped_column(Words)
    kind: Mapped[str] = mapped_column(Words)
    row_id: Mapped[str] = mapped_column(Words)
    content: Mapped[str] = mapped_column(Words)


class Finding(Local):
    __tablename__ = "finding"

    key: Mapped[int] = mapped_column(Whole, primary_key=True)
    kind: Mapped[FindingKind] = mapped_column(choice(FindingKind))
    segment_key: Mapped[int | None] = mapped_column(Whole)
    tbl: Mapped[str | None] = mapped_column(Words)
    row_id: Mapped[str | None] = mapped_column(Words)
    detail: Mapped[str | None] = mapped_column(Words)
    found_at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)


class PeerDevice(Local):
    """A device we exchange with, by its certificate. A revoked one is never trusted again."""

    __tablename__ = "peer_device"

    device_id: Mapped[str] = mapped_column(Id, primary_key=True)
    site_id: Mapped[str] = mapped_column(Id)
    site_code: Mapped[str] = mapped_column(Words)
    site_name: Mapped[str] = mapped_column(Words)
    role: Mapped[str] = mapped_column(Words)
    public_key: Mapped[bytes] = mapped_column(Bytes)
    recipient: Mapped[str] = mapped_column(Words)
    certificate: Mapped[bytes] = mapped_column(Bytes)
    signature: Mapped[str] = mapped_column(Words)
    enrolled_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_why: Mapped[Revoked | None] = mapped_column(choice(Revoked))
    rights: Mapped[Any] = mapped_column(JsonText, nullable=True)
    """Rooms whose tables it may write (exchange/format/shape.py); empty: all that its role may."""
    issuer: Mapped[str | None] = mapped_column(Words)
    """The device whose key signed the certificate."""
    asked_code: Mapped[str | None] = mapped_column(Words)
    """At the central: the code of its joining, for as long as the two sides have not read it to each other."""


class OwnRequest(Local):
    """The request this device wrote to join a central; the answer must name it."""

    __tablename__ = "own_request"

    only: Mapped[int] = mapped_column(Whole, primary_key=True, default=1)
    content: Mapped[bytes] = mapped_column(Bytes)
    made_at: Mapped[datetime] = mapped_column(Instant)


class PeerHave(Local):
    """What a peer said it holds of one writer for one audience, in its newest bundle."""

    __tablename__ = "peer_have"

    peer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    device_id: Mapped[str] = mapped_column(Id, primary_key=True)
    epoch: Mapped[str] = mapped_column(Words, primary_key=True)
    audience: Mapped[str] = mapped_column(Words, primary_key=True)
    upto: Mapped[int] = mapped_column(Whole)
    hash: Mapped[str] = mapped_column(Words)
    beyond: Mapped[Any] = mapped_column(JsonText)


class BundleLog(Local):
    """Every bundle this device wrote or read."""

    __tablename__ = "bundle_log"
    __table_args__ = (sa.Index("ix_bundle_log_peer", "device_id", "epoch", "number"), _STRICT)

    key: Mapped[int] = mapped_column(Whole, primary_key=True)
    way: Mapped[BundleWay] = mapped_column(choice(BundleWay))
    device_id: Mapped[str] = mapped_column(Id)
    epoch: Mapped[str] = mapped_column(Words)
    number: Mapped[int] = mapped_column(Whole)
    site_id: Mapped[str] = mapped_column(Id)
    """Written: the site it is for, if one. Read: the site it came from."""
    file_name: Mapped[str] = mapped_column(Words)
    sha256: Mapped[str] = mapped_column(Words, index=True)
    size: Mapped[int] = mapped_column(Whole)
    segments: Mapped[int] = mapped_column(Whole)
    new_segments: Mapped[int] = mapped_column(Whole)
    refused_segments: Mapped[int] = mapped_column(Whole)
    made_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the copy was verified, or everything in it was taken in."""
    volume: Mapped[int | None] = mapped_column(Whole)
    volumes: Mapped[int | None] = mapped_column(Whole)
    """Of a load too big for one file: which of how many."""
    lost_at: Mapped[datetime | None] = mapped_column(Instant)
    """When a person said that the stick with it is lost."""
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the file was taken off the stick, because its addressee had confirmed it."""
    stick_id: Mapped[str | None] = mapped_column(Words)
    """Written: the stick it went on, if that is known."""


class BundleContent(Local):
    """Which segments a bundle of ours carried."""

    __tablename__ = "bundle_content"
    __table_args__ = _NARROW

    log_key: Mapped[int] = mapped_column(Whole, primary_key=True)
    segment_key: Mapped[int] = mapped_column(Whole, primary_key=True)


class PeerWord(Local):
    """What a peer told of itself in its newest bundle: sticks it lost, its last backup, how much it still keeps."""

    __tablename__ = "peer_word"

    device_id: Mapped[str] = mapped_column(Id, primary_key=True)
    told: Mapped[Any] = mapped_column(JsonText)
    told_at: Mapped[datetime] = mapped_column(Instant)


class SettledConflict(Local):
    """A conflict that somebody settled here, with the values that stood side by side: for taking it back."""

    __tablename__ = "settled_conflict"

    key: Mapped[int] = mapped_column(Whole, primary_key=True)
    tbl: Mapped[str] = mapped_column(Words)
    row_id: Mapped[str] = mapped_column(Id, index=True)
    unit: Mapped[str] = mapped_column(Words)
    sides: Mapped[Any] = mapped_column(JsonText)
    chosen: Mapped[Any] = mapped_column(JsonText)
    settled_by: Mapped[str] = mapped_column(Id)
    settled_at: Mapped[datetime] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
