"""Scoring of scales: what answers add up to, and how it is said.

Never a total, never a band, until every scored item is answered: half a scale would look like little suffering.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from clinic_desktop.features.consults.rules.scale_tables import (
    FORM,
    Band,
    Item,
    Said,
    Scale,
    Skip,
    find_scale,
    scales,
    totals_only,
)
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _

__all__ = ("FORM", "Band", "Item", "Said", "Scale", "Skip", "find_scale", "scales", "totals_only")

Answers = Mapping[int, int]
ADULT_AT = 18


class HowGiven(StrEnum):
    """How the answers came about; part of the answer."""

    PAPER = "paper"
    READ_ALOUD = "read-aloud"
    INTERPRETER = "interpreter"
    CLINICIAN = "clinician"
    """Nobody was asked: a clinician rated what was seen."""


class NoSuchAnswer(Refused):
    text = N_("Question {item} of {scale} has no answer {value}.")


class NoSuchScale(Refused):
    text = N_("This program does not know the scale {scale}.")


class NoSuchTotal(Refused):
    text = N_("{scale} goes from {low} to {high}. Look at the paper again.")


@dataclass(frozen=True, slots=True)
class CriticalAnswer:
    """An answer that was given and asks to be looked at."""

    scale_code: str
    item: int
    value: int


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
    total: int | None = None
    """Only for a scale of which nothing but the total is typed."""
    flagged: bool | None = None
    """With such a total: whether the question about danger was answered with yes. None: it was not said."""

    @property
    def is_given(self) -> bool:
        return bool(self.answers) or self.total is not None or self.flagged is not None


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
    scored = {item.number for item in scale.items}
    counted = {
        **dict.fromkeys(skipped_items(scale, answers), 0),
        **{number: value for number, value in answers.items() if number in scored},
    }
    whole = not scale.is_form and not scale.is_total_only and len(counted) == len(scale.items)
    total = sum(counted.values()) * scale.factor if whole else None
    critical = tuple(c.item for c in scale.critical if answers.get(c.item, -1) >= c.at_least)
    return Score(len(counted), len(scale.items), total, _band_code(scale, total), critical)


def score_total(scale: Scale, total: int | None, flagged: bool | None) -> Score:
    """Of a scale whose wording may not be carried: what was added up on paper."""
    if total is not None and not scale.lowest <= total <= scale.highest:
        raise NoSuchTotal(scale=scale.title, low=scale.lowest, high=scale.highest)
    critical = (scale.flag.number,) if scale.flag is not None and flagged else ()
    return Score(0 if total is None else 1, 1, total, None, critical)


def score_given(scale: Scale, given: GivenScale) -> Score:
    if scale.is_total_only:
        return score_total(scale, given.total, given.flagged)
    return score(scale, given.answers)


def skipped_items(scale: Scale, answers: Answers) -> frozenset[int]:
    """Items that need no answer because of others that were answered."""
    skipped: set[int] = set()
    for rule in scale.skips:
        given = [answers[item] for item in rule.items if item in answers]
        if len(given) == len(rule.items) and sum(given) == rule.total:
            skipped.update(rule.skipped)
    return frozenset(skipped - set(answers))


def say_skipped(scale: Scale, answers: Answers) -> str:
    """Which questions need no answer, and why."""
    left_out = sorted(skipped_items(scale, answers))
    if not left_out:
        return ""
    rule = next(
        r for r in scale.skips if left_out[0] in r.skipped and sum(answers.get(i, -1) for i in r.items) == r.total
    )
    because = " + ".join(str(item) for item in rule.items)
    return _("Questions {first} to {last} are left out and count 0: question {because} is 0.").format(
        first=left_out[0], last=left_out[-1], because=because
    )


def _band_code(scale: Scale, total: int | None) -> str | None:
    if total is None:
        return None
    return next((band.code for band in scale.bands if band.low <= total <= band.high), None)


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


def say_total(scale: Scale, total: int, band_code: str | None) -> str:
    """ "12 of 27 · moderate"."""
    said = _("{total} of {highest}").format(total=total, highest=scale.highest)
    band = say_band(scale.code, band_code)
    return f"{said} · {band}" if band else said


def say_cutoff(scale: Scale, total: int, own: int | None) -> str:
    """Where a total stands beside a cut-off that the clinic sets itself; `own`: as it holds, or held that day."""
    if scale.cutoff_setting is None:
        return ""
    if own is None:
        return _("the clinic has set no cut-off")
    if total < own:
        return _("below the clinic's cut-off of {cutoff}").format(cutoff=own)
    return _("at or above the clinic's cut-off of {cutoff}").format(cutoff=own)


# Spoken languages in which the shipped scoring was checked with the people themselves.
CHECKED_IN = ("spa",)


def is_checked_in(language_code: str | None) -> bool:
    """Whether the scales were validated in this language. An unknown language is not said to be wrong."""
    return language_code is None or language_code in CHECKED_IN


def is_for_others(scale: Scale, age: int | None) -> bool:
    """Whether a scale made for adults is given to somebody who is none. An unknown age is not said to be a child's."""
    return scale.for_adults and age is not None and age < ADULT_AT
