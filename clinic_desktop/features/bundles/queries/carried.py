"""The bundles that this computer wrote: which are confirmed, which are on their way, which were lost."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from clinic_desktop.exchange.format import codes
from clinic_desktop.exchange.records import BundleLog, BundleWay
from clinic_desktop.exchange.trust import receipts
from clinic_desktop.exchange.trust.records import KnownStick
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


@dataclass(frozen=True, slots=True)
class Waits:
    """Numbers of the bundles that no receipt covers yet."""

    on_their_way: tuple[int, ...]
    lost: tuple[int, ...]


def waits(asker: Asker) -> Waits:
    """The oldest first."""
    rows = carried(asker)[::-1]
    by_state = {state: dict.fromkeys(one.number for one in rows if one.state is state) for state in CarriedState}
    return Waits(tuple(by_state[CarriedState.ON_ITS_WAY]), tuple(by_state[CarriedState.LOST]))
