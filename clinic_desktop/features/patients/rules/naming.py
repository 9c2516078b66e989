"""Names of people: two surnames, one or none, a married name, and how all that is written and read aloud."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.names import fold

PARTICLES = frozenset({"de", "del", "la", "las", "los", "y", "san", "santa", "santo"})
"""Words that open a longer name and never stand alone: "de León", "de la Cruz", "San Juan"."""


@dataclass(frozen=True, slots=True)
class Name:
    given: str = ""
    family: str = ""
    second_family: str = ""
    married: str = ""
    known_as: str = ""
    met: str = ""
    """Of somebody without a name: where and when the person was met, as it is said instead."""


def name_of(row: Any) -> Name:
    """The name in a row that has the name columns of the patient table.

    With `unidentified`, `met_where` and `met_on` somebody without a name is said by where and when they were met.
    """
    return Name(
        row.given_names or "",
        row.family_name or "",
        row.second_family_name or "",
        row.married_name or "",
        row.known_as or "",
        said_met(row.met_where, row.met_on) if getattr(row, "unidentified", None) else "",
    )


def said_met(where: str | None, on: date | str | None) -> str:
    """ "SIN IDENTIFICAR (mercado de Sololá, 28-nov-2026)"; a day may come as plain SQL gives it."""
    day = date.fromisoformat(on) if isinstance(on, str) else on
    told = ", ".join(part for part in (where or "", say_day(day) if day else "") if part)
    return _("UNIDENTIFIED ({told})").format(told=told) if told else _("UNIDENTIFIED")


_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the order of letters around them, also of those that somebody else wrote."""


def clean(text: str) -> str:
    """As written, composed, without control signs, signs that would turn the words around them on the screen, or halves
    of characters that no file can keep; lines stay."""
    return unicodedata.normalize("NFC", "".join(c for c in text if _may_stay(c))).strip()


def _may_stay(c: str) -> bool:
    return c == "\n" or (c not in _REORDERING and unicodedata.category(c) not in ("Cc", "Cs"))


def clean_line(text: str) -> str:
    """`clean` for one line: every run of blanks is one space."""
    return " ".join(clean(" ".join(text.split())).split())


def is_filler(text: str) -> bool:
    """Whether a name is one that forms extort and nobody bears: ".", "-", "xx", "N/N"."""
    words = fold(text).replace(" ", "")
    if not words:
        return bool(text.strip()) and all(c in ".,-_/*·" or c.isspace() for c in text)
    return words in _FILLERS or (len(words) > 1 and set(words) == {"x"})


_FILLERS = frozenset({"nn", "na", "sn", "sinnombre", "sinapellido", "ninguno", "ninguna", "notiene", "nosesabe"})


def said_family(name: Name) -> str:
    """The family names in capitals; a married name follows as "DE LÓPEZ"."""
    married = name.married
    if married and not fold(married).startswith(("de ", "del ")):
        married = f"de {married}"
    return " ".join(part for part in (name.family, name.second_family, married) if part).upper()


def said_name(name: Name) -> str:
    """ "TZOC PÉREZ, María Ixchel"; with less known, what there is; never empty."""
    parts = [part for part in (said_family(name), name.given) if part]
    return ", ".join(parts) or name.met or name.known_as or _("Without name")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed in the search box, taken as a new person."""

    given: str = ""
    family: str = ""
    second_family: str = ""
    birth: str = ""
    phone: str = ""


def split_typed(text: str, is_given: Callable[[str], bool | None]) -> Typed:
    """Take typed words for names, to be looked at and mended by the person typing.

    `is_given` says of a folded word whether people here bear it as a given name (None: not known). "Tzoc Pérez, María"
    says by its comma what is what. A typed year or date becomes the birth.
    """
    left, comma, right = text.partition(",")
    words, births = _words(left)
    more, later = _words(right)
    birth = next(iter(births + later), "")
    if comma and words and more:
        return _typed(more, words, birth)
    names = words + more
    at = _first_given(names, is_given)
    if at == 0:
        count = _leading_given(names, is_given)
        return _typed(names[:count], names[count:], birth)
    return _typed(names[at:], names[:at], birth)


def _first_given(names: Sequence[str], is_given: Callable[[str], bool | None]) -> int:
    """Where the given names begin; surnames come first when nothing is known, as they do on every list."""
    for at, word in enumerate(names):
        if is_given(fold(word)):
            return at
    return min(len(names), 1 if len(names) <= 2 else 2)


def _leading_given(names: Sequence[str], is_given: Callable[[str], bool | None]) -> int:
    count = 1
    while count < len(names) and is_given(fold(names[count])):
        count += 1
    # When all could be given names, the last is the surname: Juan, Francisco and Pascual are surnames too.
    return count if count < len(names) or len(names) == 1 else count - 1


def _typed(given: Sequence[str], family: Sequence[str], birth: str) -> Typed:
    return Typed(" ".join(given), " ".join(family[:1]), " ".join(family[1:]), birth)


def _words(text: str) -> tuple[list[str], list[str]]:
    """Words with their particles ("de la Cruz" is one), and the numbers among them that could be years."""
    words: list[str] = []
    years: list[str] = []
    pending: list[str] = []
    for word in text.split():
        if any(c.isdigit() for c in word):
            if (word.isdecimal() and len(word) == 4 and word[:2] in ("19", "20")) or word.count("/") == 2:
                years.append(word)
            continue
        if fold(word) in PARTICLES:
            pending.append(word.lower() if fold(word) not in ("san", "santa", "santo") else _capital(word))
            continue
        words.append(" ".join([*pending, _capital(word)]))
        pending = []
    if pending:
        words.append(" ".join(pending))
    return words, years


def _capital(word: str) -> str:
    """A capital first letter, unless the typing person already chose some."""
    return word[:1].upper() + word[1:] if word == word.lower() else word
