"""The shelf: whole dispensing units (a box is only a way to say them), and lots by their expiry."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _, ngettext

SHORT_EXPIRY_DAYS = 90
FAR_EXPIRY_YEARS = 15
MOST_UNITS = 100_000
"""More in one line of a delivery is a slip of the finger."""


class UnitsUnclear(Refused):
    text = N_("Write whole units, for example 60 or 3x20.")


class UnitsInParts(UnitsUnclear):
    text = N_("Only whole units are counted: no half tablet, no part of a box.")


class UnitsImplausible(Refused):
    text = N_("The quantity must be between 1 and {most}.")


class ExpiryUnclear(Refused):
    text = N_("Write the expiry as on the box, month and year: 0627 is June 2027.")


class ExpiryTooFar(Refused):
    text = N_("No medicine lasts until {day}. Look at the box again.")


class ExpiredAlready(Refused):
    text = N_("This lot expired on {day}. It cannot be received.")


class NotEnough(Refused):
    text = N_("Only {usable} can be given now. Nothing was handed out.")


def read_units(text: str, pack_units: int | None = None) -> int:
    """ "60", "1,000", or boxes times units: "3x20" -> 60; "3x" is three of the boxes that the product comes in."""
    typed = text.strip().lower()
    parts = re.split(r"\s*[x×*]\s*", typed)
    if len(parts) == 2 and not parts[1] and pack_units:
        parts[1] = str(pack_units)
    if len(parts) > 2 or not all(re.fullmatch(r"\d{1,12}|\d{1,3}(,\d{3})+", part, re.ASCII) for part in parts):
        if re.fullmatch(r"[-−]\s*\d+", typed):
            raise UnitsImplausible(most=f"{MOST_UNITS:,}")
        if re.search(r"\d[.,/]\d|[\u00bc-\u00be\u2150-\u215e]", typed):
            raise UnitsInParts()
        raise UnitsUnclear()
    numbers = [int(part.replace(",", "")) for part in parts]
    return check_units(numbers[0] if len(numbers) == 1 else numbers[0] * numbers[1])


def check_units(units: int) -> int:
    if not 1 <= units <= MOST_UNITS:
        raise UnitsImplausible(most=f"{MOST_UNITS:,}")
    return units


def unit_word(unit: Unit | None, count: int) -> str:
    """The unit without its number, in the singular or plural that `count` asks for."""
    match unit:
        case Unit.TABLET:
            return ngettext("tablet", "tablets", count)
        case Unit.CAPSULE:
            return ngettext("capsule", "capsules", count)
        case Unit.AMPOULE:
            return ngettext("ampoule", "ampoules", count)
        case Unit.VIAL:
            return ngettext("vial", "vials", count)
        case Unit.BOTTLE:
            return ngettext("bottle", "bottles", count)
        case Unit.SACHET:
            return ngettext("sachet", "sachets", count)
        case _:
            return ngettext("unit", "units", count)


def say_units(count: int, unit: Unit | None) -> str:
    """ "1,200 tablets"."""
    return f"{count:,} {unit_word(unit, abs(count))}"


def say_packs(units: int, pack_units: int | None, unit: Unit | None) -> str:
    """ "3 boxes x 20 = 60 tablets", or only the units if the box does not divide them."""
    if not pack_units or pack_units == 1 or units % pack_units:
        return say_units(units, unit)
    boxes = units // pack_units
    said = ngettext("{boxes} box × {pack} = {units}", "{boxes} boxes × {pack} = {units}", boxes)
    return said.format(boxes=f"{boxes:,}", pack=pack_units, units=say_units(units, unit))


def say_lasting(days: int) -> str:
    """How long a shelf lasts; beyond a year the number means nothing."""
    if days > 365:
        return _("over a year")
    return ngettext("{days} day", "{days} days", days).format(days=days)


def say_usable(usable: int, expired: int, withheld: int = 0) -> str:
    """ "0 usable (40 expired)": expired units never make a shelf look full, nor do those that were called back."""
    said = ngettext("{count} usable", "{count} usable", usable).format(count=f"{usable:,}")
    return f"{said} {say_apart(expired, withheld)}".strip()


def say_apart(expired: int, withheld: int) -> str:
    """ "(40 expired) (20 called back)", or nothing."""
    said: list[str] = []
    if expired:
        said.append(ngettext("({count} expired)", "({count} expired)", expired).format(count=f"{expired:,}"))
    if withheld:
        back = ngettext("({count} called back)", "({count} called back)", withheld)
        said.append(back.format(count=f"{withheld:,}"))
    return " ".join(said)


def clean_lot_number(text: str | None) -> str | None:
    """As printed, in capitals, without stray spaces; None if there is none."""
    cleaned = " ".join((text or "").split()).upper()
    return cleaned or None


def plain_lot_number(number: str) -> str:
    """As two lot numbers are compared: a box says "AB-12", a letter "ab 12", a scanner "AB12"."""
    return number.upper().replace(" ", "").replace("-", "")


def read_expiry(text: str) -> date:
    """The last day a lot may be given: "0627" or "6/2027" -> 30 June 2027, "150627" or "15/06/2027" -> that day."""
    parts = re.findall(r"\d+", text)
    digits = "".join(parts)
    if re.sub(r"[\d\s/.-]", "", text) or not parts:
        raise ExpiryUnclear()
    if len(parts) == 1:
        if len(digits) == 4 or (len(digits) == 6 and digits[2:4] == "20"):
            parts = [digits[:2], digits[2:]]
        elif len(digits) in (6, 8):
            parts = [digits[:2], digits[2:4], digits[4:]]
    if len(parts) not in (2, 3) or len(parts[-1]) not in (2, 4) or any(len(part) > 4 for part in parts):
        raise ExpiryUnclear()
    return _day_of([int(part) for part in parts])


def _day_of(parts: list[int]) -> date:
    year = parts[-1] if parts[-1] >= 100 else 2000 + parts[-1]
    month = parts[-2]
    if not 1 <= month <= 12 or not 1900 <= year <= 2999:
        raise ExpiryUnclear()
    last = monthrange(year, month)[1]
    day = parts[0] if len(parts) == 3 else last
    if not 1 <= day <= last:
        raise ExpiryUnclear()
    return date(year, month, day)


def check_expiry(expires_on: date, received_on: date) -> date:
    """A lot that was expired when it came, or that says it lasts for ever, is not received."""
    if expires_on < received_on:
        raise ExpiredAlready(day=say_day(expires_on))
    if expires_on.year > received_on.year + FAR_EXPIRY_YEARS:
        raise ExpiryTooFar(day=say_day(expires_on))
    return expires_on


def is_short(expires_on: date, received_on: date, least_days: int | None = None) -> bool:
    """Whether whoever receives it should say that they want it all the same; `least_days` is what a donor promised."""
    return expires_on < received_on + timedelta(days=SHORT_EXPIRY_DAYS if least_days is None else least_days)


@dataclass(frozen=True, slots=True)
class ShelfLot:
    """A lot with what is left of it on one shelf."""

    lot_id: str
    lot_number: str | None
    expires_on: date
    units: int
    withheld: bool = False
    """It was called back: nobody is given it."""

    def is_usable(self, today: date) -> bool:
        return self.units > 0 and not self.withheld and self.expires_on >= today


@dataclass(frozen=True, slots=True)
class Taking:
    lot: ShelfLot
    units: int


def first_expiring(lots: Iterable[ShelfLot], today: date) -> tuple[ShelfLot, ...]:
    """The lots that may be given today, the one that expires first in front."""
    usable = (lot for lot in lots if lot.is_usable(today))
    return tuple(sorted(usable, key=lambda lot: (lot.expires_on, lot.lot_number or "", lot.lot_id)))


def allocate(lots: Iterable[ShelfLot], units: int, today: date) -> tuple[Taking, ...]:
    """Take `units` first-expiring-first over as many lots as it needs; expired ones are never touched."""
    check_units(units)
    usable = first_expiring(lots, today)
    there = sum(lot.units for lot in usable)
    if there < units:
        raise NotEnough(usable=f"{there:,}")
    taken: list[Taking] = []
    for lot in usable:
        if units == 0:
            break
        part = min(units, lot.units)
        taken.append(Taking(lot, part))
        units -= part
    return tuple(taken)
