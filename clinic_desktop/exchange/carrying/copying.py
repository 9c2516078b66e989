"""Cutting copies at the central: rows that are owed, with what they name, as parts for the segment of each audience."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from clinic_desktop.exchange.carrying import relaying
from clinic_desktop.exchange.format import copies
from clinic_desktop.exchange.format.copies import KIND as KIND
from clinic_desktop.exchange.format.shape import COMMON, Shape, shapes
from clinic_desktop.exchange.merge.versions import SegmentNames, ids_json, read_ops, read_row_stamps
from clinic_desktop.exchange.trust.standing import Standing
from clinic_desktop.kernel.ids import SHIPPED
from clinic_desktop.storage.work import Work

_CHUNK = 256
_HEAVY_CHUNK = 8


@dataclass(frozen=True, slots=True)
class CopyPart:
    audience: str
    table: str
    rows: int
    raw: bytes


def owed_parts(
    work: Work, names: SegmentNames, here: Standing, present: Callable[[Shape], Shape], *, early_only: bool
) -> Iterator[CopyPart]:
    """Parts until nothing is owed. What is in a part is owed no more; the caller may stop after any of them.

    Pictures do not go with other things: if anything else is in the segment (`early_only`), they wait for the next.
    """
    copier = _Copier(work, names, here, present)
    listed: list[tuple[str, str]] = work.cursor.execute("SELECT DISTINCT audience, tbl FROM relay_due").fetchall()
    known = [(audience, shapes()[table]) for audience, table in listed if table in shapes()]
    for audience, shape in sorted(known, key=lambda one: (one[1].late, one[0], one[1].table)):
        if shape.late and early_only:
            return
        early_only = early_only or not shape.late
        yield from copier.of_table(audience, shape)


class _Copier:
    def __init__(self, work: Work, names: SegmentNames, here: Standing, present: Callable[[Shape], Shape]) -> None:
        self._work, self._cursor, self._names, self._present = work, work.cursor, names, present
        self._here = here
        self._told: dict[tuple[str, str], set[str]] = {}
        """By audience and table, the rows that went along as named ones."""
        writers = work.plain("SELECT device_id, site_id, site_name FROM stamp_writer")
        self._who = {str(d): (str(s), str(n)) for d, s, n in writers}
        self._who |= {d: (peer.site_id, peer.site_name) for d, peer in here.peers.items()}

    def of_table(self, audience: str, shape: Shape) -> Iterator[CopyPart]:
        size = _HEAVY_CHUNK if shape.late or shape.blobs else _CHUNK
        while ids := self._next(audience, shape, size):
            where = "audience = ? AND tbl = ? AND id IN (SELECT value FROM json_each(?))"
            self._cursor.execute(f"DELETE FROM relay_due WHERE {where}", (audience, shape.table, ids_json(ids)))
            if going := relaying.still_entitled(self._work, audience, shape.table, ids):
                yield from self._parts(audience, shape, going)

    def _next(self, audience: str, shape: Shape, size: int) -> list[str]:
        sql = "SELECT id FROM relay_due WHERE audience = ? AND tbl = ? ORDER BY id LIMIT ?"
        return [row[0] for row in self._cursor.execute(sql, (audience, shape.table, size)).fetchall()]

    def _parts(self, audience: str, shape: Shape, ids: Collection[str]) -> Iterator[CopyPart]:
        yield from self._part(audience, shape, ids)
        if audience == COMMON:
            return
        waiting = {shape.table: frozenset(ids)}
        while waiting:
            found: dict[str, set[str]] = {}
            for table, some in waiting.items():
                for told in relaying.named:
                    for other, named in told(self._work, table, some).items():
                        found.setdefault(other, set()).update(named)
            waiting = {}
            for table, some in found.items():
                known = self._told.setdefault((audience, table), set())
                if new := some - known:
                    known |= new
                    waiting[table] = frozenset(new)
                    yield from self._part(audience, shapes()[table], self._of_others(audience, table, new))

    def _of_others(self, audience: str, table: str, ids: Collection[str]) -> list[str]:
        """Without what every clinic has, and what that clinic wrote itself."""
        has = {audience, SHIPPED, *(peer.site_id for peer in self._here.centrals()), self._here.here.site_id}
        sql = f"SELECT id, origin_site_id FROM {table} WHERE id IN (SELECT value FROM json_each(?))"
        return [row[0] for row in self._cursor.execute(sql, (ids_json(ids),)).fetchall() if row[1] not in has]

    def _part(self, audience: str, shape: Shape, ids: Collection[str]) -> Iterator[CopyPart]:
        shape = self._present(shape)
        sql = f"SELECT id, {shape.listed()} FROM {shape.table} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
        rows: list[Any] = self._cursor.execute(sql, (ids_json(ids),)).fetchall()
        made = {} if shape.final else read_row_stamps(self._cursor, self._names, shape, ids)
        if not shape.final:
            rows = [row for row in rows if row[0] in made]
        if rows:
            ops = {} if shape.final else read_ops(self._cursor, self._names, shape, ids)
            yield CopyPart(audience, shape.table, len(rows), copies.write(shape, rows, made, ops, self._who))
