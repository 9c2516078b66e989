"""Which lots last until what is handed out is used up: nobody carries home what expires before it is taken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from clinic_desktop.features.medication.rules.courses import Course, counts, days_covered
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.shelf import (
    ShelfLot,
    Taking,
    allocate,
    check_units,
    first_expiring,
)


@dataclass(frozen=True, slots=True)
class Using:
    """When the units that are handed out now are taken. Without a course they are spread evenly over the days."""

    starts_on: date
    """The first day on which something of them is taken."""
    days: int
    """Of all that was prescribed, or what the paper says."""
    course: Course | None = None
    unit: Unit | None = None
    content_tenths_ml: int | None = None
    before: int = 0
    """Units of the same course that the person has already."""
    spread_over: int = 0
    """Without a course: the units that those days are for; 0 where nobody knows how many go in a day."""

    def last_day(self, units: int) -> date:
        """The day on which the last of so many is taken."""
        course = self.course
        if course is None or not counts(self.unit, self.content_tenths_ml):
            part = -(-units * self.days // self.spread_over) if self.spread_over else self.days
            return self.starts_on + timedelta(days=max(min(part, self.days), 1) - 1)
        begun = days_covered(course, self.before, self.unit, self.content_tenths_ml)
        return self.starts_on + timedelta(days=max(self._taken_up(course, self.before + units) - begun, 1) - 1)

    def used_by(self, day: date, most: int) -> int:
        """How many of `most` are used up when that day ends."""
        low, high = 0, most
        while low < high:
            middle = (low + high + 1) // 2
            if self.last_day(middle) <= day:
                low = middle
            else:
                high = middle - 1
        return low

    def _taken_up(self, course: Course, units: int) -> int:
        """The number of the day of the course on which the last of so many is taken."""
        held = self.content_tenths_ml if self.unit is Unit.BOTTLE else None
        needed = -(-units * 4 * held // 10) if held else units * 4
        low, high = 1, course.days
        while low < high:
            middle = (low + high) // 2
            if course.quarters_until(middle, opened=self.unit is Unit.AMPOULE) >= needed:
                high = middle
            else:
                low = middle + 1
        return low


@dataclass(frozen=True, slots=True)
class Choice:
    """The lots that are proposed, and how many units of what was asked they are."""

    takings: tuple[Taking, ...]
    asked: int
    too_short: ShelfLot | None = None
    """The lot that expires before its units are used up, where because of it less is proposed than was asked."""
    there: int = 0
    """All that may be given today, whether or not it lasts."""

    @property
    def units(self) -> int:
        return sum(taking.units for taking in self.takings)

    @property
    def is_whole(self) -> bool:
        return self.units == self.asked


def choose_lots(lots: Iterable[ShelfLot], units: int, today: date, using: Using | None) -> Choice:
    """First-expiring-first among the lots that last until all is used up. If those are not enough, also what expires
    sooner, as far as it is used up before: the first lot first. Never an expired or withheld one."""
    usable = first_expiring(lots, today)
    there = sum(lot.units for lot in usable)
    asked, units = check_units(units), min(units, there)
    if not units:
        return Choice((), asked, there=there)
    if using is None:
        return Choice(allocate(usable, units, today), asked, there=there)
    last = using.last_day(units)
    lasting = [lot for lot in usable if lot.expires_on >= last]
    if sum(lot.units for lot in lasting) >= units:
        return Choice(allocate(lasting, units, today), asked, there=there)
    takings = _used_up_in_time(usable, units, using, last)
    missing = sum(taking.units for taking in takings) < units
    return Choice(takings, asked, next(lot for lot in usable if lot.expires_on < last) if missing else None, there)


def _used_up_in_time(usable: Sequence[ShelfLot], units: int, using: Using, last: date) -> tuple[Taking, ...]:
    taken: list[Taking] = []
    so_far = 0
    for lot in usable:
        room = units if lot.expires_on >= last else using.used_by(lot.expires_on, units)
        part = min(lot.units, room - so_far)
        if part > 0:
            taken.append(Taking(lot, part))
            so_far += part
    return tuple(taken)


def outlived(takings: Iterable[Taking], using: Using | None) -> ShelfLot | None:
    """The first of these lots that would expire in the person's hands, if they are used one after the other."""
    if using is None:
        return None
    taken = 0
    for taking in sorted(takings, key=lambda one: one.lot.expires_on):
        taken += taking.units
        if taking.lot.expires_on < using.last_day(taken):
            return taking.lot
    return None
