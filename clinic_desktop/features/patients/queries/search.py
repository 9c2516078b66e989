"""Finding people as one types, and what helps to type."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.patients.queries.memory import in_memory
from clinic_desktop.features.patients.queries.people import found_of, hidden_entries, listed, recently_seen
from clinic_desktop.features.patients.records import (
    PatientWord,
)
from clinic_desktop.features.patients.rules import postings, searching, terms
from clinic_desktop.features.patients.rules.identity import PHONE_LENGTHS
from clinic_desktop.features.patients.rules.naming import Typed, split_typed
from clinic_desktop.features.patients.rules.postings import People
from clinic_desktop.features.patients.rules.rows import (
    Found,
    Results,
)
from clinic_desktop.features.patients.rules.searching import Span
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

LONGEST = 200
"""Letters typed or pasted that are looked for."""
_PHONES = set(PHONE_LENGTHS.values())
RECENT_FIRST = 100
"""So many of those opened last go before their equals."""


def find(asker: Asker, words: str, limit: int = 20) -> tuple[Found, ...]:
    """People by any words in any order: names, year, place, numbers. Nearest first, recently opened among equals."""
    return search(asker, words, limit).rows


def search(asker: Asker, words: str, limit: int = 20) -> Results:
    asker.require(Permission.SEE_PATIENTS)
    text = words[:LONGEST]
    shelf = Shelf(asker)
    finder = in_memory(asker, shelf) or searching.Stored(shelf)
    recently, hidden = recently_seen(asker, RECENT_FIRST), postings.of_entries(hidden_entries(asker))
    number, typed = terms.as_one_number(text)
    if not number or not any(shelf.numbers(number)):
        typed = terms.typed_words(text)
    typed = typed[: searching.MOST_WORDS]
    if not typed:
        return Results((), 0)
    answer = searching.seek(finder, typed, recently, limit, hidden)
    today = asker.today
    rows = {line.entry: found_of(line, today, typed) for line in listed(asker, answer.entries)}
    return Results(tuple(rows[entry] for entry in answer.entries if entry in rows), answer.total, typed)


class Shelf:
    """The index in the database: one statement for all the terms of a word, a few small rows.

    Who is hidden from the one who asks is in no chunk that is read, so that no search, count or suggestion meets them.
    """

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._hidden = postings.chunks(postings.of_entries(hidden_entries(asker)))

    def read(self, spans: Sequence[Span]) -> Iterable[tuple[Any, ...]]:
        values: list[str] = []
        for span in spans:
            values += (span.term, span.term + terms.END) if span.begins else (span.term,)
        rows = self._asker.plain(_reading(tuple(span.begins for span in spans)), tuple(values))
        return self._shown(rows) if self._hidden else rows

    def _shown(self, rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
        for place, chunk, people in rows:
            hidden = self._hidden.get(chunk, 0)
            if not hidden:
                yield place, chunk, people
            elif left := postings.unpack(people) & ~hidden:
                yield place, chunk, postings.pack(left)

    def numbers(self, word: str) -> tuple[People, People]:
        """Who has this number, and who one that begins so."""
        exact = self._asker.plain("SELECT chunk, people FROM patient_posting WHERE term = ?", (terms.OTHER + word,))
        longer: Iterable[tuple[Any, ...]] = ()
        if len(word) > terms.PREFIX_LENGTH:
            longer = self._asker.plain(_LONGER, (terms.OTHER + word, terms.OTHER + word + terms.END))
        return postings.join((row[0], row[1]) for row in exact), postings.join((row[0], row[1]) for row in longer)

    def vocabulary(self) -> Sequence[str]:
        ((words,),) = self._asker.plain("SELECT group_concat(word, ' ') FROM patient_word")
        return (words or "").split()


# A beginning that so many numbers share (that of all cards of a clinic) says nothing yet.
_LONGER = "SELECT chunk, people FROM patient_posting WHERE term > ? AND term < ? LIMIT 500"


@cache
def _reading(begins: tuple[bool, ...]) -> str:
    """The statement that reads so many spans, in their order."""
    wanted = ("term >= ? AND term < ?" if many else "term = ?" for many in begins)
    chosen = (
        f"SELECT * FROM (SELECT {at}, chunk, people FROM patient_posting WHERE {where} LIMIT 5000)"  # noqa: S608
        for at, where in enumerate(wanted)
    )
    return " UNION ALL ".join(chosen)


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

    number, _words = terms.as_one_number(typed)
    return replace(split_typed(typed, is_given), phone=number if len(number) in _PHONES else "")


def communities(asker: Asker, municipality_code: str, typed: str, limit: int = 8) -> tuple[str, ...]:
    """Communities already written for people of this municipality, so that they are written alike."""
    asker.require(Permission.SEE_PATIENTS)
    words = terms.words_of(typed)
    if not words:
        return ()
    shelf = Shelf(asker)
    people = postings.common([searching.beginning(shelf, word) for word in words])
    counted: dict[str, int] = {}
    for row in listed(asker, postings.newest(people, 200)):
        here = not municipality_code or row.municipality_code == municipality_code
        if row.community and here and terms.begins_all(row.community, words):
            counted[row.community] = counted.get(row.community, 0) + 1
    return tuple(sorted(counted, key=lambda community: -counted[community])[:limit])
