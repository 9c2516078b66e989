"""National numbers: read with blanks and hyphens, checked by their own check digit. A doubt warns and never blocks.

Sources: cui-gt 0.2.0 and nit-dpi-validator 0.2 (CUI); python-stdnum 2.2 and tocayo 0.1 (CURP); eight public
implementations that agree (DUI).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from clinic_desktop.kernel.i18n import N_, _


@dataclass(frozen=True, slots=True)
class Kind:
    code: str
    title: str
    hint: str
    length: int
    doubt: Callable[[str], str | None]
    """A msgid that says what is wrong with a number of the right length, None if nothing is."""
    groups: tuple[int, ...]
    """How it is written on the card."""
    letters: bool = False


def _cui_doubt(digits: str) -> str | None:
    total = sum(int(digits[place]) * (place + 2) for place in range(8))
    if total % 11 != int(digits[8]):
        return N_("The check digit does not agree. Read it again from the card.")
    if not 1 <= int(digits[9:11]) <= 22:
        return N_("There is no department with this number. Read it again from the card.")
    return None


_CURP_FORM = re.compile(r"[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[0-9A-Z]\d", re.ASCII)
_CURP_SIGNS = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
_CURP_STATES = "AS BC BS CC CS CH CL CM DF DG GT GR HG JC MC MN MS NT NL OC PL QT QR SP SL SR TC TL TS VZ YN ZS NE"


def _curp_doubt(signs: str) -> str | None:
    if not _CURP_FORM.fullmatch(signs):
        return N_("This is not how a CURP is written. Read it again from the card.")
    if signs[11:13] not in _CURP_STATES.split():
        return N_("There is no state with these letters. Read it again from the card.")
    total = sum(_CURP_SIGNS.index(sign) * (18 - place) for place, sign in enumerate(signs[:17]))
    if (10 - total % 10) % 10 != int(signs[17]):
        return N_("The check digit does not agree. Read it again from the card.")
    return None


def _dui_doubt(digits: str) -> str | None:
    total = sum(int(digits[place]) * (9 - place) for place in range(8))
    if (10 - total % 10) % 10 != int(digits[8]):
        return N_("The check digit does not agree. Read it again from the card.")
    return None


CUI = Kind("GT_CUI", N_("CUI (DPI)"), N_("13 figures"), 13, _cui_doubt, (4, 5, 4))
CURP = Kind("MX_CURP", N_("CURP"), N_("18 signs"), 18, _curp_doubt, (18,), letters=True)
DUI = Kind("SV_DUI", N_("DUI"), N_("9 figures"), 9, _dui_doubt, (8, 1))
KINDS = {kind.code: kind for kind in (CUI, CURP, DUI)}


def tidy_id(text: str) -> str:
    """Without the blanks, points and hyphens people put between the figures; capitals."""
    return "".join(c for c in text.upper() if c.isalnum())


def kind_of(text: str) -> Kind | None:
    """Which card a number is from, by its length and letters."""
    signs = tidy_id(text)
    digits = signs.isascii() and signs.isdecimal()
    for kind in KINDS.values():
        if len(signs) == kind.length and (kind.letters or digits):
            return kind
    return None


def doubt(kind: Kind, text: str) -> str | None:
    """One sentence on what looks wrong, in the spoken language; None if all is well or nothing was written."""
    signs = tidy_id(text)
    if not signs:
        return None
    if not kind.letters and not (signs.isascii() and signs.isdecimal()):
        return _("Only figures belong here. Read it again from the card.")
    if len(signs) < kind.length:
        return _("{missing} missing: {count} of {length}").format(
            missing=kind.length - len(signs), count=len(signs), length=kind.length
        )
    if len(signs) > kind.length:
        return _("{more} too many: {count} of {length}").format(
            more=len(signs) - kind.length, count=len(signs), length=kind.length
        )
    wrong = kind.doubt(signs)
    return _(wrong) if wrong else None


def said_id(kind_code: str, number: str) -> str:
    """As on the card: "5260 18151 0701"."""
    kind, signs = KINDS.get(kind_code), tidy_id(number)
    if kind is None or len(signs) != kind.length:
        return number
    parts: list[str] = []
    for size in kind.groups:
        parts.append(signs[:size])
        signs = signs[size:]
    return ("-" if kind is DUI else " ").join(parts)


# Figures of a telephone number where people here live.
PHONE_LENGTHS = {"GT": 8, "MX": 10, "SV": 8, "HN": 8}
_COUNTRY_CODES = {"GT": "502", "MX": "52", "SV": "503", "HN": "504"}


def phone_digits(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isdecimal())


def is_same_phone(one: str, other: str) -> bool:
    """Also where one of them is written with the code of the country."""
    shorter, longer = sorted((phone_digits(one), phone_digits(other)), key=len)
    return len(shorter) >= min(PHONE_LENGTHS.values()) and longer.endswith(shorter)


def phone_doubt(text: str, country: str = "GT") -> str | None:
    """ "2 missing: 6 of 8". Words beside the number ("vecina") are left alone."""
    digits = phone_digits(text)
    length = PHONE_LENGTHS.get(country, 8)
    if digits.startswith(_COUNTRY_CODES.get(country, "502")) and len(digits) > length:
        digits = digits[len(_COUNTRY_CODES.get(country, "502")) :]
    if not digits or len(digits) >= length:
        return None
    return _("{missing} missing: {count} of {length}").format(
        missing=length - len(digits), count=len(digits), length=length
    )
