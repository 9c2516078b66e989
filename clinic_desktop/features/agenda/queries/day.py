"""The day as reception and clinicians see it. Nothing here says why somebody comes.

Somebody whose record is not announced stands there as "Reserved N", without anything else; the dead do not stand there.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.agenda.records import Appointment, AppointmentEvent
from clinic_desktop.features.agenda.rules.day import (
    AppointmentStatus,
    Event,
    EventKind,
    Standing,
    VisitKind,
    call_order,
    comes_from_far,
    is_open,
    stand,
    waited_minutes,
)
from clinic_desktop.features.agenda.rules.days import Expected
from clinic_desktop.features.agenda.rules.twins import Booked, twins
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.records import Community, Patient
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = frozenset({Appointment.__tablename__, AppointmentEvent.__tablename__, Patient.__tablename__})


@dataclass(frozen=True, slots=True)
class DayRow:
    """One line of the day's list."""

    appointment_id: str
    patient_id: str
    turn: int | None
    time_text: str | None
    name: str
    number: str
    kind: VisitKind
    status: AppointmentStatus
    priority: bool
    arrived_at: datetime | None
    waits_minutes: int | None
    clinician_id: str | None
    """In whose queue; None is nobody's in particular."""
    standing: Standing
    place_id: str | None = None
    from_far: bool = False
    """Called before those who live near, among equals."""
    interpreter: bool = False
    reserved: bool = False
    """The name is "Reserved N", and the record is not opened from here."""

    @property
    def call_key(self) -> tuple[bool, bool, int, str]:
        return call_order(self.standing, from_far=self.from_far)


@dataclass(frozen=True, slots=True)
class PatientAppointment:
    appointment_id: str
    day: date
    kind: VisitKind
    status: AppointmentStatus

    @property
    def is_open(self) -> bool:
        return is_open(self.status)


_SAME = aliased(Community)

_ROW = (
    sa.select(
        Appointment.id,
        Appointment.patient_id,
        Appointment.time_text,
        Appointment.kind,
        Appointment.clinician_id,
        Patient.number,
        Patient.given_names,
        Patient.family_name,
        Patient.second_family_name,
        Patient.married_name,
        Patient.known_as,
        Patient.unidentified,
        Patient.met_where,
        Patient.met_on,
        Appointment.place_id,
        Patient.needs_interpreter,
        sa.func.coalesce(Patient.minutes_to_clinic, _SAME.minutes_to_clinic, Community.minutes_to_clinic),
    )
    .join(Patient, Patient.id == Appointment.patient_id)
    .outerjoin(Community, Community.id == Patient.community_id)
    .outerjoin(_SAME, _SAME.id == Community.same_as_id)
)


def today(asker: Asker, day: date | None = None) -> tuple[DayRow, ...]:
    """Everybody of one day: those who are here in calling order, then those to come, then those who are done."""
    asker.require(Permission.SEE_DAY)
    that_day = Appointment.day == (day or asker.today)
    return _rows(asker, _ROW.where(that_day, Patient.died_on.is_(None), told_once(asker, that_day)))


def row_of(asker: Asker, appointment_id: str) -> DayRow | None:
    asker.require(Permission.SEE_DAY, Permission.WRITE_NOTES)
    found = _rows(asker, _ROW.where(Appointment.id == appointment_id))
    return found[0] if found else None


def next_waiting(asker: Asker, clinician_id: str | None = None) -> DayRow | None:
    """Whom to call now: among those for this clinician or for nobody in particular, whose record may be opened."""
    waiting = [r for r in today(asker) if r.status is AppointmentStatus.WAITING and not r.reserved]
    mine = [r for r in waiting if clinician_id is None or r.clinician_id in (None, clinician_id)]
    return min(mine, key=lambda r: r.call_key, default=None)


def standing(asker: Asker, appointment_id: str) -> Standing:
    return stand(events(asker, appointment_id))


def standings(asker: Asker, appointment_ids: Iterable[str]) -> dict[str, Standing]:
    """As `standing`, of many at once."""
    return {i: stand(told) for i, told in _events(asker, appointment_ids).items()}


def events(asker: Asker, appointment_id: str) -> list[Event]:
    """What is known here to have happened to this appointment."""
    return _events(asker, [appointment_id])[appointment_id]


def queue_of(asker: Asker, appointment_id: str) -> str | None:
    """In whose queue the person is; None for nobody's in particular."""
    now_at = standing(asker, appointment_id)
    booked_for = sa.select(Appointment.clinician_id).where(Appointment.id == appointment_id)
    return now_at.clinician_id if now_at.assigned else asker.value(booked_for)


def called_by(asker: Asker, appointment_id: str) -> str | None:
    """Who called the person in last."""
    return asker.value(
        sa.select(AppointmentEvent.recorded_by)
        .where(AppointmentEvent.appointment_id == appointment_id, AppointmentEvent.kind == EventKind.CALLED)
        .order_by(AppointmentEvent.step.desc())
        .limit(1)
    )


