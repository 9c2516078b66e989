"""Whom to reach: people of the next consultation day, those whose day changed, those who have not come back.

The dead, voided registrations, records hidden from the one who asks, and those who do not want to be called are on
none of the lists and in none of the counts.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.agenda.queries import day as days
from clinic_desktop.features.agenda.records import Appointment, CallAttempt
from clinic_desktop.features.agenda.rules.calls import CallList, CallOutcome, Try, is_out_of_reach, standing_tries
from clinic_desktop.features.agenda.rules.day import AppointmentStatus
from clinic_desktop.features.patients.queries import consents, decisions, restricted, similar
from clinic_desktop.features.patients.records import Consent, Patient
from clinic_desktop.features.patients.rules.consents import ConsentAnswer, ConsentPurpose
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.features.patients.rules.patient import phone_for_lists
from clinic_desktop.features.patients.rules.places import language_name, said_place
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = days.TABLES | {CallAttempt.__tablename__} | consents.TABLES | similar.TABLES
_LOOK_BACK = timedelta(days=730)
"""Who has not been here for longer is found by searching, not by a list."""
_BOOKED_AHEAD = timedelta(days=400)
"""A booking is called off at most so long before its day."""
_MOVES_KEPT = timedelta(days=45)
_MANY = 500
A_PAGE = 100
"""So many are shown at once: nobody calls more in a day."""


not_expected: tuple[Callable[[Asker], frozenset[str]], ...] = ()
"""Slot for upper rooms, filled by app/wiring.py: people whose care here is over; nobody waits for them to come back."""


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
    if which is CallList.OVERDUE:
        return _listed(asker, *_overdue(asker), most)
    wanted = _WANTED[which](asker)
    return _listed(asker, wanted, _groups(asker, [one.patient_id for one in wanted]), most)


_Groups = Mapping[str, tuple[str, ...]]
"""The records of each person who has several, by any of them."""


def _groups(asker: Asker, patient_ids: Sequence[str]) -> _Groups:
    return {one: group.ids for group in decisions.decided(asker, patient_ids).groups for one in group.ids}


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
    return tuple(_tries(asker, [patient_id]).get(patient_id, ()))


# -- who is on which list


def _tomorrow(asker: Asker) -> list[_Wanted]:
    day = next_day(asker)
    if day is None:
        return []
    that_day = Appointment.day == day
    found = asker.all(
        sa.select(Appointment.id, Appointment.patient_id).where(that_day, days.told_once(asker, that_day))
    )
    stands = _standings(asker, [row[0] for row in found])
    return [_Wanted(patient_id, i, day) for i, patient_id in found if stands[i] is AppointmentStatus.BOOKED]


def _changed(asker: Asker) -> list[_Wanted]:
    """Whose booking was moved by the clinic and who was not told yet."""
    moved = asker.plain(_MOVED, (asker.today.isoformat(), instant_text(asker.now - _MOVES_KEPT)))
    stands = _standings(asker, list({one for row in moved for one in row[:2]}))
    told = _told(asker, [row[1] for row in moved])
    wanted: dict[str, _Wanted] = {}
    for old_id, new_id, at, was_on, day, patient_id in moved:
        still = stands[old_id] is AppointmentStatus.MOVED and stands[new_id] is AppointmentStatus.BOOKED
        if still and told.get(new_id, "") < at:
            wanted[new_id] = _Wanted(patient_id, new_id, date.fromisoformat(day), date.fromisoformat(was_on))
    return list(wanted.values())


# Only a whole day is moved with a reason: who asked for another day knows of it.
_MOVED = (
    "SELECT e.appointment_id, n.id, e.at, a.day, n.day, n.patient_id FROM appointment_event AS e"
    " JOIN appointment AS a ON a.id = e.appointment_id JOIN appointment AS n ON n.id = e.moved_to_id AND n.day >= ?"
    " WHERE e.kind IN ('cancelled', 'moved') AND e.kind = 'moved' AND e.at >= ? AND e.reason IS NOT NULL"
)


def _told(asker: Asker, appointment_ids: Sequence[str]) -> Mapping[str, str]:
    """When somebody last said to come, by the booking it was about."""
    found = asker.plain(_TRIED_FOR, (json.dumps(appointment_ids),))
    about = {row[0]: row[-1] for row in found}
    told: dict[str, str] = {}
    for one in standing_tries(_try(row) for row in found):
        if one.outcome is CallOutcome.WILL_COME:
            told.setdefault(about[one.attempt_id], instant_text(one.at))
    return told


_TRY = "SELECT c.id, c.patient_id, c.outcome, c.at, c.undoes_id, c.note"
_TRIED_FOR = f"{_TRY}, c.appointment_id FROM json_each(?) AS w JOIN call_attempt AS c ON c.appointment_id = w.value"


def _overdue(asker: Asker) -> tuple[list[_Wanted], _Groups]:
    """Here, or expected and missed, more than the set number of days ago, and nothing since but what was called off."""
    cutoff = asker.today - timedelta(days=setting(asker, "overdue_days"))
    since = asker.today - _LOOK_BACK
    off = json.dumps(_called_off(asker, since))
    found = dict(asker.plain(_NEWEST, (since.isoformat(), off)))
    last = cutoff.isoformat()
    late = {one for one, day in found.items() if day <= last}.difference(*(over(asker) for over in not_expected))
    groups = _groups(asker, list(late))
    late = _each_person_once(found, late, groups)
    return [_Wanted(one, None, date.fromisoformat(found[one])) for one in late], groups


# Written out, and read from an index alone: of thousands of bookings only the few called off are looked at one by one.
_NEWEST = (
    "SELECT patient_id, max(day) FROM appointment"
    " WHERE day >= ? AND id NOT IN (SELECT value FROM json_each(?)) GROUP BY patient_id"
)
_ENDED = (
    "SELECT e.appointment_id, EXISTS (SELECT 1 FROM appointment_event AS o"
    " WHERE o.appointment_id = e.appointment_id AND o.id <> e.id)"
    " FROM appointment_event AS e WHERE e.kind IN ('cancelled', 'moved') AND e.at >= ?"
)


def _called_off(asker: Asker, since: date) -> list[str]:
    """The bookings from a day on that were cancelled or moved; where nothing else happened to one, that is plain."""
    told = asker.plain(_ENDED, ((since - _BOOKED_AHEAD).isoformat(),))
    gone = (AppointmentStatus.CANCELLED, AppointmentStatus.MOVED)
    doubtful = _standings(asker, list({i for i, more in told if more}))
    return [i for i, more in told if not more] + [i for i, status in doubtful.items() if status in gone]


def _each_person_once(last: Mapping[str, str], late: set[str], groups: _Groups) -> set[str]:
    """Somebody with two records is here when either of them is, and stands on the list once."""
    for ids in set(groups.values()):
        known = [one for one in ids if one in last]
        newest = max(known, key=lambda one: (last[one], one))
        late = late - {one for one in known if one != newest}
    return late


_WANTED: Mapping[CallList, Callable[[Asker], list[_Wanted]]] = {
    CallList.TOMORROW: _tomorrow,
    CallList.CHANGED: _changed,
}


# -- what is said of each


def _listed(asker: Asker, wanted: Sequence[_Wanted], groups: _Groups, most: int) -> Calls:
    """Those who may be reached, in order; only the first of them with all that is said of them."""
    ids = list(dict.fromkeys(one.patient_id for one in wanted))
    everybody = list(dict.fromkeys([*ids, *groups]))
    tries = _tries(asker, everybody)
    died, unnamed = _not_named(asker)
    out = _out_of_reach(asker, tries) | consents.refusing(asker, ConsentPurpose.CALLS, everybody) | died
    kept = [
        one
        for one in wanted
        if one.patient_id not in unnamed and out.isdisjoint(groups.get(one.patient_id, (one.patient_id,)))
    ]

    def order(one: _Wanted) -> tuple[float, int]:
        # Never tried first; those not seen for the shortest time are the likeliest to come again.
        own = tries.get(one.patient_id)
        return (own[0].at.timestamp() if own else 0.0, -one.day.toordinal())

    kept.sort(key=order)
    first = kept[:most]
    people = _people(asker, [each for one in first for each in groups.get(one.patient_id, (one.patient_id,))])
    rows = [_row(one, people, groups, tries.get(one.patient_id, ())) for one in first]
    rows.sort(key=lambda row: (row.last.at.timestamp() if row.last else 0.0, -row.day.toordinal(), row.name))
    return Calls(tuple(rows), len(kept))


def _row(one: _Wanted, people: Mapping[str, Any], groups: _Groups, tries: Sequence[Try]) -> CallRow:
    """What is safe holds whichever of several records it was noted on."""
    person = people[one.patient_id]
    records = [people[each] for each in groups.get(one.patient_id, (one.patient_id,))]
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


def _not_named(asker: Asker) -> tuple[frozenset[str], frozenset[str]]:
    """The dead; and those whose own record no list names: voided, or hidden from the one who asks."""
    gone = asker.plain(_GONE)
    hidden = {row[0] for row in asker.all(restricted.hidden_people(asker))}
    return frozenset(one for one, died in gone if died), frozenset(hidden | {one for one, died in gone if not died})


# From an index of their own: they are far fewer than all people.
_GONE = "SELECT id, died_on IS NOT NULL FROM patient WHERE died_on IS NOT NULL OR voided_at IS NOT NULL"


_PERSON = (
    Patient.id, Patient.number, Patient.given_names, Patient.family_name, Patient.second_family_name,
    Patient.married_name, Patient.known_as, Patient.unidentified, Patient.met_where, Patient.met_on,
    Patient.municipality_code, Patient.community, Patient.language_code,
    Patient.phone, Patient.shared_phone, Patient.contact_hours,
    Patient.cover_words, Patient.do_not_call, Patient.do_not_visit,
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
    agreed, came = _agreed(asker, asked), _came_after(asker, {who: tries[who] for who in asked})
    return frozenset(
        who for who in asked if is_out_of_reach(tries[who], came_on=came.get(who), agreed_at=agreed.get(who))
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


_HERE = (AppointmentStatus.SEEN, AppointmentStatus.WAITING, AppointmentStatus.IN_CONSULT)


def _came_after(asker: Asker, tries: Mapping[str, Sequence[Try]]) -> Mapping[str, date]:
    """When those who were said to have moved away were here last, if that was later."""
    away = {
        who: max(one.at.date() for one in those if one.outcome is CallOutcome.MOVED_AWAY)
        for who, those in tries.items()
        if any(one.outcome is CallOutcome.MOVED_AWAY for one in those)
    }
    since = {who: day.isoformat() for who, day in away.items()}
    found = asker.plain(_LATER, (json.dumps(since), asker.today.isoformat())) if since else ()
    stands = _standings(asker, [row[0] for row in found])
    came: dict[str, date] = {}
    for appointment_id, who, day in found:
        if stands[appointment_id] in _HERE:
            came[who] = max(date.fromisoformat(day), came.get(who, date.min))
    return came


_LATER = (
    "SELECT a.id, a.patient_id, a.day FROM json_each(?) AS w"
    " JOIN appointment AS a ON a.patient_id = w.key AND a.day > w.value AND a.day <= ?"
)


def _tries(asker: Asker, patient_ids: Iterable[str]) -> dict[str, list[Try]]:
    """What stands of the tries to reach these people, the newest first; only of those whom somebody tried to reach."""
    found: dict[str, list[Try]] = {}
    for row in asker.plain(_TRIED, (json.dumps(list(patient_ids)),)):
        found.setdefault(row[1], []).append(_try(row))
    return {who: standing_tries(those) for who, those in found.items()}


_TRIED = f"{_TRY} FROM json_each(?) AS w JOIN call_attempt AS c ON c.patient_id = w.value"
_OUTCOMES: Mapping[str, Any] = {one.value: one for one in CallOutcome}
"""A word of a newer program stays as it is."""


def _try(row: Sequence[Any]) -> Try:
    attempt_id, patient_id, outcome, at, undoes_id, note = row[:6]
    said = _OUTCOMES.get(outcome, outcome)
    return Try(attempt_id, patient_id, said, datetime.fromisoformat(at), undoes_id, note or "")


def _standings(asker: Asker, appointment_ids: Sequence[str]) -> dict[str, AppointmentStatus]:
    return {i: standing.status for i, standing in days.standings(asker, appointment_ids).items()}
