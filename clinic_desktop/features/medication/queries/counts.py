"""What was counted: the closed counts, their lines, and what a blind sheet is printed from."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.medication.queries.ledger import known_at
from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.counts import StockCount, StockCountLine
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.stock import StockLot, StockMovement
from clinic_desktop.features.medication.rules.kinds import Form, MovementKind, Route, Unit, say_product
from clinic_desktop.features.medication.rules.tall import shown_name
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = frozenset({"stock_count", "stock_count_line", "stock_lot", "stock_movement", "presentation", "medicine"})
READERS = (*SHELF, Permission.COUNT_STOCK)
RECENT_DAYS = 90
"""An empty lot that somebody was given of lately stands on the sheet: perhaps a box was forgotten."""


@dataclass(frozen=True, slots=True)
class CountedProduct:
    """A lot with its product; no quantity, so that a sheet made from it is blind."""

    lot_id: str
    lot_number: str | None
    expires_on: date | None
    presentation_id: str | None
    name: str
    tall_name: str | None
    form: Form | None
    strength_text: str | None
    route: Route | None
    unit: Unit | None
    pack_units: int | None
    controlled_code: str | None
    partner_id: str | None = None
    partner_name: str | None = None
    """Who gave it: two lots may have one number and one expiry."""

    @property
    def shown_name(self) -> str:
        return shown_name(self.name, self.tall_name)

    @property
    def product(self) -> str:
        return say_product(self.form, self.strength_text, self.route)


@dataclass(frozen=True, slots=True)
class CountRow:
    count_id: str
    number: str | None
    counted_on: date
    counted_at: datetime
    first_name: str | None
    second_name: str | None
    scope: str | None
    note: str | None
    lots: int
    differing: int


@dataclass(frozen=True, slots=True)
class CountLine:
    """One counted lot as it was closed; `late` is how many movements became known only afterwards."""

    line_id: str
    lot: CountedProduct
    counted: int
    expected: int
    reason: str | None
    late: int

    @property
    def difference(self) -> int:
        return self.counted - self.expected


LOT = (
    StockLot.id,
    StockLot.lot_number,
    StockLot.expires_on,
    StockLot.presentation_id,
    sa.func.coalesce(Medicine.name, ""),
    Medicine.tall_name,
    Presentation.form,
    Presentation.strength_text,
    Presentation.route,
    Presentation.unit,
    Presentation.pack_units,
    Presentation.controlled_code,
    StockLot.partner_id,
    sa.select(Partner.name).where(Partner.id == StockLot.partner_id).scalar_subquery(),
)
_BY_NAME = (Medicine.name, Presentation.strength_text, Presentation.id, StockLot.expires_on, StockLot.id)


def _named(select: AnySelect) -> AnySelect:
    return (
        select.join(StockLot, StockLot.id == StockCountLine.lot_id)
        .outerjoin(Presentation, Presentation.id == StockLot.presentation_id)
        .outerjoin(Medicine, Medicine.id == Presentation.medicine_id)
    )


# -- before counting


def to_count(asker: Asker, presentation_ids: Collection[str] | None = None) -> tuple[CountedProduct, ...]:
    """The lots of this shelf that a sheet should name, by medicine: with something left, or used lately. Expired ones
    and those that were called back too; without their quantities. `presentation_ids`: only of these products."""
    asker.require(*READERS)
    units = sa.func.sum(StockMovement.units)
    left = (
        sa.select(StockMovement.lot_id)
        .where(StockMovement.site_id == asker.site_id)
        .group_by(StockMovement.lot_id)
        .having(units != 0)
    )
    used = (
        sa.select(StockMovement.lot_id)
        .join(MedicationDispense, MedicationDispense.id == StockMovement.dispense_id)
        .where(MedicationDispense.given_on >= asker.today - timedelta(days=RECENT_DAYS))
        .where(StockMovement.site_id == asker.site_id)
    )
    select = (
        sa.select(*LOT)
        .select_from(StockLot)
        .outerjoin(Presentation, Presentation.id == StockLot.presentation_id)
        .outerjoin(Medicine, Medicine.id == Presentation.medicine_id)
        .where(StockLot.id.in_(left.union(used)))
        .order_by(*_BY_NAME)
    )
    if presentation_ids is not None:
        select = select.where(StockLot.presentation_id.in_(list(presentation_ids)))
    return tuple(CountedProduct(*row) for row in asker.all(select))


def expected(asker: Asker, lot_ids: Iterable[str], at: datetime) -> dict[str, int]:
    """What should have lain on this shelf at that moment, by lot: for asking about differences after the first number
    was typed, never before."""
    asker.require(Permission.COUNT_STOCK)
    return {lot_id: known_at(asker, lot_id, at).units for lot_id in dict.fromkeys(lot_ids)}


# -- afterwards


def last_counts(asker: Asker, *, limit: int = 20) -> tuple[CountRow, ...]:
    """The counts of this shelf, newest first."""
    asker.require(*READERS)
    select = _counts().where(StockCount.site_id == asker.site_id)
    return tuple(_count(row) for row in asker.all(select.order_by(StockCount.counted_at.desc()).limit(limit)))


def count_row(asker: Asker, count_id: str) -> CountRow:
    asker.require(*READERS)
    return _count(asker.one(_counts().where(StockCount.id == count_id)))


def _counts() -> AnySelect:
    differs = sa.case((StockCountLine.counted_units != StockCountLine.expected_units, 1), else_=0)
    return (
        sa.select(
            StockCount.id,
            StockCount.number,
            StockCount.counted_on,
            StockCount.counted_at,
            StockCount.first_name,
            StockCount.second_name,
            StockCount.scope_text,
            StockCount.note_text,
            sa.func.count(StockCountLine.id),
            sa.func.sum(differs),
        )
        .outerjoin(StockCountLine, StockCountLine.count_id == StockCount.id)
        .group_by(StockCount.id)
    )


def _count(row: sa.Row[Any]) -> CountRow:
    values = [*row]
    values[-1] = values[-1] or 0
    return CountRow(*values)


def counted_lines(asker: Asker, count_id: str) -> tuple[CountLine, ...]:
    """Every lot of one count, by medicine."""
    asker.require(*READERS)
    late = (
        sa.select(sa.func.count())
        .where(StockMovement.count_line_id == StockCountLine.id, StockMovement.kind == MovementKind.LATE)
        .correlate(StockCountLine)
        .scalar_subquery()
    )
    counted, should = StockCountLine.counted_units, StockCountLine.expected_units
    select = _named(sa.select(StockCountLine.id, counted, should, StockCountLine.reason, late, *LOT))
    rows = asker.all(select.where(StockCountLine.count_id == count_id).order_by(*_BY_NAME))
    return tuple(CountLine(row[0], CountedProduct(*row[5:]), row[1] or 0, row[2] or 0, row[3], row[4]) for row in rows)
