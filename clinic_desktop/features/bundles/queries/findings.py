"""What the merge noticed, and questions that no merge asks: same numbers, parents that have not arrived."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from clinic_desktop.exchange.format.shape import shapes
from clinic_desktop.exchange.records import (
    Finding,
    HeldChange,
    PeerDevice,
    Segment,
    SegmentState,
)
from clinic_desktop.features.bundles.queries.whose import hidden_rows
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.base import Base
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class Found:
    """Something the merge noticed that a person should look at."""

    key: int
    kind: str
    table: str | None
    row_id: str | None
    site_name: str
    detail: str | None
    found_at: datetime


@dataclass(frozen=True, slots=True)
class SameNumber:
    """A printed number that two records carry."""

    number: str
    patient_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Orphans:
    """Rows of one table whose parent has not arrived yet."""

    table: str
    column: str
    parent: str
    count: int
    site_name: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """Parts, or single changes, that wait for a newer program."""

    site_name: str
    parts: int
    changes: int


TABLES = frozenset({"finding", "segment", "peer_device", "held_change"})
_READERS = (Permission.MERGE_BUNDLES, Permission.CARRY_BUNDLES)


def findings(asker: Asker, limit: int = 200) -> tuple[Found, ...]:
    """What is still to be looked at, newest first; without what is of a person hidden from the one who asks."""
    asker.require(*_READERS)
    writer = sa.case((Finding.tbl == "peer_device", Finding.row_id), else_=Segment.device_id)
    rows = asker.all(
        sa.select(
            Finding.key,
            Finding.kind,
            Finding.tbl,
            Finding.row_id,
            PeerDevice.site_name,
            Finding.detail,
            Finding.found_at,
        )
        .select_from(Finding)
        .outerjoin(Segment, Segment.key == Finding.segment_key)
        .outerjoin(PeerDevice, PeerDevice.device_id == writer)
        .where(Finding.settled_at.is_(None))
        .order_by(Finding.key.desc())
        .limit(limit)
    )
    hidden = hidden_rows(asker, [(row[2] or "", row[3] or "") for row in rows])
    return tuple(
        Found(key, str(kind), table, row_id, site or "", detail, at)
        for key, kind, table, row_id, site, detail, at in rows
        if (table, row_id) not in hidden
    )


def count_findings(asker: Asker) -> int:
    """How many are to be looked at, those about hidden people left out; counted up to the longest list."""
    return len(findings(asker))


def held(asker: Asker) -> tuple[Held, ...]:
    """By clinic, what a newer program wrote and this one keeps until its update."""
    asker.require(*_READERS)
    name = sa.func.coalesce(PeerDevice.site_name, "")
    parts = asker.all(
        sa.select(name, sa.func.count())
        .select_from(Segment)
        .outerjoin(PeerDevice, PeerDevice.device_id == Segment.device_id)
        .where(Segment.state == SegmentState.HELD)
        .group_by(name)
    )
    changes = asker.all(
        sa.select(name, sa.func.count())
        .select_from(HeldChange)
        .join(Segment, Segment.key == HeldChange.segment_key)
        .outerjoin(PeerDevice, PeerDevice.device_id == Segment.device_id)
        .group_by(name)
    )
    of_parts, of_changes = {row[0]: row[1] for row in parts}, {row[0]: row[1] for row in changes}
    names = sorted({*of_parts, *of_changes})
    return tuple(Held(one, of_parts.get(one, 0), of_changes.get(one, 0)) for one in names)


def same_numbers(asker: Asker, limit: int = 100) -> tuple[SameNumber, ...]:
    """Printed numbers that two patients carry. Nothing is renamed: a person decides."""
    asker.require(*_READERS, Permission.SEE_PATIENTS)
    doubles = (
        sa.select(Patient.number)
        .where(Patient.number.is_not(None), Patient.voided_at.is_(None), restricted.shown(asker))
        .group_by(Patient.number)
        .having(sa.func.count() > 1)
        .limit(limit)
    )
    chosen = sa.select(Patient.number, Patient.id).where(Patient.number.in_(doubles), restricted.shown(asker))
    rows = asker.all(chosen.order_by(Patient.id))
    found: dict[str, list[str]] = {}
    for number, patient_id in rows:
        found.setdefault(str(number), []).append(patient_id)
    return tuple(SameNumber(number, tuple(ids)) for number, ids in sorted(found.items()))


def orphans(asker: Asker) -> tuple[Orphans, ...]:
    """Rows that name a parent which is not here. They heal by themselves when it arrives."""
    return tuple(one for name in shapes() for one in orphans_in(asker, name))


def orphans_in(asker: Asker, table_name: str) -> tuple[Orphans, ...]:
    """Those of one table, by the clinic they came from: a step of a look through all."""
    asker.require(*_READERS)
    table = Base.metadata.tables[table_name]
    names = {row[0]: row[1] for row in asker.all(sa.select(PeerDevice.site_id, PeerDevice.site_name))}
    found: list[Orphans] = []
    for column in table.columns:
        for key in column.foreign_keys:
            parent = key.column.table.alias()
            rows = asker.all(
                sa.select(table.c.origin_site_id, sa.func.count())
                .where(column.is_not(None), ~sa.exists().where(parent.c[key.column.name] == column).correlate(table))
                .group_by(table.c.origin_site_id)
            )
            found += [
                Orphans(table_name, column.name, key.column.table.name, row[1], names.get(row[0], "")) for row in rows
            ]
    return tuple(found)
