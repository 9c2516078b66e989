"""Generated people: names and places of the region, drawn by chance. Nobody real stands behind them.

What could belong to somebody real is left out or made impossible: no identity numbers, and telephones that begin
with 00, which no network gives.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.self_told import DOMAINS, ways_found
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.assets import read_catalog, read_json
from clinic_desktop.kernel.dates import PartialDate

ESTIMATED, ONE_SURNAME, NO_SURNAME, TWO_GIVEN, HAS_PHONE = 0.35, 0.08, 0.02, 0.55, 0.6
SPANISH = "spa"


@dataclass(frozen=True, slots=True)
class Region:
    """Where a clinic's people come from and what they speak."""

    municipalities: tuple[str, ...]
    """Codes; the first is the clinic's own and the most frequent."""
    language_code: str
    folder_prefix: str = ""
    """Begins the number of the old paper folder of some people."""


@cache
def words() -> dict[str, Any]:
    """The invented words of the demonstration."""
    return read_json("demo_words")


@cache
def _given(sex: Sex) -> tuple[str, ...]:
    return tuple(row["name"] for row in read_catalog("demo_given_names") if row["sex"] == str(sex))


@cache
def _surnames() -> tuple[str, ...]:
    """Those of the highlands; the list also holds some of Chiapas."""
    return tuple(row["name"] for row in read_catalog("demo_surnames") if row["kind"] != "chiapas")


def invent(rng: Random, region: Region, told_on: date) -> Details:
    """One person as reception would type what they tell on that day."""
    sex = Sex.FEMALE if rng.random() < 0.66 else Sex.MALE
    family, second = _two_surnames(rng)
    speaks = rng.random()
    kinship, kin_sex = _kin(rng)
    return Details(
        given_names=_given_names(rng, sex),
        family_name=family,
        second_family_name=second,
        known_as=rng.choice(words()["nicknames"][str(sex)]) if rng.random() < 0.12 or not family else "",
        sex=sex,
        birth=_birth(rng, told_on),
        municipality_code=region.municipalities[0] if rng.random() < 0.7 else rng.choice(region.municipalities),
        community=rng.choice(words()["communities"]),
        language_code=region.language_code if speaks < 0.72 else SPANISH if speaks < 0.95 else "",
        needs_interpreter=speaks < 0.3 if speaks < 0.95 else None,
        phone=_phone(rng) if rng.random() < HAS_PHONE else "",
        contact_name=f"{rng.choice(_given(kin_sex))} {family or rng.choice(_surnames())}" if rng.random() < 0.7 else "",
        contact_kinship=kinship,
        contact_phone=_phone(rng) if rng.random() < 0.4 else "",
        mother_name=f"{rng.choice(_given(Sex.FEMALE))} {second}".strip() if rng.random() < 0.5 else "",
        folder_number=f"{region.folder_prefix}-{rng.randrange(1, 999):03}" if region.folder_prefix else "",
        has_no_family_name=None if family else True,
        **_told_of_oneself(rng),
    )


def _told_of_oneself(rng: Random) -> dict[str, Any]:
    """What some are asked and some answer: who they say they are, how they found the clinic, how to reach them."""
    asked, shares, quiet = rng.random(), rng.random() < 0.25, rng.random() < 0.08
    return {
        "self_identification_code": "maya" if asked < 0.55 else "ladino" if asked < 0.65 else "",
        "found_by_code": rng.choice(ways_found())[0] if rng.random() < 0.6 else "",
        "shared_phone": True if shares else None,
        "contact_hours": rng.choice(words()["contact_hours"]) if shares else "",
        "do_not_call": True if quiet else None,
        "minutes_to_clinic": rng.randrange(1, 13) * 15 if rng.random() < 0.5 else None,
        "functioning": {domain: rng.choice((1, 1, 1, 2, 3)) for domain in DOMAINS} if rng.random() < 0.15 else {},
    }


def _given_names(rng: Random, sex: Sex) -> str:
    names = rng.sample(_given(sex), 2 if rng.random() < TWO_GIVEN else 1)
    return " ".join(names)


def _two_surnames(rng: Random) -> tuple[str, str]:
    drawn = rng.random()
    if drawn < NO_SURNAME:
        return "", ""
    if drawn < NO_SURNAME + ONE_SURNAME:
        return rng.choice(_surnames()), ""
    return rng.choice(_surnames()), rng.choice(_surnames())


def _kin(rng: Random) -> tuple[str, Sex]:
    kinship = rng.choice(words()["kinships"])
    return kinship, Sex.MALE if kinship in ("padre", "hermano", "hijo", "esposo") else Sex.FEMALE


def _birth(rng: Random, told_on: date) -> Birth | None:
    age = min(88, max(9, int(rng.gauss(36, 15))))
    drawn = rng.random()
    if drawn < 0.02:
        return None
    if drawn < ESTIMATED:
        # People tell round ages when nobody knows the year.
        return Birth(PartialDate(told_on.year - (age // 5 * 5 if age > 40 else age)), True, told_on)
    born = told_on - timedelta(days=age * 365 + rng.randrange(365))
    if drawn < ESTIMATED + 0.08:
        return Birth(PartialDate(born.year, born.month))
    return Birth(PartialDate(born.year, born.month, born.day))


def _phone(rng: Random) -> str:
    return f"00{rng.randrange(10, 99)} {rng.randrange(10_000):04}"
