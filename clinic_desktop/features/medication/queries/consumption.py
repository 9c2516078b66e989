"""What stands here of each product and how much of it is used in a day, for a few products or for all, set-wise."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.medication.queries.vouchered import counts
from clinic_desktop.features.medication.queries.who_may import SHELF
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.recalls import Recall
from clinic_desktop.features.medication.records.stock import ShelfSum, StockLot, StockMovement
from clinic_desktop.features.medication.records.vouchers import Voucher, VoucherAnswer
from clinic_desktop.features.medication.rules.consumption import (
    LOOK_DAYS,
    Consumption,
    LotDays,
    Span,
    days_with_stock,
)
from clinic_desktop.features.medication.rules.kinds import VoucherOutcome
from clinic_desktop.features.medication.rules.ordering import UsableLot, lasts
from clinic_desktop.features.medication.rules.shelf import plain_lot_number
from clinic_desktop.features.medication.rules.vouchers import HANDED
from clinic_desktop.storage.work import AnySelect, Asker


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be given of one product today, and how it was used lately."""

    consumption: Consumption
    lots: tuple[UsableLot, ...]
    today: date

    @property
    def usable(self) -> int:
        return sum(lot.units for lot in self.lots)

    @property
    def lasts(self) -> int | None:
        """Days; None where nothing is used or nobody can tell."""
        return lasts(self.lots, self.consumption.per_day, self.today)


@dataclass(frozen=True, slots=True)
class _Lot:
    lot_id: str
    presentation_id: str
    number: str | None
    expires_on: date
    units: int


def standings(asker: Asker, ids: Iterable[str] | None = None, site_id: str | None = None) -> dict[str, Standing]:
    """By product; of all that stood here or was given in these days, or of those named. Of this shelf or another."""
    asker.require(*SHELF)
    where = site_id or asker.site_id
    wanted = None if ids is None else list(dict.fromkeys(ids))
    first = asker.today - timedelta(days=LOOK_DAYS - 1)
    lots, changes = _lots(asker, where, first, wanted), _changes(asker, where, first, wanted)
    apart, given, vouchers = (
        _apart(asker),
        _given(asker, where, first, wanted),
        _by_voucher(asker, where, first, wanted),
    )
    by_product: dict[str, list[tuple[_Lot, LotDays]]] = defaultdict(list)
    for lot in lots:
        spans = _spans(apart, lot.presentation_id, lot.number)
        seen = LotDays(lot.expires_on, lot.units, changes.get(lot.lot_id, {}), spans)
        by_product[lot.presentation_id].append((lot, seen))
    told: dict[str, Standing] = {}
    for product in wanted if wanted is not None else {*by_product, *given, *vouchers}:
        shelf = by_product.get(product, [])
        days = days_with_stock((seen for _lot, seen in shelf), first, asker.today)
        used = Consumption(given.get(product, 0), vouchers.get(product, 0), days)
        usable = tuple(
            UsableLot(lot.lot_id, lot.number, lot.expires_on, lot.units)
            for lot, seen in shelf
            if lot.units > 0 and seen.may_be_given(asker.today)
        )
        told[product] = Standing(used, usable, asker.today)
    return told


def _lots(asker: Asker, site_id: str, first: date, wanted: Sequence[str] | None) -> list[_Lot]:
    """What had expired before the first of these days was never usable in them."""
    select = (
        sa.select(StockLot.id, StockLot.presentation_id, StockLot.lot_number, StockLot.expires_on, ShelfSum.units)
        .join(ShelfSum, ShelfSum.lot_id == StockLot.id)
        .where(ShelfSum.site_id == site_id, StockLot.expires_on >= first)
    )
    if wanted is not None:
        select = select.where(StockLot.presentation_id.in_(wanted))
    return [_Lot(*row) for row in asker.all(select)]


def _changes(asker: Asker, site_id: str, first: date, wanted: Sequence[str] | None) -> Mapping[str, dict[date, int]]:
    """What each day of these added to each lot; later days too, if a clock once went wrong."""
    lot, day = StockMovement.lot_id, StockMovement.occurred_on
    select = (
        sa.select(lot, day, sa.func.sum(StockMovement.units))
        .where(StockMovement.site_id == site_id, day >= first)
        .group_by(lot, day)
    )
    if wanted is not None:
        select = select.where(lot.in_(sa.select(StockLot.id).where(StockLot.presentation_id.in_(wanted))))
    found: dict[str, dict[date, int]] = defaultdict(dict)
    rows: Sequence[Any] = asker.all(select)
    for lot_id, on, units in rows:
        found[lot_id][on] = units
    return found


def _given(asker: Asker, site_id: str, first: date, wanted: Sequence[str] | None) -> dict[str, int]:
    product = MedicationDispense.presentation_id
    select = (
        sa.select(product, sa.func.sum(MedicationDispense.units))
        .where(MedicationDispense.given_on >= first, MedicationDispense.origin_site_id == site_id)
        .where(product.is_not(None))
        .group_by(product)
    )
    return {str(key): units or 0 for key, units in asker.all(_among(select, product, wanted))}


def _by_voucher(asker: Asker, site_id: str, first: date, wanted: Sequence[str] | None) -> dict[str, int]:
    """What pharmacies gave, by the answer that counts."""
    product = Voucher.presentation_id
    whole = sa.case((VoucherAnswer.outcome == VoucherOutcome.FILLED, Voucher.units), else_=0)
    select = (
        sa.select(product, sa.func.sum(sa.func.coalesce(VoucherAnswer.units, whole)))
        .join(VoucherAnswer, VoucherAnswer.voucher_id == Voucher.id)
        .where(VoucherAnswer.answered_on >= first, Voucher.origin_site_id == site_id)
        .where(VoucherAnswer.outcome.in_(HANDED), product.is_not(None), counts())
        .group_by(product)
    )
    return {str(key): units or 0 for key, units in asker.all(_among(select, product, wanted))}


def _among(select: Any, column: Any, wanted: Sequence[str] | None) -> AnySelect:
    return select if wanted is None else select.where(column.in_(wanted))


_Apart = dict[tuple[str, str | None], list[Span]]


def _apart(asker: Asker) -> _Apart:
    """When lots were called back, by product and lot; without a lot: all of that product."""
    select = sa.select(Recall.presentation_id, Recall.lot_number, Recall.opened_on, Recall.closed_on)
    found: _Apart = defaultdict(list)
    for product, number, opened, closed in asker.all(select.where(Recall.voided_at.is_(None))):
        if product is not None and opened is not None:
            found[product, number and plain_lot_number(number)].append((opened, closed))
    return found


def apart_of(asker: Asker, presentation_id: str) -> Callable[[str | None], tuple[Span, ...]]:
    """For a lot number of this product: when it was called back."""
    asker.require(*SHELF)
    known = _apart(asker)
    return lambda number: _spans(known, presentation_id, number)


def _spans(apart: _Apart, presentation_id: str, number: str | None) -> tuple[Span, ...]:
    if not apart:
        return ()
    if number is None:
        # It may be of any lot that was called back.
        return tuple(span for (product, _lot), spans in apart.items() if product == presentation_id for span in spans)
    plain = plain_lot_number(number)
    return (*apart.get((presentation_id, None), []), *apart.get((presentation_id, plain), []))
