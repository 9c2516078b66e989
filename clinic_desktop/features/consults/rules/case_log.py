"""A trainee's cases for the university, without anybody who could be known again in them.

What is printed of a case is shared by at least five persons of the same log. Where it is not, the age is said more
roughly, then the diagnosis is "others", and then the case is left out. The log names no place and no day at all.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from clinic_desktop.kernel.i18n import N_, _

FEWEST = 5
"""Persons that share a line; fewer could be recognised in a village."""
OTHERS = ""
"""The group of what is too rare to be named."""

_FINE = (12, 18, 30, 45, 60)
_COARSE = (18, 60)
_UNKNOWN = N_("Not known")


@dataclass(frozen=True, slots=True)
class Case:
    """One contact of a trainee with somebody. `person` only tells cases of one person from those of another."""

    person: str
    code: str
    age: int | None
    sex: str
    kind: str


@dataclass(frozen=True, slots=True)
class LogLine:
    group: str
    """A block of the ICD-10 ("F30-F39"), or `OTHERS`."""
    age: str
    sex: str
    persons: int
    contacts: int


@dataclass(frozen=True, slots=True)
class KindLine:
    kind: str
    """Empty: kinds that too few persons share."""
    contacts: int


@dataclass(frozen=True, slots=True)
class CaseLog:
    lines: tuple[LogLine, ...]
    kinds: tuple[KindLine, ...]
    contacts: int
    """All that are counted in the lines."""
    dropped: int
    """Contacts too rare to be told in any way."""


def group_of(code: str) -> str:
    """The tens of a chapter: "F32.1" is of "F30-F39"."""
    letter, tens = code[:1].upper(), code[1:2]
    return f"{letter}{tens}0-{letter}{tens}9" if letter.isalpha() and tens.isdigit() else OTHERS


def age_band(age: int | None, limits: tuple[int, ...]) -> str:
    if age is None:
        return _(_UNKNOWN)
    edges = (0, *limits, 1000)
    low, high = next((low, high) for low, high in pairwise(edges) if low <= age < high)
    if high == edges[-1]:
        return _("{low} years or more").format(low=low)
    return _("{low} to {high} years").format(low=low, high=high - 1)


_Key = tuple[str, str, str]
_STEPS: tuple[Callable[[Case], _Key], ...] = (
    lambda case: (group_of(case.code), age_band(case.age, _FINE), case.sex),
    lambda case: (group_of(case.code), age_band(case.age, _COARSE), case.sex),
    lambda case: (OTHERS, age_band(case.age, _COARSE), case.sex),
    lambda case: (OTHERS, age_band(case.age, _COARSE), ""),
)


def make_log(cases: Iterable[Case]) -> CaseLog:
    """From the finest telling to the roughest; what is too rare in all of them is dropped and counted."""
    left, lines, kept = list(cases), list[LogLine](), list[Case]()
    for key_of in _STEPS:
        together: dict[_Key, list[Case]] = defaultdict(list)
        for case in left:
            together[key_of(case)].append(case)
        left = list[Case]()
        for key, several in together.items():
            persons = len({case.person for case in several})
            if persons < FEWEST:
                left += several
            else:
                lines.append(LogLine(*key, persons, len(several)))
                kept += several
    ordered = sorted(lines, key=lambda line: (line.group == OTHERS, line.group, line.age, line.sex))
    return CaseLog(tuple(ordered), _kinds(kept), len(kept), len(left))


def _kinds(cases: Iterable[Case]) -> tuple[KindLine, ...]:
    persons: dict[str, set[str]] = defaultdict(set)
    contacts: dict[str, int] = defaultdict(int)
    for case in cases:
        persons[case.kind].add(case.person)
        contacts[case.kind] += 1
    rare = {kind for kind, who in persons.items() if len(who) < FEWEST}
    lines = [KindLine(kind, contacts[kind]) for kind in sorted(contacts) if kind not in rare]
    # Too few persons together would be told by what is left: the smallest of the other kinds go with them.
    while rare and lines and len(set[str]().union(*(persons[kind] for kind in rare))) < FEWEST:
        smallest = min(lines, key=lambda line: line.contacts)
        lines.remove(smallest)
        rare.add(smallest.kind)
    if rare:
        lines.append(KindLine("", sum(contacts[kind] for kind in rare)))
    return tuple(lines)
