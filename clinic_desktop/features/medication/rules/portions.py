"""What leaves of a course in parts: how much may leave today, when the next is fetched, how long it lasts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from clinic_desktop.features.medication.rules.courses import Course, days_covered, units_until
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.kernel.i18n import _, ngettext


@dataclass(frozen=True, slots=True)
class Portions:
    """Of one prescribed line that is handed out for so many days at a time."""

    course: Course
    unit: Unit | None
    content_tenths_ml: int | None
    cap_days: int
    given: int
    first_given_on: date | None

    def _units(self, days: int) -> int:
        return units_until(self.course, days, self.unit, self.content_tenths_ml)

    def _days(self, units: int) -> int:
        return days_covered(self.course, units, self.unit, self.content_tenths_ml)

    def most_now(self, today: date) -> int:
        """Nobody carries home more than the cap, whether they come early or late."""
        since = (today - self.first_given_on).days if self.first_given_on else 0
        reach = min(self._days(self.given), since) + self.cap_days
        return max(self._units(min(reach, self.course.days)) - self.given, 0)

    def next_on(self, today: date, units: int) -> date:
        """When the person comes again, if so many are taken home today."""
        before = self._days(self.given)
        if not units:
            return max((self.first_given_on or today) + timedelta(days=before), today)
        return today + timedelta(days=min(self._days(self.given + units) - before, self.cap_days))

    def is_due(self, today: date) -> bool:
        """Whether the day of a portion that follows another has come."""
        first = self.first_given_on
        return first is not None and today >= first + timedelta(days=self._days(self.given))


def lasts_until(
    course: Course,
    begins_on: date,
    handed: Iterable[tuple[date, int]],
    unit: Unit | None,
    content_tenths_ml: int | None = None,
) -> date:
    """The first day that is not covered. Each part goes on in the course where the part before it ended."""
    units, until = 0, begins_on
    for day, more in sorted(handed):
        before = days_covered(course, units, unit, content_tenths_ml)
        units += more
        after = days_covered(course, units, unit, content_tenths_ml)
        until = max(until, day) + timedelta(days=after - before)
    return until


def say_portions(days: int | None, keeper: str | None) -> str:
    """For how many days it is handed out at a time, and who keeps it; empty where neither was said."""
    told: list[str] = []
    if days:
        counted = ngettext("{days} day", "{days} days", days).format(days=days)
        told.append(_("For {days} at a time").format(days=counted))
    if keeper:
        told.append(_("{name} keeps it").format(name=keeper))
    return " · ".join(told)
