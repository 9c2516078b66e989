"""Mistakes, returns and losses. The balance can never be set: each is one more movement."""

from clinic_desktop.features.medication.queries import handing, ledger, shelf
from clinic_desktop.features.medication.queries import movements as moves
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.stock import StockMovement
from clinic_desktop.features.medication.rules.kinds import TAKEN_OFF, DispenseKind, MovementKind
from clinic_desktop.features.medication.rules.leaving import UnusableNotSent
from clinic_desktop.features.medication.rules.refusals import (
    AlreadyBroughtBack,
    AlreadyCountered,
    CountIsFinal,
    MirrorIsFinal,
    NotByHand,
    NotExpiredYet,
    OtherShelf,
)
from clinic_desktop.features.medication.rules.shelf import NotEnough, check_units
from clinic_desktop.features.medication.service.movements import cleaned_reason, lot_here, move
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def counter_movement(work: Work, movement_id: str, reason: str) -> str:
    """Cancel a movement that was a mistake by its mirror; both stay. Returns the mirror's id."""
    work.require(Permission.CORRECT_STOCK)
    wrong = work.load(StockMovement, movement_id)
    why = cleaned_reason(reason)
    if wrong.site_id != work.site_id:
        raise OtherShelf()
    if wrong.countered_id is not None:
        raise MirrorIsFinal()
    if wrong.count_line_id is not None:
        raise CountIsFinal()
    if moves.is_countered(work, movement_id):
        raise AlreadyCountered()
    lot_id, units = str(wrong.lot_id), wrong.units or 0
    left = lot_here(work, lot_id).units
    # What was counted since then stays as it was counted, whatever came before it.
    if left < units and not _was_counted_since(work, wrong):
        raise NotEnough(usable=f"{max(left, 0):,}")
    dispense_id = _amend(work, wrong.dispense_id, units) if wrong.dispense_id else None
    return move(
        work,
        lot_id,
        MovementKind.MIRROR,
        -units,
        work.today,
        dispense_id=dispense_id,
        mirrored=wrong,
        reason=why,
    )


def _was_counted_since(work: Work, wrong: StockMovement) -> bool:
    day = wrong.occurred_on or work.today
    return ledger.counted_since(work, (str(wrong.site_id), str(wrong.lot_id)), day, wrong.occurred_at)


def _amend(
    work: Work, dispense_id: str, units: int, kind: DispenseKind = DispenseKind.MISTAKE, new_id: str | None = None
) -> str:
    """A row that changes by `units` what a person was given; returns its id."""
    wrong = work.load(MedicationDispense, dispense_id)
    kept = handing.dispense_of(work, dispense_id)
    if kept is None:
        raise NotHere()
    if kept.units + units < 0:
        raise AlreadyBroughtBack(units=f"{kept.units:,}")
    row = MedicationDispense(
        id=new_id,
        # A return that was a mistake is a return taken back: what was owed stays given.
        kind=wrong.kind if wrong.kind == DispenseKind.RETURNED else kind,
        patient_id=wrong.patient_id,
        presentation_id=wrong.presentation_id,
        units=units,
        given_on=work.today,
        request_id=wrong.request_id,
        paper_folio=wrong.paper_folio,
        amends_id=kept.dispense_id,
    )
    return work.add(row).id


def take_back(work: Work, return_id: str, dispense_id: str, units: int, reason: str, *, fit: bool = True) -> None:
    """Note what a person brought back. What is not fit to be given again leaves the shelf at once, as a loss."""
    work.require(Permission.DISPENSE, Permission.CORRECT_STOCK)
    if shelf.is_there(work, MedicationDispense, return_id):
        return
    why = cleaned_reason(reason)
    check_units(units)
    amended = _amend(work, dispense_id, -units, DispenseKind.RETURNED, return_id)
    given = handing.dispense_of(work, dispense_id)
    assert given is not None
    for lot_id, there in handing.lots_of_dispense(work, given.dispense_id).items():
        part = min(units, there)
        if part:
            move(work, lot_id, MovementKind.RETURN, part, work.today, dispense_id=amended, reason=why)
            if not fit:
                move(work, lot_id, MovementKind.LOSS, -part, work.today, reason=why)
        units -= part


def take_off(work: Work, movement_id: str, lot_id: str, units: int, kind: MovementKind, reason: str) -> None:
    """Write off what was lost or broke, what expired, or what went to another place."""
    work.require(Permission.CORRECT_STOCK)
    if shelf.is_there(work, StockMovement, movement_id):
        return
    if kind not in TAKEN_OFF:
        raise NotByHand()
    why, lot = cleaned_reason(reason), lot_here(work, lot_id)
    if kind is MovementKind.EXPIRY and lot.expires_on >= work.today:
        raise NotExpiredYet(day=say_day(lot.expires_on))
    if kind is MovementKind.TRANSFER_OUT and (lot.withheld or lot.expires_on < work.today):
        raise UnusableNotSent(lot=lot.lot_number or "–")
    if lot.units < check_units(units):
        raise NotEnough(usable=f"{max(lot.units, 0):,}")
    move(work, lot_id, kind, -units, work.today, movement_id=movement_id, reason=why)
