"""What may be asked about people: finding them as one types, their banner, their form, people like them.

The search reads terms of this device's index (rules/terms.py, rules/postings.py): a few small rows per typed word, one
"and" over them, and then only the rows that are shown.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.patients.queries import consents, restricted
from clinic_desktop.features.patients.queries.decisions import decided
from clinic_desktop.features.patients.records import (
    Allergy,
    Community,
    Patient,
    PatientEntry,
)
from clinic_desktop.features.patients.rules import ranking, terms
from clinic_desktop.features.patients.rules.ages import Birth, say_age, say_born
from clinic_desktop.features.patients.rules.consents import ConsentPurpose
from clinic_desktop.features.patients.rules.naming import Name, name_of, said_name
from clinic_desktop.features.patients.rules.patient import (
    AllergyStatus,
    allergy_status,
    from_columns,
    phone_for_lists,
)
from clinic_desktop.features.patients.rules.places import language_name, municipality_name, said_place
from clinic_desktop.features.patients.rules.ranking import Level
from clinic_desktop.features.patients.rules.rows import (
    AllergyRow,
    Found,
    Header,
    Known,
    Mark,
)
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.dates import PartialDate, say_day
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"patient", "allergy", "patient_link"})


Marks = Callable[[Asker, Sequence[PatientId]], Mapping[PatientId, Sequence[Mark]]]
marks: tuple[Marks, ...] = ()
"""Filled by app/house.py. Reception sees them: nothing clinical."""

LastVisits = Callable[[Asker, Sequence[PatientId]], Mapping[PatientId, date]]
last_visits: LastVisits = lambda _asker, _ids: {}  # noqa: E731
"""Filled by app/wiring.py: the day of the last consultation."""


# -- where people live: the list of communities may have renamed the place, or found it to be another's

_SAME = aliased(Community)
COMMUNITY_NAME = sa.func.coalesce(_SAME.name, Community.name, Patient.community)


def with_community(select: sa.Select[Any]) -> sa.Select[Any]:
    """A select over people that may name COMMUNITY_NAME."""
    joined = select.outerjoin_from(Patient, Community, Community.id == Patient.community_id)
    return joined.outerjoin(_SAME, _SAME.id == Community.same_as_id)


# -- lists


class Line(NamedTuple):
    """A person as a list needs it, in the order of `_LISTED`; read as plain SQL, for it runs at every keystroke."""

    id: PatientId
    number: str | None
    given_names: str | None
    family_name: str | None
    second_family_name: str | None
    married_name: str | None
    known_as: str | None
    birth_date: str | None
    birth_estimated: int | None
    sex: str | None
    municipality_code: str | None
    community: str | None
    mother_name: str | None
    died_on: str | None
    unidentified: int | None
    met_where: str | None
    met_on: str | None
    entry: int
    kept: str


_LISTED = (
    "SELECT p.id, p.number, p.given_names, p.family_name, p.second_family_name, p.married_name, p.known_as,"
    " p.birth_date, p.birth_estimated, p.sex, p.municipality_code, coalesce(s.name, c.name, p.community),"
    " p.mother_name, p.died_on, p.unidentified, p.met_where, p.met_on, e.entry, e.kept"
    " FROM patient_entry AS e JOIN patient AS p ON p.id = e.patient_id"
    " LEFT JOIN community AS c ON c.id = p.community_id LEFT JOIN community AS s ON s.id = c.same_as_id"
    " WHERE e.entry IN ({places})"
)


def rows_of(asker: Asker, entries: Sequence[int]) -> tuple[Found, ...]:
    """The people with these filing numbers, in this order; those filed no more are left out."""
    asker.require(Permission.SEE_PATIENTS)
    today = asker.today
    found = {line.entry: found_of(line, today) for line in listed(asker, entries)}
    return tuple(found[entry] for entry in entries if entry in found)


def listed(asker: Asker, entries: Sequence[int]) -> list[Line]:
    if not entries:
        return []
    hidden = hidden_entries(asker)
    shown = [entry for entry in entries if entry not in hidden] if hidden else entries
    rows = asker.plain(_LISTED.format(places=",".join("?" * len(shown))), tuple(shown))
    return [Line(*row) for row in rows]


def hidden_entries(asker: Asker) -> frozenset[int]:
    """The filing numbers of those who are hidden from the one who asks; a few, read by an index of their own."""
    if restricted.sees_all(asker):
        return frozenset()
    reserved = "SELECT e.entry FROM patient AS p JOIN patient_entry AS e ON e.patient_id = p.id WHERE p.restricted = 1"
    return frozenset(entry for (entry,) in asker.plain(reserved))


def _hidden(asker: Asker) -> str:
    """For written SQL over the index, `entry NOT IN (SELECT value FROM json_each(?))`."""
    return json.dumps(sorted(hidden_entries(asker)))


def found_of(line: Line, today: date, typed: tuple[str, ...] = ()) -> Found:
    name = name_of(line)
    birth = Birth(PartialDate.parse(line.birth_date), bool(line.birth_estimated)) if line.birth_date else None
    person = terms.from_kept(line.kept)
    return Found(
        patient_id=line.id,
        entry=line.entry,
        number=line.number or "",
        name=name,
        said=said_name(name),
        birth=birth,
        born=say_born(birth, today),
        sex=Sex(line.sex) if line.sex in _SEXES else Sex.UNKNOWN,
        place=said_place(line.municipality_code, line.community),
        mother=line.mother_name or "",
        known_as=name.known_as,
        died=line.died_on is not None,
        level=ranking.level_of(person, typed) if typed else Level.CLOSE,
        reasons=ranking.reasons(person, typed, (line.birth_date or "")[:4]) if typed else (),
        community_first=", ".join(p for p in (line.community, municipality_name(line.municipality_code)) if p),
    )


_SEXES = frozenset(Sex)


def birth_of(row: Any) -> Birth | None:
    return Birth(row.birth_date, bool(row.birth_estimated), row.birth_noted_on) if row.birth_date else None


def _sex_of(row: Any) -> Sex:
    return row.sex if isinstance(row.sex, Sex) else Sex.UNKNOWN


def count(asker: Asker) -> int:
    """How many people are registered here."""
    asker.require(Permission.SEE_PATIENTS)
    ((everybody,),) = asker.plain("SELECT count(*) FROM patient_entry")
    return everybody - len(hidden_entries(asker))


def by_name(asker: Asker, first: int, many: int) -> list[int]:
    """Filing numbers in the order of the names, from a place on: a list of everybody is read where it is looked at."""
    asker.require(Permission.SEE_PATIENTS)
    ordered = (
        "SELECT entry FROM patient_entry WHERE entry NOT IN (SELECT value FROM json_each(?))"
        " ORDER BY sort_key, entry LIMIT ? OFFSET ?"
    )
    return [entry for (entry,) in asker.plain(ordered, (_hidden(asker), many, first))]


def place_by_name(asker: Asker, entry: int) -> int | None:
    """Where in that order somebody stands."""
    asker.require(Permission.SEE_PATIENTS)
    before = (
        "SELECT count(*) FROM patient_entry AS other JOIN patient_entry AS this ON this.entry = ?"
        " WHERE (other.sort_key, other.entry) < (this.sort_key, this.entry)"
        " AND other.entry NOT IN (SELECT value FROM json_each(?))"
    )
    if entry in hidden_entries(asker) or not asker.plain("SELECT 1 FROM patient_entry WHERE entry = ?", (entry,)):
        return None
    return asker.plain(before, (entry, _hidden(asker)))[0][0]


def recent(asker: Asker, limit: int = 50) -> tuple[Found, ...]:
    """Those opened last on this computer, then those registered last."""
    seen = recently_seen(asker, limit)
    newest = sa.select(PatientEntry.entry).where(PatientEntry.seen.is_(None)).order_by(PatientEntry.entry.desc())
    newest = newest.where(PatientEntry.entry.not_in(hidden_entries(asker)))
    more = [row.entry for row in asker.all(newest.limit(limit - len(seen)))] if len(seen) < limit else []
    return rows_of(asker, [*seen, *more])


def recently_seen(asker: Asker, limit: int) -> list[int]:
    ordered = (
        "SELECT entry FROM patient_entry WHERE seen IS NOT NULL AND entry NOT IN (SELECT value FROM json_each(?))"
        " ORDER BY seen DESC LIMIT ?"
    )
    return [entry for (entry,) in asker.plain(ordered, (_hidden(asker), limit))]


def said_names(asker: Asker, ids: Iterable[PatientId]) -> dict[PatientId, str]:
    """How these people are written, for a short list."""
    asker.require(Permission.SEE_PATIENTS)
    named = sa.select(
        Patient.id,
        Patient.given_names,
        Patient.family_name,
        Patient.second_family_name,
        Patient.married_name,
        Patient.known_as,
        Patient.unidentified,
        Patient.met_where,
        Patient.met_on,
    )
    wanted = list(ids)
    told = {row.id: said_name(name_of(row)) for row in asker.all(named.where(Patient.id.in_(wanted)))}
    return told | restricted.hidden_from(asker, wanted)


def marks_of(asker: Asker, ids: Sequence[PatientId]) -> dict[PatientId, tuple[Mark, ...]]:
    """What the upper rooms say of these people."""
    asker.require(Permission.SEE_PATIENTS)
    said: dict[PatientId, tuple[Mark, ...]] = dict.fromkeys(ids, ())
    hidden = restricted.hidden_from(asker, ids)
    known = [patient_id for patient_id in ids if patient_id not in hidden]
    for say in marks:
        for patient_id, more in say(asker, known).items():
            said[patient_id] = (*said.get(patient_id, ()), *more)
    return said


def last_visits_of(asker: Asker, ids: Sequence[PatientId]) -> dict[PatientId, str]:
    """The day each was last seen, as the rooms above say it."""
    asker.require(Permission.SEE_PATIENTS)
    hidden = restricted.hidden_from(asker, ids)
    days = last_visits(asker, [patient_id for patient_id in ids if patient_id not in hidden])
    return {patient_id: say_day(day) for patient_id, day in days.items()}


def by_number(asker: Asker, number: str) -> PatientId | None:
    """The person whose card says this number, as a scanner or a hand types it."""
    asker.require(Permission.SEE_PATIENTS)
    written = "-".join(number.upper().split())
    wanted = sa.and_(Patient.number == written, Patient.voided_at.is_(None), restricted.shown(asker))
    found = asker.value(sa.select(Patient.id).where(wanted).limit(1))
    return None if found is None else PatientId(found)


# -- one person


def header_or_reserved(asker: Asker, patient_id: PatientId) -> Header:
    """As `header`; of a record that is hidden from the one who asks, its N and nothing else, but for those who hand out
    medicines the allergies."""
    asker.require(Permission.SEE_PATIENTS)
    reserved = restricted.hidden_from(asker, (patient_id,)).get(patient_id)
    if reserved is None:
        return header(asker, patient_id)
    whole = _header(asker, patient_id)
    # Emptied field by field, so that what a banner learns to say later is not said of a reserved person by itself.
    bare = {field.name: _emptied(getattr(whole, field.name)) for field in fields(whole)}
    bare |= {"patient_id": patient_id, "said": reserved, "allergy_status": AllergyStatus.NOT_RECORDED}
    if asker.actor.may(Permission.DISPENSE):
        bare |= {"allergy_status": whole.allergy_status, "allergies": whole.allergies}
        bare["doubted"] = tuple(unit for unit in whole.doubted if unit in _OF_ALLERGIES)
    return Header(**bare)


_EMPTY: dict[str, Any] = {"str": "", "bool": False, "tuple": (), "Name": Name(), "Sex": Sex.UNKNOWN}


def _emptied(value: Any) -> Any:
    return _EMPTY.get(type(value).__name__)


def header(asker: Asker, patient_id: PatientId) -> Header:
    asker.require(Permission.SEE_PATIENTS)
    restricted.must_open(asker, patient_id)
    return _header(asker, patient_id)


def _header(asker: Asker, patient_id: PatientId) -> Header:
    row = asker.one(sa.select(*ALL_COLUMNS).where(Patient.id == patient_id))
    birth, name = birth_of(row), name_of(row)
    allergies = _not_borne(asker, patient_id)
    doubted = _doubted(asker, patient_id)
    if "allergies" in doubted:
        allergies = tuple(dict.fromkeys((*allergies, *_written_elsewhere(asker, patient_id))))
    calls_refused = bool(consents.refusing(asker, ConsentPurpose.CALLS, (patient_id,)))
    return Header(
        patient_id=patient_id,
        number=row.number or "",
        said=said_name(name),
        name=name,
        known_as=name.known_as,
        sex=_sex_of(row),
        birth=birth,
        born=say_born(birth, asker.today),
        age=say_age(birth, asker.today) if birth else "",
        place=said_place(row.municipality_code, row.community),
        language=language_name(row.language_code),
        needs_interpreter=bool(row.needs_interpreter),
        allergy_status=allergy_status(row.allergy_status, allergies),
        allergies=allergies,
        died_on=row.died_on,
        voided=row.voided_at is not None,
        phone=phone_for_lists(row.phone or "", row.do_not_call, calls_refused),
        phone_note=row.phone_note or "",
        mother=row.mother_name or "",
        restricted=bool(row.restricted),
        unidentified=bool(row.unidentified),
        doubted=doubted,
    )


doubted_in_charts: tuple[str, ...] = ()
"""Tables of rooms above, with a patient_id, of which a blocking conflict is shown to those who read charts."""

_OF_ALLERGIES = frozenset({"allergies", "allergy_status"})
_DOUBTED = (
    "SELECT tbl, unit FROM open_conflict WHERE id = ? AND blocking = 1 UNION SELECT tbl, unit FROM open_conflict"
    " WHERE tbl = 'allergy' AND id IN (SELECT id FROM allergy WHERE patient_id = ?)"
)
_DOUBTED_IN = (
    " UNION SELECT tbl, unit FROM open_conflict WHERE tbl = '{table}' AND blocking = 1"
    " AND id IN (SELECT id FROM {table} WHERE patient_id = ?)"
)


def _doubted(asker: Asker, patient_id: PatientId) -> tuple[str, ...]:
    """What a merge left open of who this is and what is not borne, a conflict that may still clear up among them."""
    tables = doubted_in_charts if asker.actor.may(Permission.READ_CHART) else ()
    sql = _DOUBTED + "".join(_DOUBTED_IN.format(table=table) for table in tables) + " ORDER BY 1 DESC, 2"
    found = asker.plain(sql, (patient_id,) * (2 + len(tables)))
    words = {"allergy": "allergies"} | dict.fromkeys(tables, None)
    return tuple(dict.fromkeys(words.get(table, unit) or str(table) for table, unit in found))


_WRITTEN_ELSEWHERE = (
    "SELECT DISTINCT json_extract(side.value, '$.value[0]') FROM open_conflict AS o, json_each(o.sides) AS side"
    " WHERE o.tbl = 'allergy' AND o.unit = 'substance'"
    " AND o.id IN (SELECT id FROM allergy WHERE patient_id = ? AND voided_at IS NULL)"
)


def _not_borne(asker: Asker, patient_id: PatientId) -> tuple[str, ...]:
    """Of all records of this person: what is written in one of them, the same body does not bear."""
    others = [PatientId(one) for one in decided(asker, [patient_id]).of(patient_id).ids if one != patient_id]
    hidden = restricted.hidden_from(asker, others)
    records = (patient_id, *(one for one in others if one not in hidden))
    return tuple(dict.fromkeys(allergy.substance for one in records for allergy in _allergies(asker, one)))


def _written_elsewhere(asker: Asker, patient_id: PatientId) -> list[str]:
    """Each substance that somebody named where two clinics differ: until it is decided, none of them is borne."""
    return [named for (named,) in asker.plain(_WRITTEN_ELSEWHERE, (patient_id,)) if named]


def doubted_people(asker: Asker, ids: Collection[PatientId]) -> frozenset[PatientId]:
    """Those of these people of whom a merge left open who they are or what they do not bear, for the rows of a list."""
    asker.require(Permission.SEE_PATIENTS)
    rows = asker.plain(_DOUBTED_PEOPLE, (json.dumps(sorted(ids)),) * 2)
    found = {PatientId(patient_id) for (patient_id,) in rows}
    return frozenset(found - restricted.hidden_from(asker, found).keys())


_DOUBTED_PEOPLE = (
    "SELECT id FROM open_conflict WHERE tbl = 'patient' AND blocking = 1 AND id IN (SELECT value FROM json_each(?))"
    " UNION SELECT a.patient_id FROM open_conflict o JOIN allergy a ON a.id = o.id"
    " WHERE o.tbl = 'allergy' AND a.patient_id IN (SELECT value FROM json_each(?))"
)

ALL_COLUMNS = tuple(Patient.__table__.columns)


def details(asker: Asker, patient_id: PatientId) -> Known:
    asker.require(Permission.SEE_PATIENTS)
    restricted.must_open(asker, patient_id)
    row = asker.one(sa.select(*ALL_COLUMNS).where(Patient.id == patient_id))
    allergies = _allergies(asker, patient_id)
    return Known(
        details=from_columns(row),
        number=row.number or "",
        died_on=row.died_on,
        allergy_status=allergy_status(row.allergy_status, tuple(allergy.substance for allergy in allergies)),
        allergies=allergies,
        voided=row.voided_at is not None,
        void_reason=row.void_reason or "",
        registered_at=row.recorded_at,
    )


def _allergies(asker: Asker, patient_id: PatientId) -> tuple[AllergyRow, ...]:
    chosen = sa.select(Allergy.id, Allergy.substance, Allergy.reaction).where(
        Allergy.patient_id == patient_id, Allergy.voided_at.is_(None)
    )
    return tuple(AllergyRow(row.id, row.substance or "", row.reaction or "") for row in asker.all(chosen))
