"""How long nothing was carried, and how old the last backup is: who is told, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from clinic_desktop.exchange.carrying import told
from clinic_desktop.exchange.records import BundleLog, BundleWay, PeerDevice, PeerWord, Segment
from clinic_desktop.exchange.trust.standing import CENTRAL
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.types import Instant
from clinic_desktop.storage.work import Asker

BACKUP_DAYS = 3
"""The program makes one every day; after so many days without, something is wrong."""
_CARRIERS = (Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES)
_LINES_BACK = 100_000
"""So far back in the ledger the last backup is looked for."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """How long nothing was carried, and from when on that is too long."""

    days: int
    most: int
    ever: bool
    """Something was carried before; else the days count since the clinic joined."""

    @property
    def late(self) -> bool:
        return self.days > self.most


def stick_days(asker: Asker) -> int:
    """Days without a stick that are too many: what the central told, else what is set here."""
    if not asker.place.is_central:
        words = asker.all(
            sa.select(PeerWord.told)
            .join(PeerDevice, PeerDevice.device_id == PeerWord.device_id)
            .where(PeerDevice.role == CENTRAL)
            .order_by(PeerWord.told_at.desc())
        )
        for (said,) in words:
            days = str(said.get(told.STICK_DAYS, ""))
            if days.isdecimal() and 1 <= int(days) <= 365:
                return int(days)
    return int(setting(asker, "stick_days"))


def days_since(asker: Asker, instant: datetime) -> int:
    """Whole days by the calendar of this place; a clock ahead of ours makes none."""
    return max(0, (asker.today - instant.astimezone(asker.place.zone).date()).days)


def own(asker: Asker) -> Quiet | None:
    """At a clinic: how long ago its last good stick left. None while it works alone, or once it closed."""
    asker.require(*_CARRIERS)
    if asker.place.is_central:
        return None
    joined = asker.value(sa.select(sa.func.min(PeerDevice.enrolled_at)).where(PeerDevice.role == CENTRAL))
    if joined is None or _is_closed(asker):
        return None
    last = asker.value(
        sa.select(sa.func.max(BundleLog.done_at)).where(BundleLog.way == BundleWay.OUT, BundleLog.lost_at.is_(None))
    )
    return Quiet(days_since(asker, last or joined), stick_days(asker), last is not None)


def last_backup(asker: Asker) -> date | None:
    """The day of the last backup of this computer that was opened and checked."""
    rows = asker.plain(
        "SELECT at FROM ledger WHERE act = 'backups.back_up' AND seq > (SELECT coalesce(max(seq), 0) - ? FROM ledger)"
        " ORDER BY seq DESC LIMIT 1",
        (_LINES_BACK,),
    )
    return datetime.fromisoformat(str(rows[0][0])).astimezone(asker.place.zone).date() if rows else None


@dataclass(frozen=True, slots=True)
class Kept:
    """How safe the data of an office are: its last backup that was checked."""

    name: str
    on: date | None
    days: int | None
    late: bool


def central_kept(asker: Asker) -> Kept | None:
    """The last backup of the central: at the central its own, at a clinic what it heard. None if nothing was heard.

    A stick may travel for weeks: what a clinic heard is measured against the day on which the central wrote it.
    """
    asker.require(*_CARRIERS)
    place = asker.place
    if place.is_central:
        return _kept(place.site_name, last_backup(asker), asker.today)
    heard = asker.first(
        sa.select(PeerDevice.site_name, PeerWord.told, sa.func.max(BundleLog.made_at, type_=Instant()))
        .join(PeerWord, PeerWord.device_id == PeerDevice.device_id)
        .join(BundleLog, sa.and_(BundleLog.device_id == PeerDevice.device_id, BundleLog.way == BundleWay.IN))
        .where(PeerDevice.role == CENTRAL)
        .group_by(PeerDevice.device_id)
        .order_by(sa.func.max(BundleLog.made_at).desc())
        .limit(1)
    )
    backup = _day(heard[1].get(told.BACKUP)) if heard is not None else None
    if heard is None or backup is None:
        return None
    return _kept(heard[0], backup, heard[2].astimezone(place.zone).date())


def tell_others(asker: Asker) -> Mapping[str, str]:
    """For `exchange.told.speakers`: what every bundle says of this office."""
    backup = last_backup(asker)
    waiting = asker.value(
        sa.select(sa.func.coalesce(sa.func.sum(Segment.rows), 0))
        .where(Segment.device_id == asker.place.device_id, Segment.receipted_at.is_(None))
    )  # fmt: skip
    said = {told.WAITING: str(int(waiting or 0))} if not asker.place.is_central else {}
    if asker.place.is_central:
        said[told.STICK_DAYS] = str(stick_days(asker))
    return said | ({told.BACKUP: backup.isoformat()} if backup else {})


def _kept(name: str, day: date | None, seen_on: date) -> Kept:
    days = max(0, (seen_on - day).days) if day else None
    return Kept(name, day, days, days is None or days > BACKUP_DAYS)


def _day(words: object) -> date | None:
    try:
        return date.fromisoformat(str(words))
    except ValueError:
        return None


def _is_closed(asker: Asker) -> bool:
    closed = asker.value(sa.select(Site.closed_on).where(Site.id == asker.site_id))
    return closed is not None and closed <= asker.today
