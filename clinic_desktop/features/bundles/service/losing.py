"""A stick that never arrived: said once, told to the central, and nothing is lost by it."""

import sqlalchemy as sa

from clinic_desktop.exchange.records import BundleLog, BundleWay
from clinic_desktop.exchange.troubles import NotOurBundle
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def stick_is_lost(work: Work, log_key: int) -> None:
    """Mark a bundle as lost, with the other parts of it on the same stick. The next bundle tells the central."""
    work.require(Permission.CARRY_BUNDLES)
    log = work.load(BundleLog, log_key)
    if log.way is not BundleWay.OUT or log.done_at is None:
        raise NotOurBundle()
    same = sa.select(BundleLog).where(
        BundleLog.way == BundleWay.OUT,
        BundleLog.device_id == log.device_id,
        BundleLog.epoch == log.epoch,
        BundleLog.number == log.number,
        BundleLog.stick_id.is_not_distinct_from(log.stick_id),
    )
    for one in work.session.scalars(same):
        one.lost_at = one.lost_at or work.now
    work.session.flush()
    work.act = "bundles.stick_is_lost"
    work.about("bundle", f"{log.device_id}-{log.epoch}-{log.number}")
    work.also_changed.add("bundle_log")
