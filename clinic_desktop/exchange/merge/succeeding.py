"""Changes that simply follow what is known: the plain case of a merge, decided without weighing.

Where a change overwrote everything that is known of its unit, the merge law (merge/rules.py) can only say that the
unit now holds its value and that nobody is to be asked. Most changes are of this kind, so they are put in set-wise and
no operation is read as an object. Whatever else there is about a row leaves all its changes to the law: a taking-back,
an open conflict, a missing insert, a table that the central owns.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from clinic_desktop.exchange.format.parts import RowChange, UnitChange, plain
from clinic_desktop.exchange.format.shape import Shape
from clinic_desktop.exchange.merge.landing import Landing
from clinic_desktop.exchange.merge.rules import VOID, Stamp
from clinic_desktop.exchange.merge.settling import LiveRows, put_values, restored
from clinic_desktop.exchange.merge.versions import (
    Made,
    Overwriting,
    ids_json,
    store_ops,
    write_stamps,
    write_value,
)
from clinic_desktop.storage.ledger import values_digest

Lines = list[tuple[Any, ...]]
"""Operations as store_ops takes them."""


def succeed(
    landing: Landing,
    shape: Shape,
    changes: Sequence[RowChange],
    live: LiveRows,
    stored: Mapping[str, Collection[Overwriting]],
    made: Mapping[str, Made],
) -> list[RowChange]:
    """Take in the changes that simply follow what is known; returns those that the law must weigh."""
    if shape.owned or len({change.id for change in changes}) < len(changes):
        return list(changes)  # weighed by who wrote; or a row is named twice
    taking = _Taking(landing, shape, _doubted(landing, shape, live))
    rest = [c for c in changes if not taking.take(c, live.get(c.id), stored.get(c.id, ()), made.get(c.id))]
    taking.put()
    return rest


def _doubted(landing: Landing, shape: Shape, ids: Collection[str]) -> set[str]:
    sql = "SELECT id FROM open_conflict WHERE tbl = ? AND id IN (SELECT value FROM json_each(?))"
    return {row[0] for row in landing.cursor.execute(sql, (shape.table, ids_json(ids))).fetchall()}


def overwrote_all(own: str, prev: str, known: Collection[tuple[str, str]]) -> bool:
    """Whether each known operation on a unit was overwritten, by this one or before it, and this one by none.

    `prev`: what it overwrote. `known`: the stamp of each, and what that one overwrote. All stamps as they are written:
    reading them would take most of the time of a merge.
    """
    before = "".join([overwritten for _, overwritten in known])
    if own in before:
        return False
    same_segment, before = own[own.index(",") :], before + prev
    return not any(stamp.endswith(same_segment) or stamp not in before for stamp, _ in known)


class _Taking:
    def __init__(self, landing: Landing, shape: Shape, doubted: set[str]) -> None:
        self._landing, self._shape, self._doubted = landing, shape, doubted
        self._units = {unit.name: unit for unit in shape.units if unit.name != VOID}
        self._columns = list(shape.columns)
        self._ops: Lines = []
        self._new: dict[tuple[str, ...], list[Any]] = {}
        self._digests: list[list[str]] = []
        self._last: tuple[frozenset[Stamp], str] = (frozenset(), "[]")

    def take(
        self, change: RowChange, row: list[Any] | None, stored: Collection[Overwriting], made: Made | None
    ) -> bool:
        """Whether all of this change simply follows; then its row is brought along, in memory."""
        if row is None or made is None or change.id in self._doubted or not self._follows(change, stored, made.stamp):
            return False
        key, table, row_id = self._landing.key, self._shape.table, change.id
        for told in change.units:
            value, prev, seen = write_value(told.value), self._written(told.prev), write_stamps(told.seen)
            self._ops.append((table, row_id, told.unit, key, change.hlc, change.author, value, prev, seen, 0))
        new = self._bring_along(change.units, row)
        if new:
            self._new.setdefault(tuple(new), []).append((*new.values(), row_id))
            self._digests.append([table, row_id, values_digest(table, row_id, self._columns, row)])
        return True

    def _follows(self, change: RowChange, stored: Collection[Overwriting], first: Stamp) -> bool:
        seen: set[str] = set()
        for told in change.units:
            unit = self._units.get(told.unit)
            if unit is None or told.columns != unit.columns or told.unit in seen:
                return False
            seen.add(told.unit)
        known: dict[str, list[Overwriting]] = {}
        for op in stored:
            if op[1] == VOID:
                return False
            if op[1] in seen:
                known.setdefault(op[1], []).append(op)
        for told in change.units:
            if told.unit in known:
                if not self._overwrote(change, told, known[told.unit]):
                    return False
            elif first not in told.prev:
                return False
        return True

    def _overwrote(self, change: RowChange, told: UnitChange, known: list[Overwriting]) -> bool:
        written = self._landing.names.written
        own = written(self._landing.key, change.hlc)
        return overwrote_all(own, self._written(told.prev), [(written(op[2], op[3]), op[4]) for op in known])

    def _written(self, stamps: frozenset[Stamp]) -> str:
        """The units of a row mostly name the same one operation, so the last text is given again."""
        if stamps is not self._last[0]:
            self._last = (stamps, write_stamps(stamps))
        return self._last[1]

    def _bring_along(self, units: Sequence[UnitChange], row: list[Any]) -> dict[str, Any]:
        new: dict[str, Any] = {}
        shape = self._shape
        for told in units:
            for column, value in zip(told.columns, told.value, strict=True):
                place = shape.places[column]
                if plain(row[place]) != value:
                    new[column] = row[place] = restored(shape, column, value)
        return new

    def put(self) -> None:
        store_ops(self._landing.cursor, self._ops)
        put_values(self._landing.cursor, self._shape, self._new)
        self._landing.work.rows += self._digests