def last_turn(asker: Asker, day: date) -> int:
    """The highest turn given on a day, also if it was taken back: a turn called out is never given twice."""
    highest = asker.value(
        sa.select(sa.func.max(AppointmentEvent.turn))
        .join(Appointment, Appointment.id == AppointmentEvent.appointment_id)
        .where(Appointment.day == day)
    )
    return highest or 0


def booked_between(asker: Asker, first: date, last: date) -> dict[date, int]:
    """How many people each day still expects or has received."""
    counts: dict[date, int] = defaultdict(int)
    for expected in _counted(asker, Appointment.day.between(first, last)):
        counts[expected.day] += 1
    return dict(counts)


def _counted(asker: Asker, on: sa.ColumnElement[bool]) -> list[Expected]:
    """The bookings of some days without those that were cancelled or moved.

    Only of bookings that ever were are the events read: of most days to come there are none.
    """
    found = asker.all(
        sa.select(Appointment.id, Appointment.day, Appointment.place_id, Appointment.clinician_id).where(
            on, told_once(asker, on)
        )
    )
    ended = sa.select(AppointmentEvent.appointment_id).join(
        Appointment, Appointment.id == AppointmentEvent.appointment_id
    )
    doubtful = asker.all(ended.where(on, AppointmentEvent.kind.in_((EventKind.CANCELLED, EventKind.MOVED))).distinct())
    known = standings(asker, [row[0] for row in doubtful])
    gone = {i for i, one in known.items() if one.status in (AppointmentStatus.CANCELLED, AppointmentStatus.MOVED)}
    return [Expected(*row[1:]) for row in found if row[0] not in gone]


def of_patient(asker: Asker, patient_id: str, limit: int = 40) -> tuple[PatientAppointment, ...]:
    """A person's appointments, newest day first."""
    found = asker.all(
        sa.select(Appointment.id, Appointment.day, Appointment.kind)
        .where(Appointment.patient_id == patient_id, told_once(asker, Appointment.patient_id == patient_id))
        .order_by(Appointment.day.desc())
        .limit(limit)
    )
    events = _events(asker, [row[0] for row in found])
    return tuple(PatientAppointment(i, day, kind, stand(events[i]).status) for i, day, kind in found)


def next_booking(asker: Asker, patient_id: str) -> PatientAppointment | None:
    """The nearest open booking from today on."""
    return next_bookings(asker, [patient_id]).get(patient_id)


def next_visit(asker: Asker, patient_id: str) -> PatientAppointment | None:
    """The nearest day for which the person is still expected: not the visit of who is here now."""
    expected = [one for one in open_bookings(asker, [patient_id]) if one.status is AppointmentStatus.BOOKED]
    return min(expected, key=lambda one: one.day, default=None)


def next_bookings(asker: Asker, patient_ids: Sequence[str]) -> dict[str, PatientAppointment]:
    """The nearest open booking of each of a few people, in two selects however many they are."""
    found = asker.all(
        sa.select(Appointment.id, Appointment.patient_id, Appointment.day, Appointment.kind)
        .where(Appointment.patient_id.in_(patient_ids), Appointment.day >= asker.today)
        .order_by(Appointment.day.desc())
    )
    events = _events(asker, [row[0] for row in found])
    nearest: dict[str, PatientAppointment] = {}
    for appointment_id, patient_id, day, kind in found:
        booking = PatientAppointment(appointment_id, day, kind, stand(events[appointment_id]).status)
        if booking.is_open:
            nearest[patient_id] = booking
    return nearest


def open_bookings(asker: Asker, patient_ids: Sequence[str]) -> list[PatientAppointment]:
    """Every open booking of a few people from today on."""
    found = asker.all(
        sa.select(Appointment.id, Appointment.day, Appointment.kind).where(
            Appointment.patient_id.in_(patient_ids), Appointment.day >= asker.today
        )
    )
    events = _events(asker, [row[0] for row in found])
    booked = [PatientAppointment(row[0], row[1], row[2], stand(events[row[0]]).status) for row in found]
    return [one for one in booked if one.is_open]


def here_now(asker: Asker, patient_id: str) -> AppointmentStatus | None:
    """How a person is here at this moment: waiting or with somebody; None if not here."""
    asker.require(Permission.SEE_DAY)
    found = asker.all(
        sa.select(Appointment.id).where(Appointment.patient_id == patient_id, Appointment.day == asker.today)
    )
    states = {stand(told).status for told in _events(asker, [row[0] for row in found]).values()}
    return next((s for s in (AppointmentStatus.IN_CONSULT, AppointmentStatus.WAITING) if s in states), None)


def booked_on(asker: Asker, days: Sequence[date]) -> dict[date, list[Expected]]:
    """Who still counts for each of a few days, or came: where and for whom."""
    booked: dict[date, list[Expected]] = {day: [] for day in days}
    for expected in _counted(asker, Appointment.day.in_(days)):
        booked[expected.day].append(expected)
    return booked


def came_from(asker: Asker, appointment_id: str) -> date | None:
    """The day this booking was brought from; None when it was made as it is."""
    old = sa.select(Appointment.moved_from_id).where(Appointment.id == appointment_id).scalar_subquery()
    return asker.value(sa.select(Appointment.day).where(Appointment.id == old))


