"""The rules of safety as data, and which medicine a name means. A rule whose source was not verified is never shown."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from clinic_desktop.kernel.assets import read_catalog, read_json
from clinic_desktop.kernel.i18n import language
from clinic_desktop.kernel.names import fold

CATALOG, OTHER_NAMES = "safety_rules", "safety_medicines"


class Severity(StrEnum):
    """In the order in which they are shown."""

    STOP = "stop"
    """The source says no; whoever prescribes all the same writes why."""
    HIGH = "high"
    MEDIUM = "medium"
    KNOW = "know"
    """Good to know when beginning."""
    STRUCTURE = "structure"
    """No source says anything: only how the lines stand to each other."""


class Wants(StrEnum):
    """What a note asks for."""

    REASON = "reason"
    RESULT = "result"
    REPRODUCTION = "reproduction"
    SEEN = "seen"
    """Only that it was read."""


@dataclass(frozen=True, slots=True)
class SafetyRule:
    code: str
    kind: str
    """Which function of rules/safety.py reads the situation."""
    first: tuple[str, ...]
    """ATC codes, or what they begin with."""
    second: tuple[str, ...]
    severity: Severity
    wants: Wants
    sentences: Mapping[str, str]
    """By language."""
    source: str
    days: int = 0
    ages: tuple[int, int] = (0, 0)
    tests: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    """What an ICD-10 code begins with."""

    @property
    def sentence(self) -> str:
        return self.sentences.get(language()) or self.sentences.get("es", "")


def is_verified(raw: Mapping[str, Any]) -> bool:
    return raw.get("shown") is True and str(raw.get("confidence", "")).startswith(("verified", "verificado"))


def read_rules(catalog: Mapping[str, Any]) -> tuple[SafetyRule, ...]:
    groups = catalog["groups"]
    return tuple(
        SafetyRule(
            raw["code"], raw["kind"], tuple(groups[raw["first"]]), tuple(groups.get(raw.get("second", ""), ())),
            Severity(raw["severity"]), Wants(raw["wants"]), raw["sentence"], raw["source"], raw.get("days", 0),
            tuple(raw.get("ages", (0, 0))), tuple(raw.get("tests", ())), tuple(raw.get("conditions", ())),
        )
        for raw in catalog["rules"]
        if is_verified(raw)
    )  # fmt: skip


@cache
def rules() -> tuple[SafetyRule, ...]:
    return read_rules(read_json(CATALOG))


def belongs(atc: str | None, group: Sequence[str]) -> bool:
    return bool(atc) and str(atc).startswith(tuple(group))


# -- which medicine a name means


@cache
def _names() -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern for all names, and the code of each. The longest first, so that none hides another."""
    codes = {fold(row["name"]): row["atc"] for row in (*read_catalog("medicines"), *read_catalog(OTHER_NAMES))}
    names = sorted(codes, key=lambda name: (-len(name), name))
    return re.compile(f"(?<= )(?:{'|'.join(map(re.escape, names))})(?= )"), codes


_LONGEST = 400
"""More words than these do not name a medicine."""


def codes_in(text: str) -> tuple[str, ...]:
    """The ATC codes of the generic names that stand in it as whole words; none for a brand, which is never guessed."""
    pattern, codes = _names()
    return tuple(dict.fromkeys(codes[name] for name in pattern.findall(f" {fold(text[:_LONGEST])} ")))


@cache
def generic_name(atc: str) -> str:
    rows = (*read_catalog("medicines"), *read_catalog(OTHER_NAMES))
    return next((row["name"] for row in rows if row["atc"] == atc), "")


# -- allergies


@cache
def _classes() -> tuple[tuple[frozenset[str], tuple[str, ...]], ...]:
    return tuple((frozenset(raw["words"]), tuple(raw["atc"])) for raw in read_json(CATALOG)["allergy_classes"])


def allergy_means(substance: str, name: str, atc: str | None) -> bool:
    """Whether what somebody does not bear is this medicine: by its name, or by a class that leaves no doubt."""
    words = fold(substance[:_LONGEST])
    if atc is not None and atc in codes_in(substance):
        return True
    if _names_it(words, fold(name)):
        return True
    told = set(words.split())
    return any(told & known and belongs(atc, codes) for known, codes in _classes())


_SHORTEST = 5
"""A shorter word ("sal", "mg") names no medicine by itself."""


def _names_it(words: str, name: str) -> bool:
    return len(name) >= _SHORTEST and (f" {name} " in f" {words} " or (len(words) >= _SHORTEST and words == name))


def joined(names: Iterable[str]) -> str:
    return " + ".join(names)
