"""Brings the live rows to what the operations say, and keeps the table of open conflicts. Many rows at a time."""

import base64
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from clinic_desktop.exchange.format.canonical import write
from clinic_desktop.exchange.format.parts import plain
from clinic_desktop.exchange.format.shape import Shape, Unit
from clinic_desktop.exchange.merge.rules import Op, Settled, is_waiting, settle_row
from clinic_desktop.exchange.merge.versions import SegmentNames, Units, ids_json, read_ops
from clinic_desktop.exchange.trust.standing import Standing
from clinic_desktop.storage.base import MergeClass
from clinic_desktop.storage.ledger import values_digest
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Work

LiveRows = dict[str, list[Any]]
"""By id, the captured columns in bit order."""


@dataclass(frozen=True, slots=True)
class Settler:
    cursor: Any
    names: SegmentNames
    standing: Standing
    now: str

    def live_rows(self, shape: Shape, ids: Iterable[str]) -> LiveRows:
        sql = f"SELECT id, {shape.listed()} FROM {shape.table} WHERE id IN (SELECT value FROM json_each(?))"
        return {row[0]: list(row[1:]) for row in self.cursor.execute(sql, (ids_json(ids),)).fetchall()}

    def settle(
        self,
        shape: Shape,
        ids: Collection[str],
        *,
        live: LiveRows | None = None,
        ops: dict[str, Units] | None = None,
    ) -> list[list[str]]:
        """Apply the merge law to these rows; returns [table, id, digest] of each that changed."""
        live = self.live_rows(shape, ids) if live is None else live
        ops = read_ops(self.cursor, self.names, shape, ids) if ops is None else ops
        changes: dict[tuple[str, ...], list[Any]] = {}
        digests: list[list[str]] = []
        conflicts: list[Any] = []
        for row_id in ids:
            row = live.get(row_id)
            if row is None:
                continue  # its insert has not arrived; the operations wait for it
            settled = self.settle_units(shape, row, ops.get(row_id, {}))
            new = _differences(shape, row, settled)
            if new:
                changes.setdefault(tuple(new), []).append((*new.values(), row_id))
                digests.append([shape.table, row_id, values_digest(shape.table, row_id, list(shape.columns), row)])
            asked = ((u, done) for u, done in settled.items() if done.conflict and not _is_quiet(shape, u))
            conflicts.extend(self._conflict(shape, row_id, u, done) for u, done in asked)
        put_values(self.cursor, shape, changes)
        self._keep_conflicts(shape, ids, conflicts)
        return digests

    def settle_units(self, shape: Shape, row: list[Any], units: Units) -> dict[str, Settled]:
        """What the law says of the units of one live row that ever changed."""
        origin = row[shape.places["origin_site_id"]]
        weigh = self.standing.weigher(origin) if shape.owned else None
        return settle_row(units, adding_wins=shape.merge is MergeClass.SET, weigh=weigh, ending=shape.ending)

    def _conflict(self, shape: Shape, row_id: str, name: str, settled: Settled) -> tuple[Any, ...]:
        unit = shape.unit(name)
        blocking = unit is not None and unit.blocking
        waiting = is_waiting(settled, self.names.is_here)
        return (shape.table, row_id, name, int(blocking), int(waiting), write(sides(settled)).decode(), self.now)

    def _keep_conflicts(self, shape: Shape, ids: Collection[str], conflicts: list[Any]) -> None:
        sql = "SELECT id, unit, found_at FROM open_conflict WHERE tbl = ? AND id IN (SELECT value FROM json_each(?))"
        old = {(i, u): at for i, u, at in self.cursor.execute(sql, (shape.table, ids_json(ids))).fetchall()}
        if old:
            self.cursor.executemany(
                "DELETE FROM open_conflict WHERE tbl = ? AND id = ? AND unit = ?", [(shape.table, *key) for key in old]
            )
        if conflicts:
            self.cursor.executemany(
                "INSERT INTO open_conflict (tbl, id, unit, blocking, waiting, sides, found_at) VALUES (?,?,?,?,?,?,?)",
                [(*c[:6], old.get((c[1], c[2]), c[6])) for c in conflicts],
            )


def put_values(cursor: Any, shape: Shape, changes: Mapping[tuple[str, ...], Iterable[Any]]) -> None:
    """Write new values into the live rows; by the columns they are of, the values and the id of each row."""
    for columns, rows in changes.items():
        assigned = ", ".join(f'"{c}" = ?' for c in columns)
        cursor.executemany(f"UPDATE {shape.table} SET {assigned} WHERE id = ?", rows)


def settle_open(work: Work, names: SegmentNames, here: Standing, shape: Shape, ids: Collection[str]) -> None:
    """After a cut: where these rows have an open conflict, an edit made here is now one of its sides."""
    sql = "SELECT DISTINCT id FROM open_conflict WHERE tbl = ? AND id IN (SELECT value FROM json_each(?))"
    doubted = [row[0] for row in work.cursor.execute(sql, (shape.table, ids_json(ids))).fetchall()]
    if doubted:
        Settler(work.cursor, names, here, instant_text(work.now)).settle(shape, doubted)
        work.also_changed.add("open_conflict")


def _is_quiet(shape: Shape, name: str) -> bool:
    unit = shape.unit(name)
    return unit is not None and unit.quiet


def sides(settled: Settled) -> list[dict[str, Any]]:
    """The open values, the displayed one first; whoever wrote the same value again is not repeated."""
    told: dict[tuple[Any, ...], Op] = {}
    for op in settled.frontier:
        told.setdefault(op.value, op)
    if settled.value not in told:
        # The row is kept alive because somebody worked with it after it was taken back elsewhere.
        return [{"value": list(settled.value), "stamp": None, "author": ""}, *map(_side, told.values())]
    return [_side(op) for op in told.values()]


def _side(op: Op) -> dict[str, Any]:
    return {"value": list(op.value), "stamp": list(op.stamp), "author": op.author}


def _differences(shape: Shape, row: list[Any], settled: dict[str, Settled]) -> dict[str, Any]:
    """Column and new value where the law says other than the live row, which is brought along in memory."""
    new: dict[str, Any] = {}
    for name, done in settled.items():
        unit = shape.unit(name)
        if unit is None:
            continue
        for column, value in zip(unit.columns, done.value, strict=False):
            place = shape.places[column]
            if plain(row[place]) != value:
                new[column] = row[place] = restored(shape, column, value)
    return new


def restored(shape: Shape, column: str, value: Any) -> Any:
    """A value as the database has it."""
    return base64.b64decode(value) if column in shape.blobs and value is not None else value


def unit_value(shape: Shape, unit: Unit, row: list[Any]) -> tuple[Any, ...]:
    return tuple(plain(row[shape.places[c]]) for c in unit.columns)
