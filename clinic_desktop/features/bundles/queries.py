"""What the desk of the stick asks: what waits to be carried, what the central has, gaps, conflicts, findings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clinic_desktop.exchange import conflicts, have, outgoing
from clinic_desktop.exchange.conflicts import Conflict
from clinic_desktop.exchange.have import Gap
from clinic_desktop.exchange.outgoing import Waiting
from clinic_desktop.exchange.records import (
    BundleLog,
    BundleWay,
    Finding,
    OpenConflict,
    PeerDevice,
    Segment,
    SegmentState,
)
from clinic_desktop.exchange.shape import shapes
from clinic_desktop.exchange.standing import standing
from clinic_desktop.features.bundles.rules import CHART_TABLES
from clinic_desktop.features.patients.queries import people, restricted
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.staff.records import StaffMember
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.base import Base
from clinic_desktop.storage.work import Asker, Reading

TABLES = frozenset(
    {
        *("segment", "bundle_log", "open_conflict", "finding", "peer_device"),
        *("patient", "appointment_event", "consult_note", "stock_movement", "medication_dispense"),
    }
)
"""To follow: the exchange's own tables, and those whose saves add to what waits on an ordinary day."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the central has of this clinic."""

    enrolled: bool
    central_name: str
    until: datetime | None
    """The central has everything that was written here up to this instant."""
    last_carried: datetime | None
    """When the last verified bundle left."""
    missing: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class ClinicState:
    """One clinic as the central's desk shows it."""

    site_id: str
    site_code: str
    site_name: str
    last_number: int | None
    last_made_at: datetime | None
    last_read_at: datetime | None
    missing: tuple[Gap, ...]
    aside: int
    """Segments kept aside, of its computers."""
    devices: int
    revoked: int


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


def waiting(reading: Reading) -> Waiting:
    """What would be carried now: new and changed rows by table."""
    reading.require(Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES)
    return outgoing.waiting(reading)


def confirmed(asker: Asker) -> Confirmed:
    """For a clinic: "the central has everything up to Tuesday 14:02"."""
    known = standing(asker)
    centrals = known.centrals()
    name = centrals[0].site_name if centrals else ""
    until = _confirmed_until(asker)
    last = asker.value(
        sa.select(sa.func.max(BundleLog.done_at)).where(BundleLog.way == BundleWay.OUT, BundleLog.done_at.is_not(None))
    )
    return Confirmed(bool(centrals), name, until, last, tuple(have.gaps(asker)))


def _confirmed_until(asker: Asker) -> datetime | None:
    """When the last of our segments before the first unconfirmed one was cut."""
    rows = asker.all(
        sa.select(Segment.cut_at, Segment.receipted_at)
        .where(Segment.device_id == asker.place.device_id)
        .order_by(Segment.cut_at, Segment.key)
    )
    until = None
    for cut_at, receipted_at in rows:
        if receipted_at is None:
            break
        until = cut_at
    return until


def clinics(asker: Asker) -> tuple[ClinicState, ...]:
    """For the central's desk: every clinic, its last bundle, what is missing."""
    asker.require(Permission.MERGE_BUNDLES)
    peers = asker.all(
        sa.select(
            PeerDevice.device_id, PeerDevice.site_id, PeerDevice.site_code, PeerDevice.site_name, PeerDevice.revoked_at
        ).where(PeerDevice.role != "central")
    )
    logs = {
        row[0]: row[1:]
        for row in asker.all(
            sa.select(BundleLog.site_id, BundleLog.number, BundleLog.made_at, BundleLog.done_at)
            .where(BundleLog.way == BundleWay.IN)
            .order_by(BundleLog.made_at, BundleLog.number)
        )
    }
    asides = {
        row[0]: row[1]
        for row in asker.all(
            sa.select(Segment.device_id, sa.func.count())
            .where(Segment.state == SegmentState.QUARANTINED)
            .group_by(Segment.device_id)
        )
    }
    missing = have.gaps(asker)
    sites: dict[str, list[Any]] = {}
    for peer in peers:
        sites.setdefault(peer[1], []).append(peer)
    found: list[ClinicState] = []
    for site_id, devices in sites.items():
        ids = {d[0] for d in devices}
        number, made_at, done_at = logs.get(site_id, (None, None, None))
        found.append(
            ClinicState(
                site_id,
                devices[0][2],
                devices[0][3],
                number,
                made_at,
                done_at,
                tuple(g for g in missing if g.device_id in ids),
                sum(asides.get(d, 0) for d in ids),
                sum(1 for d in devices if d[4] is None),
                sum(1 for d in devices if d[4] is not None),
            )
        )
    return tuple(sorted(found, key=lambda c: c.site_name))


_CONFLICT_READERS = (Permission.MERGE_BUNDLES, Permission.READ_CHART, Permission.PRESCRIBE)


def open_conflicts(asker: Asker, limit: int = 200) -> Sequence[Conflict]:
    """Both values of each. Not for those who only carry the stick: a diagnosis may be one of the values.

    Those of a reserved person wait for somebody who may open the record.
    """
    asker.require(*_CONFLICT_READERS)
    found = conflicts.open_conflicts(asker, limit=limit)
    hidden = _hidden_rows(asker, [(one.table, one.row_id) for one in found])
    return [_withheld(asker, one) for one in found if (one.table, one.row_id) not in hidden]


def _withheld(asker: Asker, one: Conflict) -> Conflict:
    """Without the values, where they are of the chart and the one who asks reads no charts."""
    if one.table not in CHART_TABLES or asker.actor.may(Permission.READ_CHART) or asker.actor.may(Permission.PRESCRIBE):
        return one
    return replace(one, sides=tuple(replace(side, values=()) for side in one.sides))


