"""A part of a segment: rows of one table, as JSON lines under zstd. The first line says what the others hold."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import zstandard

from clinic_desktop.exchange.format import canonical
from clinic_desktop.exchange.format.manifest import MAX_RAW, Part
from clinic_desktop.exchange.merge.rules import Stamp

HLC = "@hlc"
"""Heads the column that holds the clock of an insert; final tables have none."""
LEVEL = 3
MAX_COLUMNS = 200

_encoder = msgspec.json.Encoder(order="sorted")
_Value = str | int | float | None
_InsertLine = list[_Value]
_StampLine = tuple[int, int, int]
_UpdateLine = tuple[str, int, str, list[tuple[int, list[_Value], list[_StampLine], list[_StampLine]]]]
_NONE: frozenset[Stamp] = frozenset()
_insert_lines = msgspec.json.Decoder(_InsertLine)
_update_lines = msgspec.json.Decoder(_UpdateLine)


class BadPart(Exception):
    """The body is not what the manifest says, or not of this format."""


class InsertHead(msgspec.Struct, frozen=True):
    kind: str
    table: str
    columns: list[str]
    """The first is "id"; the second "@hlc" where rows can change. A column that is empty in every row is left out."""
    blobs: list[str] = msgspec.field(default_factory=list[str])
    """Columns written as base64."""


class UpdateHead(msgspec.Struct, frozen=True):
    kind: str
    table: str
    units: list[tuple[str, list[str]]]
    """Name and columns of each unit; lines name them by their place in this list."""
    writers: list[tuple[str, str]]
    """Device and epoch of the stamps in the lines."""
    blobs: list[str] = msgspec.field(default_factory=list[str])


class UnitChange(msgspec.Struct, frozen=True, gc=False):
    unit: str
    columns: tuple[str, ...]
    value: tuple[Any, ...]
    prev: frozenset[Stamp]
    seen: frozenset[Stamp] = frozenset()


class RowChange(msgspec.Struct, frozen=True, gc=False):
    id: str
    hlc: int
    author: str
    units: tuple[UnitChange, ...]


@dataclass(frozen=True, slots=True)
class Inserts:
    table: str
    columns: tuple[str, ...]
    """Without id and clock."""
    rows: list[list[Any]]
    """[id, values…]"""
    clocks: list[int]
    """Empty for final tables."""


@dataclass(frozen=True, slots=True)
class Updates:
    table: str
    changes: list[RowChange]


def plain(value: Any) -> Any:
    """A database value as JSON has it."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def pack(raw: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=LEVEL, write_checksum=False, write_content_size=True).compress(raw)


def size_of(rows: Sequence[Any]) -> int:
    """About how many bytes these rows will take, unpacked."""
    return len(_encoder.encode_lines(rows))


def write_inserts(
    table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, clocks: bool, blobs: frozenset[str]
) -> bytes:
    """`rows` hold id, clock, then `columns`; the clock is left out for final tables, and so are empty columns."""
    filled = [n for n, values in enumerate(zip(*rows, strict=True)) if n < 2 or any(v is not None for v in values)]
    if not clocks:
        filled.remove(1)
    names = ["id", HLC, *columns]
    used = [names[n] for n in filled]
    head = InsertHead("insert", table, used, sorted(blobs & set(used)))
    return _encoder.encode(head) + b"\n" + _encoder.encode_lines([[row[n] for n in filled] for row in rows])


def write_updates(table: str, changes: Sequence[RowChange], blobs: frozenset[str]) -> bytes:
    units: dict[str, tuple[int, tuple[str, ...]]] = {}
    writers: dict[tuple[str, str], int] = {}
    lines: list[Any] = []
    for change in changes:
        told: list[Any] = []
        for unit in change.units:
            place, _ = units.setdefault(unit.unit, (len(units), unit.columns))
            prev, seen = _named(unit.prev, writers), _named(unit.seen, writers)
            told.append([place, unit.value, prev, seen])
        lines.append([change.id, change.hlc, change.author, told])
    named = [(name, list(columns)) for name, (_, columns) in units.items()]
    used = {c for _, columns in named for c in columns}
    head = UpdateHead("update", table, named, list(writers), sorted(blobs & used))
    return _encoder.encode(head) + b"\n" + _encoder.encode_lines(lines)


