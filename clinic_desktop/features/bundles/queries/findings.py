"""What the merge noticed, and questions that no merge asks: same numbers, parents that have not arrived."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from clinic_desktop.exchange.records import (
    Finding,
    PeerDevice,
    Segment,
)
from clinic_desktop.exchange.shape import shapes
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


def findings(asker: Asker, limit: int = 100) -> tuple[Found, ...]:
    """What is still to be looked at, newest first."""
    asker.require(Permission.MERGE_BUNDLES, Permission.CARRY_BUNDLES)
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
        .outerjoin(PeerDevice, PeerDevice.device_id == Segment.device_id)
        .where(Finding.settled_at.is_(None))
        .order_by(Finding.key.desc())
        .limit(limit)
    )
    return tuple(Found(k, str(kind), t, r, site or "", detail, at) for k, kind, t, r, site, detail, at in rows)


def same_numbers(asker: Asker, limit: int = 100) -> tuple[SameNumber, ...]:
    """Printed numbers that two patients carry. Nothing is renamed: a person decides."""
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
    found: list[Orphans] = []
    for name in shapes():
        table = Base.metadata.tables[name]
        for column in table.columns:
            for key in column.foreign_keys:
                parent = key.column.table
                count = asker.value(
                    sa.select(sa.func.count())
                    .select_from(table)
                    .where(column.is_not(None), ~sa.exists().where(key.column == column).correlate(table))
                    if parent is not table
                    else sa.select(sa.func.count())
                    .select_from(table)
                    .where(column.is_not(None), column.not_in(sa.select(table.alias().c[key.column.name])))
                )
                if count:
                    found.append(Orphans(name, column.name, parent.name, count))
    return tuple(found)
