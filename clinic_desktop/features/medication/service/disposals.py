"""What leaves for good: what expired, and the acts of destroying or giving back, before two people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clinic_desktop.features.medication.queries import disposals, shelf
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.stock import StockDisposal, StockMovement
from clinic_desktop.features.medication.rules.kinds import MovementKind
from clinic_desktop.features.medication.rules.leaving import (
    ActIncomplete,
    Leaving,
    check_leaving,
    check_second,
    check_there,
)
from clinic_desktop.features.medication.rules.refusals import NotExpiredYet, NotYet
from clinic_desktop.features.medication.rules.shelf import NotEnough, check_units
from clinic_desktop.features.medication.service.movements import cleaned_reason, lot_here, move
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


@dataclass(frozen=True, slots=True)
class NewAct:
    """The first name is that of whoever is signed in. With `given_back_to` a donor took it, else it was destroyed."""

    disposal_id: str
    done_on: date
    second_name: str
    where: str
    how: str
    reason: str
    second_id: str | None = None
    given_back_to: str | None = None


def take_off_expired(work: Work, lines: Sequence[Leaving]) -> int:
    """Everything that expired leaves the balance at once; returns how many lots that were."""
    work.require(Permission.CORRECT_STOCK)
    check_leaving(lines)
    taken = 0
    for line in lines:
        if shelf.is_there(work, StockMovement, line.movement_id):
            continue
        lot = lot_here(work, line.lot_id)
        if lot.expires_on >= work.today:
            raise NotExpiredYet(day=say_day(lot.expires_on))
        check_there(lot, line.units)
        move(work, line.lot_id, MovementKind.EXPIRY, -line.units, work.today, movement_id=line.movement_id)
        taken += 1
    return taken


def dispose(work: Work, act: NewAct, lines: Sequence[Leaving]) -> str:
    """All lots of the act or none; returns its number. A second Enter finds it and does nothing."""
    work.require(Permission.CORRECT_STOCK)
    if shelf.is_there(work, StockDisposal, act.disposal_id):
        return disposals.act(work, act.disposal_id).number
    check_leaving(lines)
    first_name, second_name = _two_names(work, act)
    if not act.where.strip() or not act.how.strip():
        raise ActIncomplete()
    reason = cleaned_reason(act.reason)
    if act.done_on > work.today:
        raise NotYet(day=say_day(act.done_on))
    if act.given_back_to is not None:
        work.load(Partner, act.given_back_to)
    for line in lines:
        _check_left(work, line)
    number = work.next_number("disposal")
    work.add(
        StockDisposal(
            id=act.disposal_id,
            number=number,
            done_on=act.done_on,
            first_name=first_name,
            second_id=act.second_id,
            second_name=second_name,
            where_text=act.where.strip(),
            how_text=act.how.strip(),
            reason=reason,
        )
    )
    work.about("stock_disposal", act.disposal_id)
    for line in lines:
        if line.was_apart:
            # It left the balance when it expired: it comes back and leaves with the act, and the sum stays.
            back = MovementKind.EXPIRY
            move(work, line.lot_id, back, line.units, act.done_on, disposal_id=act.disposal_id, document_text=number)
        move(
            work,
            line.lot_id,
            MovementKind.DESTRUCTION if act.given_back_to is None else MovementKind.TRANSFER_OUT,
            -line.units,
            act.done_on,
            movement_id=line.movement_id,
            disposal_id=act.disposal_id,
            partner_id=act.given_back_to,
            document_text=number,
            reason=reason,
        )
    return number


def note_act_printed(work: Work, disposal_id: str, way: str, copies: int) -> None:
    """Who printed or saved the act."""
    work.require(*shelf.SHELF)
    work.about("stock_disposal", disposal_id)
    work.act, work.detail = "medication.note_act_printed", {"way": way, "copies": copies}


def _check_left(work: Work, line: Leaving) -> None:
    if not line.was_apart:
        check_there(lot_here(work, line.lot_id), line.units)
    elif disposals.waiting_of(work, line.lot_id) < check_units(line.units):
        raise NotEnough(usable=f"{disposals.waiting_of(work, line.lot_id):,}")


def _two_names(work: Work, act: NewAct) -> tuple[str, str]:
    first = staff.name_of(work, work.actor.staff_id) or work.actor.name
    written = act.second_name
    if act.second_id is not None:
        written = staff.name_of(work, act.second_id) or written
    second = check_second(first, written, same=act.second_id == work.actor.staff_id)
    # Signed in by a short name, and known by a long one: neither may stand for somebody else.
    return first, check_second(work.actor.name, second, same=False)
