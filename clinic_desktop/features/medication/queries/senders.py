"""Whom a delivery may be from: partners, our other clinics and what they sent, orders that wait for their answer."""

from dataclasses import dataclass

import sqlalchemy as sa

from clinic_desktop.features.medication.queries import ordering, transfers
from clinic_desktop.features.medication.queries import partners as directory
from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.rules.kinds import PARTNER_WORDS, PartnerKind, matches
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class Found:
    name: str
    what: str
    """ "Pharmacy", "one of our clinics", "order P-1 of 3-nov-2026"."""
    partner_id: str | None = None
    from_site_id: str | None = None
    transfer_id: str | None = None
    order_id: str | None = None


def senders(asker: Asker, words: str, limit: int = 8) -> tuple[Found, ...]:
    """By name: what is awaited in front, then partners, then our other clinics."""
    asker.require(*SHELF)
    partners = (
        Found(one.name, _(PARTNER_WORDS[one.kind]) if one.kind else "", partner_id=one.partner_id)
        for one in directory.partners(asker, words, limit)
    )
    clinics = (
        Found(site.name, _("one of our clinics"), from_site_id=site.site_id)
        for site in staff.sites(asker)
        if site.site_id != asker.site_id and matches(words, site.name)
    )
    return (*_awaited(asker, words), *_orders(asker, words), *partners, *clinics)[:limit]


def _awaited(asker: Asker, words: str) -> tuple[Found, ...]:
    return tuple(
        Found(
            one.from_name,
            _("sent as {number} on {day}").format(number=one.number, day=say_day(one.sent_on)),
            from_site_id=one.from_site_id,
            transfer_id=one.transfer_id,
        )
        for one in transfers.awaited(asker)
        if matches(words, f"{one.from_name} {one.number}")
    )


def _orders(asker: Asker, words: str) -> tuple[Found, ...]:
    """Those of which something is still to come. One that names no supplier is answered from anywhere."""
    return tuple(
        Found(
            one.partner,
            _("order {number} of {day}").format(number=one.number, day=say_day(one.made_on)),
            partner_id=one.partner_id,
            order_id=one.order_id,
        )
        for one in ordering.open_orders(asker)
        if one.partner and one.partner_id and matches(words, f"{one.partner} {one.number}")
    )


def is_donor(asker: Asker, partner_id: str) -> bool:
    asker.require(*SHELF)
    kind = asker.value(sa.select(Partner.kind).where(Partner.id == partner_id))
    return kind == PartnerKind.DONOR


def partner_name(asker: Asker, partner_id: str) -> str:
    asker.require(*SHELF)
    return asker.value(sa.select(Partner.name).where(Partner.id == partner_id)) or ""
