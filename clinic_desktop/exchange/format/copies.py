"""Copies: rows of somebody else, as the central has them, with the stamp of their insert and all operations on them.

A third kind of part, beside inserts and updates; only a segment of the central may hold it (docs/formats/bundle.md).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from clinic_desktop.exchange.format import parts
from clinic_desktop.exchange.format.manifest import Part
from clinic_desktop.exchange.format.parts import HLC, BadPart, Inserts, Updates, plain
from clinic_desktop.exchange.format.shape import Shape
from clinic_desktop.exchange.merge.rules import Op, Stamp
from clinic_desktop.exchange.merge.versions import Made, Units

KIND = "copy"
WRITER, SEGMENT = "@writer", "@segment"
MAX_OPS = 10_000
"""Of one row. More were never written by hand."""

_Value = str | int | float | None
_StampLine = tuple[int, int, int]
_OpLine = tuple[int, int, int, int, str, int, list[_Value], list[_StampLine], list[_StampLine]]
_CopyLine = tuple[list[_Value], list[_OpLine]]
_lines = msgspec.json.Decoder(_CopyLine)
_encoder = msgspec.json.Encoder(order="sorted")


class Writer(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Who stands behind stamps: a device in one epoch, and of which site it is."""

    device: str
    epoch: str
    site: str
    site_name: str


class CopyHead(msgspec.Struct, frozen=True):
    kind: str
    table: str
    columns: list[str]
    """As of an insert; where rows can change "@hlc", "@writer" and "@segment" after the id."""
    units: list[tuple[str, list[str]]]
    writers: list[Writer]
    blobs: list[str] = msgspec.field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class CopiedOp:
    unit: str
    columns: tuple[str, ...]
    op: Op


@dataclass(frozen=True, slots=True)
class Copies:
    table: str
    columns: tuple[str, ...]
    """Without id and stamp."""
    rows: list[list[Any]]
    """[id, values…]"""
    made: list[Stamp]
    """The stamp of each insert; empty for final tables."""
    ops: dict[str, list[CopiedOp]]
    """By row."""
    writers: tuple[Writer, ...]


# -- the body of a part


def write(
    shape: Shape,
    rows: Sequence[Sequence[Any]],
    made: Mapping[str, Made],
    ops: Mapping[str, Units],
    who: Mapping[str, tuple[str, str]],
) -> bytes:
    """`rows` hold the id and the captured columns; `who` tells site and name of a device."""
    writers: dict[tuple[str, str], int] = {}
    place = partial(_place, writers)
    units = {unit.name: n for n, unit in enumerate(shape.units)}
    filled = [n for n, values in enumerate(zip(*rows, strict=True)) if n == 0 or any(v is not None for v in values)]
    names = ["id", *shape.columns]
    used = [names[n] for n in filled]
    stamped = [] if shape.final else [HLC, WRITER, SEGMENT]
    lines: list[Any] = []
    for row in rows:
        stamp = [] if shape.final else place(made[row[0]].stamp)
        told = [
            [units[name], *place(op.stamp), op.author, int(op.made), op.value,
             _stamps(place, op.prev), _stamps(place, op.seen)]
            for name, some in ops.get(row[0], {}).items() if name in units
            for op in some
        ]  # fmt: skip
        values = [plain(row[n]) for n in filled]
        lines.append([[values[0], *stamp, *values[1:]], told])
    named = [Writer(device, epoch, *who.get(device, ("", ""))) for device, epoch in writers]
    kinds = [(unit.name, list(unit.columns)) for unit in shape.units]
    head = CopyHead(KIND, shape.table, [used[0], *stamped, *used[1:]], kinds, named, sorted(shape.blobs & set(used)))
    return _encoder.encode(head) + b"\n" + _encoder.encode_lines(lines)


def _place(writers: dict[tuple[str, str], int], stamp: Stamp) -> list[int]:
    return [stamp.hlc, writers.setdefault((stamp.device, stamp.epoch), len(writers)), stamp.segment]


def _stamps(place: Any, stamps: Iterable[Stamp]) -> list[list[int]]:
    return [place(stamp) for stamp in sorted(stamps)]


def read(part: Part, body: bytes) -> Inserts | Updates | Copies:
    """The rows of a part of any kind, checked to be of the form the format says."""
    if part.kind != KIND:
        return parts.read(part, body)
    first, _, rest = parts.unpack(part, body).partition(b"\n")
    try:
        found = _copies(msgspec.json.decode(first, type=CopyHead), _lines.decode_lines(rest))
    except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError, TypeError, IndexError) as error:
        raise BadPart() from error
    if found.table != part.table or len(found.rows) != part.rows:
        raise BadPart()
    return found


def _copies(head: CopyHead, lines: list[_CopyLine]) -> Copies:
    columns = head.columns
    stamped = columns[1:4] == [HLC, WRITER, SEGMENT]
    names = [columns[0], *columns[4:]] if stamped else columns
    told = [(name, tuple(some)) for name, some in head.units]
    if names[0] != "id" or len(set(names)) != len(names) or any(name.startswith("@") for name in names):
        raise BadPart()
    if max(len(columns), len(told)) > parts.MAX_COLUMNS or len({name for name, _ in told}) != len(told):
        raise BadPart()
    stamp = partial(_stamp, head.writers)
    rows: list[list[Any]] = []
    made: list[Stamp] = []
    ops: dict[str, list[CopiedOp]] = {}
    for values, some in lines:
        row_id = values[0]
        if len(values) != len(columns) or type(row_id) is not str or len(some) > MAX_OPS or (some and not stamped):
            raise BadPart()
        if stamped:
            made.append(stamp(values[1:4]))
            values = [row_id, *values[4:]]
        rows.append(list(values))
        if some:
            ops[row_id] = [_op(told, stamp, one) for one in some]
    for name in head.blobs:
        parts.decode_column(rows, names.index(name))
    return Copies(head.table, tuple(names[1:]), rows, made, ops, tuple(head.writers))


def _stamp(writers: Sequence[Writer], told: Sequence[Any]) -> Stamp:
    hlc, writer, segment = told
    if any(type(n) is not int or n < 0 for n in told):
        raise BadPart()
    who = writers[int(writer)]
    return Stamp(hlc, who.device, who.epoch, segment)


def _op(units: list[tuple[str, tuple[str, ...]]], stamp: Callable[[Sequence[Any]], Stamp], line: _OpLine) -> CopiedOp:
    unit, hlc, writer, segment, author, made, value, prev, seen = line
    name, columns = units[unit]
    if unit < 0 or len(value) != len(columns) or made not in (0, 1):
        raise BadPart()
    before, beside = frozenset(map(stamp, prev)), frozenset(map(stamp, seen))
    return CopiedOp(name, columns, Op(stamp((hlc, writer, segment)), tuple(value), before, beside, bool(made), author))
