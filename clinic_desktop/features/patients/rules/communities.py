"""The list of communities: plain values, which rows are one place, and which may be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import NAMESPACE_URL, uuid5

from clinic_desktop.features.patients.rules.places import municipality_name
from clinic_desktop.features.patients.rules.terms import sound, words_of
from clinic_desktop.kernel.names import fold

MOST_MINUTES = 24 * 60
_KINDS = frozenset({"aldea", "canton", "caserio", "comunidad", "paraje"})
"""Said or left out as it comes: "Cantón Chuacruz" and "Chuacruz"."""


@dataclass(frozen=True, slots=True)
class CommunityChoice:
    """As a form is offered it."""

    community_id: str
    name: str
    municipality_code: str
    said: str
    """ "Pulay, Nebaj": many names are borne twice."""
    minutes_to_clinic: int | None


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A row as far as it matters for which place it is."""

    community_id: str
    name: str
    municipality_code: str
    same_as_id: str | None = None
    retired: bool = False


@dataclass(frozen=True, slots=True)
class CommunityLine:
    """A place as its list shows it: with the people of every row that is the same place."""

    community_id: str
    name: str
    municipality_code: str
    minutes_to_clinic: int | None
    people: int
    ours: bool
    """Whether it may be changed here: another clinic's row is not ours to change."""
    like_id: str = ""
    """A place that sounds alike in the same municipality: perhaps written twice."""
    like: str = ""

    @property
    def said(self) -> str:
        return say(self.name, self.municipality_code)


# Names of places are few and asked at every key: folded once, they stay.


@lru_cache(maxsize=8192)
def folded(name: str) -> str:
    return fold(name)


@lru_cache(maxsize=8192)
def _words(name: str) -> tuple[str, ...]:
    return words_of(name)


def begins(name: str, typed: tuple[str, ...]) -> bool:
    """Whether each typed word begins some word of the name."""
    words = _words(name)
    return bool(words) and all(any(word.startswith(sought) for word in words) for sought in typed)


def say(name: str, municipality_code: str | None) -> str:
    return ", ".join(part for part in (name, municipality_name(municipality_code)) if part)


def community_id(site_id: str, name: str, municipality_code: str) -> str:
    """Two laptops of a clinic that write the same new place give it the same id: a merge makes one row of it.

    Of a clinic, not of all: a row belongs to the clinic that wrote it, and another's row of the same id would be
    refused at the central office. Rows of two clinics for one place are two, and `same_as_id` or the list folds them.
    """
    return str(uuid5(NAMESPACE_URL, f"clinic-desktop:community:{site_id}:{municipality_code}:{fold(name)}"))


def holders(rows: Iterable[PlaceRow]) -> dict[str, str]:
    """For each row the one that holds for it, by ids; the same whatever order the rows come in.

    First what people said is the same, however long the chain; in a ring, which only two laptops apart can make, the
    smallest id holds. Then one name in one municipality is one place: of those rows the smallest id that is in use.
    """
    known = {row.community_id: row for row in rows}
    said = {row_id: _end_of(row_id, known) for row_id in known}
    names = {row_id: (known[row_id].municipality_code, folded(known[row_id].name)) for row_id in said.values()}
    by_name: dict[tuple[str, str], str] = {}
    for row_id, name in names.items():
        by_name[name] = min(by_name.get(name, row_id), row_id, key=lambda one: (known[one].retired, one))
    ends = {row_id: by_name[name] for row_id, name in names.items()}
    return {row_id: ends[end] for row_id, end in said.items()}


def _end_of(row_id: str, known: Mapping[str, PlaceRow]) -> str:
    walked = [row_id]
    while (after := known[walked[-1]].same_as_id) and after in known:
        if after in walked:
            return min(walked[walked.index(after) :])
        walked.append(after)
    return walked[-1]


def likely_same(rows: Iterable[PlaceRow]) -> dict[str, str]:
    """Of places that sound alike in one municipality each names the first of them, and the first the second."""
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for row in sorted(rows, key=lambda row: row.community_id):
        alike.setdefault((row.municipality_code, _sounds(row.name)), []).append(row.community_id)
    found: dict[str, str] = {}
    for (_town, sounds), ids in alike.items():
        if sounds and len(ids) > 1:
            found |= {one: ids[1] if one == ids[0] else ids[0] for one in ids}
    return found


@lru_cache(maxsize=8192)
def _sounds(name: str) -> tuple[str, ...]:
    words = _words(name)
    return tuple(sorted(sound(word) or word for word in words if word not in _KINDS or len(words) == 1))


def read_minutes(typed: str) -> int | None:
    """Minutes as typed, "90" or "1:30"; None for what is neither. Empty is not asked here."""
    text = typed.strip().lower().removesuffix("min").strip()
    hours, colon, minutes = text.rpartition(":")
    parts = (hours, minutes) if colon else (minutes,)
    if not all(part.isascii() and part.isdecimal() and len(part) < 5 for part in parts):
        return None
    found = int(minutes) + 60 * int(hours or 0)
    return found if 0 < found <= MOST_MINUTES and (not colon or int(minutes) < 60) else None
