"""What the writer of each open value had before their eyes: the values that their change says it overwrote."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from clinic_desktop.exchange.format import parts
from clinic_desktop.exchange.format.manifest import read_manifest
from clinic_desktop.exchange.format.parts import BadPart, Inserts, plain
from clinic_desktop.exchange.format.shape import Shape, Unit, shapes
from clinic_desktop.exchange.merge.conflicts import Conflict, Side, side_of, sites_of
from clinic_desktop.exchange.merge.rules import Op, Stamp
from clinic_desktop.exchange.merge.versions import Made, SegmentNames, read_ops, read_row_stamps
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class Sighting:
    before: tuple[Side, ...] = ()
    """What it overwrote, as far as that is known here."""
    missing: tuple[Stamp, ...] = ()
    """What it overwrote and has not arrived."""
    first: bool = False
    """It is how the record was written at first: nothing was there to be seen."""
    again: Side | None = None
    """It puts back, after a decision was undone, what this one had written."""


def sightings(asker: Asker, conflict: Conflict) -> tuple[Sighting, ...]:
    """One for each side, in their order."""
    shape = shapes().get(conflict.table)
    unit = shape.unit(conflict.unit) if shape else None
    if shape is None or unit is None:
        return tuple(Sighting() for _side in conflict.sides)
    return _Looking(asker, shape, unit, conflict.row_id).tell(conflict)


class _Looking:
    def __init__(self, asker: Asker, shape: Shape, unit: Unit, row_id: str) -> None:
        cursor: Any = _Cursor(asker)
        self._asker, self._shape, self._unit, self._row_id = asker, shape, unit, row_id
        names = SegmentNames(cursor)
        ops = read_ops(cursor, names, shape, [row_id]).get(row_id, {}).get(unit.name, [])
        self._ops = {op.stamp: op for op in ops}
        self._made: Made | None = read_row_stamps(cursor, names, shape, [row_id]).get(row_id)
        self._sites = sites_of(asker)

    def tell(self, conflict: Conflict) -> tuple[Sighting, ...]:
        return tuple(self._of(side) for side in conflict.sides)

    def _of(self, side: Side) -> Sighting:
        if side.stamp is None:
            return Sighting()
        op = self._ops.get(side.stamp)
        if op is None:
            return Sighting(first=self._made is not None and self._made.stamp == side.stamp)
        before = [found for stamp in sorted(op.prev) if (found := self._at(stamp)) is not None]
        known = {one.stamp for one in before}
        missing = tuple(stamp for stamp in sorted(op.prev) if stamp not in known)
        return Sighting(tuple(before), missing, op.made, self._put_back(op))

    def _at(self, stamp: Stamp) -> Side | None:
        op = self._ops.get(stamp)
        if op is not None:
            return side_of(stamp, op.value, op.author, self._sites)
        if self._made is None or self._made.stamp != stamp:
            return None
        values = self._first_values(self._made)
        return None if values is None else side_of(stamp, values, "", self._sites)

    def _put_back(self, op: Op) -> Side | None:
        """The one whose value a decision overwrote, if this overwrites that decision with it."""
        if len(op.prev) != 1:
            return None
        decision = self._ops.get(next(iter(op.prev)))
        if decision is None or len(decision.prev) < 2:
            return None
        earlier = (self._at(stamp) for stamp in sorted(decision.prev, reverse=True))
        return next((one for one in earlier if one is not None and one.values == op.value), None)

    def _first_values(self, made: Made) -> tuple[Any, ...] | None:
        """The unit as the row's insert brought it, from the segment that did."""
        bodies = self._asker.plain(
            "SELECT m.manifest, p.number, p.body FROM segment_part p JOIN segment m ON m.key = p.segment_key"
            " WHERE p.segment_key = ? AND p.tbl = ? AND p.kind = 'insert'",
            (made.segment_key, self._shape.table),
        )
        for content, number, body in bodies:
            told = read_manifest(content).parts[int(number) - 1]
            try:
                found = parts.read(told, body)
            except BadPart:
                continue
            values = self._in(found.rows, found.columns) if isinstance(found, Inserts) else None
            if values is not None:
                return values
        return None

    def _in(self, rows: Iterable[list[Any]], columns: tuple[str, ...]) -> tuple[Any, ...] | None:
        for row in rows:
            if row[0] == self._row_id:
                known = dict(zip(columns, row[1:], strict=True))
                return tuple(plain(known.get(column)) for column in self._unit.columns)
        return None


class _Cursor:
    """The exchange's own statements, run in a question."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def execute(self, sql: str, values: tuple[str | int, ...] = ()) -> "_Rows":
        return _Rows(list(self._asker.plain(sql, tuple(values))))


class _Rows:
    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._rows = rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._rows

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows[0] if self._rows else None
