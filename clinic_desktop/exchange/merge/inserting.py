"""Rows that a segment brings: put in set-wise; what is here already is compared, or stands as one more operation."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from clinic_desktop.exchange.erasure import redacting
from clinic_desktop.exchange.format import parts
from clinic_desktop.exchange.format.manifest import read_manifest
from clinic_desktop.exchange.format.parts import Inserts, plain
from clinic_desktop.exchange.format.shape import Shape
from clinic_desktop.exchange.merge.landing import Landing, NotApplied
from clinic_desktop.exchange.merge.rules import Op, Stamp
from clinic_desktop.exchange.merge.settling import restored, unit_value
from clinic_desktop.exchange.merge.unknown import without_unknown
from clinic_desktop.exchange.merge.versions import (
    Made,
    ids_json,
    read_ops,
    read_row_stamps,
)
from clinic_desktop.exchange.merge.writer_rights import check_origin
from clinic_desktop.exchange.records import FindingKind
from clinic_desktop.kernel.ids import SHIPPED
from clinic_desktop.storage.ledger import values_digest


def insert(landing: Landing, shape: Shape, found: Inserts) -> None:
    found = without_shipped(found)
    check_origin(landing, shape, found)
    found = without_unknown(landing, shape, found)
    if bool(found.clocks) == shape.final and found.rows:
        raise NotApplied(FindingKind.UNREADABLE, shape.table)
    ids = [row[0] for row in found.rows]
    sql = f"SELECT id FROM {shape.table} WHERE id IN (SELECT value FROM json_each(?))"
    old = {row[0] for row in landing.cursor.execute(sql, (ids_json(ids),)).fetchall()}
    rows = [row for row in found.rows if row[0] not in old] if old else found.rows
    listed = ", ".join(f'"{c}"' for c in ("id", *found.columns))
    marks = ", ".join("?" * (len(found.columns) + 1))
    landing.cursor.executemany(f"INSERT INTO {shape.table} ({listed}) VALUES ({marks})", rows)
    if shape.final:
        if old:
            compare_final(landing, shape, found, old)
    else:
        _stamp_rows(landing, shape, found, ids, old)
    landing.note(shape, ids)


def _stamp_rows(landing: Landing, shape: Shape, found: Inserts, ids: list[str], old: set[str]) -> None:
    landing.latest = max(landing.latest, *found.clocks) if found.clocks else landing.latest
    clocks = zip(ids, found.clocks, strict=True)
    landing.cursor.executemany(
        "INSERT INTO row_stamp (id, tbl, hlc, segment_key) VALUES (?,?,?,?)",
        [(row_id, shape.table, hlc, landing.key) for row_id, hlc in clocks if row_id not in old],
    )
    early = {
        row[0]
        for row in landing.cursor.execute(
            "SELECT DISTINCT id FROM field_op WHERE tbl = ? AND id IN (SELECT value FROM json_each(?))",
            (shape.table, ids_json(ids)),
        ).fetchall()
    }
    if old:
        _insert_again(landing, shape, found, old)
    elif early:
        _base_ops(landing, shape, early)
    if touched := old | early:
        landing.work.rows += landing.settler.settle(shape, sorted(touched))


def _base_ops(landing: Landing, shape: Shape, ids: set[str]) -> None:
    """Changes of these rows came before their insert, which now becomes one of the operations to weigh."""
    live = landing.settler.live_rows(shape, ids)
    ops = read_ops(landing.cursor, landing.names, shape, ids)
    made = read_row_stamps(landing.cursor, landing.names, shape, ids)
    for row_id, units in ops.items():
        _write_base(landing, shape, row_id, made[row_id], live[row_id], units)


def _write_base(
    landing: Landing, shape: Shape, row_id: str, made: Made, row: list[Any], units: Collection[str]
) -> None:
    landing.keep(shape, made.segment_key, row_id, (
        (name, Op(made.stamp, unit_value(shape, unit, row), made=True))
        for name in units if (unit := shape.unit(name)) is not None
    ))  # fmt: skip


def _insert_again(landing: Landing, shape: Shape, found: Inserts, old: set[str]) -> None:
    """A row that is here already: a restored computer sent it once more. Both inserts stand as operations."""
    made = read_row_stamps(landing.cursor, landing.names, shape, old)
    everything = [unit.name for unit in shape.units]
    ops = read_ops(landing.cursor, landing.names, shape, old)
    for row, hlc in zip(found.rows, found.clocks, strict=True):
        if row[0] not in old or row[0] not in made:
            continue
        changed = ops.get(row[0], {})
        if made[row[0]].segment_key == landing.key:
            # A copy of it, under this very stamp, was here first; another insert may have come since.
            if any(op.made and op.stamp != made[row[0]].stamp for some in changed.values() for op in some):
                first = _whole_row(shape, found.columns, row)
                _write_base(landing, shape, row[0], made[row[0]], first, everything)
            continue
        first, units = _first_form(landing, shape, made[row[0]], row[0]), everything
        if first is None:
            # Known by a copy: what it said is sure only where nobody changed it; the rest comes with its segment.
            first = landing.settler.live_rows(shape, [row[0]])[row[0]]
            units = [name for name in everything if name not in changed]
        _write_base(landing, shape, row[0], made[row[0]], first, units)
        stamp = Stamp(hlc, landing.manifest.device, landing.manifest.epoch, landing.manifest.segment)
        again = _whole_row(shape, found.columns, row)
        _write_base(landing, shape, row[0], Made(stamp, landing.key), again, everything)


def _first_form(landing: Landing, shape: Shape, made: Made, row_id: str) -> list[Any] | None:
    """The row as its insert brought it, from the segment that did, if that is here."""
    bodies: list[tuple[bytes, str, int, bytes]] = landing.cursor.execute(
        "SELECT m.manifest, m.hash, p.number, p.body FROM segment_part p JOIN segment m ON m.key = p.segment_key"
        " WHERE p.segment_key = ? AND p.tbl = ? AND p.kind = 'insert'",
        (made.segment_key, shape.table),
    ).fetchall()
    for content, digest, number, body in bodies:
        manifest = redacting.stored(landing.cursor, digest, read_manifest(content))
        found = parts.read(manifest.parts[number - 1], body)
        if isinstance(found, Inserts):
            for row in found.rows:
                if row[0] == row_id:
                    return _whole_row(shape, found.columns, row)
    return None


def compare_final(landing: Landing, shape: Shape, found: Inserts, old: set[str]) -> None:
    """A final row that is here already must be the same; if not, ours stays and somebody is told."""
    live = landing.settler.live_rows(shape, old)
    for row in found.rows:
        if row[0] not in old:
            continue
        if [plain(v) for v in live[row[0]]] != [plain(v) for v in _whole_row(shape, found.columns, row)]:
            landing.find(FindingKind.DIFFERENT_FINAL, shape.table, row[0])


def fill(landing: Landing, shape: Shape, row_id: str, values: Mapping[str, Any]) -> None:
    """Columns that were unknown when the row came; nobody here can have written them since."""
    row = landing.settler.live_rows(shape, [row_id]).get(row_id)
    if row is None:
        return
    for column, value in values.items():
        row[shape.places[column]] = restored(shape, column, value)
    put = ", ".join(f'"{c}" = ?' for c in values)
    landing.cursor.execute("INSERT INTO erasure_guard (id) VALUES (?)", (row_id,))
    new = [row[shape.places[c]] for c in values]
    landing.cursor.execute(f"UPDATE {shape.table} SET {put} WHERE id = ?", (*new, row_id))
    landing.cursor.execute("DELETE FROM erasure_guard WHERE id = ?", (row_id,))
    landing.work.rows.append([shape.table, row_id, values_digest(shape.table, row_id, list(shape.columns), row)])
    landing.note(shape, [row_id])


def without_shipped(found: Inserts) -> Inserts:
    """Rows that come with the program are here already, or come with the next version: not with a stick."""
    if "origin_site_id" not in found.columns:
        return found
    place = found.columns.index("origin_site_id") + 1
    if not any(row[place] == SHIPPED for row in found.rows):
        return found
    kept = [n for n, row in enumerate(found.rows) if row[place] != SHIPPED]
    clocks = [found.clocks[n] for n in kept] if found.clocks else found.clocks
    return Inserts(found.table, found.columns, [found.rows[n] for n in kept], clocks)


def _whole_row(shape: Shape, columns: Sequence[str], row: Sequence[Any]) -> list[Any]:
    """All captured columns of a row that named some of them."""
    known = dict(zip(columns, row[1:], strict=True))
    return [known.get(column) for column in shape.columns]
