"""Taking in a delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clinic_desktop.features.medication.queries import deliveries, shelf
from clinic_desktop.features.medication.records.formulary import Presentation
from clinic_desktop.features.medication.records.orders import StockOrder
from clinic_desktop.features.medication.records.partners import Donation, Partner
from clinic_desktop.features.medication.records.stock import StockDelivery, StockLot
from clinic_desktop.features.medication.rules.kinds import ColdChain, Gift, MovementKind
from clinic_desktop.features.medication.rules.refusals import (
    DamageTooMuch,
    DamageUntold,
    GiftOfOtherKind,
    GiftOfSomebodyElse,
    LotNumberMissing,
    NothingToReceive,
    NotYet,
    OwnClinic,
    SenderMissing,
    ShortExpiry,
    TransferReceived,
)
from clinic_desktop.features.medication.rules.shelf import check_expiry, check_units, clean_lot_number, is_short
from clinic_desktop.features.medication.service.movements import move
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage import drafts
from clinic_desktop.storage.work import Work

DRAFT = "receiving"
"""The form of a delivery in the drafts; its record is the delivery to be."""


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    presentation_id: str
    lot_number: str | None
    expires_on: date
    units: int
    without_number: bool = False
    """The box carries no lot number, and whoever received it said so."""
    cold_chain: ColdChain | None = None
    damaged_units: int = 0
    """Of these units; they leave the shelf at once, both visible."""
    damage_text: str | None = None
    lot_id: str | None = None
    """The lot that another clinic sent, where its sending is known here."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom a delivery is from: a partner, or another of our clinics."""

    partner_id: str | None = None
    from_site_id: str | None = None
    transfer_id: str | None = None
    """The sending of that clinic, where it is known here."""
    donation_id: str | None = None
    order_id: str | None = None


def receive_delivery(
    work: Work,
    delivery_id: str,
    partner_id: str | None,
    document_text: str | None,
    lines: Sequence[DeliveryLine],
    *,
    received_on: date | None = None,
    accept_short: bool = False,
    from_site_id: str | None = None,
    transfer_id: str | None = None,
    donation_id: str | None = None,
    order_id: str | None = None,
    note_text: str | None = None,
    in_parts: bool = False,
) -> str:
    """Take in a delivery as its paper says it: all its lines or none. Its draft is gone with it."""
    work.require(Permission.RECEIVE_STOCK)
    if shelf.is_there(work, StockDelivery, delivery_id):
        return delivery_id
    if not lines:
        raise NothingToReceive()
    sender = Sender(partner_id, from_site_id, transfer_id, donation_id, order_id)
    day = _not_future(work, received_on)
    _check_sender(work, sender, in_parts)
    least_days = _least_days(work, sender)
    for line in lines:
        _check_line(line, day)
    if not accept_short:
        _ask_about_short(work, lines, day, least_days)
    work.add(
        StockDelivery(
            id=delivery_id,
            partner_id=partner_id,
            document_text=(document_text or "").strip() or None,
            received_on=day,
            note_text=(note_text or "").strip() or None,
            donation_id=donation_id,
            order_id=order_id,
            transfer_id=transfer_id,
            from_site_id=from_site_id,
        )
    )
    work.about("stock_delivery", delivery_id)
    for line in lines:
        _put_on_shelf(work, line, sender, delivery_id, day)
    drafts.drop_draft(work, DRAFT, delivery_id)
    return delivery_id


def note_list_printed(work: Work, delivery_id: str, way: str, copies: int) -> None:
    """Who printed or saved what came."""
    work.require(Permission.RECEIVE_STOCK)
    work.about("stock_delivery", delivery_id)
    work.detail = {"way": way, "copies": copies}


# -- from whom


def _check_sender(work: Work, sender: Sender, in_parts: bool) -> None:
    if sender.from_site_id is not None:
        _check_clinic(work, sender.from_site_id)
    elif sender.partner_id is None:
        raise SenderMissing()
    if sender.partner_id is not None:
        work.load(Partner, sender.partner_id)
    if sender.order_id is not None:
        work.load(StockOrder, sender.order_id)
    if sender.transfer_id is not None and not in_parts:
        before = deliveries.received_of(work, sender.transfer_id)
        if before is not None:
            raise TransferReceived(again={"in_parts": True}, day=say_day(before))


