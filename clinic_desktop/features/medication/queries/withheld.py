"""Which lots nobody is given: the one condition that every sum and every proposal of the shelf asks."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.medication.records.recalls import Recall
from clinic_desktop.features.medication.records.stock import StockLot


def is_withheld(since: date | None = None) -> sa.ColumnElement[bool]:
    """For the WHERE, or a column, of a select over `StockLot`: an open recall means it.

    `since`: on that day already, for what left then and is typed only now.
    """
    opened = sa.true() if since is None else Recall.opened_on <= since
    return (
        sa.exists()
        .where(opened)
        .where(Recall.presentation_id == StockLot.presentation_id, is_meant(StockLot.lot_number))
        .where(Recall.closed_on.is_(None), Recall.voided_at.is_(None))
        .correlate(StockLot)
    )


def is_meant(lot_number: Any) -> sa.ColumnElement[bool]:
    """Whether a recall means a box of its product with this number. One without a number may be of it: it is meant."""
    return sa.or_(Recall.lot_number.is_(None), lot_number.is_(None), is_same_lot(Recall.lot_number, lot_number))


def is_same_lot(one: Any, other: Any) -> sa.ColumnElement[bool]:
    """Whether two lot numbers are one, as `rules.shelf.plain_lot_number` says."""
    plain = [sa.func.upper(sa.func.replace(sa.func.replace(lot, " ", ""), "-", "")) for lot in (one, other)]
    return plain[0] == plain[1]
