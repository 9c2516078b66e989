"""How a medicine is taken over time: one dose or up to four steps, for so many days; as needed; as a depot.

The one place that knows how many units a course needs and how long units last.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from clinic_desktop.features.medication.rules.doses import (
    MOST_DAYS,
    DaysImplausible,
    Dose,
    DoseTooLarge,
    DoseUnclear,
    check_days,
    read_dose,
    read_quarters,
    say_amount,
    say_dose,
    say_quarters,
)
from clinic_desktop.features.medication.rules.kinds import Route, Unit
from clinic_desktop.features.medication.rules.shelf import read_units
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _, ngettext

MOST_STEPS = 4
MOST_A_DAY = 160
"""Units (or millilitres) in a day, as needed."""
DEPOT_DAYS = 7
"""An injection that is repeated no oftener than this is a depot."""
INJECTED = (Route.INTRAMUSCULAR, Route.INJECTED)


class TooManySteps(Refused):
    text = N_("A dose can change in up to {most} steps. Write the later ones at the next visit.")


class DaysUnclear(Refused):
    text = N_("Write for how long: 30 for days, 6s for weeks, 2m for months.")


class StepDaysMissing(Refused):
    text = N_("Write how long each step lasts, for example 1-0-1 7d > 1-0-0 14d.")


class StepsOverlap(Refused):
    text = N_("A step that begins on {day} cannot end before it. The steps follow one another.")


class ContentUnclear(Refused):
    text = N_("Write the millilitres as on the bottle, for example 60.")


class StartUnclear(Refused):
    text = N_("Write the first day as 12/12; it is today or later.")


class MostPerDayMissing(Refused):
    text = N_("Write the most in a day, for example: sos 2.")


class NeededAtOneTime(Refused):
    text = N_("As needed there is one amount and one most in a day, for example: 1 sos 2.")


def _whole(quarters: int) -> int:
    return -(-quarters // 4) * 4


@dataclass(frozen=True, slots=True)
class Step:
    dose: Dose
    days: int

    def __post_init__(self) -> None:
        check_days(self.days)

    def needed(self, *, opened: bool = False) -> int:
        """All that this step needs, in quarters; a rhythm that began counts in full."""
        times = self.dose.quarters
        return sum(map(_whole, times) if opened else times) * -(-self.days // self.dose.every_days)

    def until(self, days: int) -> "Step":
        return self if days >= self.days else replace(self, days=days)


@dataclass(frozen=True, slots=True)
class DatedStep:
    dose: Dose
    begins: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Course:
    """Steps that follow one another without a gap. As needed, the only dose is the amount at one time."""

    steps: tuple[Step, ...]
    most_per_day: int | None = None
    """In quarters: only as needed, and not more than this in a day."""
    starts_on: date | None = None
    """Empty: the day it is signed."""

    def __post_init__(self) -> None:
        if not self.steps:
            raise DoseUnclear()
        if len(self.steps) > MOST_STEPS:
            raise TooManySteps(most=MOST_STEPS)
        if self.days > MOST_DAYS:
            raise DaysImplausible(most=MOST_DAYS)
        if self.most_per_day is not None:
            self._check_as_needed(self.most_per_day)

    def _check_as_needed(self, most: int) -> None:
        first = self.steps[0].dose
        if len(self.steps) > 1 or any(first.quarters[1:]) or first.every_days > 1:
            raise NeededAtOneTime()
        if most < first.morning:
            raise MostPerDayMissing()
        if most > MOST_A_DAY * 4:
            raise DoseTooLarge(amount=say_quarters(most))

    @property
    def days(self) -> int:
        return sum(step.days for step in self.steps)

    @property
    def as_needed(self) -> bool:
        return self.most_per_day is not None

    @property
    def first(self) -> Dose:
        return self.steps[0].dose

    def for_days(self, days: int) -> "Course":
        """The same, for another time: its last step is the one that becomes longer or shorter."""
        check_days(days)
        kept: list[Step] = []
        for step in self.steps:
            left = days - sum(k.days for k in kept)
            if left > 0:
                kept.append(step.until(left))
        rest = days - sum(k.days for k in kept)
        if rest:
            kept[-1] = replace(kept[-1], days=kept[-1].days + rest)
        return replace(self, steps=tuple(kept))

    def quarters_until(self, days: int, *, opened: bool = False) -> int:
        """What the first so many days need; `opened` where what is left of a unit is thrown away each time."""
        if self.most_per_day is not None:
            each = self.first.morning
            a_day = -(-self.most_per_day // each) * _whole(each) if opened else self.most_per_day
            return a_day * min(days, self.days)
        needed = 0
        for step in self.steps:
            if days > 0:
                needed += step.until(days).needed(opened=opened)
            days -= step.days
        return needed

    def dated(self, signed_on: date) -> tuple[DatedStep, ...]:
        """Each step with its first and last day."""
        begins, found = self.starts_on or signed_on, list[DatedStep]()
        for step in self.steps:
            end = begins + timedelta(days=step.days)
            found.append(DatedStep(step.dose, begins, end - timedelta(days=1)))
            begins = end
        return tuple(found)

    def dose_on(self, day: date, signed_on: date) -> Dose:
        """What is taken on a day; before it begins and after it ended, what is nearest."""
        steps = self.dated(signed_on)
        return next((step.dose for step in steps if day <= step.last_day), steps[-1].dose)

    def ends_on(self, signed_on: date) -> date:
        """The first day that is not covered."""
        return (self.starts_on or signed_on) + timedelta(days=self.days)

    def typed(self) -> str:
        """How it is taken, as it is typed: "1-0-1", "1 sos 2", "1-0-1 7d > 1-0-0 14d". One dose says no days."""
        if self.most_per_day is not None:
            return f"{say_quarters(self.first.morning)} sos {say_quarters(self.most_per_day)}"
        if len(self.steps) == 1:
            return str(self.first)
        return " > ".join(f"{step.dose} {step.days}d" for step in self.steps)

    def __str__(self) -> str:
        return self.typed().replace(" > ", " → ")


def constant(dose: Dose, days: int) -> Course:
    return Course((Step(dose, days),))


# -- typed


_LASTS = re.compile(r"(?P<count>\d{1,4})\s*(?:(?P<step>[dswm])[a-zí]*\.?)?", re.IGNORECASE)
_STEP = re.compile(r"^(?P<dose>.+?)\s+(?:x\s*|por\s+|for\s+)?(?P<days>\d{1,4}\s*[dswm][a-zí]*\.?)$", re.IGNORECASE)
_NEXT = re.compile(r"\s*(?:>|→|;)\s*")
_NEEDED = re.compile(
    r"^(?P<each>.*?)\s*\b(?:sos|s\.o\.s\.?|prn|si hace falta|si es necesario|as needed)(?![a-z])[\s,;]*"
    r"(?:m[aá]x(?:imo)?\.?|most|up to|hasta)?\s*(?P<most>.*?)(?:\s*(?:al d[ií]a|/d[ií]?a?|a day|per day))?$",
    re.IGNORECASE,
)
_DAYS_IN = {"d": 1, "s": 7, "w": 7, "m": 30}


def read_days(text: str) -> int:
    """ "30" or "30d", "6s" (weeks), "2m" (months of thirty days)."""
    found = _LASTS.fullmatch(text.strip())
    if found is None:
        raise DaysUnclear()
    return check_days(int(found["count"]) * _DAYS_IN[(found["step"] or "d").lower()])


def read_course(text: str, days: int) -> Course:
    """What `Course.typed` says and what people write. `days` for a dose that does not say how long itself."""
    needed = _NEEDED.match(text.strip())
    if needed is not None:
        return _read_needed(needed["each"], needed["most"], days)
    parts = [part for part in _NEXT.split(text.strip()) if part]
    if len(parts) > MOST_STEPS:
        raise TooManySteps(most=MOST_STEPS)
    return Course(tuple(_read_step(part, None if len(parts) > 1 else days) for part in parts))


def usual_days(course: Course, days: int) -> int:
    """For how long, where nobody says it: with a rhythm of several days, whole rounds of it."""
    every = course.first.every_days
    return max(days // every, 1) * every


def says_its_days(text: str) -> bool:
    """Whether what is typed as the dose says for how long as well."""
    return not _NEEDED.match(text.strip()) and all(_step_days(part) for part in _NEXT.split(text.strip()) if part)


def _read_needed(each: str, most: str, days: int) -> Course:
    if not most.strip():
        raise MostPerDayMissing()
    amount = read_quarters(each) if each.strip() else 4
    return Course((Step(Dose(amount, 0, 0, 0), days),), most_per_day=read_quarters(most))


def _step_days(part: str) -> "re.Match[str] | None":
    found = _STEP.match(part)
    return None if found is None or re.search(r"(?:c/|cada)$", found["dose"], re.IGNORECASE) else found


def _read_step(part: str, days: int | None) -> Step:
    found = _step_days(part)
    if found is not None:
        return Step(read_dose(found["dose"]), read_days(found["days"]))
    if days is None:
        raise StepDaysMissing()
    return Step(read_dose(part), days)


def read_days_and_units(text: str) -> tuple[int, int | None]:
    """ "30", or with how many bottles: "30 x2"."""
    days, _times, units = text.strip().partition("x")
    return read_days(days), read_units(units) if units.strip() else None


_UNTIL = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?")


def read_until(text: str, begins: date) -> int:
    """How long a step lasts: "7", "2s", or its last day, "12/12"."""
    found = _UNTIL.fullmatch(text.strip())
    return read_days(text) if found is None else days_until(begins, _last_day(found, begins))


def read_start(text: str, today: date) -> date:
    """The day a course begins, today or later: "12/12"."""
    found = _UNTIL.fullmatch(text.strip())
    day = _last_day(found, today) if found else None
    if day is None or day < today:
        raise StartUnclear()
    return day


def _last_day(found: "re.Match[str]", begins: date) -> date:
    day, month, year = (int(part) if part else 0 for part in found.groups())
    # Without a year the winter that turns it is meant.
    year = (year if year > 99 else 2000 + year) if year else begins.year + (begins.month > 9 and month < 4)
    try:
        return date(year, month, day)
    except ValueError:
        raise DaysUnclear() from None


def read_content(text: str) -> int:
    """What a bottle holds, in tenths of a millilitre: "60", "120 ml", "7,5"."""
    found = re.fullmatch(r"(\d{1,4})(?:[.,](\d))?\s*(?:ml)?", text.strip().lower())
    if found is None or not (tenths := int(found[1]) * 10 + int(found[2] or 0)):
        raise ContentUnclear()
    return tenths


def days_until(begins: date, last_day: date) -> int:
    """How long a step lasts that begins and ends on these days."""
    if last_day < begins:
        raise StepsOverlap(day=say_day(begins))
    return check_days((last_day - begins).days + 1)


# -- units


def is_depot(route: Route | None, dose: Dose) -> bool:
    return route in INJECTED and dose.every_days >= DEPOT_DAYS


def counts(unit: Unit | None, content_tenths_ml: int | None) -> bool:
    """Whether the dose tells how many units are needed: a bottle only if it is known what it holds."""
    return unit is not None and (unit is not Unit.BOTTLE or bool(content_tenths_ml))


def units_until(course: Course, days: int, unit: Unit | None, content_tenths_ml: int | None = None) -> int:
    """Whole units for the first so many days, rounded up; an ampoule is opened for each taking."""
    quarters = course.quarters_until(days, opened=unit is Unit.AMPOULE)
    if unit is Unit.BOTTLE and content_tenths_ml:
        return -(-quarters * 10 // (4 * content_tenths_ml))
    return -(-quarters // 4)


def units_of(course: Course, unit: Unit | None, content_tenths_ml: int | None = None) -> int:
    """Whole units for all of it, rounded up."""
    return units_until(course, course.days, unit, content_tenths_ml)


def days_covered(course: Course, units: int, unit: Unit | None, content_tenths_ml: int | None = None) -> int:
    """For how many of its days these units last: never a day that they do not cover."""
    low, high = 0, course.days
    while low < high:
        middle = (low + high + 1) // 2
        if units_until(course, middle, unit, content_tenths_ml) <= units:
            low = middle
        else:
            high = middle - 1
    return low


# -- said


def say_course(course: Course, unit: Unit | None, signed_on: date) -> str:
    """In words for the person; steps with their days."""
    if course.most_per_day is not None:
        return _("{amount} if needed, at most {most} in a day").format(
            amount=say_amount(course.first.morning, unit), most=say_amount(course.most_per_day, unit)
        )
    if len(course.steps) == 1:
        return say_dose(course.first, unit)
    said = [
        _("{dose} from {begins} to {ends}").format(
            dose=say_dose(step.dose, unit), begins=say_day(step.begins), ends=say_day(step.last_day)
        )
        for step in course.dated(signed_on)
    ]
    return "; ".join(said)


def say_days(days: int) -> str:
    return ngettext("{count} day", "{count} days", days).format(count=days)


# -- kept


_PARTS = ("morning", "noon", "evening", "night", "every_days")


def kept_steps(course: Course) -> list[dict[str, int]] | None:
    """The steps as a row keeps them; a dose that stays the same needs none."""
    if len(course.steps) == 1:
        return None
    return [{"days": s.days} | {part: getattr(s.dose, part) for part in _PARTS} for s in course.steps]


def _kept_step(kept: Mapping[str, Any]) -> Step:
    morning, noon, evening, night, every = (int(kept.get(part) or 0) for part in _PARTS)
    return Step(Dose(morning, noon, evening, night, every or 1), int(kept.get("days") or 0))


def course_from(
    quarters: Sequence[int | None],
    every_days: int | None,
    days: int | None,
    steps: Sequence[Mapping[str, Any]] | None = None,
    most_per_day: int | None = None,
    starts_on: date | None = None,
) -> Course | None:
    """A course as a row keeps it; None where there are only words, or what is kept cannot be one."""
    try:
        if steps:
            found = tuple(_kept_step(step) for step in steps)
        else:
            morning, noon, evening, night = (q or 0 for q in quarters)
            found = (Step(Dose(morning, noon, evening, night, every_days or 1), days or 0),)
        return Course(found, most_per_day, starts_on)
    except Refused:
        return None
