"""Doses in quarters of a unit, how they are typed and said, and whether what was given still lasts."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.shelf import unit_word
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _

MOST_DAYS = 366
MOST_AT_ONCE = 40
"""Units (or millilitres) in one taking."""


class DoseUnclear(Refused):
    text = N_("Write the dose as morning-noon-night, for example 1-0-1 or ½-0-1.")


class DoseTooLarge(Refused):
    text = N_("This dose is not plausible: {amount} at once. Look at it again.")


class DaysImplausible(Refused):
    text = N_("The days must be between 1 and {most}.")


@dataclass(frozen=True, slots=True)
class Dose:
    """How much at which time of day, in quarters of a unit; for a bottle, in quarters of a millilitre."""

    morning: int
    noon: int
    evening: int
    night: int
    every_days: int = 1
    """1 = every day; 28 = once in four weeks."""

    def __post_init__(self) -> None:
        if min(self.quarters) < 0 or not any(self.quarters) or self.every_days < 1:
            raise DoseUnclear()
        if max(self.quarters) > MOST_AT_ONCE * 4:
            raise DoseTooLarge(amount=say_quarters(max(self.quarters)))
        if self.every_days > MOST_DAYS:
            raise DaysImplausible(most=MOST_DAYS)

    @property
    def quarters(self) -> tuple[int, int, int, int]:
        return self.morning, self.noon, self.evening, self.night

    def __str__(self) -> str:
        """As it is typed: "½-0-1", "1-0-1-2", "1 c/28d"."""
        morning, noon, evening, night = (say_quarters(q) for q in self.quarters)
        parts = (morning, noon, night) if not self.evening else (morning, noon, evening, night)
        rhythm = "" if self.every_days == 1 else f" c/{self.every_days}d"
        if rhythm and not any(self.quarters[1:]):
            return morning + rhythm
        return "-".join(parts) + rhythm


_FRACTIONS = {"": 0, "¼": 1, "½": 2, "¾": 3, "1/4": 1, "1/2": 2, "2/4": 2, "3/4": 3}
_DECIMALS = {None: 0, "0": 0, "00": 0, "25": 1, "5": 2, "50": 2, "75": 3}
_AMOUNT = re.compile(r"(\d{1,3})?\s*(¼|½|¾)|(?:(\d{1,3})\s+)?([123]/[24])|(\d{1,3})(?:[.,](\d{1,2}))?")
_RHYTHM = re.compile(r"^(?P<dose>.*?)\s*(?:c/|cada)\s*(?P<count>\d{1,3})\s*(?P<step>d|s|w)\w*\.?$", re.IGNORECASE)
_DASH = re.compile(r"\s*[-–—]\s*")


def read_quarters(text: str) -> int:
    """ "1" -> 4, "½", "1/2", "0.5" or "0,5" -> 2, "1½" or "1 1/2" -> 6."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise DoseUnclear()
    whole, sign, before, fraction, plain, decimals = found.groups()
    if decimals not in _DECIMALS or (fraction or "") not in _FRACTIONS:
        raise DoseUnclear()
    return int(whole or before or plain or 0) * 4 + _FRACTIONS[sign or fraction or ""] + _DECIMALS[decimals]


def read_dose(text: str) -> Dose:
    """Reads "1-0-1", "½-0-1", "1-0-1-2" (with an evening) and "1 c/28d" or "1 cada 4 semanas"."""
    every, rhythm = 1, _RHYTHM.match(text.strip())
    if rhythm is not None:
        every = int(rhythm["count"]) * (1 if rhythm["step"].lower() == "d" else 7)
        text = rhythm["dose"]
    parts = [read_quarters(part) for part in _DASH.split(text.strip())]
    if len(parts) == 1 and rhythm is not None:
        return Dose(parts[0], 0, 0, 0, every)
    if len(parts) == 3:
        return Dose(parts[0], parts[1], 0, parts[2], every)
    if len(parts) == 4:
        return Dose(parts[0], parts[1], parts[2], parts[3], every)
    raise DoseUnclear()


def say_quarters(quarters: int) -> str:
    """6 -> "1½", 2 -> "½", 0 -> "0"."""
    whole, rest = divmod(quarters, 4)
    return (str(whole) if whole or not rest else "") + ("", "¼", "½", "¾")[rest]


def say_dose(dose: Dose, unit: Unit | None) -> str:
    """In words for the person: "1 tableta en la mañana y ½ tableta en la noche", "1 ampolla cada 28 días"."""
    times = (_("in the morning"), _("at noon"), _("in the evening"), _("at night"))
    said = [f"{say_amount(q, unit)} {when}" for q, when in zip(dose.quarters, times, strict=True) if q]
    if dose.every_days == 1:
        return _join(said)
    if len(said) == 1:
        said = [say_amount(sum(dose.quarters), unit)]
    return _("{dose} every {days} days").format(dose=_join(said), days=dose.every_days)


def say_amount(quarters: int, unit: Unit | None) -> str:
    if unit is Unit.BOTTLE:
        return f"{say_quarters(quarters)} mL"
    words = unit_word(unit, 1 if quarters <= 4 else quarters)
    return f"{say_quarters(quarters)} {words}".strip()


def _join(said: Sequence[str]) -> str:
    if len(said) < 2:
        return "".join(said)
    return _("{several} and {last}").format(several=", ".join(said[:-1]), last=said[-1])


def check_days(days: int) -> int:
    if not 1 <= days <= MOST_DAYS:
        raise DaysImplausible(most=MOST_DAYS)
    return days


@dataclass(frozen=True, slots=True)
class Handed:
    """One earlier handing out of a medicine to the same person, as far as days can be counted."""

    given_on: date
    days: int

    @property
    def until(self) -> date:
        """The first day it no longer covers."""
        return self.given_on + timedelta(days=self.days)


def still_covered(handed: Iterable[Handed], today: date) -> Handed | None:
    """The handing out that lasts longest, if it still covers today: a second one would be early."""
    lasting = [h for h in handed if h.until > today]
    return max(lasting, key=lambda h: h.until, default=None)
