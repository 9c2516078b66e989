"""The search index of this device: filing people under their words."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.patients.queries.people import COMMUNITY_NAME, with_community
from clinic_desktop.features.patients.queries.restricted import is_erased
from clinic_desktop.features.patients.records import Community, Patient, PatientEntry
from clinic_desktop.features.patients.rules import postings, terms
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.features.patients.rules.patient import (
    from_columns,
)
from clinic_desktop.features.patients.rules.places import municipality_name
from clinic_desktop.kernel.names import fold
from clinic_desktop.storage.work import Work

_BATCH = 2000
_FOLLOWED_AT_ONCE = 500
"""More people filed otherwise than this, and whoever holds the index in memory reads it anew."""
_CHANGES_KEPT = 2000


refiled: tuple[Callable[[Work, Sequence[str]], None], ...] = ()
"""Filled by app/wiring.py: told of the people that were registered, corrected or brought by a merge, whatever changed
of them. Not when the whole index is made anew."""


def after_merge(work: Work, changed: Mapping[str, Iterable[str]]) -> None:
    """A merge brought these rows, by table: file the people anew."""
    refresh_search(work, changed.get("patient", ()))
    for community_id in changed.get("community", ()):
        refile_community(work, community_id)


def forget(work: Work, patient_ids: Iterable[str]) -> None:
    """What was written of these people was erased: they are filed no more, nor is it known under what they were."""
    refresh_search(work, patient_ids)
    work.cursor.execute("UPDATE patient_filing SET entry = 0, was = '' WHERE was <> ''")
    work.cursor.execute("INSERT INTO patient_filing (entry, was) VALUES (0, '')")


def refile_community(work: Work, community_id: str) -> int:
    """A community was renamed, or is the same as another: its people are found under the name that holds now."""
    work.session.flush()
    named = sa.select(Community.id).where(sa.or_(Community.id == community_id, Community.same_as_id == community_id))
    people = sa.select(Patient.id).where(Patient.community_id.in_(named))
    return refresh_search(work, list(work.session.scalars(people)))


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
        if patient_ids is not None:
            for told in refiled:
                told(work, batch)
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
    columns = with_community(sa.select(*Patient.__table__.columns, COMMUNITY_NAME.label("place_name")))
    return work.session.execute(columns.where(Patient.id.in_(ids), Patient.voided_at.is_(None), ~is_erased())).all()


def _findable(row: Any) -> terms.Findable:
    places = (municipality_name(row.municipality_code), row.place_name or "")
    return terms.findable(from_columns(row), row.number or "", places)


class _Change:
    """What a batch changes in the index; written chunk by chunk, so that one person costs a few small rows."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, str, str, str]] = []
        self.gone: list[tuple[int]] = []
        self._before: list[tuple[int, str]] = []
        self.moved = 0
        self._into: dict[tuple[str, int], int] = defaultdict(int)
        self._out_of: dict[tuple[str, int], int] = defaultdict(int)
        self._words: dict[str, Counter[str]] = {"given": Counter(), "family": Counter(), "other": Counter()}

    def move(self, entry: int, old: terms.Findable | None, new: terms.Findable | None) -> None:
        self.moved += 1
        self._before.append((entry, old.kept() if old else ""))
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
        self._write_log(cursor)

    def _write_log(self, cursor: Any) -> None:
        if not self._before:
            return
        told = self._before if len(self._before) <= _FOLLOWED_AT_ONCE else [(0, "")]
        cursor.executemany("INSERT INTO patient_filing (entry, was) VALUES (?, ?)", told)
        oldest = "DELETE FROM patient_filing WHERE version <= (SELECT max(version) FROM patient_filing) - ?"
        cursor.execute(oldest, (_CHANGES_KEPT,))

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
