"""What a barcode scanner types: a keyboard that is fast and ends with Enter.

Read are the element strings of GS1 DataMatrix and GS1-128 (application identifiers, here AI) and the plain numbers of
EAN-13, EAN-8, UPC-A and GTIN-14. Sources, all of GS1:
- GS1 General Specifications, section 3: the identifiers 01, 02, 10, 11, 17, 21, 30, 37, 240, 710 to 715, their lengths
  and signs, and that 30 goes with a GTIN of variable measure (it begins with 9) and 37 with 02;
- section 7.8: which identifiers have a length of their own and need no separator (FNC1) behind them;
- section 7.9: the check digit; section 7.11: the 82 signs; section 7.12: the century of a year of two digits, and that
  the day 00 is the end of the month;
- section 5: the symbology identifiers ]d2, ]C1, ]e0, ]Q3, ]J1, that a scanner may send in front.

A scanner that works as a keyboard cannot type FNC1. Some send the sign 29, some another sign that no GS1 code may hold,
some nothing at all. Where nothing was sent, a lot that could end in more than one place is left for the person to type:
no lot at all is better than a wrong one.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from clinic_desktop.features.medication.rules.shelf import clean_lot_number
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_

SEPARATOR = "\u241d"
"""How FNC1 stands in a field, which shows no control sign."""
_SENT_AS_SEPARATOR = re.compile(r"<GS>|\{GS\}|\[GS\]|[\x1d\u241d|~^{}#`@\[\]\\$]+")
_SYMBOLOGY = re.compile(r"[\]+](?:d2|C1|e0|Q3|J1)", re.IGNORECASE)
"""On a computer with a Spanish keyboard the bracket comes as a plus."""
_SIGNS = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+")
_SURE_LOT = re.compile(r"[0-9A-Za-z./_-]+")
_SURE_ON_ANY_KEYBOARD = re.compile(r"[0-9A-Za-z.]+")
_OWN_LENGTH = {
    "00": 18, "01": 14, "02": 14, "03": 14, "04": 16, "11": 6, "12": 6, "13": 6, "14": 6, "15": 6, "16": 6, "17": 6,
    "18": 6, "19": 6, "20": 2, "31": 8, "32": 8, "33": 8, "34": 8, "35": 8, "36": 8, "41": 14,
}  # fmt: skip
"""By the first two digits: how many signs follow these two. Whatever else there is ends at a separator."""
_UP_TO = {
    "10": 20, "21": 20, "30": 8, "37": 8, "240": 30,
    "710": 20, "711": 20, "712": 20, "713": 20, "714": 20, "715": 20,
}  # fmt: skip
"""The identifiers of medicines that end at a separator, with the most signs they may have."""
_MEASURES = ("31", "32", "33", "34", "35", "36", "41")
"""Weights and places: several may stand in one code, and none is of use here."""
_DATES = ("11", "17")
_COUNTS = ("30", "37")
_WITHOUT_SEPARATOR = {"01": 14, "02": 14, "11": 6, "17": 6}
_PLAIN_LENGTHS = (8, 12, 13, 14)
_MOST_SIGNS = 400
_MOST_STEPS = 5_000
"""No label needs so many; garbage may, and is refused."""


class BarcodeUnclear(Refused):
    text = N_("The barcode did not come whole. Scan it again, or type the medicine.")


class CheckDigitWrong(Refused):
    text = N_("One digit of the barcode is wrong. Scan it again, or type the medicine.")


class CartonCode(Refused):
    text = N_("This is the code of a carton. Scan a box.")


@dataclass(frozen=True, slots=True)
class Scan:
    """What one barcode says. Empty: it does not say it, or not for sure."""

    gtin: str
    """Fourteen digits."""
    lot_number: str | None = None
    expires_on: date | None = None
    made_on: date | None = None
    serial: str | None = None
    count: int | None = None
    lot_unsure: bool = False
    """It may hold a lot, and where that begins or ends cannot be told: it is typed from the box."""


def check_digit(digits: str) -> str:
    """The digit that ends `digits`, which come without it."""
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def read_gtin(text: str) -> str:
    """Eight, twelve, thirteen or fourteen digits as fourteen; raises CheckDigitWrong."""
    if not re.fullmatch(r"[0-9]+", text) or len(text) not in _PLAIN_LENGTHS:
        raise BarcodeUnclear()
    if check_digit(text[:-1]) != text[-1] or not text.strip("0"):
        raise CheckDigitWrong()
    return text.zfill(14)


def is_element_string(text: str) -> bool:
    """Whether this can only be a scanner's: no person types so."""
    typed = text.strip(" \t\r\n")
    return bool(
        _SYMBOLOGY.match(typed)
        or typed.startswith(("\x1d", SEPARATOR))
        or re.match(r"\(0[12]\)\d", typed)
        or re.match(r"(?:01|02)[0-9]{14}|00[0-9]{18}", typed)
    )


def is_plain_number(text: str) -> bool:
    """Whether it is as long as the number under a barcode, and nothing but digits."""
    return bool(re.fullmatch(r"[0-9]+", text.strip())) and len(text.strip()) in _PLAIN_LENGTHS


def read_scan(text: str, today: date) -> Scan | None:
    """What a scanner typed; None if a person typed it. What is a barcode and cannot be read raises Refused."""
    typed = text.strip(" \t\r\n")
    if is_plain_number(typed):
        return Scan(read_gtin(typed))
    if not is_element_string(typed):
        return None
    if len(typed) > _MOST_SIGNS:
        raise BarcodeUnclear()
    prefix = _SYMBOLOGY.match(typed)
    other_keyboard = prefix is not None and typed.startswith("+")
    body = typed[prefix.end() :] if prefix else typed
    found = _in_brackets(body) if body.startswith("(") else _elements(body.lstrip("\x1d" + SEPARATOR))
    return _scan(found, today, other_keyboard)


