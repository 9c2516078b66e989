"""Taking copies in: rows of other sites that the central passes on, with everything that ever changed in them."""

from collections.abc import Iterable
from typing import Any

from clinic_desktop.exchange.format.copies import KIND, CopiedOp, Copies, Writer
from clinic_desktop.exchange.format.parts import Inserts
from clinic_desktop.exchange.format.shape import Shape
from clinic_desktop.exchange.merge.inserting import compare_final, without_shipped
from clinic_desktop.exchange.merge.landing import Landing, NotApplied
from clinic_desktop.exchange.merge.rules import Op, Stamp
from clinic_desktop.exchange.merge.settling import unit_value
from clinic_desktop.exchange.merge.unknown import without_unknown
from clinic_desktop.exchange.merge.versions import Made, ids_json, read_ops, write_ops
from clinic_desktop.exchange.records import FindingKind


def take(landing: Landing, shape: Shape, found: Copies) -> None:
    """A row that is not here is put in; of one that is here, only operations that were missing are added."""
    if not landing.writer.is_central:
        raise NotApplied(FindingKind.NO_RIGHT, f"{shape.table} copied")
    if shape.final == bool(found.made) and found.rows:
        raise NotApplied(FindingKind.UNREADABLE, shape.table)
    _know_writers(landing, found.writers)
    ids = [row[0] for row in found.rows]
    known = without_shipped(without_unknown(landing, shape, Inserts(shape.table, found.columns, found.rows, [])))
    sql = f"SELECT id FROM {shape.table} WHERE id IN (SELECT value FROM json_each(?))"
    old = {row[0] for row in landing.cursor.execute(sql, (ids_json(ids),)).fetchall()}
    new = [row for row in known.rows if row[0] not in old]
    listed = ", ".join(f'"{c}"' for c in ("id", *known.columns))
    marks = ", ".join("?" * (len(known.columns) + 1))
    landing.cursor.executemany(f"INSERT INTO {shape.table} ({listed}) VALUES ({marks})", new)
    if shape.final:
        compare_final(landing, shape, known, old)
    else:
        _stamp_and_settle(landing, shape, found, {row[0] for row in new})
    landing.note(shape, ids)


def _stamp_and_settle(landing: Landing, shape: Shape, found: Copies, new: set[str]) -> None:
    ids = [row[0] for row in found.rows]
    made = {row_id: Made(stamp, landing.names.key_of(stamp)) for row_id, stamp in zip(ids, found.made, strict=True)}
    early = read_ops(landing.cursor, landing.names, shape, new)
    live = landing.settler.live_rows(shape, early)
    there = {row[0] for row in landing.cursor.execute(
        f"SELECT id FROM {shape.table} WHERE id IN (SELECT value FROM json_each(?))", (ids_json(ids),))}  # fmt: skip
    landing.cursor.executemany(
        "INSERT INTO row_stamp (id, tbl, hlc, segment_key) VALUES (?,?,?,?) ON CONFLICT DO NOTHING",
        [(row_id, shape.table, one.stamp.hlc, one.segment_key) for row_id, one in made.items() if row_id in there],
    )
    kept: dict[int, list[tuple[str, str, str, Op]]] = {}
    for row_id, units in early.items():
        # Changes of it came first: of units that nobody else changed, what the copy holds is what the insert said.
        told = {one.unit for one in found.ops.get(row_id, ())}
        for name in units:
            unit = shape.unit(name)
            if name not in told and unit is not None:
                base = Op(made[row_id].stamp, unit_value(shape, unit, live[row_id]), made=True)
                kept.setdefault(made[row_id].segment_key, []).append((shape.table, row_id, name, base))
    for row_id, some in found.ops.items():
        for one in some:
            op = _known_op(landing, shape, row_id, one)
            if op is not None:
                kept.setdefault(landing.names.key_of(op.stamp), []).append((shape.table, row_id, one.unit, op))
    for key, ops in kept.items():
        write_ops(landing.cursor, key, ops)
    touched = set(found.ops) | set(early)
    landing.work.rows += landing.settler.settle(shape, sorted(touched))


def _known_op(landing: Landing, shape: Shape, row_id: str, one: CopiedOp) -> Op | None:
    """The operation as this program has the unit; a unit it does not know is kept word for word."""
    unit, op = shape.unit(one.unit), one.op
    if unit is None or not set(one.columns) <= set(unit.columns):
        content = [one.unit, one.columns, op.value, op.stamp, op.made, sorted(op.prev), sorted(op.seen), op.author]
        landing.hold(shape.table, KIND, row_id, content)
        return None
    if one.columns == unit.columns:
        return op
    told = dict(zip(one.columns, op.value, strict=True))
    return Op(op.stamp, tuple(told.get(c) for c in unit.columns), op.prev, op.seen, op.made, op.author)


def _know_writers(landing: Landing, writers: Iterable[Writer]) -> None:
    peers = landing.standing.peers
    landing.cursor.executemany(
        "INSERT INTO stamp_writer (device_id, site_id, site_name) VALUES (?,?,?)"
        " ON CONFLICT (device_id) DO UPDATE SET site_name = excluded.site_name",
        [(one.device, one.site, one.site_name) for one in writers if one.site and one.device not in peers],
    )
    landing.standing.elsewhere.update({one.device: one.site for one in writers if one.site})


def take_held(landing: Landing, shape: Shape, told: Iterable[tuple[str, Any]]) -> None:
    """After an update: the operations that `_known_op` had kept, under the stamps they came with."""
    ids: set[str] = set()
    for row_id, (unit, columns, value, stamp, made, prev, seen, author) in told:
        before, beside = (frozenset(Stamp(*one) for one in some) for some in (prev, seen))
        op = Op(Stamp(*stamp), tuple(value), before, beside, bool(made), author)
        known = _known_op(landing, shape, row_id, CopiedOp(unit, tuple(columns), op))
        if known is not None:
            write_ops(landing.cursor, landing.names.key_of(known.stamp), [(shape.table, row_id, unit, known)])
            ids.add(row_id)
    landing.work.rows += landing.settler.settle(shape, sorted(ids))
    landing.note(shape, ids)
