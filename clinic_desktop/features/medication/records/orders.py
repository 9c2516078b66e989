"""What is asked of a supplier, and how much of each product should stand here."""

from datetime import date

from sqlalchemy.orm import Mapped

from clinic_desktop.features.medication.rules.kinds import OrderStep
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Id, Whole, Words, choice


class StockLevel(Synced):
    """How many days of one product should stand on one shelf, at least and at most."""

    __tablename__ = "stock_level"
    __merge__ = MergeClass.REGISTERS

    site_id: Mapped[str | None] = field(0, Id, index=True)
    presentation_id: Mapped[str | None] = field(1, Id, references="presentation.id")
    least_units: Mapped[int | None] = field(2, Whole, group="level")
    most_units: Mapped[int | None] = field(3, Whole, group="level")


class StockOrder(Synced):
    """What one clinic asks for; what was proposed stays beside what was asked."""

    __tablename__ = "stock_order"
    __merge__ = MergeClass.APPEND

    number: Mapped[str | None] = field(0, Code)
    site_id: Mapped[str | None] = field(1, Id, index=True)
    partner_id: Mapped[str | None] = field(2, Id, references="partner.id")
    made_on: Mapped[date | None] = field(3, Day)
    next_clinic_on: Mapped[date | None] = field(4, Day)
    delivered_by: Mapped[date | None] = field(5, Day)
    """When it is expected."""
    covers_until: Mapped[date | None] = field(6, Day)
    note_text: Mapped[str | None] = field(7, Words)


class StockOrderLine(Synced):
    __tablename__ = "stock_order_line"
    __merge__ = MergeClass.APPEND

    order_id: Mapped[str | None] = field(0, Id, index=True, references="stock_order.id")
    presentation_id: Mapped[str | None] = field(1, Id, references="presentation.id")
    proposed_units: Mapped[int | None] = field(2, Whole)
    asked_units: Mapped[int | None] = field(3, Whole)
    reason: Mapped[str | None] = field(4, Words)
    """Why another number was asked than proposed."""
    usable_units: Mapped[int | None] = field(5, Whole)
    on_order_units: Mapped[int | None] = field(6, Whole)
    used_units: Mapped[int | None] = field(7, Whole)
    days_with: Mapped[int | None] = field(8, Whole)
    """On how many of the days looked at there was any."""
    days_looked: Mapped[int | None] = field(9, Whole)


class StockOrderEvent(Synced):
    __tablename__ = "stock_order_event"
    __merge__ = MergeClass.APPEND

    order_id: Mapped[str | None] = field(0, Id, index=True, references="stock_order.id")
    step: Mapped[OrderStep | None] = field(1, choice(OrderStep))
    happened_on: Mapped[date | None] = field(2, Day)
    reason: Mapped[str | None] = field(3, Words)
