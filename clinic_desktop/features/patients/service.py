"""What may be done with registrations: register, correct, void, note allergies and deaths, say who is the same."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.patients.records import Allergy, Patient, PatientEntry, PatientLink
from clinic_desktop.features.patients.rules import postings, terms
from clinic_desktop.features.patients.rules.ages import OLDEST, Birth, BornInTheFuture, TooOld
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.features.patients.rules.patient import (
    AllergyStatus,
    Details,
    LinkKind,
    as_columns,
    from_columns,
    must_have_name,
    tidy,
)
from clinic_desktop.features.patients.rules.places import municipality_name
from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.kernel.dates import PartialDate, age_on
from clinic_desktop.kernel.errors import NotHere, Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.names import fold
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker, Work

AfterRegistering = Callable[[Work, PatientId], object]
after_registering: tuple[AfterRegistering, ...] = ()
"""Filled by app/house.py: what happens when a new person is there already (the arrival)."""

RecordsElsewhere = Callable[[Asker, PatientId], str | None]
records_elsewhere: tuple[RecordsElsewhere, ...] = ()
"""Filled by app/house.py: each says what its room holds of a person ("3 consultations"), or None."""

_BATCH = 2000


class HasRecords(Refused):
    text = N_("This person has {what}. Correct the data instead, or say that two records are the same person.")


class DiedInTheFuture(Refused):
    text = N_("This day is still to come: {day}.")


class SubstanceMissing(Refused):
    text = N_("Write what the person does not bear.")


class AllergiesOnTheList(Refused):
    text = N_("There are allergies on the list. Take them off one by one if they are wrong.")


class SamePerson(Refused):
    text = N_("These are one and the same record.")


@dataclass(frozen=True, slots=True)
class Registered:
    patient_id: PatientId
    number: str
    again: bool = False
    """It was registered before: a second Enter, or the same form sent twice."""


def register(
    work: Work,
    patient_id: PatientId,
    details: Details,
    *,
    arrived: bool = False,
    different_from: Sequence[PatientId] = (),
    allergies: AllergyStatus | None = None,
) -> Registered:
    """Register a person under an id that the form drew beforehand; the same id twice registers once.

    `different_from` are similar people who were looked at and are somebody else: nobody needs to ask that again.
    """
    work.require(Permission.REGISTER_PATIENTS)
    known = work.session.get(Patient, patient_id)
    if known is not None:
        return Registered(patient_id, known.number or "", again=True)
    kept = _checked(work, details)
    noted = None if allergies is AllergyStatus.KNOWN else allergies
    person = Patient(id=patient_id, number=work.next_number("patient"), allergy_status=noted, **as_columns(kept))
    work.about("patient", patient_id)
    work.add(person)
    for other in different_from:
        _link(work, LinkKind.DIFFERENT, patient_id, other)
    refresh_search(work, [patient_id])
    _put_first(work, patient_id)
    if arrived:
        for follow_up in after_registering:
            follow_up(work, patient_id)
    return Registered(patient_id, person.number or "")


def correct(work: Work, patient_id: PatientId, *, seen: Details, to: Details) -> bool:
    """Change what is wrong. Refused, naming the fields, where somebody changed the same ones meanwhile."""
    work.require(Permission.REGISTER_PATIENTS)
    person = _load(work, patient_id)
    before, after = as_columns(seen), as_columns(_checked(work, to))
    changed = work.revise(person, seen=before, to={n: v for n, v in after.items() if v != before[n]})
    if changed:
        refresh_search(work, [patient_id])
    return changed


def _checked(work: Work, details: Details) -> Details:
    kept = tidy(details)
    must_have_name(kept)
    if kept.birth is not None:
        _must_be_possible(kept.birth, work)
    return kept


def _must_be_possible(birth: Birth, work: Work) -> None:
    if birth.day.earliest() > work.today:
        raise BornInTheFuture(day=birth.day.said())
    if age_on(birth.day, work.today) > OLDEST:
        raise TooOld(years=OLDEST)


def void_registration(work: Work, patient_id: PatientId, reason: str) -> None:
    """Take back a registration made by mistake; refused once anything was recorded for the person."""
    work.require(Permission.REGISTER_PATIENTS)
    person = _load(work, patient_id)
    held = [what for says in records_elsewhere if (what := says(work, patient_id))]
    if held:
        raise HasRecords(what=", ".join(held))
    work.void(person, reason)
    refresh_search(work, [patient_id])


def mark_died(
    work: Work, patient_id: PatientId, died_on: PartialDate | None, *, seen: PartialDate | None = None
) -> bool:
    """Note a death as well as its day is known, or take the note back with None."""
    work.require(Permission.REGISTER_PATIENTS, Permission.PRESCRIBE)
    if died_on is not None and died_on.earliest() > work.today:
        raise DiedInTheFuture(day=died_on.said())
    return work.revise(_load(work, patient_id), seen={"died_on": seen}, to={"died_on": died_on})


def look(work: Work, patient_id: PatientId) -> None:
    """Note who opened this person's page, and let the person be found first next time."""
    work.require(Permission.SEE_PATIENTS)
    work.looked("patient", patient_id)
    _put_first(work, patient_id)


