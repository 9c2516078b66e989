"""Whom to reach: people of the next consultation day, those whose day changed, those who have not come back.

The dead, voided registrations, records hidden from the one who asks, and those who do not want to be called are on
none of the lists and in none of the counts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from clinic_desktop.features.agenda.queries import day as days
from clinic_desktop.features.agenda.records import Appointment, AppointmentEvent, CallAttempt
from clinic_desktop.features.agenda.rules.calls import CallList, CallOutcome, Try, is_out_of_reach, standing_tries
from clinic_desktop.features.agenda.rules.day import AppointmentStatus, EventKind
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


@dataclass(frozen=True, slots=True)
class Calls:
    """The first of a list, and how many there are in all."""

    rows: tuple[CallRow, ...]
    total: int


def calls(asker: Asker, which: CallList, most: int = 200) -> Calls:
    """One of the lists: those whom nobody tried to reach first, then those whom it is longest ago."""
    asker.require(Permission.RECEPTION)
    return _listed(asker, _WANTED[which](asker), most)


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
            # Named so that their index is used: of years of events only those of these days are read.
            AppointmentEvent.appointment_id.in_(sa.select(Appointment.id).where(Appointment.day >= since.date())),
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
    """Here, or expected and missed, more than the set number of days ago, and nothing since but what was called off."""
    cutoff = asker.today - timedelta(days=setting(asker, "overdue_days"))
    lately = Appointment.day >= asker.today - _LOOK_BACK
    last = sa.func.max(Appointment.day)
    # Set-wise: of thousands of bookings only the few that were called off or moved are looked at one by one.
    newest = sa.select(Appointment.patient_id, last).where(lately, Appointment.id.not_in(_called_off(asker, lately)))
    found = {row[0]: row[1] for row in asker.all(newest.group_by(Appointment.patient_id))}
    return _each_person_once(asker, found, cutoff)


def _called_off(asker: Asker, where: sa.ColumnElement[bool]) -> list[str]:
    kinds = (EventKind.CANCELLED, EventKind.MOVED)
    of_these = AppointmentEvent.appointment_id.in_(sa.select(Appointment.id).where(where))
    told = sa.select(AppointmentEvent.appointment_id).where(of_these, AppointmentEvent.kind.in_(kinds)).distinct()
    gone = (AppointmentStatus.CANCELLED, AppointmentStatus.MOVED)
    return [i for i, status in _standings(asker, [row[0] for row in asker.all(told)]).items() if status in gone]


def _each_person_once(asker: Asker, last: Mapping[str, date], cutoff: date) -> list[_Wanted]:
    """Somebody with two records is here when either of them is, and stands on the list once."""
    late = {patient_id: day for patient_id, day in last.items() if day <= cutoff}
    joined = {group.ids for group in similar.decided(asker, list(late)).groups}
    for ids in joined:
        known = [one for one in ids if one in last]
        newest = max(known, key=lambda one: (last[one], one))
        for one in known:
            if one != newest:
                late.pop(one, None)
    return [_Wanted(patient_id, None, day) for patient_id, day in late.items()]


_WANTED: Mapping[CallList, Callable[[Asker], list[_Wanted]]] = {
    CallList.TOMORROW: _tomorrow,
    CallList.CHANGED: _changed,
    CallList.OVERDUE: _overdue,
}


# -- what is said of each


def _listed(asker: Asker, wanted: Sequence[_Wanted], most: int) -> Calls:
    """Those who may be reached, in order; only the first of them with all that is said of them."""
    ids = list(dict.fromkeys(one.patient_id for one in wanted))
    groups = {one: group.ids for group in similar.decided(asker, ids).groups for one in group.ids}
    everybody = list(dict.fromkeys([*ids, *groups]))
    known = _known(asker, everybody)
    tries = _tries(asker, everybody)
    out = _out_of_reach(asker, tries) | consents.refusing(asker, ConsentPurpose.CALLS, everybody)
    out |= {one for one, person in known.items() if person.died}
    kept = [
        one
        for one in wanted
        if known[one.patient_id].shown and out.isdisjoint(groups.get(one.patient_id, (one.patient_id,)))
    ]
    standing = {one: standing_tries(those) for one, those in tries.items()}

    def order(one: _Wanted) -> tuple[float, int]:
        # Never tried first; those not seen for the shortest time are the likeliest to come again.
        own = standing[one.patient_id]
        return (own[0].at.timestamp() if own else 0.0, -one.day.toordinal())

    kept.sort(key=order)
    first = kept[:most]
    people = _people(asker, [one.patient_id for one in first])
    rows = [_row(one, people[one.patient_id], known, groups, standing[one.patient_id]) for one in first]
    rows.sort(key=lambda row: (row.last.at.timestamp() if row.last else 0.0, -row.day.toordinal(), row.name))
    return Calls(tuple(rows), len(kept))


def _row(
    one: _Wanted, person: Any, known: Mapping[str, "_Known"], groups: Mapping[str, Sequence[str]], tries: Sequence[Try]
) -> CallRow:
    """What is safe holds whichever of several records it was noted on."""
    records = [known[each] for each in groups.get(one.patient_id, (one.patient_id,))]
    do_not_call = any(record.do_not_call for record in records)
    may_visit = not any(record.do_not_visit for record in records)
    return CallRow(
        patient_id=one.patient_id,
        appointment_id=one.appointment_id,
        name=said_name(name_of(person)),
        number=person.number or "",
        community=said_place(person.municipality_code, person.community) if may_visit else "",
        language=language_name(person.language_code),
        phone=phone_for_lists(person.phone or "", do_not_call),
        may_call=not do_not_call,
        may_visit=may_visit,
        shared=bool(person.shared_phone),
        hours=person.contact_hours or "",
        cover_words=person.cover_words or "",
        day=one.day,
        was_on=one.was_on,
        tries=tuple(tries),
    )


class _Known(NamedTuple):
    """What decides whether somebody may stand on a list, and how."""

    patient_id: str
    died: bool
    do_not_call: bool
    do_not_visit: bool
    shown: bool
    """Registered, and not hidden from the one who asks."""


def _known(asker: Asker, patient_ids: Sequence[str]) -> dict[str, _Known]:
    select: AnySelect = sa.select(
        Patient.id,
        Patient.died_on.is_not(None),
        Patient.do_not_call.is_(True),
        Patient.do_not_visit.is_(True),
        sa.and_(Patient.voided_at.is_(None), restricted.shown(asker)),
    )
    found: dict[str, _Known] = {}
    for start in range(0, len(patient_ids), _MANY):
        for row in asker.all(select.where(Patient.id.in_(patient_ids[start : start + _MANY]))):
            found[row[0]] = _Known(row[0], *map(bool, row[1:]))
    return found


_PERSON = (
    Patient.id, Patient.number, Patient.given_names, Patient.family_name, Patient.second_family_name,
    Patient.married_name, Patient.known_as, Patient.unidentified, Patient.met_where, Patient.met_on,
    Patient.municipality_code, Patient.community, Patient.language_code,
    Patient.phone, Patient.shared_phone, Patient.contact_hours,
    Patient.cover_words,
)  # fmt: skip


def _people(asker: Asker, patient_ids: Sequence[str]) -> dict[str, Any]:
    select: AnySelect = sa.select(*_PERSON)
    found: dict[str, Any] = {}
    for start in range(0, len(patient_ids), _MANY):
        found |= {row.id: row for row in asker.all(select.where(Patient.id.in_(patient_ids[start : start + _MANY])))}
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
