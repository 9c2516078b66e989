"""The versions of fields in the database: reading operations, and the names of segments behind their short keys."""

import json
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import msgspec

from clinic_desktop.exchange.format.shape import Shape
from clinic_desktop.exchange.merge.rules import Op, Stamp

Units = dict[str, list[Op]]


class Made(NamedTuple):
    """The insert of a row."""

    stamp: Stamp
    segment_key: int


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder[Any]().decode
_decode_stamps = msgspec.json.Decoder(frozenset[Stamp]).decode
_NO_STAMPS: frozenset[Stamp] = frozenset()


def ids_json(ids: Iterable[str]) -> str:
    """For `IN (SELECT value FROM json_each(?))`: one statement for any number of ids."""
    return json.dumps(list(ids))


class SegmentNames:
    """Short keys of segments and what they stand for; only applied ones have operations."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._names: dict[int, tuple[str, str, int]] = {}
        self._known: dict[tuple[str, str, int], bool] = {}
        self._keys: dict[tuple[str, str, int], int] = {}
        self._written: dict[int, str] = {}
        self._copied: bool | None = None

    def stamp(self, key: int, hlc: int) -> Stamp:
        return Stamp(hlc, *self._name(key))

    def _name(self, key: int) -> tuple[str, str, int]:
        name = self._names.get(key)
        if name is None:
            table = "segment" if key > 0 else "stamp_name"
            row = self._cursor.execute(f"SELECT device_id, epoch, number FROM {table} WHERE key = ?", (key,)).fetchone()
            name = self._names[key] = (row[0], row[1], row[2])
        return name

    def written(self, key: int, hlc: int) -> str:
        """The stamp as it stands inside a written list of stamps."""
        after = self._written.get(key)
        if after is None:
            after = self._written[key] = stamp_text(Stamp(0, *self._name(key))).removeprefix("[0")
        return f"[{hlc}{after}"

    def tell(self, key: int, device: str, epoch: str, number: int) -> None:
        """Name the segment that is being applied or cut, before its row is written."""
        self._names[key] = (device, epoch, number)
        self._keys[device, epoch, number] = key  # a segment of the central also holds copies that name it
        self._written.pop(key, None)
        self._known[device, epoch, number] = True

    def is_here(self, stamp: Stamp) -> bool:
        """Whether the segment of this operation was applied here, or what it did to a row came as a copy."""
        name = stamp[1:]
        if name not in self._known:
            sql = "SELECT 1 FROM segment WHERE device_id = ? AND epoch = ? AND number = ? AND state = 'applied'"
            here = self._cursor.execute(sql, name).fetchone() is not None
            self._known[name] = here or self.key_by_copy(*name) is not None
        return self._known[name]

    def key_by_copy(self, device: str, epoch: str, number: int) -> int | None:
        """The key of a segment that copies named; it takes the same if it arrives itself, so that nothing doubles."""
        if self._copied is None:
            # Before a database is brought up to date it has no such table.
            sql = "SELECT 1 FROM sqlite_master WHERE name = 'stamp_name'"
            self._copied = self._cursor.execute(sql).fetchone() is not None
        if not self._copied:
            return None
        # Of two segments of one number (a copied computer) the first that arrives takes it.
        sql = (
            "SELECT key FROM stamp_name n WHERE device_id = ? AND epoch = ? AND number = ?"
            " AND NOT EXISTS (SELECT 1 FROM segment s WHERE s.key = n.key)"
        )
        row = self._cursor.execute(sql, (device, epoch, number)).fetchone()
        return row[0] if row else None

    def key_of(self, stamp: Stamp) -> int:
        """The key for an operation that a copy brings; a segment that is not here gets a negative one."""
        name = stamp[1:]
        key = self._keys.get(name)
        if key is None:
            sql = "SELECT key FROM segment WHERE device_id = ? AND epoch = ? AND number = ? AND state = 'applied'"
            row = self._cursor.execute(sql, name).fetchone()
            key = row[0] if row else self.key_by_copy(*name)
            if key is None:
                key = self._cursor.execute("SELECT min(coalesce(min(key), 0), 0) - 1 FROM stamp_name").fetchone()[0]
                sql = "INSERT INTO stamp_name (key, device_id, epoch, number) VALUES (?,?,?,?)"
                self._cursor.execute(sql, (key, *name))
            self.tell(key, *name)
        return key


StoredOp = tuple[Any, ...]
"""(id, unit, segment key, hlc, author, value, prev, seen, made) as the table has them."""


def stored_ops(cursor: Any, shape: Shape, ids: Collection[str]) -> dict[str, list[StoredOp]]:
    """All operations on these rows as they are kept. Rows whose fields never changed are not in the answer."""
    found: dict[str, list[StoredOp]] = {}
    sql = (
        "SELECT id, unit, segment_key, hlc, author_id, value, prev, seen, made FROM field_op"
        " WHERE tbl = ? AND id IN (SELECT value FROM json_each(?))"
    )
    for row in cursor.execute(sql, (shape.table, ids_json(ids))).fetchall():
        found.setdefault(row[0], []).append(row)
    return found


Overwriting = tuple[str, str, int, int, str]
"""(id, unit, segment key, hlc, prev) of an operation: all that says whether a change simply follows."""


def overwritings(cursor: Any, shape: Shape, ids: Collection[str]) -> dict[str, list[Overwriting]]:
    """All operations on these rows, without what they hold."""
    found: dict[str, list[Overwriting]] = {}
    sql = (
        "SELECT id, unit, segment_key, hlc, prev FROM field_op WHERE tbl = ? AND id IN (SELECT value FROM json_each(?))"
    )
    for row in cursor.execute(sql, (shape.table, ids_json(ids))).fetchall():
        found.setdefault(row[0], []).append(row)
    return found


def as_units(names: SegmentNames, stored: Iterable[StoredOp]) -> Units:
    """Operations on one row by unit, as the merge law takes them."""
    units: Units = {}
    for _, unit, key, hlc, author, value, prev, seen, made in stored:
        stamp, earlier = names.stamp(key, hlc), read_stamps(prev)
        op = Op(stamp, tuple(_decode(value)), earlier, read_stamps(seen), bool(made), author)
        units.setdefault(unit, []).append(op)
    return units


def read_ops(cursor: Any, names: SegmentNames, shape: Shape, ids: Collection[str]) -> dict[str, Units]:
    """All operations on these rows, by row and unit. Rows whose fields never changed are not in the answer."""
    return {row_id: as_units(names, stored) for row_id, stored in stored_ops(cursor, shape, ids).items()}


def read_row_stamps(cursor: Any, names: SegmentNames, shape: Shape, ids: Collection[str]) -> dict[str, Made]:
    """The insert of each row: the version of every unit that has no operations."""
    sql = "SELECT id, hlc, segment_key FROM row_stamp WHERE id IN (SELECT value FROM json_each(?)) AND tbl = ?"
    rows = cursor.execute(sql, (ids_json(ids), shape.table)).fetchall()
    return {row_id: Made(names.stamp(key, hlc), key) for row_id, hlc, key in rows}


def write_ops(cursor: Any, key: int, ops: Iterable[tuple[str, str, str, Op]]) -> None:
    """Keep (table, row, unit, op) of one segment."""
    store_ops(
        cursor,
        [(table, row_id, unit, key, op.stamp.hlc, op.author, *_written(op)) for table, row_id, unit, op in ops],
    )


def store_ops(cursor: Any, lines: Iterable[tuple[Any, ...]]) -> None:
    """Keep operations whose fields are written as the table has them."""
    cursor.executemany(
        "INSERT INTO field_op (tbl, id, unit, segment_key, hlc, author_id, value, prev, seen, made)"
        " VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
        lines,
    )


def _written(op: Op) -> tuple[str, str, str, int]:
    return write_value(op.value), write_stamps(op.prev), write_stamps(op.seen), int(op.made)


def write_value(value: tuple[Any, ...]) -> str:
    return _encode(value).decode()


def write_stamps(stamps: Collection[Stamp]) -> str:
    return _encode(sorted(stamps)).decode() if stamps else "[]"


def stamp_text(stamp: Stamp) -> str:
    """As it stands inside a written list of stamps, and nowhere else: a text in there has no bare quotation mark."""
    return _encode(stamp).decode()


def read_stamps(text: str) -> frozenset[Stamp]:
    return _decode_stamps(text) if text != "[]" else _NO_STAMPS
