"""From the form of a new person to the correction of who turned out to be registered already."""

from collections.abc import Mapping
from typing import Any

from clinic_desktop.features.patients.rules.patient import Details, phone_for_lists
from clinic_desktop.features.patients.rules.places import municipality, said_place
from clinic_desktop.features.patients.rules.told_again import ToldAgain
from clinic_desktop.kernel.i18n import _

MARKS = "told_again"
"""In a draft: the fields in which something was told, and what is said under them."""


def as_draft(
    told: ToldAgain, known: Details, typed: Mapping[str, Any], unfinished: Mapping[str, Any]
) -> dict[str, Any]:
    """The draft of a correction. `typed`: what the form held; `unfinished`: a correction that was begun before."""
    fields = {**_home(known), **unfinished, **{name: typed[name] for name in told.proposed}}
    marks = {name: _told(_until_now(name, known)) for name in told.proposed}
    for name, words in told.otherwise.items():
        marks[name] = _("Told today: {words}. Write it here if that is right").format(words=words)
    if told.moved:
        here = fields["municipality_code"], fields["municipality_words"]
        fields |= {name: typed[name] for name in ("municipality_code", "municipality_words", "community_words")}
        if not fields["municipality_code"]:
            fields["municipality_code"], fields["municipality_words"] = here
        marks["community"] = _told(said_place(known.municipality_code, known.community))
    return {**fields, MARKS: marks}


def _home(known: Details) -> dict[str, Any]:
    here = municipality(known.municipality_code)
    where = {"municipality_code": known.municipality_code or None, "municipality_words": here.said() if here else ""}
    return where | {"community_words": known.community}


def _told(before: str) -> str:
    return _("Told today. Until now: {words}").format(words=before) if before else _("Told today")


def _until_now(name: str, known: Details) -> str:
    words = getattr(known, name)
    if not isinstance(words, str) or name.endswith("_code"):
        return ""
    return phone_for_lists(words, known.do_not_call) if name == "phone" else words
