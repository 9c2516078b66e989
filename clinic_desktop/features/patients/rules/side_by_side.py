"""Two registrations beside each other, line by line, with what is not the same in both."""

from dataclasses import dataclass
from datetime import date

from clinic_desktop.features.patients.rules.ages import say_born
from clinic_desktop.features.patients.rules.identity import phone_digits, said_id, tidy_id
from clinic_desktop.features.patients.rules.patient import Details, phone_for_lists
from clinic_desktop.features.patients.rules.places import said_place
from clinic_desktop.features.patients.rules.rows import Known
from clinic_desktop.features.patients.rules.sex import Sex, say_sex
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.names import fold


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    one: str
    other: str
    different: bool
    """Both are known and they are not the same."""


def side_by_side(one: Known, other: Known, today: date) -> tuple[Line, ...]:
    """Lines of which neither record knows anything are left out."""
    here, there = one.details, other.details
    lines = (
        Line(_("Record"), one.number, other.number, different=False),
        _line(_("Given names"), here.given_names, there.given_names),
        _line(_("Family names"), _families(here), _families(there)),
        _line(_("Married name"), here.married_name, there.married_name),
        _line(_("Known as"), here.known_as, there.known_as),
        _births(here, there, today),
        _line(_("Sex"), _sex(here.sex), _sex(there.sex)),
        _line(_("Community"), _place(here), _place(there)),
        _line(_("Mother"), here.mother_name, there.mother_name),
        Line(_("Telephone"), _phone(here), _phone(there), _differ(phone_digits(here.phone), phone_digits(there.phone))),
        Line(_("CUI (DPI)"), _card(here), _card(there), _differ(tidy_id(here.national_id), tidy_id(there.national_id))),
        _line(_("Trusted person"), here.contact_name, there.contact_name),
        _line(_("Paper chart"), here.folder_number, there.folder_number),
    )
    return tuple(line for line in lines if line.one or line.other)


def _line(label: str, one: str, other: str) -> Line:
    return Line(label, one, other, _differ(fold(one), fold(other)))


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and one != other


def _families(details: Details) -> str:
    return f"{details.family_name} {details.second_family_name}".strip()


def _births(one: Details, other: Details, today: date) -> Line:
    said = [say_born(details.birth, today) if details.birth else "" for details in (one, other)]
    days = [str(details.birth.day) if details.birth else "" for details in (one, other)]
    return Line(_("Birth"), said[0], said[1], _differ(days[0], days[1]))


def _sex(sex: Sex) -> str:
    return "" if sex is Sex.UNKNOWN else say_sex(sex)


def _place(details: Details) -> str:
    return said_place(details.municipality_code, details.community)


def _phone(details: Details) -> str:
    shown = phone_for_lists(details.phone, details.do_not_call)
    return shown or (_("Kept hidden") if details.phone else "")


def _card(details: Details) -> str:
    return said_id(details.national_id_kind, details.national_id)
