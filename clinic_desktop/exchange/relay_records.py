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
    """A segment that is not here and of which operations are, because the central passed them on. Keys are negative."""

    __tablename__ = "stamp_name"

    key: Mapped[int] = mapped_column(Whole, primary_key=True)
    device_id: Mapped[str] = mapped_column(Id)
    epoch: Mapped[str] = mapped_column(Words)
    number: Mapped[int] = mapped_column(Whole)
