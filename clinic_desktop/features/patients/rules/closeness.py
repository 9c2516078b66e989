"""How near two written words are to being one name: the same, sounding alike, a slip apart, or another name."""

from enum import IntEnum
from functools import cache, lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from clinic_desktop.features.patients.rules.terms import sound
from clinic_desktop.kernel.assets import read_catalog

SHORT = 4
"""Up to so many letters one wrong letter makes another family: Cuc, Coc, Tum, Toj."""
_TWO_SLIPS = 8
_ALIKE, _ALIKE_LENGTH = 0.9, 6


class Close(IntEnum):
    """From not at all to the same word; a higher one is the nearer."""

    NO = 0
    SHORT = 1
    """One letter apart, in a word so short that this says little."""
    ALIKE = 2
    SLIP = 3
    PET = 4
    """How people call somebody of that name, or its abbreviation or first letter."""
    SOUND = 5
    SAME = 6


@lru_cache(maxsize=65536)
def closeness(one: str, other: str) -> Close:
    """Two folded words of names."""
    if one == other:
        return Close.SAME
    key, other_key = sound(one), sound(other)
    if key == other_key:
        return Close.SOUND
    shorter, longer = sorted((len(one), len(other)))
    apart = min(OSA.distance(one, other, score_cutoff=3), OSA.distance(key, other_key, score_cutoff=3))
    if apart == 1 and longer > SHORT:
        return Close.SLIP
    if apart == 2 and shorter >= _TWO_SLIPS:
        return Close.SLIP
    if shorter >= _ALIKE_LENGTH and JaroWinkler.similarity(one, other) >= _ALIKE:
        return Close.ALIKE
    return Close.SHORT if apart == 1 and shorter > 1 else Close.NO


@lru_cache(maxsize=65536)
def given_closeness(one: str, other: str) -> Close:
    """As `closeness`; Chepe is José as well, and J. may be."""
    close = closeness(one, other)
    if close >= Close.SOUND:
        return close
    if 1 in (len(one), len(other)):
        return Close.PET if one[:1] == other[:1] else Close.NO
    if _whole(one) & _whole(other):
        return Close.PET
    return Close.NO if _man_and_woman(one, other) else close


def _man_and_woman(one: str, other: str) -> bool:
    """Francisco and Francisca, Juan and Juana: a letter apart and never a slip."""
    short, long = sorted((one, other), key=len)
    if len(short) < len(long):
        return long == f"{short}a"
    return one[:-1] == other[:-1] and "a" in (one[-1], other[-1]) and {one[-1], other[-1]} <= set("aeo")


@cache
def pet_names() -> dict[str, frozenset[str]]:
    """From how people are called to the names that may stand behind it."""
    return {row["called"]: frozenset(row["names"].split()) for row in read_catalog("pet_names")}


_DIMINUTIVES = (("itos", "os"), ("itas", "as"), ("cito", ""), ("cita", ""), ("ito", "o"), ("ita", "a"), ("ito", ""))


@lru_cache(maxsize=8192)
def _whole(word: str) -> frozenset[str]:
    """Sounds of the names a word may stand for, its own among them."""
    names = {word, *pet_names().get(word, ())}
    for ending, whole in _DIMINUTIVES:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            names.add(word[: -len(ending)] + whole)
    return frozenset(sound(name) for name in names)
