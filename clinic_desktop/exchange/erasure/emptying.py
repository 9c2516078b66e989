"""Emptying what is somebody's: single values, and the lines of the parts that segments are kept in."""

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any

import msgspec

from clinic_desktop.exchange.erasure import personal
from clinic_desktop.exchange.erasure.personal import PERSON
from clinic_desktop.exchange.format import parts
from clinic_desktop.exchange.format.copies import KIND
from clinic_desktop.exchange.format.manifest import KINDS, Part
from clinic_desktop.exchange.format.parts import plain
from clinic_desktop.exchange.format.shape import shapes

_UNKNOWN_PERSON = frozenset({"patient_id", "first_id", "second_id"})
"""By these a table of a newer program names people."""
_encode = msgspec.json.Encoder(order="sorted").encode

Emptier = Callable[[str, Any], Any]
"""What a column of a table holds when it is emptied."""


def ways(table: str, columns: Collection[str]) -> list[tuple[str, str | None]]:
    """The columns among these by which a row of the table can be somebody's, and the table each names."""
    if table in shapes():
        return [
            (link.column, link.target) for link in personal.links() if link.table == table and link.column in columns
        ]
    return [(column, PERSON) for column in sorted(_UNKNOWN_PERSON.intersection(columns))]


def emptier(table: str) -> Emptier:
    shape = shapes().get(table)
    if shape is None:
        return personal.unknown
    blanks = personal.blanks(table)
    return lambda column, value: blanks.of(column, value) if column in shape.places else personal.unknown(column, value)


def emptied(empty: Emptier, columns: Iterable[str], values: Iterable[Any]) -> list[Any]:
    return [v if c == "id" or c[0] == "@" else plain(empty(c, v)) for c, v in zip(columns, values, strict=True)]


_UUID = re.compile(rb'"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"')


class Lines:
    """The lines of a part without what was erased."""

    def __init__(self, cursor: Any) -> None:
        self._erased: dict[str, set[str]] = {}
        for table, row_id in cursor.execute("SELECT tbl, id FROM erased_row").fetchall():
            self._erased.setdefault(table, set()).add(row_id)
        self._every = {row_id.encode() for ids in self._erased.values() for row_id in ids}

    def __call__(self, part: Part, body: bytes) -> tuple[bytes, bytes] | None:
        raw = parts.unpack(part, body)
        if self._every.isdisjoint(_UUID.findall(raw)):
            return None
        head, *lines = raw.splitlines(keepends=True)
        told = msgspec.json.decode(head) if part.kind in KINDS else None
        new = [line if self._every.isdisjoint(_UUID.findall(line)) else self._line(told, line) for line in lines]
        if new == lines:
            return None
        made = head + b"".join(new)
        return made, parts.pack(made)

    def _line(self, head: Any, line: bytes) -> bytes:
        """`head` is None in a part of a kind that is not known: of its line nothing can stay."""
        if head is None:
            return b"null\n"
        told = msgspec.json.decode(line)
        empty = emptier(head["table"])
        if head["kind"] == "update":
            if told[0] not in self._erased.get(head["table"], ()):
                return line
            for change in told[3]:
                change[1] = emptied(empty, head["units"][change[0]][1], change[1])
        else:
            values = told[0] if head["kind"] == KIND else told
            if not self._is_somebodys(head["table"], head["columns"], values):
                return line
            values[:] = emptied(empty, head["columns"], values)
            for op in told[1] if head["kind"] == KIND else ():
                op[6] = emptied(empty, head["units"][op[0]][1], op[6])
        new = _encode(told)
        return new + b"\n" if line.endswith(b"\n") else new

    def _is_somebodys(self, table: str, columns: list[str], values: list[Any]) -> bool:
        if values[0] in self._erased.get(table, ()):
            return True
        for column, target in ways(table, columns):
            targets = [target] if target is not None else list(self._erased)
            named = values[columns.index(column)]
            if any(named in self._erased.get(one, ()) for one in targets):
                return True
        return False
