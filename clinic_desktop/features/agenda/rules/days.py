"""Consultation days: which rows say the same day, how much room is left, which bookings fall with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

MOST_OF_A_SERIES, MOST_WEEKS, MOST_PEOPLE = 60, 52, 200


class DayRecord(NamedTuple):
    """One row that says that a day is held."""

    day_id: str
    day: date
    place_id: str | None
    clinician_id: str | None
    capacity: int | None
    begins_text: str | None


@dataclass(frozen=True, slots=True)
class HeldDay:
    """A day on which a clinician sees people at a place. Two laptops may have added it: `ids` are all its rows."""

    ids: tuple[str, ...]
    day: date
    place_id: str | None
    clinician_id: str | None
    capacity: int | None = None
    begins_text: str = ""

    def room(self, usual: int) -> int:
        return usual if self.capacity is None else self.capacity


class Expected(NamedTuple):
    """A booking as the counting of places needs it."""

    day: date
    place_id: str | None
    clinician_id: str | None


def fold_days(rows: Iterable[DayRecord]) -> tuple[HeldDay, ...]:
    """One held day for each day, place and clinician, however many rows say so and in whatever order they came."""
    groups: dict[tuple[date, str | None, str | None], list[DayRecord]] = {}
    for row in sorted(rows):
        groups.setdefault((row.day, row.place_id, row.clinician_id), []).append(row)
    folded = [
        HeldDay(
            tuple(row.day_id for row in group),
            *key,
            capacity=next((row.capacity for row in group if row.capacity is not None), None),
            begins_text=next((row.begins_text for row in group if row.begins_text), ""),
        )
        for key, group in groups.items()
    ]
    return tuple(sorted(folded, key=lambda held: (held.day, held.begins_text or "99:99", held.ids)))


def at_place(held_place: str | None, wanted: str | None) -> bool:
    """Whether the two may be one place; None is whichever there is."""
    return held_place is None or wanted is None or held_place == wanted


def fits(expected: Expected, held: HeldDay) -> bool:
    """Whether this booking could be seen on this held day."""
    same_clinician = held.clinician_id is None or expected.clinician_id in (None, held.clinician_id)
    return at_place(held.place_id, expected.place_id) and same_clinician


def room_left(
    held: Sequence[HeldDay],
    expected: Iterable[Expected],
    usual: int,
    clinician_id: str | None = None,
    place_id: str | None = None,
) -> int:
    """How many more one date takes, at this place and for this clinician; below zero where more were let in.

    Bookings for nobody in particular use up the room of all together, not of each.
    """
    here = [one for one in held if at_place(one.place_id, place_id)]
    booked = [one for one in expected if at_place(one.place_id, place_id)]
    together = sum(one.room(usual) for one in here) - len(booked)
    if clinician_id is None:
        return together
    own = sum(one.room(usual) for one in here if one.clinician_id in (None, clinician_id))
    return min(together, own - sum(one.clinician_id == clinician_id for one in booked))


def falls_with(expected: Expected, called_off: Sequence[HeldDay], remaining: Sequence[HeldDay]) -> bool:
    """Whether a booking has nobody left to see it once these days are called off."""
    return any(fits(expected, held) for held in called_off) and not any(fits(expected, held) for held in remaining)


def series(first: date, every_weeks: int, count: int) -> tuple[date, ...]:
    return tuple(first + timedelta(weeks=every_weeks * at) for at in range(count))


def derived_id(drawn: str, what: str) -> str:
    """The same id each time for the same thing: what is done twice is then done once."""
    return str(uuid5(UUID(drawn), what))
