"""The bundles that this computer wrote: which are confirmed, which are on their way, which were lost."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from clinic_desktop.exchange import codes, receipts
from clinic_desktop.exchange.records import BundleLog, BundleWay
from clinic_desktop.exchange.trust_records import KnownStick, SiteKey
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

_MOST = 60


class CarriedState(StrEnum):
    ON_ITS_WAY = "on-its-way"
    CONFIRMED = "confirmed"
    LOST = "lost"
    NOTHING = "nothing"
    """It carried only what this office holds, and waits for nothing."""


@dataclass(frozen=True, slots=True)
class Carried:
    log_key: int
    number: int
    volume: int
    volumes: int
    written_at: datetime
    stick: str
    """The label of the stick it went on, if that is known."""
    state: CarriedState
    lost_at: datetime | None
    removed_at: datetime | None
    control: str


def carried(asker: Asker) -> tuple[Carried, ...]:
    """The newest first."""
    asker.require(Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES)
    rows = asker.all(
        sa.select(
            BundleLog.key, BundleLog.number, BundleLog.volume, BundleLog.volumes, BundleLog.done_at, KnownStick.label,
            BundleLog.segments, BundleLog.lost_at, BundleLog.removed_at, BundleLog.sha256,
        )
        .outerjoin(KnownStick, KnownStick.stick_id == BundleLog.stick_id)
        .where(BundleLog.way == BundleWay.OUT, BundleLog.done_at.is_not(None))
        .order_by(BundleLog.key.desc())
        .limit(_MOST)
    )  # fmt: skip
    waiting = receipts.waiting_of(asker, [row[0] for row in rows])
    found: list[Carried] = []
    for key, number, volume, volumes, done_at, label, segments, lost_at, removed_at, sha256 in rows:
        state = _state(bool(segments), key in waiting, lost_at is not None)
        told = codes.control_of(sha256)
        assert done_at is not None, "only those that were read back are asked for"
        at = (volume or 1, volumes or 1, done_at)
        found.append(Carried(key, number, *at, label or "", state, lost_at, removed_at, told))
    return tuple(found)


def _state(carries: bool, waits: bool, lost: bool) -> CarriedState:
    if carries and not waits:
        return CarriedState.CONFIRMED
    if lost:
        return CarriedState.LOST
    return CarriedState.ON_ITS_WAY if carries else CarriedState.NOTHING


def codes_are_known(asker: Asker) -> bool:
    """Whether a receipt that is read aloud can be checked here."""
    asker.require(Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES)
    return asker.value(sa.select(sa.func.count()).select_from(SiteKey).where(SiteKey.site_id == asker.site_id)) == 1


def receipt_code(asker: Asker, sha256: str) -> str | None:
    """At the central: the code to read aloud of a bundle that was merged whole."""
    asker.require(Permission.MERGE_BUNDLES)
    site_id = asker.value(
        sa.select(BundleLog.site_id).where(BundleLog.way == BundleWay.IN, BundleLog.sha256 == sha256).limit(1)
    )
    return receipts.code_for(asker, site_id, sha256) if site_id else None


def receipt_codes(asker: Asker, site_id: str) -> tuple[tuple[int, int, str], ...]:
    """At the central: number, part and code to read aloud of the newest bundles of a site that were merged whole."""
    asker.require(Permission.MERGE_BUNDLES)
    rows = asker.all(
        sa.select(BundleLog.number, BundleLog.volume, BundleLog.sha256)
        .where(BundleLog.way == BundleWay.IN, BundleLog.site_id == site_id)
        .order_by(BundleLog.key.desc())
        .limit(5)
    )
    told = [(number, volume or 1, receipts.code_for(asker, site_id, sha256)) for number, volume, sha256 in rows]
    return tuple((number, volume, code) for number, volume, code in told if code is not None)
