"""Scoring of scales. The tables are facts with a source (catalogs/instruments.json), used only where verified; the
short labels of the items are our own, so that a paper form can be typed by item number.

Never a total, never a band, until every scored item is answered: half a scale would look like little suffering.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from clinic_desktop.kernel.assets import read_json
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, language

Answers = Mapping[int, int]


class HowGiven(StrEnum):
    """How the answers came about; part of the answer."""

    PAPER = "paper"
    READ_ALOUD = "read-aloud"
    INTERPRETER = "interpreter"


class NoSuchAnswer(Refused):
    text = N_("Question {item} of {scale} has no answer {value}.")


class NoSuchScale(Refused):
    text = N_("This program does not know the scale {scale}.")


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a table, in each language of the program."""

    by_language: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        words = dict(self.by_language)
        return words.get(language()) or words.get("en", "")


@dataclass(frozen=True, slots=True)
class Band:
    code: str
    low: int
    high: int
    words: Said


@dataclass(frozen=True, slots=True)
class Critical:
    """An item whose answer asks the clinician to look at once."""

    item: int
    at_least: int


@dataclass(frozen=True, slots=True)
class CriticalAnswer:
    """An answer that was given and asks to be looked at."""

    scale_code: str
    item: int
    value: int


@dataclass(frozen=True, slots=True)
class Skip:
    """If the answers of `items` together are `total`, the items of `skipped` need no answer and count 0."""

    items: tuple[int, ...]
    total: int
    skipped: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Item:
    number: int
    label: Said
    """Our own short word for what it is about; empty where we have none."""
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    code: str
    title: str
    items: tuple[Item, ...]
    factor: int
    highest: int
    bands: tuple[Band, ...]
    critical: tuple[Critical, ...]
    skips: tuple[Skip, ...]
    loinc: str | None
    codes: tuple[str, ...]
    """How a questionnaire names the scale it belongs to."""
    source: str

    def item(self, number: int) -> Item | None:
        return self.items[number - 1] if 1 <= number <= len(self.items) else None

    def band(self, code: str | None) -> Band | None:
        return next((band for band in self.bands if band.code == code), None)

    def is_critical(self, number: int) -> bool:
        return any(rule.item == number for rule in self.critical)


@dataclass(frozen=True, slots=True)
class Score:
    answered: int
    """Items with an answer, those that a skip rule answers included."""
    needed: int
    total: int | None
    band: str | None
    """The code of the band."""
    critical: tuple[int, ...]
    """Critical items that were answered so; they hold whether or not the scale is complete."""

    @property
    def is_complete(self) -> bool:
        return self.total is not None


def score(scale: Scale, answers: Answers) -> Score:
    """Counts only what was answered; refuses an answer that the item does not have."""
    for number, value in answers.items():
        item = scale.item(number)
        if item is None or value not in item.values:
            raise NoSuchAnswer(item=number, scale=scale.title, value=value)
    counted = {**dict.fromkeys(skipped_items(scale, answers), 0), **answers}
    total = sum(counted.values()) * scale.factor if len(counted) == len(scale.items) else None
    critical = tuple(c.item for c in scale.critical if answers.get(c.item, -1) >= c.at_least)
    return Score(len(counted), len(scale.items), total, _band_code(scale, total), critical)


def skipped_items(scale: Scale, answers: Answers) -> frozenset[int]:
    """Items that need no answer because of others that were answered."""
    skipped: set[int] = set()
    for rule in scale.skips:
        given = [answers[item] for item in rule.items if item in answers]
        if len(given) == len(rule.items) and sum(given) == rule.total:
            skipped.update(rule.skipped)
    return frozenset(skipped - set(answers))


def _band_code(scale: Scale, total: int | None) -> str | None:
    if total is None:
        return None
    return next((band.code for band in scale.bands if band.low <= total <= band.high), None)


def find_scale(code: str | None) -> Scale | None:
    return scales().get(code or "")


def scale_of(code: str) -> Scale:
    """The scale with this code; one that the program does not have is a bug of the caller or a newer program's row."""
    found = find_scale(code)
    if found is None:
        raise NoSuchScale(scale=code)
    return found


def say_band(scale_code: str, band_code: str | None) -> str:
    """The band in words; nothing for none, and the code itself for one that only a newer program knows."""
    scale = find_scale(scale_code)
    band = scale.band(band_code) if scale else None
    return str(band.words) if band else (band_code or "")


@cache
def scales() -> dict[str, Scale]:
    """The scales whose scoring was verified, by code."""
    listed: list[dict[str, Any]] = read_json("instruments")["instruments"]
    verified = [table for table in listed if str(table.get("confidence", "")).startswith(_VERIFIED)]
    return {table["code"]: _scale(table) for table in verified}


_VERIFIED = "verificado"


def _scale(table: Mapping[str, Any]) -> Scale:
    total, match = table["total"], table["match"]
    return Scale(
        code=table["code"],
        title=table["title"],
        items=tuple(Item(i["number"], _said(i["label"]), tuple(i["values"])) for i in table["items"]),
        factor=total["factor"],
        highest=total["to"],
        bands=tuple(Band(b["code"], b["from"], b["to"], _said(b["label"])) for b in table["bands"]),
        critical=tuple(Critical(c["item"], c["at_least"]) for c in table["critical"]),
        skips=tuple(Skip(tuple(s["items"]), s["total"], tuple(s["skipped"])) for s in table.get("skips", ())),
        loinc=match.get("loinc_panel"),
        codes=tuple(match["codes"]),
        source=table["source"],
    )


def _said(words: Mapping[str, str] | None) -> Said:
    return Said(tuple(sorted((words or {}).items())))


# Spoken languages in which the shipped scoring was checked with the people themselves.
_CHECKED_IN = ("spa",)


def is_checked_in(language_code: str | None) -> bool:
    """Whether the scales were validated in this language. An unknown language is not said to be wrong."""
    return language_code is None or language_code in _CHECKED_IN


@dataclass(frozen=True, slots=True)
class GivenScale:
    """Answers to one scale, and how they came about. The id is drawn when the form opens, so a double key adds once."""

    response_id: str
    scale_code: str
    answers: Mapping[int, int]
    how_given: HowGiven = HowGiven.PAPER
    language_code: str | None = None
    interpreter_name: str | None = None
    read_by: str | None = None
    instrument_id: str | None = None
    wording_version: str | None = None
