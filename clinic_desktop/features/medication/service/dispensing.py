"""Handing out, from a signed prescription or from a paper one.

Forms draw the ids of what they write beforehand, so that a second Enter finds the row and does nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clinic_desktop.features.medication.queries import handing, prescriptions, shelf
from clinic_desktop.features.medication.records.dispensing import DispenseJoin, MedicationDispense
from clinic_desktop.features.medication.records.stock import StockLot
from clinic_desktop.features.medication.rules.doses import check_days, still_covered
from clinic_desktop.features.medication.rules.handover import Receiver
from clinic_desktop.features.medication.rules.joining import how_it_fits
from clinic_desktop.features.medication.rules.kinds import DispenseKind, MovementKind
from clinic_desktop.features.medication.rules.lasting import Choice, Using, choose_lots, outlived
from clinic_desktop.features.medication.rules.refusals import (
    AlreadyJoined,
    FitsBadly,
    FolioIsOurs,
    FolioMissing,
    HandedOutLater,
    HandedOutLongAgo,
    LastsTooShort,
    LotExpired,
    LotWithheld,
    NotEnoughOf,
    NotFirstExpiring,
    NotThereThatDay,
    NotTheSame,
    NotTheseLots,
    OtherProduct,
    PaperServed,
    PrescriberMissing,
    StillCovered,
)
from clinic_desktop.features.medication.rules.shelf import (
    NotEnough,
    ShelfLot,
    Taking,
    allocate,
    check_units,
)
from clinic_desktop.features.medication.rules.vouchers import read_folio, same_sign
from clinic_desktop.features.medication.service.controlled import Leaving, check_rule
from clinic_desktop.features.medication.service.movements import asked_line, lot_here, may_leave, move
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.numbers import check_sign
from clinic_desktop.storage.work import Work

NOBODY_ELSE = Receiver()
Accepted = bool | frozenset[str]
"""What was asked and is to be done all the same: of every line, or of the handings out with these ids, each asked about
by its own name."""


@dataclass(frozen=True, slots=True)
class Handout:
    """What is given of one prescribed line. Without `lots`, those that expire first among those that last are taken."""

    dispense_id: str
    """Drawn by the form: the same id is handed out once, however often Enter is pressed."""
    request_id: str
    units: int
    lots: tuple[tuple[str, int], ...] = ()
    lot_reason: str | None = None


@dataclass(frozen=True, slots=True)
class PaperLine:
    dispense_id: str
    presentation_id: str
    units: int
    days: int | None = None
    """For how long, if the paper says it."""


def dispense(
    work: Work,
    patient_id: str,
    handouts: Sequence[Handout],
    *,
    receiver: Receiver = NOBODY_ELSE,
    accept_early: Accepted = False,
    accept_short: Accepted = False,
    witness: str = "",
    control_reason: str = "",
) -> None:
    """Hand out from signed prescriptions: all of it or, if a shelf has run empty meanwhile, nothing.

    `accept_early`: although the person still has some. `accept_short`: although it expires before it is used up.
    `witness`, `control_reason`: what the rule of a controlled medicine asked for.
    """
    work.require(Permission.DISPENSE)
    work.about("patient", patient_id)
    for handout in handouts:
        if shelf.is_there(work, MedicationDispense, handout.dispense_id):
            continue
        asked = asked_line(work, handout.request_id)
        presentation_id = may_leave(asked, patient_id, handout.units, work.today)
        if not _accepts(accept_early, handout.dispense_id):
            again = {"accept_early": _with(accept_early, handout.dispense_id)}
            _check_early(work, patient_id, asked.line.medicine_id, asked.line.name, asked.line.folio, again)
        leaving = Leaving(presentation_id, asked.line.name, work.today, handout.request_id, asked.line.signed_on)
        taken_by, over = check_rule(work, leaving, receiver, witness, control_reason)
        using = asked.using(work.today)
        takings = _takings(work, presentation_id, handout, using, asked.line.name, accept_short)
        row = MedicationDispense(
            id=handout.dispense_id,
            kind=DispenseKind.GIVEN,
            patient_id=patient_id,
            presentation_id=presentation_id,
            units=handout.units,
            given_on=work.today,
            request_id=handout.request_id,
            **_taken_away(taken_by),
        )
        why = " · ".join(part for part in ((handout.lot_reason or "").strip(), over) if part)
        _hand_out(work, row, takings, work.today, why)


def _accepts(accepted: Accepted, dispense_id: str) -> bool:
    return accepted if isinstance(accepted, bool) else dispense_id in accepted


def _with(accepted: Accepted, dispense_id: str) -> frozenset[str]:
    before: frozenset[str] = frozenset() if isinstance(accepted, bool) else accepted
    return before | {dispense_id}


def _taken_away(receiver: Receiver) -> dict[str, object]:
    """By whom, as a row keeps it."""
    return {
        "received_by": receiver.said,
        "received_sign": receiver.sign,
        "receiver_document": receiver.document.strip() or None,
        "witness_id": receiver.witness_id,
        "witness_name": receiver.witness_name.strip() or None,
    }


def _check_early(
    work: Work,
    patient_id: str,
    medicine_id: str | None,
    name: str,
    folio: str | None,
    again: dict[str, Any],
    day: date | None = None,
) -> None:
    if medicine_id is None:
        return
    earlier = handing.handed_earlier(work, patient_id, medicine_id, but_folio=folio)
    lasting = still_covered(earlier, day or work.today)
    if lasting is not None:
        raise StillCovered(again=again, medicine=name, day=say_day(lasting.given_on), until=say_day(lasting.until))


def _takings(
    work: Work, presentation_id: str, handout: Handout, using: Using, name: str, accept_short: Accepted
) -> Sequence[Taking]:
    usable = shelf.lots_first_expiring(work, presentation_id)
    accepted = _accepts(accept_short, handout.dispense_id)
    again = {"accept_short": _with(accept_short, handout.dispense_id)}
    choice = _choice(usable, handout.units, work.today, using, name)
    proposed = _proposed(choice, usable, work.today, name, None if accepted or handout.lots else again)
    if not handout.lots:
        return proposed
    chosen = [_chosen(work, presentation_id, lot_id, units) for lot_id, units in handout.lots]
    if sum(taking.units for taking in chosen) != handout.units or len({t.lot.lot_id for t in chosen}) != len(chosen):
        raise NotTheseLots()
    differs = [(t.lot.lot_id, t.units) for t in chosen] != [(t.lot.lot_id, t.units) for t in proposed]
    if differs and not (handout.lot_reason or "").strip():
        raise NotFirstExpiring()
    short = outlived(chosen, using)
    if short is not None and not accepted:
        lasting = using.used_by(short.expires_on, handout.units)
        raise _too_short(short, name, handout.units, lasting, again)
    return chosen


def _choice(usable: Sequence[ShelfLot], units: int, day: date, using: Using | None, name: str) -> Choice:
    choice = choose_lots(usable, units, day, using)
    if choice.there < units:
        raise NotEnoughOf(medicine=name, usable=f"{choice.there:,}")
    return choice


def _proposed(
    choice: Choice, usable: Sequence[ShelfLot], day: date, name: str, again: dict[str, Any] | None
) -> Sequence[Taking]:
    """What the shelf would give. With `again` it is asked about what does not last."""
    if choice.is_whole:
        return choice.takings
    if choice.too_short is not None and again is not None:
        raise _too_short(choice.too_short, name, choice.asked, choice.units, again)
    return allocate(usable, choice.asked, day)


def _too_short(lot: ShelfLot, name: str, units: int, lasting: int, again: dict[str, Any]) -> LastsTooShort:
    return LastsTooShort(
        again=again,
        medicine=name,
        lot=lot.lot_number or "–",
        day=say_day(lot.expires_on),
        lasting=f"{lasting:,}",
        units=f"{units:,}",
    )


def _chosen(work: Work, presentation_id: str, lot_id: str, units: int) -> Taking:
    check_units(units)
    lot = lot_here(work, lot_id)
    if work.load(StockLot, lot_id).presentation_id != presentation_id:
        raise NotTheseLots()
    if lot.withheld:
        raise LotWithheld()
    if lot.expires_on < work.today:
        raise LotExpired()
    if lot.units < units:
        raise NotEnough(usable=f"{max(lot.units, 0):,}")
    return Taking(lot, units)


def _hand_out(
    work: Work, row: MedicationDispense, takings: Iterable[Taking], day: date, reason: str | None = None
) -> None:
    work.add(row)
    why = (reason or "").strip() or None
    for taking in takings:
        kind = MovementKind.DISPENSE
        move(work, taking.lot.lot_id, kind, -taking.units, day, dispense_id=row.id, reason=why)


def dispense_from_paper(
    work: Work,
    patient_id: str,
    folio: str,
    prescriber_text: str,
    lines: Sequence[PaperLine],
    *,
    handed_on: date | None = None,
    receiver: Receiver = NOBODY_ELSE,
    accept_early: Accepted = False,
    accept_short: Accepted = False,
    witness: str = "",
) -> None:
    """Hand out from a prescription on paper that this program has not seen, named by its folio.

    `handed_on`: it left on an earlier day and is typed only now, from the lots of that day.
    """
    work.require(Permission.DISPENSE)
    work.about("patient", patient_id)
    day = _check_day(work, handed_on)
    number, prescriber = folio.strip().upper(), prescriber_text.strip()
    if not number:
        raise FolioMissing()
    if not prescriber:
        raise PrescriberMissing()
    if (ours := _ours(work, number)) is not None:
        raise FolioIsOurs(folio=ours)
    for line in lines:
        if shelf.is_there(work, MedicationDispense, line.dispense_id):
            continue
        product = shelf.presentation(work, line.presentation_id)
        days = None if line.days is None else check_days(line.days)
        if not _accepts(accept_early, line.dispense_id):
            again = {"accept_early": _with(accept_early, line.dispense_id)}
            _check_served(work, number, line.presentation_id, again)
            _check_early(work, patient_id, product.medicine_id, product.name, None, again, day)
        taken_by, _none = check_rule(work, Leaving(line.presentation_id, product.name, day), receiver, witness, "")
        takings = _from_paper(work, line, days, day, product.name, accept_short)
        row = MedicationDispense(
            id=line.dispense_id,
            kind=DispenseKind.GIVEN,
            patient_id=patient_id,
            presentation_id=line.presentation_id,
            units=line.units,
            given_on=day,
            paper_folio=number,
            prescriber_text=prescriber,
            days=days,
            **_taken_away(taken_by),
        )
        _hand_out(work, row, takings, day)


def _ours(work: Work, typed: str) -> str | None:
    """The folio of a prescription of this program, also as a hand copied it: "pru gh00002b", an O for a zero."""
    ways = [typed]
    for body in read_folio(typed, work.place.site_code):
        sign = check_sign(body.text.replace("-", ""))
        if not body.sign or same_sign(body.sign, sign):
            ways.append(f"{body.text}-{sign}")
    return next((way for way in ways if prescriptions.with_folio(work, way)), None)


def _from_paper(
    work: Work, line: PaperLine, days: int | None, day: date, name: str, accept_short: Accepted
) -> Sequence[Taking]:
    usable = shelf.lots_of_day(work, line.presentation_id, day)
    if day < work.today:
        # What left already is written down as it was: nobody can take it back for expiring too soon.
        there = sum(lot.units for lot in usable)
        if there < check_units(line.units):
            raise NotThereThatDay(medicine=name, day=say_day(day), usable=f"{there:,}")
        return allocate(usable, line.units, day)
    using = Using(day, days, spread_over=line.units) if days else None
    again = {"accept_short": _with(accept_short, line.dispense_id)}
    choice = _choice(usable, line.units, day, using, name)
    return _proposed(choice, usable, day, name, None if _accepts(accept_short, line.dispense_id) else again)


def _check_day(work: Work, handed_on: date | None) -> date:
    day = handed_on or work.today
    if day > work.today:
        raise HandedOutLater(day=say_day(day))
    if day < work.today - timedelta(days=prescriptions.LOOK_BACK_DAYS):
        raise HandedOutLongAgo(day=say_day(day))
    return day


def _check_served(work: Work, folio: str, presentation_id: str, again: dict[str, Any]) -> None:
    served = handing.given_from_paper(work, folio, presentation_id)
    if served is not None:
        raise PaperServed(again=again, folio=folio, day=say_day(served))


def join_paper(work: Work, dispense_id: str, request_id: str, *, accept_misfit: bool = False) -> None:
    """Say that a paper prescription served earlier is this one, typed later: it is not owed a second time.

    It is only ever added, never undone: where units or dates do not fit it is asked first.
    """
    work.require(Permission.DISPENSE, Permission.TRANSCRIBE, Permission.PRESCRIBE)
    given, asked = handing.dispense_of(work, dispense_id), asked_line(work, request_id)
    if given is None:
        raise NotHere()
    work.about("patient", given.patient_id)
    joined = handing.joined_to(work, given.dispense_id)
    if request_id in joined:
        return
    if joined or given.request_id is not None:
        raise AlreadyJoined()
    line, product = asked.line, shelf.presentation(work, given.presentation_id)
    if given.patient_id != line.patient_id or product.medicine_id != line.medicine_id:
        raise NotTheSame()
    same = given.presentation_id == line.presentation_id
    fit = how_it_fits(given.units, given.given_on, asked.owed, line.signed_on, line.ends_on, same_product=same)
    if not fit.is_good and not accept_misfit:
        raise (FitsBadly if same else OtherProduct)(
            again={"accept_misfit": True},
            units=f"{given.units:,}",
            given=f"{product.name} {product.product}".strip(),
            day=say_day(given.given_on),
            asked=f"{line.name} {line.product}".strip(),
            signed=say_day(line.signed_on),
            owed=f"{max(asked.owed, 0):,}",
        )
    work.add(DispenseJoin(dispense_id=given.dispense_id, request_id=request_id))


def note_handout_printed(work: Work, patient_id: str, what: str, *, way: str, copies: int) -> None:
    """Labels or the receipt of a handing out were made for this person."""
    work.require(Permission.DISPENSE)
    work.act, work.detail = "medication.note_handout_printed", {"what": what, "way": way, "copies": copies}
    work.about("patient", patient_id)
