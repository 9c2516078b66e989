"""Municipalities and languages from the catalogues, said and found as people say and type them."""

from dataclasses import dataclass
from functools import cache

from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.names import fold


@dataclass(frozen=True, slots=True)
class Municipality:
    code: str
    name: str
    department: str
    country: str

    def said(self) -> str:
        """ "Nebaj, Quiché": many names are borne twice."""
        return f"{self.name}, {self.department}"


@cache
def _municipalities() -> dict[str, Municipality]:
    rows = read_catalog("municipalities")
    return {row["code"]: Municipality(row["code"], row["name"], row["department"], row["country"]) for row in rows}


@cache
def _folded() -> tuple[tuple[tuple[str, ...], Municipality], ...]:
    return tuple((tuple(fold(m.said()).split()), m) for m in _municipalities().values())


def municipalities(country: str) -> tuple[Municipality, ...]:
    """Those of "GT" or "MX"."""
    return tuple(m for m in _municipalities().values() if m.country == country)


def municipality(code: str | None) -> Municipality | None:
    return _municipalities().get(code or "")


def municipality_name(code: str | None) -> str:
    """An unknown code says itself."""
    known = municipality(code)
    return known.name if known else code or ""


def find_municipalities(typed: str, home: str = "", limit: int = 8) -> list[Municipality]:
    """Those of whose words each typed one begins some; those of the department of `home` first, then shorter names."""
    words = fold(typed).split()
    near = municipality(home)

    def order(found: Municipality) -> tuple[bool, bool, bool, int, str]:
        here = near is not None and (found.country, found.department) == (near.country, near.department)
        starts = bool(words) and fold(found.name).startswith(words[0])
        return (found.code != home, not here, not starts, len(found.name), found.name)

    hits = [m for parts, m in _folded() if all(any(part.startswith(word) for part in parts) for word in words)]
    return sorted(hits, key=order)[:limit]


def said_place(municipality_code: str | None, community: str | None) -> str:
    """ "Nebaj, Pulay": the municipality, then the community."""
    return ", ".join(part for part in (municipality_name(municipality_code), community or "") if part)


@cache
def languages() -> tuple[tuple[str, str], ...]:
    """Code and name of each language once; those our clinics speak first, then by name."""
    found: dict[str, tuple[str, bool]] = {}
    for row in read_catalog("languages"):
        spoken = bool(row["clinic"]) or found.get(row["code"], ("", False))[1]
        found[row["code"]] = (row["name"], spoken)
    ordered = sorted(found.items(), key=lambda item: (not item[1][1], fold(item[1][0])))
    return tuple((code, name) for code, (name, _spoken) in ordered)


UNDECLARED_LANGUAGE = "und"
"""Asked, and the person preferred not to say; the code of ISO 639 for a language that is not determined."""


def language_name(code: str | None) -> str:
    if code == UNDECLARED_LANGUAGE:
        return _("Prefers not to say")
    return dict(languages()).get(code or "", code or "")
