"""What happens to a booking on a consultation day. Every step is an event; nothing is overwritten.

Ids of new rows are drawn by the form beforehand, so that a key pressed twice does the thing once.
"""

from datetime import date, datetime

import sqlalchemy as sa

from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.queries import days
from clinic_desktop.features.agenda.records import Appointment, AppointmentEvent
from clinic_desktop.features.agenda.rules.day import (
    MAY_FOLLOW,
    STATUS_WORDS,
    AppointmentStatus,
    EventKind,
    Standing,
    VisitKind,
    stand,
)
from clinic_desktop.features.agenda.rules.days import Expected, fits
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import NeedsConfirmation, Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import ReasonMissing, Work

DIED = N_("died")
"""Why a booking was cancelled, where a death did it."""
NOT_HERE = N_("“Arrived” was taken back")


class InThePast(Refused):
    text = N_("{day} is already past. Choose another day.")


class AlreadyBooked(Refused):
    text = N_("This person already has an appointment on {day}.")


class DayFull(NeedsConfirmation):
    text = N_("{day} already has {count} people. Book one more?")


class NotAConsultationDay(NeedsConfirmation):
    text = N_("{day} is not a consultation day. Book it all the same?")


class BetterAnotherDay(NeedsConfirmation):
    text = N_("Another day suits better. Book it all the same?")


class BookedForAnotherDay(Refused):
    text = N_("This appointment is for {day}. Use “Arrived” on the person to bring it to today.")


class NotNow(Refused):
    text = N_("This cannot be done now: the person is “{status}”.")


class WasCalled(Refused):
    text = N_("This person was called in already. “Arrived” is not taken back any more.")


class NotYet(Refused):
    text = N_("{day} has not come yet. A day is closed when it is over.")


class HasDied(Refused):
    text = N_("This person has died. No appointment is made.")


def book(
    work: Work,
    *,
    appointment_id: str,
    patient_id: str,
    day: date,
    kind: VisitKind = VisitKind.FOLLOW_UP,
    time_text: str | None = None,
    clinician_id: str | None = None,
    place_id: str | None = None,
    confirmed: bool = False,
) -> None:
    """Book a person for a day. Asks first if the day is full or none of consultation, or another suits better;
    refuses a past day, a second booking, and the dead."""
    work.require(Permission.RECEPTION, Permission.WRITE_NOTES)
    if work.session.get(Appointment, appointment_id) is not None:
        return
    if day < work.today:
        raise InThePast(day=say_day(day))
    _refuse_the_dead(work, patient_id)
    _must_have_room(work, patient_id, day, clinician_id, place_id, confirmed=confirmed)
    place_id = place_id or days.place_of_day(work, day)
    _add(work, appointment_id, patient_id, day, kind, time_text, clinician_id, place_id)
    work.about(Appointment.__tablename__, appointment_id)


def arrive(
    work: Work,
    *,
    patient_id: str,
    new_appointment_id: str,
    kind: VisitKind = VisitKind.WALK_IN,
    urgent: bool = False,
    place_id: str | None = None,
    clinician_id: str | None = None,
) -> str:
    """The person is here. Checks today's booking in, else brings the next or a missed one to today, else a walk-in.

    Returns the id of today's appointment.
    """
    work.require(Permission.RECEPTION)
    if work.session.get(Appointment, new_appointment_id) is not None:
        return new_appointment_id
    _refuse_the_dead(work, patient_id)
    known = queries.of_patient(work, patient_id)
    today = [a for a in known if a.day == work.today]
    here = [a for a in today if a.status in (AppointmentStatus.WAITING, AppointmentStatus.IN_CONSULT)]
    if here:
        return here[0].appointment_id
    again = [a for a in today if a.status in MAY_FOLLOW[EventKind.ARRIVED]]
    if again:
        check_in(work, again[0].appointment_id, urgent=urgent)
        return again[0].appointment_id
    if any(a.status is AppointmentStatus.SEEN for a in today):
        # Seen this morning and here again: the next visit stays booked as it is.
        known = ()
    later = [a for a in known if a.day > work.today and a.status is AppointmentStatus.BOOKED]
    missed = [a for a in known if a.day < work.today and a.status in MAY_FOLLOW[EventKind.MOVED]]
    source = min(later, key=lambda a: a.day, default=None) or max(missed, key=lambda a: a.day, default=None)
    if source is not None:
        bring_over(work, source.appointment_id, new_appointment_id, work.today)
    else:
        place_id = place_id or days.place_of_day(work, work.today)
        _add(work, new_appointment_id, patient_id, work.today, kind, None, clinician_id, place_id)
    check_in(work, new_appointment_id, urgent=urgent)
    return new_appointment_id


