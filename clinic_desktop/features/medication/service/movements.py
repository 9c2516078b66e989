"""What the services of this room share: the one way a movement is written, and what may leave of a prescribed line."""

from datetime import date, datetime

from clinic_desktop.features.medication.queries import handing, shelf
from clinic_desktop.features.medication.records.stock import StockMovement
from clinic_desktop.features.medication.rules.kinds import ColdChain, MovementKind
from clinic_desktop.features.medication.rules.refusals import (
    AlreadyHandedOut,
    MoreThanOwed,
    MoreThanPortion,
    NotInFormulary,
    OfSomebodyElse,
    StoppedMeanwhile,
    WaitsForSignature,
)
from clinic_desktop.features.medication.rules.shelf import ShelfLot, check_units
from clinic_desktop.features.medication.service.late import settle_new
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.storage.work import ReasonMissing, Work


def move(
    work: Work,
    lot_id: str,
    kind: MovementKind,
    units: int,
    day: date,
    *,
    occurred_at: datetime | None = None,
    movement_id: str | None = None,
    dispense_id: str | None = None,
    delivery_id: str | None = None,
    mirrored: StockMovement | None = None,
    reason: str | None = None,
    document_text: str | None = None,
    partner_id: str | None = None,
    transfer_id: str | None = None,
    disposal_id: str | None = None,
    count_line_id: str | None = None,
    cold_chain: ColdChain | None = None,
    damage_text: str | None = None,
) -> str:
    """Write it, and take out of the balance what a later count had seen already (service/late.py).

    Of today it happened now, unless `occurred_at` says when. `mirrored` has its own day and moment: a mistake is
    countered in the time in which it was made, so that a count in between stays what it was.
    """
    moment = occurred_at or (work.now if day == work.today else None)
    if mirrored is not None:
        day, moment = mirrored.occurred_on or day, mirrored.occurred_at
    row = StockMovement(
        id=movement_id,
        lot_id=lot_id,
        site_id=work.site_id,
        kind=kind,
        units=units,
        occurred_on=day,
        occurred_at=moment,
        dispense_id=dispense_id,
        delivery_id=delivery_id,
        countered_id=mirrored.id if mirrored is not None else None,
        reason=reason,
        document_text=document_text,
        partner_id=partner_id,
        transfer_id=transfer_id,
        disposal_id=disposal_id,
        count_line_id=count_line_id,
        cold_chain=cold_chain,
        damage_text=damage_text,
    )
    work.add(row)
    settle_new(work, row)
    return row.id


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


def may_leave(asked: handing.ToGive, patient_id: str, units: int, today: date) -> str:
    """Whether so many of a prescribed line may leave today, from the shelf or by voucher; returns its product."""
    line = asked.line
    if line.patient_id != patient_id:
        raise OfSomebodyElse()
    if line.stopped_on is not None:
        raise StoppedMeanwhile(medicine=line.name, day=say_day(line.stopped_on))
    if line.unsigned:
        raise WaitsForSignature(folio=line.folio or "")
    if line.presentation_id is None:
        raise NotInFormulary(medicine=line.name)
    if asked.given >= line.units:
        raise AlreadyHandedOut(medicine=line.name)
    if check_units(units) > asked.owed:
        raise MoreThanOwed(medicine=line.name, owed=f"{max(asked.owed, 0):,}")
    most = asked.most_now(today)
    if units > most:
        again = asked.next_pickup(today, most) or today
        raise MoreThanPortion(medicine=line.name, days=line.days_per_pickup, most=f"{most:,}", day=say_day(again))
    return line.presentation_id


def cleaned_reason(reason: str) -> str:
    cleaned = reason.strip()
    if not cleaned:
        raise ReasonMissing()
    return cleaned
