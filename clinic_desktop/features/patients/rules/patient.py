"""What is known of a person, whatever the form or the table it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.naming import Name, clean, clean_line, said_met
from clinic_desktop.features.patients.rules.self_told import tidy_functioning
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _


class AllergyStatus(StrEnum):
    """The four things that can be said of allergies, and no other."""

    KNOWN = "known"
    NONE_KNOWN = "none-known"
    NOT_RECORDED = "not-recorded"
    UNAVAILABLE = "unavailable"


class LinkKind(StrEnum):
    """What a person decided about two records."""

    SAME = "same"
    DIFFERENT = "different"
    UNDO = "undo"
    LEADS = "leads"
    """Of records that are the same person's, the first is the one to go on with."""


ALLERGY_WORDS = {
    AllergyStatus.KNOWN: N_("Known allergies"),
    AllergyStatus.NONE_KNOWN: N_("No known allergies"),
    AllergyStatus.NOT_RECORDED: N_("Allergies not recorded"),
    AllergyStatus.UNAVAILABLE: N_("Allergies not available"),
}


def say_allergies(status: AllergyStatus) -> str:
    return _(ALLERGY_WORDS[status])


def allergy_status(noted: AllergyStatus | None, substances: tuple[str, ...]) -> AllergyStatus:
    """What may be said: an allergy on the list always wins, and "known" without one is not known at all."""
    if substances:
        return AllergyStatus.KNOWN
    if noted is None or noted is AllergyStatus.KNOWN:
        return AllergyStatus.NOT_RECORDED
    return noted


class NameMissing(Refused):
    text = N_("Write at least one name. If nobody knows it, write how people call the person.")


class MeetingPlaceMissing(Refused):
    text = N_("Write where the person was met: that is how somebody without a name is found again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """All that the registration form holds. Empty text means that nobody knows."""

    given_names: str = ""
    family_name: str = ""
    second_family_name: str = ""
    married_name: str = ""
    known_as: str = ""
    sex: Sex = Sex.UNKNOWN
    birth: Birth | None = None
    municipality_code: str = ""
    community: str = ""
    language_code: str = ""
    needs_interpreter: bool | None = None
    phone: str = ""
    phone_note: str = ""
    national_id_kind: str = ""
    national_id: str = ""
    contact_name: str = ""
    contact_kinship: str = ""
    contact_phone: str = ""
    mother_name: str = ""
    folder_number: str = ""
    community_id: str = ""
    """The row of the list of communities; `community` keeps the words as they were told."""
    has_no_family_name: bool | None = None
    """Somebody asked, and the person bears none; otherwise an empty one is missing."""
    self_identification_code: str = ""
    functioning: Mapping[str, int] = field(default_factory=dict[str, int], hash=False)
    """From a domain of rules/self_told.py to the answer; what was not asked is not in it."""
    functioning_asked_on: date | None = None
    found_by_code: str = ""
    found_by_text: str = ""
    do_not_call: bool | None = None
    do_not_visit: bool | None = None
    shared_phone: bool | None = None
    contact_hours: str = ""
    cover_words: str = ""
    contact_may_know: str = ""
    guardian_name: str = ""
    guardian_kinship: str = ""
    guardian_phone: str = ""
    guardian_proof: str = ""
    unidentified: bool | None = None
    """Brought without a name; known by where and when the person was met until somebody knows more."""
    met_where: str = ""
    met_on: date | None = None
    minutes_to_clinic: int | None = None

    @property
    def name(self) -> Name:
        met = said_met(self.met_where, self.met_on) if self.unidentified else ""
        return Name(self.given_names, self.family_name, self.second_family_name, self.married_name, self.known_as, met)


_LINES = tuple(f.name for f in fields(Details) if f.type is str and f.name != "phone_note")
_AS_THEY_ARE = (
    "needs_interpreter", "has_no_family_name", "functioning_asked_on", "do_not_call", "do_not_visit", "shared_phone",
    "unidentified", "met_on", "minutes_to_clinic",
)  # fmt: skip
"""Columns that hold the same value as the field, None included."""


def tidy(details: Details) -> Details:
    """As it is kept: without stray blanks and control signs, the words otherwise as they were written."""
    lines = {name: clean_line(getattr(details, name)) for name in _LINES}
    kept = replace(
        details, **lines, phone_note=clean(details.phone_note), functioning=tidy_functioning(details.functioning)
    )
    if not kept.national_id:
        kept = replace(kept, national_id_kind="")
    if not kept.community:
        kept = replace(kept, community_id="")
    if kept.family_name:
        kept = replace(kept, has_no_family_name=None)
    if kept.given_names or kept.family_name:
        # The true name ends it; where the person was met stays readable.
        kept = replace(kept, unidentified=None)
    return kept


def must_have_name(details: Details) -> None:
    if details.unidentified:
        if not details.met_where:
            raise MeetingPlaceMissing()
    elif not (details.given_names or details.family_name or details.known_as):
        raise NameMissing()


def as_columns(details: Details) -> dict[str, Any]:
    """The columns of the table: what nobody knows is None, a birth is three of them."""
    columns: dict[str, Any] = {name: getattr(details, name) or None for name in (*_LINES, "phone_note")}
    birth = details.birth
    columns["sex"] = details.sex
    columns |= {name: getattr(details, name) for name in _AS_THEY_ARE}
    columns["functioning"] = dict(details.functioning) or None
    columns["birth_date"] = birth.day if birth else None
    columns["birth_estimated"] = birth.estimated if birth else None
    columns["birth_noted_on"] = birth.noted_on if birth else None
    return columns


def from_columns(row: Any) -> Details:
    """Back from a row that has all these columns."""
    words = {name: getattr(row, name) or "" for name in (*_LINES, "phone_note")}
    birth = Birth(row.birth_date, bool(row.birth_estimated), row.birth_noted_on) if row.birth_date else None
    sex = row.sex if isinstance(row.sex, Sex) else Sex.UNKNOWN
    same = {name: getattr(row, name) for name in _AS_THEY_ARE}
    return Details(**words, **same, sex=sex, birth=birth, functioning=row.functioning or {})


def phone_for_lists(phone: str, do_not_call: bool | None, calls_refused: bool = False) -> str:
    """The number as a list or a paper may show it: none where calling could do harm, or was refused."""
    return "" if do_not_call or calls_refused else phone.strip()
