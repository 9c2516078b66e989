"""Whose medicines these are."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.rules.banner import say_doubts
from clinic_desktop.features.patients.rules.patient import AllergyStatus, say_allergies
from clinic_desktop.features.patients.rules.rows import Header
from clinic_desktop.features.patients.rules.sex import say_sex
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.marks import Chip
from clinic_desktop.uikit.surfaces import Banner, Callout
from clinic_desktop.uikit.words import Text

_SHORT = 40
"""Letters of allergies that stand beside the name."""


def banner_of(header: Header, *, narrow: bool = False) -> QWidget:
    """What is needed so that the right person gets the right box: name, birth, number, village, allergies.

    Allergies are never cut: where there is little room they have a line of their own.
    """
    unknown = _("Not recorded")
    facts = [
        (_("Born"), header.born or unknown),
        (_("Sex"), say_sex(header.sex)),
        (_("Record"), header.number),
        (_("Community"), header.place or unknown),
    ]
    # A reserved record has an N and its allergies, and "not recorded" would be untrue of the rest.
    facts = facts if header.number else []
    if narrow:
        facts = [fact for fact in facts if fact[0] in (_("Born"), _("Record"))]
    under = " · ".join(part for part in (header.known_as, header.language) if part)
    said, doubts = say_allergies(header.allergy_status), say_doubts(header)
    marks = [Chip(doubts, "danger", "alert-triangle")] if doubts else []
    if header.allergy_status is not AllergyStatus.KNOWN:
        return Banner(header.said, under, facts, Text(said, color="quiet"), marks)
    named = ", ".join(header.allergies)
    if not narrow and len(named) <= _SHORT:
        return Banner(header.said, under, facts, Callout(named, "danger", "alert-triangle", head=said), marks)
    box = QWidget()
    stack(
        box,
        Banner(header.said, under, facts, marks=marks),
        Callout(f"{said}: {named}", "danger", "alert-triangle"),
        gap=0,
    )
    return box
