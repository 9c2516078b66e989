"""Consultation days to come: where, whose, how full; the next one with room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.agenda.queries import day as day_queries
from clinic_desktop.features.agenda.records import (
    Appointment,
    AppointmentEvent,
    ConsultationDay,
    ConsultationPlace,
    KeptApart,
)
from clinic_desktop.features.agenda.rules.day import AppointmentStatus, EventKind, is_span, read_when
from clinic_desktop.features.agenda.rules.days import DayRecord, Expected, HeldDay, fits, fold_days, room_left
from clinic_desktop.features.patients.queries import consents, restricted
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.consents import ConsentPurpose
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Asker

TABLES = frozenset(
    {
        ConsultationDay.__tablename__,
        ConsultationPlace.__tablename__,
        Appointment.__tablename__,
        AppointmentEvent.__tablename__,
    }
)
HORIZON = timedelta(days=400)
_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class PlaceRow:
    place_id: str
    name: str
    retired: bool


@dataclass(frozen=True, slots=True)
class DayLine:
    """A held day as a list shows it."""

    day_id: str
    held: HeldDay
    place: str
    clinician: str
    capacity: int
    booked: int
    for_anybody: int
    """Booked that day at this place for nobody in particular, where several clinicians see people."""

    @property
    def day(self) -> date:
        return self.held.day


@dataclass(frozen=True, slots=True)
class DayLoad:
    """How full a date is, as asked for a place and a clinician."""

    held: tuple[HeldDay, ...]
    booked: int
    room: int
    planned: bool
    """Whether this clinic plans its days at all; where it does not, every day is like another."""


@dataclass(frozen=True, slots=True)
class Queue:
    clinician_id: str
    name: str


def places(asker: Asker, *, retired: bool = False) -> tuple[PlaceRow, ...]:
    """Where the clinic holds its days, by name."""
    found = asker.all(
        sa.select(ConsultationPlace.id, ConsultationPlace.name, ConsultationPlace.retired)
        .where(ConsultationPlace.voided_at.is_(None))
        .order_by(ConsultationPlace.name)
    )
    rows = tuple(PlaceRow(place_id, name or "", bool(gone)) for place_id, name, gone in found)
    return rows if retired else tuple(row for row in rows if not row.retired)


def held_between(asker: Asker, first: date, last: date) -> tuple[HeldDay, ...]:
    """The days that are held, each once; those called off are not among them."""
    found = asker.all(
        sa.select(
            ConsultationDay.id,
            ConsultationDay.day,
            ConsultationDay.place_id,
            ConsultationDay.clinician_id,
            ConsultationDay.capacity,
            ConsultationDay.begins_text,
        ).where(ConsultationDay.day.between(first, last), ConsultationDay.voided_at.is_(None))
    )
    return fold_days(DayRecord(*row) for row in found)


def held_on(asker: Asker, day: date) -> tuple[HeldDay, ...]:
    return held_between(asker, day, day)


def held_as(asker: Asker, day_id: str) -> HeldDay | None:
    """The held day that this row says, with all the rows that say the same."""
    day = asker.value(sa.select(ConsultationDay.day).where(ConsultationDay.id == day_id))
    return None if day is None else next((h for h in held_on(asker, day) if day_id in h.ids), None)


def coming(asker: Asker, days: int = HORIZON.days) -> tuple[DayLine, ...]:
    """The days from today on, in order, with how many are booked for each."""
    asker.require(Permission.SEE_DAY)
    held = held_between(asker, asker.today, asker.today + timedelta(days=days))
    booked = day_queries.booked_on(asker, sorted({one.day for one in held}))
    where = {row.place_id: row.name for row in places(asker, retired=True)}
    who = _names(asker, {one.clinician_id for one in held if one.clinician_id})
    usual = setting(asker, "day_capacity")
    return tuple(
        DayLine(
            day_id=one.ids[0],
            held=one,
            place=where.get(one.place_id or "", ""),
            clinician=who.get(one.clinician_id or "", ""),
            capacity=one.room(usual),
            booked=_count(one, booked[one.day], alone := _is_alone(one, held)),
            for_anybody=0 if alone else sum(fits(b, one) and b.clinician_id is None for b in booked[one.day]),
        )
        for one in held
    )


def _is_alone(one: HeldDay, held: Sequence[HeldDay]) -> bool:
    return not any(other.day == one.day and other.place_id == one.place_id and other != one for other in held)


def _count(one: HeldDay, booked: Sequence[Expected], alone: bool) -> int:
    return sum(fits(b, one) and (alone or b.clinician_id is not None) for b in booked)


def load_on(asker: Asker, day: date, clinician_id: str | None = None, place_id: str | None = None) -> DayLoad:
    """How full a date is, also one on which nobody holds a day: then the setting says how many are usual."""
    held = held_on(asker, day)
    suiting = tuple(one for one in held if fits(Expected(day, place_id, clinician_id), one))
    booked = day_queries.booked_on(asker, [day])[day]
    usual = setting(asker, "day_capacity")
    if suiting:
        room = room_left(held, booked, usual, clinician_id, place_id)
    else:
        room = usual - len(booked)
    here = [b for b in booked if not suiting or any(fits(b, one) for one in suiting)]
    return DayLoad(suiting, len(here), room, bool(held) or is_planned(asker))


def is_planned(asker: Asker) -> bool:
    """Whether any day is held from today on."""
    known = sa.select(ConsultationDay.id).where(ConsultationDay.day >= asker.today, ConsultationDay.voided_at.is_(None))
    return asker.value(known.limit(1)) is not None


def next_free_day(
    asker: Asker,
    on_or_after: date,
    clinician_id: str | None = None,
    place_id: str | None = None,
    *,
    patient_id: str | None = None,
) -> date | None:
    """The first consultation day with room, on a date or after it; None where none is planned.

    With `patient_id`, days on which somebody is booked who is kept apart from this person are passed over.
    """
    held = held_between(asker, on_or_after, on_or_after + HORIZON)
    suiting = sorted({h.day for h in held if fits(Expected(h.day, place_id, clinician_id), h)})
    avoided = set(days_of_kept_apart(asker, patient_id)) if patient_id else set[date]()
    usual = setting(asker, "day_capacity")
    for start in range(0, len(suiting), _AT_ONCE):
        some = suiting[start : start + _AT_ONCE]
        booked = day_queries.booked_on(asker, some)
        for day in some:
            here = [h for h in held if h.day == day]
            if day not in avoided and room_left(here, booked[day], usual, clinician_id, place_id) > 0:
                return day
    return None


def meant_day(
    asker: Asker,
    typed: str,
    clinician_id: str | None = None,
    place_id: str | None = None,
    *,
    patient_id: str | None = None,
) -> date | None:
    """The day that is meant: of "6s" the next with room, with this clinician if possible; of a date that date.

    None for what is not a day.
    """
    found = read_when(typed, asker.today)
    if found is None or not is_span(typed):
        return found
    for wanted in (clinician_id, None):
        free = next_free_day(asker, found, wanted, place_id, patient_id=patient_id)
        if free is not None:
            return free
    return found


def step_day(
    asker: Asker, start: date, step: int, clinician_id: str | None = None, place_id: str | None = None
) -> date:
    """The next (1) or the previous (-1) consultation day, full or not; where none is planned, simply the next date."""
    today = asker.today
    span = (start + timedelta(days=1), start + HORIZON) if step > 0 else (today, start - timedelta(days=1))
    held = held_between(asker, *span)
    days = sorted({h.day for h in held if fits(Expected(h.day, place_id, clinician_id), h)})
    if days:
        return days[0] if step > 0 else days[-1]
    return start if is_planned(asker) else max(today, start + timedelta(days=step))


def days_of_kept_apart(asker: Asker, patient_id: str) -> tuple[date, ...]:
    """On which days somebody is booked who is not booked together with this person. It does not say who, nor why."""
    others = [other for _row_id, other in kept_apart_from(asker, patient_id)]
    return tuple({b.day for b in day_queries.open_bookings(asker, others)}) if others else ()


def kept_apart_from(asker: Asker, patient_id: str) -> tuple[tuple[str, str], ...]:
    """(row, other person) of the pairs this person is in."""
    mine = sa.or_(KeptApart.first_id == patient_id, KeptApart.second_id == patient_id)
    found = asker.all(
        sa.select(KeptApart.id, KeptApart.first_id, KeptApart.second_id).where(mine, KeptApart.voided_at.is_(None))
    )
    return tuple((row_id, second if first == patient_id else first) for row_id, first, second in found)


def place_of_day(asker: Asker, day: date) -> str | None:
    """The one place where a date's days are held; None where there are several, or none."""
    known = {one.place_id for one in held_on(asker, day)}
    return known.pop() if len(known) == 1 else None


