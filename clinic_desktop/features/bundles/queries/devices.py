"""The computers that exchange, what was kept aside of each, and the uses of the root key."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from clinic_desktop.exchange.records import (
    BundleLog,
    BundleWay,
    Finding,
    FindingKind,
    PeerDevice,
    Revoked,
    Segment,
    SegmentState,
)
from clinic_desktop.exchange.trust import authority
from clinic_desktop.exchange.trust.adopting import LETTABLE
from clinic_desktop.exchange.trust.records import RootUse
from clinic_desktop.features.bundles.rules.rooms import Use, use_of
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"peer_device", "bundle_log", "segment", "finding", "authority", "root_use"})


class State(StrEnum):
    HERE = "here"
    WORKING = "working"
    NOT_COMPARED = "not-compared"
    """Its code was not read out both ways yet."""
    STOLEN = "stolen"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Aside:
    """A segment that was kept aside."""

    key: int
    number: int
    kind: FindingKind
    rows: int
    cut_at: datetime
    arrived_at: datetime

    @property
    def may_be_let_in(self) -> bool:
        return self.kind in LETTABLE


@dataclass(frozen=True, slots=True)
class Device:
    device_id: str
    site_id: str
    site_code: str
    site_name: str
    is_central: bool
    state: State
    since: datetime | None
    cut_off_at: datetime | None
    asked_code: str | None
    use: Use | None
    """None if its rights are none of the presets."""
    last_number: int | None
    last_read_at: datetime | None
    aside: tuple[Aside, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """One use of the root key."""

    at: datetime
    by: str
    second: str
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Root:
    version: int
    """0: it was never made."""
    sheets: int
    """How many different keys there are."""
    needed: int
    names_us: bool
    uses: tuple[Used, ...]


def devices(asker: Asker) -> tuple[Device, ...]:
    """At the central all of them, at a clinic those of its own site and the central's; what needs a person first."""
    asker.require(Permission.KEEP_DEVICES)
    logs = {
        row[0]: (row[1], row[2])
        for row in asker.all(
            sa.select(BundleLog.device_id, BundleLog.number, BundleLog.done_at)
            .where(BundleLog.way == BundleWay.IN)
            .order_by(BundleLog.key)
        )
    }
    asides = _asides(asker)
    select = sa.select(
        PeerDevice.device_id,
        PeerDevice.site_id,
        PeerDevice.site_code,
        PeerDevice.site_name,
        PeerDevice.role,
        PeerDevice.enrolled_at,
        PeerDevice.revoked_at,
        PeerDevice.revoked_why,
        PeerDevice.asked_code,
        PeerDevice.rights,
    )
    if not asker.place.is_central:
        select = select.where(sa.or_(PeerDevice.site_id == asker.place.site_id, PeerDevice.role == "central"))
    found = [_device(asker, row, logs, asides) for row in asker.all(select)]
    if all(one.device_id != asker.place.device_id for one in found):
        found.append(_ourselves(asker))
    return tuple(sorted(found, key=_weight))


def root(asker: Asker) -> Root:
    """What is known of the root key, and when it was used."""
    asker.require(Permission.KEEP_DEVICES)
    followed = authority.newest(asker)
    rows = asker.all(
        sa.select(RootUse.used_at, RootUse.used_by_name, RootUse.second_name, RootUse.version, RootUse.reason).order_by(
            RootUse.key.desc()
        )
    )
    uses = tuple(Used(*row) for row in rows)
    if followed is None:
        return Root(0, 0, 0, names_us=False, uses=uses)
    charter = followed.charter
    named = charter.names(asker.place.device_id) is not None
    return Root(charter.version, len(charter.roots), charter.threshold, named, uses)


def _asides(asker: Asker) -> dict[str, tuple[Aside, ...]]:
    rows = asker.all(
        sa.select(
            Segment.device_id,
            Segment.key,
            Segment.number,
            Finding.kind,
            Segment.rows,
            Segment.cut_at,
            Segment.arrived_at,
        )
        .join(Finding, Finding.segment_key == Segment.key)
        .where(Segment.state == SegmentState.QUARANTINED, Finding.settled_at.is_(None))
        .order_by(Segment.device_id, Segment.epoch, Segment.number)
    )
    found: dict[str, list[Aside]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(Aside(row[1], row[2], row[3], row[4], row[5], row[6]))
    return {device_id: tuple(some) for device_id, some in found.items()}


def _device(
    asker: Asker, row: Any, logs: dict[str, tuple[int, datetime | None]], asides: dict[str, tuple[Aside, ...]]
) -> Device:
    device_id, site_id, code, name, role, since, cut_off_at, why, asked_code, rights = row
    number, read_at = logs.get(device_id, (None, None))
    return Device(
        device_id,
        site_id,
        code,
        name,
        role == "central",
        _state(asker, device_id, cut_off_at, why, asked_code),
        since,
        cut_off_at,
        asked_code if cut_off_at is None else None,
        use_of(rights),
        number,
        read_at,
        asides.get(device_id, ()),
    )


def _state(asker: Asker, device_id: str, cut_off_at: Any, why: Any, asked_code: str | None) -> State:
    if cut_off_at is not None:
        return State.REPLACED if why == Revoked.REPLACED else State.STOLEN
    if asked_code is not None:
        return State.NOT_COMPARED
    return State.HERE if device_id == asker.place.device_id else State.WORKING


def _ourselves(asker: Asker) -> Device:
    here = asker.place
    names = (here.device_id, here.site_id, here.site_code, here.site_name)
    return Device(*names, here.is_central, State.HERE, None, None, None, Use.ALL, None, None, ())


def _weight(one: Device) -> tuple[int, str, str]:
    first = 0 if one.state is State.NOT_COMPARED or one.aside else 1
    last = 2 if one.state in (State.STOLEN, State.REPLACED) and not one.aside else first
    return last, one.site_name, one.device_id
