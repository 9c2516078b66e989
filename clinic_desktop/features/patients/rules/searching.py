"""Finding people by typed words: who is under each word, in what order they are shown, and what is forgiven.

It reads terms from a `Shelf` (the index of this device) and gives filing numbers; only rows that are shown are fetched.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA

from clinic_desktop.features.patients.rules import postings, terms
from clinic_desktop.features.patients.rules.postings import People
from clinic_desktop.features.patients.rules.ranking import slips_forgiven

FEW = 5
"""With fewer hits than this, wrong letters are forgiven."""
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Span:
    """Terms wanted: one, or with `begins` all that begin so."""

    term: str
    begins: bool = False


class Shelf(Protocol):
    def read(self, spans: Sequence[Span]) -> Iterable[tuple[Any, ...]]:
        """For each stored chunk of the wanted terms: the place of its span in `spans`, the chunk, who is in it."""
        ...

    def vocabulary(self) -> Sequence[str]:
        """All words of names and places."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    entries: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Hits:
    """Who is found under one typed word, by how well."""

    word: str
    exact: People
    begins: People
    sounds: People
    other: People
    other_exact: People

    @property
    def any(self) -> People:
        return self.begins | self.other | self.sounds


Numbers = Callable[[str], tuple[People, People]]
"""Who has this number, who one that begins so."""


class Finder(Protocol):
    """What `seek` asks: the index in memory, or the stored one until that is loaded."""

    def hits(self, word: str) -> Hits: ...
    def near(self, word: str, *, unfinished: bool) -> People: ...


class Stored:
    """Finds in the stored chunks."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def hits(self, word: str) -> Hits:
        spans = [Span(word), Span(terms.OTHER + word), *_beginning(word)]
        if terms.sounds_enough(word):
            spans.append(Span(terms.SOUND + terms.sound(word), begins=True))
        parts: tuple[list[tuple[int, bytes]], ...] = ([], [], [], [], [])
        for place, chunk, people in self._shelf.read(spans):
            parts[int(place)].append((chunk, people))
        exact, other_exact, begins, other, sounds = (postings.join(part) for part in parts)
        return Hits(word, exact, exact | begins, sounds, other | other_exact, other_exact)

    def near(self, word: str, *, unfinished: bool) -> People:
        if not slips_forgiven(word):
            return postings.NOBODY
        return under(self._shelf, near_words(word, self._shelf.vocabulary(), unfinished=unfinished))


def seek(finder: Finder, typed: Sequence[str], recently: Sequence[int], limit: int, hidden: People = 0) -> Answer:
    """Who has all the typed words: whole words first, then beginnings, then sounds, then slips.

    Names go before places and numbers; within each, those of `recently` in its order, then the last registered. Those
    who are `hidden` are not there at all: they are in no count, and nothing is forgiven or not because of them.
    """
    words = typed[:MOST_WORDS]
    hits = [finder.hits(word) for word in words]
    pools = [postings.without(pool, hidden) for pool in _pools(hits)]
    if postings.size(pools[-1]) < FEW:
        pools += [postings.without(pool, hidden) for pool in _forgiving_pools(finder, hits, pools[-1])]
    return Answer(tuple(_pick(pools, recently, limit)), postings.size(pools[-1]))


def _beginning(word: str) -> list[Span]:
    if len(word) <= terms.PREFIX_LENGTH:
        return [Span(terms.PREFIX + word), Span(terms.PREFIX + terms.OTHER + word)]
    return [Span(word, begins=True), Span(terms.OTHER + word, begins=True)]


def _pools(hits: Sequence[Hits]) -> list[People]:
    """From the best to the loosest; each holds those before it."""
    ways: tuple[Callable[[Hits], People], ...] = (
        lambda hit: hit.exact if terms.has_letters(hit.word) else hit.other_exact,
        lambda hit: hit.exact | hit.other_exact,
        lambda hit: hit.begins if terms.has_letters(hit.word) else hit.other,
        lambda hit: hit.begins | hit.other,
        lambda hit: hit.any,
    )
    pools: list[People] = []
    for way in ways:
        found = postings.common([way(hit) for hit in hits])
        pools.append(pools[-1] | found if pools else found)
    return pools


def _forgiving_pools(finder: Finder, hits: Sequence[Hits], found: People) -> list[People]:
    """With wrong letters forgiven; then without the typed year, which is often a guess; then both."""
    lettered = [at for at, hit in enumerate(hits) if terms.has_letters(hit.word)]
    yearless = 2 <= len(lettered) < len(hits)
    pools = [found | postings.common([hits[at].any for at in lettered])] if yearless else []
    wide = [hit.any | finder.near(hit.word, unfinished=at == len(hits)) for at, hit in enumerate(hits, 1)]
    with_slips = postings.common(wide)
    # A slip of the hand with the right year is nearer than the right name with another year.
    pools = [found | with_slips, *(pool | with_slips for pool in pools)]
    if yearless and postings.size(pools[-1]) < FEW:
        pools.append(pools[-1] | postings.common([wide[at] for at in lettered]))
    return pools


def near_words(word: str, vocabulary: Sequence[str], *, unfinished: bool) -> list[str]:
    """Known words that differ by a slip; of an unfinished word also those whose beginning does."""
    near = process.extract(word, vocabulary, scorer=OSA.distance, score_cutoff=slips_forgiven(word), limit=8)
    if unfinished:
        begun = [known[: len(word)] for known in vocabulary]
        near += process.extract(word, begun, scorer=OSA.distance, score_cutoff=1, limit=8)
    return list(dict.fromkeys([vocabulary[at] for _word, _distance, at in near]))


def under(shelf: Shelf, words: Sequence[str]) -> People:
    """Everybody found under any of these whole words."""
    if not words:
        return postings.NOBODY
    spans = [Span(mark + word) for word in words for mark in ("", terms.OTHER)]
    return postings.join((chunk, people) for _place, chunk, people in shelf.read(spans))


def beginning(shelf: Shelf, word: str) -> People:
    """Everybody with a place or a number that begins so."""
    return postings.join((chunk, people) for _place, chunk, people in shelf.read(_beginning(word)[1:]))


def _pick(pools: Sequence[People], recently: Sequence[int], limit: int) -> list[int]:
    recent_people = postings.of_entries(recently)
    picked: dict[int, None] = {}
    taken = postings.NOBODY
    for pool in pools:
        fresh = postings.without(pool, taken)
        known = set(postings.newest(fresh & recent_people, len(recently)))
        picked |= dict.fromkeys(entry for entry in recently if entry in known)
        picked |= dict.fromkeys(postings.newest(fresh, limit))
        taken = pool
        if len(picked) >= limit:
            break
    return list(picked)[:limit]
