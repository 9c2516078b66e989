"""Very similar people among the lines of a list that is taken in: none of them is registered yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from clinic_desktop.features.patients.queries.similar import bits_here
from clinic_desktop.features.patients.rules import likeness, terms
from clinic_desktop.features.patients.rules.comparing import Traits, traits
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"patient_word"})


@dataclass(frozen=True, slots=True)
class Within:
    """Two of the compared registrations, by their places, that are very likely one person."""

    first: int
    second: int
    equal: tuple[str, ...]
    different: tuple[str, ...]


def pairs_within(asker: Asker, lines: Sequence[Details]) -> tuple[Within, ...]:
    """Very similar pairs among registrations that are not kept yet: the lines of a list that is taken in."""
    return tuple(pair for pair in pairs_in_steps(asker, lines) if pair is not None)


def pairs_in_steps(asker: Asker, lines: Sequence[Details]) -> Iterator[Within | None]:
    """As `pairs_within`, with a None after every short while; only what comes before the first asks anything."""
    asker.require(Permission.SEE_PATIENTS)
    prepared = [traits(line) for line in lines]
    bits = bits_here(asker, prepared)
    yield None
    for count, (first, second) in enumerate(_meeting(prepared), 1):
        if count % _PAIRS_AT_ONCE == 0:
            yield None
        if first < 0:
            continue
        close = likeness.likeness(prepared[second], prepared[first], bits)
        if close.strong:
            yield Within(first, second, close.equal, close.different)


_PAIRS_AT_ONCE = 2000
_CROWD = 400
"""A key that so many lines share says nothing; they meet under another."""


def _meeting(prepared: Sequence[Traits]) -> Iterator[tuple[int, int]]:
    """Places of lines that share a number, two names, or a name and the year, and whose names are worth comparing;
    (-1, -1) for others."""
    keys: dict[tuple[str, ...], list[int]] = {}
    sounds = [frozenset(terms.sound(word) for word in (*one.families, *one.given)) for one in prepared]
    for at, one in enumerate(prepared):
        names = sorted(sounds[at])
        years = [str(one.birth.day.year + step) for step in (0, 1)] if one.birth else []
        meets: set[tuple[str, ...]] = {(phone,) for phone in one.phones}
        meets |= set(combinations(names, 2)) | {(name, year) for name in names for year in years}
        meets |= {(one.national_id,)} if one.national_id else set()
        for key in meets:
            keys.setdefault(key, []).append(at)
    met: set[tuple[int, int]] = set()
    for key, places in keys.items():
        for pair in combinations(places, 2) if len(places) <= _CROWD else ():
            one, other = (prepared[at] for at in pair)
            if pair not in met and (len(key) == 1 or _are_worth_it(one, other, *(sounds[at] for at in pair))):
                met.add(pair)
                yield pair
            else:
                yield -1, -1


def _are_worth_it(one: Traits, other: Traits, names: frozenset[str], other_names: frozenset[str]) -> bool:
    """All words of the shorter name, or all but one; or a birth that makes up for what is written otherwise.

    Births far apart end it: what else is alike would not make a strong case then. Who shares a number is compared
    whatever the names are.
    """
    shared, needed = len(names & other_names), max(2, min(len(names), len(other_names)))
    if one.birth is None or other.birth is None:
        return shared >= max(2, needed - 1)
    born, other_born = one.birth.day, other.birth.day
    if born.day is not None and (born.month, born.day) == (other_born.month, other_born.day):
        return shared >= max(2, needed - 1) or born.year == other_born.year
    apart = abs(born.year - other_born.year)
    return shared >= 2 and apart <= (_ALL if shared >= needed else _ALL_BUT_ONE if shared >= needed - 1 else 1)


_ALL, _ALL_BUT_ONE = 12, 6
"""Years between two births with which so much of a name is compared."""
