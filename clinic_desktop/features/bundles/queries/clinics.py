"""The central's view of its clinics: last bundle, what is missing, their computers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from clinic_desktop.exchange.carrying import have, told
from clinic_desktop.exchange.carrying.have import Gap
from clinic_desktop.exchange.records import (
    BundleLog,
    BundleWay,
    Finding,
    FindingKind,
    PeerDevice,
    Segment,
    SegmentState,
)
from clinic_desktop.exchange.trust import receipts
from clinic_desktop.features.bundles.queries.overdue import days_since, stick_days
from clinic_desktop.features.bundles.queries.whose import hidden_rows
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

_MOST_NUMBERS = 20
"""So many missing bundles are named."""


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
    numbers: tuple[int, ...] = ()
    """Bundles that were never read, where something between is missing."""
    days: int = 0
    """Since its newest bundle was made, or since it joined."""
    late: bool = False
    held: int = 0
    """Segments written for a newer program, kept until the update."""
    restored: int = 0
    """Computers that were put back from a backup, not yet looked at."""
    conflicts: int = 0
    """Open conflicts in which it wrote one of the values."""
    told: dict[str, str] = field(default_factory=dict[str, str])
    """What it said of itself (exchange/carrying/told.py)."""
    closed_on: date | None = None
    successor_name: str = ""

    @property
    def weight(self) -> int:
        """What needs attention first."""
        if self.closed_on is not None and not (self.aside or self.missing):
            return -1
        marks = (self.aside, self.missing, self.late, self.restored, self.held, self.conflicts)
        return sum(32 >> at for at, mark in enumerate(marks) if mark)


@dataclass(frozen=True, slots=True)
class BundleRow:
    """A bundle that came from a clinic, or went there."""

    key: int
    way: str
    number: int
    made_at: datetime
    done_at: datetime | None
    size: int
    segments: int
    new_segments: int
    aside: int
    code: str
    """Of one that was taken in whole: what to read aloud to the clinic, so that it need not wait for the receipt."""


def clinics(asker: Asker) -> tuple[ClinicState, ...]:
    """For the central's desk: every clinic, its last bundle, what is missing; what needs attention first."""
    asker.require(Permission.MERGE_BUNDLES)
    looked = _Looked(asker)
    sites: dict[str, list[Any]] = {}
    for peer in asker.all(
        sa.select(
            PeerDevice.device_id,
            PeerDevice.site_id,
            PeerDevice.site_code,
            PeerDevice.site_name,
            PeerDevice.revoked_at,
            PeerDevice.enrolled_at,
        )
        .where(PeerDevice.role != "central")
        .order_by(PeerDevice.enrolled_at)
    ):
        sites.setdefault(peer[1], []).append(peer)
    found = [looked.state(site_id, devices) for site_id, devices in sites.items()]
    return tuple(sorted(found, key=lambda c: (-c.weight, c.site_name)))