def check_in(work: Work, appointment_id: str, *, urgent: bool = False) -> None:
    """Note that a person booked for today has arrived; gives the next turn of the day."""
    work.require(Permission.RECEPTION)
    booked = work.load(Appointment, appointment_id)
    if booked.day != work.today:
        raise BookedForAnotherDay(day=say_day(booked.day))
    standing = queries.standing(work, appointment_id)
    if standing.status is AppointmentStatus.WAITING:
        return
    write_event(work, appointment_id, EventKind.ARRIVED, turn=queries.last_turn(work, booked.day) + 1)
    if urgent and not standing.priority:
        write_event(work, appointment_id, EventKind.PRIORITY)


def undo_check_in(work: Work, appointment_id: str) -> None:
    """Take "arrived" back: the wrong row, or the person only asked something."""
    work.require(Permission.RECEPTION)
    known = queries.events(work, appointment_id)
    standing = stand(known)
    _must_be(standing, AppointmentStatus.WAITING)
    last = next(e for e in known if e.event_id == standing.last_event_id)
    if last.kind is not EventKind.ARRIVED:
        # Sent back to wait: taking that back would put the person into the consultation.
        raise WasCalled()
    write_event(work, appointment_id, EventKind.UNDONE, undoes_id=last.event_id)
    _put_back(work, appointment_id, last.at)


def _put_back(work: Work, appointment_id: str, arrived_at: datetime) -> None:
    """What was written together with the arrival goes with it: today's line goes, and the booking that was brought
    over stands again on its own day."""
    here = work.load(Appointment, appointment_id)
    if here.moved_from_id is not None:
        moved = [e for e in queries.events(work, here.moved_from_id) if e.kind is EventKind.MOVED]
        together = [e for e in moved if e.at == arrived_at]
        if not together or queries.standing(work, here.moved_from_id).last_event_id != together[-1].event_id:
            return
        write_event(work, here.moved_from_id, EventKind.UNDONE, undoes_id=together[-1].event_id)
    elif here.kind is not VisitKind.WALK_IN or here.recorded_at != arrived_at:
        return
    write_event(work, appointment_id, EventKind.CANCELLED, reason=_(NOT_HERE))


def undo_leave(work: Work, appointment_id: str) -> None:
    """The person had not left after all: waits again, with the same turn."""
    work.require(Permission.RECEPTION)
    standing = queries.standing(work, appointment_id)
    _must_be(standing, AppointmentStatus.LEFT)
    write_event(work, appointment_id, EventKind.UNDONE, undoes_id=standing.last_event_id)


def assign(work: Work, appointment_id: str, clinician_id: str | None) -> None:
    """Give the person to one clinician's queue, or with None to nobody's in particular."""
    work.require(Permission.RECEPTION, Permission.WRITE_NOTES)
    if queries.queue_of(work, appointment_id) != clinician_id:
        write_event(work, appointment_id, EventKind.ASSIGNED, clinician_id=clinician_id)


def set_priority(work: Work, appointment_id: str, urgent: bool) -> None:
    """Call this person first, or no longer. Reception needs no reason and learns none."""
    work.require(Permission.RECEPTION, Permission.WRITE_NOTES)
    if queries.standing(work, appointment_id).priority != urgent:
        write_event(work, appointment_id, EventKind.PRIORITY if urgent else EventKind.NO_PRIORITY)


def call_in(work: Work, appointment_id: str) -> None:
    """The clinician calls this person in. Calling again the person one is with changes nothing."""
    work.require(Permission.WRITE_NOTES)
    standing = queries.standing(work, appointment_id)
    if (
        standing.status is AppointmentStatus.IN_CONSULT
        and queries.called_by(work, appointment_id) == work.actor.staff_id
    ):
        return
    write_event(work, appointment_id, EventKind.CALLED)


