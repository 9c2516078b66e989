"""What a count needs to know, and what counts found."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.counts import StockCount, StockCountLine
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"stock_count", "stock_count_line", "stock_movement", "stock_lot"})
COUNTERS = (Permission.COUNT_STOCK, *SHELF)


@dataclass(frozen=True, slots=True)
class CountRow:
    count_id: str
    number: str | None
    counted_on: date
    counted_at: datetime
    scope: str | None
    first_name: str | None
    second_name: str | None
    lots: int
    apart: int
    """Lots of which there was another number than the movements said."""


def past_counts(asker: Asker, limit: int = 200) -> tuple[CountRow, ...]:
    """The counts of this clinic's shelf, the newest first."""
    asker.require(*COUNTERS)
    apart = sa.func.sum(sa.case((StockCountLine.counted_units != StockCountLine.expected_units, 1), else_=0))
    select = (
        sa.select(
            StockCount.id,
            StockCount.number,
            StockCount.counted_on,
            StockCount.counted_at,
            StockCount.scope_text,
            StockCount.first_name,
            StockCount.second_name,
            sa.func.count(StockCountLine.id),
            sa.func.coalesce(apart, 0),
        )
        .outerjoin(StockCountLine, StockCountLine.count_id == StockCount.id)
        .where(StockCount.site_id == asker.site_id)
        .group_by(StockCount.id)
        .order_by(StockCount.counted_at.desc(), StockCount.id.desc())
        .limit(limit)
    )
    return tuple(CountRow(*row) for row in asker.all(select))
