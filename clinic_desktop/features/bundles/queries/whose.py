"""Whose a row is, and whether that person is hidden from the one who asks."""

from collections.abc import Sequence

import sqlalchemy as sa

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.storage.base import Base
from clinic_desktop.storage.work import Asker

_OF_A_PERSON = ("patient_id", "first_id", "second_id")
"""How columns are called that say whose a row is."""
_AT_ONCE = 500


def hidden_rows(asker: Asker, rows: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these rows (table, id) that are of a person hidden from the one who asks."""
    if restricted.sees_all(asker):
        return set()
    hidden: set[tuple[str, str]] = set()
    for name in {table for table, _row in rows}:
        table = Base.metadata.tables.get(name)
        whose = _columns_of(table) if table is not None else []
        if table is None or not whose:
            continue
        ids = sorted({row_id for of, row_id in rows if of == name})
        reserved = sa.or_(*(column.in_(restricted.hidden_people(asker)) for column in whose))
        for at in range(0, len(ids), _AT_ONCE):
            found = asker.all(sa.select(table.c.id).where(table.c.id.in_(ids[at : at + _AT_ONCE]), reserved))
            hidden |= {(name, row[0]) for row in found}
    return hidden


def must_open(asker: Asker, table: str, row_id: str) -> None:
    """Refuse where the row is of a person whose record is hidden from the one who asks."""
    if hidden_rows(asker, [(table, row_id)]):
        raise restricted.ReservedRecord()


def person_of(asker: Asker, table: str, row_id: str) -> str | None:
    """The id of the person whose record a row is in; None where it is nobody's, or not here."""
    known = Base.metadata.tables.get(table)
    whose = _columns_of(known) if known is not None else []
    return asker.value(sa.select(whose[0]).where(known.c.id == row_id)) if known is not None and whose else None


def _columns_of(table: sa.Table) -> list[sa.ColumnElement[str]]:
    if table.name == "patient":
        return [table.c.id]
    return [table.c[name] for name in _OF_A_PERSON if name in table.c]
