"""What the services of this room share: the one way a movement is written."""

from datetime import date

from clinic_desktop.features.medication.queries import handing, shelf
from clinic_desktop.features.medication.records.stock import StockMovement
from clinic_desktop.features.medication.rules.kinds import ColdChain, MovementKind
from clinic_desktop.features.medication.rules.shelf import ShelfLot
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.storage.work import ReasonMissing, Work


def move(
    work: Work,
    lot_id: str,
    kind: MovementKind,
    units: int,
    day: date,
    *,
    movement_id: str | None = None,
    dispense_id: str | None = None,
    delivery_id: str | None = None,
    countered_id: str | None = None,
    reason: str | None = None,
    transfer_id: str | None = None,
    cold_chain: ColdChain | None = None,
    damage_text: str | None = None,
) -> str:
    row = StockMovement(
        id=movement_id,
        lot_id=lot_id,
        site_id=work.site_id,
        kind=kind,
        units=units,
        occurred_on=day,
        dispense_id=dispense_id,
        delivery_id=delivery_id,
        countered_id=countered_id,
        reason=reason,
        transfer_id=transfer_id,
        cold_chain=cold_chain,
        damage_text=damage_text,
    )
    return work.add(row).id


def lot_here(work: Work, lot_id: str) -> ShelfLot:
    lot = shelf.shelf_lot(work, lot_id)
    if lot is None:
        raise NotHere()
    return lot


def asked_line(work: Work, request_id: str) -> handing.ToGive:
    asked = handing.request_line(work, request_id)
    if asked is None:
        raise NotHere()
    return asked


def cleaned_reason(reason: str) -> str:
    cleaned = reason.strip()
    if not cleaned:
        raise ReasonMissing()
    return cleaned
