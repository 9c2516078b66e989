"""The words of a person's banner, in their fixed order."""

from collections.abc import Iterator
from dataclasses import dataclass

from clinic_desktop.features.patients.rules.ages import born_label
from clinic_desktop.features.patients.rules.patient import AllergyStatus, say_allergies
from clinic_desktop.features.patients.rules.rows import Header, Mark
from clinic_desktop.features.patients.rules.sex import say_sex
from clinic_desktop.kernel.i18n import N_, _

_DOUBTED = {
    "allergies": N_("allergies"),
    "allergy_status": N_("allergies"),
    "outside_medicine": N_("medicines from elsewhere"),
    "name": N_("name"),
    "birth": N_("birth"),
    "sex": N_("sex"),
    "died_on": N_("death"),
    "national-id": N_("document"),
    "unidentified": N_("identity"),
}
"""How a unit of the record is called where two clinics differ; any other is "another fact"."""


@dataclass(frozen=True, slots=True)
class BannerWords:
    name: str
    under: str
    """Preferred name, language, interpreter."""
    facts: tuple[tuple[str, str], ...]
    allergies: str
    """One of the four wordings."""
    substances: str
    """What is known not to be borne; empty when nothing is."""
    ask_allergies: bool
    marks: tuple[Mark, ...] = ()
    """What must not be missed of whose record this is; most people have none."""


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
        marks=tuple(_marks(header)),
    )


def _marks(header: Header) -> Iterator[Mark]:
    if header.voided:
        yield Mark(_("This registration was taken back"), "warning", "ban")
    if header.died_on:
        yield Mark(_("Died {day}").format(day=header.died_on.said()), "neutral", "info-circle")
    if header.unidentified:
        yield Mark(_("Not identified"), "warning", "help-circle")
    if header.doubted:
        yield Mark(say_doubts(header), "danger", "alert-triangle")
    if header.other_records:
        numbers = ", ".join(header.other_records)
        yield Mark(_("Other record: {numbers}").format(numbers=numbers), "warning", "users")
    if header.restricted:
        yield Mark(_("Reserved record"), "accent", "lock")


def say_doubts(header: Header) -> str:
    """What two clinics wrote differently and nobody has decided yet; empty where nothing stands open."""
    facts = ", ".join(dict.fromkeys(_(_DOUBTED.get(unit, N_("another fact"))) for unit in header.doubted))
    return _("In doubt between clinics: {facts}").format(facts=facts) if facts else ""


def say_what_is_not_borne(header: Header) -> str:
    """In one sentence, for a paper: the allergies, and what of this person is in doubt."""
    said = say_allergies(header.allergy_status)
    if header.allergies:
        said = f"{said}: {', '.join(header.allergies)}"
    return " · ".join(part for part in (said, say_doubts(header)) if part)


def _under(header: Header) -> str:
    parts: list[str] = []
    if header.known_as and header.known_as != header.said:
        parts.append(_("Prefers «{name}»").format(name=header.known_as))
    if header.language:
        spoken = _("{language}, with interpreter") if header.needs_interpreter else "{language}"
        parts.append(spoken.format(language=header.language))
    return " · ".join(parts)
