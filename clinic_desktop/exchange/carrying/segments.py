"""Cutting: what changed here becomes signed, immutable segments that travel until the central has them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa

from clinic_desktop.exchange.carrying import copying, relaying
from clinic_desktop.exchange.erasure import erasing
from clinic_desktop.exchange.format import canonical, minisign, parts
from clinic_desktop.exchange.format.manifest import FORMAT, READER, Follows, Manifest, Part
from clinic_desktop.exchange.format.parts import RowChange, UnitChange, plain
from clinic_desktop.exchange.format.shape import COMMON, INSERTED, Shape, shapes
from clinic_desktop.exchange.merge.rules import VOID, Op, Settled, Stamp, settle_row
from clinic_desktop.exchange.merge.settling import settle_open
from clinic_desktop.exchange.merge.versions import (
    Made,
    SegmentNames,
    StoredOp,
    as_units,
    read_row_stamps,
    read_stamps,
    stored_ops,
    write_ops,
)
from clinic_desktop.exchange.records import Segment, SegmentPart, SegmentState
from clinic_desktop.exchange.trust.standing import Standing, standing
from clinic_desktop.storage.base import MergeClass
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.opening import SYSTEM
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Work

SEGMENT_ROWS = 5_000
"""A segment is one step of a long job: about this many rows at most."""
SEGMENT_BYTES = 4 * 1024 * 1024
"""Before packing. Who takes it in has a segment in memory several times over: as it came, unpacked, and as rows."""
PART_BYTES = 3 * 1024 * 1024
_CHUNK = 256


@dataclass
class _Draft:
    """A segment being filled."""

    audience: str
    parts: list[Part] = field(default_factory=list[Part])
    bodies: list[bytes] = field(default_factory=list[bytes])

    def put(self, table: str, kind: str, rows: int, raw: bytes) -> None:
        body = parts.pack(raw)
        name = f"parts/{len(self.parts) + 1:04d}.{table}.jsonl.zst"
        self.parts.append(Part(name, table, kind, rows, len(raw), len(body), canonical.digest(body)))
        self.bodies.append(body)


@dataclass(frozen=True, slots=True)
class Cut:
    """What one cut made. `more` says that changes are still waiting."""

    segments: tuple[tuple[int, str], ...]
    """Number and manifest hash of each."""
    rows: int
    more: bool


def cut(work: Work, *, owed: bool = True) -> Cut:
    """Turn waiting changes into segments; to be repeated while there are more. One transaction."""
    done = cut_some(work, owed=owed)
    if done.segments:
        work.act = "exchange.cut"
        work.about("segment", str(done.segments[0][0]))
        work.detail = {"segments": [[number, digest] for number, digest in done.segments]}
    return done


def cut_all(work: Work) -> None:
    """Leave nothing waiting: what the merge does first, so that an import never meets an unsent change."""
    while cut_some(work).more:
        pass


def cut_before_migrating(vault: Vault) -> None:
    """Send nothing into a new schema: what waits is cut in the shape it was written in."""
    vault.learn_place()
    while vault.do(partial(cut, owed=False), SYSTEM).more:
        pass


def cut_some(work: Work, *, owed: bool = False) -> Cut:
    """`owed`: what other clinics are entitled to goes along, once nothing of our own waits."""
    work.session.flush()
    erasing.empty_waiting(work)
    cursor = work.cursor
    tables = [row[0] for row in cursor.execute("SELECT DISTINCT tbl FROM dirty ORDER BY tbl")]
    if not tables and not (owed and relaying.is_owing(work)):
        return Cut((), 0, more=False)
    cutter = _Cutter(work)
    for table in sorted(tables, key=lambda name: (shapes()[name].late, name)):
        if cutter.full or (shapes()[table].late and cutter.has_early):
            break
        cutter.take(shapes()[table])
    if owed:
        cutter.take_owed()
    done = cutter.finish()
    return replace(done, more=done.more or (owed and relaying.is_owing(work)))


class _Cutter:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._cursor = work.cursor
        self._device = work.load(ThisDevice, 1)
        self._standing = standing(work)
        self._names = SegmentNames(work.cursor)
        self._drafts: dict[str, _Draft] = {}
        self._key: int = self._cursor.execute("SELECT coalesce(max(key), 0) + 1 FROM segment").fetchone()[0]
        self._keys: dict[str, tuple[int, int]] = {}
        self._rows = 0
        self._bytes = 0
        self._authors: dict[tuple[str, str], str] | None = None
        self._from_seq = self._last_ledger_seq()
        self._passes_on = self._standing.here.is_central and relaying.is_ready(work)

    @property
    def has_early(self) -> bool:
        """Whether something is in it that pictures should not delay."""
        return any(not shapes()[part.table].late for draft in self._drafts.values() for part in draft.parts)

    @property
    def full(self) -> bool:
        return self._rows >= SEGMENT_ROWS or self._bytes >= SEGMENT_BYTES

    def take(self, shape: Shape) -> None:
        """Read this table's waiting rows until the segment is full, and take them off the waiting list."""
        shape = self._present(shape)
        reader = self._cursor.connection.cursor()
        reader.execute(
            f'SELECT d.id, d.hlc, d.mask, t."origin_site_id", {shape.listed("t.")}'
            f" FROM dirty d JOIN {shape.table} t ON t.id = d.id WHERE d.tbl = ? ORDER BY d.id",
            (shape.table,),
        )
        pending: dict[str, _Pending] = {}
        last, ended = "", False
        while not self.full:
            rows = reader.fetchmany(16 if shape.blobs else _CHUNK)
            if not rows:
                ended = True
                break
            last = rows[-1][0]
            self._rows += len(rows)
            self._sort(shape, rows, pending)
        reader.close()
        for audience, waiting in pending.items():
            self._put_inserts(shape, audience, waiting)
            self._put_updates(shape, audience, waiting.updates)
        where, values = ("", (shape.table,)) if ended else (" AND id <= ?", (shape.table, last))
        self._cursor.execute(f"DELETE FROM dirty WHERE tbl = ?{where}", values)
        if self._passes_on:
            for audience, waiting in pending.items():
                relaying.pass_on(self._work, audience, {shape.table: waiting.ids})

    def take_owed(self) -> None:
        """Copies of what other clinics are entitled to: exact only once every change of them is an operation."""
        if self.full or self._is_waiting():
            return
        copies = copying.owed_parts(self._work, self._names, self._standing, self._present, early_only=self.has_early)
        for one in copies:
            draft, _, _ = self._draft(one.audience)
            draft.put(one.table, copying.KIND, one.rows, one.raw)
            self._rows += one.rows
            self._bytes += len(one.raw)
            if self.full:
                break

    def _is_waiting(self) -> bool:
        return self._cursor.execute("SELECT 1 FROM dirty LIMIT 1").fetchone() is not None

    def _present(self, shape: Shape) -> Shape:
        """The shape without columns that this database does not have yet: before a migration."""
        rows = self._cursor.execute(f"PRAGMA table_info({shape.table})").fetchall()
        return shape.limited_to(frozenset(row[1] for row in rows))

    def _sort(self, shape: Shape, rows: list[Any], pending: "dict[str, _Pending]") -> None:
        for audience, some in self._by_audience(shape, rows):
            waiting = pending.setdefault(audience, _Pending())
            size = parts.size_of(some)
            self._bytes += size
            waiting.size += size
            waiting.ids.extend(row[0] for row in some)
            for row in some:
                (waiting.inserts if row[2] & INSERTED else waiting.updates).append(row)
            if waiting.size >= PART_BYTES:
                self._put_inserts(shape, audience, waiting)

    def _by_audience(self, shape: Shape, rows: list[Any]) -> Iterator[tuple[str, list[Any]]]:
        if not self._standing.here.is_central:
            # All that a clinic writes is for the central and for the other computers of its own site.
            yield self._work.site_id, rows
            return
        if shape.owned:
            yield COMMON, rows
            return
        sites: dict[str, list[Any]] = {}
        for row in rows:
            sites.setdefault(row[3], []).append(row)
        yield from sites.items()

    def _draft(self, audience: str) -> tuple[_Draft, int, int]:
        """The segment of this audience, its key and its number."""
        if audience not in self._drafts:
            self._drafts[audience] = _Draft(audience)
            place = len(self._keys)
            key, number = self._key + place, self._device.last_segment + 1 + place
            self._keys[audience] = (key, number)
            self._names.tell(key, self._device.device_id, self._device.epoch, number)
        return self._drafts[audience], *self._keys[audience]

    def _put_inserts(self, shape: Shape, audience: str, waiting: "_Pending") -> None:
        rows = waiting.inserts
        if not rows:
            return
        draft, key, _ = self._draft(audience)
        told = [(row[0], row[1], *row[4:]) for row in rows]
        raw = parts.write_inserts(shape.table, shape.columns, told, clocks=not shape.final, blobs=shape.blobs)
        draft.put(shape.table, "insert", len(rows), raw)
        if not shape.final:
            self._cursor.executemany(
                "INSERT INTO row_stamp (id, tbl, hlc, segment_key) VALUES (?,?,?,?) ON CONFLICT DO NOTHING",
                [(row[0], shape.table, row[1], key) for row in rows],
            )
        waiting.inserts, waiting.size = [], 0

    def _put_updates(self, shape: Shape, audience: str, rows: list[Any]) -> None:
        if not rows:
            return
        draft, key, number = self._draft(audience)
        ids = [row[0] for row in rows]
        stored = stored_ops(self._cursor, shape, ids)
        made = read_row_stamps(self._cursor, self._names, shape, ids)
        settled = self._settlings(shape, ids)
        changes: list[RowChange] = []
        kept: list[tuple[str, str, str, Op]] = []
        decided_rows = {row_id for row_id, _unit in settled}
        for row in rows:
            units = shape.changed_units(row[2])
            wanted = {unit.name for unit in units} if row[0] not in decided_rows else None
            known = _Known(self._names, shape, stored.get(row[0], ()), wanted, made.get(row[0]), self._standing, row[3])
            hlc = max(row[1], known.latest + 1)
            author = self._author(shape.table, row[0])
            values = dict(zip(shape.columns, row[4:], strict=True))
            told: list[UnitChange] = []
            for unit in units:
                decided = settled.get((row[0], unit.name))
                prev = known.prev(unit.name) if decided is None else decided
                seen = known.seen(unit.name, everything=decided is not None)
                value = tuple(plain(values[c]) for c in unit.columns)
                told.append(UnitChange(unit.name, unit.columns, value, prev, seen))
                stamp = Stamp(hlc, self._device.device_id, self._device.epoch, number)
                kept.append((shape.table, row[0], unit.name, Op(stamp, value, prev, seen, author=author)))
            changes.append(RowChange(row[0], hlc, author, tuple(told)))
        draft.put(shape.table, "update", len(changes), parts.write_updates(shape.table, changes, shape.blobs))
        write_ops(self._cursor, key, kept)
        self._forget_settled(shape, settled)
        settle_open(self._work, self._names, self._standing, shape, ids)

    def _settlings(self, shape: Shape, ids: Sequence[str]) -> dict[tuple[str, str], frozenset[Stamp]]:
        sql = "SELECT id, unit, prev FROM settling WHERE tbl = ?"
        wanted = set(ids)
        rows = self._cursor.execute(sql, (shape.table,)).fetchall()
        return {(row_id, unit): read_stamps(prev) for row_id, unit, prev in rows if row_id in wanted}

    def _forget_settled(self, shape: Shape, settled: dict[tuple[str, str], frozenset[Stamp]]) -> None:
        self._cursor.executemany(
            "DELETE FROM settling WHERE tbl = ? AND id = ? AND unit = ?",
            [(shape.table, row_id, unit) for row_id, unit in settled],
        )

    def _author(self, table: str, row_id: str) -> str:
        """Who changed the row last, as the ledger says; nobody if it was changed outside the program."""
        if self._authors is None:
            self._authors = {}
            lines = self._cursor.execute(
                "SELECT actor_id, rows FROM ledger WHERE seq > ? AND rows <> '[]' ORDER BY seq", (self._from_seq,)
            )
            for actor, rows in lines:
                for name, changed, _ in msgspec.json.decode(rows):
                    self._authors[name, changed] = actor
            # What the running use case itself changed has its line only when it ends.
            for name, changed in self._cursor.execute("SELECT tbl, id FROM touched"):
                self._authors[name, changed] = self._work.actor.staff_id
        return self._authors.get((table, row_id), "")

    def _last_ledger_seq(self) -> int:
        row = self._cursor.execute(
            "SELECT ledger_seq FROM segment WHERE device_id = ? AND ledger_seq IS NOT NULL ORDER BY key DESC LIMIT 1",
            (self._device.device_id,),
        ).fetchone()
        return row[0] if row else 0

    def finish(self) -> Cut:
        """Sign and keep the segments."""
        more = self._is_waiting()
        seq = self._from_seq
        if not more:
            seq = self._cursor.execute("SELECT coalesce(max(seq), 0) FROM ledger").fetchone()[0]
        made = [self._keep(draft, seq) for draft in self._drafts.values()]
        self._work.session.flush()
        self._work.also_changed.add("segment")
        return Cut(tuple(made), self._rows, more)

    def _keep(self, draft: _Draft, ledger_seq: int) -> tuple[int, str]:
        work, device = self._work, self._device
        key, number = self._keys[draft.audience]
        follows = work.first(
            sa.select(Segment.number, Segment.hash)
            .where(Segment.device_id == device.device_id, Segment.epoch == device.epoch)
            .where(Segment.audience == draft.audience)
            .order_by(Segment.number.desc())
            .limit(1)
        )
        manifest = Manifest(
            format=FORMAT,
            min_reader=READER,
            schema=self._cursor.execute("SELECT version_num FROM alembic_version").fetchone()[0],
            device=device.device_id,
            site=device.site_id,
            epoch=device.epoch,
            segment=number,
            audience=draft.audience,
            previous=Follows(number - 1, device.last_segment_hash) if number > 1 else None,
            follows=Follows(follows[0], follows[1]) if follows else None,
            cut_at=instant_text(work.now),
            parts=draft.parts,
        )
        content = canonical.write(manifest)
        signature = minisign.sign(device.signing_key, content, f"segment {manifest.folder}")
        digest = canonical.digest(content)
        work.session.add(
            segment_row(key, manifest, content, signature, work, SegmentState.APPLIED, ledger_seq=ledger_seq)
        )
        work.session.add_all(part_rows(key, manifest, draft.bodies))
        work.session.flush()
        device.last_segment, device.last_segment_hash = number, digest
        return number, digest