@dataclass(frozen=True, slots=True)
class Closing:
    """What closing a day would do, and what it would leave."""

    day: date
    absent: int
    still_here: int


def closing(asker: Asker, day: date) -> Closing:
    rows = today(asker, day)
    here = (AppointmentStatus.WAITING, AppointmentStatus.IN_CONSULT)
    return Closing(day, sum(r.status is AppointmentStatus.BOOKED for r in rows), sum(r.status in here for r in rows))


def left_open(asker: Asker, days_back: int = 14) -> Closing | None:
    """The last day before today on which somebody is still "to come": it was not closed."""
    asker.require(Permission.SEE_DAY)
    lately = sa.and_(Appointment.day >= asker.today - timedelta(days=days_back), Appointment.day < asker.today)
    found = asker.all(
        sa.select(Appointment.id, Appointment.day)
        .join(Patient, Patient.id == Appointment.patient_id)
        .where(lately, told_once(asker, lately), Patient.died_on.is_(None))
    )
    known = standings(asker, [row[0] for row in found])
    left = [day for appointment_id, day in found if known[appointment_id].status is AppointmentStatus.BOOKED]
    return closing(asker, max(left)) if left else None


def has_died(asker: Asker, patient_id: str) -> bool:
    return asker.value(sa.select(Patient.died_on).where(Patient.id == patient_id)) is not None


def _rows(asker: Asker, select: AnySelect) -> tuple[DayRow, ...]:
    found = asker.all(select)
    events = _events(asker, [row[0] for row in found])
    hidden = restricted.hidden_from(asker, (row[1] for row in found))
    threshold = setting(asker, "far_minutes")
    rows: list[DayRow] = []
    for row in found:
        now_at = stand(events[row[0]])
        reserved = hidden.get(row[1])
        rows.append(
            DayRow(
                appointment_id=row[0],
                patient_id=row[1],
                turn=now_at.turn,
                time_text=row[2],
                name=reserved or said_name(name_of(row)),
                number="" if reserved else row[5] or "",
                kind=row[3],
                status=now_at.status,
                priority=now_at.priority,
                arrived_at=now_at.arrived_at,
                waits_minutes=waited_minutes(now_at, asker.now),
                clinician_id=now_at.clinician_id if now_at.assigned else row[4],
                standing=now_at,
                place_id=row.place_id,
                from_far=comes_from_far(row[-1], threshold),
                interpreter=bool(row.needs_interpreter) and reserved is None,
                reserved=reserved is not None,
            )
        )
    return tuple(sorted(rows, key=_list_order))


_GROUPS = {
    AppointmentStatus.IN_CONSULT: 0,
    AppointmentStatus.WAITING: 1,
    AppointmentStatus.BOOKED: 2,
    AppointmentStatus.SEEN: 3,
}


def _list_order(row: DayRow) -> tuple[object, ...]:
    if row.status is AppointmentStatus.WAITING:
        return (1, *row.call_key)
    return (
        _GROUPS.get(row.status, 4),
        False,
        False,
        row.turn or 0,
        row.time_text or "99:99",
        row.name,
        row.appointment_id,
    )


_TOLD = (Appointment.id, Appointment.patient_id, Appointment.day, Appointment.from_paper, Appointment.recorded_at)


def told_once(asker: Asker, where: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """For a WHERE over appointments: without those that two laptops wrote a second time (rules/twins.py)."""
    person_and_day = (Appointment.patient_id, Appointment.day)
    several = sa.select(*person_and_day).where(where).group_by(*person_and_day).having(sa.func.count() > 1)
    doubles = [tuple(row) for row in asker.all(several)]
    if not doubles:
        return sa.true()
    found = asker.all(sa.select(*_TOLD).where(sa.tuple_(*person_and_day).in_(doubles)))
    stands = standings(asker, [row.id for row in found])
    return Appointment.id.not_in(twins(_booked(row, stands[row.id]) for row in found))


def _booked(row: Any, now_at: Standing) -> Booked:
    begun_at = now_at.called_at or now_at.arrived_at
    paper = bool(row.from_paper)
    return Booked(row.id, row.patient_id, row.day, paper, now_at.status, row.recorded_at, begun_at)


def _events(asker: Asker, appointment_ids: Iterable[str]) -> dict[str, list[Event]]:
    """The events of these appointments; an id without events has an empty list."""
    by_id: dict[str, list[Event]] = {i: [] for i in appointment_ids}
    wanted = list(by_id)
    for start in range(0, len(wanted), 500):
        found = asker.all(
            sa.select(
                AppointmentEvent.id,
                AppointmentEvent.appointment_id,
                AppointmentEvent.kind,
                AppointmentEvent.at,
                AppointmentEvent.step,
                AppointmentEvent.turn,
                AppointmentEvent.undoes_id,
                AppointmentEvent.clinician_id,
            ).where(AppointmentEvent.appointment_id.in_(wanted[start : start + 500]))
        )
        for event_id, appointment_id, kind, at, step, turn, undoes_id, clinician_id in found:
            by_id[appointment_id].append(Event(event_id, kind, at, step, turn, undoes_id, clinician_id))
    return by_id
