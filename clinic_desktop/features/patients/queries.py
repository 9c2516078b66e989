"""What may be asked about people: finding them as one types, their banner, their form, people like them.

The search reads terms of this device's index (rules/terms.py, rules/postings.py): a few small rows per typed word, one
"and" over them, and then only the rows that are shown.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from clinic_desktop.features.patients.records import (
    Allergy,
    Patient,
    PatientEntry,
    PatientLink,
    PatientWord,
)
from clinic_desktop.features.patients.rules import likeness, postings, ranking, searching, terms
from clinic_desktop.features.patients.rules.ages import Birth, say_age, say_born
from clinic_desktop.features.patients.rules.naming import Typed, name_of, said_name, split_typed
from clinic_desktop.features.patients.rules.patient import (
    Details,
    LinkKind,
    allergy_status,
    from_columns,
)
from clinic_desktop.features.patients.rules.places import language_name, said_place
from clinic_desktop.features.patients.rules.ranking import Level
from clinic_desktop.features.patients.rules.rows import (
    AllergyRow,
    Found,
    Header,
    Known,
    Link,
    Mark,
    Results,
    Similar,
)
from clinic_desktop.features.patients.rules.searching import Span
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"patient", "allergy", "patient_link"})
RECENT_FIRST = 100
"""So many of those opened last go before their equals."""


Marks = Callable[[Asker, Sequence[PatientId]], Mapping[PatientId, Sequence[Mark]]]
marks: tuple[Marks, ...] = ()
"""Filled by app/house.py. Reception sees them: nothing clinical."""


# -- lists


class _Line(NamedTuple):
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
    entry: int
    kept: str


_LISTED = (
    "SELECT p.id, p.number, p.given_names, p.family_name, p.second_family_name, p.married_name, p.known_as,"
    " p.birth_date, p.birth_estimated, p.sex, p.municipality_code, p.community, p.mother_name, p.died_on,"
    " e.entry, e.kept FROM patient_entry AS e JOIN patient AS p ON p.id = e.patient_id WHERE e.entry IN ({places})"
)


def rows_of(asker: Asker, entries: Sequence[int]) -> tuple[Found, ...]:
    """The people with these filing numbers, in this order; those filed no more are left out."""
    asker.require(Permission.SEE_PATIENTS)
    today = asker.today
    found = {line.entry: _found(line, today) for line in _listed(asker, entries)}
    return tuple(found[entry] for entry in entries if entry in found)


def _listed(asker: Asker, entries: Sequence[int]) -> list[_Line]:
    if not entries:
        return []
    rows = asker.plain(_LISTED.format(places=",".join("?" * len(entries))), tuple(entries))
    return [_Line(*row) for row in rows]


def _found(line: _Line, today: date, typed: tuple[str, ...] = ()) -> Found:
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
    )


_SEXES = frozenset(Sex)


def _birth_of(row: Any) -> Birth | None:
    return Birth(row.birth_date, bool(row.birth_estimated), row.birth_noted_on) if row.birth_date else None


def _sex_of(row: Any) -> Sex:
    return row.sex if isinstance(row.sex, Sex) else Sex.UNKNOWN


def count(asker: Asker) -> int:
    """How many people are registered here."""
    asker.require(Permission.SEE_PATIENTS)
    return asker.value(sa.select(sa.func.count(PatientEntry.entry))) or 0


def by_name(asker: Asker, first: int, many: int) -> list[int]:
    """Filing numbers in the order of the names, from a place on: a list of everybody is read where it is looked at."""
    asker.require(Permission.SEE_PATIENTS)
    ordered = "SELECT entry FROM patient_entry ORDER BY sort_key, entry LIMIT ? OFFSET ?"
    return [entry for (entry,) in asker.plain(ordered, (many, first))]


def place_by_name(asker: Asker, entry: int) -> int | None:
    """Where in that order somebody stands."""
    asker.require(Permission.SEE_PATIENTS)
    before = (
        "SELECT count(*) FROM patient_entry AS other JOIN patient_entry AS this ON this.entry = ?"
        " WHERE (other.sort_key, other.entry) < (this.sort_key, this.entry)"
    )
    known = asker.plain("SELECT 1 FROM patient_entry WHERE entry = ?", (entry,))
    return asker.plain(before, (entry,))[0][0] if known else None


def recent(asker: Asker, limit: int = 50) -> tuple[Found, ...]:
    """Those opened last on this computer, then those registered last."""
    seen = _recently_seen(asker, limit)
    newest = sa.select(PatientEntry.entry).where(PatientEntry.seen.is_(None)).order_by(PatientEntry.entry.desc())
    more = [row.entry for row in asker.all(newest.limit(limit - len(seen)))] if len(seen) < limit else []
    return rows_of(asker, [*seen, *more])


def _recently_seen(asker: Asker, limit: int) -> list[int]:
    ordered = "SELECT entry FROM patient_entry WHERE seen IS NOT NULL ORDER BY seen DESC LIMIT ?"
    return [entry for (entry,) in asker.plain(ordered, (limit,))]


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
    )
    return {row.id: said_name(name_of(row)) for row in asker.all(named.where(Patient.id.in_(list(ids))))}


def marks_of(asker: Asker, ids: Sequence[PatientId]) -> dict[PatientId, tuple[Mark, ...]]:
    """What the upper rooms say of these people."""
    asker.require(Permission.SEE_PATIENTS)
    said: dict[PatientId, tuple[Mark, ...]] = dict.fromkeys(ids, ())
    for say in marks:
        for patient_id, more in say(asker, ids).items():
            said[patient_id] = (*said.get(patient_id, ()), *more)
    return said


def by_number(asker: Asker, number: str) -> PatientId | None:
    """The person whose card says this number, as a scanner or a hand types it."""
    asker.require(Permission.SEE_PATIENTS)
    written = "-".join(number.upper().split())
    found = asker.value(sa.select(Patient.id).where(Patient.number == written, Patient.voided_at.is_(None)).limit(1))
    return None if found is None else PatientId(found)


# -- search


def find(asker: Asker, words: str, limit: int = 20) -> tuple[Found, ...]:
    """People by any words in any order: names, year, place, numbers. Nearest first, recently opened among equals."""
    return search(asker, words, limit).rows


def search(asker: Asker, words: str, limit: int = 20) -> Results:
    asker.require(Permission.SEE_PATIENTS)
    typed = terms.typed_words(words)[: searching.MOST_WORDS]
    if not typed:
        return Results((), 0)
    answer = searching.seek(_Shelf(asker), typed, _recently_seen(asker, RECENT_FIRST), limit)
    today = asker.today
    rows = {line.entry: _found(line, today, typed) for line in _listed(asker, answer.entries)}
    return Results(tuple(rows[entry] for entry in answer.entries if entry in rows), answer.total, typed)


class _Shelf:
    """The index in the database: one statement for all the terms of a word, a few small rows."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def read(self, spans: Sequence[Span]) -> Iterable[tuple[Any, ...]]:
        values: list[str] = []
        for span in spans:
            values += (span.term, span.term + terms.END) if span.begins else (span.term,)
        return self._asker.plain(_reading(tuple(span.begins for span in spans)), tuple(values))

    def vocabulary(self) -> Sequence[str]:
        ((words,),) = self._asker.plain("SELECT group_concat(word, ' ') FROM patient_word")
        return (words or "").split()


