"""What was received, as its papers say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.partners import Donation, Partner
from clinic_desktop.features.medication.records.stock import StockDelivery, StockLot, StockMovement
from clinic_desktop.features.medication.rules.kinds import ColdChain, MovementKind, Unit, say_product
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.storage.work import Asker

_CAME = (MovementKind.RECEIPT, MovementKind.TRANSFER_IN)


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    medicine: str
    product: str
    unit: Unit | None
    pack_units: int | None
    lot_number: str | None
    expires_on: date
    units: int
    damaged: int
    """Of these units, what left the shelf at once."""
    damage_text: str | None
    cold_chain: ColdChain | None
    countered: bool
    """Whether it was typed wrong and taken back since."""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    delivery_id: str
    sender: str
    document: str | None
    received_on: date
    recorded_at: datetime
    recorded_by: str | None
    donation_id: str | None
    gift_document: str | None
    lines: int


_SENDER = sa.func.coalesce(Partner.name, Site.name)


def deliveries(asker: Asker, limit: int = 200) -> tuple[DeliveryRow, ...]:
    """The deliveries that this clinic received, the newest first."""
    asker.require(*SHELF)
    return tuple(DeliveryRow(*row) for row in asker.all(_rows(asker).limit(limit)))


def delivery(asker: Asker, delivery_id: str) -> DeliveryRow:
    asker.require(*SHELF)
    return DeliveryRow(*asker.one(_rows(asker).where(StockDelivery.id == delivery_id)))


def _rows(asker: Asker) -> Any:
    lines = (
        sa.select(sa.func.count())
        .where(StockMovement.delivery_id == StockDelivery.id, StockMovement.kind.in_(_CAME))
        .correlate(StockDelivery)
        .scalar_subquery()
    )
    return (
        sa.select(
            StockDelivery.id, _SENDER, StockDelivery.document_text, StockDelivery.received_on,
            StockDelivery.recorded_at, StockDelivery.recorded_by, StockDelivery.donation_id, Donation.document_text,
            lines,
        )
        .outerjoin(Partner, Partner.id == StockDelivery.partner_id)
        .outerjoin(Site, Site.id == StockDelivery.from_site_id)
        .outerjoin(Donation, Donation.id == StockDelivery.donation_id)
        .where(StockDelivery.origin_site_id == asker.site_id)
        .order_by(StockDelivery.received_on.desc(), StockDelivery.recorded_at.desc(), StockDelivery.id)
    )  # fmt: skip


def lines_of(asker: Asker, delivery_id: str) -> tuple[ReceivedLine, ...]:
    """What came, in the order in which it was typed."""
    asker.require(*SHELF)
    if asker.value(sa.select(StockDelivery.id).where(StockDelivery.id == delivery_id)) is None:
        raise NotHere()
    mirror = aliased(StockMovement)
    countered = sa.exists().where(mirror.countered_id == StockMovement.id)
    rows: Sequence[Any] = asker.all(
        sa.select(
            StockMovement.id, StockMovement.kind, StockMovement.lot_id, StockMovement.units, Medicine.name,
            Presentation.form, Presentation.strength_text, Presentation.route, Presentation.unit,
            Presentation.pack_units, StockLot.lot_number, StockLot.expires_on, StockMovement.damage_text,
            StockMovement.cold_chain, countered,
        )
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .join(Presentation, Presentation.id == StockLot.presentation_id)
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .where(StockMovement.delivery_id == delivery_id, StockMovement.countered_id.is_(None))
        .order_by(StockMovement.recorded_at, StockMovement.id)
    )  # fmt: skip
    found: list[ReceivedLine] = []
    waiting = [row for row in rows if row[1] == MovementKind.LOSS and not row[14]]
    for row in rows:
        if row[1] not in _CAME:
            continue
        damage = next((loss for loss in waiting if loss[2] == row[2] and row[12] is not None), None)
        if damage is not None:
            waiting.remove(damage)
        medicine, form, strength, route, unit, pack, number, expires, text, cold, taken_back = row[4:]
        damaged = -damage[3] if damage is not None else 0
        product = say_product(form, strength, route)
        found.append(
            ReceivedLine(medicine, product, unit, pack, number, expires, row[3], damaged, text, cold, bool(taken_back))
        )
    return tuple(found)


def received_of(asker: Asker, transfer_id: str) -> date | None:
    """When something of this sending was received here already."""
    asker.require(*SHELF)
    select = sa.select(StockDelivery.received_on).where(StockDelivery.transfer_id == transfer_id)
    return asker.value(select.order_by(StockDelivery.received_on).limit(1))


def document_seen(asker: Asker, partner_id: str | None, from_site_id: str | None, document: str) -> date | None:
    """When a paper of this number came from there already: the same delivery is easily typed twice."""
    asker.require(*SHELF)
    if not document.strip():
        return None
    select = sa.select(StockDelivery.received_on).where(
        sa.func.upper(StockDelivery.document_text) == document.strip().upper(),
        StockDelivery.partner_id == partner_id,
        StockDelivery.from_site_id == from_site_id,
        StockDelivery.origin_site_id == asker.site_id,
    )
    return asker.value(select.order_by(StockDelivery.received_on.desc()).limit(1))


def lot_of_clinic(
    asker: Asker, presentation_id: str, lot_number: str | None, expires_on: date, site_id: str
) -> str | None:
    """The lot that stood on that clinic's shelf, if its rows are here: whose gift it was goes on being known.

    Else the one that an earlier transfer made here.
    """
    asker.require(*SHELF)
    if lot_number is None:
        return None
    there = sa.exists().where(StockMovement.lot_id == StockLot.id, StockMovement.site_id == site_id)
    loose = sa.and_(StockLot.partner_id.is_(None), StockLot.donation_id.is_(None))
    select = (
        sa.select(StockLot.id)
        .where(StockLot.presentation_id == presentation_id, StockLot.lot_number == lot_number)
        .where(StockLot.expires_on == expires_on, sa.or_(there, loose))
        .order_by(sa.not_(there), StockLot.recorded_at, StockLot.id)
    )
    return asker.value(select.limit(1))
