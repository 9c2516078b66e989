"""What the rule of a controlled medicine says where it matters: sentences and questions, never decisions."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from clinic_desktop.features.medication.rules.control import Control, ControlTerms, check_listing, read_country
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import NeedsConfirmation, NeedsWords, Refused
from clinic_desktop.kernel.i18n import N_, _, ngettext

_MOST = {"most_packs": 1_000, "valid_days": 3_650, "most_fillings": 100, "keep_years": 100}


class NumberUnclear(Refused):
    text = N_("Write a whole number between 1 and {most}, or leave it empty if the source says nothing of it.")


class MorePacksThanRule(NeedsConfirmation):
    text = N_(
        "{medicine} is controlled: at most {packs} boxes in one prescription ({source}). Prescribe more all the same?"
    )


class RuleSaysNo(NeedsWords):
    """The words go into the movement's reason, so that the book shows them."""

    text = N_("{what} ({source}). If it is handed out all the same, write why: the book will show it.")
    named = "control_reason"


class ControlWitnessMissing(NeedsWords):
    text = N_("{medicine} is controlled: write who saw it leave, somebody other than you.")
    named = "witness"


@dataclass(frozen=True, slots=True)
class ControlTyped:
    """A rule as somebody typed it from its source. None: the source says nothing of it."""

    country: str
    class_code: str
    title: str
    source: str
    most_packs: int | None = None
    valid_days: int | None = None
    most_fillings: int | None = None
    is_retained: bool | None = None
    in_register: bool | None = None
    witness_wanted: bool | None = None
    keep_years: int | None = None


def checked(typed: ControlTyped) -> ControlTyped:
    code, source = check_listing(typed.class_code, typed.source)
    for name, most in _MOST.items():
        number = getattr(typed, name)
        if number is not None and not 1 <= number <= most:
            raise NumberUnclear(most=f"{most:,}")
    title = " ".join(typed.title.split())
    return replace(typed, country=read_country(typed.country), class_code=code, source=source, title=title)


def read_number(text: str, name: str) -> int | None:
    """A whole number of the rule; None where nothing was typed."""
    if not text.strip():
        return None
    if not re.fullmatch(r"\d{1,4}", text.strip()) or not 1 <= int(text) <= _MOST[name]:
        raise NumberUnclear(most=f"{_MOST[name]:,}")
    return int(text)


def say_control(control: Control, *, at_counter: bool = False) -> str:
    """The small line beside the medicine: what it is, what the rule asks of a prescription, and who says so.

    `at_counter`: also what is asked of whoever hands it out.
    """
    said = [_("Controlled: {title}").format(title=control.title)]
    if control.rule is not None:
        said += [*say_terms(control.rule), *(say_handing(control.rule) if at_counter else ())]
    source = control.rule.source if control.rule else control.source
    return " · ".join((*said, _("Source: {source}").format(source=source)))


def say_terms(rule: ControlTerms) -> list[str]:
    said: list[str] = []
    if rule.most_packs is not None:
        said.append(ngettext("at most {count} box", "at most {count} boxes", rule.most_packs).format(
            count=rule.most_packs))  # fmt: skip
    if rule.valid_days is not None:
        said.append(ngettext("valid {count} day", "valid {count} days", rule.valid_days).format(count=rule.valid_days))
    if rule.most_fillings is not None:
        words = ngettext("handed out at most {count} time", "handed out at most {count} times", rule.most_fillings)
        said.append(words.format(count=rule.most_fillings))
    return said


def say_handing(rule: ControlTerms) -> list[str]:
    said: list[str] = []
    if rule.is_retained:
        said.append(_("the pharmacy keeps the prescription"))
    if rule.witness_wanted:
        said.append(_("with a witness"))
    return said


def say_kept(rule: ControlTerms, closed_on: date, today: date) -> str:
    """How long a page is kept, or since when it may be thrown away; nothing is thrown away by the program."""
    if rule.keep_years is None:
        return ""
    until = _years_later(closed_on, rule.keep_years)
    if until > today:
        return _("Keep until {day} ({source})").format(day=say_day(until), source=rule.source)
    return _("May be thrown away since {day} ({source})").format(day=say_day(until), source=rule.source)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def packs_of(units: int, pack_units: int | None) -> int | None:
    """Boxes begun; None where nobody wrote what a box holds."""
    return None if not pack_units else -(-units // pack_units)


def exceeds_packs(control: Control | None, units: int, pack_units: int | None) -> bool:
    if control is None or control.rule is None or control.rule.most_packs is None:
        return False
    packs = packs_of(units, pack_units)
    return packs is not None and packs > control.rule.most_packs


def not_valid(control: Control | None, signed_on: date, earlier_fillings: int, today: date) -> str:
    """Which term of the rule is over for this prescription, in words; empty if none is."""
    rule = control.rule if control else None
    if rule is None:
        return ""
    if rule.valid_days is not None and today > (last := signed_on + timedelta(days=rule.valid_days)):
        return _("The prescription was valid until {day}").format(day=say_day(last))
    if rule.most_fillings is not None and earlier_fillings >= rule.most_fillings:
        words = ngettext("It was handed out {count} time already", "It was handed out {count} times already",
                         earlier_fillings)  # fmt: skip
        return words.format(count=earlier_fillings)
    return ""
