"""What left for good: the acts before two people, and what has expired and still stands on the shelf."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.queries.transfers import LeftLine, left_lines
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.stock import ShelfSum, StockDisposal, StockLot, StockMovement
from clinic_desktop.features.medication.rules.kinds import MovementKind
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = frozenset({"stock_disposal", "stock_movement", "stock_lot"})


@dataclass(frozen=True, slots=True)
class Act:
    disposal_id: str
    number: str
    done_on: date
    first_name: str | None
    second_name: str | None
    where: str | None
    how: str | None
    reason: str | None
    recorded_at: datetime
    given_back_to: str | None
    """The donor that took it back; empty: it was destroyed."""


def acts(asker: Asker, limit: int = 100) -> tuple[Act, ...]:
    """The acts of this clinic, the newest first."""
    asker.require(*SHELF)
    mine = _acts().where(StockDisposal.origin_site_id == asker.site_id)
    rows = asker.all(mine.order_by(StockDisposal.done_on.desc(), StockDisposal.id.desc()).limit(limit))
    return tuple(Act(*row) for row in rows)


def act(asker: Asker, disposal_id: str) -> Act:
    asker.require(*SHELF)
    row = asker.first(_acts().where(StockDisposal.id == disposal_id))
    if row is None:
        raise NotHere()
    return Act(*row)


def act_lines(asker: Asker, disposal_id: str) -> tuple[LeftLine, ...]:
    """What left with this act; a line that was countered since is marked, for the paper was signed with it."""
    asker.require(*SHELF)
    lines = left_lines(asker, sa.and_(StockMovement.disposal_id == disposal_id, StockMovement.units < 0))
    return tuple(lines)


def expired_here(asker: Asker) -> tuple[LeftLine, ...]:
    """What expired and still stands on this shelf, by medicine."""
    asker.require(*SHELF)
    return tuple(_there(asker, StockLot.expires_on < asker.today))


def put_apart(asker: Asker) -> tuple[LeftLine, ...]:
    """What left the balance as expired and of which no act says yet what became of it."""
    asker.require(*SHELF)
    lots = sa.select(StockMovement.lot_id).where(StockMovement.kind == MovementKind.EXPIRY)
    waiting = _waiting()
    select = _named(waiting).join(StockMovement, StockMovement.lot_id == StockLot.id)
    here = select.where(StockMovement.site_id == asker.site_id, StockLot.id.in_(lots))
    return tuple(LeftLine(*row) for row in asker.all(here.group_by(StockLot.id).having(waiting > 0)))


def waiting_of(asker: Asker, lot_id: str) -> int:
    """How many units of this lot are put apart here."""
    asker.require(*SHELF)
    select = sa.select(_waiting()).where(StockMovement.site_id == asker.site_id, StockMovement.lot_id == lot_id)
    return asker.value(select) or 0


def _waiting() -> sa.ColumnElement[int]:
    """An act that is written later brings them back and destroys them at once, so that the sum of expiries is it."""
    wrong = aliased(StockMovement)
    of_expiry = sa.exists().where(wrong.id == StockMovement.countered_id, wrong.kind == MovementKind.EXPIRY)
    expiry = sa.or_(StockMovement.kind == MovementKind.EXPIRY, of_expiry)
    return -sa.func.sum(sa.case((expiry, StockMovement.units), else_=0))


def lots_here(asker: Asker, lot_ids: list[str]) -> tuple[LeftLine, ...]:
    """These lots with what is left of them, by medicine."""
    asker.require(*SHELF)
    return tuple(_there(asker, StockLot.id.in_(lot_ids)))


def _there(asker: Asker, which: sa.ColumnElement[bool]) -> list[LeftLine]:
    """From the kept sums: a list of a whole shelf. Whatever leaves is weighed by its movements all the same."""
    select = _named(ShelfSum.units).join(ShelfSum, ShelfSum.lot_id == StockLot.id)
    select = select.where(ShelfSum.site_id == asker.site_id, ShelfSum.units > 0, which)
    return [LeftLine(*row) for row in asker.all(select)]


def _named(units: sa.ColumnElement[Any] | Any) -> AnySelect:
    """Lots by medicine; the movement that takes them is still to be drawn."""
    return (
        sa.select(
            sa.literal(""),
            StockLot.id,
            Presentation.id,
            Medicine.name,
            Presentation.form,
            Presentation.strength_text,
            Presentation.route,
            Presentation.unit,
            Presentation.pack_units,
            StockLot.lot_number,
            StockLot.expires_on,
            units,
            sa.false(),
            Medicine.tall_name,
        )
        .select_from(StockLot)
        .join(Presentation, Presentation.id == StockLot.presentation_id)
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .order_by(Medicine.name, Presentation.strength_text, StockLot.expires_on, StockLot.id)
    )


def _acts() -> AnySelect:
    donor = (
        sa.select(sa.func.max(Partner.name))
        .join(StockMovement, StockMovement.partner_id == Partner.id)
        .where(StockMovement.disposal_id == StockDisposal.id)
        .correlate(StockDisposal)
        .scalar_subquery()
    )
    return sa.select(
        StockDisposal.id,
        sa.func.coalesce(StockDisposal.number, ""),
        StockDisposal.done_on,
        StockDisposal.first_name,
        StockDisposal.second_name,
        StockDisposal.where_text,
        StockDisposal.how_text,
        StockDisposal.reason,
        StockDisposal.recorded_at,
        donor,
    )
