"""Tables of erasure, of this device alone."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clinic_desktop.storage.base import Local
from clinic_desktop.storage.types import Bytes, Id, Instant, Whole, Words

_STRICT = {"sqlite_strict": True}
_NARROW = {"sqlite_strict": True, "sqlite_with_rowid": False}


class ErasedRow(Local):
    """A row whose values were erased: refused in every form in which an older segment brings it again."""

    __tablename__ = "erased_row"
    __table_args__ = _NARROW

    tbl: Mapped[str] = mapped_column(Words, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    erasure_id: Mapped[str] = mapped_column(Id)
    erased_at: Mapped[datetime] = mapped_column(Instant)


class Redaction(Local):
    """A part of a segment that was written anew without what was erased. The signed record binds old and new hash."""

    __tablename__ = "redaction"
    __table_args__ = (sa.Index("ix_redaction_old_sha256", "old_sha256"), _STRICT)

    key: Mapped[int] = mapped_column(Whole, primary_key=True)
    segment_hash: Mapped[str] = mapped_column(Words)
    part: Mapped[str] = mapped_column(Words)
    old_sha256: Mapped[str] = mapped_column(Words)
    new_sha256: Mapped[str] = mapped_column(Words)
    content: Mapped[bytes] = mapped_column(Bytes)
    """The record as it was signed."""
    signature: Mapped[str] = mapped_column(Words)
    made_at: Mapped[datetime] = mapped_column(Instant)
