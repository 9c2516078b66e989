"""What one clinic sends to another: the sending goes to the receiver, what came of it goes back. For the exchange."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.exchange.carrying import relaying
from clinic_desktop.features.medication.records.stock import StockDelivery, StockLot, StockMovement, StockTransfer
from clinic_desktop.storage.work import Asker, Work

_MANY = 500
_BOTH_ENDS = sa.select(StockTransfer.id, StockTransfer.origin_site_id, StockTransfer.to_site_id).where(
    StockTransfer.to_site_id.is_not(None)
)


def audiences(asker: Asker, table: str, ids: Collection[str]) -> Mapping[str, frozenset[str]]:
    """For relaying.audiences: a sending, what came of it, and the movements of both are of both clinics."""
    transfer_of = _OF_TABLE.get(table)
    if transfer_of is None or not asker.plain("SELECT 1 FROM stock_transfer WHERE to_site_id IS NOT NULL LIMIT 1"):
        return {}
    found: dict[str, frozenset[str]] = {}
    wanted = list(ids)
    for at in range(0, len(wanted), _MANY):
        rows: Sequence[Any] = asker.all(transfer_of(wanted[at : at + _MANY]))
        named = {row[0]: row[1] for row in rows if row[1] is not None}
        ends = {
            row[0]: frozenset({str(row[1]), str(row[2])})
            for row in asker.all(_BOTH_ENDS.where(StockTransfer.id.in_(set(named.values()))))
        }
        found |= {row_id: ends[one] for row_id, one in named.items() if one in ends}
    return {row_id: sites - {asker.site_id} for row_id, sites in found.items()}


def _of_transfer(ids: Collection[str]) -> Any:
    return sa.select(StockTransfer.id, StockTransfer.id).where(StockTransfer.id.in_(ids))


def _of_delivery(ids: Collection[str]) -> Any:
    return sa.select(StockDelivery.id, StockDelivery.transfer_id).where(StockDelivery.id.in_(ids))


def _of_movement(ids: Collection[str]) -> Any:
    """Of the sending, of its delivery, or the mirror of such a one."""
    mirrored, came, came_first = aliased(StockMovement), aliased(StockDelivery), aliased(StockDelivery)
    return (
        sa.select(
            StockMovement.id,
            sa.func.coalesce(StockMovement.transfer_id, came.transfer_id, mirrored.transfer_id, came_first.transfer_id),
        )
        .outerjoin(came, came.id == StockMovement.delivery_id)
        .outerjoin(mirrored, mirrored.id == StockMovement.countered_id)
        .outerjoin(came_first, came_first.id == mirrored.delivery_id)
        .where(StockMovement.id.in_(ids))
    )


_OF_TABLE = {
    StockTransfer.__tablename__: _of_transfer,
    StockDelivery.__tablename__: _of_delivery,
    StockMovement.__tablename__: _of_movement,
}


def named(asker: Asker, table: str, ids: Collection[str]) -> Mapping[str, frozenset[str]]:
    """For relaying.named: the lot of a movement, and of which medicine it is."""
    if table == StockMovement.__tablename__:
        select = sa.select(StockMovement.lot_id).where(StockMovement.id.in_(list(ids)))
        return {StockLot.__tablename__: frozenset(str(row[0]) for row in asker.all(select) if row[0])}
    return {}


def after_merge(work: Work, changed: Mapping[str, Collection[str]]) -> None:
    """At the central: lines may come before the paper that says for whom they are."""
    papers = [
        (StockMovement.transfer_id, changed.get(StockTransfer.__tablename__, ())),
        (StockMovement.delivery_id, changed.get(StockDelivery.__tablename__, ())),
    ]
    if not work.place.is_central or not any(ids for _column, ids in papers):
        return
    for column, ids in papers:
        lines = [str(row[0]) for row in work.all(sa.select(StockMovement.id).where(column.in_(list(ids))))]
        mirrors = work.all(sa.select(StockMovement.id).where(StockMovement.countered_id.in_(lines)))
        some = {*lines, *(str(row[0]) for row in mirrors)}
        for row_id, sites in audiences(work, StockMovement.__tablename__, some).items():
            for site_id in sites - {_whose(work, row_id)}:
                relaying.owe(work, site_id, [(StockMovement.__tablename__, row_id)])


def _whose(work: Work, row_id: str) -> str | None:
    return work.value(sa.select(StockMovement.origin_site_id).where(StockMovement.id == row_id))