class _Looked:
    """What the tables say of all clinics together, read once."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._most = stick_days(asker)
        self._gaps = have.gaps(asker)
        self._logs: dict[str, list[Any]] = {}
        for row in asker.all(
            sa.select(BundleLog.site_id, BundleLog.number, BundleLog.made_at, BundleLog.done_at)
            .where(BundleLog.way == BundleWay.IN, BundleLog.done_at.is_not(None))
            .order_by(BundleLog.key)
        ):
            self._logs.setdefault(row[0], []).append(row[1:])
        self._aside = _segments_in(asker, SegmentState.QUARANTINED)
        self._held = _segments_in(asker, SegmentState.HELD)
        self._restored = Counter(
            row[0]
            for row in asker.all(
                sa.select(Finding.row_id).where(Finding.kind == FindingKind.RESTORED, Finding.settled_at.is_(None))
            )
        )
        self._conflicts = _conflicts_by_device(asker)
        self._told = told.told_by_site(asker)
        self._sites = {
            row[0]: row[1:]
            for row in asker.all(sa.select(Site.id, Site.name, Site.closed_on, Site.successor_id))
        }  # fmt: skip

    def state(self, site_id: str, devices: Sequence[Any]) -> ClinicState:
        ids = {d[0] for d in devices}
        joined = devices[0][5]
        read = ((_written(joined, *row[1:]), *row) for row in self._logs.get(site_id, ()))
        written_at, number, made_at, done_at = max(read, default=(joined, None, None, None))
        missing = tuple(g for g in self._gaps if g.device_id in ids)
        name, closed_on, successor_id = self._sites.get(site_id, (devices[-1][3], None, None))
        days = days_since(self._asker, written_at)
        return ClinicState(
            site_id,
            devices[-1][2],
            name or devices[-1][3],
            number,
            made_at,
            done_at,
            missing,
            sum(self._aside[d] for d in ids),
            sum(1 for d in devices if d[4] is None),
            sum(1 for d in devices if d[4] is not None),
            numbers=_unread(self._asker, missing),
            days=days,
            late=closed_on is None and days > self._most,
            held=sum(self._held[d] for d in ids),
            restored=sum(self._restored[d] for d in ids),
            conflicts=len(set[tuple[str, str, str]]().union(*(self._conflicts.get(d, set()) for d in ids))),
            told=self._told.get(site_id, {}),
            closed_on=closed_on,
            successor_name=self._sites.get(successor_id, ("",))[0] if successor_id else "",
        )


def _written(joined: datetime, made_at: datetime, done_at: datetime) -> datetime:
    """When a bundle was made; where the clock of the clinic cannot be right, when it was read."""
    return made_at if joined <= made_at <= done_at else done_at


def late_clinics(asker: Asker) -> tuple[ClinicState, ...]:
    """The clinics from which nothing came for too long."""
    return tuple(one for one in clinics(asker) if one.late)


def bundles_of(asker: Asker, site_id: str, limit: int = 12) -> tuple[BundleRow, ...]:
    """The newest bundles that came from a clinic or went there."""
    asker.require(Permission.MERGE_BUNDLES)
    rows = asker.all(
        sa.select(
            BundleLog.key,
            BundleLog.way,
            BundleLog.number,
            BundleLog.made_at,
            BundleLog.done_at,
            BundleLog.size,
            BundleLog.segments,
            BundleLog.new_segments,
            BundleLog.refused_segments,
            BundleLog.sha256,
        )
        .where(BundleLog.site_id == site_id, BundleLog.done_at.is_not(None))
        .order_by(BundleLog.key.desc())
        .limit(limit)
    )
    codes = {row[0]: receipts.code_for(asker, site_id, row[9]) for row in rows if row[1] is BundleWay.IN}
    return tuple(BundleRow(row[0], str(row[1]), *row[2:9], codes.get(row[0]) or "") for row in rows)


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


def _segments_in(asker: Asker, state: SegmentState) -> Counter[str]:
    rows = asker.all(
        sa.select(Segment.device_id, sa.func.count()).where(Segment.state == state).group_by(Segment.device_id)
    )
    return Counter({row[0]: row[1] for row in rows})


def _unread(asker: Asker, missing: Iterable[Gap]) -> tuple[int, ...]:
    """Numbers of bundles that were written and never read here, by the computers of which something is missing."""
    numbers: set[int] = set()
    for device_id, epoch in {(gap.device_id, gap.epoch) for gap in missing}:
        rows = asker.all(
            sa.select(BundleLog.number).where(
                BundleLog.way == BundleWay.IN, BundleLog.device_id == device_id, BundleLog.epoch == epoch
            )
        )
        read = {row[0] for row in rows}
        numbers |= set(range(1, max(read, default=0))) - read
    return tuple(sorted(numbers)[-_MOST_NUMBERS:])


def _conflicts_by_device(asker: Asker) -> dict[str, set[tuple[str, str, str]]]:
    """The open conflicts in which each computer wrote one of the values; without those of hidden people."""
    rows = asker.plain(
        "SELECT DISTINCT json_extract(side.value, '$.stamp[1]'), c.tbl, c.id, c.unit"
        " FROM open_conflict c, json_each(c.sides) side WHERE c.waiting = 0"
    )
    hidden = hidden_rows(asker, [(row[1], row[2]) for row in rows])
    found: dict[str, set[tuple[str, str, str]]] = {}
    for device_id, table, row_id, unit in rows:
        if device_id and (table, row_id) not in hidden:
            found.setdefault(device_id, set()).add((table, row_id, unit))
    return found
