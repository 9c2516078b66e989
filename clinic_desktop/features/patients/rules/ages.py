"""Birth dates and ages as people tell them, and how they are said back.

An age is kept as the year it points to, marked as estimated, with the day it was told: nothing is made exact that
nobody knows. Day before month, as dates are written here.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.dates import PartialDate, age_on
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _, ngettext
from clinic_desktop.kernel.names import fold

OLDEST = 120


@dataclass(frozen=True, slots=True)
class Birth:
    """When somebody was born, as well as is known."""

    day: PartialDate
    estimated: bool = False
    noted_on: date | None = None
    """The day on which an age was told; None where a date was."""


class UnreadableBirth(Refused):
    text = N_("Write an age (45, 8m) or a date (1/3/84).")


class NoSuchDay(Refused):
    text = N_("There is no such day: {day}.")


class BornInTheFuture(Refused):
    text = N_("This day is still to come: {day}.")


class TooOld(Refused):
    text = N_("That would be more than {years} years.")


_MONTHS = {
    name: number
    for number, names in enumerate(
        ("ene jan", "feb", "mar", "abr apr", "may", "jun", "jul", "ago aug", "sep set", "oct", "nov", "dic dec"), 1
    )
    for name in names.split()
}
MONTH_WORDS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"), N_("August"),
    N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip
_AGE = re.compile(r"(\d{1,3})(?: ?(?:anos?|a|years?|y))?(?: ?y?)(?: ?(\d{1,2}) ?(?:mes(?:es)?|m|months?))?")
_MONTHS_OLD = re.compile(r"(\d{1,3}) ?(?:mes(?:es)?|m|months?)")
_WEEKS_OLD = re.compile(r"(\d{1,3}) ?(?:sem(?:anas?)?|s|w|weeks?)")
_DAYS_OLD = re.compile(r"(\d{1,3}) ?(?:dias?|d|days?)")
_UNKNOWN = frozenset({"", "no se sabe", "no sabe", "no consta", "desconocida", "desconocido", "unknown", "nc", "ns"})


def says_unknown(text: str) -> bool:
    """Whether "?", "no sabe" or nothing at all was written: an honest answer, not a mistake."""
    return fold(text) in _UNKNOWN


def read_birth(text: str, today: date) -> Birth:
    """Reads `45`, `45a`, `8m`, `~45`, `1/3/84`, `010384`, `1984`, `3/1984`, `14-jul-1987`, `~1984`."""
    told = text.strip()
    about = told.startswith(("~", "≈", "±"))
    if told.lstrip("~≈± ").startswith(("-", "+")):
        # "-5" is a slip, not an age of five.
        raise UnreadableBirth()
    plain = fold(told)
    born = _read_age(plain, today)
    if born is not None:
        return _checked(Birth(born, True, today), today)
    return _checked(Birth(_read_date(plain, today), about, today if about else None), today)


def _checked(birth: Birth, today: date) -> Birth:
    if birth.day.earliest() > today:
        raise BornInTheFuture(day=birth.day.said())
    if age_on(birth.day, today) > OLDEST:
        raise TooOld(years=OLDEST)
    return birth


def _read_age(plain: str, today: date) -> PartialDate | None:
    if told := _DAYS_OLD.fullmatch(plain):
        return _month_of(today - timedelta(days=int(told[1])))
    if told := _WEEKS_OLD.fullmatch(plain):
        return _month_of(today - timedelta(weeks=int(told[1])))
    if told := _MONTHS_OLD.fullmatch(plain):
        return _months_ago(today, int(told[1]))
    found = _AGE.fullmatch(plain)
    if found is None:
        return None
    years, months = int(found[1]), found[2]
    if years > OLDEST:
        raise TooOld(years=OLDEST)
    return _months_ago(today, years * 12 + int(months)) if months else PartialDate(today.year - years)


def _month_of(day: date) -> PartialDate:
    return PartialDate(day.year, day.month)


def _months_ago(today: date, months: int) -> PartialDate:
    total = today.year * 12 + today.month - 1 - months
    if total < (today.year - OLDEST - 1) * 12:
        raise TooOld(years=OLDEST)
    return PartialDate(total // 12, total % 12 + 1)


def _read_date(plain: str, today: date) -> PartialDate:
    parts = [part for part in plain.split() if part != "de"]
    if len(parts) == 1 and parts[0].isascii() and parts[0].isdecimal():
        parts = _cut_digits(parts[0])
    if not 1 <= len(parts) <= 3:
        raise UnreadableBirth()
    if len(parts) == 3 and len(parts[0]) == 4:
        parts.reverse()
    year = _year(parts[-1], today, whole=len(parts) < 3 and not parts[0].isalpha())
    month = _month(parts[-2]) if len(parts) > 1 else None
    day = _number(parts[0]) if len(parts) > 2 else None
    try:
        return PartialDate(year, month, day)
    except ValueError:
        raise NoSuchDay(day="/".join(parts)) from None


def _cut_digits(digits: str) -> list[str]:
    """ "010384" and "01031984" are dates, "1984" a year."""
    if len(digits) in (6, 8):
        return [digits[:2], digits[2:4], digits[4:]]
    if len(digits) == 4:
        return [digits]
    raise UnreadableBirth()


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 4:
        raise UnreadableBirth()
    return int(text)


def _month(text: str) -> int:
    if text.isalpha():
        if len(text) < 3 or text[:3] not in _MONTHS:
            raise UnreadableBirth()
        return _MONTHS[text[:3]]
    return _number(text)


def _year(text: str, today: date, *, whole: bool) -> int:
    year = _number(text)
    if len(text) == 4:
        return year
    # "3/84" alone could be a day and a month as well: a year needs its four figures there.
    if len(text) != 2 or whole:
        raise UnreadableBirth()
    # The younger of the two: a child of two is met more often than a person of a hundred and two.
    year += 2000
    return year if year <= today.year else year - 100


def months_old(birth: Birth, today: date) -> int | None:
    """Whole months, where at least the month is known."""
    born = birth.day
    if born.month is None:
        return None
    months = (today.year - born.year) * 12 + today.month - born.month
    return max(months - (1 if today.day < (born.day or 1) else 0), 0)


def say_age(birth: Birth, today: date) -> str:
    """ "39 a", "8 m" for the first two years, "~39 a" for an estimate."""
    months = months_old(birth, today)
    about = "~" if birth.estimated else ""
    if months is not None and months < 24:
        return about + _("{months} m").format(months=months)
    return about + _("{years} y").format(years=age_on(birth.day, today))


def say_born(birth: Birth | None, today: date) -> str:
    """For lists and banners: "14-jul-1987 (39 a)", "1987 estimado (~39 a)", "No consta"."""
    if birth is None:
        return _("Not known")
    day = birth.day.said()
    return f"{_('{day} estimated').format(day=day) if birth.estimated else day} ({say_age(birth, today)})"


def say_age_in_words(birth: Birth, today: date) -> str:
    months = months_old(birth, today)
    if months is not None and months < 24:
        return ngettext("{count} month", "{count} months", months).format(count=months)
    years = age_on(birth.day, today)
    return ngettext("{count} year", "{count} years", years).format(count=years)


def _say_whole_day(day: PartialDate) -> str:
    if day.month is None:
        return str(day.year)
    month = _(MONTH_WORDS[day.month - 1])
    if day.day is None:
        return _("{month} {year}").format(month=month, year=day.year)
    return _("{day} {month} {year}").format(day=day.day, month=month, year=day.year)


_BORN_ON = {Sex.FEMALE: N_("She was born on {day}"), Sex.MALE: N_("He was born on {day}")}
_BORN_IN = {Sex.FEMALE: N_("She was born in {day}"), Sex.MALE: N_("He was born in {day}")}
_BORN_ABOUT = {Sex.FEMALE: N_("She was born about {day}"), Sex.MALE: N_("He was born about {day}")}
_BORN = {Sex.FEMALE: N_("Born (she)"), Sex.MALE: N_("Born (he)")}


def born_label(sex: Sex | None) -> str:
    """The label over a birth date: "Nacida", "Nacido", "Nacimiento"."""
    return _(_BORN.get(sex or Sex.UNKNOWN, N_("Birth")))


def say_birth(birth: Birth, sex: Sex | None, today: date) -> str:
    """What was understood, said back: "Nacida hacia 1987 · edad estimada, 39 años"."""
    who = sex or Sex.UNKNOWN
    day, age = _say_whole_day(birth.day), say_age_in_words(birth, today)
    if birth.estimated:
        born = _(_BORN_ABOUT.get(who, N_("Born about {day}"))).format(day=day)
        return _("{born} · estimated age, {age}").format(born=born, age=age)
    if birth.day.day is None:
        born = _(_BORN_IN.get(who, N_("Born in {day}"))).format(day=day)
    else:
        born = _(_BORN_ON.get(who, N_("Born on {day}"))).format(day=day)
    return f"{born} · {age}"