def _put_first(work: Work, patient_id: str) -> None:
    seen = sa.update(PatientEntry).where(PatientEntry.patient_id == patient_id)
    work.session.execute(seen.values(seen=unix_ms(work.now)))


def _load(work: Work, patient_id: PatientId) -> Patient:
    work.about("patient", patient_id)
    return work.load(Patient, patient_id)


# -- allergies

_MAY_NOTE_ALLERGIES = (Permission.REGISTER_PATIENTS, Permission.WRITE_NOTES, Permission.PRESCRIBE, Permission.DISPENSE)


def add_allergy(work: Work, patient_id: PatientId, substance: str, reaction: str = "") -> str:
    """Put one thing on the list; the same thing twice stands there once. Returns its id."""
    work.require(*_MAY_NOTE_ALLERGIES)
    person = _load(work, patient_id)
    if not fold(substance):
        raise SubstanceMissing()
    for known in _allergies(work, patient_id):
        if fold(known.substance or "") == fold(substance):
            return known.id
    row = Allergy(patient_id=patient_id, substance=substance.strip(), reaction=reaction.strip() or None)
    person.allergy_status = AllergyStatus.KNOWN
    return work.add(row).id


def void_allergy(work: Work, allergy_id: str, reason: str) -> None:
    """Take a wrong one off. When it was the last, nothing is known: not that there are none."""
    work.require(*_MAY_NOTE_ALLERGIES)
    row = work.load(Allergy, allergy_id)
    person = _load(work, PatientId(row.patient_id))
    work.void(row, reason)
    if not _allergies(work, row.patient_id):
        person.allergy_status = AllergyStatus.NOT_RECORDED


def set_allergy_status(work: Work, patient_id: PatientId, status: AllergyStatus) -> bool:
    """Say that there are none, that nobody asked, or that it cannot be known."""
    work.require(*_MAY_NOTE_ALLERGIES)
    person = _load(work, patient_id)
    if status is AllergyStatus.KNOWN:
        raise SubstanceMissing()
    if _allergies(work, patient_id):
        raise AllergiesOnTheList()
    return work.revise(person, seen={}, to={"allergy_status": status})


def _allergies(work: Work, patient_id: str) -> list[Allergy]:
    chosen = sa.select(Allergy).where(Allergy.patient_id == patient_id, Allergy.voided_at.is_(None))
    return list(work.session.scalars(chosen))


# -- two records, one person or two


def say_same(work: Work, first: PatientId, second: PatientId, reason: str = "") -> str:
    """Two records are one person. Both numbers stay; nothing is lost; it can be undone."""
    work.require(Permission.REGISTER_PATIENTS)
    return _link(work, LinkKind.SAME, first, second, reason)


def say_different(work: Work, first: PatientId, second: PatientId, reason: str = "") -> str:
    """Two records that look alike are two people."""
    work.require(Permission.REGISTER_PATIENTS)
    return _link(work, LinkKind.DIFFERENT, first, second, reason)


def undo_link(work: Work, link_id: str, reason: str) -> str:
    """A decision about two records was wrong: it stays readable and holds no more."""
    work.require(Permission.REGISTER_PATIENTS)
    link = work.load(PatientLink, link_id)
    undone = PatientLink(
        kind=LinkKind.UNDO,
        first_id=link.first_id,
        second_id=link.second_id,
        undoes_id=link_id,
        reason=reason.strip() or None,
    )
    return work.add(undone).id


def _link(work: Work, kind: LinkKind, first: str, second: str, reason: str = "") -> str:
    if first == second:
        raise SamePerson()
    if work.session.get(Patient, second) is None:
        raise NotHere()
    link = PatientLink(kind=kind, first_id=first, second_id=second, reason=reason.strip() or None)
    return work.add(link).id


# -- the search index of this device


def after_merge(work: Work, changed: Mapping[str, Iterable[str]]) -> None:
    """A merge brought these rows, by table: file the people anew."""
    refresh_search(work, changed.get("patient", ()))


def refresh_search(work: Work, patient_ids: Iterable[str] | None = None) -> int:
    """File people under their words as they are now; None = everybody. Returns how many were filed otherwise before.

    Called for a registration and its corrections; after a merge, a migration or rows written past the program, where
    it also takes out whoever is here no more.
    """
    work.session.flush()
    wanted = iter(_all_ids(work) if patient_ids is None else list(patient_ids))
    changed = 0
    while batch := list(islice(wanted, _BATCH)):
        changed += _refile(work, batch)
    return changed


def _all_ids(work: Work) -> list[str]:
    filed = work.session.scalars(sa.select(PatientEntry.patient_id))
    return list(dict.fromkeys([*work.session.scalars(sa.select(Patient.id)), *filed]))


