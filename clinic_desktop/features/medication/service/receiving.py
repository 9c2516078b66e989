"""Taking in a delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.records.formulary import Presentation
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.stock import StockDelivery, StockLot
from clinic_desktop.features.medication.rules.kinds import (
    MovementKind,
)
from clinic_desktop.features.medication.rules.refusals import LotNumberMissing, NothingToReceive, NotYet, ShortExpiry
from clinic_desktop.features.medication.rules.shelf import check_expiry, check_units, clean_lot_number, is_short
from clinic_desktop.features.medication.service.movements import move
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    presentation_id: str
    lot_number: str | None
    expires_on: date
    units: int
    without_number: bool = False
    """The box carries no lot number, and whoever received it said so."""


def receive_delivery(
    work: Work,
    delivery_id: str,
    partner_id: str,
    document_text: str | None,
    lines: Sequence[DeliveryLine],
    *,
    received_on: date | None = None,
    accept_short: bool = False,
) -> str:
    """Take in a delivery as its paper says it: all its lines or none."""
    work.require(Permission.RECEIVE_STOCK)
    if shelf.is_there(work, StockDelivery, delivery_id):
        return delivery_id
    if not lines:
        raise NothingToReceive()
    day = _not_future(work, received_on)
    work.load(Partner, partner_id)
    for line in lines:
        _check_line(work, line, accept_short)
    paper = (document_text or "").strip() or None
    work.add(StockDelivery(id=delivery_id, partner_id=partner_id, document_text=paper, received_on=day))
    work.about("stock_delivery", delivery_id)
    for line in lines:
        lot_id = _lot_for(work, line, partner_id)
        move(work, lot_id, MovementKind.RECEIPT, line.units, day, delivery_id=delivery_id)
    return delivery_id


def _check_line(work: Work, line: DeliveryLine, accept_short: bool) -> None:
    check_units(line.units)
    check_expiry(line.expires_on, work.today)
    number = clean_lot_number(line.lot_number)
    if number is None and not line.without_number:
        raise LotNumberMissing()
    if is_short(line.expires_on, work.today) and not accept_short:
        raise ShortExpiry(again={"accept_short": True}, lot=number or "", day=say_day(line.expires_on))


def _lot_for(work: Work, line: DeliveryLine, partner_id: str) -> str:
    work.load(Presentation, line.presentation_id)
    number = clean_lot_number(line.lot_number)
    known = shelf.same_lot(work, line.presentation_id, number, line.expires_on, partner_id)
    if known is not None:
        return known
    lot = StockLot(
        presentation_id=line.presentation_id, lot_number=number, expires_on=line.expires_on, partner_id=partner_id
    )
    return work.add(lot).id


def _not_future(work: Work, day: date | None) -> date:
    if day is not None and day > work.today:
        raise NotYet(day=say_day(day))
    return day or work.today
