"""What a note asks for. The templates are data: a section is a line here, and nothing else knows its name."""

from dataclasses import dataclass
from enum import StrEnum

from clinic_desktop.kernel.i18n import N_, _


class EncounterKind(StrEnum):
    FIRST = "first"
    FOLLOW_UP = "follow-up"
    HOME = "home"
    PHONE = "phone"
    FAMILY = "family"


KIND_WORDS = {
    EncounterKind.FIRST: N_("First visit"),
    EncounterKind.FOLLOW_UP: N_("Follow-up"),
    EncounterKind.HOME: N_("Home visit"),
    EncounterKind.PHONE: N_("By phone"),
    EncounterKind.FAMILY: N_("With the family"),
}


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: str
    lines: int = 1
    """How many lines it has before anything is written; it grows with the words."""
    half: bool = False
    """Shares its row with the next section."""
    restricted: bool = False
    """Left out of letters and of what goes back to other clinics (a told trauma)."""


@dataclass(frozen=True, slots=True)
class Template:
    code: str
    sections: tuple[Section, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(section.code for section in self.sections)


_MENTAL_STATE = Section("mental-state", N_("Mental state"), 2)
_RISK = Section("risk", N_("Risk"), 2, half=True)
_PLAN = Section("plan", N_("Plan"), 2, half=True)

FOLLOW_UP = Template(
    "follow-up",
    (
        Section("how-are-you", N_("How they are"), 2),
        Section("sleep-appetite", N_("Sleep and appetite"), half=True),
        Section("work", N_("Work"), half=True),
        Section("medicines-taken", N_("Medicines taken"), half=True),
        Section("side-effects", N_("Side effects"), half=True),
        _MENTAL_STATE,
        _RISK,
        _PLAN,
    ),
)
FIRST_VISIT = Template(
    "first-visit",
    (
        Section("reason", N_("Why they come"), 2),
        Section("own-explanation", N_("Their own explanation, healers already seen"), 2),
        Section("history-now", N_("How it began and went on"), 3),
        Section("history-before", N_("Earlier episodes and treatments"), half=True),
        Section("medical-history", N_("Other illnesses, pregnancy"), half=True),
        Section("family", N_("Family and home"), half=True),
        Section("work", N_("Work and money"), half=True),
        Section("alcohol-drugs", N_("Alcohol and other substances"), half=True),
        Section("medicines-taken", N_("Medicines and plants taken"), half=True),
        Section("goals", N_("Their own goals"), 2),
        _MENTAL_STATE,
        _RISK,
        _PLAN,
    ),
)
CONTACT = Template(
    "contact",
    (
        Section("how-are-you", N_("How they are"), 3),
        Section("who-spoke", N_("Who was spoken with")),
        _RISK,
        _PLAN,
    ),
)

TEMPLATES = {template.code: template for template in (FOLLOW_UP, FIRST_VISIT, CONTACT)}
_BY_KIND = {
    EncounterKind.FIRST: FIRST_VISIT,
    EncounterKind.FOLLOW_UP: FOLLOW_UP,
    EncounterKind.HOME: FOLLOW_UP,
    EncounterKind.PHONE: CONTACT,
    EncounterKind.FAMILY: CONTACT,
}


def template_for(kind: EncounterKind | str) -> Template:
    """The sections of a kind of encounter; of one that only a newer program knows, those of a follow-up."""
    return _BY_KIND.get(EncounterKind(kind), FOLLOW_UP) if kind in tuple(EncounterKind) else FOLLOW_UP


def section_title(code: str) -> str:
    """In the spoken language; a section of another program's template is said by its code."""
    found = (s for template in TEMPLATES.values() for s in template.sections if s.code == code)
    first = next(found, None)
    return _(first.title) if first else code


def kind_words(kind: EncounterKind | str) -> str:
    return _(KIND_WORDS[EncounterKind(kind)]) if kind in tuple(EncounterKind) else str(kind)


def in_order(sections: dict[str, str], template_code: str) -> list[tuple[str, str]]:
    """(section code, text) as the template orders them; what it does not know comes last, never lost."""
    template = TEMPLATES.get(template_code, FOLLOW_UP)
    known = [(code, sections[code]) for code in template.codes if code in sections]
    return known + [(code, text) for code, text in sections.items() if code not in template.codes]
