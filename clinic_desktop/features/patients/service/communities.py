"""Keeping the list of communities.

A row belongs to the clinic that wrote it: a change to another clinic's row would be refused at the central office,
and with it all that the stick brings. So a clinic changes its own rows, and the central office all of them.
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from clinic_desktop.features.patients.queries.communities import place_row
from clinic_desktop.features.patients.records import Community
from clinic_desktop.features.patients.rules.communities import MOST_MINUTES, community_id, holders, say
from clinic_desktop.features.patients.rules.naming import clean_line
from clinic_desktop.features.patients.rules.places import municipality
from clinic_desktop.features.patients.service.filing import refile_community
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.names import fold
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work

Joined = tuple[tuple[str, str | None], ...]
"""Rows that were said to be another's, each with what it said before: for taking it back."""


class OfAnotherClinic(Refused):
    text = N_("Another clinic wrote this place down; the central office changes it.")


class CommunityNameMissing(Refused):
    text = N_("Write the name of the community.")


class MunicipalityMissing(Refused):
    text = N_("Choose the municipality from the list.")


class CommunityNameTaken(Refused):
    text = N_("“{said}” is on the list already. If both are one place, use “It is the same as…”.")


class SamePlace(Refused):
    text = N_("These are one place already.")


class MinutesOutOfReach(Refused):
    text = N_("Write the minutes on the road, between 1 and {most}.")


def community_named(work: Work, name: str, municipality_code: str) -> str:
    """The id of the row with this name in this municipality, whatever its accents; one that is not there is added.

    Of rows that are one place, the one that holds.
    """
    work.require(Permission.REGISTER_PATIENTS)
    found = _found(work, name, municipality_code)
    return found.id if found is not None else _new(work, name, municipality_code).id


def add_community(work: Work, name: str, municipality_code: str, minutes: int | None = None) -> str:
    """Put a place on the list. One that is there already keeps what it says; one out of use is in use again."""
    work.require(Permission.KEEP_CATALOGS)
    name = _readable(name)
    if municipality(municipality_code) is None:
        raise MunicipalityMissing()
    row = _found(work, name, municipality_code) or _new(work, name, municipality_code)
    if row.retired:
        _must_be_ours(work, row)
        row.retired = False
    if row.minutes_to_clinic is None and _is_ours(work, row):
        row.minutes_to_clinic = _in_reach(minutes)
    work.session.flush()
    return row.id


def rename(work: Work, community_id: str, name: str, *, seen: str) -> None:
    """All who live there are found under the new name from then on; what they said themselves stays with them."""
    work.require(Permission.KEEP_CATALOGS)
    row, name = _ours(work, community_id), _readable(name)
    town = row.municipality_code or ""
    taken = _found(work, name, town)
    if taken is not None and taken.id != row.id:
        raise CommunityNameTaken(said=say(taken.name or "", town))
    before, group = fold(row.name or ""), _group(work, row.id)
    work.revise(row, seen={"name": seen}, to={"name": name})
    for other in group:
        # One name in one municipality is one place: it stays so under its new name.
        if other.municipality_code == town and fold(other.name or "") == before and _is_ours(work, other):
            other.name = name
    _refile(work, [row, *group])


def set_minutes(work: Work, community_id: str, minutes: int | None, *, seen: int | None) -> None:
    """How long people are on the road from there; None takes it back."""
    work.require(Permission.KEEP_CATALOGS)
    row = _ours(work, community_id)
    of_itself = row.minutes_to_clinic is not None
    shown = {"minutes_to_clinic": seen} if of_itself else {}
    work.revise(row, seen=shown, to={"minutes_to_clinic": _in_reach(minutes)})


def change(
    work: Work, community_id: str, *, name: str, minutes: int | None, seen_name: str, seen_minutes: int | None
) -> None:
    """Both, as one form shows them; what was left as it is stays as it is."""
    work.require(Permission.KEEP_CATALOGS)
    if name != seen_name:
        rename(work, community_id, name, seen=seen_name)
    if minutes != seen_minutes:
        set_minutes(work, community_id, minutes, seen=seen_minutes)


def say_same(work: Work, community_id: str, as_id: str) -> Joined:
    """This is the same place as that one, which holds from then on; whoever named this one lives there.

    Gives what `take_apart` needs.
    """
    work.require(Permission.KEEP_CATALOGS)
    row, target = _ours(work, community_id), _held(work, as_id)
    if target.id == _held(work, row.id).id:
        raise SamePlace()
    moved = [other for other in {one.id: one for one in (row, *_group(work, row.id))}.values() if _is_ours(work, other)]
    before = tuple((other.id, other.same_as_id) for other in moved)
    for other in moved:
        other.same_as_id = target.id
    if target.same_as_id is not None and _is_ours(work, target):
        # Two laptops had each said it of the other.
        before = (*before, (target.id, target.same_as_id))
        target.same_as_id = None
        moved.append(target)
    _refile(work, moved)
    return before


