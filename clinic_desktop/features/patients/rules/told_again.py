"""What was told at the desk before it was seen that the person is registered already: nothing of it gets lost.

How to reach somebody changes, so what was told today is proposed instead of what stands there. Who somebody is does
not change: there the record keeps its words, and what was told today is said beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.identity import is_same_phone, tidy_id
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.rules.terms import sound
from clinic_desktop.kernel.names import fold

_WHO = ("family_name", "second_family_name", "given_names", "mother_name", "known_as", "married_name", "national_id")
_REACHED = (
    "phone", "phone_note", "contact_name", "contact_kinship", "contact_phone", "contact_hours", "cover_words",
    "contact_may_know", "guardian_name", "guardian_kinship", "guardian_phone", "guardian_proof", "folder_number",
    "found_by_text", "language_code", "self_identification_code", "found_by_code", "minutes_to_clinic",
    "needs_interpreter", "do_not_call", "do_not_visit", "shared_phone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToldAgain:
    """By the names of the details."""

    proposed: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Told today and unknown until now, or another way to reach the person."""
    otherwise: Mapping[str, str] = field(default_factory=dict[str, str])
    """Told today, while the record says something else of who the person is."""
    moved: bool = False
    """Another community was told, or the first one."""

    def __bool__(self) -> bool:
        return bool(self.proposed or self.otherwise or self.moved)


def told_again(known: Details, told: Details) -> ToldAgain:
    """`told`: what the form of a new person held."""
    proposed: dict[str, Any] = {}
    otherwise: dict[str, str] = {}
    for name in _WHO:
        words, there = getattr(told, name), getattr(known, name)
        if words and not there and not (name == "family_name" and known.has_no_family_name):
            proposed[name] = words
        elif words and not _says_the_same(name, words, there):
            otherwise[name] = words
    for name in _REACHED:
        value, there = getattr(told, name), getattr(known, name)
        if value not in (None, "", False) and not _says_the_same(name, value, there):
            proposed[name] = value
    if told.birth is not None and known.birth is None:
        proposed["birth"] = told.birth
    elif _born_otherwise(known.birth, told.birth):
        otherwise["birth"] = told.birth.day.said() if told.birth else ""
    if told.sex is not Sex.UNKNOWN and known.sex is Sex.UNKNOWN:
        proposed["sex"] = told.sex
    proposed |= {domain: value for domain, value in told.functioning.items() if domain not in known.functioning}
    moved = bool(told.community) and fold(told.community) != fold(known.community)
    return ToldAgain(proposed, otherwise, moved)


def _born_otherwise(known: Birth | None, told: Birth | None) -> bool:
    if known is None or told is None or told.estimated:
        return False
    # A year says nothing new of whom the whole day is known.
    return not str(known.day).startswith(str(told.day))


def _says_the_same(name: str, one: Any, other: Any) -> bool:
    if not isinstance(one, str) or not isinstance(other, str):
        return one == other
    if name.endswith("phone"):
        return is_same_phone(one, other) or fold(one) == fold(other)
    if name == "national_id":
        return tidy_id(one) == tidy_id(other)
    if name not in _WHO:
        return fold(one) == fold(other)
    there = [sound(word) for word in fold(other).split()]
    # The first letters that were typed to search say nothing new, nor does a spelling that sounds alike.
    return all(any(known.startswith(sound(word)) for known in there) for word in fold(one).split())
