"""Dates as people have them: whole, or only a month or a year. And how dates and ages are said."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from clinic_desktop.kernel.i18n import N_, _

_MONTHS = (
    N_("jan"),
    N_("feb"),
    N_("mar"),
    N_("apr"),
    N_("may"),
    N_("jun"),
    N_("jul"),
    N_("aug"),
    N_("sep"),
    N_("oct"),
    N_("nov"),
    N_("dec"),
)
_WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date of which the day, or the day and the month, may be unknown. Sorts by what is known."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day needs its month")
        # Not `or`: a zero is no month.
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Reads the stored form: "1987", "1987-07" or "1987-07-14"."""
        return cls(*(int(part) for part in text.split("-")))

    @classmethod
    def of(cls, day: date) -> "PartialDate":
        return cls(day.year, day.month, day.day)

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        if self.month is not None:
            parts.append(f"{self.month:02d}")
        if self.day is not None:
            parts.append(f"{self.day:02d}")
        return "-".join(parts)

    def earliest(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    def said(self) -> str:
        """ "14-jul-1987", "jul-1987" or "1987"."""
        if self.month is None:
            return str(self.year)
        month = _(_MONTHS[self.month - 1])
        return f"{month}-{self.year}" if self.day is None else f"{self.day}-{month}-{self.year}"


def age_on(born: PartialDate, today: date) -> int:
    """Whole years. With only a year known, the difference of years; never negative."""
    years = today.year - born.year
    if born.month is not None and (today.month, today.day) < (born.month, born.day or 1):
        years -= 1
    return max(years, 0)


def say_day(day: date) -> str:
    """ "23-nov-2026" in the spoken language."""
    return PartialDate.of(day).said()


def say_weekday(day: date) -> str:
    return _(_WEEKDAYS[day.weekday()])


def say_instant(instant: datetime, zone: tzinfo) -> str:
    """Day and minute where the clinic is: "23-nov-2026 10:42"."""
    local = instant.astimezone(zone)
    return f"{say_day(local.date())} {local:%H:%M}"


def say_time(instant: datetime, zone: tzinfo) -> str:
    return f"{instant.astimezone(zone):%H:%M}"
