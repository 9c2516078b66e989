"""Diagnoses: the short list first, then ICD-10, found by three letters or by code."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from clinic_desktop.kernel.assets import read_catalog
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


@dataclass(frozen=True, slots=True)
class ConditionChange:
    """What a note says of a diagnosis: a new one, or a new standing of one that is there."""

    diagnosis: Diagnosis
    clinical_status: ClinicalStatus = ClinicalStatus.ACTIVE
    verification_status: VerificationStatus = VerificationStatus.PRESUMPTIVE
    condition_id: str | None = None
    """The condition that stands in the chart; None for a new one."""


@dataclass(frozen=True, slots=True)
class _Entry:
    diagnosis: Diagnosis
    words: tuple[str, ...]
    code: str


@cache
def _entries() -> tuple[_Entry, ...]:
    """The short list, then mental health, then the rest; a chapter with subdivisions comes before them."""
    titles = {row["code"]: row["title"] for row in read_catalog("icd10")}
    short = [Diagnosis(row["code"], row["label"], titles.get(row["code"], ""), True) for row in _short_rows()]
    listed = {entry.code for entry in short}
    rest = [row for row in read_catalog("icd10") if row["code"] not in listed]
    rest.sort(key=lambda row: (row["section"] != "mental", row["code"]))
    whole = [*short, *(Diagnosis(row["code"], row["title"], row["title"]) for row in rest)]
    return tuple(_Entry(d, tuple(fold(f"{d.title} {d.official}").split()), _plain(d.code or "")) for d in whole)


def _short_rows() -> list[dict[str, str]]:
    return read_catalog("diagnosis_short_list")


def short_list() -> tuple[Diagnosis, ...]:
    return tuple(entry.diagnosis for entry in _entries() if entry.diagnosis.is_short)


def search(typed: str, limit: int = 12) -> tuple[Diagnosis, ...]:
    """The clinic's short list while nothing is typed; then every word must begin a word, or the code begins so."""
    words = fold(typed).split()
    if not words:
        return short_list()[:limit]
    code = _plain(typed)
    found = [e for e in _entries() if (code and e.code.startswith(code)) or _begins(e.words, words)]
    # Sorting is stable: within each kind the order of the list stays.
    found.sort(key=lambda e: (not e.diagnosis.is_short, not _starts_with(e, words[0])))
    return tuple(entry.diagnosis for entry in found[:limit])


def find(code: str) -> Diagnosis | None:
    return next((e.diagnosis for e in _entries() if e.diagnosis.code == code), None)


def _begins(have: tuple[str, ...], wanted: list[str]) -> bool:
    return all(any(word.startswith(part) for word in have) for part in wanted)


def _starts_with(entry: _Entry, word: str) -> bool:
    return bool(entry.words) and entry.words[0].startswith(word)


def _plain(code: str) -> str:
    """ "f32.1" and "F321" are the same code."""
    return "".join(c for c in code.upper() if c.isalnum())
