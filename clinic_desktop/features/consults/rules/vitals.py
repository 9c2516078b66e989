"""Vital signs: what is measured, in which unit, how it is typed, and what sounds so unlikely that it is asked once.

The limits here find slips of the hand (a forgotten zero, metres for centimetres). They are not clinical thresholds:
nothing in this program calls a pressure high or a weight low.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import NeedsConfirmation, Refused
from clinic_desktop.kernel.i18n import N_, _


class Pregnancy(StrEnum):
    YES = "yes"
    NO = "no"
    POSSIBLE = "possible"
    NOT_ASKED = "not-asked"


PREGNANCY_WORDS = {
    Pregnancy.YES: N_("Pregnant"),
    Pregnancy.NO: N_("Not pregnant"),
    Pregnancy.POSSIBLE: N_("May be pregnant"),
    Pregnancy.NOT_ASKED: N_("Not asked"),
}


# Said under a narrow field: an example says it in one line.


class WeightUnread(Refused):
    text = N_("Like 54.5 or 120lb")


class HeightUnread(Refused):
    text = N_("Like 152 or 1.52")


class PressureUnread(Refused):
    text = N_("Like 120/80")


class PulseUnread(Refused):
    text = N_("Like 72")


class TemperatureUnread(Refused):
    text = N_("Like 36.5")


class WeeksUnread(Refused):
    text = N_("Like 20")


class DayUnread(Refused):
    text = N_("Like 3/11, or empty for today")


class TakenInTheFuture(Refused):
    text = N_("Still to come: {day}")


class NothingMeasured(Refused):
    text = N_("Write at least one measurement.")


class SoundsUnlikely(NeedsConfirmation):
    """A slip of the hand, perhaps. After a yes it is kept as it was typed."""

    text = N_("{doubts} Is it right so?")


@dataclass(frozen=True, slots=True)
class Vitals:
    """What was measured at one time; None is: not measured."""

    weight_grams: int | None = None
    height_mm: int | None = None
    systolic_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    pulse_per_minute: int | None = None
    temperature_tenths: int | None = None
    pregnancy: Pregnancy | None = None
    pregnancy_weeks: int | None = None
    note: str | None = None

    @property
    def is_empty(self) -> bool:
        return self == Vitals()


# -- reading what is typed; each gives None for nothing typed and raises its own sentence for what it cannot read

_NUMBER = re.compile(r"([0-9]{1,4}(?:[.,][0-9]{1,3})?)\s*([a-zA-Z°º]*)\.?")
_KILOS, _POUNDS = frozenset({"", "k", "kg", "kgs", "kilo", "kilos"}), frozenset({"lb", "lbs", "l", "libra", "libras"})
_METRES, _CENTIMETRES = frozenset({"m", "mt", "mts", "metro", "metros"}), frozenset({"cm", "cms"})
_POUND = Decimal("453.59237")
_SHORTEST_IN_CM = 3
"""A bare number below it is metres."""


def _number(typed: str, refusal: type[Refused]) -> tuple[Decimal, str] | None:
    """The number and the unit that stands behind it."""
    text = typed.strip()
    if not text:
        return None
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise refusal()
    return Decimal(found[1].replace(",", ".")), found[2].lower()


def _whole(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_HALF_UP))


def read_weight(typed: str) -> int | None:
    """Grams from "54.5", "54,5 kg" or "120lb"."""
    found = _number(typed, WeightUnread)
    if found is None:
        return None
    number, unit = found
    if unit not in _KILOS | _POUNDS or not number:
        raise WeightUnread()
    return _whole(number * (_POUND if unit in _POUNDS else 1000))


def read_height(typed: str) -> int | None:
    """Millimetres from "152", "1.52", "1,52 m" or "152.5 cm"."""
    found = _number(typed, HeightUnread)
    if found is None:
        return None
    number, unit = found
    if (unit and unit not in _METRES | _CENTIMETRES) or not number:
        raise HeightUnread()
    metres = unit in _METRES or (not unit and number < _SHORTEST_IN_CM)
    return _whole(number * (1000 if metres else 10))


_PRESSURE = re.compile(r"([0-9]{1,3})\s*[/\-\s]\s*([0-9]{1,3})\s*(?:mm\s?hg)?", re.IGNORECASE)


def read_pressure(typed: str) -> tuple[int, int] | None:
    """Both numbers of "120/80"."""
    text = typed.strip()
    if not text:
        return None
    found = _PRESSURE.fullmatch(text)
    if found is None:
        raise PressureUnread()
    return int(found[1]), int(found[2])


def read_pulse(typed: str) -> int | None:
    found = _number(typed, PulseUnread)
    if found is None:
        return None
    number, unit = found
    if unit not in ("", "lpm", "ppm", "bpm") or number != int(number) or not number:
        raise PulseUnread()
    return int(number)


def read_temperature(typed: str) -> int | None:
    """Tenths of a degree Celsius from "36.5" or "36,5 °C"; "98.6 F" is understood too."""
    found = _number(typed, TemperatureUnread)
    if found is None:
        return None
    number, unit = found
    plain = unit.strip("°º")
    if plain not in ("", "c", "f") or not number:
        raise TemperatureUnread()
    return _whole((number - 32) * 50 / 9 if plain == "f" else number * 10)


def read_weeks(typed: str) -> int | None:
    text = typed.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise WeeksUnread()
    return int(text)


def read_taken_on(typed: str, today: date) -> date:
    """The day something was measured: "3/11", "3/11/25", "ayer"; nothing typed is today."""
    text = typed.strip().lower().replace("-", "/").replace(".", "/")
    if not text or text == "hoy":
        return today
    if text == "ayer":
        return today - timedelta(days=1)
    parts = text.split("/")
    if len(parts) not in (2, 3) or not all(p.isascii() and p.isdigit() and len(p) <= 4 for p in parts):
        raise DayUnread()
    year = today.year if len(parts) == 2 else int(parts[2]) + (2000 if int(parts[2]) < 100 else 0)
    try:
        found = date(year, int(parts[1]), int(parts[0]))
        if len(parts) == 2 and found > today:
            found = found.replace(year=year - 1)
    except ValueError as error:
        raise DayUnread() from error
    if found > today:
        raise TakenInTheFuture(day=say_day(found))
    return found


# -- saying what was measured, as it can be read again


def _decimal(number: Decimal) -> str:
    return f"{number.normalize():f}"


def say_weight(grams: int) -> str:
    return f"{_decimal(Decimal(grams) / 1000)} kg"


def say_height(mm: int) -> str:
    return f"{_decimal(Decimal(mm) / 10)} cm"


def say_pressure(systolic: int, diastolic: int) -> str:
    return f"{systolic}/{diastolic}"


def say_temperature(tenths: int) -> str:
    return f"{Decimal(tenths) / 10:.1f} °C"


def say_pregnancy(pregnancy: Pregnancy, weeks: int | None) -> str:
    said = _(PREGNANCY_WORDS[pregnancy])
    return said if weeks is None else _("{said}, {weeks} weeks").format(said=said, weeks=weeks)


@dataclass(frozen=True, slots=True)
class Said:
    """One measurement in words: what it is (a msgid), the value with its unit."""

    what: str
    value: str


def say_all(vitals: Vitals) -> tuple[Said, ...]:
    """Everything that was measured, in the order of the sheet."""
    return tuple(_said(vitals))


WEIGHT, HEIGHT, PRESSURE = N_("Weight"), N_("Height"), N_("Blood pressure")
PULSE, TEMPERATURE, PREGNANCY = N_("Pulse"), N_("Temperature"), N_("Pregnancy")
ORDER = (WEIGHT, HEIGHT, PRESSURE, PULSE, TEMPERATURE, PREGNANCY)


def _said(vitals: Vitals) -> Iterator[Said]:
    if vitals.weight_grams is not None:
        yield Said(WEIGHT, say_weight(vitals.weight_grams))
    if vitals.height_mm is not None:
        yield Said(HEIGHT, say_height(vitals.height_mm))
    if vitals.systolic_mmhg is not None and vitals.diastolic_mmhg is not None:
        yield Said(PRESSURE, say_pressure(vitals.systolic_mmhg, vitals.diastolic_mmhg) + " mmHg")
    if vitals.pulse_per_minute is not None:
        yield Said(PULSE, _("{count} a minute").format(count=vitals.pulse_per_minute))
    if vitals.temperature_tenths is not None:
        yield Said(TEMPERATURE, say_temperature(vitals.temperature_tenths))
    if vitals.pregnancy is not None:
        yield Said(PREGNANCY, say_pregnancy(vitals.pregnancy, vitals.pregnancy_weeks))


# -- what is asked once

_CHANGED_BY = 15
"""Percent: between two visits so much is more often a slip than a change."""
_COMPARED_WITHIN = timedelta(days=366)
"""An older weight says nothing of a slip; a child has grown meanwhile."""


@dataclass(frozen=True, slots=True)
class LastWeight:
    grams: int
    taken_on: date


def doubts(vitals: Vitals, taken_on: date, last: LastWeight | None) -> tuple[str, ...]:
    """One sentence for each value that sounds like a slip of the hand."""
    found = (
        *_weight_doubts(vitals.weight_grams, taken_on, last),
        *_height_doubts(vitals.height_mm),
        *_pressure_doubts(vitals.systolic_mmhg, vitals.diastolic_mmhg),
        *_other_doubts(vitals),
    )
    return tuple(found)


def _weight_doubts(grams: int | None, taken_on: date, last: LastWeight | None) -> Iterator[str]:
    if grams is None:
        return
    if not 500 <= grams <= 250_000:
        yield _("Weight: {value}.").format(value=say_weight(grams))
    elif last is not None and _is_far_from(last, grams, taken_on):
        words = _("Weight: {value}; on {day} it was {before}.")
        yield words.format(value=say_weight(grams), day=say_day(last.taken_on), before=say_weight(last.grams))


def _is_far_from(last: LastWeight, grams: int, taken_on: date) -> bool:
    compared = abs(taken_on - last.taken_on) <= _COMPARED_WITHIN
    return compared and abs(grams - last.grams) * 100 > last.grams * _CHANGED_BY


def _height_doubts(mm: int | None) -> Iterator[str]:
    if mm is not None and not 500 <= mm <= 2200:
        meant = next((m for m in (mm * 10, mm * 100, mm // 10) if 500 <= m <= 2200), None)
        said = _("Height: {value}.").format(value=say_height(mm))
        yield said if meant is None else said + " " + _("Did you mean {value}?").format(value=say_height(meant))


def _pressure_doubts(systolic: int | None, diastolic: int | None) -> Iterator[str]:
    if systolic is None or diastolic is None:
        return
    said = _("Blood pressure {value}:").format(value=say_pressure(systolic, diastolic))
    if systolic <= 30 and diastolic < systolic:
        meant = say_pressure(systolic * 10, diastolic * 10)
        yield said + " " + _("did you mean {value}?").format(value=meant)
    elif diastolic >= systolic:
        yield said + " " + _("the second number is not the smaller one.")
    elif not (50 <= systolic <= 300 and 20 <= diastolic <= 200):
        yield said + " " + _("that is seldom seen.")


def _other_doubts(vitals: Vitals) -> Iterator[str]:
    pulse, tenths, weeks = vitals.pulse_per_minute, vitals.temperature_tenths, vitals.pregnancy_weeks
    if pulse is not None and not 20 <= pulse <= 250:
        yield _("Pulse: {value}.").format(value=pulse)
    if tenths is not None and not 300 <= tenths <= 440:
        said = _("Temperature: {value}.").format(value=say_temperature(tenths))
        meant = say_temperature(tenths // 10)
        yield said + " " + _("Did you mean {value}?").format(value=meant) if 3000 <= tenths <= 4400 else said
    if weeks is not None and not 1 <= weeks <= 44:
        yield _("Weeks of pregnancy: {value}.").format(value=weeks)
    elif weeks is not None and vitals.pregnancy not in (Pregnancy.YES, Pregnancy.POSSIBLE):
        yield _("Weeks of pregnancy are written, and no pregnancy.")