def _check_clinic(work: Work, site_id: str) -> None:
    if site_id == work.site_id:
        raise OwnClinic()
    if staff.site(work, site_id) is None:
        raise NotHere()


def _least_days(work: Work, sender: Sender) -> int | None:
    """How long the donor said that it would last, where it is a gift of which that was said."""
    if sender.donation_id is None:
        return None
    gift = work.load(Donation, sender.donation_id)
    if gift.partner_id != sender.partner_id:
        raise GiftOfSomebodyElse()
    if gift.kind is not Gift.MEDICINE:
        raise GiftOfOtherKind()
    return gift.least_days


# -- the lines


def _check_line(line: DeliveryLine, day: date) -> None:
    check_units(line.units)
    check_expiry(line.expires_on, day)
    if clean_lot_number(line.lot_number) is None and not line.without_number:
        raise LotNumberMissing()
    if line.damaged_units:
        check_units(line.damaged_units)
        if line.damaged_units > line.units:
            raise DamageTooMuch()
        if not (line.damage_text or "").strip():
            raise DamageUntold()


def _ask_about_short(work: Work, lines: Sequence[DeliveryLine], day: date, least_days: int | None) -> None:
    """Also where it was typed so late that it has expired meanwhile: it stands in the books, and nobody is given it."""
    short = [x for x in lines if x.expires_on < work.today or is_short(x.expires_on, day, least_days)]
    if short:
        numbers = dict.fromkeys(clean_lot_number(line.lot_number) or "" for line in short)
        soonest = min(line.expires_on for line in short)
        raise ShortExpiry(again={"accept_short": True}, lot=", ".join(filter(None, numbers)), day=say_day(soonest))


def _put_on_shelf(work: Work, line: DeliveryLine, sender: Sender, delivery_id: str, day: date) -> None:
    came = MovementKind.RECEIPT if sender.from_site_id is None else MovementKind.TRANSFER_IN
    lot_id = _lot_for(work, line, sender)
    damage = (line.damage_text or "").strip() or None
    move(
        work,
        lot_id,
        came,
        line.units,
        day,
        delivery_id=delivery_id,
        transfer_id=sender.transfer_id,
        cold_chain=line.cold_chain,
        damage_text=damage,
    )
    if line.damaged_units:
        move(work, lot_id, MovementKind.LOSS, -line.damaged_units, day, delivery_id=delivery_id, reason=damage)


def _lot_for(work: Work, line: DeliveryLine, sender: Sender) -> str:
    work.load(Presentation, line.presentation_id)
    number = clean_lot_number(line.lot_number)
    if sender.from_site_id is not None:
        known = _sent_lot(work, line) or deliveries.lot_of_clinic(
            work, line.presentation_id, number, line.expires_on, sender.from_site_id
        )
    else:
        known = shelf.same_lot(
            work, line.presentation_id, number, line.expires_on, sender.partner_id, sender.donation_id
        )
    if known is not None:
        return known
    lot = StockLot(
        presentation_id=line.presentation_id,
        lot_number=number,
        expires_on=line.expires_on,
        partner_id=sender.partner_id,
        donation_id=sender.donation_id,
    )
    return work.add(lot).id


def _sent_lot(work: Work, line: DeliveryLine) -> str | None:
    """The very lot of the sending, unless the box says something else."""
    if line.lot_id is None:
        return None
    lot = work.load(StockLot, line.lot_id)
    said = (line.presentation_id, clean_lot_number(line.lot_number), line.expires_on)
    return lot.id if said == (lot.presentation_id, lot.lot_number, lot.expires_on) else None


def _not_future(work: Work, day: date | None) -> date:
    if day is not None and day > work.today:
        raise NotYet(day=say_day(day))
    return day or work.today
