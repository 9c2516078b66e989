"""What a note asks for. The templates are data (resources/catalogs/note_templates.json): nothing else knows a section's
name, which profession writes it, or what is kept apart."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from clinic_desktop.kernel.assets import read_json
from clinic_desktop.kernel.i18n import N_, _, language


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


WITHOUT_THE_PERSON = frozenset({EncounterKind.PHONE, EncounterKind.FAMILY})
"""Nobody came: these are no visit, and the next one may still be the first."""


class Apart(StrEnum):
    """Why a section is left out of letters, of what the person takes home and of what goes back to other clinics."""

    TOLD_TRAUMA = "told-trauma"
    THIRD_PARTY = "third-party"
    VIOLENCE = "violence"
    ADOLESCENT = "adolescent"
    UNKNOWN = "unknown"
    """Of a section that only a newer program knows: it may be any of them."""


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    titles: Mapping[str, str]
    """By language."""
    lines: int = 1
    """How many lines it has before anything is written; it grows with the words."""
    half: bool = False
    """Shares its row with the next section."""
    apart: Apart | None = None

    @property
    def title(self) -> str:
        return _said(self.titles) or self.code

    @property
    def restricted(self) -> bool:
        """Left out of letters and of what goes back to other clinics (a told trauma)."""
        return self.apart is not None


@dataclass(frozen=True, slots=True)
class Template:
    code: str
    titles: Mapping[str, str]
    kinds: frozenset[EncounterKind]
    """For which encounters it is the usual one."""
    roles: frozenset[str]
    """Of which professions; empty: of all that have none of their own."""
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        return _said(self.titles) or self.code

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(section.code for section in self.sections)


def _said(titles: Mapping[str, str]) -> str:
    return titles.get(language()) or titles.get("es", "")


def _section(raw: Mapping[str, Any]) -> Section:
    return Section(raw["code"], raw["title"], apart=Apart(raw["apart"]) if "apart" in raw else None)


def _template(raw: Mapping[str, Any]) -> Template:
    sections = (
        replace(
            SECTIONS[asked["code"]], titles=asked.get("title", SECTIONS[asked["code"]].titles),
            lines=asked.get("lines", 1), half=asked.get("half", False),
        )
        for asked in raw["sections"]
    )  # fmt: skip
    kinds = frozenset(EncounterKind(kind) for kind in raw["kinds"])
    return Template(raw["code"], raw["title"], kinds, frozenset(raw["roles"]), tuple(sections))


_DATA = read_json("note_templates")
SECTIONS: Mapping[str, Section] = {raw["code"]: _section(raw) for raw in _DATA["sections"]}
TEMPLATES: Mapping[str, Template] = {raw["code"]: _template(raw) for raw in _DATA["templates"]}
OFFERED: tuple[Section, ...] = tuple(replace(SECTIONS[code], lines=2) for code in _DATA["offered"])
"""What any note may have beside its template, kept apart: nobody is asked for it."""
FOLLOW_UP, FIRST_VISIT, CONTACT = (TEMPLATES[code] for code in ("follow-up", "first-visit", "contact"))


def template_for(kind: EncounterKind | str, role: str = "") -> Template:
    """What a profession asks in a kind of encounter; of one that only a newer program knows, as in a follow-up."""
    usual = [template for template in TEMPLATES.values() if kind in template.kinds]
    own = [template for template in usual if role in template.roles]
    return next(iter(own + [template for template in usual if not template.roles]), FOLLOW_UP)


def template_named(code: str | None, kind: EncounterKind | str) -> Template:
    """The one that an encounter names; where it names none that is known, that of its kind."""
    return TEMPLATES.get(code or "") or template_for(kind)


def section_of(code: str) -> Section:
    """A section by its code, also one that stands in no template; of a newer program it is kept apart."""
    return SECTIONS.get(code) or Section(code, {}, apart=Apart.UNKNOWN)


def section_title(code: str) -> str:
    """In the spoken language; a section of another program's template is said by its code."""
    return section_of(code).title


def is_restricted(code: str) -> bool:
    """Whether this section goes into no letter, no "Mis datos" and no bundle that goes back."""
    return section_of(code).restricted


def kind_words(kind: EncounterKind | str) -> str:
    return _(KIND_WORDS[EncounterKind(kind)]) if kind in tuple(EncounterKind) else str(kind)


def in_order(sections: Mapping[str, str], template_code: str) -> list[tuple[str, str]]:
    """(section code, text) as the template orders them; what it does not know comes last, never lost."""
    template = TEMPLATES.get(template_code, FOLLOW_UP)
    known = [(code, sections[code]) for code in template.codes if code in sections]
    return known + [(code, text) for code, text in sections.items() if code not in template.codes]