# -- taking the elements apart

_Elements = dict[str, str]


def _in_brackets(body: str) -> list[_Elements]:
    """As it is printed under the code: "(01)07501234567893(17)270630(10)A1"."""
    pieces = re.split(r"\(([0-9]{2,4})\)", body)
    if pieces[0]:
        raise BarcodeUnclear()
    found: _Elements = {}
    for code, value in zip(pieces[1::2], pieces[2::2], strict=True):
        _keep(found, code, value.strip())
    return [found]


def _elements(body: str) -> list[_Elements]:
    """Every way the code can be read: one where separators were sent, perhaps several where none was."""
    parts = [part for part in _SENT_AS_SEPARATOR.split(body) if part]
    if not parts or not all(_SIGNS.fullmatch(part) for part in parts):
        raise BarcodeUnclear()
    if len(parts) > 1 or _SENT_AS_SEPARATOR.search(body):
        found: _Elements = {}
        for part in parts:
            _take_apart(part, found)
        return [found]
    if re.fullmatch(r"00[0-9]{18}", body):
        raise CartonCode()
    readings = list(_readings(body, {}, iter(range(_MOST_STEPS))))
    if not readings:
        raise BarcodeUnclear()
    return readings


def _take_apart(part: str, found: _Elements) -> None:
    """Elements up to a separator; one that is not known reaches as far as that."""
    while part:
        if not re.match(r"[0-9]{2}", part):
            raise BarcodeUnclear()
        own = _OWN_LENGTH.get(part[:2])
        if own is not None:
            if len(part) < 2 + own:
                raise BarcodeUnclear()
            if part[:2] not in _MEASURES:
                _keep(found, part[:2], part[2 : 2 + own])
            part = part[2 + own :]
            continue
        code = next((part[:length] for length in (2, 3) if part[:length] in _UP_TO), None)
        if code is not None:
            _keep(found, code, part[len(code) :])
        return


def _keep(found: _Elements, code: str, value: str) -> None:
    if not _is_valid(code, value) or found.get(code, value) != value:
        raise BarcodeUnclear()
    found[code] = value


def _is_valid(code: str, value: str) -> bool:
    if code in _OWN_LENGTH:
        return len(value) == _OWN_LENGTH[code] and re.fullmatch(r"[0-9]+", value) is not None
    if code in _COUNTS:
        return re.fullmatch(r"[0-9]{1,8}", value) is not None
    return code not in _UP_TO or 1 <= len(value) <= _UP_TO[code]


def _readings(rest: str, found: _Elements, steps: Iterator[int]) -> Iterator[_Elements]:
    """Where no separator was sent: every reading by the identifiers of medicines, each at most once."""
    if next(steps, None) is None:
        raise BarcodeUnclear()
    if not rest:
        yield found
        return
    for code, length in _WITHOUT_SEPARATOR.items():
        if rest.startswith(code) and code not in found and len(rest) >= 2 + length:
            value = rest[2 : 2 + length]
            if re.fullmatch(r"[0-9]+", value) and _may_be(code, value):
                yield from _readings(rest[2 + length :], {**found, code: value}, steps)
    for code, most in _UP_TO.items():
        if not rest.startswith(code) or code in found or not _belongs(code, found):
            continue
        value = rest[len(code) :]
        for end in range(1, min(most, len(value)) + 1):
            if code in _COUNTS and not value[end - 1].isdigit():
                break
            yield from _readings(value[end:], {**found, code: value[:end]}, steps)


def _may_be(code: str, value: str) -> bool:
    if code in _DATES:
        return _parts_of_day(value) is not None
    return check_digit(value[:-1]) == value[-1]


def _belongs(code: str, found: _Elements) -> bool:
    if code == "30":
        return found.get("01", "9").startswith("9")
    return code != "37" or "02" in found or "01" not in found


# -- what they say


def _scan(readings: list[_Elements], today: date, other_keyboard: bool) -> Scan:
    agreed = {code: value for code, value in readings[0].items() if all(r.get(code) == value for r in readings)}
    if "01" not in agreed and "02" not in agreed:
        raise CartonCode() if "00" in agreed else BarcodeUnclear()
    lot = agreed.get("10")
    sure = _SURE_ON_ANY_KEYBOARD if other_keyboard else _SURE_LOT
    told = lot is not None and sure.fullmatch(lot) is not None
    count = agreed.get("37") or agreed.get("30")
    return Scan(
        read_gtin(agreed.get("01") or agreed["02"]),
        clean_lot_number(lot) if told else None,
        read_day(agreed["17"], today) if "17" in agreed else None,
        read_day(agreed["11"], today) if "11" in agreed else None,
        agreed.get("21"),
        int(count) if count else None,
        lot_unsure=not told and any("10" in reading for reading in readings),
    )


def read_day(six: str, today: date) -> date:
    """YYMMDD; the day 00 is the last of the month, and the year the nearest one that ends so."""
    parts = _parts_of_day(six)
    if parts is None:
        raise BarcodeUnclear()
    short, month, day = parts
    century = today.year // 100 * 100
    apart = short - today.year % 100
    if apart >= 51:
        century -= 100
    elif apart <= -50:
        century += 100
    year = century + short
    last = monthrange(year, month)[1]
    if day > last:
        raise BarcodeUnclear()
    return date(year, month, day or last)


def _parts_of_day(six: str) -> tuple[int, int, int] | None:
    if not re.fullmatch(r"[0-9]{6}", six):
        return None
    year, month, day = int(six[:2]), int(six[2:4]), int(six[4:])
    return (year, month, day) if 1 <= month <= 12 and day <= 31 else None