def _named(stamps: frozenset[Stamp], writers: dict[tuple[str, str], int]) -> list[list[int]]:
    return [[writers.setdefault((s.device, s.epoch), len(writers)), s.segment, s.hlc] for s in sorted(stamps)]


def unpack(part: Part, body: bytes) -> bytes:
    """The lines, if the body is exactly what the manifest says. Never unpacks more than was declared."""
    if len(body) != part.size or canonical.digest(body) != part.sha256:
        raise BadPart()
    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(body) as reader:
            raw = reader.read(min(part.raw, MAX_RAW) + 1)
    except (zstandard.ZstdError, MemoryError) as error:
        raise BadPart() from error
    if len(raw) != part.raw:
        raise BadPart()
    return raw


def read(part: Part, body: bytes) -> Inserts | Updates:
    """The rows of a part, checked to be of the form the format says."""
    raw = unpack(part, body)
    first, _, rest = raw.partition(b"\n")
    try:
        if part.kind == "insert":
            found = _inserts(msgspec.json.decode(first, type=InsertHead), _insert_lines.decode_lines(rest))
        else:
            found = _updates(msgspec.json.decode(first, type=UpdateHead), _update_lines.decode_lines(rest))
    except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError, TypeError, IndexError) as error:
        raise BadPart() from error
    count = len(found.rows if isinstance(found, Inserts) else found.changes)
    if found.table != part.table or count != part.rows:
        raise BadPart()
    return found


def _inserts(head: InsertHead, lines: list[_InsertLine]) -> Inserts:
    columns = head.columns
    if not columns or columns[0] != "id" or len(set(columns)) != len(columns) or len(columns) > MAX_COLUMNS:
        raise BadPart()
    wide = len(columns)
    if any(len(line) != wide or type(line[0]) is not str for line in lines):
        raise BadPart()
    clocks: list[int] = []
    if wide > 1 and columns[1] == HLC:
        clocks = [_whole(line.pop(1)) for line in lines]
        columns = [columns[0], *columns[2:]]
    for name in head.blobs:
        decode_column(lines, columns.index(name))
    return Inserts(head.table, tuple(columns[1:]), lines, clocks)


def _whole(value: _Value) -> int:
    if type(value) is not int:
        raise BadPart()
    return value


def decode_column(lines: list[list[Any]], place: int) -> None:
    for line in lines:
        if line[place] is not None:
            line[place] = base64.b64decode(line[place], validate=True)


def _updates(head: UpdateHead, lines: list[_UpdateLine]) -> Updates:
    units = [(name, tuple(columns)) for name, columns in head.units]
    if len({name for name, _ in units}) != len(units) or len(units) > MAX_COLUMNS:
        raise BadPart()
    stamps = _Stamps(head)
    changes: list[RowChange] = []
    for row_id, hlc, author, told in lines:
        done: list[UnitChange] = []
        for place, value, prev, seen in told:
            name, columns = units[place]
            if len(value) != len(columns) or place < 0:
                raise BadPart()
            done.append(
                UnitChange(name, columns, tuple(value), stamps.read(prev), stamps.read(seen) if seen else _NONE)
            )
        changes.append(RowChange(row_id, hlc, author, tuple(done)))
    return Updates(head.table, changes)


class _Stamps:
    """The units of a row mostly name the same one operation, so the last set is given again."""

    def __init__(self, head: UpdateHead) -> None:
        self._writers = head.writers
        self._last: tuple[list[_StampLine], frozenset[Stamp]] = ([], _NONE)

    def read(self, listed: list[_StampLine]) -> frozenset[Stamp]:
        if listed != self._last[0]:
            if any(writer < 0 for writer, _, _ in listed):
                raise BadPart()
            found = frozenset([Stamp(hlc, *self._writers[writer], segment) for writer, segment, hlc in listed])
            self._last = (listed, found)
        return self._last[1]
