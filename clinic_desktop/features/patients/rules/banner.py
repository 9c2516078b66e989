"""The words of a person's banner, in their fixed order."""

from dataclasses import dataclass

from clinic_desktop.features.patients.rules.ages import born_label
from clinic_desktop.features.patients.rules.patient import AllergyStatus, say_allergies
from clinic_desktop.features.patients.rules.rows import Header
from clinic_desktop.features.patients.rules.sex import say_sex
from clinic_desktop.kernel.i18n import _


@dataclass(frozen=True, slots=True)
class BannerWords:
    name: str
    under: str
    """Preferred name, language, interpreter; a death before all."""
    facts: tuple[tuple[str, str], ...]
    allergies: str
    """One of the four wordings."""
    substances: str
    """What is known not to be borne; empty when nothing is."""
    ask_allergies: bool


def banner_words(header: Header) -> BannerWords:
    facts = (
        (born_label(header.sex), header.born),
        (_("Sex"), say_sex(header.sex)),
        (_("Record"), header.number or _("Not known")),
        (_("Community"), header.place or _("Not known")),
    )
    return BannerWords(
        name=header.said,
        under=_under(header),
        facts=facts,
        allergies=say_allergies(header.allergy_status),
        substances=", ".join(header.allergies),
        ask_allergies=header.allergy_status is AllergyStatus.NOT_RECORDED,
    )


def _under(header: Header) -> str:
    parts: list[str] = []
    if header.voided:
        parts.append(_("This registration was taken back"))
    if header.died_on:
        parts.append(_("Died {day}").format(day=header.died_on.said()))
    if header.known_as and header.known_as != header.said:
        parts.append(_("Prefers «{name}»").format(name=header.known_as))
    if header.language:
        spoken = _("{language}, with interpreter") if header.needs_interpreter else "{language}"
        parts.append(spoken.format(language=header.language))
    return " · ".join(parts)
