"""Counts of people in groups, for whoever is not of the clinic: nobody can be known again in a small group."""

from collections.abc import Mapping
from dataclasses import dataclass

FEWEST = 5
"""People that a group must have to be told; fewer could be recognised in a village."""


@dataclass(frozen=True, slots=True)
class Told:
    """Every number is lowered to a step of `FEWEST`: who reads last month's report beside this one's, or one table
    beside another, does not learn of the one person who came in between."""

    groups: tuple[tuple[str, int], ...]
    others: int
    """In groups too small to be told one by one. Never between 0 and `FEWEST`."""
    total: int | None
    """None: all together are too few to be told."""


def tell(counts: Mapping[str, int], fewest: int = FEWEST) -> Told:
    """Groups in the order given. What is hidden cannot be found by taking the told ones from the total."""
    there = {name: count for name, count in counts.items() if count > 0}
    total = sum(there.values())
    if total < fewest:
        return Told((), 0, 0 if total == 0 else None)
    hidden = {name for name, count in there.items() if count < fewest}
    while hidden and sum(there[name] for name in hidden) < fewest:
        hidden.add(min((name for name in there if name not in hidden), key=lambda name: (there[name], name)))
    told = tuple((name, lowered(count, fewest)) for name, count in there.items() if name not in hidden)
    return Told(told, lowered(sum(there[name] for name in hidden), fewest), lowered(total, fewest))


def lowered(count: int, step: int = FEWEST) -> int:
    return count // step * step


def say_step(count: int) -> str:
    """ "40–44"."""
    return f"{count:,}–{count + FEWEST - 1:,}" if count else "0"
