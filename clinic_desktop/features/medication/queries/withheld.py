"""Which lots nobody is given: the one condition that every sum and every proposal of the shelf asks."""

from datetime import date
from functools import lru_cache

import sqlalchemy as sa

from clinic_desktop.features.medication.records.recalls import Recall
from clinic_desktop.features.medication.records.stock import StockLot


@lru_cache(maxsize=8)
def is_withheld(since: date | None = None) -> sa.ColumnElement[bool]:
    """For the WHERE, or a column, of a select over `StockLot`: an open recall names its product and its number.

    `since`: on that day already, for what left then and is typed only now. Kept, as it is asked at every handing out.
    """
    named = sa.or_(Recall.lot_number.is_(None), Recall.lot_number == StockLot.lot_number)
    opened = sa.true() if since is None else Recall.opened_on <= since
    return (
        sa.exists()
        .where(opened)
        .where(Recall.presentation_id == StockLot.presentation_id, named)
        .where(Recall.closed_on.is_(None), Recall.voided_at.is_(None))
        .correlate(StockLot)
    )