@cache
def _reading(begins: tuple[bool, ...]) -> str:
    """The statement that reads so many spans, in their order."""
    wanted = ("term >= ? AND term < ?" if many else "term = ?" for many in begins)
    chosen = (f"SELECT {at}, chunk, people FROM patient_posting WHERE {w}" for at, w in enumerate(wanted))  # noqa: S608
    return " UNION ALL ".join(chosen)


# -- one person


def header(asker: Asker, patient_id: PatientId) -> Header:
    asker.require(Permission.SEE_PATIENTS)
    row = asker.one(sa.select(*_ALL).where(Patient.id == patient_id))
    birth, name = _birth_of(row), name_of(row)
    allergies = tuple(allergy.substance for allergy in _allergies(asker, patient_id))
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
        phone=row.phone or "",
        phone_note=row.phone_note or "",
        mother=row.mother_name or "",
    )


_ALL = tuple(Patient.__table__.columns)


def details(asker: Asker, patient_id: PatientId) -> Known:
    asker.require(Permission.SEE_PATIENTS)
    row = asker.one(sa.select(*_ALL).where(Patient.id == patient_id))
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


# -- people like this one


def similar(asker: Asker, new: Details, but: PatientId | None = None, limit: int = 4) -> tuple[Similar, ...]:
    """The most similar first. `but` is the person asked about: left out, with all who were found to be another."""
    asker.require(Permission.SEE_PATIENTS)
    if not likeness.is_enough(new):
        return ()
    parted = {but, *_parted_from(asker, but)} if but else set[str]()
    scored: list[tuple[int, int, Similar]] = []
    for row in _with_entry(asker, searching.who_may_be(_Shelf(asker), new)):
        close = likeness.compare(new, from_columns(row))
        if close.shown and row.id not in parted:
            scored.append((-close.points, -row.entry, _similar(asker, row, close)))
    return tuple(one for _points, _entry, one in sorted(scored, key=lambda s: s[:2])[:limit])