def call_next(work: Work, clinician_id: str | None = None) -> queries.DayRow | None:
    """Call in whoever is next, priority first; None when nobody waits."""
    work.require(Permission.WRITE_NOTES)
    following = queries.next_waiting(work, clinician_id)
    if following is None:
        return None
    call_in(work, following.appointment_id)
    return following


def send_back(work: Work, appointment_id: str) -> None:
    """Back to the waiting room, with the same turn."""
    work.require(Permission.WRITE_NOTES)
    write_event(work, appointment_id, EventKind.SENT_BACK)


def send_out(work: Work, appointment_id: str) -> None:
    """The person has been seen."""
    work.require(Permission.WRITE_NOTES)
    if queries.standing(work, appointment_id).status is not AppointmentStatus.SEEN:
        write_event(work, appointment_id, EventKind.SEEN)


def leave(work: Work, appointment_id: str) -> None:
    """The person left without being seen."""
    work.require(Permission.RECEPTION)
    if queries.standing(work, appointment_id).status is AppointmentStatus.LEFT:
        return
    write_event(work, appointment_id, EventKind.LEFT)


def cancel(work: Work, appointment_id: str, reason: str) -> None:
    work.require(Permission.RECEPTION)
    if not reason.strip():
        raise ReasonMissing()
    write_event(work, appointment_id, EventKind.CANCELLED, reason=reason.strip())


def move(
    work: Work,
    appointment_id: str,
    *,
    new_appointment_id: str,
    day: date,
    place_id: str | None = None,
    clinician_id: str | None = None,
    confirmed: bool = False,
) -> None:
    """Another day: the old booking is closed as moved and names the new one. Asks first if the day is full."""
    work.require(Permission.RECEPTION)
    if work.session.get(Appointment, new_appointment_id) is not None:
        return
    if day < work.today:
        raise InThePast(day=say_day(day))
    old = work.load(Appointment, appointment_id)
    _refuse_the_dead(work, old.patient_id)
    place_id, clinician_id = _where(work, day, place_id or old.place_id, clinician_id or old.clinician_id)
    _must_have_room(work, old.patient_id, day, clinician_id, place_id, confirmed=confirmed)
    bring_over(work, appointment_id, new_appointment_id, day, place_id=place_id, clinician_id=clinician_id)


def close_day(work: Work, day: date) -> int:
    """Mark those who were booked for a past or present day and did not come; returns how many."""
    work.require(Permission.RECEPTION)
    if day > work.today:
        raise NotYet(day=say_day(day))
    absent = [row for row in queries.today(work, day) if row.status is AppointmentStatus.BOOKED]
    for row in absent:
        write_event(work, row.appointment_id, EventKind.MISSED)
    return len(absent)


def reopen_day(work: Work, day: date) -> int:
    """Take the closing of a day back: who "did not come" is to come again; returns how many."""
    work.require(Permission.RECEPTION)
    absent = [row for row in queries.today(work, day) if row.status is AppointmentStatus.MISSED]
    for row in absent:
        write_event(work, row.appointment_id, EventKind.UNDONE, undoes_id=row.standing.last_event_id)
    return len(absent)


def bring_over(
    work: Work,
    appointment_id: str,
    new_appointment_id: str,
    day: date,
    *,
    reason: str | None = None,
    place_id: str | None = None,
    clinician_id: str | None = None,
) -> None:
    """Close a booking as moved and make the new one. For use cases that have asked."""
    old = work.load(Appointment, appointment_id)
    place_id, clinician_id = _where(work, day, place_id or old.place_id, clinician_id or old.clinician_id)
    write_event(work, appointment_id, EventKind.MOVED, moved_to_id=new_appointment_id, reason=reason)
    if work.session.get(Appointment, new_appointment_id) is None:
        _add(work, new_appointment_id, old.patient_id, day, old.kind, None, clinician_id, place_id, old.id)


def _where(work: Work, day: date, place_id: str | None, clinician_id: str | None) -> tuple[str | None, str | None]:
    """Where and for whom a booking stands on another day: as before if that is held, else with whoever holds it."""
    held = days.held_on(work, day)
    if not held or any(fits(Expected(day, place_id, clinician_id), one) for one in held):
        return place_id or days.place_of_day(work, day), clinician_id
    known = any(one.clinician_id == clinician_id for one in held)
    return days.place_of_day(work, day), clinician_id if known else None


