"""Open conflicts, for those who may see them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import sqlalchemy as sa

from clinic_desktop.exchange.merge import conflicts
from clinic_desktop.exchange.merge.conflicts import Conflict
from clinic_desktop.exchange.records import (
    OpenConflict,
)
from clinic_desktop.features.bundles.queries.whose import hidden_rows
from clinic_desktop.features.bundles.rules.settling import CHART_TABLES, who_settles
from clinic_desktop.features.patients.queries import people, restricted
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.base import Base
from clinic_desktop.storage.work import Asker

CONFLICT_READERS = (Permission.MERGE_BUNDLES, Permission.READ_CHART, Permission.PRESCRIBE)
AT_THE_DESK = (*CONFLICT_READERS, Permission.RECEPTION, Permission.REGISTER_PATIENTS)
"""These too, of what they may settle: who somebody is and how to reach them."""


def open_conflicts(asker: Asker, limit: int = 200) -> Sequence[Conflict]:
    """Both values of each. Not for those who only carry the stick: a diagnosis may be one of the values.

    Those of a reserved person wait for somebody who may open the record.
    """
    asker.require(*CONFLICT_READERS)
    found = conflicts.open_conflicts(asker, limit=limit)
    hidden = hidden_rows(asker, [(one.table, one.row_id) for one in found])
    return [withheld(asker, one) for one in found if (one.table, one.row_id) not in hidden]


def withheld(asker: Asker, one: Conflict) -> Conflict:
    """Without the values, where they are of the chart and the one who asks reads no charts."""
    if one.table not in CHART_TABLES or asker.actor.may(Permission.READ_CHART) or asker.actor.may(Permission.PRESCRIBE):
        return one
    return replace(one, sides=tuple(replace(side, values=()) for side in one.sides))


def may_see(asker: Asker, one: Conflict) -> bool:
    """Readers of conflicts see them all; the desk sees what it may settle."""
    return any(asker.actor.may(each) for each in (*CONFLICT_READERS, *who_settles(one.table, one.unit)))


def of_person(asker: Asker, patient_id: str) -> Sequence[Conflict]:
    """What stands open of one person, in whichever table, as far as the one who asks may see it; what may still clear
    up among it, for the header says that it is in doubt."""
    asker.require(*AT_THE_DESK)
    restricted.must_open(asker, PatientId(patient_id))
    still_open = asker.all(sa.select(OpenConflict.tbl, OpenConflict.id).distinct())
    found: list[Conflict] = []
    for name in sorted({row[0] for row in still_open}):
        table = Base.metadata.tables[name]
        column = table.c.id if name == "patient" else table.c.get("patient_id")
        if column is not None:
            ids = [row[1] for row in still_open if row[0] == name]
            rows = asker.all(sa.select(table.c.id).where(table.c.id.in_(ids), column == patient_id))
            found += [one for row in rows for one in conflicts.of_record(asker, row[0])]
    return [one for one in found if may_see(asker, one)]


def whose(asker: Asker, found: Sequence[Conflict]) -> dict[tuple[str, str], str]:
    """The name of the person whose record each of these is in, by table and row; nobody's are left out."""
    asker.require(*AT_THE_DESK)
    of_row: dict[tuple[str, str], PatientId] = {}
    if not asker.actor.may(Permission.SEE_PATIENTS):
        return {}
    for name in {one.table for one in found}:
        table = Base.metadata.tables[name]
        ids = [one.row_id for one in found if one.table == name]
        if name == "patient":
            of_row |= {(name, row_id): PatientId(row_id) for row_id in ids}
        elif "patient_id" in table.c:
            for some in _in_parts(ids):
                rows = asker.all(sa.select(table.c.id, table.c.patient_id).where(table.c.id.in_(some)))
                of_row |= {(name, row[0]): PatientId(row[1]) for row in rows}
    names: dict[PatientId, str] = {}
    for some in _in_parts(sorted(set(of_row.values()))):
        names |= people.said_names(asker, some)
    return {row: names.get(patient_id, "") for row, patient_id in of_row.items()}


_AT_ONCE = 500
Wanted = TypeVar("Wanted")


def _in_parts(wanted: Sequence[Wanted]) -> Iterator[Sequence[Wanted]]:
    return (wanted[at : at + _AT_ONCE] for at in range(0, len(wanted), _AT_ONCE))


def count_conflicts(asker: Asker) -> int:
    if restricted.sees_all(asker):
        return conflicts.count_open(asker)
    rows = asker.all(sa.select(OpenConflict.tbl, OpenConflict.id).where(OpenConflict.waiting.is_(False)))
    hidden = hidden_rows(asker, [(row[0], row[1]) for row in rows])
    return sum((row[0], row[1]) not in hidden for row in rows)