def take_apart(work: Work, joined: Joined) -> None:
    """They are two places after all; everybody lives again where it was written."""
    work.require(Permission.KEEP_CATALOGS)
    rows = [_ours(work, row_id) for row_id, _before in joined]
    for row, (_row_id, before) in zip(rows, joined, strict=True):
        row.same_as_id = before
    _refile(work, rows)


def retire(work: Work, community_id: str) -> None:
    """It is offered no more; who lives there stays. `use_again` takes it back."""
    work.require(Permission.KEEP_CATALOGS)
    row = _ours(work, community_id)
    for other in (row, *_group(work, row.id)):
        if _is_ours(work, other) and other.same_as_id is None:
            other.retired = True
    work.session.flush()


def use_again(work: Work, community_id: str) -> None:
    work.require(Permission.KEEP_CATALOGS)
    row = _ours(work, community_id)
    for other in (row, *_group(work, row.id)):
        if _is_ours(work, other) and other.same_as_id is None:
            other.retired = False
    work.session.flush()


# -- what is there


def _readable(name: str) -> str:
    cleaned = clean_line(name)
    if not fold(cleaned):
        raise CommunityNameMissing()
    return cleaned


def _in_reach(minutes: int | None) -> int | None:
    if minutes is not None and not 0 < minutes <= MOST_MINUTES:
        raise MinutesOutOfReach(most=MOST_MINUTES)
    return minutes


def _is_ours(work: Work, row: Community) -> bool:
    return work.place.is_central or row.origin_site_id == work.site_id


def _must_be_ours(work: Work, row: Community) -> None:
    if not _is_ours(work, row):
        raise OfAnotherClinic()


def _ours(work: Work, row_id: str) -> Community:
    row = work.load(Community, row_id)
    work.about("community", row_id)
    _must_be_ours(work, row)
    return row


def _new(work: Work, name: str, municipality_code: str) -> Community:
    row_id = community_id(work.site_id, name, municipality_code)
    # It was called so once: a place that got another name since is still that place.
    known = work.session.get(Community, row_id)
    if known is not None:
        return _held(work, known.id)
    return work.add(Community(id=row_id, name=name, municipality_code=municipality_code))


def _found(work: Work, name: str, municipality_code: str) -> Community | None:
    wanted = fold(name)
    chosen = sa.select(Community).where(Community.municipality_code == municipality_code, Community.voided_at.is_(None))
    of_town = list(work.session.scalars(chosen))
    named = [row for row in of_town if fold(row.name or "") == wanted]
    if not named:
        return None
    rows = {row.id: row for row in _with_targets(work, of_town)}
    held = holders(place_row(row) for row in rows.values())
    return min((rows[held[row.id]] for row in named), key=lambda row: (bool(row.retired), row.id))


def _with_targets(work: Work, rows: Iterable[Community]) -> list[Community]:
    """With the rows that they were said to be, wherever those lie."""
    found = {row.id: row for row in rows}
    asked = [row.same_as_id for row in found.values() if row.same_as_id]
    while asked:
        row_id = asked.pop()
        row = None if row_id in found else work.session.get(Community, row_id)
        if row is not None and row.voided_at is None:
            found[row.id] = row
            if row.same_as_id:
                asked.append(row.same_as_id)
    return list(found.values())


def _everywhere(work: Work) -> tuple[dict[str, Community], dict[str, str]]:
    rows = {row.id: row for row in work.session.scalars(sa.select(Community).where(Community.voided_at.is_(None)))}
    return rows, holders(place_row(row) for row in rows.values())


def _held(work: Work, row_id: str) -> Community:
    rows, held = _everywhere(work)
    return rows[held[row_id]] if row_id in held else work.load(Community, row_id)


def _group(work: Work, row_id: str) -> list[Community]:
    """Every row that is the same place as this one, with it."""
    rows, held = _everywhere(work)
    return [rows[other] for other, holder in held.items() if holder == held.get(row_id)]


def _refile(work: Work, rows: Sequence[Community]) -> None:
    work.session.flush()
    ids = {row.id for row in rows}
    # Filing a place takes along those that are the same.
    for row_id in {row.id for row in rows if row.same_as_id not in ids}:
        refile_community(work, row_id)
