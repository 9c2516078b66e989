"""Erasing what was written of a person: on this device, as it was ordered here or at the central, and what comes later.

Ids, references, stamps and the order of changes stay, so everything still converges and adds up; the values are gone
from the rows, from every operation on them, from what was derived, and from the segments that are kept. A row that an
older segment brings again, or that somebody wrote who did not know yet, is emptied in the transaction that brings it.
"""

from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import msgspec

from clinic_desktop.exchange.erasure import personal, redacting
from clinic_desktop.exchange.erasure.emptying import Lines, emptied, emptier, ways
from clinic_desktop.exchange.erasure.personal import ORDERS, PERSON
from clinic_desktop.exchange.format.copies import CopiedOp, Copies
from clinic_desktop.exchange.format.parts import Inserts, RowChange, Updates, plain
from clinic_desktop.exchange.format.shape import shapes
from clinic_desktop.exchange.merge.landing import Landing, NotApplied
from clinic_desktop.exchange.merge.versions import ids_json, write_value
from clinic_desktop.exchange.records import FindingKind
from clinic_desktop.storage import ledger
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Work

ACT = "erase"
"""How the ledger names it."""

Reached = dict[str, dict[str, str]]
"""By table and row id, the erasure it falls under."""

AfterErasing = Callable[[Work, Collection[str]], None]
after_erasing: list[AfterErasing] = []
"""Filled by app/wiring.py: told of the people whose rows were emptied, for what a room keeps of them on this device."""

_encode = msgspec.json.Encoder(order="sorted").encode


def is_erased(cursor: Any, table: str, ids: Iterable[str]) -> set[str]:
    """Of these rows, those whose values were erased."""
    sql = "SELECT id FROM erased_row WHERE tbl = ? AND id IN (SELECT value FROM json_each(?))"
    return {row[0] for row in cursor.execute(sql, (table, ids_json(ids))).fetchall()}


def is_any(cursor: Any) -> bool:
    """Whether anything was ever erased here: the one small question that everybody else pays."""
    # Before a database is brought up to date, what waits in it is cut; it may be from before there was erasing.
    there = cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'erased_row'").fetchone() is not None
    return there and cursor.execute("SELECT 1 FROM erased_row LIMIT 1").fetchone() is not None


# -- ordered here


def carry_out(work: Work, erasure_id: str, patient_id: str) -> int:
    """Erase what is here of this person, in the transaction in which the order is written; returns how many rows."""
    work.session.flush()
    reached = _closure(work.cursor, {PERSON: {patient_id: erasure_id}})
    _empty(work, reached)
    _rewrite(work)
    work.session.expire_all()
    return sum(len(ids) for ids in reached.values())


def empty_waiting(work: Work) -> None:
    """Before a cut: what somebody wrote here about a person who was erased does not leave this computer."""
    if not is_any(work.cursor):
        return
    waiting: dict[str, set[str]] = {}
    for table, row_id in work.cursor.execute("SELECT tbl, id FROM dirty").fetchall():
        waiting.setdefault(table, set()).add(row_id)
    with _uncaptured(work.cursor):
        for table in waiting.keys() & personal.tables():
            again = is_erased(work.cursor, table, waiting[table])
            work.rows += _empty_rows(work.cursor, table, again) if again else []
    reached = _closure(work.cursor, _of_erased(work.cursor, waiting))
    if reached:
        _empty(work, reached)
    work.session.expire_all()


# -- what a segment brings