@dataclass
class _Pending:
    """Rows of one table waiting to become parts of one segment: id, clock, mask, origin, values."""

    inserts: list[Any] = field(default_factory=list[Any])
    updates: list[Any] = field(default_factory=list[Any])
    ids: list[str] = field(default_factory=list[str])
    """Of every row that was read, also those already in a part."""
    size: int = 0


class _Known:
    """What this device knew of a row when a person changed it: what the change overwrites."""

    def __init__(
        self, names: SegmentNames, shape: Shape, stored: Collection[StoredOp], wanted: Collection[str] | None,
        made: Made | None, here: Standing, origin: str,
    ) -> None:  # fmt: skip
        """`wanted`: the units that were changed; None where everything of the row matters."""
        self._made = frozenset({made.stamp}) if made is not None else frozenset[Stamp]()
        self._owned = shape.owned
        self.latest = max((*(op[3] for op in stored), *(stamp.hlc for stamp in self._made)), default=0)
        if wanted is not None and VOID not in wanted and all(op[1] != VOID for op in stored):
            stored = [op for op in stored if op[1] in wanted]
        weigh = here.weigher(origin) if shape.owned else None
        adding_wins = shape.merge is MergeClass.SET
        self._settled = settle_row(as_units(names, stored), adding_wins=adding_wins, weigh=weigh, ending=shape.ending)

    def prev(self, unit: str) -> frozenset[Stamp]:
        """The stamps of what was displayed."""
        found = self._settled.get(unit)
        return self._shown(found) if found else self._made

    def seen(self, unit: str, *, everything: bool) -> frozenset[Stamp]:
        """For a taking-back, what was displayed of the row's other units (or everything, where a person decided
        between them); for an edit, the taking-back of the row it was made in spite of."""
        if unit != VOID:
            void = self._settled.get(VOID)
            return _all(void) if void else frozenset()
        others = [done for name, done in self._settled.items() if name != VOID]
        return frozenset[Stamp]().union(*(_all(done) if everything else self._shown(done) for done in others))

    def _shown(self, done: Settled) -> frozenset[Stamp]:
        return _all(done) if self._owned else frozenset({done.winner.stamp})


