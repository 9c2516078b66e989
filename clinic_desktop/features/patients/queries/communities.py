"""Which communities there are on the list of the clinics."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.patients.records import Community, Patient
from clinic_desktop.features.patients.rules.communities import (
    CommunityChoice,
    CommunityLine,
    PlaceRow,
    begins,
    folded,
    holders,
    likely_same,
    say,
)
from clinic_desktop.features.patients.rules.places import municipality_name
from clinic_desktop.features.patients.rules.terms import words_of
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"community"})
LISTED_TABLES = frozenset({"community", "patient"})

_ROWS = sa.select(
    Community.id,
    Community.name,
    Community.municipality_code,
    Community.minutes_to_clinic,
    Community.same_as_id,
    Community.retired,
    Community.origin_site_id,
).where(Community.voided_at.is_(None))
_PEOPLE = (
    sa.select(Patient.community_id.label("community_id"), sa.func.count().label("people"))
    .where(Patient.community_id.is_not(None), Patient.voided_at.is_(None))
    .group_by(Patient.community_id)
    .subquery()
)
_COUNTED = _ROWS.add_columns(_PEOPLE.c.people).outerjoin_from(
    Community, _PEOPLE, _PEOPLE.c.community_id == Community.id
)


def place_row(row: Any) -> PlaceRow:
    return PlaceRow(row.id, row.name or "", row.municipality_code or "", row.same_as_id, bool(row.retired))


def find(asker: Asker, typed: str, municipality_code: str = "", limit: int = 8) -> tuple[CommunityChoice, ...]:
    """Those of whose words each typed one begins some; of this municipality first, then shorter names.

    A place is also found by the names of the rows that are the same place, and offered once, as it is called now.
    """
    asker.require(Permission.SEE_PATIENTS)
    words = words_of(typed)
    if not words:
        return ()
    groups = _grouped(asker.all(_ROWS))
    hits = [
        (held, group) for held, group in groups
        if any(begins(row.name or "", words) for row in group)
    ]  # fmt: skip
    hits.sort(key=lambda hit: (hit[0].municipality_code != municipality_code, len(hit[0].name or ""), hit[0].name))
    return tuple(
        CommunityChoice(
            held.id, held.name or "", held.municipality_code or "", say(held.name or "", held.municipality_code),
            _minutes(held, group),
        )
        for held, group in hits[:limit]
    )  # fmt: skip


def listed(asker: Asker) -> tuple[CommunityLine, ...]:
    """Every place that is in use, once, by municipality and name; one query, however many there are."""
    asker.require(Permission.SEE_PATIENTS)
    groups = _grouped(asker.all(_COUNTED))
    alike = likely_same(place_row(held) for held, _group in groups)
    names = {held.id: held.name or "" for held, _group in groups}
    lines = [
        CommunityLine(
            community_id=held.id,
            name=held.name or "",
            municipality_code=held.municipality_code or "",
            minutes_to_clinic=_minutes(held, group),
            people=sum(row.people or 0 for row in group),
            ours=asker.place.is_central or held.origin_site_id == asker.site_id,
            like_id=alike.get(held.id, ""),
            like=names.get(alike.get(held.id, ""), ""),
        )
        for held, group in groups
    ]
    return tuple(sorted(lines, key=lambda line: (folded(municipality_name(line.municipality_code)), folded(line.name))))


def _grouped(rows: Iterable[Any]) -> list[tuple[Any, list[Any]]]:
    """The row that holds, with all that are the same place; without places that are in use no more."""
    known = {row.id: row for row in rows}
    groups: dict[str, list[Any]] = {}
    for row_id, held in holders(place_row(row) for row in known.values()).items():
        groups.setdefault(held, []).append(known[row_id])
    return [(known[held], group) for held, group in groups.items() if not known[held].retired]


def _minutes(held: Any, group: Iterable[Any]) -> int | None:
    known = (row.minutes_to_clinic for row in group if row.minutes_to_clinic is not None)
    return held.minutes_to_clinic if held.minutes_to_clinic is not None else next(known, None)