def _add(
    work: Work,
    appointment_id: str,
    patient_id: str,
    day: date,
    kind: VisitKind,
    time_text: str | None,
    clinician_id: str | None,
    place_id: str | None,
    moved_from_id: str | None = None,
) -> None:
    work.add(
        Appointment(
            id=appointment_id,
            patient_id=patient_id,
            day=day,
            kind=kind,
            time_text=time_text,
            clinician_id=clinician_id,
            place_id=place_id,
            moved_from_id=moved_from_id,
        )
    )


def write_event(
    work: Work,
    appointment_id: str,
    kind: EventKind,
    *,
    turn: int | None = None,
    moved_to_id: str | None = None,
    undoes_id: str | None = None,
    reason: str | None = None,
    clinician_id: str | None = None,
) -> None:
    """Append one event, if it may follow what already happened. For use cases that have asked."""
    work.load(Appointment, appointment_id)
    known = queries.events(work, appointment_id)
    standing = stand(known)
    if kind in MAY_FOLLOW and standing.status not in MAY_FOLLOW[kind]:
        raise NotNow(status=_(STATUS_WORDS[standing.status]))
    work.add(
        AppointmentEvent(
            id=new_id(),
            appointment_id=appointment_id,
            kind=kind,
            at=work.now,
            step=len(known) + 1,
            turn=turn,
            moved_to_id=moved_to_id,
            undoes_id=undoes_id,
            reason=reason,
            clinician_id=clinician_id,
        )
    )
    work.about(Appointment.__tablename__, appointment_id)


def close_for_death(work: Work, patient_id: str, died: bool) -> None:
    """Somebody died: nobody expects them any more. The note was wrong: what it had cancelled stands again."""
    work.require(Permission.REGISTER_PATIENTS, Permission.PRESCRIBE)
    cancelled = sa.select(AppointmentEvent.id, AppointmentEvent.appointment_id).join(
        Appointment, Appointment.id == AppointmentEvent.appointment_id
    )
    by_death = sa.and_(Appointment.patient_id == patient_id, AppointmentEvent.reason == _(DIED))
    if died:
        # Every row: one that a second laptop wrote again is not left behind.
        booked = [row[0] for row in work.all(sa.select(Appointment.id).where(Appointment.patient_id == patient_id))]
        for appointment_id, now_at in queries.standings(work, booked).items():
            if now_at.status is AppointmentStatus.BOOKED:
                write_event(work, appointment_id, EventKind.CANCELLED, reason=_(DIED))
    else:
        for event_id, appointment_id in work.all(cancelled.where(by_death)):
            if queries.standing(work, appointment_id).last_event_id == event_id:
                write_event(work, appointment_id, EventKind.UNDONE, undoes_id=event_id)
    work.about("patient", patient_id)


def _must_be(standing: Standing, status: AppointmentStatus) -> None:
    if standing.status is not status:
        raise NotNow(status=_(STATUS_WORDS[standing.status]))


def _must_have_room(
    work: Work, patient_id: str, day: date, clinician_id: str | None, place_id: str | None, *, confirmed: bool
) -> None:
    if any(a.day == day and a.is_open for a in queries.of_patient(work, patient_id)):
        raise AlreadyBooked(day=say_day(day))
    if confirmed:
        return
    # First: a yes to it also answers the others, and it must not be answered by a yes to them.
    if day in days.days_of_kept_apart(work, patient_id):
        raise BetterAnotherDay()
    load = days.load_on(work, day, clinician_id, place_id)
    if not load.held and load.planned:
        raise NotAConsultationDay(day=say_day(day))
    if load.room <= 0:
        raise DayFull(day=say_day(day), count=load.booked)


def _refuse_the_dead(work: Work, patient_id: str) -> None:
    if queries.has_died(work, patient_id):
        raise HasDied()


def draw_list_number(work: Work) -> str:
    """A number for a list that is to be asked back and shredded."""
    work.require(Permission.READ_CHART)
    work.act = "agenda.draw_list_number"
    return work.next_number("day-list")


def note_printed(work: Work, what: str, *, way: str, copies: int) -> None:
    """A list of the day, or a turn, left the computer on paper or as a file."""
    work.require(Permission.RECEPTION, Permission.READ_CHART)
    work.act, work.detail = "agenda.note_printed", {"what": what, "way": way, "copies": copies}
    work.about("site", work.site_id)
