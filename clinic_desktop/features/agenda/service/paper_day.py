"""Typing a day that was kept on paper, line by line: with the day on which it happened, recorded when it is typed.

A booking of that day is used and closed; the same line typed twice adds nothing. Two laptops that type one paper write
rows of their own, for a final row is never written by two; which of them counts is said by rules/paper_day.py.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.queries import days
from clinic_desktop.features.agenda.queries import paper_day as paper_queries
from clinic_desktop.features.agenda.records import Appointment, AppointmentEvent
from clinic_desktop.features.agenda.rules.day import AppointmentStatus, EventKind, VisitKind, stand
from clinic_desktop.features.agenda.rules.paper_day import BECOMES, OLD_AFTER, CameOrNot
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import NeedsConfirmation, Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work

MAY_TYPE = (Permission.RECEPTION, Permission.TRANSCRIBE)
MISTAKE = N_("Typed by mistake")
_GONE = (AppointmentStatus.CANCELLED, AppointmentStatus.MOVED)


class PaperOfTheFuture(Refused):
    text = N_("{day} has not come yet. Write the day that stands on the paper.")


class OldPaper(NeedsConfirmation):
    text = N_("{day} is more than two months ago. Is it the day that stands on the paper?")


class NextNotAfter(Refused):
    text = N_("The next visit must be after {day}.")


class DiedBefore(Refused):
    text = N_("By the record this person died before {day}. Look whether it is another person.")


class HereNow(Refused):
    text = N_("This person is in the waiting room or in consultation now. Close that first.")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a line of paper came to."""

    appointment_id: str
    already: bool
    """It stood there like this: nothing was added for the visit."""
    status: AppointmentStatus
    next_id: str | None = None
    """The booking that was made for the next visit."""
    next_already: bool = False
    added: bool = False
    """The visit itself was not booked: the line put it there."""


def must_be_day(work: Work, day: date, *, confirmed: bool = False) -> None:
    """Refuse a day to come; ask before one so old that its year may be a slip."""
    work.require(*MAY_TYPE)
    if day > work.today:
        raise PaperOfTheFuture(day=say_day(day))
    if work.today - day > OLD_AFTER and not confirmed:
        raise OldPaper(day=say_day(day))


def type_line(
    work: Work,
    *,
    line_id: str,
    next_id: str,
    patient_id: str,
    day: date,
    came: CameOrNot,
    clinician_id: str | None = None,
    next_day: date | None = None,
    confirmed: bool = False,
) -> Typed:
    """One line of the paper. `line_id` and `next_id` are drawn by the form, for the rows this may need to add."""
    must_be_day(work, day, confirmed=confirmed)
    if next_day is not None and next_day <= day:
        raise NextNotAfter(day=say_day(day))
    if not any(a.day == day for a in queries.of_patient(work, patient_id)):
        # A reserved person who is on the day's list stands on its paper too; nobody else may put one there.
        restricted.must_open(work, patient_id)
    died_on = paper_queries.died_on(work, patient_id)
    if died_on is not None and (died_on.earliest() < day or next_day is not None):
        raise DiedBefore(day=say_day(day if died_on.earliest() < day else next_day or day))
    typed = _type_visit(work, line_id, patient_id, day, came, clinician_id)
    if next_day is None:
        return typed
    booked = [a for a in queries.of_patient(work, patient_id) if a.day == next_day and a.status not in _GONE]
    if not booked:
        kind = VisitKind.FOLLOW_UP
        work.add(
            Appointment(
                id=next_id,
                patient_id=patient_id,
                day=next_day,
                kind=kind,
                clinician_id=clinician_id,
                place_id=days.place_of_day(work, next_day),
                from_paper=True,
            )
        )
    return replace(typed, next_id=None if booked else next_id, next_already=bool(booked))