def _all(done: Settled) -> frozenset[Stamp]:
    return frozenset(op.stamp for op in done.frontier)


def segment_row(
    key: int,
    manifest: Manifest,
    content: bytes,
    signature: str,
    work: Work,
    state: SegmentState,
    *,
    reason: str | None = None,
    ledger_seq: int | None = None,
) -> Segment:
    return Segment(
        key=key,
        device_id=manifest.device,
        epoch=manifest.epoch,
        number=manifest.segment,
        hash=canonical.digest(content),
        audience=manifest.audience,
        previous_hash=manifest.previous.hash if manifest.previous else "",
        follows=manifest.follows.number if manifest.follows else 0,
        follows_hash=manifest.follows.hash if manifest.follows else "",
        cut_at=manifest.when(),
        rows=manifest.rows,
        size=manifest.size,
        manifest=content,
        signature=signature,
        state=state,
        reason=reason,
        arrived_at=work.now,
        ledger_seq=ledger_seq,
    )


def part_rows(key: int, manifest: Manifest, bodies: Sequence[bytes]) -> list[SegmentPart]:
    return [
        SegmentPart(segment_key=key, number=n, tbl=part.table, kind=part.kind, rows=part.rows, body=body)
        for n, (part, body) in enumerate(zip(manifest.parts, bodies, strict=True), start=1)
    ]
