"""Applying one segment: everything in it, or nothing. Set-wise, with capture off and finality on."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from clinic_desktop.exchange import parts
from clinic_desktop.exchange.canonical import digest, write
from clinic_desktop.exchange.manifest import Manifest, read_manifest
from clinic_desktop.exchange.parts import BadPart, Inserts, RowChange, UnitChange, Updates, plain
from clinic_desktop.exchange.records import FindingKind, SegmentState
from clinic_desktop.exchange.rules import Op, Stamp
from clinic_desktop.exchange.segments import cut_all, part_rows, segment_row
from clinic_desktop.exchange.settling import LiveRows, Settler, restored, unit_value
from clinic_desktop.exchange.shape import Shape, shapes
from clinic_desktop.exchange.standing import Peer, standing
from clinic_desktop.exchange.versions import (
    Made,
    SegmentNames,
    Units,
    ids_json,
    read_ops,
    read_row_stamps,
    write_ops,
)
from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.kernel.ids import SHIPPED
from clinic_desktop.storage.capture import HLC_SHIFT
from clinic_desktop.storage.ledger import values_digest
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Work

AfterMerge = Callable[[Work, Mapping[str, Collection[str]]], None]
after_merge: list[AfterMerge] = []
"""Filled by app/house.py: told of the ids that one segment changed, by table, inside its transaction. For what a room
derives on each device, such as a search index."""

_DAY = timedelta(days=1)


class NotApplied(Exception):
    """The segment must be kept aside whole."""

    def __init__(self, kind: FindingKind, reason: str) -> None:
        super().__init__(kind)
        self.kind, self.reason = kind, reason


def apply_segment(
    work: Work, manifest: Manifest, content: bytes, signature: str, bodies: Sequence[bytes], writer: Peer
) -> int:
    """Apply a segment whose signature and place in its chain were checked; returns how many rows it brought.

    Only inside `vault.do(…, importing=True)`. Raises NotApplied when a rule forbids it.
    """
    cut_all(work)
    applier = Applier(work, manifest, writer)
    for part, body in zip(manifest.parts, bodies, strict=True):
        try:
            found = parts.read(part, body)
        except BadPart as error:
            raise NotApplied(FindingKind.UNREADABLE, part.name) from error
        shape = shapes().get(found.table)
        if shape is None:
            applier.hold_table(found)
        elif isinstance(found, Inserts):
            applier.insert(shape, found)
        else:
            applier.update(shape, found)
    applier.finish(content, signature, bodies)
    return manifest.rows


class Applier:
    """Puts the parts of one segment in. `key` is that of a segment which is here already (exchange/integrating.py)."""

    def __init__(self, work: Work, manifest: Manifest, writer: Peer, *, key: int | None = None) -> None:
        self._work = work
        self._cursor = work.cursor
        self.manifest = manifest
        self._writer = writer
        self._names = SegmentNames(work.cursor)
        self._key: int = key or self._cursor.execute("SELECT coalesce(max(key), 0) + 1 FROM segment").fetchone()[0]
        self._names.tell(self._key, manifest.device, manifest.epoch, manifest.segment)
        self._settler = Settler(work.cursor, self._names, standing(work), instant_text(work.now))
        self._changed: dict[str, set[str]] = {}
        self._latest = 0

    # -- inserts

    def insert(self, shape: Shape, found: Inserts) -> None:
        found = _without_shipped(found)
        self._check_origin(shape, found)
        found = self._without_unknown(shape, found)
        if bool(found.clocks) == shape.final and found.rows:
            raise NotApplied(FindingKind.UNREADABLE, shape.table)
        ids = [row[0] for row in found.rows]
        sql = f"SELECT id FROM {shape.table} WHERE id IN (SELECT value FROM json_each(?))"
        old = {row[0] for row in self._cursor.execute(sql, (ids_json(ids),)).fetchall()}
        rows = [row for row in found.rows if row[0] not in old] if old else found.rows
        listed = ", ".join(f'"{c}"' for c in ("id", *found.columns))
        marks = ", ".join("?" * (len(found.columns) + 1))
        self._cursor.executemany(f"INSERT INTO {shape.table} ({listed}) VALUES ({marks})", rows)
        if shape.final:
            if old:
                self._compare_final(shape, found, old)
        else:
            self._stamp_rows(shape, found, ids, old)
        self._note(shape, ids)

    def _stamp_rows(self, shape: Shape, found: Inserts, ids: list[str], old: set[str]) -> None:
        self._latest = max(self._latest, *found.clocks) if found.clocks else self._latest
        clocks = zip(ids, found.clocks, strict=True)
        self._cursor.executemany(
            "INSERT INTO row_stamp (id, tbl, hlc, segment_key) VALUES (?,?,?,?)",
            [(row_id, shape.table, hlc, self._key) for row_id, hlc in clocks if row_id not in old],
        )
        early = {
            row[0]
            for row in self._cursor.execute(
                "SELECT DISTINCT id FROM field_op WHERE tbl = ? AND id IN (SELECT value FROM json_each(?))",
                (shape.table, ids_json(ids)),
            ).fetchall()
        }
        if old:
            self._insert_again(shape, found, old)
        elif early:
            self._base_ops(shape, early)
        if touched := old | early:
            self._work.rows += self._settler.settle(shape, sorted(touched))

    def _base_ops(self, shape: Shape, ids: set[str]) -> None:
        """Changes of these rows came before their insert, which now becomes one of the operations to weigh."""
        live = self._settler.live_rows(shape, ids)
        ops = read_ops(self._cursor, self._names, shape, ids)
        made = read_row_stamps(self._cursor, self._names, shape, ids)
        for row_id, units in ops.items():
            self._write_base(shape, row_id, made[row_id], live[row_id], units)

    def _write_base(self, shape: Shape, row_id: str, made: Made, row: list[Any], units: Collection[str]) -> None:
        self._keep(shape, made.segment_key, row_id, (
            (name, Op(made.stamp, unit_value(shape, unit, row), made=True))
            for name in units if (unit := shape.unit(name)) is not None
        ))  # fmt: skip

    def _insert_again(self, shape: Shape, found: Inserts, old: set[str]) -> None:
        """A row that is here already: a restored computer sent it once more. Both inserts stand as operations."""
        made = read_row_stamps(self._cursor, self._names, shape, old)
        everything = [unit.name for unit in shape.units]
        for row, hlc in zip(found.rows, found.clocks, strict=True):
            if row[0] not in old or row[0] not in made:
                continue
            self._write_base(shape, row[0], made[row[0]], self._first_form(shape, made[row[0]], row[0]), everything)
            stamp = Stamp(hlc, self.manifest.device, self.manifest.epoch, self.manifest.segment)
            again = _whole_row(shape, found.columns, row)
            self._write_base(shape, row[0], Made(stamp, self._key), again, everything)

    def _first_form(self, shape: Shape, made: Made, row_id: str) -> list[Any]:
        """The row as its insert brought it, from the segment that did."""
        bodies: list[tuple[bytes, int, bytes]] = self._cursor.execute(
            "SELECT m.manifest, p.number, p.body FROM segment_part p JOIN segment m ON m.key = p.segment_key"
            " WHERE p.segment_key = ? AND p.tbl = ? AND p.kind = 'insert'",
            (made.segment_key, shape.table),
        ).fetchall()
        for content, number, body in bodies:
            found = parts.read(read_manifest(content).parts[number - 1], body)
            if isinstance(found, Inserts):
                for row in found.rows:
                    if row[0] == row_id:
                        return _whole_row(shape, found.columns, row)
        return self._settler.live_rows(shape, [row_id])[row_id]

    def _compare_final(self, shape: Shape, found: Inserts, old: set[str]) -> None:
        """A final row that is here already must be the same; if not, ours stays and somebody is told."""
        live = self._settler.live_rows(shape, old)
        for row in found.rows:
            if row[0] not in old:
                continue
            if [plain(v) for v in live[row[0]]] != [plain(v) for v in _whole_row(shape, found.columns, row)]:
                self.find(FindingKind.DIFFERENT_FINAL, shape.table, row[0])

    def fill(self, shape: Shape, row_id: str, values: Mapping[str, Any]) -> None:
        """Columns that were unknown when the row came; nobody here can have written them since."""
        row = self._settler.live_rows(shape, [row_id]).get(row_id)
        if row is None:
            return
        for column, value in values.items():
            row[shape.places[column]] = restored(shape, column, value)
        put = ", ".join(f'"{c}" = ?' for c in values)
        self._cursor.execute("INSERT INTO erasure_guard (id) VALUES (?)", (row_id,))
        new = [row[shape.places[c]] for c in values]
        self._cursor.execute(f"UPDATE {shape.table} SET {put} WHERE id = ?", (*new, row_id))
        self._cursor.execute("DELETE FROM erasure_guard WHERE id = ?", (row_id,))
        self._work.rows.append([shape.table, row_id, values_digest(shape.table, row_id, list(shape.columns), row)])
        self._note(shape, [row_id])

    # -- updates

    def update(self, shape: Shape, found: Updates) -> None:
        if shape.final:
            raise NotApplied(FindingKind.NO_RIGHT, f"{shape.table} is final")
        ids = list({change.id for change in found.changes})
        live = self._settler.live_rows(shape, ids)
        self._check_rows(shape, live)
        ops = read_ops(self._cursor, self._names, shape, ids)
        made = read_row_stamps(self._cursor, self._names, shape, ids)
        kept: list[tuple[str, str, str, Op]] = []
        for change in found.changes:
            self._latest = max(self._latest, change.hlc)
            units = ops.setdefault(change.id, {})
            for told in change.units:
                op = self._op(shape, change, told)
                if op is None:
                    continue
                self._take_op(shape, change.id, told.unit, op, units, live.get(change.id), made.get(change.id))
                kept.append((shape.table, change.id, told.unit, op))
        write_ops(self._cursor, self._key, kept)
        self._work.rows += self._settler.settle(shape, ids, live=live, ops=ops)
        self._note(shape, ids)

    def _op(self, shape: Shape, change: RowChange, told: UnitChange) -> Op | None:
        """The operation as this program has the unit; a unit it does not know is kept word for word."""
        unit = shape.unit(told.unit)
        if unit is None or not set(told.columns) <= set(unit.columns):
            stamps = [sorted(told.prev), sorted(told.seen), change.hlc]
            self._hold(shape.table, "update", change.id, [told.unit, told.columns, told.value, *stamps, change.author])
            return None
        value = told.value
        if told.columns != unit.columns:
            known = dict(zip(told.columns, told.value, strict=True))
            value = tuple(known.get(column) for column in unit.columns)
        stamp = Stamp(change.hlc, self.manifest.device, self.manifest.epoch, self.manifest.segment)
        return Op(stamp, value, told.prev, told.seen, author=change.author)

    def _take_op(
        self, shape: Shape, row_id: str, name: str, op: Op, units: Units, row: list[Any] | None, made: Made | None
    ) -> None:
        known = units.setdefault(name, [])
        unit = shape.unit(name)
        # The insert is left out where an operation overwrote it. It stands beside this one if what came between has not
        # arrived, or if this one is a mere proposal to the central.
        needed = made is not None and (made.stamp not in op.prev or shape.owned)
        if not known and row is not None and made is not None and unit is not None and needed:
            base = Op(made.stamp, unit_value(shape, unit, row), made=True)
            known.append(base)
            self._keep(shape, made.segment_key, row_id, [(name, base)])
        known.append(op)

    def _keep(self, shape: Shape, key: int, row_id: str, ops: Any) -> None:
        write_ops(self._cursor, key, [(shape.table, row_id, name, op) for name, op in ops])

    # -- rights

    def _check_origin(self, shape: Shape, found: Inserts) -> None:
        """A clinic puts in rows of its own site only."""
        if self._writer.is_central:
            return
        if "origin_site_id" not in found.columns:
            raise NotApplied(FindingKind.UNREADABLE, shape.table)
        place = found.columns.index("origin_site_id") + 1
        if any(row[place] != self._writer.site_id for row in found.rows):
            raise NotApplied(FindingKind.NO_RIGHT, shape.table)

    def _check_rows(self, shape: Shape, live: LiveRows) -> None:
        """A clinic changes what was sent to its site: its own rows, and what the central owns (as a proposal)."""
        if self._writer.is_central or shape.owned:
            return
        place = shape.places["origin_site_id"]
        if any(row[place] != self._writer.site_id for row in live.values()):
            raise NotApplied(FindingKind.NO_RIGHT, shape.table)

    # -- what this program does not know

    def _without_unknown(self, shape: Shape, found: Inserts) -> Inserts:
        unknown = [n for n, column in enumerate(found.columns) if column not in shape.columns]
        if not unknown:
            return found
        for row in found.rows:
            kept = {found.columns[n]: plain(row[n + 1]) for n in unknown if row[n + 1] is not None}
            if kept:
                self._hold(shape.table, "insert", row[0], kept)
        known = [n for n in range(len(found.columns)) if n not in unknown]
        rows = [[row[0], *(row[n + 1] for n in known)] for row in found.rows]
        return Inserts(found.table, tuple(found.columns[n] for n in known), rows, found.clocks)

    def hold_table(self, found: Inserts | Updates) -> None:
        """A table of a newer program: the segment keeps it whole, and each row is listed for the day of the update."""
        ids = [r[0] for r in found.rows] if isinstance(found, Inserts) else [c.id for c in found.changes]
        for row_id in ids:
            self._hold(found.table, "table", row_id, None)

    def _hold(self, table: str, kind: str, row_id: str, content: Any) -> None:
        self._cursor.execute(
            "INSERT INTO held_change (segment_key, tbl, kind, row_id, content) VALUES (?,?,?,?,?)",
            (self._key, table, kind, row_id, write(content).decode()),
        )

    # -- ending

    def _note(self, shape: Shape, ids: Collection[str]) -> None:
        self._changed.setdefault(shape.table, set()).update(ids)

    def find(self, kind: FindingKind, table: str | None = None, row_id: str | None = None) -> None:
        self._cursor.execute(
            "INSERT INTO finding (kind, segment_key, tbl, row_id, found_at) VALUES (?,?,?,?,?)",
            (kind, self._key, table, row_id, instant_text(self._work.now)),
        )

    def finish(self, content: bytes, signature: str, bodies: Sequence[bytes]) -> None:
        work, manifest = self._work, self.manifest
        if self._latest >> HLC_SHIFT > unix_ms(work.now + _DAY):
            self.find(FindingKind.CLOCK)
        work.session.add(segment_row(self._key, manifest, content, signature, work, SegmentState.APPLIED))
        work.session.add_all(part_rows(self._key, manifest, bodies))
        work.session.flush()
        work.act = "exchange.apply"
        work.about("segment", f"{manifest.device}-{manifest.epoch}-{manifest.segment}")
        work.detail = {"segment": [manifest.device, manifest.epoch, manifest.segment], "manifest": digest(content)}
        work.also_changed |= {*self._changed, "segment", "open_conflict", "finding"}
        self.tell()

    def tell(self) -> None:
        """What the rooms derive from these rows is derived again."""
        self._work.also_changed |= set(self._changed)
        for told in after_merge:
            told(self._work, self._changed)


def _without_shipped(found: Inserts) -> Inserts:
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
