"""The search index in memory: who is under each word and each beginning, ready for one "and" per typed word.

It is filled from the stored chunks (service/filing.py writes them) and told of every later change. Numbers that only
one person has are not in it: they would be most of the terms, and the database finds each with one small read.
"""

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from clinic_desktop.features.patients.rules import postings, terms
from clinic_desktop.features.patients.rules.postings import People
from clinic_desktop.features.patients.rules.ranking import slips_forgiven
from clinic_desktop.features.patients.rules.searching import Hits, Numbers

COMMON = 1200
"""A word that more people share is kept as bits, any other as filing numbers."""
_REMEMBERED = 12
_NEAREST = 16
_LONGEST_BEGINNING = 9

Row = tuple[str, int, bytes]
"""A stored chunk: its term, its place, who is in it."""


class Change(NamedTuple):
    """A person was filed otherwise: under what until then, under what now. None: not at all."""

    entry: int
    before: tuple[terms.Findable, ...]
    now: terms.Findable | None


class Memory:
    def __init__(self) -> None:
        self.version = 0
        """The last change of the filing that is in it."""
        self._sets: dict[str, People | array[int]] = {}
        self._words: list[str] = []
        self._by_sound: dict[str, list[str]] = {}
        self._sounds: list[str] = []
        self._beginnings: dict[int, list[str]] = {}
        self._hits: dict[str, Hits] = {}

    def said(self) -> str:
        """For the benchmark."""
        common = sum(isinstance(people, int) for people in self._sets.values())
        return f"{len(self._words)} words, {len(self._sets)} terms, {common} of them as bits"

    # -- filling

    def put(self, rows: Iterable[Row]) -> None:
        """Whole terms, in order: all chunks of a term come in one call."""
        term, held = "", list[tuple[int, bytes]]()
        for next_term, chunk, people in rows:
            if next_term != term and held:
                self._sets[term] = _ready(held)
                held = []
            term = next_term
            held.append((chunk, people))
        if held:
            self._sets[term] = _ready(held)

    def settle(self) -> None:
        """All terms are in: order the words."""
        known = {term.removeprefix(terms.OTHER) for term in self._sets if term[:1] != terms.PREFIX}
        self._words = sorted(word for word in known if terms.has_letters(word))
        self._by_sound = {}
        for word in self._words:
            if word in self._sets:
                self._by_sound.setdefault(terms.sound(word), []).append(word)
        self._sounds = sorted(self._by_sound)

    def follow(self, changes: Iterable[Change]) -> None:
        """First out of everything the person ever was under meanwhile, then into what holds now."""
        for change in changes:
            for old in change.before:
                for term in filter(keeps, old.terms()):
                    self._take_out(term, change.entry)
            if change.now is not None:
                for term in filter(keeps, change.now.terms()):
                    self._put_in(term, change.entry)
        self._hits.clear()

    def _take_out(self, term: str, entry: int) -> None:
        people = self._sets.get(term)
        if isinstance(people, array):
            if entry in people:
                people.remove(entry)
        elif people is not None:
            self._sets[term] = people & ~(1 << entry)

    def _put_in(self, term: str, entry: int) -> None:
        people = self._sets.get(term)
        if people is None:
            self._sets[term] = array("I", [entry])
            self._learn(term)
        elif isinstance(people, array):
            if entry not in people:
                people.append(entry)
            if len(people) > COMMON:
                self._sets[term] = postings.of_entries(people)
        else:
            self._sets[term] = people | 1 << entry

    def _learn(self, term: str) -> None:
        """A word nobody had before."""
        word = term.removeprefix(terms.OTHER)
        if term[:1] == terms.PREFIX or not terms.has_letters(word):
            return
        at = bisect_left(self._words, word)
        if self._words[at : at + 1] != [word]:
            self._words.insert(at, word)
            self._beginnings.clear()
        if term == word:
            alike = self._by_sound.setdefault(terms.sound(word), [])
            if not alike:
                insort(self._sounds, terms.sound(word))
            alike.append(word)

    # -- finding

    def hits(self, word: str, numbers: Numbers) -> Hits:
        known = self._hits.get(word)
        if known is None:
            known = self._find(word, numbers)
            while len(self._hits) >= _REMEMBERED:
                del self._hits[next(iter(self._hits))]
            self._hits[word] = known
        return known

    def _find(self, word: str, numbers: Numbers) -> Hits:
        exact, other_exact = self._who([word]), self._who([terms.OTHER + word])
        if len(word) <= terms.PREFIX_LENGTH:
            begins = self._who([terms.PREFIX + word])
            other = self._who([terms.PREFIX + terms.OTHER + word])
        else:
            words = self._beginning(word)
            begins = self._who(words)
            other = self._who([terms.OTHER + one for one in words])
        if any(c.isdigit() for c in word):
            whole, longer = numbers(word)
            other_exact, other = other_exact | whole, other | whole | longer
        sounds = self._sounding(word) if terms.sounds_enough(word) else postings.NOBODY
        return Hits(word, exact, exact | begins, sounds, other | other_exact, other_exact)

    def _beginning(self, word: str) -> list[str]:
        return self._words[bisect_left(self._words, word) : bisect_left(self._words, word + terms.END)]

    def _sounding(self, word: str) -> People:
        sound = terms.sound(word)
        alike = self._sounds[bisect_left(self._sounds, sound) : bisect_left(self._sounds, sound + terms.END)]
        return self._who([one for key in alike for one in self._by_sound[key]])

    def _who(self, wanted: Iterable[str]) -> People:
        """Everybody under any of these terms."""
        found = postings.NOBODY
        few: list[int] = []
        for term in wanted:
            people = self._sets.get(term)
            if isinstance(people, array):
                few.extend(people)
            elif people is not None:
                found |= people
        return found | postings.of_entries(few)

    def near(self, word: str, *, unfinished: bool) -> People:
        """Everybody with a word that differs by a slip; of an unfinished word also one whose beginning does."""
        slips = slips_forgiven(word)
        if not slips:
            return postings.NOBODY
        near = {one for one, _far, _at in _nearest(word, self._words, slips)}
        if unfinished and len(word) <= _LONGEST_BEGINNING:
            for start, _far, _at in _nearest(word, self._beginnings_of(len(word)), 1):
                near.update(self._beginning(start))
        return self._who([mark + one for one in near for mark in ("", terms.OTHER)])

    def _beginnings_of(self, length: int) -> list[str]:
        if length not in self._beginnings:
            self._beginnings[length] = list({word[:length]: None for word in self._words if len(word) > length})
        return self._beginnings[length]


def _nearest(word: str, known: list[str], slips: int) -> list[tuple[str, int, int]]:
    return process.extract(word, known, scorer=OSA.distance, score_cutoff=slips, limit=_NEAREST)


def _ready(held: list[tuple[int, bytes]]) -> "People | array[int]":
    if sum(postings.size_of_chunk(data) for _chunk, data in held) > COMMON:
        return postings.join(held)
    few = array("I")
    for chunk, data in held:
        base = chunk << postings.CHUNK_BITS
        inside = postings.positions(postings.unpack(data)) if len(data) == postings.DENSE else array("H", data)
        few.extend([base + position for position in inside])
    return few


def keeps(term: str) -> bool:
    """Whether the term is one of many people's, so that memory holds it."""
    if term[:1] == terms.SOUND:
        return False
    if term[:1] != terms.OTHER:
        return True
    word = term[1:]
    return terms.has_letters(word) or is_year(word)


def is_year(word: str) -> bool:
    """As years of birth are filed: "1987" and "87"."""
    return word.isascii() and word.isdecimal() and (len(word) == 2 or (len(word) == 4 and word[:2] in ("19", "20")))
