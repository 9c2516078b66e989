"""The versions of fields in the database: reading operations, and the names of segments behind their short keys."""

import json
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import msgspec

from clinic_desktop.exchange.rules import Op, Stamp
from clinic_desktop.exchange.shape import Shape

Units = dict[str, list[Op]]


class Made(NamedTuple):
    """The insert of a row."""

    stamp: Stamp
    segment_key: int


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder[Any]().decode


def ids_json(ids: Iterable[str]) -> str:
    """For `IN (SELECT value FROM json_each(?))`: one statement for any number of ids."""
    return json.dumps(list(ids))


class SegmentNames:
    """Short keys of segments and what they stand for; only applied ones have operations."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._names: dict[int, tuple[str, str, int]] = {}
        self._known: dict[tuple[str, str, int], bool] = {}

    def stamp(self, key: int, hlc: int) -> Stamp:
        name = self._names.get(key)
        if name is None:
            row = self._cursor.execute("SELECT device_id, epoch, number FROM segment WHERE key = ?", (key,)).fetchone()
            name = self._names[key] = (row[0], row[1], row[2])
        return Stamp(hlc, *name)

    def tell(self, key: int, device: str, epoch: str, number: int) -> None:
        """Name the segment that is being applied or cut, before its row is written."""
        self._names[key] = (device, epoch, number)
        self._known[device, epoch, number] = True

    def is_here(self, stamp: Stamp) -> bool:
        """Whether the segment of this operation was applied here."""
        name = stamp[1:]
        if name not in self._known:
            sql = "SELECT 1 FROM segment WHERE device_id = ? AND epoch = ? AND number = ? AND state = 'applied'"
            self._known[name] = self._cursor.execute(sql, name).fetchone() is not None
        return self._known[name]


def read_ops(cursor: Any, names: SegmentNames, shape: Shape, ids: Collection[str]) -> dict[str, Units]:
    """All operations on these rows, by row and unit. Rows whose fields never changed are not in the answer."""
    found: dict[str, Units] = {}
    sql = (
        "SELECT id, unit, segment_key, hlc, author_id, value, prev, seen, made FROM field_op"
        " WHERE tbl = ? AND id IN (SELECT value FROM json_each(?))"
    )
    rows = cursor.execute(sql, (shape.table, ids_json(ids))).fetchall()
    for row_id, unit, key, hlc, author, value, prev, seen, made in rows:
        stamp, earlier = names.stamp(key, hlc), read_stamps(prev)
        op = Op(stamp, tuple(_decode(value)), earlier, read_stamps(seen), bool(made), author)
        found.setdefault(row_id, {}).setdefault(unit, []).append(op)
    return found


def read_row_stamps(cursor: Any, names: SegmentNames, shape: Shape, ids: Collection[str]) -> dict[str, Made]:
    """The insert of each row: the version of every unit that has no operations."""
    sql = "SELECT id, hlc, segment_key FROM row_stamp WHERE id IN (SELECT value FROM json_each(?)) AND tbl = ?"
    rows = cursor.execute(sql, (ids_json(ids), shape.table)).fetchall()
    return {row_id: Made(names.stamp(key, hlc), key) for row_id, hlc, key in rows}


def write_ops(cursor: Any, key: int, ops: Iterable[tuple[str, str, str, Op]]) -> None:
    """Keep (table, row, unit, op) of one segment."""
    cursor.executemany(
        "INSERT INTO field_op (tbl, id, unit, segment_key, hlc, author_id, value, prev, seen, made)"
        " VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
        [(table, row_id, unit, key, op.stamp.hlc, op.author, *_written(op)) for table, row_id, unit, op in ops],
    )


def _written(op: Op) -> tuple[str, str, str, int]:
    return write_value(op.value), write_stamps(op.prev), write_stamps(op.seen), int(op.made)


def write_value(value: tuple[Any, ...]) -> str:
    return _encode(value).decode()


def write_stamps(stamps: Collection[Stamp]) -> str:
    return _encode(sorted(stamps)).decode() if stamps else "[]"


def read_stamps(text: str) -> frozenset[Stamp]:
    return frozenset(Stamp(*s) for s in _decode(text)) if text != "[]" else frozenset()