def _similar(asker: Asker, row: Any, close: likeness.Likeness) -> Similar:
    return Similar(
        patient_id=row.id,
        number=row.number or "",
        said=said_name(name_of(row)),
        born=say_born(_birth_of(row), asker.today),
        place=said_place(row.municipality_code, row.community),
        mother=row.mother_name or "",
        equal=close.equal,
        different=close.different,
        strong=close.strong,
    )


def _with_entry(asker: Asker, entries: Sequence[int]) -> Sequence[Any]:
    join = sa.select(*_ALL, PatientEntry.entry).join(PatientEntry, PatientEntry.patient_id == Patient.id)
    return asker.all(join.where(PatientEntry.entry.in_(entries))) if entries else ()


def links(asker: Asker, patient_id: PatientId) -> tuple[Link, ...]:
    """The decisions about this record that were not taken back."""
    asker.require(Permission.SEE_PATIENTS)
    undone = sa.select(PatientLink.undoes_id).where(PatientLink.undoes_id.is_not(None))
    chosen = sa.select(
        PatientLink.id, PatientLink.kind, PatientLink.first_id, PatientLink.second_id, PatientLink.reason
    ).where(
        sa.or_(PatientLink.first_id == patient_id, PatientLink.second_id == patient_id),
        PatientLink.kind != LinkKind.UNDO,
        PatientLink.id.not_in(undone),
    )
    return tuple(
        Link(
            row.id, PatientId(row.second_id if row.first_id == patient_id else row.first_id), row.kind, row.reason or ""
        )
        for row in asker.all(chosen)
    )


def _parted_from(asker: Asker, patient_id: PatientId) -> set[str]:
    return {link.other_id for link in links(asker, patient_id) if link.kind is LinkKind.DIFFERENT}


# -- what helps to type


def split_name(asker: Asker, typed: str) -> Typed:
    """Typed words as names, by how people here use them."""
    asker.require(Permission.SEE_PATIENTS)
    words = terms.words_of(typed)
    chosen = sa.select(PatientWord.word, PatientWord.given, PatientWord.family).where(PatientWord.word.in_(words))
    used = {row.word: (row.given, row.family) for row in asker.all(chosen)}

    def is_given(word: str) -> bool | None:
        given, family = used.get(word, (0, 0))
        return None if not given and not family else given > family

    return split_typed(typed, is_given)


def communities(asker: Asker, municipality_code: str, typed: str, limit: int = 8) -> tuple[str, ...]:
    """Communities already written for people of this municipality, so that they are written alike."""
    asker.require(Permission.SEE_PATIENTS)
    words = terms.words_of(typed)
    if not words:
        return ()
    shelf = _Shelf(asker)
    people = postings.common([searching.beginning(shelf, word) for word in words])
    counted: dict[str, int] = {}
    for row in _listed(asker, postings.newest(people, 200)):
        here = not municipality_code or row.municipality_code == municipality_code
        if row.community and here and terms.begins_all(row.community, words):
            counted[row.community] = counted.get(row.community, 0) + 1
    return tuple(sorted(counted, key=lambda community: -counted[community])[:limit])
