"""Somebody to look for, as those who go to the villages may know it: whom, where and how safely. Nothing of why."""

from dataclasses import dataclass
from datetime import date

from clinic_desktop.features.consults.rules.risk import CONTACT_WORDS, ContactOutcome
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _


@dataclass(frozen=True, slots=True)
class Sought:
    patient_id: str
    name: str
    community: str
    """Empty where nobody may go to the house."""
    whom: str
    """Whom to look for: the person whom the clinician named, else who keeps an eye on them."""
    reach: str
    since: date
    may_visit: bool
    may_call: bool
    phone: str
    hours: str
    cover_words: str
    shared: bool
    last: str
    """The code of what came of the newest contact."""
    last_on: date | None


def say_where(one: Sought) -> str:
    return one.community if one.may_visit else _("Do not visit at home")


def say_number(one: Sought) -> str:
    """The person's own number, or that nobody calls."""
    if not one.may_call:
        return _("Do not call")
    heard = _("others hear it") if one.shared and one.phone else ""
    return ", ".join(part for part in (one.phone, heard) if part)


def say_last(one: Sought) -> str:
    """What came of it the last time, without the words that were told of it."""
    if one.last not in tuple(ContactOutcome) or one.last_on is None:
        return ""
    return f"{_(CONTACT_WORDS[ContactOutcome(one.last)])}, {say_day(one.last_on)}"
