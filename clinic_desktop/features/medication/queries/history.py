"""The stock of one product day by day, as its movements tell, and until when it lasts."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.medication.queries import consumption, ordering, shelf
from clinic_desktop.features.medication.queries.who_may import SHELF
from clinic_desktop.features.medication.records.stock import StockLot, StockMovement
from clinic_desktop.features.medication.rules.consumption import LotDays, usable_by_day
from clinic_desktop.features.medication.rules.kinds import MovementKind
from clinic_desktop.features.medication.rules.stock_course import Mark, MarkKind, StockCourse
from clinic_desktop.storage.work import Asker

TABLES = ordering.TABLES | {"stock_count", "stock_count_line"}
LOOK_BACK = 365
_MARKS = {
    MovementKind.RECEIPT: MarkKind.CAME,
    MovementKind.TRANSFER_IN: MarkKind.CAME,
    MovementKind.COUNT: MarkKind.COUNTED,
}


def stock_course(asker: Asker, presentation_id: str, days: int = LOOK_BACK) -> StockCourse:
    """The last year of one product on this shelf, or since the first of it came."""
    asker.require(*SHELF)
    product = shelf.presentation(asker, presentation_id)
    first = asker.today - timedelta(days=days)
    lots, marks = _moved(asker, presentation_id, first)
    known = consumption.standings(asker, [presentation_id])[presentation_id]
    level = ordering.levels(asker).get(presentation_id)
    began = min((day for lot in lots for day in lot.changes), default=asker.today)
    start = first if any(_stood_before(lot, first) for lot in lots) else max(first, began)
    return StockCourse(
        said=product.said,
        unit=product.unit,
        pack_units=product.pack_units,
        today=asker.today,
        usable=tuple(sorted(usable_by_day(lots, start, asker.today).items())),
        marks=tuple(sorted(marks, key=lambda mark: (mark.day, mark.kind))),
        lots=known.lots,
        per_day=known.consumption.per_day,
        least=level.least if level else None,
        most=level.most if level else None,
        expired=product.expired,
        withheld=product.withheld,
    )


def _stood_before(lot: LotDays, first: date) -> bool:
    return lot.units_now != sum(lot.changes.values())


def _moved(asker: Asker, presentation_id: str, first: date) -> tuple[list[LotDays], list[Mark]]:
    """One question: what there was of each lot before these days, and what each of them added, by kind."""
    lot, on, none = StockMovement.lot_id, StockMovement.occurred_on, sa.null()
    mine = sa.and_(
        StockMovement.site_id == asker.site_id,
        lot.in_(sa.select(StockLot.id).where(StockLot.presentation_id == presentation_id)),
    )
    total = sa.func.sum(StockMovement.units)
    before = sa.select(lot, none.label("day"), none.label("kind"), total).where(mine, on < first).group_by(lot)
    since = sa.select(lot, on, StockMovement.kind, total).where(mine, on >= first).group_by(lot, on, StockMovement.kind)
    moved = sa.union_all(since, before).subquery("moved")
    of_lot, day, kind_of, units_of = moved.c
    select = sa.select(of_lot, StockLot.lot_number, StockLot.expires_on, day, kind_of, units_of).join(
        StockLot, StockLot.id == of_lot
    )
    apart = consumption.apart_of(asker, presentation_id)
    totals: dict[str, int] = defaultdict(int)
    changes: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    heads: dict[str, tuple[str | None, date]] = {}
    marked: dict[tuple[date, MarkKind], int] = defaultdict(int)
    rows: Any = asker.all(select)
    for lot_id, number, expires_on, on, kind, units in rows:
        heads[lot_id] = number, expires_on
        totals[lot_id] += units
        if on is not None:
            changes[lot_id][on] += units
            if kind in _MARKS:
                marked[on, _MARKS[kind]] += units
    lots = [
        LotDays(expires_on, totals[lot_id], changes[lot_id], apart(number))
        for lot_id, (number, expires_on) in heads.items()
    ]
    return lots, [Mark(on, kind, units) for (on, kind), units in marked.items()]
