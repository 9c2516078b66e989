"""How much of a product is used in a day: what nobody could be given for want of stock is not taken for little use."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.kernel.i18n import _, ngettext

LOOK_DAYS = 90
LEAST_DAYS = 14
"""With stock on fewer days than these nobody can tell the use of a day."""


@dataclass(frozen=True, slots=True)
class Consumption:
    """What was used of one product in the days looked at."""

    given: int
    """Handed out here and kept."""
    by_voucher: int
    """What pharmacies handed out in our place: it was wanted and was not here."""
    days_with: int
    """On how many of the days anything usable stood here."""
    days_looked: int = LOOK_DAYS

    @property
    def is_known(self) -> bool:
        return self.days_with >= LEAST_DAYS

    @property
    def per_day(self) -> Fraction | None:
        """Units a day; None where there was stock on too few days to tell.

        What was given here belongs to the days with stock. Together with the vouchers it is what was wanted at least.
        """
        if not self.is_known:
            return None
        here = Fraction(max(self.given, 0), self.days_with)
        return max(here, Fraction(max(self.given, 0) + max(self.by_voucher, 0), self.days_looked))

    def words(self, unit: Unit | None) -> tuple[str, ...]:
        """Where the use of a day comes from."""
        with_stock = ngettext("{count} day with stock", "{count} days with stock", self.days_with)
        said = _("In {days} days {units} were handed out, on {with_stock}.").format(
            days=self.days_looked,
            units=say_units(max(self.given, 0), unit),
            with_stock=with_stock.format(count=self.days_with),
        )
        told = [said]
        if self.by_voucher > 0:
            told.append(_("Pharmacies gave {units} for our vouchers.").format(units=say_units(self.by_voucher, unit)))
        per_day = self.per_day
        if per_day is None:
            least = ngettext("{count} day", "{count} days", LEAST_DAYS).format(count=LEAST_DAYS)
            told.append(
                _("Too few days to tell how much is used: at least {days} with stock are needed.").format(days=least)
            )
        else:
            told.append(
                _("That is {number} a day, {month} in 30 days.").format(
                    number=say_rate(per_day), month=say_units(round(per_day * 30), unit)
                )
            )
        return tuple(told)


def say_rate(per_day: Fraction) -> str:
    """ "9", "2.5", "0.03": few signs, and never a zero for what is used."""
    if per_day == round(per_day):
        return f"{round(per_day):,}"
    if per_day >= 10:
        return f"{round(per_day):,}"
    if per_day >= Fraction(1, 10):
        return f"{float(per_day):.1f}"
    return f"{float(per_day):.2f}" if per_day >= Fraction(1, 200) else "< 0.01"


Span = tuple[date, date | None]
"""From a day on until, but without, another; None: it goes on."""


@dataclass(frozen=True, slots=True)
class LotDays:
    """One lot on one shelf, as it can be seen from today backwards."""

    expires_on: date
    units_now: int
    changes: Mapping[date, int]
    """By the day on which it happened: what the movements of that day added, taken together."""
    apart: Sequence[Span] = ()
    """When it was called back and nobody was given of it."""

    def balances(self, first: date, last: date) -> Iterator[tuple[date, int]]:
        """What was left at the end of each day, the last day first."""
        units = self.units_now - sum(change for day, change in self.changes.items() if day > last)
        day = last
        while day >= first:
            yield day, units
            units -= self.changes.get(day, 0)
            day -= timedelta(days=1)

    def may_be_given(self, day: date) -> bool:
        return day <= self.expires_on and not any(
            start <= day and (end is None or day < end) for start, end in self.apart
        )


def usable_by_day(lots: Iterable[LotDays], first: date, last: date) -> dict[date, int]:
    """What could be given at the end of each day. Of a lot that went below nothing, nothing is owed to the others."""
    days = {first + timedelta(days=n): 0 for n in range((last - first).days + 1)}
    for lot in lots:
        for day, units in lot.balances(first, last):
            if units > 0 and lot.may_be_given(day):
                days[day] += units
    return days


def days_with_stock(lots: Iterable[LotDays], first: date, last: date) -> int:
    """On how many days there was anything to give: in the morning or in the evening."""
    return _bits(lots, first, last).bit_count()


def _bits(lots: Iterable[LotDays], first: date, last: date) -> int:
    """A bit for each day, the first day the lowest: three hundred products are seen at once in some milliseconds."""
    count = (last - first).days + 1
    held, whole = 0, (1 << count) - 1
    # A lot that nobody touched may have stood there all the time: then there is no need to look at the others.
    for lot in sorted(lots, key=lambda lot: len(lot.changes)):
        held |= _lot_bits(lot, first, count)
        if held == whole:
            break
    return held


def _run(start: int, end: int, count: int) -> int:
    """The bits of the days from `start` on until, but without, `end`."""
    start, end = max(start, 0), min(end, count)
    return (1 << end) - (1 << start) if start < end else 0


def _lot_bits(lot: LotDays, first: date, count: int) -> int:
    base = first.toordinal()
    moved = sorted(((day.toordinal() - base, change) for day, change in lot.changes.items() if change), reverse=True)
    units, end, there = lot.units_now, count, 0
    for at, change in moved:
        # What stood in the evening of this day stood until the morning of the next change.
        if units > 0:
            there |= _run(at, end, count)
        end, units = at + 1, units - change
    if units > 0:
        there |= _run(0, end, count)
    there &= _run(0, lot.expires_on.toordinal() - base + 1, count)
    for start, until in lot.apart:
        there &= ~_run(start.toordinal() - base, until.toordinal() - base if until else count, count)
    return there
