"""Tables of what goes on to other clinics, of this device alone."""

from sqlalchemy.orm import Mapped, mapped_column

from clinic_desktop.storage.base import Local
from clinic_desktop.storage.types import Id, Whole, Words

_NARROW = {"sqlite_strict": True, "sqlite_with_rowid": False}


class RelayDue(Local):
    """At the central: a row that an audience is entitled to and has not been sent as it is now."""

    __tablename__ = "relay_due"
    __table_args__ = _NARROW

    audience: Mapped[str] = mapped_column(Words, primary_key=True)
    """A site's id, or "common"."""
    tbl: Mapped[str] = mapped_column(Words, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)


class StampName(Local):
    """A segment of which operations are here because the central passed them on. Keys are negative; the segment takes
    the same key if it ever arrives itself."""

    __tablename__ = "stamp_name"

    key: Mapped[int] = mapped_column(Whole, primary_key=True)
    device_id: Mapped[str] = mapped_column(Id, index=True)
    epoch: Mapped[str] = mapped_column(Words)
    number: Mapped[int] = mapped_column(Whole)


class StampWriter(Local):
    """A computer of which only copies are known here: whose word it is, and the name to show."""

    __tablename__ = "stamp_writer"
    __table_args__ = _NARROW

    device_id: Mapped[str] = mapped_column(Id, primary_key=True)
    site_id: Mapped[str] = mapped_column(Id)
    site_name: Mapped[str] = mapped_column(Words)
