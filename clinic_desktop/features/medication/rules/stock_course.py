"""What a picture of the stock shows, and how each of its points is said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.ordering import UsableLot, lasts, usable_after
from clinic_desktop.features.medication.rules.shelf import say_packs, say_units, say_usable
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext

LOOK_AHEAD = 180
"""A projection further than this means nothing."""
MONTH_NAMES = 12


class MarkKind(StrEnum):
    CAME = "came"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened to the shelf on a day."""

    day: date
    kind: MarkKind
    units: int


@dataclass(frozen=True, slots=True)
class Spot:
    """A point that the arrows stop at, and how it is said."""

    day: date
    words: str


@dataclass(frozen=True, slots=True)
class StockCourse:
    """One product on one shelf over time."""

    said: str
    unit: Unit | None
    pack_units: int | None
    today: date
    usable: tuple[tuple[date, int], ...]
    """What could be given at the end of each day, none left out."""
    marks: tuple[Mark, ...] = ()
    lots: tuple[UsableLot, ...] = ()
    per_day: Fraction | None = None
    least: int | None = None
    most: int | None = None
    expired: int = 0
    withheld: int = 0
    """Of today: what lies there and is not given to anybody."""

    @property
    def shelf(self) -> str:
        """ "0 usable (40 expired)"."""
        return say_usable(dict(self.usable).get(self.today, 0), self.expired, self.withheld)

    @property
    def is_empty(self) -> bool:
        return not self.marks and not any(units for _day, units in self.usable)

    @property
    def ends_on(self) -> date | None:
        """The first day without any, at the present pace."""
        days = lasts(self.lots, self.per_day, self.today)
        return None if days is None else self.today + timedelta(days=days)

    def ahead(self) -> tuple[tuple[date, int], ...]:
        """What will be left on each day to come, at the present pace; nothing where nobody can tell."""
        if not self.per_day or not self.lots:
            return ()
        whole = lasts(self.lots, self.per_day, self.today) or 0
        days = min(whole + 1, LOOK_AHEAD)
        # It falls evenly but where a lot expires with something left.
        ends = {n for lot in self.lots for n in (lot.days_of_use(self.today) - 1, lot.days_of_use(self.today))}
        told = sorted(n for n in {0, days, *ends} if 0 <= n <= days)
        return tuple(
            (self.today + timedelta(days=n), usable_after(self.lots, self.per_day, self.today, n)) for n in told
        )

    def gaps(self) -> tuple[tuple[date, date], ...]:
        """From which day to which there was none."""
        found: list[tuple[date, date]] = []
        for day, units in self.usable:
            if units > 0:
                continue
            if found and found[-1][1] == day - timedelta(days=1):
                found[-1] = (found[-1][0], day)
            else:
                found.append((day, day))
        return tuple(found)

    def spots(self) -> tuple[Spot, ...]:
        """What came, was counted, ran out, is there today and is foreseen, in order of time."""
        there = dict(self.usable)
        told = [Spot(mark.day, self._say_mark(mark, there.get(mark.day, 0))) for mark in self.marks]
        told += [Spot(first, self._say_gap(first, last)) for first, last in self.gaps()]
        told.append(Spot(self.today, self._say_today(there.get(self.today, 0))))
        if self.ends_on is not None and self.ends_on > self.today:
            end = self.ends_on
            told.append(Spot(end, _("{day}: at the present pace none is left").format(day=say_day(end))))
        return tuple(sorted(told, key=lambda spot: spot.day))

    def _say_mark(self, mark: Mark, left: int) -> str:
        what = _("{day}: {units} came, {left} left in the evening")
        if mark.kind is MarkKind.COUNTED:
            what = _("{day}: counted, {units} corrected, {left} left in the evening")
        units = (
            f"{mark.units:+,}" if mark.kind is MarkKind.COUNTED else say_packs(mark.units, self.pack_units, self.unit)
        )
        return what.format(day=say_day(mark.day), units=units, left=say_units(left, self.unit))

    def _say_gap(self, first: date, last: date) -> str:
        days = (last - first).days + 1
        said = ngettext("{day}: none left, for {days} day", "{day}: none left, for {days} days", days)
        return said.format(day=say_day(first), days=days)

    def _say_today(self, units: int) -> str:
        return _("{day}, today: {units}").format(day=say_day(self.today), units=say_units(units, self.unit))


@dataclass(frozen=True, slots=True)
class ExpiryMonth:
    """What expires within one month."""

    first: date
    units: int
    packs: int
    """Whole packs, of those products that come in packs."""
    lots: int
    at_risk: int
    """Units that will not have been used by then at the present pace."""
    unknown: int = 0
    """Units of products of which nobody can tell the use."""

    def words(self) -> str:
        """How it is said: every number of the bar."""
        if not self.units:
            return _("{month}: nothing expires").format(month=say_month(self.first))
        lots = ngettext("{count} lot", "{count} lots", self.lots).format(count=self.lots)
        packs = ngettext("{count} whole box", "{count} whole boxes", self.packs).format(count=f"{self.packs:,}")
        said = _("{month}: {units} expire in {lots}, {packs}").format(
            month=say_month(self.first), units=say_units(self.units, None), lots=lots, packs=packs
        )
        if self.at_risk:
            said += ", " + _("{units} will not be used").format(units=say_units(self.at_risk, None))
        if self.unknown:
            said += ", " + _("of {units} nobody can tell").format(units=say_units(self.unknown, None))
        return said


def say_month(first: date) -> str:
    """ "jun-2027"."""
    return say_day(first).partition("-")[2]


def months_from(today: date, count: int = MONTH_NAMES) -> tuple[date, ...]:
    """The first days of this month and the next ones."""
    number = today.year * 12 + today.month - 1
    return tuple(date((number + n) // 12, (number + n) % 12 + 1, 1) for n in range(count))


def months_of(lots: Iterable[tuple[UsableLot, int | None, int | None]], today: date) -> tuple[ExpiryMonth, ...]:
    """Twelve months of lots, each with its pack size and its units at risk (None: nobody can tell)."""
    by_month = {first: [0, 0, 0, 0, 0] for first in months_from(today)}
    for lot, pack, at_risk in lots:
        numbers = by_month.get(lot.expires_on.replace(day=1))
        if numbers is None or lot.units <= 0:
            continue
        numbers[0] += lot.units
        numbers[1] += lot.units // pack if pack and pack > 1 else 0
        numbers[2] += 1
        numbers[3] += at_risk or 0
        numbers[4] += lot.units if at_risk is None else 0
    return tuple(ExpiryMonth(first, *numbers) for first, numbers in by_month.items())
