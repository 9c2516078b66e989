"""Changes that a segment brings: kept as operations, then the rows are settled by the merge law."""

from collections.abc import Mapping, Sequence
from typing import Any

from clinic_desktop.exchange.format.parts import RowChange, UnitChange, Updates
from clinic_desktop.exchange.format.shape import Shape
from clinic_desktop.exchange.merge.landing import Landing, NotApplied
from clinic_desktop.exchange.merge.rules import Op, Stamp
from clinic_desktop.exchange.merge.settling import LiveRows, unit_value
from clinic_desktop.exchange.merge.succeeding import succeed
from clinic_desktop.exchange.merge.versions import (
    Made,
    Units,
    overwritings,
    read_ops,
    read_row_stamps,
    write_ops,
)
from clinic_desktop.exchange.merge.writer_rights import check_rows
from clinic_desktop.exchange.records import FindingKind


def update(landing: Landing, shape: Shape, found: Updates) -> None:
    if shape.final:
        raise NotApplied(FindingKind.NO_RIGHT, f"{shape.table} is final")
    ids = list({change.id for change in found.changes})
    live = landing.settler.live_rows(shape, ids)
    check_rows(landing, shape, live)
    landing.latest = max(landing.latest, max((change.hlc for change in found.changes), default=0))
    known = overwritings(landing.cursor, shape, ids)
    made = read_row_stamps(landing.cursor, landing.names, shape, ids)
    rest = succeed(landing, shape, found.changes, live, known, made)
    if rest:
        ops = read_ops(landing.cursor, landing.names, shape, {change.id for change in rest})
        _weigh(landing, shape, rest, live, ops, made)
    landing.note(shape, ids)


def _weigh(
    landing: Landing,
    shape: Shape,
    changes: Sequence[RowChange],
    live: LiveRows,
    ops: dict[str, Units],
    made: Mapping[str, Made],
) -> None:
    """Keep these changes, and let the law say what their rows hold."""
    kept: list[tuple[str, str, str, Op]] = []
    for change in changes:
        units = ops.setdefault(change.id, {})
        for told in change.units:
            op = _op(landing, shape, change, told)
            if op is None:
                continue
            _take_op(landing, shape, change.id, told.unit, op, units, live.get(change.id), made.get(change.id))
            kept.append((shape.table, change.id, told.unit, op))
    write_ops(landing.cursor, landing.key, kept)
    ids = list({change.id for change in changes})
    landing.work.rows += landing.settler.settle(shape, ids, live=live, ops=ops)


def _op(landing: Landing, shape: Shape, change: RowChange, told: UnitChange) -> Op | None:
    """The operation as this program has the unit; a unit it does not know is kept word for word."""
    unit = shape.unit(told.unit)
    if unit is None or not set(told.columns) <= set(unit.columns):
        stamps = [sorted(told.prev), sorted(told.seen), change.hlc]
        landing.hold(shape.table, "update", change.id, [told.unit, told.columns, told.value, *stamps, change.author])
        return None
    value = told.value
    if told.columns != unit.columns:
        known = dict(zip(told.columns, told.value, strict=True))
        value = tuple(known.get(column) for column in unit.columns)
    stamp = Stamp(change.hlc, landing.manifest.device, landing.manifest.epoch, landing.manifest.segment)
    return Op(stamp, value, told.prev, told.seen, author=change.author)


def _take_op(
    landing: Landing,
    shape: Shape,
    row_id: str,
    name: str,
    op: Op,
    units: Units,
    row: list[Any] | None,
    made: Made | None,
) -> None:
    known = units.setdefault(name, [])
    unit = shape.unit(name)
    # The insert is left out where an operation overwrote it. It stands beside this one if what came between has not
    # arrived, or if this one is a mere proposal to the central.
    needed = made is not None and (made.stamp not in op.prev or shape.owned)
    if not known and row is not None and made is not None and unit is not None and needed:
        base = Op(made.stamp, unit_value(shape, unit, row), made=True)
        known.append(base)
        landing.keep(shape, made.segment_key, row_id, [(name, base)])
    known.append(op)
