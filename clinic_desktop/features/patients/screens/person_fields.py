"""What the fields of a registration say when something is wrong, and how they write what is known."""

from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.naming import is_filler
from clinic_desktop.features.patients.rules.places import municipality
from clinic_desktop.kernel.i18n import _


def written_birth(birth: Birth | None) -> str:
    """A birth as one would type it."""
    if birth is None:
        return ""
    parts = [part for part in (birth.day.day, birth.day.month, birth.day.year) if part is not None]
    return ("~" if birth.estimated else "") + "/".join(str(part) for part in parts)


def told(text: str) -> str:
    """What was written, where it is not "?"."""
    return "" if text.strip() in ("?", "¿?", "??") else text


def filler_fault(text: str | None) -> str | None:
    return _("Nothing needs to be put in here: leave it empty, or write ?") if text and is_filler(text) else None


def minutes(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else None


def minutes_fault(text: str) -> str | None:
    return _("Write only the minutes, as in 90") if text and minutes(text) is None else None


def sex_fault(at: int | None) -> str | None:
    return _("Choose one") if at is None else None


def municipality_fault(value: str | None) -> str | None:
    if value and municipality(value) is None:
        return _("Choose one of the list")
    return None
