"""What was written apart, as a worklist: whose it is, the values in words, what their writers saw, who was asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from clinic_desktop.exchange.merge import conflicts as engine
from clinic_desktop.exchange.merge import reopening
from clinic_desktop.exchange.merge.conflicts import Conflict, Key, Side
from clinic_desktop.exchange.merge.sightings import Sighting, sightings
from clinic_desktop.exchange.records import BundleLog, BundleWay, SettledConflict
from clinic_desktop.features.bundles.queries import conflicts
from clinic_desktop.features.bundles.queries.asked import Asked, asked_about
from clinic_desktop.features.bundles.queries.conflicts import AT_THE_DESK, CONFLICT_READERS
from clinic_desktop.features.bundles.queries.names import names_of, site_names, staff_names
from clinic_desktop.features.bundles.queries.whose import hidden_rows
from clinic_desktop.features.bundles.rules.said import Names, said_values
from clinic_desktop.features.bundles.rules.settling import both, who_settles
from clinic_desktop.kernel.names import fold
from clinic_desktop.storage.base import Base
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"open_conflict", "settled_conflict", "message", "patient", "staff_member"})


@dataclass(frozen=True, slots=True)
class Line:
    """A conflict in the list."""

    conflict: Conflict
    whose: str
    said: tuple[str, ...]
    """The values in words, the displayed one first."""
    asked: Asked | None
    waits_for: str
    """Of one that a missing bundle may explain: whose, and its number if that is known."""

    @property
    def key(self) -> Key:
        return self.conflict.key


@dataclass(frozen=True, slots=True)
class SaidSide:
    values: tuple[Any, ...]
    words: str
    who: str
    site_name: str
    at: datetime | None
    had_seen: tuple[str, ...]
    """What it overwrote, in words."""
    first: bool
    """It was written with the record itself: there was nothing to be seen."""
    missing: bool
    """What it overwrote has not arrived."""
    put_back_of: str
    """Of a value that stands again because a decision was undone: who had written it first."""
    put_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class InFront:
    """One conflict, for deciding."""

    line: Line
    sides: tuple[SaidSide, ...]
    may: bool
    both: tuple[Any, ...] | None
    both_words: str
    ask_site_id: str
    """Whom a question goes to; empty: the central."""
    ask_name: str

    @property
    def conflict(self) -> Conflict:
        return self.line.conflict


def worklist(asker: Asker, site_id: str = "", *, waiting: bool = False) -> list[Key]:
    """Blocking ones first, then by person. `site_id`: the record, or one of the values, is of that clinic.

    `waiting`: instead those that a missing bundle may explain. A reserved person's are only for who may open them.
    """
    asker.require(*CONFLICT_READERS)
    found = [one for one in engine.all_conflicts(asker) if one.waiting is waiting]
    hidden = hidden_rows(asker, [(one.table, one.row_id) for one in found])
    found = [one for one in found if (one.table, one.row_id) not in hidden]
    if site_id:
        origins = _origins(asker, found)
        found = [
            one
            for one in found
            if origins.get((one.table, one.row_id)) == site_id or any(side.site_id == site_id for side in one.sides)
        ]
    names = conflicts.whose(asker, found)
    found.sort(key=lambda one: (not one.blocking, *_by_name(names.get((one.table, one.row_id), "")), one.key))
    return [one.key for one in found]


def _by_name(name: str) -> tuple[bool, str]:
    return (not name, fold(name))


def page(asker: Asker, conflict_keys: Sequence[Key]) -> list[Line]:
    """These, as far as they still stand and the one who asks may see them."""
    asker.require(*AT_THE_DESK)
    found = engine.some_conflicts(asker, conflict_keys)
    hidden = hidden_rows(asker, [(one.table, one.row_id) for one in found])
    found = [one for one in found if (one.table, one.row_id) not in hidden and conflicts.may_see(asker, one)]
    found = [conflicts.withheld(asker, one) for one in found]
    names = conflicts.whose(asker, found)
    asked = _asked(asker, found)
    return [_line(asker, one, names.get((one.table, one.row_id), ""), asked.get(one.key)) for one in found]


def _asked(asker: Asker, found: Collection[Conflict]) -> dict[Key, Asked]:
    """The last question about each. One about values that were decided long ago says nothing of those of today."""
    since = {one.key: one.found_at for one in found}
    rows = asker.all(
        sa.select(SettledConflict.tbl, SettledConflict.row_id, SettledConflict.unit).where(
            SettledConflict.undone_at.is_not(None)
        )
    )
    for row in rows:
        since.pop((row[0], row[1], row[2]), None)
    return {
        key: one
        for table in sorted({one.table for one in found})
        for one in reversed(asked_about(asker, table, [each.row_id for each in found if each.table == table]))
        if (key := (table, one.about_id, one.unit)) not in since or one.at >= since[key]
    }


def _line(asker: Asker, one: Conflict, whose: str, asked: Asked | None) -> Line:
    names = names_of(asker, one.table, one.columns, [side.values for side in one.sides])
    said = tuple(said_values(one.table, one.columns, side.values, names) for side in one.sides)
    return Line(one, whose, said, asked, _missing_bundle(asker, one) if one.waiting else "")


def in_front(asker: Asker, conflict_key: Key) -> InFront | None:
    """None where it was settled meanwhile, or may not be seen."""
    asker.require(*AT_THE_DESK)
    found = page(asker, [conflict_key])
    if not found:
        return None
    (line,) = found
    one = line.conflict
    shown = bool(one.sides[0].values)
    seen = sightings(asker, one) if shown else tuple(Sighting() for _side in one.sides)
    told = [value for each in seen for value in _seen_values(each)] + [side.values for side in one.sides]
    names = names_of(asker, one.table, one.columns, told)
    authors = _authors(asker, one, seen)
    together = both(one.table, one.unit, [side.values for side in one.sides], blocking=one.blocking) if shown else None
    site_id, site_name = _whom_to_ask(asker, one)
    return InFront(
        line=line,
        sides=tuple(_said_side(one, *pair, names, authors) for pair in zip(one.sides, seen, strict=True)),
        may=any(asker.actor.may(permission) for permission in who_settles(one.table, one.unit)) and not one.waiting,
        both=together,
        both_words=said_values(one.table, one.columns, together, names) if together else "",
        ask_site_id=site_id,
        ask_name=site_name,
    )


def _seen_values(seen: Sighting) -> list[tuple[Any, ...]]:
    return [side.values for side in seen.before]


def _authors(asker: Asker, one: Conflict, seen: Sequence[Sighting]) -> Mapping[str, str]:
    wanted = {side.author_id for side in one.sides} | {each.again.author_id for each in seen if each.again}
    return staff_names(asker, wanted)


def _said_side(one: Conflict, side: Side, seen: Sighting, names: Names, authors: Mapping[str, str]) -> SaidSide:
    say = partial(said_values, one.table, one.columns, names=names)
    return SaidSide(
        values=side.values,
        words=say(side.values),
        who=authors.get(side.author_id, ""),
        site_name=side.site_name,
        at=side.at,
        had_seen=tuple(dict.fromkeys(say(before.values) for before in seen.before)) if not seen.again else (),
        first=seen.first,
        missing=bool(seen.missing),
        put_back_of=_writer(seen.again, authors) if seen.again else "",
        put_back_at=seen.again.at if seen.again else None,
    )


def _writer(side: Side, authors: Mapping[str, str]) -> str:
    return " · ".join(part for part in (authors.get(side.author_id, ""), side.site_name) if part)


def _origins(asker: Asker, found: Sequence[Conflict]) -> dict[tuple[str, str], str]:
    """The clinic each of these rows is of."""
    origins: dict[tuple[str, str], str] = {}
    for name in {one.table for one in found}:
        table = Base.metadata.tables[name]
        ids = sorted({one.row_id for one in found if one.table == name})
        for at in range(0, len(ids), 500):
            rows = asker.all(sa.select(table.c.id, table.c.origin_site_id).where(table.c.id.in_(ids[at : at + 500])))
            origins |= {(name, row[0]): row[1] for row in rows}
    return origins


def _whom_to_ask(asker: Asker, one: Conflict) -> tuple[str, str]:
    """The clinic of the record, or one that wrote a value; a clinic asks its central."""
    names = site_names(asker)
    if not asker.place.is_central:
        return "", ""
    sites = [_origins(asker, [one]).get((one.table, one.row_id), ""), *(side.site_id for side in one.sides)]
    site_id = next((site for site in sites if site and site != asker.site_id and site in names), "")
    return site_id, names.get(site_id, "")


def _missing_bundle(asker: Asker, one: Conflict) -> str:
    """Of whom something is missing, with the numbers of bundles that were never read where they can be told."""
    stamps = {stamp for seen in sightings(asker, one) for stamp in seen.missing}
    sites = engine.sites_of(asker)
    told: list[str] = []
    for device, epoch in sorted({(stamp.device, stamp.epoch) for stamp in stamps}):
        name = sites.get(device, ("", ""))[0]
        numbers = _never_read(asker, device, epoch)
        told.append(" ".join(part for part in (", ".join(map(str, numbers)), f"({name})" if name else "") if part))
    return "; ".join(told)


def _never_read(asker: Asker, device: str, epoch: str) -> Collection[int]:
    rows = asker.all(
        sa.select(BundleLog.number).where(
            BundleLog.way == BundleWay.IN, BundleLog.device_id == device, BundleLog.epoch == epoch
        )
    )
    read = {row[0] for row in rows}
    return [number for number in range(1, max(read, default=0)) if number not in read][:3]


def clinics_with_conflicts(asker: Asker) -> list[tuple[str, str]]:
    """Id and name of each clinic that has something in the worklist, by name."""
    asker.require(*CONFLICT_READERS)
    found = [one for one in engine.all_conflicts(asker) if not one.waiting]
    hidden = hidden_rows(asker, [(one.table, one.row_id) for one in found])
    found = [one for one in found if (one.table, one.row_id) not in hidden]
    names = site_names(asker)
    sites = set(_origins(asker, found).values()) | {side.site_id for one in found for side in one.sides}
    return sorted(((one, names[one]) for one in sites if one in names), key=lambda pair: fold(pair[1]))


def last_settled(asker: Asker) -> int | None:
    """The last decision of the one who asks that still stands and may be undone by them."""
    asker.require(*AT_THE_DESK)
    for key, table, row_id in reopening.last_settled(asker, asker.actor.staff_id):
        if not hidden_rows(asker, [(table, row_id)]):
            return key
    return None


def keys_of_person(asker: Asker, patient_id: str) -> list[Key]:
    """What stands open of one person, blocking ones first."""
    found = conflicts.of_person(asker, patient_id)
    return [one.key for one in sorted(found, key=lambda one: (not one.blocking, one.key))]
