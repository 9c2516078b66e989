"""Keeping the law of the count (rules/late.py): what became known after a count is taken out of the balance, visibly.

Every computer writes the same rows for itself: their ids are derived and their stamps are those of the counted line, so
that two that meet are one.
"""

from collections import defaultdict
from collections.abc import Collection, Generator, Iterable, Mapping
from datetime import datetime
from functools import partial
from json import dumps

from clinic_desktop.features.medication.queries import ledger, sums
from clinic_desktop.features.medication.queries.ledger import LineRow, Shelf
from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.stock import StockMovement
from clinic_desktop.features.medication.rules.kinds import MovementKind
from clinic_desktop.features.medication.rules.late import Seen, counter_id
from clinic_desktop.features.medication.service.sums import make_sums_again
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.ledger import digests
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work

LOTS_AT_ONCE = 20
_Pairs = list[tuple[LineRow, Seen]]


def settle_late(work: Work, lot_ids: Iterable[str] | None = None) -> int:
    """Write what is missing for these lots, or for all; returns how many rows that were."""
    if not ledger.any_count(work):
        return 0
    lots = ledger.counted_lots(work, lot_ids)
    written = 0
    for at in range(0, len(lots), LOTS_AT_ONCE):
        lines = ledger.counted_lines_of(work, lots[at : at + LOTS_AT_ONCE])
        pairs = [
            (line, seen)
            for shelf, movements in _movements(work, lines).items()
            for line in lines[shelf]
            for seen in movements
        ]
        written += len(_settle(work, lines, pairs))
    return written


def settle_new(work: Work, row: StockMovement) -> None:
    """What was just typed may be older than a count of its lot. One question where it is not."""
    shelf = (str(row.site_id), str(row.lot_id))
    assert row.occurred_on is not None
    if not ledger.counted_since(work, shelf, row.occurred_on, row.occurred_at):
        return
    lines = ledger.counted_lines_of(work, [shelf[1]])
    new = ledger.movements_with(work, shelf[0], [row.id]).get(shelf, [])
    _settle(work, lines, [(line, seen) for seen in new for line in lines.get(shelf, ())])


def settle_merged(work: Work, changed: Mapping[str, Collection[str]]) -> int:
    """The same for what one segment of a merge brought, in its transaction; nothing is captured there, and nothing need
    travel: whoever has the movement and the count writes the row as well."""
    if changed.keys().isdisjoint({"stock_movement", "stock_count", "stock_count_line"}) or not ledger.any_count(work):
        return 0
    moved, counted = ledger.lots_touched(work, changed)
    lines = ledger.counted_lines_of(work, moved | counted)
    found: dict[Shelf, list[Seen]] = {}
    for site_id in {site_id for site_id, _ in lines}:
        found |= ledger.movements_with(work, site_id, changed.get("stock_movement", ()))
        found |= ledger.movements_of(work, site_id, counted)
    pairs = [(line, seen) for shelf, some in lines.items() for seen in found.get(shelf, ()) for line in some]
    rows = _settle(work, lines, pairs)
    if rows:
        work.rows += digests(work.cursor, [("stock_movement", row.id) for row in rows])
        work.also_changed.add("stock_movement")
    return len(rows)


def look_again(vault: Vault, actor: Actor) -> Generator[Progress, None, None]:
    """At opening, beside all else: every counted lot still stands as it was counted, and the kept sums are those of the
    movements. Nothing should ever be found, for what comes late is settled in the transaction that brings it. Costs one
    small question where nobody counted."""
    lots = vault.ask(ledger.counted_lots, actor)
    for at in range(0, len(lots), LOTS_AT_ONCE):
        some = lots[at : at + LOTS_AT_ONCE]
        if vault.ask(partial(ledger.unsettled, lot_ids=some), actor):
            vault.do(partial(settle_late, lot_ids=some), actor)
        yield Progress(at, len(lots), "")
    if not actor.permissions.isdisjoint(SHELF) and vault.ask(sums.wrong_sums, actor):
        vault.do(make_sums_again, actor)


def _movements(work: Work, lines: Mapping[Shelf, list[LineRow]]) -> dict[Shelf, list[Seen]]:
    lots: dict[str, list[str]] = defaultdict(list)
    for site_id, lot_id in lines:
        lots[site_id].append(lot_id)
    found: dict[Shelf, list[Seen]] = {}
    for site_id, some in lots.items():
        found |= ledger.movements_of(work, site_id, some)
    return found


def _settle(work: Work, lines: Mapping[Shelf, list[LineRow]], pairs: _Pairs) -> list[StockMovement]:
    """What is written for one count may itself be late to another that was closed without knowing of the first."""
    written: list[StockMovement] = []
    while rows := _missing(work, [(line, seen) for line, seen in pairs if line.counted.is_late(seen)]):
        work.session.add_all(row for _, row in rows)
        work.session.flush()
        written += [row for _, row in rows]
        new = [
            (
                line.shelf,
                Seen(
                    row.id,
                    row.units or 0,
                    line.counted.point.counted_on,
                    line.counted.point.counted_at,
                    line.counted.point,
                ),
            )
            for line, row in rows
        ]
        pairs = [(line, seen) for shelf, seen in new for line in lines[shelf]]
    return written


def _missing(work: Work, late: _Pairs) -> list[tuple[LineRow, StockMovement]]:
    wanted = {counter_id(line.counted.point.line_id, seen.movement_id): (line, seen) for line, seen in late}
    if not wanted:
        return []
    sql = "SELECT id FROM stock_movement WHERE id IN (SELECT value FROM json_each(?))"
    there = {row[0] for row in work.plain(sql, (dumps(list(wanted)),))}
    return [(line, _taken_out(row_id, line, seen)) for row_id, (line, seen) in wanted.items() if row_id not in there]


def _taken_out(row_id: str, line: LineRow, seen: Seen) -> StockMovement:
    """Nothing in it may depend on who writes it or when: no words of a language, no clock, no name."""
    point = line.counted.point
    return StockMovement(
        id=row_id,
        lot_id=line.shelf[1],
        site_id=line.shelf[0],
        kind=MovementKind.LATE,
        units=-seen.units,
        occurred_on=point.counted_on,
        occurred_at=point.counted_at,
        count_line_id=point.line_id,
        late_id=seen.movement_id,
        origin_site_id=line.origin_site_id,
        recorded_at=datetime.fromisoformat(line.recorded_at),
        recorded_by=line.recorded_by,
    )
