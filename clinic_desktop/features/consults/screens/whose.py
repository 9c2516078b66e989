"""The banner: whose page this is."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.rules.patient import AllergyStatus, say_allergies
from clinic_desktop.features.patients.rules.rows import Header
from clinic_desktop.features.patients.rules.sex import Sex, say_sex
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.layouts import column
from clinic_desktop.uikit.surfaces import Banner, Callout
from clinic_desktop.uikit.words import Text


def banner_of(header: Header, parent: QWidget | None = None) -> QWidget:
    """Fixed order, label over value; what is not known is said so."""
    unknown = _("Not recorded")
    born = {Sex.FEMALE: _("Born (she)"), Sex.MALE: _("Born (he)")}.get(header.sex, _("Born"))
    facts = [
        (born, header.born or unknown),
        (_("Sex"), say_sex(header.sex)),
        (_("Record"), header.number),
        (_("Community"), header.place or unknown),
    ]
    return Banner(header.said, _under(header), facts, _allergies(header), parent)


def _under(header: Header) -> str:
    called = [_("Called «{name}»").format(name=header.known_as)] if header.known_as else []
    speaks = header.language
    if header.language and header.needs_interpreter:
        speaks = _("{language}, with interpreter").format(language=header.language)
    died = [_("died {day}").format(day=header.died_on.said())] if header.died_on else []
    return " · ".join([*died, *called, *([speaks] if speaks else [])])


def _allergies(header: Header) -> QWidget:
    said = say_allergies(header.allergy_status)
    if header.allergy_status is AllergyStatus.KNOWN:
        return Callout(", ".join(header.allergies), "danger", "alert-triangle", head=said)
    box = QWidget()
    box.setLayout(column(Text(said, color="quiet"), gap=0))
    return box
