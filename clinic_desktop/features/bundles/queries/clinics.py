"""The central's view of its clinics: last bundle, what is missing, their computers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clinic_desktop.exchange import have
from clinic_desktop.exchange.have import Gap
from clinic_desktop.exchange.records import (
    BundleLog,
    BundleWay,
    PeerDevice,
    Segment,
    SegmentState,
)
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker


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
