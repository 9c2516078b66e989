"""Whom to compare with a new registration: those in this device's index for whom most speaks.

Each word, the years of birth, the place and the numbers is a set of people; sets are counted, not intersected, so that
any one of them may be wrong. Who is in many sets comes first.
"""

from collections.abc import Iterable, Sequence

from clinic_desktop.features.patients.rules import postings, searching, terms
from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.closeness import pet_names
from clinic_desktop.features.patients.rules.comparing import MOST_WORDS
from clinic_desktop.features.patients.rules.identity import phone_digits, tidy_id
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.postings import People
from clinic_desktop.features.patients.rules.searching import Shelf, Span

COMPARED = 80
_ENOUGH = 4
"""A name word counts two, a year or a place one: so much must speak for somebody to be compared."""
_MOST = 15
_NEAR_FROM = 5
_WIDE_FROM = 45


def candidates(shelf: Shelf, new: Details, most: int = COMPARED) -> tuple[int, ...]:
    """Filing numbers, the likely first."""
    return Sets(shelf).candidates(new, most)


class Sets:
    """The sets of people that questions ask for, each read once: one of these serves one question, or many over an
    index that does not change."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._vocabulary: Sequence[str] | None = None
        self._near: dict[str, list[str]] = {}
        self._sounding: dict[tuple[str, bool], People] = {}
        self._under: dict[tuple[str, ...], People] = {}

    def candidates(self, new: Details, most: int = COMPARED) -> tuple[int, ...]:
        """Filing numbers, the likely first."""
        counted = _Counted()
        for word in (*_words(new.given_names), *_words(f"{new.family_name} {new.second_family_name}")):
            counted.add(self._sound(word, forgiving=True), 2)
        for word in (*_words(new.married_name), *_words(new.known_as)):
            counted.add(self._sound(word, forgiving=False), 1)
        if new.birth is not None:
            counted.add(self._any(*(str(year) for year in years_to_compare(new.birth))), 1)
            counted.add(self._any(str(new.birth.day.year)), 1)
        places = [self._any(word) for word in terms.words_of(new.community)]
        if places:
            counted.add(postings.common(places), 1)
        numbers = {terms.without_country(phone_digits(phone)) for phone in (new.phone, new.contact_phone)}
        counted.add(searching.under(self._shelf, [digits for digits in numbers if len(digits) >= 7]), 3)
        national_id = tidy_id(new.national_id).casefold()
        if len(national_id) >= 9:
            counted.add(searching.under(self._shelf, [national_id]), _MOST)
        return counted.most(most)

    def _any(self, *words: str) -> People:
        """Everybody found under any of these years or words of a place."""
        if words not in self._under:
            self._under[words] = searching.under(self._shelf, words)
        return self._under[words]

    def _sound(self, word: str, *, forgiving: bool) -> People:
        key = (word, forgiving)
        if key not in self._sounding:
            self._sounding[key] = _sounding(self._shelf, word, self._slips(word) if forgiving else ())
        return self._sounding[key]

    def _slips(self, word: str) -> list[str]:
        """Known words a slip away from one that is long enough to be forgiven it."""
        if len(word) < _NEAR_FROM:
            return []
        if word not in self._near:
            if self._vocabulary is None:
                self._vocabulary = self._shelf.vocabulary()
            self._near[word] = searching.near_words(word, self._vocabulary, unfinished=False)
        return self._near[word]


def years_to_compare(birth: Birth | None) -> tuple[int, ...]:
    """Years of birth worth looking at: two around a told one, more where the age of somebody old was guessed."""
    if birth is None:
        return ()
    noted = birth.noted_on
    old = noted is not None and noted.year - birth.day.year >= _WIDE_FROM
    wide = 2 if not birth.estimated else 6 if old else 4
    return tuple(range(birth.day.year - wide, birth.day.year + wide + 1))


def _words(text: str) -> list[str]:
    words = [word for word in terms.words_of(text) if terms.has_letters(word)]
    return ([word for word in words if word not in terms.particles()] or words)[:MOST_WORDS]


def _sounding(shelf: Shelf, word: str, near: Iterable[str]) -> People:
    alike = {word, *near, *pet_names().get(word, ())}
    spans = [Span(terms.SOUND + terms.sound(one)) for one in alike]
    return postings.join((chunk, people) for _place, chunk, people in shelf.read(spans))


class _Counted:
    """How many sets people are in, as layers: the nth holds those who were counted at least n times."""

    def __init__(self) -> None:
        self._layers: list[People] = []

    def add(self, people: People, times: int) -> None:
        if not people:
            return
        for _time in range(times):
            if len(self._layers) < _MOST:
                self._layers.append(postings.NOBODY)
            for at in range(len(self._layers) - 1, 0, -1):
                self._layers[at] = postings.united(self._layers[at], postings.common([self._layers[at - 1], people]))
            self._layers[0] = postings.united(self._layers[0], people)

    def most(self, limit: int) -> tuple[int, ...]:
        picked: dict[int, None] = {}
        for layer in reversed(self._layers[_ENOUGH - 1 :]):
            picked |= dict.fromkeys(postings.newest(layer, limit))
            if len(picked) >= limit:
                break
        return tuple(picked)[:limit]