def _refile(work: Work, ids: Sequence[str]) -> int:
    """One batch: what each person is filed under now against what it should be."""
    cursor = work.cursor
    filed = {entry.patient_id: entry for entry in _entries(work, ids)}
    people = {row.id: row for row in _people(work, ids)}
    change = _Change()
    last = cursor.execute("SELECT coalesce(max(entry), 0) FROM patient_entry").fetchone()[0]
    for patient_id in ids:
        row, entry = people.get(patient_id), filed.get(patient_id)
        new = None if row is None else _findable(row)
        old = None if entry is None else terms.from_kept(entry.kept)
        number = entry.entry if entry else last + 1
        if new is not None and row is not None:
            last = max(last, number)
            sort_key = fold(said_name(name_of(row)))
            if entry is None or (entry.kept, entry.sort_key) != (new.kept(), sort_key):
                change.entries.append((number, patient_id, sort_key, new.kept()))
        elif entry is not None:
            change.gone.append((number,))
        if new != old:
            change.move(number, old, new)
    change.write(cursor)
    return change.moved


def _entries(work: Work, ids: Sequence[str]) -> Sequence[Any]:
    columns = sa.select(PatientEntry.patient_id, PatientEntry.entry, PatientEntry.kept, PatientEntry.sort_key)
    return work.session.execute(columns.where(PatientEntry.patient_id.in_(ids))).all()


def _people(work: Work, ids: Sequence[str]) -> Sequence[Any]:
    columns = sa.select(*Patient.__table__.columns)
    return work.session.execute(columns.where(Patient.id.in_(ids), Patient.voided_at.is_(None))).all()


def _findable(row: Any) -> terms.Findable:
    places = (municipality_name(row.municipality_code), row.community or "")
    return terms.findable(from_columns(row), row.number or "", places)


class _Change:
    """What a batch changes in the index; written chunk by chunk, so that one person costs a few small rows."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, str, str, str]] = []
        self.gone: list[tuple[int]] = []
        self.moved = 0
        self._into: dict[tuple[str, int], int] = defaultdict(int)
        self._out_of: dict[tuple[str, int], int] = defaultdict(int)
        self._words: dict[str, Counter[str]] = {"given": Counter(), "family": Counter(), "other": Counter()}

    def move(self, entry: int, old: terms.Findable | None, new: terms.Findable | None) -> None:
        self.moved += 1
        before = old.terms() if old else frozenset[str]()
        after = new.terms() if new else frozenset[str]()
        chunk, bit = entry >> postings.CHUNK_BITS, 1 << (entry & (postings.CHUNK - 1))
        for term in after - before:
            self._into[term, chunk] |= bit
        for term in before - after:
            self._out_of[term, chunk] |= bit
        for person, step in ((old, -1), (new, 1)):
            if person is not None:
                self._count(person, step)

    def _count(self, person: terms.Findable, step: int) -> None:
        kinds = (("given", person.given), ("family", person.family), ("other", (*person.also, *person.places)))
        for kind, words in kinds:
            for word in words:
                if terms.has_letters(word):
                    self._words[kind][word] += step

    def write(self, cursor: Any) -> None:
        cursor.executemany("DELETE FROM patient_entry WHERE entry = ?", self.gone)
        cursor.executemany(
            "INSERT INTO patient_entry (entry, patient_id, sort_key, kept) VALUES (?, ?, ?, ?) ON CONFLICT (entry)"
            " DO UPDATE SET sort_key = excluded.sort_key, kept = excluded.kept",
            self.entries,
        )
        self._write_postings(cursor)
        self._write_words(cursor)

    def _write_postings(self, cursor: Any) -> None:
        kept: list[tuple[str, int, bytes]] = []
        for term, chunk in sorted({*self._into, *self._out_of}):
            found = cursor.execute(
                "SELECT people FROM patient_posting WHERE term = ? AND chunk = ?", (term, chunk)
            ).fetchone()
            bits = postings.unpack(found[0]) if found else 0
            bits = (bits & ~self._out_of.get((term, chunk), 0)) | self._into.get((term, chunk), 0)
            if bits:
                kept.append((term, chunk, postings.pack(bits)))
            else:
                cursor.execute("DELETE FROM patient_posting WHERE term = ? AND chunk = ?", (term, chunk))
        cursor.executemany("INSERT OR REPLACE INTO patient_posting (term, chunk, people) VALUES (?, ?, ?)", kept)

    def _write_words(self, cursor: Any) -> None:
        given, family, other = (self._words[kind] for kind in ("given", "family", "other"))
        rows = [(word, given[word], family[word], other[word]) for word in {*given, *family, *other}]
        cursor.executemany(
            "INSERT INTO patient_word (word, given, family, other) VALUES (?, ?, ?, ?) ON CONFLICT (word) DO UPDATE SET"
            " given = given + excluded.given, family = family + excluded.family, other = other + excluded.other",
            rows,
        )
        cursor.executemany(
            "DELETE FROM patient_word WHERE word = ? AND given <= 0 AND family <= 0 AND other <= 0",
            [(row[0],) for row in rows],
        )
