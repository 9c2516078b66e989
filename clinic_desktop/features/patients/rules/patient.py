"""What is known of a person, whatever the form or the table it comes from."""

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.naming import Name, clean, clean_line
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

    @property
    def name(self) -> Name:
        return Name(self.given_names, self.family_name, self.second_family_name, self.married_name, self.known_as)


_LINES = tuple(f.name for f in fields(Details) if f.type is str and f.name != "phone_note")


def tidy(details: Details) -> Details:
    """As it is kept: without stray blanks and control signs, the words otherwise as they were written."""
    lines = {name: clean_line(getattr(details, name)) for name in _LINES}
    kept = replace(details, **lines, phone_note=clean(details.phone_note))
    return kept if kept.national_id else replace(kept, national_id_kind="")


def must_have_name(details: Details) -> None:
    if not (details.given_names or details.family_name or details.known_as):
        raise NameMissing()


def as_columns(details: Details) -> dict[str, Any]:
    """The columns of the table: what nobody knows is None, a birth is three of them."""
    columns: dict[str, Any] = {name: getattr(details, name) or None for name in (*_LINES, "phone_note")}
    birth = details.birth
    columns["sex"] = details.sex
    columns["needs_interpreter"] = details.needs_interpreter
    columns["birth_date"] = birth.day if birth else None
    columns["birth_estimated"] = birth.estimated if birth else None
    columns["birth_noted_on"] = birth.noted_on if birth else None
    return columns


def from_columns(row: Any) -> Details:
    """Back from a row that has all these columns."""
    words = {name: getattr(row, name) or "" for name in (*_LINES, "phone_note")}
    birth = Birth(row.birth_date, bool(row.birth_estimated), row.birth_noted_on) if row.birth_date else None
    sex = row.sex if isinstance(row.sex, Sex) else Sex.UNKNOWN
    return Details(**words, sex=sex, birth=birth, needs_interpreter=row.needs_interpreter)


def phone_for_lists(phone: str, do_not_call: bool | None, calls_refused: bool = False) -> str:
    """The number as a list or a paper may show it: none where calling could do harm, or was refused."""
    return "" if do_not_call or calls_refused else phone.strip()
