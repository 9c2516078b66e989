"""Clinics that close, open again, or join another one."""

from datetime import date

import sqlalchemy as sa

from clinic_desktop.exchange.carrying import have
from clinic_desktop.exchange.records import BundleLog, BundleWay, PeerDevice, Revoked
from clinic_desktop.exchange.troubles import OnlyCentral
from clinic_desktop.exchange.trust import certificates
from clinic_desktop.features.bundles.queries.sites import SiteEnd, end_of
from clinic_desktop.features.staff.service import end_site, list_site
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import NeedsConfirmation, NotHere, Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker, Work


class NoSuccessor(Refused):
    text = N_("Choose a clinic that is open: this one cannot go on with the people.")


class NotYetWhole(NeedsConfirmation):
    text = N_("The last bundle of {site} is of {day}. What is still on its way will be taken in. Close it?")


class CloseIt(NeedsConfirmation):
    text = N_("Close {site}? Its computers are cut off and write for nobody any more. Its records stay.")


class IsOpen(Refused):
    text = N_("This clinic is open.")


def close_site(
    work: Work, site_id: str, closed_on: date, successor_id: str | None = None, *, confirmed: bool = False
) -> None:
    """A clinic ends. Its computers are cut off as out of use: what they wrote and is still on its way counts.

    `successor_id`: the clinic that goes on with its people, if one does; their records are sent there in a deed of
    its own, in steps.
    """
    work.require(Permission.MERGE_BUNDLES)
    if not work.place.is_central:
        raise OnlyCentral()
    site = _site(work, site_id)
    if successor_id is not None and not _is_open(work, successor_id, but=site_id):
        raise NoSuccessor()
    if not confirmed:
        last = work.value(
            sa.select(sa.func.max(BundleLog.made_at)).where(BundleLog.way == BundleWay.IN, BundleLog.site_id == site_id)
        )
        day = last.astimezone(work.place.zone).date() if last is not None else None
        if day is None or day < closed_on or _lacks_something(work, site_id):
            raise NotYetWhole(site=site.name, day=say_day(day) if day else "–")
        raise CloseIt(site=site.name)
    end_site(work, site_id, closed_on, successor_id)
    for device_id in _trusted(work, site_id):
        certificates.revoke(work, device_id, Revoked.REPLACED)
    work.act = "bundles.close_site"
    work.about("site", site_id)


def reopen_site(work: Work, site_id: str) -> None:
    """It opens again, or closing it was a mistake. Its computers have to be taken in again."""
    work.require(Permission.MERGE_BUNDLES)
    if not work.place.is_central:
        raise OnlyCentral()
    site = _site(work, site_id)
    if site.closed_on is None:
        raise IsOpen()
    end_site(work, site_id, None)
    work.about("site", site_id)


def _site(work: Work, site_id: str) -> SiteEnd:
    """Of a clinic that joined and of which nothing came, what it said when it joined."""
    site = end_of(work, site_id)
    if site is None:
        device = work.first(sa.select(PeerDevice.site_code, PeerDevice.site_name).where(PeerDevice.site_id == site_id))
        if device is None:
            raise NotHere()
        list_site(work, site_id, *device)
        site = SiteEnd(device[1], None, None)
    return site


def _is_open(work: Work, site_id: str, *, but: str) -> bool:
    return site_id not in (but, work.site_id) and _site(work, site_id).closed_on is None


def _trusted(asker: Asker, site_id: str) -> list[str]:
    rows = asker.all(
        sa.select(PeerDevice.device_id).where(PeerDevice.site_id == site_id, PeerDevice.revoked_at.is_(None))
    )
    return [row[0] for row in rows]


def _lacks_something(asker: Asker, site_id: str) -> bool:
    ours = {row[0] for row in asker.all(sa.select(PeerDevice.device_id).where(PeerDevice.site_id == site_id))}
    return any(gap.device_id in ours for gap in have.gaps(asker))
