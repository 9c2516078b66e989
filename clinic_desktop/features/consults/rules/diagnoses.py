"""Diagnoses: the clinic's short list first, then ICD-10, found by three letters or by code.

Some titles of the classification hurt the person they name. Beside them stands a respectful word of our own
(catalogs/respectful_terms.csv), which is what the chart says; the official title stays with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.names import fold


class ClinicalStatus(StrEnum):
    ACTIVE = "active"
    REMISSION = "remission"
    RESOLVED = "resolved"


class VerificationStatus(StrEnum):
    PRESUMPTIVE = "presumptive"
    CONFIRMED = "confirmed"


CLINICAL_WORDS = {
    ClinicalStatus.ACTIVE: N_("active"),
    ClinicalStatus.REMISSION: N_("in remission"),
    ClinicalStatus.RESOLVED: N_("resolved"),
}
VERIFICATION_WORDS = {
    VerificationStatus.PRESUMPTIVE: N_("presumptive"),
    VerificationStatus.CONFIRMED: N_("confirmed"),
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    code: str | None
    title: str
    """What is written in the chart: the clinic's own word where the short list has one."""
    official: str
    """The title of the classification, for papers that need it."""
    is_short: bool = False

    @property
    def aside(self) -> str:
        """The official title, where the chart says it otherwise."""
        return self.official if self.official != self.title else ""


@dataclass(frozen=True, slots=True)
class ConditionChange:
    """What a note says of a diagnosis: a new one, or a new standing of one that is there."""

    diagnosis: Diagnosis
    clinical_status: ClinicalStatus = ClinicalStatus.ACTIVE
    verification_status: VerificationStatus = VerificationStatus.PRESUMPTIVE
    condition_id: str | None = None
    """The condition that stands in the chart; None for a new one."""
    since: PartialDate | None = None
    """Since when the person has it; None says nothing new."""


@dataclass(frozen=True, slots=True)
class _Entry:
    diagnosis: Diagnosis
    words: tuple[str, ...]
    code: str


@cache
def _classification() -> tuple[_Entry, ...]:
    """Mental health first, then the rest; a chapter with subdivisions comes before them."""
    rows = sorted(read_catalog("icd10"), key=lambda row: (row["section"] != "mental", row["code"]))
    return tuple(_entry(Diagnosis(row["code"], respectful(row["title"]), row["title"])) for row in rows)


def _entry(diagnosis: Diagnosis) -> _Entry:
    words = fold(f"{diagnosis.title} {diagnosis.aside}").split()
    return _Entry(diagnosis, tuple(words), _plain(diagnosis.code or ""))


@cache
def _terms() -> tuple[tuple[str, str], ...]:
    """The longest first, so that a part of one never takes the place of the whole."""
    rows = [(row["official"], row["said"]) for row in read_catalog("respectful_terms")]
    return tuple(sorted(rows, key=lambda row: -len(row[0])))


def respectful(title: str) -> str:
    """An official title in words that do not hurt; most are left as they are."""
    for official, said in _terms():
        if official in title:
            return title.replace(official, said)
    return title


@dataclass(frozen=True, slots=True)
class ShortLine:
    """A line of the short list: the clinic's word for a code. The id is drawn when the line is made."""

    line_id: str
    code: str | None
    label: str


@cache
def usual_list() -> tuple[Diagnosis, ...]:
    """The short list of a clinic that has not made its own."""
    return short_list([ShortLine("", row["code"], row["label"]) for row in read_catalog("diagnosis_short_list")])


def short_list(lines: Sequence[ShortLine]) -> tuple[Diagnosis, ...]:
    """As diagnoses, with the official title of each code."""
    return tuple(Diagnosis(line.code, line.label, official_title(line.code) or line.label, True) for line in lines)


def official_title(code: str | None) -> str:
    """Nothing for a code that the classification of this program does not have."""
    return next((e.diagnosis.official for e in _classification() if e.diagnosis.code == code), "")


def search(typed: str, limit: int = 12, short: Sequence[Diagnosis] | None = None) -> tuple[Diagnosis, ...]:
    """The short list while nothing is typed; then every word must begin a word, or the code begins so."""
    own = usual_list() if short is None else tuple(short)
    words = fold(typed).split()
    if not words:
        return own[:limit]
    code, listed = _plain(typed), {diagnosis.code for diagnosis in own}
    whole = [*map(_entry, own), *(e for e in _classification() if e.diagnosis.code not in listed)]
    found = [e for e in whole if (code and e.code.startswith(code)) or _begins(e.words, words)]
    # Sorting is stable: within each kind the order of the list stays.
    found.sort(key=lambda e: (not e.diagnosis.is_short, not _starts_with(e, words[0])))
    return tuple(entry.diagnosis for entry in found[:limit])


def is_same(one: Diagnosis, other: Diagnosis) -> bool:
    """One code is one diagnosis, whatever word stands for it; without a code the word decides."""
    if one.code or other.code:
        return one.code == other.code
    return fold(one.title) == fold(other.title)


def find(code: str) -> Diagnosis | None:
    """By its code: as the usual short list says it, else as the classification does."""
    whole = (*usual_list(), *(entry.diagnosis for entry in _classification()))
    return next((diagnosis for diagnosis in whole if diagnosis.code == code), None)


class LabelMissing(Refused):
    text = N_("Write the word that the clinic uses.")


class ListedTwice(Refused):
    text = N_("“{label}” is on the list twice.")


class CodeUnknown(Refused):
    text = N_("The classification has no code {code}.")


class ListTooLong(Refused):
    text = N_("The short list fits on one screen: at most {most} lines.")


MOST_SHORT = 30


def checked_list(lines: Sequence[ShortLine]) -> tuple[ShortLine, ...]:
    """The list as it may be kept, codes written as the classification writes them. Refuses what would mislead."""
    if len(lines) > MOST_SHORT:
        raise ListTooLong(most=MOST_SHORT)
    known = {_plain(e.diagnosis.code or ""): e.diagnosis.code for e in _classification()}
    kept: list[ShortLine] = []
    for line in lines:
        label, code = " ".join(line.label.split()), _plain(line.code or "")
        if not label:
            raise LabelMissing()
        if code and code not in known:
            raise CodeUnknown(code=line.code)
        if any(fold(label) == fold(other.label) for other in kept):
            raise ListedTwice(label=label)
        kept.append(replace(line, label=label, code=known[code] if code else None))
    return tuple(kept)


def _begins(have: tuple[str, ...], wanted: list[str]) -> bool:
    return all(any(word.startswith(part) for word in have) for part in wanted)


def _starts_with(entry: _Entry, word: str) -> bool:
    return bool(entry.words) and entry.words[0].startswith(word)


def _plain(code: str) -> str:
    """ "f32.1" and "F321" are the same code."""
    return "".join(c for c in code.upper() if c.isalnum())