class Sieve:
    """One segment on its way in: nothing of anybody who was erased passes."""

    def __init__(self, landing: Landing) -> None:
        self._landing, self._work, self._cursor = landing, landing.work, landing.work.cursor
        self._watchful = is_any(self._cursor)
        self._emptied: dict[str, set[str]] = {}
        """Rows that came with values, by table."""

    def sift(self, found: Inserts | Updates | Copies) -> Inserts | Updates | Copies:
        """The same rows, those of erased people empty. An order to erase is heard from the central only."""
        if found.table == ORDERS and not self._landing.writer.is_central:
            raise NotApplied(FindingKind.NO_RIGHT, ORDERS)
        if not self._watchful:
            return found
        if isinstance(found, Updates):
            return self._updates(found)
        whose = self._erased_among(found)
        if not whose:
            return found
        rows = [self._emptied_row(found, row) if row[0] in whose else row for row in found.rows]
        if isinstance(found, Inserts):
            return replace(found, rows=rows)
        ops = {i: [self._emptied_op(found.table, op) for op in some] if i in whose else some
               for i, some in found.ops.items()}  # fmt: skip
        return replace(found, rows=rows, ops=ops)

    def _emptied_op(self, table: str, told: CopiedOp) -> CopiedOp:
        value = tuple(emptied(emptier(table), told.columns, told.op.value))
        return replace(told, op=replace(told.op, value=value))

    def _erased_among(self, found: Inserts | Copies) -> set[str]:
        whose = is_erased(self._cursor, found.table, (row[0] for row in found.rows))
        for column, target in ways(found.table, found.columns):
            place = found.columns.index(column) + 1
            named = _known_erased(self._cursor, target, {row[place] for row in found.rows if row[place]})
            mine = {row[0] for row in found.rows if row[place] in named}
            if mine and found.table not in shapes():
                _note(self._cursor, self._work, {found.table: {i: self._order_of(target, named) for i in mine}})
            whose |= mine
        return whose

    def _order_of(self, target: str | None, named: set[str]) -> str:
        return _orders(self._cursor, target or PERSON, named).get(next(iter(named)), "")

    def _emptied_row(self, found: Inserts | Copies, row: list[Any]) -> list[Any]:
        empty = emptier(found.table)
        new = [row[0], *(empty(c, v) for c, v in zip(found.columns, row[1:], strict=True))]
        if new != row:
            self._emptied.setdefault(found.table, set()).add(row[0])
        return new

    def _updates(self, found: Updates) -> Updates:
        whose = is_erased(self._cursor, found.table, (change.id for change in found.changes))
        if not whose:
            return found
        changes = [self._emptied_change(found.table, c) if c.id in whose else c for c in found.changes]
        return Updates(found.table, changes)

    def _emptied_change(self, table: str, change: RowChange) -> RowChange:
        empty = emptier(table)
        units = tuple(msgspec.structs.replace(u, value=tuple(emptied(empty, u.columns, u.value))) for u in change.units)
        if units != change.units:
            self._emptied.setdefault(table, set()).add(change.id)
        return msgspec.structs.replace(change, units=units)

    def finish(self) -> None:
        """When all parts and the segment itself are in: orders are obeyed, and rows that came before the one that
        makes them somebody's are found."""
        seeds = self._new_orders()
        if not seeds and not self._watchful:
            return
        for table, ids in _of_erased(self._cursor, self._landing.changed).items():
            seeds.setdefault(table, {}).update(ids)
        reached = _closure(self._cursor, seeds)
        if reached:
            _empty(self._work, reached)
            for table, ids in reached.items():
                if table in shapes():
                    self._landing.changed.setdefault(table, set()).update(ids)
            _rewrite(self._work)
        elif self._emptied:
            _rewrite(self._work, self._landing.key)
        if self._emptied:
            self._tell()
        _drop_conflicts(self._cursor)

    def _new_orders(self) -> Reached:
        ids = self._landing.changed.get(ORDERS, ())
        if not ids:
            return {}
        sql = f"SELECT patient_id, id FROM {ORDERS} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC"
        ordered = dict(self._cursor.execute(sql, (ids_json(ids),)).fetchall())
        done = is_erased(self._cursor, PERSON, ordered)
        new = {person: order for person, order in ordered.items() if person and person not in done}
        return {PERSON: new} if new else {}

    def _tell(self) -> None:
        """Once for each erasure: somebody who did not know wrote or sent something of this person."""
        orders = {order for table, ids in self._emptied.items() for order in _orders(self._cursor, table, ids).values()}
        for order in sorted(orders):
            sql = "SELECT id FROM erased_row WHERE tbl = ? AND erasure_id = ? LIMIT 1"
            person = self._cursor.execute(sql, (PERSON, order)).fetchone()
            told = "SELECT 1 FROM finding WHERE kind = ? AND row_id = ? AND settled_at IS NULL LIMIT 1"
            if person and not self._cursor.execute(told, (FindingKind.ERASED, person[0])).fetchone():
                self._landing.find(FindingKind.ERASED, PERSON, person[0])


# -- who is reached


def _known_erased(cursor: Any, target: str | None, ids: Collection[str]) -> set[str]:
    if target is not None:
        return is_erased(cursor, target, ids)
    return set[str]().union(*(is_erased(cursor, table, ids) for table in personal.tables()))


