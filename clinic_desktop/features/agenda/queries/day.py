"""The day as reception and clinicians see it. Nothing here says why somebody comes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from clinic_desktop.features.agenda.records import Appointment, AppointmentEvent
from clinic_desktop.features.agenda.rules.day import (
    AppointmentStatus,
    Event,
    EventKind,
    Standing,
    VisitKind,
    call_order,
    is_open,
    stand,
    waited_minutes,
)
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.naming import name_of, said_name
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
    standing: Standing


@dataclass(frozen=True, slots=True)
class PatientAppointment:
    appointment_id: str
    day: date
    kind: VisitKind
    status: AppointmentStatus

    @property
    def is_open(self) -> bool:
        return is_open(self.status)


_ROW = sa.select(
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
).join(Patient, Patient.id == Appointment.patient_id)


def today(asker: Asker, day: date | None = None) -> tuple[DayRow, ...]:
    """Everybody of one day: those who are here in calling order, then those to come, then those who are done."""
    asker.require(Permission.SEE_DAY)
    return _rows(asker, _ROW.where(Appointment.day == (day or asker.today)))


def row_of(asker: Asker, appointment_id: str) -> DayRow | None:
    asker.require(Permission.SEE_DAY, Permission.WRITE_NOTES)
    found = _rows(asker, _ROW.where(Appointment.id == appointment_id))
    return found[0] if found else None


def next_waiting(asker: Asker, clinician_id: str | None = None) -> DayRow | None:
    """Whom to call now: among those for this clinician or for nobody in particular."""
    waiting = [r for r in today(asker) if r.status is AppointmentStatus.WAITING]
    mine = [r for r in waiting if clinician_id is None or r.clinician_id in (None, clinician_id)]
    return min(mine, key=lambda r: call_order(r.standing), default=None)


def standing(asker: Asker, appointment_id: str) -> Standing:
    return stand(events(asker, appointment_id))


def events(asker: Asker, appointment_id: str) -> list[Event]:
    """What is known here to have happened to this appointment."""
    return _events(asker, [appointment_id])[appointment_id]


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
    found = asker.all(sa.select(Appointment.id, Appointment.day).where(Appointment.day.between(first, last)))
    events = _events(asker, [row[0] for row in found])
    counts: dict[date, int] = defaultdict(int)
    for appointment_id, day in found:
        if stand(events[appointment_id]).status not in (AppointmentStatus.CANCELLED, AppointmentStatus.MOVED):
            counts[day] += 1
    return dict(counts)


def of_patient(asker: Asker, patient_id: str, limit: int = 40) -> tuple[PatientAppointment, ...]:
    """A person's appointments, newest day first."""
    found = asker.all(
        sa.select(Appointment.id, Appointment.day, Appointment.kind)
        .where(Appointment.patient_id == patient_id)
        .order_by(Appointment.day.desc())
        .limit(limit)
    )
    events = _events(asker, [row[0] for row in found])
    return tuple(PatientAppointment(i, day, kind, stand(events[i]).status) for i, day, kind in found)


def next_booking(asker: Asker, patient_id: str) -> PatientAppointment | None:
    """The nearest open booking from today on."""
    return next_bookings(asker, [patient_id]).get(patient_id)


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


def here_now(asker: Asker, patient_id: str) -> AppointmentStatus | None:
    """How a person is here at this moment: waiting or with somebody; None if not here."""
    asker.require(Permission.SEE_DAY)
    found = asker.all(
        sa.select(Appointment.id).where(Appointment.patient_id == patient_id, Appointment.day == asker.today)
    )
    states = {stand(told).status for told in _events(asker, [row[0] for row in found]).values()}
    return next((s for s in (AppointmentStatus.IN_CONSULT, AppointmentStatus.WAITING) if s in states), None)


def has_died(asker: Asker, patient_id: str) -> bool:
    return asker.value(sa.select(Patient.died_on).where(Patient.id == patient_id)) is not None


def _rows(asker: Asker, select: AnySelect) -> tuple[DayRow, ...]:
    found = asker.all(select)
    events = _events(asker, [row[0] for row in found])
    rows: list[DayRow] = []
    for row in found:
        now_at = stand(events[row[0]])
        rows.append(
            DayRow(
                appointment_id=row[0],
                patient_id=row[1],
                turn=now_at.turn,
                time_text=row[2],
                name=said_name(name_of(row)),
                number=row[5],
                kind=row[3],
                status=now_at.status,
                priority=now_at.priority,
                arrived_at=now_at.arrived_at,
                waits_minutes=waited_minutes(now_at, asker.now),
                clinician_id=row[4],
                standing=now_at,
            )
        )
    return tuple(sorted(rows, key=_list_order))


_GROUPS = {
    AppointmentStatus.IN_CONSULT: 0,
    AppointmentStatus.WAITING: 1,
    AppointmentStatus.BOOKED: 2,
    AppointmentStatus.SEEN: 3,
}


def _list_order(row: DayRow) -> tuple[int, bool, int, str, str]:
    group = _GROUPS.get(row.status, 4)
    urgent = group == 1 and row.priority
    return (group, not urgent, row.turn or 0, row.time_text or "99:99", row.name)


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
            ).where(AppointmentEvent.appointment_id.in_(wanted[start : start + 500]))
        )
        for event_id, appointment_id, kind, at, step, turn, undoes_id in found:
            by_id[appointment_id].append(Event(event_id, kind, at, step, turn, undoes_id))
    return by_id
