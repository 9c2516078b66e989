"""Taking back what somebody decided between two values: the values stand side by side again, everywhere.

Each is written once more, as an operation of its own that overwrites only the decision. None of them knows of the
others, so every office that hears of them sees an ordinary new conflict (docs/decisions/0076-undoing-a-decision.md).
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from clinic_desktop.exchange.carrying.segments import cut_all
from clinic_desktop.exchange.format.parts import plain
from clinic_desktop.exchange.format.shape import Shape, shapes
from clinic_desktop.exchange.merge.conflicts import put, tell_changed
from clinic_desktop.exchange.merge.rules import VOID, Op, Stamp
from clinic_desktop.exchange.merge.settling import Settler
from clinic_desktop.exchange.merge.versions import SegmentNames, read_ops
from clinic_desktop.exchange.records import OpenConflict, SettledConflict
from clinic_desktop.exchange.troubles import DecisionGone
from clinic_desktop.exchange.trust.standing import standing
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Asker, Work

_LOOKED_BACK = 50


def last_settled(asker: Asker, staff_id: str) -> Iterator[tuple[int, str, str]]:
    """Key, table and row of the last decisions of this person that still stand, the last first. Those that somebody
    changed since are passed over: they cannot be taken back any more, and must not stand before those that can."""
    rows = asker.all(
        sa.select(
            SettledConflict.key,
            SettledConflict.tbl,
            SettledConflict.row_id,
            SettledConflict.unit,
            SettledConflict.chosen,
        )
        .where(SettledConflict.settled_by == staff_id, SettledConflict.undone_at.is_(None), ~_is_open())
        .order_by(SettledConflict.key.desc())
        .limit(_LOOKED_BACK)
    )
    return ((row[0], row[1], row[2]) for row in rows if _is_held(asker, *row[1:]))


def _is_open() -> sa.ColumnElement[bool]:
    same = (
        OpenConflict.tbl == SettledConflict.tbl,
        OpenConflict.id == SettledConflict.row_id,
        OpenConflict.unit == SettledConflict.unit,
    )
    return sa.exists(sa.select(OpenConflict.id).where(*same))


def _is_held(asker: Asker, table: str, row_id: str, unit: str, chosen: list[Any]) -> bool:
    columns = ", ".join(f'"{column}"' for column in shapes()[table].named[unit].columns)
    found = asker.plain(f"SELECT {columns} FROM {table} WHERE id = ?", (row_id,))
    return bool(found) and [plain(value) for value in found[0]] == list(chosen)


def undo(work: Work, key: int) -> None:
    """Raises DecisionGone where somebody has changed or decided anew since. The caller has asked whether the person
    may decide this."""
    kept = work.load(SettledConflict, key)
    if kept.undone_at is not None:
        return
    # The decision becomes an operation, if it is none yet, so that the others can name it.
    cut_all(work)
    shape = shapes()[kept.tbl]
    decision = _decision(work, shape, kept)
    values = _distinct(side["value"] for side in kept.sides)
    for value in reversed(values):
        put(work, shape, kept.row_id, kept.unit, value, {decision.stamp})
        cut_all(work)
    settler = _settler(work)
    work.rows += settler.settle(shape, [kept.row_id])
    kept.undone_at = work.now
    work.session.flush()
    tell_changed(work, kept.tbl, kept.row_id)


def _distinct(values: Any) -> list[tuple[Any, ...]]:
    return list(dict.fromkeys(tuple(value) for value in values))


def _settler(work: Work) -> Settler:
    return Settler(work.cursor, SegmentNames(work.cursor), standing(work), instant_text(work.now))


def _decision(work: Work, shape: Shape, kept: SettledConflict) -> Op:
    """The operation by which it was decided; only while nothing stands beside it or after it."""
    settler = _settler(work)
    row = settler.live_rows(shape, [kept.row_id]).get(kept.row_id)
    ops = read_ops(work.cursor, settler.names, shape, [kept.row_id]).get(kept.row_id, {})
    if row is None or kept.unit not in ops:
        raise DecisionGone()
    settled = settler.settle_units(shape, row, ops)[kept.unit]
    stamps = {Stamp(*side["stamp"]) for side in kept.sides if side["stamp"] is not None}
    last = settled.winner
    is_mine = last.value == tuple(kept.chosen) and stamps <= last.prev
    if settled.conflict or not is_mine or (len(settled.frontier) > 1 and kept.unit != VOID):
        raise DecisionGone()
    return last
