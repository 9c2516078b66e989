"""The book of controlled medicines, page by page."""

from datetime import date

from sqlalchemy.orm import Mapped

from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Id, JsonText, Whole, Words


class RegisterPage(Synced):
    """A page of the book of one medicine, closed and numbered. It holds its lines by name, so that none slips in."""

    __tablename__ = "register_page"
    __merge__ = MergeClass.APPEND

    site_id: Mapped[str | None] = field(0, Id, index=True)
    presentation_id: Mapped[str | None] = field(1, Id, index=True, references="presentation.id")
    page: Mapped[int | None] = field(2, Whole)
    month: Mapped[str | None] = field(3, Code)
    """As "2026-11"."""
    opening_units: Mapped[int | None] = field(4, Whole)
    closing_units: Mapped[int | None] = field(5, Whole)
    movements: Mapped[list[str] | None] = field(6, JsonText)
    """In the order of the book."""
    closed_on: Mapped[date | None] = field(7, Day)
    closed_by_name: Mapped[str | None] = field(8, Words)
    witness_id: Mapped[str | None] = field(9, Id)
    witness_name: Mapped[str | None] = field(10, Words)
    previous_id: Mapped[str | None] = field(11, Id)
    """The page that it goes on from; empty for the first. Two that go on from the same were closed apart."""
    notes: Mapped[list[str] | None] = field(12, JsonText)
    """The notes that completed its lines when it was closed."""


class RegisterNote(Synced):
    """What a line of the book lacked, written before its page was closed."""

    __tablename__ = "register_note"
    __merge__ = MergeClass.APPEND

    movement_id: Mapped[str | None] = field(0, Id, index=True, references="stock_movement.id")
    prescriber_text: Mapped[str | None] = field(1, Words)
    receiver_text: Mapped[str | None] = field(2, Words)
    witness_name: Mapped[str | None] = field(3, Words)
    note_text: Mapped[str | None] = field(4, Words)
