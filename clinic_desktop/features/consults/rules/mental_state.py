"""The mental state as lines of text: one aspect a line. What was not looked at says so, and is never normal.

The words are this project's own (resources/catalogs/mental_state.csv), written into the note as text like any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.i18n import LANGUAGES, _, language

SECTION = "mental-state"


@dataclass(frozen=True, slots=True)
class Aspect:
    code: str
    titles: Mapping[str, str]
    normals: Mapping[str, str]

    @property
    def title(self) -> str:
        return self.titles[language()]

    @property
    def normal(self) -> str:
        return self.normals[language()]


@cache
def aspects() -> tuple[Aspect, ...]:
    return tuple(
        Aspect(
            row["code"],
            {spoken: row[f"title_{spoken}"] for spoken in LANGUAGES},
            {spoken: row[f"normal_{spoken}"] for spoken in LANGUAGES},
        )
        for row in read_catalog("mental_state")
    )


def not_examined() -> str:
    return _("not examined")


def all_normal() -> dict[str, str]:
    return {aspect.code: aspect.normal for aspect in aspects()}


def as_text(findings: Mapping[str, str], rest: str = "") -> str:
    """A line for each aspect; one without words was not examined. `rest` is what was written freely."""
    lines = [f"{aspect.title}: {findings.get(aspect.code, '').strip() or not_examined()}." for aspect in aspects()]
    return "\n".join([*lines, rest] if rest.strip() else lines)


def read_text(text: str) -> tuple[dict[str, str], str]:
    """The findings in a text as `as_text` writes it, and the lines that are none. Not examined is no finding."""
    findings, rest = dict[str, str](), list[str]()
    unsaid = {not_examined().casefold(), "no explorado", "not examined"}
    for line in text.splitlines():
        head, colon, words = line.partition(":")
        aspect = _titled(head) if colon else None
        if aspect is None or aspect.code in findings:
            rest.append(line)
        elif (said := words.strip().removesuffix(".")).casefold() not in unsaid and said:
            findings[aspect.code] = said
    return findings, "\n".join(rest)


def _titled(head: str) -> Aspect | None:
    said = head.strip().casefold()
    return next((a for a in aspects() if said in (title.casefold() for title in a.titles.values())), None)
