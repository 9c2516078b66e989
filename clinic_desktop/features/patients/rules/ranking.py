"""How near a person is to what was typed, and why, in words for a small mark."""

from enum import StrEnum

from rapidfuzz.distance import OSA

from clinic_desktop.features.patients.rules.terms import Findable, has_letters, sound, sounds_enough
from clinic_desktop.kernel.i18n import N_, _


class Level(StrEnum):
    EXACT = "exact"
    CLOSE = "close"
    FAR = "far"


LEVEL_WORDS = {Level.EXACT: N_("Very similar"), Level.CLOSE: N_("Similar"), Level.FAR: N_("Distant")}


def say_level(level: Level) -> str:
    return _(LEVEL_WORDS[level])


def slips_forgiven(word: str) -> int:
    """How many wrong letters a word may have: none in Cuc or Tum, where one letter makes another family."""
    if len(word) < 4 or not has_letters(word):
        return 0
    return 1 if len(word) < 7 else 2


def level_of(person: Findable, typed: tuple[str, ...]) -> Level:
    """EXACT: every typed word stands there whole. CLOSE: it begins a word, or sounds so. FAR: with a slip."""
    words = frozenset((*person.names, *person.places, *person.others))
    if all(word in words for word in typed):
        return Level.EXACT
    if all(_begins(words, word) or _sounds(person.names, word) for word in typed):
        return Level.CLOSE
    return Level.FAR


def reasons(person: Findable, typed: tuple[str, ...], year: str) -> tuple[str, ...]:
    """What differs and what helps: "c por k", "nombre parecido", "mismo año", "otro año: 1978"."""
    words = frozenset((*person.names, *person.places, *person.others))
    told: dict[str, None] = {}
    for word in typed:
        if word.isdecimal() and len(word) in (2, 4):
            if word in (year, year[2:]):
                told[_("same year")] = None
            elif year and not _begins(words, word):
                told[_("another year: {year}").format(year=year)] = None
        elif has_letters(word) and not _begins(words, word):
            told[_difference(person, word)] = None
    return tuple(told)


def _begins(words: frozenset[str], typed: str) -> bool:
    return typed in words or any(word.startswith(typed) for word in words)


def _sounds(names: tuple[str, ...], typed: str) -> bool:
    return sounds_enough(typed) and any(sound(name).startswith(sound(typed)) for name in names)


def _difference(person: Findable, typed: str) -> str:
    """The letters that differ, when they are one for one."""
    words = [word[: len(typed)] for word in (*person.names, *person.places)]
    nearest = min(words, key=lambda word: OSA.distance(word, typed), default="")
    swaps = [(one, other) for one, other in zip(nearest, typed, strict=False) if one != other]
    if len(nearest) == len(typed) and len(swaps) == 1:
        return _("{one} for {other}").format(one=swaps[0][0], other=swaps[0][1])
    return _("similar name")
