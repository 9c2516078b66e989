"""Open conflicts: reading them, settling one, and making the table again from the operations it is derived from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from clinic_desktop.exchange import applying
from clinic_desktop.exchange.records import FieldOp, OpenConflict, PeerDevice, Settling
from clinic_desktop.exchange.rules import Stamp
from clinic_desktop.exchange.settling import Settler, restored
from clinic_desktop.exchange.shape import shapes
from clinic_desktop.exchange.standing import standing
from clinic_desktop.exchange.troubles import ConflictGone
from clinic_desktop.exchange.versions import SegmentNames, read_ops, write_stamps
from clinic_desktop.storage.capture import HLC_SHIFT
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Asker, Work


@dataclass(frozen=True, slots=True)
class Side:
    """One of the values that stand side by side: who wrote it, when (by that computer's clock), at which site."""

    values: tuple[Any, ...]
    author_id: str
    at: datetime | None
    device_id: str
    site_name: str


@dataclass(frozen=True, slots=True)
class Conflict:
    table: str
    row_id: str
    unit: str
    columns: tuple[str, ...]
    blocking: bool
    waiting: bool
    """A segment that may explain it is still missing."""
    sides: tuple[Side, ...]
    """The one displayed for now first."""
    found_at: datetime


def open_conflicts(asker: Asker, *, limit: int = 200, after: tuple[str, str, str] = ("", "", "")) -> list[Conflict]:
    """The conflicts that a person must settle, blocking ones among them; a page of them, in the order of their keys."""
    key = sa.tuple_(OpenConflict.tbl, OpenConflict.id, OpenConflict.unit)
    return _read(asker, sa.and_(OpenConflict.waiting.is_(False), key > after), limit)


def count_open(asker: Asker) -> int:
    found = asker.value(sa.select(sa.func.count()).select_from(OpenConflict).where(OpenConflict.waiting.is_(False)))
    return found or 0


def of_record(asker: Asker, row_id: str, *, blocking_only: bool = False) -> list[Conflict]:
    """The conflicts of one record, for its header."""
    where = OpenConflict.id == row_id
    return _read(asker, sa.and_(where, OpenConflict.blocking.is_(True)) if blocking_only else where, 100)


def _read(asker: Asker, where: sa.ColumnElement[bool], limit: int) -> list[Conflict]:
    rows = asker.all(
        sa.select(
            OpenConflict.tbl,
            OpenConflict.id,
            OpenConflict.unit,
            OpenConflict.blocking,
            OpenConflict.waiting,
            OpenConflict.sides,
            OpenConflict.found_at,
        )
        .where(where)
        .order_by(OpenConflict.tbl, OpenConflict.id, OpenConflict.unit)
        .limit(limit)
    )
    sites = {row[0]: row[1] for row in asker.all(sa.select(PeerDevice.device_id, PeerDevice.site_name))}
    sites.setdefault(asker.place.device_id, asker.place.site_name)
    found: list[Conflict] = []
    for table, row_id, unit, blocking, waiting, told, at in rows:
        shape = shapes().get(table)
        known = shape.unit(unit) if shape else None
        columns = known.columns if known else ()
        found.append(
            Conflict(table, row_id, unit, columns, blocking, waiting, tuple(_side(one, sites) for one in told), at)
        )
    return found


def _side(told: Any, sites: dict[str, str]) -> Side:
    if told["stamp"] is None:
        return Side(tuple(told["value"]), "", None, "", "")
    stamp = Stamp(*told["stamp"])
    at = datetime.fromtimestamp((stamp.hlc >> HLC_SHIFT) / 1000, UTC)
    return Side(tuple(told["value"]), told["author"], at, stamp.device, sites.get(stamp.device, ""))


def settle(work: Work, table: str, row_id: str, unit: str, values: Sequence[Any], *, seen: Sequence[Side]) -> None:
    """Settle a conflict with `values` (of the unit's columns, as a Side has them): an ordinary change that says it
    overwrites every open value. `seen` are the sides that were shown; if others came meanwhile, ConflictGone.

    The caller has asked whether the person may decide this.
    """
    work.session.flush()
    shape = shapes()[table]
    found = next((c for c in of_record(work, row_id) if (c.table, c.unit) == (table, unit)), None)
    known = shape.unit(unit)
    if found is None or known is None or [s.values for s in found.sides] != [s.values for s in seen]:
        raise ConflictGone()
    cursor = work.cursor
    names = SegmentNames(cursor)
    settler = Settler(cursor, names, standing(work), instant_text(work.now))
    live = settler.live_rows(shape, [row_id])
    settled = settler.settle_units(shape, live[row_id], read_ops(cursor, names, shape, [row_id])[row_id])[unit]
    new = dict(zip(known.columns, values, strict=True))
    assigned = ", ".join(f'"{c}" = ?' for c in new)
    put = [restored(shape, c, v) for c, v in new.items()]
    cursor.execute(f"UPDATE {table} SET {assigned} WHERE id = ?", (*put, row_id))
    _force_capture(cursor, table, row_id, known.mask)
    stamps = frozenset(op.stamp for op in settled.frontier)
    work.session.merge(Settling(tbl=table, id=row_id, unit=unit, prev=write_stamps(stamps)))
    work.session.execute(
        sa.delete(OpenConflict).where(OpenConflict.tbl == table, OpenConflict.id == row_id, OpenConflict.unit == unit)
    )
    work.session.flush()
    work.session.expire_all()
    work.about(table, row_id)
    work.also_changed.add("open_conflict")
    for told in applying.after_merge:
        told(work, {table: {row_id}})


def _force_capture(cursor: Any, table: str, row_id: str, mask: int) -> None:
    """A person may keep the value that is shown already: nothing changes in the row, and yet it must travel."""
    cursor.execute("UPDATE capture_state SET hlc = hlc + 1")
    cursor.execute(
        "INSERT INTO dirty (tbl, id, mask, hlc) SELECT ?, ?, ?, hlc FROM capture_state WHERE true"
        " ON CONFLICT (tbl, id) DO UPDATE SET mask = mask | excluded.mask, hlc = excluded.hlc",
        (table, row_id, mask),
    )
    cursor.execute("INSERT INTO touched (tbl, id) VALUES (?, ?) ON CONFLICT DO NOTHING", (table, row_id))


def rebuild(work: Work) -> int:
    """Make the live values and the table of conflicts again from the operations; returns how many rows changed.

    Only inside `vault.do(…, importing=True)`, with nothing waiting to be cut.
    """
    cursor, changed = work.cursor, 0
    work.session.execute(sa.delete(OpenConflict))
    settler = Settler(cursor, SegmentNames(cursor), standing(work), instant_text(work.now))
    for table in work.session.scalars(sa.select(FieldOp.tbl).distinct()).all():
        ids = list(work.session.scalars(sa.select(FieldOp.id).where(FieldOp.tbl == table).distinct()))
        for at in range(0, len(ids), 1000):
            digests = settler.settle(shapes()[table], ids[at : at + 1000])
            work.rows += digests
            changed += len(digests)
    work.act = "exchange.rebuild"
    work.also_changed.add("open_conflict")
    return changed
