"""Every movement that made a number, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.stock import StockDelivery, StockLot, StockMovement
from clinic_desktop.features.medication.rules.kinds import MovementKind
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class MovementRow:
    movement_id: str
    lot_id: str
    lot_number: str | None
    kind: MovementKind
    units: int
    occurred_on: date
    recorded_at: datetime
    recorded_by: str
    reason: str | None
    document: str | None
    partner: str | None
    dispense_id: str | None
    mirrors: bool
    countered: bool


def movement_ids(asker: Asker, *, lot_id: str | None = None, presentation_id: str | None = None) -> tuple[str, ...]:
    """The movements of a lot, or of all lots of a presentation, on this shelf; newest first."""
    asker.require(*SHELF)
    select = (
        sa.select(StockMovement.id)
        .where(StockMovement.site_id == asker.site_id)
        .order_by(StockMovement.occurred_on.desc(), StockMovement.id.desc())
    )
    if lot_id is not None:
        select = select.where(StockMovement.lot_id == lot_id)
    if presentation_id is not None:
        lots_of = sa.select(StockLot.id).where(StockLot.presentation_id == presentation_id)
        select = select.where(StockMovement.lot_id.in_(lots_of))
    return tuple(row[0] for row in asker.all(select))


def movements(asker: Asker, ids: Sequence[str]) -> tuple[MovementRow, ...]:
    """These movements, newest first."""
    asker.require(*SHELF)
    mirror = aliased(StockMovement)
    countered = sa.exists().where(mirror.countered_id == StockMovement.id)
    select = (
        sa.select(
            StockMovement.id,
            StockMovement.lot_id,
            StockLot.lot_number,
            StockMovement.kind,
            StockMovement.units,
            StockMovement.occurred_on,
            StockMovement.recorded_at,
            StockMovement.recorded_by,
            StockMovement.reason,
            sa.func.coalesce(StockMovement.document_text, StockDelivery.document_text, MedicationDispense.paper_folio),
            Partner.name,
            StockMovement.dispense_id,
            StockMovement.countered_id.is_not(None),
            countered,
        )
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .outerjoin(StockDelivery, StockDelivery.id == StockMovement.delivery_id)
        .outerjoin(MedicationDispense, MedicationDispense.id == StockMovement.dispense_id)
        .outerjoin(Partner, Partner.id == sa.func.coalesce(StockMovement.partner_id, StockDelivery.partner_id))
        .where(StockMovement.id.in_(ids))
        .order_by(StockMovement.occurred_on.desc(), StockMovement.id.desc())
    )
    return tuple(MovementRow(*row) for row in asker.all(select))


def is_countered(asker: Asker, movement_id: str) -> bool:
    return asker.value(sa.select(StockMovement.id).where(StockMovement.countered_id == movement_id)) is not None
