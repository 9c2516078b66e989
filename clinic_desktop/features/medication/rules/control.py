"""Controlled medicines: under which class of a country, who says so, and what its rule asks.

The program ships no country's list. The central office writes each line down from the law or from its own formulary,
with the source; where a rule says nothing of something, nothing is asked.
"""

import re
from dataclasses import dataclass

from clinic_desktop.features.medication.rules.refusals import ClassMissing, CountryUnclear, SourceMissing

MARKED_BY_FORMULARY = "CES"
"""The mark of a formulary that was taken over: no law, and said as what it is."""
_ZONES = {
    "America/Guatemala": "GT",
    "America/Mexico_City": "MX",
    "America/Tegucigalpa": "HN",
    "America/El_Salvador": "SV",
    "America/Managua": "NI",
    "America/Costa_Rica": "CR",
    "America/Belize": "BZ",
}


@dataclass(frozen=True, slots=True)
class ControlTerms:
    """What a country asks of one class. None: its source says nothing of it."""

    rule_id: str
    country: str
    class_code: str
    title: str
    most_packs: int | None
    valid_days: int | None
    most_fillings: int | None
    is_retained: bool | None
    in_register: bool | None
    witness_wanted: bool | None
    keep_years: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Control:
    """That one presentation is controlled here: a class is never without who says so."""

    class_code: str
    title: str
    source: str
    rule: ControlTerms | None


def country_of_zone(zone: str) -> str:
    """The country of a time zone, where the municipality of a clinic is not known; empty if it cannot be told."""
    return _ZONES.get(zone, "")


def read_country(text: str) -> str:
    """Two letters, as ISO 3166 writes them."""
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise CountryUnclear()
    return code


def check_listing(class_code: str, source: str) -> tuple[str, str]:
    """Class and source, cleaned. Both are wanted: a class that nobody can look up is not written down."""
    code, said = " ".join(class_code.split()), " ".join(source.split())
    if not code:
        raise ClassMissing()
    if not said:
        raise SourceMissing()
    return code, said
