"""Whom to reach: people of the next consultation day, those whose day changed, those who have not come back.

The dead, voided registrations, records hidden from the one who asks, and those who do not want to be called are on
none of the lists and in none of the counts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.agenda.queries import day as days
from clinic_desktop.features.agenda.records import Appointment, AppointmentEvent, CallAttempt
from clinic_desktop.features.agenda.rules.calls import (
    LAPSES,
    CallList,
    CallOutcome,
    Try,
    is_out_of_reach,
    standing_tries,
)
from clinic_desktop.features.agenda.rules.day import AppointmentStatus, EventKind, is_open
from clinic_desktop.features.patients.queries import consents, restricted, similar
from clinic_desktop.features.patients.records import Consent, Patient
from clinic_desktop.features.patients.rules.consents import ConsentAnswer, ConsentPurpose
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.features.patients.rules.patient import phone_for_lists
from clinic_desktop.features.patients.rules.places import language_name, said_place
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = days.TABLES | {CallAttempt.__tablename__} | consents.TABLES | similar.TABLES
_LOOK_BACK = timedelta(days=730)
"""Who has not been here for longer is found by searching, not by a list."""
_MOVES_KEPT = timedelta(days=45)
_MANY = 500


@dataclass(frozen=True, slots=True)
class CallRow:
    """One person to reach, with only what may be said and used to do it."""

    patient_id: str
    appointment_id: str | None
    """The booking it is about; None for somebody who has not come back."""
    name: str
    number: str
    community: str
    """Empty where nobody may go and look for the person."""
    language: str
    phone: str
    """Empty where there is none, or where it must not be used."""
    may_call: bool
    may_visit: bool
    shared: bool
    hours: str
    cover_words: str
    day: date
    """The day of the booking, or when the person was here or expected last."""
    was_on: date | None
    """The day before it was changed."""
    tries: tuple[Try, ...]
    """Newest first."""

    @property
    def last(self) -> Try | None:
        return self.tries[0] if self.tries else None


@dataclass(frozen=True, slots=True)
class _Wanted:
    patient_id: str
    appointment_id: str | None
    day: date
    was_on: date | None = None


def calls(asker: Asker, which: CallList) -> tuple[CallRow, ...]:
    """One of the lists: those whom nobody tried to reach first, then those whom it is longest ago."""
    asker.require(Permission.RECEPTION)
    return _rows(asker, _WANTED[which](asker))


def next_day(asker: Asker) -> date | None:
    """The nearest day after today for which somebody is booked."""
    asker.require(Permission.RECEPTION, Permission.SEE_DAY, Permission.READ_CHART)
    found = asker.all(
        sa.select(Appointment.day).where(Appointment.day > asker.today).distinct().order_by(Appointment.day).limit(60)
    )
    for (day,) in found:
        if days.booked_between(asker, day, day).get(day, 0):
            return day
    return None


def tries_of(asker: Asker, patient_id: str) -> tuple[Try, ...]:
    """What came of trying to reach this person, the newest first."""
    asker.require(Permission.RECEPTION)
    restricted.must_open(asker, patient_id)
    return tuple(standing_tries(_tries(asker, [patient_id])[patient_id]))


# -- who is on which list


def _tomorrow(asker: Asker) -> list[_Wanted]:
    day = next_day(asker)
    if day is None:
        return []
    found = asker.all(sa.select(Appointment.id, Appointment.patient_id).where(Appointment.day == day))
    stands = _standings(asker, [row[0] for row in found])
    return [_Wanted(patient_id, i, day) for i, patient_id in found if stands[i] is AppointmentStatus.BOOKED]


def _changed(asker: Asker) -> list[_Wanted]:
    """Whose booking was moved by the clinic and who was not told yet."""
    since = asker.now - _MOVES_KEPT
    moved: AnySelect = (
        sa.select(AppointmentEvent.appointment_id, Appointment.day, AppointmentEvent.moved_to_id, AppointmentEvent.at)
        .join(Appointment, Appointment.id == AppointmentEvent.appointment_id)
        .where(
            AppointmentEvent.kind == EventKind.MOVED,
            AppointmentEvent.at >= since,
            # Only a whole day is moved with a reason: who asked for another day knows of it.
            AppointmentEvent.reason.is_not(None),
        )
    )
    found = [tuple(row) for row in asker.all(moved)]
    old = _standings(asker, [row[0] for row in found])
    wanted: dict[str, _Wanted] = {}
    told = _told_since(asker, since)
    for old_id, was_on, new_id, at in found:
        if old[old_id] is not AppointmentStatus.MOVED or new_id is None:
            continue
        row = asker.first(sa.select(Appointment.patient_id, Appointment.day).where(Appointment.id == new_id))
        knows = new_id in told and told[new_id] >= at
        if row is None or row.day < asker.today or knows:
            continue
        if days.standing(asker, new_id).status is AppointmentStatus.BOOKED:
            wanted[new_id] = _Wanted(row.patient_id, new_id, row.day, was_on)
    return list(wanted.values())


def _told_since(asker: Asker, since: datetime) -> Mapping[str, datetime]:
    """When somebody last said to come, by appointment."""
    chosen = sa.select(CallAttempt.patient_id).where(
        CallAttempt.at >= since, CallAttempt.outcome == CallOutcome.WILL_COME
    )
    people = {row[0] for row in asker.all(chosen)}
    about: dict[str, datetime] = {}
    for tries in _tries(asker, people).values():
        for one in standing_tries(tries):
            if one.outcome is CallOutcome.WILL_COME and (of := _about(asker, one.attempt_id)):
                about[of] = max(one.at, about.get(of, one.at))
    return about


def _about(asker: Asker, attempt_id: str) -> str | None:
    return asker.value(sa.select(CallAttempt.appointment_id).where(CallAttempt.id == attempt_id))


def _overdue(asker: Asker) -> list[_Wanted]:
    """Here, or expected and missed, more than the set number of days ago, and nothing open since."""
    cutoff = asker.today - timedelta(days=setting(asker, "overdue_days"))
    since = asker.today - _LOOK_BACK
    recent = asker.all(
        sa.select(Appointment.id, Appointment.patient_id, Appointment.day).where(Appointment.day > cutoff)
    )
    now = _standings(asker, [row[0] for row in recent])
    busy = {row[1] for row in recent if _counts(now[row[0]], row[2], asker.today)}
    older: dict[str, list[tuple[date, str]]] = defaultdict(list)
    chosen = sa.select(Appointment.id, Appointment.patient_id, Appointment.day).where(
        Appointment.day.between(since, cutoff)
    )
    for appointment_id, patient_id, day in asker.all(chosen):
        if patient_id not in busy:
            older[patient_id].append((day, appointment_id))
    # Of most people the newest booking tells; only where it was called off or moved is the one before asked.
    wanted: list[_Wanted] = []
    while older:
        newest = {patient_id: max(booked) for patient_id, booked in older.items()}
        stands = _standings(asker, [appointment_id for _day, appointment_id in newest.values()])
        for patient_id, (day, appointment_id) in newest.items():
            lapsed = stands[appointment_id] in LAPSES or is_open(stands[appointment_id])
            if lapsed:
                wanted.append(_Wanted(patient_id, None, day))
            older[patient_id].remove((day, appointment_id))
            if lapsed or not older[patient_id]:
                del older[patient_id]
    return _each_person_once(asker, wanted, busy)


def _each_person_once(asker: Asker, wanted: Sequence[_Wanted], busy: AbstractSet[str]) -> list[_Wanted]:
    """Somebody with two records is here when either of them is, and stands on the list once."""
    joined = similar.decided(asker, [one.patient_id for one in wanted])
    last = {one.patient_id: one.day for one in wanted}
    kept: list[_Wanted] = []
    for one in wanted:
        ids = joined.of(one.patient_id).ids
        newest = max((other for other in ids if other in last), key=lambda other: (last[other], other))
        if one.patient_id == newest and busy.isdisjoint(ids):
            kept.append(one)
    return kept


def _counts(status: AppointmentStatus, day: date, today: date) -> bool:
    """Whether a booking of these last weeks, or of days to come, keeps its person off the list."""
    return status in LAPSES or (is_open(status) and day >= today) or status is AppointmentStatus.BOOKED


_WANTED: Mapping[CallList, Callable[[Asker], list[_Wanted]]] = {
    CallList.TOMORROW: _tomorrow,
    CallList.CHANGED: _changed,
    CallList.OVERDUE: _overdue,
}


# -- what is said of each


def _rows(asker: Asker, wanted: Sequence[_Wanted]) -> tuple[CallRow, ...]:
    people = _people(asker, [one.patient_id for one in wanted])
    refusing = consents.refusing(asker, ConsentPurpose.CALLS, list(people))
    tries = _tries(asker, people)
    out = _out_of_reach(asker, tries) | refusing
    safety = _safety(asker, list(people))
    rows = [
        _row(one, people[one.patient_id], safety[one.patient_id], standing_tries(tries[one.patient_id]))
        for one in wanted
        if one.patient_id in people and one.patient_id not in out and not safety[one.patient_id].died
    ]
    # Never tried first; those not seen for the shortest time are the likeliest to come again.
    rows.sort(key=lambda row: (row.name, row.patient_id))
    rows.sort(key=lambda row: row.day, reverse=True)
    rows.sort(key=lambda row: row.last.at.timestamp() if row.last else 0.0)
    return tuple(rows)


def _row(one: _Wanted, person: Any, safety: "_Safety", tries: Sequence[Try]) -> CallRow:
    may_visit = not safety.do_not_visit
    return CallRow(
        patient_id=one.patient_id,
        appointment_id=one.appointment_id,
        name=said_name(name_of(person)),
        number=person.number or "",
        community=said_place(person.municipality_code, person.community) if may_visit else "",
        language=language_name(person.language_code),
        phone=phone_for_lists(person.phone or "", safety.do_not_call),
        may_call=not safety.do_not_call,
        may_visit=may_visit,
        shared=bool(person.shared_phone),
        hours=person.contact_hours or "",
        cover_words=person.cover_words or "",
        day=one.day,
        was_on=one.was_on,
        tries=tuple(tries),
    )


@dataclass(slots=True)
class _Safety:
    """What holds for a person on whichever of several records it was noted."""

    died: bool = False
    do_not_call: bool = False
    do_not_visit: bool = False


def _safety(asker: Asker, patient_ids: Sequence[str]) -> dict[str, _Safety]:
    joined = similar.decided(asker, patient_ids)
    found = {patient_id: _Safety() for patient_id in patient_ids}
    several: dict[str, list[str]] = defaultdict(list)
    for patient_id in patient_ids:
        for each in joined.of(patient_id).ids:
            several[each].append(patient_id)
    wanted = list(several)
    select: AnySelect = sa.select(Patient.id, Patient.died_on, Patient.do_not_call, Patient.do_not_visit)
    for start in range(0, len(wanted), _MANY):
        for row in asker.all(select.where(Patient.id.in_(wanted[start : start + _MANY]))):
            for patient_id in several[row.id]:
                told = found[patient_id]
                told.died |= row.died_on is not None
                told.do_not_call |= bool(row.do_not_call)
                told.do_not_visit |= bool(row.do_not_visit)
    return found


_PERSON = (
    Patient.id, Patient.number, Patient.given_names, Patient.family_name, Patient.second_family_name,
    Patient.married_name, Patient.known_as, Patient.municipality_code, Patient.community, Patient.language_code,
    Patient.phone, Patient.shared_phone, Patient.contact_hours,
    Patient.cover_words,
)  # fmt: skip


def _people(asker: Asker, patient_ids: Iterable[str]) -> dict[str, Any]:
    """Those of these who live, are registered, and are not hidden from the one who asks."""
    wanted = list(dict.fromkeys(patient_ids))
    select: AnySelect = sa.select(*_PERSON).where(
        Patient.died_on.is_(None), Patient.voided_at.is_(None), restricted.shown(asker)
    )
    found: dict[str, Any] = {}
    for start in range(0, len(wanted), _MANY):
        found |= {row.id: row for row in asker.all(select.where(Patient.id.in_(wanted[start : start + _MANY])))}
    return found


def _out_of_reach(asker: Asker, tries: Mapping[str, Sequence[Try]]) -> frozenset[str]:
    ending = (CallOutcome.MOVED_AWAY, CallOutcome.DOES_NOT_WANT, CallOutcome.DIED)
    asked = [who for who, those in tries.items() if any(one.outcome in ending for one in those)]
    agreed = _agreed(asker, asked)
    return frozenset(
        who for who in asked if is_out_of_reach(tries[who], came_on=_came_on(asker, who), agreed_at=agreed.get(who))
    )


def _agreed(asker: Asker, patient_ids: Sequence[str]) -> Mapping[str, datetime]:
    """When each of a few people last agreed to being called."""
    yes = sa.select(Consent.patient_id, sa.func.max(Consent.recorded_at)).where(
        Consent.patient_id.in_(patient_ids),
        Consent.purpose == ConsentPurpose.CALLS,
        Consent.answer == ConsentAnswer.GIVEN,
        Consent.voided_at.is_(None),
    )
    return {row[0]: row[1] for row in asker.all(yes.group_by(Consent.patient_id))}


def _came_on(asker: Asker, patient_id: str) -> date | None:
    came = (AppointmentStatus.SEEN, AppointmentStatus.WAITING, AppointmentStatus.IN_CONSULT)
    return max((one.day for one in days.of_patient(asker, patient_id) if one.status in came), default=None)


def _tries(asker: Asker, patient_ids: Iterable[str]) -> dict[str, list[Try]]:
    found: dict[str, list[Try]] = {who: [] for who in patient_ids}
    wanted = list(found)
    select: AnySelect = sa.select(
        CallAttempt.id,
        CallAttempt.patient_id,
        CallAttempt.outcome,
        CallAttempt.at,
        CallAttempt.undoes_id,
        CallAttempt.note,
    )
    for start in range(0, len(wanted), _MANY):
        for row in asker.all(select.where(CallAttempt.patient_id.in_(wanted[start : start + _MANY]))):
            found[row.patient_id].append(
                Try(row.id, row.patient_id, row.outcome, row.at, row.undoes_id, row.note or "")
            )
    return found


def _standings(asker: Asker, appointment_ids: Sequence[str]) -> dict[str, AppointmentStatus]:
    return {i: standing.status for i, standing in days.standings(asker, appointment_ids).items()}
