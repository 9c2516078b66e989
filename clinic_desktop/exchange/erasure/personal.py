"""What of a row is somebody's, and which rows are somebody's: told by the declarations of the tables.

A row is a person's if it references the person's record, or a row that does (`references`, `__beside__` and
`__tells_of__`). Of such a row the ids that tie rows together stay, and where it came from, who recorded it when, and
whether it was taken back; what must not be empty becomes empty of its kind. Kinds, days, instants and numbers that
must be there stay: alone they say of nobody anything, and the order of events hangs on them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from clinic_desktop.storage.base import Base, Synced, synced_classes, synced_columns
from clinic_desktop.storage.types import Choice, Day, Flag, Id, Instant, JsonText, PartialDay

PERSON = "patient"
"""The table of the records of people."""
ORDERS = "erasure"
"""The table whose rows say that what was written of a person is erased; they outlast it."""
ALWAYS_KEPT = frozenset({"id", "origin_site_id", "recorded_at", "recorded_by", "voided_at", "voided_by"})
_NO_DAY = "1900"

Blank = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Link:
    """A column by which rows of `table` are somebody's; `target` is the table it names, or None for any."""

    table: str
    column: str
    target: str | None


@dataclass(frozen=True, slots=True)
class Blanks:
    """How the columns of one table are emptied; those that are not named stay."""

    columns: Mapping[str, Blank]

    def of(self, column: str, value: Any) -> Any:
        blank = self.columns.get(column)
        return value if blank is None else blank(value)


def unknown(column: str, value: Any) -> Any:
    """A column of a newer program: emptied unless it looks like an id that ties rows together."""
    return value if column in ALWAYS_KEPT or column.endswith("_id") else None


@cache
def blanks(table: str) -> Blanks:
    cls = _classes()[table]
    if table == ORDERS:
        return Blanks({})
    found: dict[str, Blank] = {}
    for column, _rule in synced_columns(cls):
        if column.name not in ALWAYS_KEPT | cls.__outlasts__ and (blank := _blank(cls, column)) is not None:
            found[column.name] = blank
    return Blanks(found)


def _blank(cls: type[Synced], column: sa.Column[Any]) -> Blank | None:
    if isinstance(column.type, Id):
        named = {key.column.table.name for key in column.foreign_keys}
        says = column.name in cls.__goes_too__ or (named and not named & tables())
        return _nothing if says and column.nullable else None
    if column.nullable:
        return _nothing
    match column.type:
        case JsonText():
            return _empty_json
        case PartialDay():
            return lambda _value: _NO_DAY
        case Choice() | Day() | Instant() | Flag() | sa.Integer():
            return None
        case sa.LargeBinary():
            return lambda _value: b""
        case sa.REAL():
            return lambda _value: 0.0
        case _:
            return lambda _value: ""


def _nothing(_value: Any) -> None:
    return None


def _empty_json(value: Any) -> str:
    """The text of a list stays one, for whoever reads it."""
    return "[]" if str(value).lstrip().startswith("[") else "{}"


@cache
def _classes() -> dict[str, type[Synced]]:
    return {cls.__tablename__: cls for cls in synced_classes()}


@cache
def links() -> tuple[Link, ...]:
    """Every column by which a row can be somebody's."""
    reached, found = {PERSON}, set[Link]()
    while True:
        new = {link for cls in synced_classes() for link in _links_of(cls, reached)} - found
        if not new:
            return tuple(sorted(found, key=lambda link: (link.table, link.column, link.target or "")))
        found |= new
        reached |= {link.table for link in new}


def _links_of(cls: type[Synced], reached: set[str]) -> list[Link]:
    table = cls.__tablename__
    if table == ORDERS:
        return []
    declared = [
        (column.name, key.column.table.name)
        for column in Base.metadata.tables[table].columns
        for key in column.foreign_keys
    ]
    if cls.__beside__ is not None:
        declared.append(cls.__beside__)
    told: list[Link] = [Link(table, column, target) for column, target in declared if target in reached]
    return told + [Link(table, column, None) for column in cls.__tells_of__]


@cache
def tables() -> frozenset[str]:
    """The tables that can hold rows of people."""
    return frozenset({PERSON, *(link.table for link in links())})