def take_back_line(work: Work, typed: Typed) -> None:
    """The wrong person or the wrong line: what it added counts no more. A booking made before stays open."""
    work.require(*MAY_TYPE)
    appointment_id = typed.appointment_id
    if typed.next_id is not None:
        _call_off(work, typed.next_id)
    if not typed.already:
        # Backwards, down to the state before the paper.
        noon = _noon(work, work.load(Appointment, appointment_id).day)
        known = queries.events(work, appointment_id)
        undone = {event.undoes_id for event in known}
        step = len(known)
        for event in reversed([e for e in known if e.at == noon and e.kind is not EventKind.UNDONE]):
            if event.event_id not in undone:
                step += 1
                _event(work, appointment_id, EventKind.UNDONE, work.now, step, undoes_id=event.event_id)
        if typed.added:
            _call_off(work, appointment_id)
    work.about(Appointment.__tablename__, appointment_id)


def _type_visit(
    work: Work, line_id: str, patient_id: str, day: date, came: CameOrNot, clinician_id: str | None
) -> Typed:
    now = [a for a in queries.of_patient(work, patient_id) if a.day == day and a.status not in _GONE]
    wanted = BECOMES[came]
    closed = [a for a in now if a.status is wanted]
    seen = [a for a in now if a.status is AppointmentStatus.SEEN]
    if closed or seen:
        # What the computer knows to have happened is not taken away by a paper.
        found = (closed or seen)[0]
        work.about(Appointment.__tablename__, found.appointment_id)
        return Typed(found.appointment_id, True, found.status)
    if any(a.status in (AppointmentStatus.WAITING, AppointmentStatus.IN_CONSULT) for a in now):
        raise HereNow()
    if now:
        appointment_id = now[0].appointment_id
    else:
        appointment_id = line_id
        kind = VisitKind.WALK_IN
        work.add(
            Appointment(
                id=line_id,
                patient_id=patient_id,
                day=day,
                kind=kind,
                clinician_id=clinician_id,
                place_id=days.place_of_day(work, day),
                from_paper=True,
            )
        )
    _close(work, appointment_id, day, came, clinician_id)
    work.about(Appointment.__tablename__, appointment_id)
    return Typed(appointment_id, False, wanted, added=not now)


_STEPS = {
    CameOrNot.SEEN: (EventKind.ARRIVED, EventKind.CALLED, EventKind.SEEN),
    CameOrNot.LEFT: (EventKind.ARRIVED, EventKind.LEFT),
    CameOrNot.MISSED: (EventKind.MISSED,),
}


def _close(work: Work, appointment_id: str, day: date, came: CameOrNot, clinician_id: str | None) -> None:
    known = queries.events(work, appointment_id)
    status = stand(known).status
    steps = list(_STEPS[came])
    if status is AppointmentStatus.LEFT and came is CameOrNot.MISSED:
        steps = []  # was here, as the computer knows
    at, step = _noon(work, day), len(known)
    if clinician_id is not None and came is CameOrNot.SEEN:
        step += 1
        _event(work, appointment_id, EventKind.ASSIGNED, at, step, clinician_id=clinician_id)
    for kind in steps:
        step += 1
        _event(work, appointment_id, kind, at, step)


def _event(
    work: Work,
    appointment_id: str,
    kind: EventKind,
    at: datetime,
    step: int,
    *,
    clinician_id: str | None = None,
    undoes_id: str | None = None,
    reason: str | None = None,
) -> None:
    work.add(
        AppointmentEvent(
            id=new_id(),
            appointment_id=appointment_id,
            kind=kind,
            at=at,
            step=step,
            clinician_id=clinician_id,
            undoes_id=undoes_id,
            reason=reason,
        )
    )


def _call_off(work: Work, appointment_id: str) -> None:
    known = queries.events(work, appointment_id)
    if stand(known).status is AppointmentStatus.BOOKED:
        _event(work, appointment_id, EventKind.CANCELLED, work.now, len(known) + 1, reason=_(MISTAKE))


def _noon(work: Work, day: date) -> datetime:
    """When it happened is not on the paper: noon of its day, where the clinic is."""
    return datetime.combine(day, time(12), work.place.zone).astimezone(UTC)
