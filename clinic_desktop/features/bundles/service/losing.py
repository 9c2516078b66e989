"""A stick that never arrived: said once, told to the central, and nothing is lost by it."""

import sqlalchemy as sa

from clinic_desktop.exchange.records import BundleLog, BundleWay
from clinic_desktop.exchange.troubles import NotOurBundle
from clinic_desktop.exchange.trust import receipts
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def stick_is_lost(work: Work, log_key: int) -> None:
    """Mark a bundle as lost, with all that this computer wrote on the same stick and nobody confirmed or took off. The
    next bundle tells the central."""
    work.require(Permission.CARRY_BUNDLES)
    log = work.load(BundleLog, log_key)
    if log.way is not BundleWay.OUT or log.done_at is None:
        raise NotOurBundle()
    same = sa.select(BundleLog).where(
        BundleLog.way == BundleWay.OUT,
        BundleLog.done_at.is_not(None),
        BundleLog.removed_at.is_(None),
        _is_same_stick(log),
    )
    found = list(work.session.scalars(same))
    waiting = receipts.waiting_of(work, [one.key for one in found])
    for one in found:
        if one.key in waiting or one.key == log_key:
            one.lost_at = one.lost_at or work.now
    work.session.flush()
    work.act = "bundles.stick_is_lost"
    work.about("bundle", f"{log.device_id}-{log.epoch}-{log.number}")
    work.also_changed.add("bundle_log")


def _is_same_stick(log: BundleLog) -> sa.ColumnElement[bool]:
    """Before the first answer of the central a stick bears no list by which it is known: then only parts of a load."""
    if log.stick_id is not None:
        return BundleLog.stick_id == log.stick_id
    return sa.and_(
        BundleLog.device_id == log.device_id, BundleLog.epoch == log.epoch, BundleLog.number == log.number,
        BundleLog.stick_id.is_(None),
    )  # fmt: skip