def queues(asker: Asker) -> tuple[Queue, ...]:
    """Whose queues there are today: of those who hold today's days; where the plan names fewer than two, of all who
    prescribe here."""
    asker.require(Permission.SEE_DAY)
    holding = {one.clinician_id for one in held_on(asker, asker.today) if one.clinician_id}
    if len(holding) < 2:
        holding |= {member.staff_id for member in staff.prescribers(asker)}
    named = _names(asker, holding)
    return tuple(sorted((Queue(who, name) for who, name in named.items()), key=lambda q: (q.name, q.clinician_id)))


def clinicians(asker: Asker) -> tuple[Queue, ...]:
    """Who may hold a day."""
    return tuple(Queue(member.staff_id, member.display_name) for member in staff.prescribers(asker))


def _names(asker: Asker, ids: set[str]) -> dict[str, str]:
    found = {who: staff.member(asker, who) for who in sorted(ids)}
    return {who: member.display_name for who, member in found.items() if member is not None}


@dataclass(frozen=True, slots=True)
class ToTell:
    """Somebody whose booking was moved with a whole day and who does not know it yet."""

    appointment_id: str
    patient_id: str
    name: str
    phone: str
    """Empty where there is none, where it must not be rung, and for a reserved record."""
    contact_hours: str
    new_day: date


