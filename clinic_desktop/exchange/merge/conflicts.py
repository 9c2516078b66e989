"""Open conflicts: reading them, settling one, and making the table again from the operations it is derived from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from clinic_desktop.exchange.carrying.relay_records import StampWriter
from clinic_desktop.exchange.carrying.segments import cut_all
from clinic_desktop.exchange.erasure import erasing
from clinic_desktop.exchange.format.parts import plain
from clinic_desktop.exchange.format.shape import Shape, shapes
from clinic_desktop.exchange.merge import applying
from clinic_desktop.exchange.merge.rules import Stamp
from clinic_desktop.exchange.merge.settling import Settler, restored
from clinic_desktop.exchange.merge.versions import SegmentNames, read_ops, write_stamps
from clinic_desktop.exchange.records import FieldOp, OpenConflict, PeerDevice, SettledConflict, Settling
from clinic_desktop.exchange.troubles import ConflictGone
from clinic_desktop.exchange.trust.standing import standing
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
    site_id: str = ""
    stamp: Stamp | None = None
    """None where the row is shown because somebody worked with it after it was taken back elsewhere."""


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

    @property
    def key(self) -> "Key":
        return (self.table, self.row_id, self.unit)


Key = tuple[str, str, str]
"""Table, row and unit."""

_COLUMNS = (
    OpenConflict.tbl,
    OpenConflict.id,
    OpenConflict.unit,
    OpenConflict.blocking,
    OpenConflict.waiting,
    OpenConflict.sides,
    OpenConflict.found_at,
)
_AT_ONCE = 500


def all_conflicts(asker: Asker) -> list[Conflict]:
    """Every one, those that may still clear up among them, in the order of their keys."""
    return _read(asker, sa.true(), None)


def open_conflicts(asker: Asker, *, limit: int = 200, after: Key = ("", "", "")) -> list[Conflict]:
    """The conflicts that a person must settle, blocking ones among them; a page of them, in the order of their keys."""
    key = sa.tuple_(OpenConflict.tbl, OpenConflict.id, OpenConflict.unit)
    return _read(asker, sa.and_(OpenConflict.waiting.is_(False), key > after), limit)


def some_conflicts(asker: Asker, keys: Collection[Key]) -> list[Conflict]:
    """Those of these keys that still stand."""
    ids, wanted = sorted({row_id for _table, row_id, _unit in keys}), set(keys)
    found: list[Conflict] = []
    for at in range(0, len(ids), _AT_ONCE):
        found += _read(asker, OpenConflict.id.in_(ids[at : at + _AT_ONCE]), None)
    return [one for one in found if one.key in wanted]


def count_open(asker: Asker) -> int:
    found = asker.value(sa.select(sa.func.count()).select_from(OpenConflict).where(OpenConflict.waiting.is_(False)))
    return found or 0


def of_record(asker: Asker, row_id: str) -> list[Conflict]:
    """The conflicts of one row."""
    return _read(asker, OpenConflict.id == row_id, 100)


def _read(asker: Asker, where: sa.ColumnElement[bool], limit: int | None) -> list[Conflict]:
    order = (OpenConflict.tbl, OpenConflict.id, OpenConflict.unit)
    rows = asker.all(sa.select(*_COLUMNS).where(where).order_by(*order).limit(limit))
    sites, edited = sites_of(asker), _edited_here(asker)
    found: list[Conflict] = []
    for table, row_id, unit, blocking, waiting, told, at in rows:
        sides = tuple(_side(one, sites) for one in told)
        if (table, row_id, unit) in edited:
            here = edited[table, row_id, unit]
            sides = (here, *(side for side in sides[1:] if side.values != here.values))
        found.append(Conflict(table, row_id, unit, _columns(table, unit), blocking, waiting, sides, at))
    return found


def _columns(table: str, unit: str) -> tuple[str, ...]:
    shape = shapes().get(table)
    known = shape.unit(unit) if shape else None
    return known.columns if known else ()


def _edited_here(asker: Asker) -> dict[Key, Side]:
    """Displayed values that somebody changed here since the last cut: they are in no operation yet."""
    rows = asker.plain(
        "SELECT o.tbl, o.id, o.unit, d.mask, d.hlc FROM open_conflict o JOIN dirty d ON d.tbl = o.tbl AND d.id = o.id"
    )
    found: dict[Key, Side] = {}
    for table, row_id, unit, mask, hlc in rows:
        known = shapes()[table].unit(unit) if table in shapes() else None
        if known is None or not known.mask & mask:
            continue
        listed = ", ".join(f'"{c}"' for c in known.columns)
        (values,) = asker.plain(f"SELECT {listed} FROM {table} WHERE id = ?", (row_id,))
        here = asker.place
        told = tuple(plain(value) for value in values)
        at = written_at(Stamp(hlc, here.device_id, here.epoch, 0))
        found[table, row_id, unit] = Side(told, "", at, here.device_id, here.site_name, here.site_id)
    return found


def sites_of(asker: Asker) -> dict[str, tuple[str, str]]:
    """Name and id of the site of each device."""
    rows = asker.all(sa.select(PeerDevice.device_id, PeerDevice.site_name, PeerDevice.site_id))
    here = asker.place
    copied = asker.all(sa.select(StampWriter.device_id, StampWriter.site_name, StampWriter.site_id))
    known = {row[0]: (row[1], row[2]) for row in (*copied, *rows)}
    return {here.device_id: (here.site_name, here.site_id)} | known


def _side(told: Any, sites: dict[str, tuple[str, str]]) -> Side:
    if told["stamp"] is None:
        return Side(tuple(told["value"]), "", None, "", "")
    return side_of(Stamp(*told["stamp"]), tuple(told["value"]), told["author"], sites)


def side_of(stamp: Stamp, values: tuple[Any, ...], author_id: str, sites: dict[str, tuple[str, str]]) -> Side:
    name, site_id = sites.get(stamp.device, ("", ""))
    return Side(values, author_id, written_at(stamp), stamp.device, name, site_id, stamp)


def written_at(stamp: Stamp) -> datetime:
    return datetime.fromtimestamp((stamp.hlc >> HLC_SHIFT) / 1000, UTC)


def settle(work: Work, table: str, row_id: str, unit: str, values: Sequence[Any], *, seen: Sequence[Side]) -> int:
    """Settle a conflict with `values` (of the unit's columns, as a Side has them): an ordinary change that says it
    overwrites every open value. `seen` are the sides that were shown; if others came meanwhile, ConflictGone.

    Gives the key under which it is kept here, for taking it back (merge/reopening.py); 0 where an edit made here had
    settled it already. The caller has asked whether the person may decide this.
    """
    work.session.flush()
    shape = shapes()[table]
    before = _of_unit(work, table, row_id, unit)
    # What was changed here since the last cut becomes an operation first, so that it is seen among the others.
    cut_all(work)
    found = _of_unit(work, table, row_id, unit)
    if found is None and before is not None and {side.values for side in before.sides} == {tuple(values)}:
        tell_changed(work, table, row_id)
        return 0
    if found is None or shape.unit(unit) is None or {s.values for s in found.sides} != {s.values for s in seen}:
        raise ConflictGone()
    cursor = work.cursor
    names = SegmentNames(cursor)
    settler = Settler(cursor, names, standing(work), instant_text(work.now))
    live = settler.live_rows(shape, [row_id])
    settled = settler.settle_units(shape, live[row_id], read_ops(cursor, names, shape, [row_id])[row_id])[unit]
    stamps = frozenset(op.stamp for op in settled.frontier)
    put(work, shape, row_id, unit, tuple(values), stamps)
    work.session.execute(
        sa.delete(OpenConflict).where(OpenConflict.tbl == table, OpenConflict.id == row_id, OpenConflict.unit == unit)
    )
    kept = SettledConflict(
        tbl=table,
        row_id=row_id,
        unit=unit,
        sides=[{"value": list(op.values), "stamp": list(op.stamp) if op.stamp else None} for op in found.sides],
        chosen=list(values),
        settled_by=work.actor.staff_id,
        settled_at=work.now,
    )
    work.session.add(kept)
    work.session.flush()
    tell_changed(work, table, row_id)
    return kept.key


def _of_unit(work: Work, table: str, row_id: str, unit: str) -> Conflict | None:
    return next((one for one in of_record(work, row_id) if (one.table, one.unit) == (table, unit)), None)


def put(work: Work, shape: Shape, row_id: str, unit: str, values: Sequence[Any], overwrites: Collection[Stamp]) -> None:
    """Write a unit as a change that says what it overwrites, whatever is displayed."""
    known = shape.named[unit]
    new = dict(zip(known.columns, values, strict=True))
    assigned = ", ".join(f'"{c}" = ?' for c in new)
    told = [restored(shape, c, v) for c, v in new.items()]
    work.cursor.execute(f"UPDATE {shape.table} SET {assigned} WHERE id = ?", (*told, row_id))
    _force_capture(work.cursor, shape.table, row_id, known.mask)
    work.session.merge(Settling(tbl=shape.table, id=row_id, unit=unit, prev=write_stamps(frozenset(overwrites))))
    work.session.flush()


def tell_changed(work: Work, table: str, row_id: str) -> None:
    """Whoever shows this row, or derives something from it, hears of it."""
    work.session.expire_all()
    work.about(table, row_id)
    work.also_changed |= {"open_conflict", "settled_conflict"}
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
    erasing.drop_conflicts(work)
    work.act = "exchange.rebuild"
    work.also_changed.add("open_conflict")
    return changed
