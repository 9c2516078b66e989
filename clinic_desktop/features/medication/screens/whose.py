"""Whose medicines these are."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.rules.patient import AllergyStatus, say_allergies
from clinic_desktop.features.patients.rules.rows import Header
from clinic_desktop.features.patients.rules.sex import say_sex
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.surfaces import Banner, Callout
from clinic_desktop.uikit.words import Text


def banner_of(header: Header) -> QWidget:
    """What is needed so that the right person gets the right box: name, birth, number, village, allergies."""
    unknown = _("Not recorded")
    facts = [
        (_("Born"), header.born or unknown),
        (_("Sex"), say_sex(header.sex)),
        (_("Record"), header.number),
        (_("Community"), header.place or unknown),
    ]
    # A reserved record has an N and its allergies, and "not recorded" would be untrue of the rest.
    facts = facts if header.number else []
    under = " · ".join(part for part in (header.known_as, header.language) if part)
    said = say_allergies(header.allergy_status)
    if header.allergy_status is AllergyStatus.KNOWN:
        aside: QWidget = Callout(", ".join(header.allergies), "danger", "alert-triangle", head=said)
    else:
        aside = Text(said, color="quiet")
    return Banner(header.said, under, facts, aside)