def _orders(cursor: Any, table: str, ids: Collection[str]) -> dict[str, str]:
    sql = "SELECT id, erasure_id FROM erased_row WHERE tbl = ? AND id IN (SELECT value FROM json_each(?))"
    return dict(cursor.execute(sql, (table, ids_json(ids))).fetchall())


def _of_erased(cursor: Any, changed: Mapping[str, Collection[str]]) -> Reached:
    """Of these rows, those that name an erased one and are not noted as erased."""
    found: Reached = {}
    for link in personal.links():
        ids = changed.get(link.table)
        if not ids:
            continue
        whose = "e.id = t." + link.column + (" AND e.tbl = ?" if link.target else "")
        sql = (
            f"SELECT t.id, e.erasure_id FROM {link.table} t JOIN erased_row e ON {whose}"
            " WHERE t.id IN (SELECT value FROM json_each(?))"
            " AND NOT EXISTS (SELECT 1 FROM erased_row x WHERE x.tbl = ? AND x.id = t.id)"
        )
        values = (*((link.target,) if link.target else ()), ids_json(ids), link.table)
        rows = cursor.execute(sql, values).fetchall()
        if rows:
            found.setdefault(link.table, {}).update(rows)
    return found


def _closure(cursor: Any, seeds: Reached) -> Reached:
    """These rows and all that are somebody's through them, except what is noted as erased already."""
    reached: Reached = {}
    edge = {table: dict(ids) for table, ids in seeds.items()}
    while edge:
        for table, ids in edge.items():
            reached.setdefault(table, {}).update(ids)
        edge = _next(cursor, edge, reached)
    return reached


def _next(cursor: Any, edge: Reached, reached: Reached) -> Reached:
    new: Reached = {}
    for link in personal.links():
        targets = edge.values() if link.target is None else [edge[link.target]] if link.target in edge else []
        for ids in targets:
            sql = (
                f"SELECT id, {link.column} FROM {link.table} WHERE {link.column} IN (SELECT value FROM json_each(?))"
                " AND NOT EXISTS (SELECT 1 FROM erased_row x WHERE x.tbl = ? AND x.id = id)"
            )
            for row_id, named in cursor.execute(sql, (ids_json(ids), link.table)).fetchall():
                if row_id not in reached.get(link.table, ()):
                    new.setdefault(link.table, {})[row_id] = ids[named]
    return new


# -- emptying


def _note(cursor: Any, work: Work, reached: Mapping[str, Mapping[str, str]]) -> None:
    now = instant_text(work.now)
    cursor.executemany(
        "INSERT INTO erased_row (tbl, id, erasure_id, erased_at) VALUES (?,?,?,?) ON CONFLICT DO NOTHING",
        [(table, row_id, order, now) for table, ids in reached.items() for row_id, order in ids.items()],
    )


def _empty(work: Work, reached: Reached) -> None:
    cursor = work.cursor
    _note(cursor, work, reached)
    with _uncaptured(cursor):
        for table, ids in reached.items():
            work.rows += _empty_rows(cursor, table, ids)
            _empty_ops(cursor, table, ids)
            _empty_kept(cursor, table, ids)
    _drop_conflicts(cursor)
    people = sorted(reached.get(PERSON, {}))
    for told in after_erasing:
        told(work, people)
    _write_lines(work, reached)
    work.also_changed |= {*reached, "erased_row", "open_conflict", "draft"}


@contextmanager
def _uncaptured(cursor: Any) -> Generator[None]:
    """Everybody empties for themselves; that it was done does not travel."""
    off = cursor.execute("SELECT off FROM capture_state").fetchone()[0]
    cursor.execute("UPDATE capture_state SET off = 1")
    yield
    cursor.execute("UPDATE capture_state SET off = ?", (off,))


def _empty_rows(cursor: Any, table: str, ids: Collection[str]) -> list[list[str]]:
    """Empty the live rows; gives the digest of each as it is now, for the ledger."""
    shape, blanks = shapes()[table], personal.blanks(table)
    sql = f"SELECT id, {shape.listed()} FROM {table} WHERE id IN (SELECT value FROM json_each(?))"
    emptied = [
        (row[0], [blanks.of(c, v) for c, v in zip(shape.columns, row[1:], strict=True)])
        for row in cursor.execute(sql, (ids_json(ids),)).fetchall()
    ]
    columns = [c for c in shape.columns if c in blanks.columns]
    cursor.executemany("INSERT INTO erasure_guard (id) VALUES (?) ON CONFLICT DO NOTHING", [(i,) for i in ids])
    if columns:
        put = ", ".join(f'"{c}" = ?' for c in columns)
        cursor.executemany(
            f"UPDATE {table} SET {put} WHERE id = ?",
            [(*(row[shape.places[c]] for c in columns), row_id) for row_id, row in emptied],
        )
    cursor.execute("DELETE FROM erasure_guard")
    names = list(shape.columns)
    return [[table, row_id, ledger.values_digest(table, row_id, names, row)] for row_id, row in emptied]


