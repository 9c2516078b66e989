"""Sending lots to another of our clinics, or to a partner."""

from collections.abc import Sequence

from clinic_desktop.features.medication.queries import shelf, transfers
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.stock import StockTransfer
from clinic_desktop.features.medication.rules.kinds import MayReceive, MovementKind
from clinic_desktop.features.medication.rules.leaving import (
    Leaving,
    MayNotReceive,
    ReceiverUnnamed,
    SentToItself,
    UnusableNotSent,
    check_leaving,
    check_there,
)
from clinic_desktop.features.medication.service.movements import lot_here, move
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def send(
    work: Work,
    transfer_id: str,
    lines: Sequence[Leaving],
    *,
    to_site_id: str | None = None,
    to_partner_id: str | None = None,
    carrier_text: str | None = None,
    reason: str | None = None,
) -> str:
    """Everything of one sending leaves at once, under one number, or nothing does; returns the number."""
    work.require(Permission.CORRECT_STOCK)
    if shelf.is_there(work, StockTransfer, transfer_id):
        return transfers.sending(work, transfer_id).number
    check_leaving(lines)
    _check_receiver(work, to_site_id, to_partner_id)
    for line in lines:
        lot = lot_here(work, line.lot_id)
        if lot.withheld or lot.expires_on < work.today:
            raise UnusableNotSent(lot=lot.lot_number or "–")
        check_there(lot, line.units)
    number = work.next_number("transfer")
    work.add(
        StockTransfer(
            id=transfer_id,
            number=number,
            to_site_id=to_site_id,
            to_partner_id=to_partner_id,
            sent_on=work.today,
            carrier_text=(carrier_text or "").strip() or None,
            reason=(reason or "").strip() or None,
        )
    )
    work.about("stock_transfer", transfer_id)
    for line in lines:
        move(
            work,
            line.lot_id,
            MovementKind.TRANSFER_OUT,
            -line.units,
            work.today,
            movement_id=line.movement_id,
            transfer_id=transfer_id,
            partner_id=to_partner_id,
            document_text=number,
        )
    return number


def note_slip_printed(work: Work, transfer_id: str, way: str, copies: int) -> None:
    """Who printed or saved the packing slip."""
    work.require(*shelf.SHELF)
    work.about("stock_transfer", transfer_id)
    work.act, work.detail = "medication.note_slip_printed", {"way": way, "copies": copies}


def _check_receiver(work: Work, to_site_id: str | None, to_partner_id: str | None) -> None:
    if to_site_id is None and to_partner_id is None:
        raise ReceiverUnnamed()
    if to_site_id == work.site_id:
        raise SentToItself()
    if to_site_id is not None and staff.site(work, to_site_id) is None:
        raise NotHere()
    if to_partner_id is not None:
        partner = work.load(Partner, to_partner_id)
        if MayReceive.STOCK not in (partner.may_receive or ()):
            raise MayNotReceive(partner=partner.name or "")
