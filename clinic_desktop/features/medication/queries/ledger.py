"""Movements and counted lots as the law of the count looks at them (rules/late.py), read together."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from json import dumps, loads
from typing import Any

from clinic_desktop.features.medication.rules.late import Counted, Point, Seen
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Asker

Shelf = tuple[str, str]
"""The site, the lot."""


@dataclass(frozen=True, slots=True)
class LineRow:
    """A counted lot with the stamps that every row it causes has."""

    shelf: Shelf
    counted: Counted
    counted_units: int
    origin_site_id: str
    recorded_at: str
    recorded_by: str


@dataclass(frozen=True, slots=True)
class KnownThen:
    """What this computer knows of a lot at one moment."""

    units: int
    since: tuple[str, ...]
    """The movements after the previous counted line."""
    previous_id: str | None


_LINES = (
    "SELECT l.id, c.site_id, l.lot_id, c.counted_at, c.counted_on, l.counted_units, l.known, l.previous_id,"
    " q.counted_at, q.counted_on, l.origin_site_id, l.recorded_at, l.recorded_by"
    " FROM stock_count_line l JOIN stock_count c ON c.id = l.count_id"
    " LEFT JOIN stock_count_line p ON p.id = l.previous_id LEFT JOIN stock_count q ON q.id = p.count_id"
    " WHERE l.lot_id IN (SELECT value FROM json_each(?)) AND (l.previous_id IS NULL OR q.id IS NOT NULL)"
)
_COUNTED_SINCE = (
    "SELECT 1 FROM stock_count_line l JOIN stock_count c ON c.id = l.count_id WHERE l.lot_id = ? AND c.site_id = ?"
    " AND CASE WHEN ? <> '' THEN c.counted_at >= ? ELSE c.counted_on >= ? END LIMIT 1"
)
_SEEN = (
    "SELECT m.id, m.lot_id, m.units, m.occurred_on, m.occurred_at, m.count_line_id, c.counted_at, c.counted_on"
    " FROM stock_movement m LEFT JOIN stock_count_line l ON l.id = m.count_line_id"
    " LEFT JOIN stock_count c ON c.id = l.count_id"
    " WHERE m.site_id = ? AND (m.count_line_id IS NULL OR c.id IS NOT NULL)"
)
_OF_LOTS = " ".join((_SEEN, "AND m.lot_id IN (SELECT value FROM json_each(?))"))
# The plus keeps the index of a whole site from being chosen for a handful of ids.
_WITH_IDS = " ".join((_SEEN.replace("m.site_id", "+m.site_id"), "AND m.id IN (SELECT value FROM json_each(?))"))
_UNSETTLED = (
    "WITH line AS MATERIALIZED (SELECT l.id, l.lot_id, c.site_id, c.counted_at, c.counted_on, l.counted_units,"
    " row_number() OVER (PARTITION BY c.site_id, l.lot_id ORDER BY c.counted_at DESC, l.id DESC) AS place"
    " FROM stock_count_line l JOIN stock_count c ON c.id = l.count_id"
    " WHERE l.lot_id IN (SELECT value FROM json_each(?))),"
    " apart AS MATERIALIZED (SELECT k.lot_id, (SELECT coalesce(sum(m.units), 0) FROM stock_movement m"
    " LEFT JOIN stock_count_line w ON w.id = m.count_line_id LEFT JOIN stock_count v ON v.id = w.count_id"
    " WHERE m.site_id = k.site_id AND m.lot_id = k.lot_id"
    " AND CASE WHEN m.count_line_id IS NOT NULL THEN (v.counted_at, w.id) <= (k.counted_at, k.id)"
    " WHEN m.occurred_at IS NOT NULL THEN m.occurred_at <= k.counted_at ELSE m.occurred_on <= k.counted_on END"
    ") - k.counted_units AS units FROM line k WHERE k.place = 1)"
    " SELECT lot_id, units FROM apart WHERE units <> 0"
)


def any_count(asker: Asker) -> bool:
    """One tiny question: where nobody has counted, the law has nothing to do."""
    return bool(asker.plain("SELECT 1 FROM stock_count_line LIMIT 1"))


def last_used(asker: Asker) -> date | None:
    """The last day on which something of this shelf moved or was counted, as the clocks of then had it."""
    asker.require(Permission.COUNT_STOCK)
    sql = (
        "SELECT max(coalesce((SELECT max(occurred_on) FROM stock_movement WHERE site_id = ?), ''),"
        " coalesce((SELECT max(counted_on) FROM stock_count WHERE site_id = ?), ''))"
    )
    day = asker.plain(sql, (asker.site_id, asker.site_id))[0][0]
    return date.fromisoformat(day) if day else None


def counted_lots(asker: Asker, lot_ids: Iterable[str] | None = None) -> list[str]:
    """Those lots, or all, that were ever counted."""
    if lot_ids is None:
        return [row[0] for row in asker.plain("SELECT DISTINCT lot_id FROM stock_count_line ORDER BY lot_id")]
    wanted = dumps(list(lot_ids))
    sql = "SELECT DISTINCT lot_id FROM stock_count_line WHERE lot_id IN (SELECT value FROM json_each(?))"
    return [row[0] for row in asker.plain(sql, (wanted,))]


def counted_since(asker: Asker, shelf: Shelf, day: date, moment: datetime | None) -> bool:
    """Whether somebody counted this lot on that shelf at or after then."""
    on, at = day.isoformat(), instant_text(moment) if moment is not None else None
    return bool(asker.plain(_COUNTED_SINCE, (shelf[1], shelf[0], at or "", at or "", on)))


def counted_lines_of(asker: Asker, lot_ids: Collection[str]) -> dict[Shelf, list[LineRow]]:
    """The counted lines of these lots on every shelf, in their order. One whose previous line has not arrived waits."""
    found: dict[Shelf, list[LineRow]] = defaultdict(list)
    for row in asker.plain(_LINES, (dumps(list(lot_ids)),)):
        shelf = (row[1], row[2])
        found[shelf].append(_line(shelf, row))
    for lines in found.values():
        lines.sort(key=lambda line: line.counted.point.place)
    return found


def _line(shelf: Shelf, row: tuple[Any, ...]) -> LineRow:
    point = _point(row[0], row[3], row[4])
    previous = _point(row[7], row[8], row[9]) if row[7] is not None else None
    counted = Counted(point, previous, frozenset(loads(row[6]) if row[6] else ()))
    return LineRow(shelf, counted, row[5] or 0, *row[10:])


def _point(line_id: str, counted_at: str, counted_on: str) -> Point:
    return Point(datetime.fromisoformat(counted_at), date.fromisoformat(counted_on), line_id)


def movements_of(asker: Asker, site_id: str, lot_ids: Iterable[str]) -> dict[Shelf, list[Seen]]:
    """Every movement of these lots on one shelf. What a count wrote that has not arrived waits."""
    return _movements(asker, _OF_LOTS, site_id, lot_ids)


def movements_with(asker: Asker, site_id: str, ids: Iterable[str]) -> dict[Shelf, list[Seen]]:
    """The same of those with these ids."""
    return _movements(asker, _WITH_IDS, site_id, ids)


def _movements(asker: Asker, sql: str, site_id: str, ids: Iterable[str]) -> dict[Shelf, list[Seen]]:
    found: dict[Shelf, list[Seen]] = defaultdict(list)
    for row in asker.plain(sql, (site_id, dumps(list(ids)))):
        found[(site_id, row[1])].append(_seen(row))
    return found


def _seen(row: tuple[Any, ...]) -> Seen:
    written_by = _point(row[5], row[6], row[7]) if row[5] is not None else None
    day = date.fromisoformat(row[3]) if row[3] else date.min
    return Seen(row[0], row[2] or 0, day, datetime.fromisoformat(row[4]) if row[4] else None, written_by)


def known_at(asker: Asker, lot_id: str, at: datetime, line_id: str | None = None) -> KnownThen:
    """What a count of this lot at that moment, here, has to know."""
    shelf = (asker.site_id, lot_id)
    point = Point(at, at.astimezone(asker.place.zone).date(), line_id or "~")
    lines = [
        line for line in counted_lines_of(asker, [lot_id]).get(shelf, ()) if line.counted.point.place < point.place
    ]
    last = lines[-1] if lines else None
    counted = Counted(point, last.counted.point if last else None)
    since = [seen for seen in movements_of(asker, asker.site_id, [lot_id]).get(shelf, ()) if counted.holds(seen)]
    units = (last.counted_units if last else 0) + sum(seen.units for seen in since)
    return KnownThen(
        units, tuple(sorted(seen.movement_id for seen in since)), last.counted.point.line_id if last else None
    )


def lots_touched(asker: Asker, changed: Mapping[str, Collection[str]]) -> tuple[set[str], set[str]]:
    """Of rows that came in: the counted lots of its movements, and the lots of which a counted line became whole."""
    of_movements = (
        "SELECT DISTINCT m.lot_id FROM stock_movement m WHERE m.id IN (SELECT value FROM json_each(?))"
        " AND EXISTS (SELECT 1 FROM stock_count_line l WHERE l.lot_id = m.lot_id)"
    )
    of_lines = (
        "SELECT l.lot_id FROM stock_count_line l WHERE l.id IN (SELECT value FROM json_each(?))"
        " UNION SELECT l.lot_id FROM stock_count_line l WHERE l.count_id IN (SELECT value FROM json_each(?))"
    )
    moved, lines, counts = (
        dumps(list(changed.get(table, ()))) for table in ("stock_movement", "stock_count_line", "stock_count")
    )
    # A line that waited for this one is of the same lot.
    return (
        {row[0] for row in asker.plain(of_movements, (moved,))},
        {row[0] for row in asker.plain(of_lines, (lines, counts))},
    )


def lot_of_box(
    asker: Asker, presentation_id: str, lot_number: str | None, expires_on: date, partner_id: str | None
) -> str | None:
    """The lot of this shelf that a box found while counting belongs to; a box without a number belongs to none."""
    if lot_number is None:
        return None
    sql = (
        "SELECT t.id FROM stock_lot t WHERE t.presentation_id = ? AND t.lot_number = ? AND t.expires_on = ?"
        " AND (? = '' OR t.partner_id = ?)"
        " AND EXISTS (SELECT 1 FROM stock_movement m WHERE m.site_id = ? AND m.lot_id = t.id)"
        " ORDER BY t.id DESC LIMIT 1"
    )
    partner = partner_id or ""
    values = (presentation_id, lot_number, expires_on.isoformat(), partner, partner, asker.site_id)
    found = asker.plain(sql, values)
    return found[0][0] if found else None


def unsettled(asker: Asker, lot_ids: Collection[str] | None = None) -> list[tuple[str, int]]:
    """Counted lots whose balance at their last count is not what was counted, and by how much."""
    wanted = list(lot_ids) if lot_ids is not None else counted_lots(asker)
    return [(row[0], row[1]) for row in asker.plain(_UNSETTLED, (dumps(wanted),))]