def of_person(asker: Asker, patient_id: str) -> Sequence[Conflict]:
    """What stands open of one person, in whichever table, for those who may open the chart."""
    asker.require(Permission.READ_CHART, Permission.PRESCRIBE)
    restricted.must_open(asker, PatientId(patient_id))
    waiting = asker.all(sa.select(OpenConflict.tbl, OpenConflict.id).where(OpenConflict.waiting.is_(False)).distinct())
    found: list[Conflict] = []
    for name in sorted({row[0] for row in waiting}):
        table = Base.metadata.tables[name]
        column = table.c.id if name == "patient" else table.c.get("patient_id")
        if column is not None:
            ids = [row[1] for row in waiting if row[0] == name]
            rows = asker.all(sa.select(table.c.id).where(table.c.id.in_(ids), column == patient_id))
            found += [one for row in rows for one in conflicts.of_record(asker, row[0]) if not one.waiting]
    return found


def whose(asker: Asker, found: Sequence[Conflict]) -> dict[tuple[str, str], str]:
    """The name of the person whose record each of these is in, by table and row; nobody's are left out."""
    asker.require(*_CONFLICT_READERS)
    of_row: dict[tuple[str, str], PatientId] = {}
    if not asker.actor.may(Permission.SEE_PATIENTS):
        return {}
    for name in {one.table for one in found}:
        table = Base.metadata.tables[name]
        ids = [one.row_id for one in found if one.table == name]
        if name == "patient":
            of_row |= {(name, row_id): PatientId(row_id) for row_id in ids}
        elif "patient_id" in table.c:
            rows = asker.all(sa.select(table.c.id, table.c.patient_id).where(table.c.id.in_(ids)))
            of_row |= {(name, row[0]): PatientId(row[1]) for row in rows}
    names = people.said_names(asker, set(of_row.values())) if of_row else {}
    return {row: names.get(patient_id, "") for row, patient_id in of_row.items()}


def count_conflicts(asker: Asker) -> int:
    if restricted.sees_all(asker):
        return conflicts.count_open(asker)
    rows = asker.all(sa.select(OpenConflict.tbl, OpenConflict.id).where(OpenConflict.waiting.is_(False)))
    hidden = _hidden_rows(asker, [(row[0], row[1]) for row in rows])
    return sum((row[0], row[1]) not in hidden for row in rows)


def must_open(asker: Asker, table: str, row_id: str) -> None:
    """Refuse where the row is of a person whose record is hidden from the one who asks."""
    if _hidden_rows(asker, [(table, row_id)]):
        raise restricted.ReservedRecord()


_OF_A_PERSON = ("patient_id", "first_id", "second_id")
"""How columns are called that say whose a row is."""


def _hidden_rows(asker: Asker, rows: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these rows (table, id) that are of a person hidden from the one who asks."""
    if restricted.sees_all(asker):
        return set()
    hidden: set[tuple[str, str]] = set()
    for name in {table for table, _row in rows}:
        table = Base.metadata.tables[name]
        whose = [table.c.id] if name == "patient" else [table.c[c] for c in _OF_A_PERSON if c in table.c]
        if not whose:
            continue
        ids = [row_id for of, row_id in rows if of == name]
        reserved = sa.or_(*(column.in_(restricted.hidden_people(asker)) for column in whose))
        hidden |= {(name, row[0]) for row in asker.all(sa.select(table.c.id).where(table.c.id.in_(ids), reserved))}
    return hidden


def blocking_of(asker: Asker, record_id: str) -> Sequence[Conflict]:
    """The conflicts that must be shown on a record's header, wherever it lives, until somebody settles them."""
    asker.require(*_CONFLICT_READERS)
    if _hidden_rows(asker, [("patient", record_id)]):
        return ()
    return conflicts.of_record(asker, record_id, blocking_only=True)


def said_author(asker: Asker, staff_id: str) -> str:
    """The name of who wrote something; empty if this office does not know the person."""
    found = asker.first(sa.select(StaffMember.display_name).where(StaffMember.id == staff_id))
    return found[0] if found else ""


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


def devices(asker: Asker) -> tuple[Any, ...]:
    """The enrolled computers: id, site, role, since when, cut off when."""
    return tuple(
        asker.all(
            sa.select(
                PeerDevice.device_id,
                PeerDevice.site_code,
                PeerDevice.site_name,
                PeerDevice.role,
                PeerDevice.enrolled_at,
                PeerDevice.revoked_at,
            ).order_by(PeerDevice.site_name, PeerDevice.enrolled_at)
        )
    )


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


def footer(reading: Reading) -> list[tuple[str, str]]:
    """Words and icon for the foot of the window."""
    place = reading.place
    if place.is_central:
        count = count_conflicts(reading)
        words = ngettext("{count} conflict to settle", "{count} conflicts to settle", count).format(count=count)
        return [(words, "alert-circle")] if count else []
    state = confirmed(reading)
    if not state.enrolled:
        return []
    load = outgoing.waiting(reading)
    count = load.new + load.changed
    told: list[tuple[str, str]] = []
    if state.last_carried is not None:
        when = say_instant(state.last_carried, place.zone)
        told.append((_("USB stick: {when}").format(when=when), "device-usb"))
    if count:
        words = ngettext("{count} change waits for its receipt", "{count} changes wait for their receipt", count)
        told.append((words.format(count=count), "file-text"))
    return told
