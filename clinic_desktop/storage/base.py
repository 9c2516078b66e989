"""What a table is. A synced table is declared once here; triggers, masks, codecs and tests are generated from it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, mapped_column

from clinic_desktop.storage.types import Id, Instant, Words

INSERTED_BIT = 62
"""In a mask: the whole row is new. Columns use bits 0 to 61; 55 to 61 are those of `Synced`."""

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class MergeClass(StrEnum):
    """How two clinics' changes to one table come together (docs/formats/bundle.md)."""

    APPEND = "append-only"
    """Rows are final; merged by union. A correction is a new row that names the old one."""
    REGISTERS = "registers"
    """Every field, or group of fields, is merged on its own."""
    SET = "set-rows"
    """One row per element of a set; adding wins over voiding seen earlier."""
    CENTRAL = "central-owned"
    """The central office decides; what a clinic writes is in force there and a proposal elsewhere."""


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=_NAMES)


def _strict(*more: Any, without_rowid: bool = False) -> tuple[Any, ...]:
    return (*more, {"sqlite_strict": True, "sqlite_with_rowid": not without_rowid})


class Local(Base):
    """A table of this device only: never captured, never carried."""

    __abstract__ = True
    __table_args__ = _strict()


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What the merge must know of one column."""

    bit: int
    group: str | None = None
    """Columns of one group are merged as one value (dose and frequency, birth date and its precision)."""
    blocking: bool = False
    """A conflict here is shown on the record itself until a person settles it."""
    quiet: bool = False
    """Nobody is asked: of two that were written apart the later stands. For when something was last confirmed."""
    local: bool = False
    """Derived on each device; captured nowhere."""
    ending: bool = False
    """A no is for ever, whoever said it: an access that was ended."""


def field(
    bit: int,
    type_: Any,
    *,
    group: str | None = None,
    blocking: bool = False,
    quiet: bool = False,
    ending: bool = False,
    index: bool = False,
    references: str | None = None,
    nullable: bool = True,
) -> Mapped[Any]:
    """A synced column. `bit` is its number in change masks: 0 to 54, unique in the table, never used again."""
    if not 0 <= bit <= 54:
        raise ValueError(f"bit {bit} is not between 0 and 54")
    rule = FieldRule(bit, group, blocking, quiet, ending=ending)
    return _column(rule, type_, index=index, references=references, nullable=nullable)


def derived(type_: Any, *, index: bool = False) -> Mapped[Any]:
    """A column that each device computes for itself (a search key): neither captured nor carried."""
    return mapped_column(type_, nullable=True, index=index, info={"rule": FieldRule(-1, local=True)})


def _column(
    rule: FieldRule,
    type_: Any,
    *,
    index: bool = False,
    references: str | None = None,
    nullable: bool = True,
) -> Any:
    links = [sa.ForeignKey(references)] if references else []
    return mapped_column(type_, *links, nullable=nullable, index=index, info={"rule": rule})


class Synced(Base):
    """A table whose rows travel. Nothing is deleted; a wrong row is voided with a reason."""

    __abstract__ = True
    __table_args__ = _strict()
    __merge__: ClassVar[MergeClass]
    __beside__: ClassVar[tuple[str, str] | None] = None
    """The column that names the record this row is a part of, and the table of that record. What the central writes
    there is of that record's site, or it would never travel to it."""

    __travels_last__: ClassVar[bool] = False
    """Pictures: heavy, and for a day missed by nobody. They go in segments of their own after all else."""

    __keeps__: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Triggers that keep a derived table of this device: when ("AFTER INSERT"), and what is done then. They work
    whoever writes, an import too, and never write into a synced table."""

    __tells_of__: ClassVar[tuple[str, ...]] = ()
    """Columns without a declared reference that may hold the id of a person or of a row about one: it goes with them
    when what was written of that person is erased (exchange/erasure/personal.py)."""

    __outlasts__: ClassVar[frozenset[str]] = frozenset()
    """Columns that stay when the row's person is erased, because a shelf or an account must still add up."""

    __goes_too__: ClassVar[frozenset[str]] = frozenset()
    """Ids that say something of the person, and go with the values; other ids without a reference stay."""

    id: Mapped[str] = mapped_column(Id, primary_key=True, sort_order=-10)
    origin_site_id: Mapped[str] = mapped_column(Id, nullable=False, sort_order=90, info={"rule": FieldRule(55)})
    recorded_at: Mapped[datetime] = mapped_column(Instant, nullable=False, sort_order=91, info={"rule": FieldRule(56)})
    recorded_by: Mapped[str] = mapped_column(Id, nullable=False, sort_order=92, info={"rule": FieldRule(57)})
    voided_at: Mapped[datetime | None] = mapped_column(
        Instant, nullable=True, sort_order=93, info={"rule": FieldRule(58, group="void")}
    )
    voided_by: Mapped[str | None] = mapped_column(
        Id, nullable=True, sort_order=94, info={"rule": FieldRule(59, group="void")}
    )
    void_reason: Mapped[str | None] = mapped_column(
        Words, nullable=True, sort_order=95, info={"rule": FieldRule(60, group="void")}
    )

    def stays_at_central(self) -> bool:
        """Whether it holds what no bundle brings back to a clinic, though it stands beside a record from there."""
        return False


def synced_classes() -> list[type[Synced]]:
    """Every synced class that has been imported, by table name; app/house.py imports them all."""
    return list(_synced_among(frozenset(Base.registry.mappers)))


@lru_cache(maxsize=4)
def _synced_among(mappers: frozenset[Mapper[Any]]) -> tuple[type[Synced], ...]:
    found = [m.class_ for m in mappers if issubclass(m.class_, Synced)]
    return tuple(sorted(found, key=lambda c: c.__tablename__))


def synced_columns(cls: type[Synced]) -> list[tuple[sa.Column[Any], FieldRule]]:
    """The captured columns in bit order; the id, which never changes, is not among them."""
    table = Base.metadata.tables[cls.__tablename__]
    columns = [(c, c.info["rule"]) for c in table.columns if "rule" in c.info and not c.info["rule"].local]
    return sorted(columns, key=lambda pair: pair[1].bit)
