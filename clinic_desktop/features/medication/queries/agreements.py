"""What was agreed with partners: until when, up to how much, and what a thing costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import sqlalchemy as sa

from clinic_desktop.features.medication.records.partners import Agreement, AgreementItem
from clinic_desktop.features.medication.rules.money import Money, from_minor
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = frozenset({"agreement", "agreement_item", "partner"})
PRICES = (Permission.KEEP_PARTNERS, Permission.SEND_VOUCHERS)
"""Who sees what something costs and how much of it was agreed."""
SOON_DAYS = 60
"""An agreement that ends within these days is marked, so that there is time to speak about the next one."""


class AgreementStanding(StrEnum):
    TO_COME = "to-come"
    IN_FORCE = "in-force"
    ENDS_SOON = "ends-soon"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class AgreementRow:
    agreement_id: str
    partner_id: str
    title: str
    document_text: str | None
    starts_on: date | None
    ends_on: date | None
    monthly_limit: Money | None
    currency: str
    condition_text: str | None

    def standing(self, today: date) -> AgreementStanding:
        if self.ends_on is not None and self.ends_on < today:
            return AgreementStanding.ENDED
        if self.starts_on is not None and today < self.starts_on:
            return AgreementStanding.TO_COME
        soon = self.ends_on is not None and self.ends_on <= today + timedelta(days=SOON_DAYS)
        return AgreementStanding.ENDS_SOON if soon else AgreementStanding.IN_FORCE

    def holds_on(self, day: date) -> bool:
        """From its first day to its last; without a first or last day it has no bound on that side."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class ItemRow:
    item_id: str
    presentation_id: str | None
    item_text: str | None
    price: Money | None
    price_units: int | None
    """How many units cost that much."""
    monthly_units: int | None


@dataclass(frozen=True, slots=True)
class Price:
    """What `price_units` units cost under an agreement, and how many a month."""

    agreement_id: str
    item_id: str
    money: Money | None
    price_units: int
    monthly_units: int | None

    def of(self, units: int) -> Money | None:
        """What so many units cost, to the nearest coin; None where no price was agreed."""
        return None if self.money is None else self.money.share(units, self.price_units)


def agreements(asker: Asker, partner_id: str | None = None) -> tuple[AgreementRow, ...]:
    """Those that are kept, of one partner or of all, the one that ends last first."""
    asker.require(*PRICES)
    select = _select()
    return _rows(asker, select if partner_id is None else select.where(Agreement.partner_id == partner_id))


def agreement_on(asker: Asker, partner_id: str, day: date) -> AgreementRow | None:
    """The agreement in force that day; of several that overlap, the one that began last."""
    asker.require(*PRICES)
    found = _in_force(asker, partner_id, day)
    return found[0] if found else None


def items(asker: Asker, agreement_id: str) -> tuple[ItemRow, ...]:
    """What an agreement names."""
    asker.require(*PRICES)
    select = (
        sa.select(
            AgreementItem.id,
            AgreementItem.presentation_id,
            AgreementItem.item_text,
            AgreementItem.price_minor,
            Agreement.currency,
            AgreementItem.price_units,
            AgreementItem.monthly_units,
        )
        .join(Agreement, Agreement.id == AgreementItem.agreement_id)
        .where(AgreementItem.agreement_id == agreement_id)
        .where(AgreementItem.retired_at.is_(None), AgreementItem.voided_at.is_(None))
        .order_by(AgreementItem.id)
    )
    return tuple(
        ItemRow(item_id, presentation_id, words, _money(minor, currency), per, monthly)
        for item_id, presentation_id, words, minor, currency, per, monthly in asker.all(select)
    )


def price_for(asker: Asker, partner_id: str, presentation_id: str, day: date) -> Price | None:
    """What this partner asks for a product that day; None if no agreement in force names it."""
    asker.require(*PRICES)
    for agreement in _in_force(asker, partner_id, day):
        for item in items(asker, agreement.agreement_id):
            if item.presentation_id == presentation_id:
                per = item.price_units or 1
                return Price(agreement.agreement_id, item.item_id, item.price, per, item.monthly_units)
    return None


def _in_force(asker: Asker, partner_id: str, day: date) -> list[AgreementRow]:
    found = [row for row in _rows(asker, _select().where(Agreement.partner_id == partner_id)) if row.holds_on(day)]
    return sorted(found, key=lambda row: (row.starts_on or date.min, row.agreement_id), reverse=True)


def _select() -> AnySelect:
    return sa.select(
        Agreement.id,
        Agreement.partner_id,
        Agreement.title_text,
        Agreement.document_text,
        Agreement.starts_on,
        Agreement.ends_on,
        Agreement.monthly_limit_minor,
        Agreement.currency,
        Agreement.condition_text,
    ).where(Agreement.retired_at.is_(None), Agreement.voided_at.is_(None))


def _rows(asker: Asker, select: AnySelect) -> tuple[AgreementRow, ...]:
    rows: Sequence[sa.Row[tuple[object, ...]]] = asker.all(select)
    found = [_row(*row) for row in rows]
    return tuple(sorted(found, key=lambda row: (row.ends_on or date.max, row.agreement_id), reverse=True))


def _row(
    agreement_id: str,
    partner_id: str,
    title: str | None,
    document: str | None,
    starts_on: date | None,
    ends_on: date | None,
    limit_minor: int | None,
    currency: str | None,
    condition: str | None,
) -> AgreementRow:
    code = currency or "GTQ"
    limit = _money(limit_minor, code)
    return AgreementRow(agreement_id, partner_id, title or "", document, starts_on, ends_on, limit, code, condition)


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None else from_minor(minor, currency or "GTQ")
