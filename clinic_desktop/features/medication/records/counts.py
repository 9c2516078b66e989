"""What was counted on a shelf at one moment, and what was known of it then."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped

from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Id, Instant, JsonText, Whole, Words


class StockCount(Synced):
    """A count that was closed, before two people. While people count it is a draft of its computer."""

    __tablename__ = "stock_count"
    __merge__ = MergeClass.APPEND

    number: Mapped[str | None] = field(0, Code)
    site_id: Mapped[str | None] = field(1, Id, index=True)
    counted_on: Mapped[date | None] = field(2, Day)
    counted_at: Mapped[datetime | None] = field(3, Instant)
    """The moment to which its numbers belong: that of the printed sheet."""
    first_id: Mapped[str | None] = field(4, Id)
    first_name: Mapped[str | None] = field(5, Words)
    second_id: Mapped[str | None] = field(6, Id)
    second_name: Mapped[str | None] = field(7, Words)
    scope_text: Mapped[str | None] = field(8, Words)
    """What was counted, if not everything."""
    note_text: Mapped[str | None] = field(9, Words)


class StockCountLine(Synced):
    """One lot as it was counted. What was known of it then says which movements come late to this count."""

    __tablename__ = "stock_count_line"
    __merge__ = MergeClass.APPEND

    count_id: Mapped[str | None] = field(0, Id, index=True, references="stock_count.id")
    lot_id: Mapped[str | None] = field(1, Id, index=True, references="stock_lot.id")
    counted_units: Mapped[int | None] = field(2, Whole)
    expected_units: Mapped[int | None] = field(3, Whole)
    """The sum of the movements up to that moment that were known."""
    reason: Mapped[str | None] = field(4, Words)
    previous_id: Mapped[str | None] = field(5, Id)
    """The counted line of this lot and shelf before, as far as it was known."""
    known: Mapped[list[str] | None] = field(6, JsonText)
    """The movements since that one which `expected_units` holds, by id."""
