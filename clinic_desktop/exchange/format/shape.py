"""How a synced table travels: its columns, its units and their masks, read once from the declaration."""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import sqlalchemy as sa

from clinic_desktop.storage.base import INSERTED_BIT, MergeClass, synced_classes, synced_columns

COMMON = "common"
"""The audience of what the central owns: every clinic."""
INSERTED = 1 << INSERTED_BIT


@dataclass(frozen=True, slots=True)
class Unit:
    """What is merged as one value: a column, or the columns of a group."""

    name: str
    columns: tuple[str, ...]
    mask: int
    blocking: bool
    quiet: bool = False
    """Of two values that were written apart the later stands, and nobody is asked."""
    ending: bool = False
    """A no is for ever, whoever said it: an access that was ended."""


@dataclass(frozen=True, slots=True)
class Shape:
    table: str
    merge: MergeClass
    columns: tuple[str, ...]
    """The captured columns in bit order, without the id."""
    units: tuple[Unit, ...]
    blobs: frozenset[str]
    late: bool = False
    """Travels after all else."""
    room: str = ""
    """The room whose table it is: what the rights of a computer name."""
    named: dict[str, Unit] = field(init=False, compare=False)
    places: dict[str, int] = field(init=False, compare=False)
    """Where each column stands in `columns`."""
    ending: frozenset[str] = field(init=False, compare=False)
    """The units in which a no is for ever."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "named", {u.name: u for u in self.units})
        object.__setattr__(self, "places", {c: n for n, c in enumerate(self.columns)})
        object.__setattr__(self, "ending", frozenset(u.name for u in self.units if u.ending))

    @property
    def final(self) -> bool:
        return self.merge is MergeClass.APPEND

    @property
    def owned(self) -> bool:
        return self.merge is MergeClass.CENTRAL

    def unit(self, name: str) -> Unit | None:
        return self.named.get(name)

    def changed_units(self, mask: int) -> list[Unit]:
        return [u for u in self.units if u.mask & mask]

    def listed(self, prefix: str = "") -> str:
        """The columns for a SELECT."""
        return ", ".join(f'{prefix}"{c}"' for c in self.columns)

    def limited_to(self, present: frozenset[str]) -> "Shape":
        """The same without columns that are not among these; itself if all are."""
        if present.issuperset(self.columns):
            return self
        limited = (replace(u, columns=tuple(c for c in u.columns if c in present)) for u in self.units)
        units = tuple(unit for unit in limited if unit.columns)
        columns = tuple(c for c in self.columns if c in present)
        return replace(self, columns=columns, units=units, blobs=self.blobs & present)


@cache
def shapes() -> dict[str, Shape]:
    """Every synced table by name."""
    return {cls.__tablename__: _shape(cls) for cls in synced_classes()}


def _shape(cls: Any) -> Shape:
    names: list[str] = []
    units: dict[str, Unit] = {}
    blobs: set[str] = set()
    for column, rule in synced_columns(cls):
        names.append(column.name)
        unit = rule.group or column.name
        old = units.get(unit, Unit(unit, (), 0, False))
        mask, blocking, quiet = old.mask | 1 << rule.bit, old.blocking or rule.blocking, old.quiet or rule.quiet
        ending = old.ending or rule.ending
        units[unit] = Unit(unit, (*old.columns, column.name), mask, blocking, quiet, ending)
        if isinstance(column.type, sa.LargeBinary):
            blobs.add(column.name)
    return Shape(
        cls.__tablename__,
        cls.__merge__,
        tuple(names),
        tuple(units.values()),
        frozenset(blobs),
        cls.__travels_last__,
        _room(cls),
    )


def _room(cls: Any) -> str:
    """The folder of the class's module: `….features.ROOM.records…`."""
    path = cls.__module__.split(".")
    return path[path.index("features") + 1] if "features" in path else path[-1]