def _empty_ops(cursor: Any, table: str, ids: Collection[str]) -> None:
    shape, blanks = shapes()[table], personal.blanks(table)
    sql = "SELECT value, id, unit, segment_key FROM field_op WHERE tbl = ? AND id IN (SELECT value FROM json_each(?))"
    new: list[Any] = []
    for value, row_id, name, key in cursor.execute(sql, (table, ids_json(ids))).fetchall():
        unit = shape.unit(name)
        columns = unit.columns if unit is not None else ()
        told = msgspec.json.decode(value)
        kept = tuple(plain(blanks.of(c, v)) for c, v in zip(columns, told, strict=False))
        new.append((write_value(kept), table, row_id, name, key))
    cursor.executemany("UPDATE field_op SET value = ? WHERE tbl = ? AND id = ? AND unit = ? AND segment_key = ?", new)


def _empty_kept(cursor: Any, table: str, ids: Collection[str]) -> None:
    """What else this device keeps of these rows."""
    listed = ids_json(ids)
    among = "IN (SELECT value FROM json_each(?))"
    cursor.execute(f"DELETE FROM settled_conflict WHERE tbl = ? AND row_id {among}", (table, listed))
    cursor.execute(f"UPDATE finding SET detail = NULL WHERE tbl = ? AND row_id {among}", (table, listed))
    cursor.execute(f"DELETE FROM draft WHERE record_id {among}", (listed,))
    for row_id in ids if table == PERSON else ():
        # A form about somebody else's record (an appointment, a sending) may name the person inside.
        cursor.execute("DELETE FROM draft WHERE instr(fields, ?) > 0", (row_id,))
    held = cursor.execute(
        f"SELECT key, kind, content FROM held_change WHERE tbl = ? AND row_id {among}", (table, listed)
    ).fetchall()
    cursor.executemany(
        "UPDATE held_change SET content = ? WHERE key = ?", [(_emptied_held(kind, c), key) for key, kind, c in held]
    )


def _emptied_held(kind: str, content: str) -> str:
    told = msgspec.json.decode(content)
    if kind == "insert":
        told = {column: personal.unknown(column, value) for column, value in told.items()}
    elif kind == "update":
        told[2] = [personal.unknown(column, value) for column, value in zip(told[1], told[2], strict=False)]
    return _encode(told).decode()


def _drop_conflicts(cursor: Any) -> None:
    """Nobody can decide between values that are not there."""
    cursor.execute(
        "DELETE FROM open_conflict WHERE EXISTS"
        " (SELECT 1 FROM erased_row e WHERE e.tbl = open_conflict.tbl AND e.id = open_conflict.id)"
    )


def drop_conflicts(work: Work) -> None:
    """After conflicts were made again from the operations."""
    _drop_conflicts(work.cursor)


def _write_lines(work: Work, reached: Reached) -> None:
    counts: dict[str, int] = {}
    for ids in reached.values():
        for order in ids.values():
            counts[order] = counts.get(order, 0) + 1
    people = {order: person for person, order in reached.get(PERSON, {}).items()}
    for order, count in sorted(counts.items()):
        detail = {"erasure": order, "rows": count}
        line = ledger.Line(
            instant_text(work.now), work.actor.staff_id, ACT, PERSON if order in people else ORDERS,
            people.get(order, order), [], detail,
        )  # fmt: skip
        ledger.append(work.cursor, line)


# -- the segments that are kept


def empty_kept_aside(work: Work, key: int) -> None:
    """A segment that is kept whole and not applied: the values of erased people leave it all the same."""
    if is_any(work.cursor):
        _rewrite(work, key)


def _rewrite(work: Work, key: int | None = None) -> None:
    """The parts of one segment, or all that lie here, without what was erased."""
    others = shapes().keys() - personal.tables()
    redacting.rewrite(work, redacting.parts_in(work.cursor, others, key), Lines(work.cursor))
