"""Who this computer is. One row, never carried: a copied database is noticed, not obeyed."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from clinic_desktop.storage.base import Local
from clinic_desktop.storage.types import Bytes, Flag, Id, Instant, Whole, Words


class ThisDevice(Local):
    __tablename__ = "this_device"

    only: Mapped[int] = mapped_column(Whole, primary_key=True, default=1)
    device_id: Mapped[str] = mapped_column(Id)
    site_id: Mapped[str] = mapped_column(Id)
    site_code: Mapped[str] = mapped_column(Words)
    site_name: Mapped[str] = mapped_column(Words)
    zone: Mapped[str] = mapped_column(Words)
    role: Mapped[str] = mapped_column(Words)
    """"clinic" or "central"."""
    epoch: Mapped[str] = mapped_column(Words)
    """16 hexadecimal characters; drawn anew whenever this database may have been copied or put back."""
    demo: Mapped[bool] = mapped_column(Flag, default=False)
    """Generated people only; the window says so at all times, and it never exchanges with a real one."""
    last_segment: Mapped[int] = mapped_column(Whole, default=0)
    """The number of the last segment cut in this epoch."""
    last_segment_hash: Mapped[str] = mapped_column(Words, default="")
    founded_at: Mapped[datetime] = mapped_column(Instant)
    signing_key: Mapped[bytes] = mapped_column(Bytes)
    """Private Ed25519 key, 32 bytes."""
    age_identity: Mapped[str] = mapped_column(Words)
    """Private X25519 identity in age's own text form: opens bundles addressed to this device."""


class NumberBlock(Local):
    """The next printed number of one kind. The two block characters are drawn anew for each epoch."""

    __tablename__ = "number_block"

    kind: Mapped[str] = mapped_column(Words, primary_key=True)
    epoch: Mapped[str] = mapped_column(Words, primary_key=True)
    block: Mapped[str] = mapped_column(Words)
    last: Mapped[int] = mapped_column(Whole)


class Draft(Local):
    """What a person had typed into a form and not yet finished. Of its author, on this device, outside the ledger."""

    __tablename__ = "draft"

    author_id: Mapped[str] = mapped_column(Id, primary_key=True)
    screen: Mapped[str] = mapped_column(Words, primary_key=True)
    record_id: Mapped[str] = mapped_column(Words, primary_key=True)
    fields: Mapped[str] = mapped_column(Words)
    caret: Mapped[str] = mapped_column(Words)
    kept_at: Mapped[datetime] = mapped_column(Instant)
