"""The shelf. Stock is counted in dispensing units (a tablet, an ampoule), never in boxes; the balance is a sum."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clinic_desktop.features.medication.rules.kinds import ColdChain, MovementKind
from clinic_desktop.storage.base import Local, MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Id, Instant, Whole, Words, choice

_PLAIN: Any = Synced.__table_args__


class StockDelivery(Synced):
    """One delivery as its paper says it; its lines are the receipts that name it."""

    __tablename__ = "stock_delivery"
    __merge__ = MergeClass.APPEND

    partner_id: Mapped[str | None] = field(0, Id, index=True, references="partner.id")
    document_text: Mapped[str | None] = field(1, Words)
    received_on: Mapped[date | None] = field(2, Day)
    note_text: Mapped[str | None] = field(3, Words)
    donation_id: Mapped[str | None] = field(4, Id, index=True)
    order_id: Mapped[str | None] = field(5, Id, index=True)
    """The order that it answers, in full or in part."""
    transfer_id: Mapped[str | None] = field(6, Id, index=True)
    """The sending of another of our clinics; its row may still be on its way."""
    from_site_id: Mapped[str | None] = field(7, Id)


class StockLot(Synced):
    """A lot as it came from one partner. It never changes: what was typed wrong is countered and received again."""

    __tablename__ = "stock_lot"
    __merge__ = MergeClass.APPEND

    presentation_id: Mapped[str | None] = field(0, Id, index=True, references="presentation.id")
    lot_number: Mapped[str | None] = field(1, Words)
    """Empty: the box carries none, and whoever received it said so."""
    expires_on: Mapped[date | None] = field(2, Day)
    """The last day it may be given: the end of the month if the box names only a month."""
    partner_id: Mapped[str | None] = field(3, Id, references="partner.id")
    donation_id: Mapped[str | None] = field(4, Id, index=True)
    """The same lot from two donations is two lots: what became of each gift is told apart."""


class ShelfSum(Local):
    """What the movements of one lot on one shelf come to: derived by the triggers below, so that a whole shelf is seen
    at once. Proved against the movements at the start of the day, and made again from them (service/sums.py)."""

    __tablename__ = "shelf_sum"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    site_id: Mapped[str] = mapped_column(Id, primary_key=True)
    lot_id: Mapped[str] = mapped_column(Id, primary_key=True)
    units: Mapped[int] = mapped_column(Whole)


def _add(row: str, sign: str = "") -> str:
    return (
        f"INSERT INTO shelf_sum (site_id, lot_id, units) SELECT {row}.site_id, {row}.lot_id, {sign}{row}.units"
        f" WHERE {row}.site_id IS NOT NULL AND {row}.lot_id IS NOT NULL AND {row}.units IS NOT NULL"
        " ON CONFLICT (site_id, lot_id) DO UPDATE SET units = units + excluded.units"
    )


class StockMovement(Synced):
    """Units that came to or left the shelf of one site. The sum of these is the balance; there is no other."""

    __tablename__ = "stock_movement"
    __merge__ = MergeClass.APPEND
    __outlasts__ = frozenset(
        {"lot_id", "kind", "units", "occurred_on", "delivery_id", "partner_id", "occurred_at", "cold_chain"}
    )
    __table_args__ = (
        # A shelf is summed lot by lot from this index alone, without reading a row.
        sa.Index("ix_stock_movement_sum", "site_id", "lot_id", "occurred_on", "units"),
        # The last months of a shelf, day by day.
        sa.Index("ix_stock_movement_days", "site_id", "occurred_on", "lot_id", "units"),
        *_PLAIN,
    )
    __keeps__ = (
        ("AFTER INSERT", _add("NEW")),
        ("AFTER DELETE", _add("OLD", "-")),
        ("AFTER UPDATE", f"{_add('OLD', '-')}; {_add('NEW')}"),
    )

    lot_id: Mapped[str | None] = field(0, Id, references="stock_lot.id")
    site_id: Mapped[str | None] = field(1, Id)
    """On whose shelf, which is not always where it was typed."""
    kind: Mapped[MovementKind | None] = field(2, choice(MovementKind))
    units: Mapped[int | None] = field(3, Whole)
    """What is added to the shelf; negative if it left."""
    occurred_on: Mapped[date | None] = field(4, Day)
    countered_id: Mapped[str | None] = field(5, Id, index=True, references="stock_movement.id")
    """The movement that this one mirrors because it was a mistake."""
    dispense_id: Mapped[str | None] = field(6, Id, index=True, references="medication_dispense.id")
    delivery_id: Mapped[str | None] = field(7, Id, index=True, references="stock_delivery.id")
    reason: Mapped[str | None] = field(8, Words)
    document_text: Mapped[str | None] = field(9, Words)
    partner_id: Mapped[str | None] = field(10, Id, references="partner.id")
    """To whom it went, for a transfer."""
    occurred_at: Mapped[datetime | None] = field(11, Instant)
    """The moment, where it was typed while it happened; empty: some time on `occurred_on`."""
    count_line_id: Mapped[str | None] = field(12, Id, index=True)
    """The counted lot that this adjusts."""
    late_id: Mapped[str | None] = field(13, Id, index=True)
    """The movement from before that count which became known after it, and which this takes out of the balance."""
    transfer_id: Mapped[str | None] = field(14, Id, index=True)
    disposal_id: Mapped[str | None] = field(15, Id, index=True)
    cold_chain: Mapped[ColdChain | None] = field(16, choice(ColdChain))
    """Of a receipt that should come cold; empty: it need not, or nobody said."""
    damage_text: Mapped[str | None] = field(17, Words)
    """What was broken or wet when it came."""


class StockTransfer(Synced):
    """One sending to another clinic or to a partner; its lines are the movements that name it."""

    __tablename__ = "stock_transfer"
    __merge__ = MergeClass.APPEND

    number: Mapped[str | None] = field(0, Code, index=True)
    to_site_id: Mapped[str | None] = field(1, Id)
    to_partner_id: Mapped[str | None] = field(2, Id, references="partner.id")
    to_text: Mapped[str | None] = field(3, Words)
    sent_on: Mapped[date | None] = field(4, Day)
    carrier_text: Mapped[str | None] = field(5, Words)
    reason: Mapped[str | None] = field(6, Words)


class StockDisposal(Synced):
    """The act by which units left for good, before two people; its lines are the movements that name it."""

    __tablename__ = "stock_disposal"
    __merge__ = MergeClass.APPEND

    number: Mapped[str | None] = field(0, Code)
    done_on: Mapped[date | None] = field(1, Day)
    first_name: Mapped[str | None] = field(2, Words)
    second_id: Mapped[str | None] = field(3, Id)
    second_name: Mapped[str | None] = field(4, Words)
    where_text: Mapped[str | None] = field(5, Words)
    how_text: Mapped[str | None] = field(6, Words)
    reason: Mapped[str | None] = field(7, Words)