def moved_from(asker: Asker, day: date) -> tuple[ToTell, ...]:
    """Who must be told that their day was moved, those with a telephone first."""
    asker.require(Permission.RECEPTION)
    new = aliased(Appointment)
    found = asker.all(
        sa.select(
            new.id, Patient.id, new.day, Patient.phone, Patient.do_not_call, Patient.contact_hours,
            Patient.given_names, Patient.family_name, Patient.second_family_name, Patient.married_name,
            Patient.known_as,
            Patient.unidentified,
            Patient.met_where,
            Patient.met_on,
            Appointment.id.label("old_id"),
        )
        .select_from(Appointment)
        .join(AppointmentEvent, AppointmentEvent.appointment_id == Appointment.id)
        .join(new, new.id == AppointmentEvent.moved_to_id)
        .join(Patient, Patient.id == new.patient_id)
        .where(
            Appointment.day == day,
            AppointmentEvent.kind == EventKind.MOVED,
            # Only a whole day is moved with a reason: who asked for another day knows of it.
            AppointmentEvent.reason.is_not(None),
            new.day >= asker.today,
            Patient.died_on.is_(None),
        )
    )  # fmt: skip
    known = day_queries.standings(asker, {one for row in found for one in (row[0], row.old_id)})
    hidden = restricted.hidden_from(asker, {row[1] for row in found})
    refusing = consents.refusing(asker, ConsentPurpose.CALLS, {row[1] for row in found})
    told: dict[str, ToTell] = {}
    for row in found:
        moved = known[row.old_id].status is AppointmentStatus.MOVED
        if moved and known[row[0]].status is AppointmentStatus.BOOKED:
            reserved = hidden.get(PatientId(row[1]))
            silent = reserved is not None or row[4] or row[1] in refusing
            told[row[0]] = ToTell(
                appointment_id=row[0],
                patient_id=row[1],
                name=reserved or said_name(name_of(row)),
                phone="" if silent else row[3] or "",
                contact_hours="" if silent else row[5] or "",
                new_day=row[2],
            )
    return tuple(sorted(told.values(), key=lambda one: (not one.phone, one.name, one.appointment_id)))


@dataclass(frozen=True, slots=True)
class Moved:
    """Everybody of a day who was moved to another one today, and can still be moved back."""

    from_day: date
    to_day: date
    reason: str
    old_ids: tuple[str, ...]
    told: int
    """How many of them said already that they will come on the new day."""


def moved_today(asker: Asker) -> tuple[Moved, ...]:
    """The days that were moved since this morning, the last one first: until the evening that can be taken back."""
    asker.require(Permission.RECEPTION)
    morning = datetime.combine(asker.today, time.min, asker.place.zone)
    found = asker.plain(_MOVED_SINCE, (instant_text(morning),))
    known = day_queries.standings(asker, {one for row in found for one in row[:2]})
    groups: dict[tuple[str, str, str], list[tuple[str, bool]]] = {}
    for old_id, new_id, was_on, day, reason, told in found:
        still = known[old_id].status is AppointmentStatus.MOVED
        if still and known[new_id].status is AppointmentStatus.BOOKED:
            groups.setdefault((was_on, day, reason), []).append((old_id, bool(told)))
    moves = [
        Moved(
            date.fromisoformat(was_on),
            date.fromisoformat(day),
            reason,
            tuple(old_id for old_id, _told in who),
            sum(told for _old_id, told in who),
        )
        for (was_on, day, reason), who in groups.items()
    ]
    return tuple(reversed(moves))


_MOVED_SINCE = (
    "SELECT e.appointment_id, n.id, a.day, n.day, e.reason, EXISTS (SELECT 1 FROM call_attempt AS c"
    " WHERE c.appointment_id = n.id AND c.outcome = 'will-come' AND c.undoes_id IS NULL AND NOT EXISTS"
    " (SELECT 1 FROM call_attempt AS u WHERE u.undoes_id = c.id AND u.patient_id = c.patient_id))"
    " FROM appointment_event AS e JOIN appointment AS a ON a.id = e.appointment_id"
    " JOIN appointment AS n ON n.id = e.moved_to_id"
    " WHERE e.kind IN ('cancelled', 'moved') AND e.kind = 'moved' AND e.at >= ? AND e.reason IS NOT NULL"
    " ORDER BY e.at, e.id"
)
