"""Gifts of medicine, money and goods, and what is left of the lots that came with them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.partners import Donation, Partner
from clinic_desktop.features.medication.records.stock import StockLot, StockMovement
from clinic_desktop.features.medication.rules.gifts import Fate
from clinic_desktop.features.medication.rules.kinds import Gift, MayReceive, Unit, matches, say_product
from clinic_desktop.features.medication.rules.money import Money, from_minor
from clinic_desktop.features.medication.rules.tall import shown_name
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

READERS = (Permission.RECEIVE_STOCK, Permission.KEEP_PARTNERS, Permission.SEE_REPORTS)
TABLES = frozenset({"donation", "partner", "stock_lot", "stock_movement"})


@dataclass(frozen=True, slots=True)
class DonationRow:
    donation_id: str
    partner_id: str
    partner: str
    kind: Gift
    document: str | None
    given_on: date | None
    value: Money | None
    condition: str | None
    programme: str | None
    least_days: int | None
    """How long it should last on arrival."""
    goods: str | None
    note: str | None
    thanked_on: date | None
    lots: int
    """How many lots came with it; the central sees those of all its clinics."""
    units_left: int
    may_count: bool
    """Whether somebody ticked that this donor may receive counts in groups."""


@dataclass(frozen=True, slots=True)
class GiftLot:
    """A lot of one gift and what became of it."""

    lot_id: str
    presentation_id: str
    medicine: str
    product: str
    unit: Unit | None
    pack_units: int | None
    lot_number: str | None
    expires_on: date
    fate: Fate = field(default_factory=Fate)
    tall_name: str | None = None

    @property
    def shown_name(self) -> str:
        return shown_name(self.medicine, self.tall_name)

    @property
    def said(self) -> str:
        return f"{self.shown_name} {self.product}".strip()

    def is_expired(self, today: date) -> bool:
        return self.expires_on < today


def donations(
    asker: Asker, words: str = "", *, kind: Gift | None = None, partner_id: str | None = None, limit: int = 500
) -> tuple[DonationRow, ...]:
    """Gifts by name of the donor or by document, the newest first."""
    asker.require(*READERS)
    select = _gifts(asker)
    if kind is not None:
        select = select.where(Donation.kind == kind)
    if partner_id is not None:
        select = select.where(Donation.partner_id == partner_id)
    found = (_gift(row) for row in asker.all(select))
    return tuple(one for one in found if matches(words, f"{one.partner} {one.document or ''}"))[:limit]


def donation(asker: Asker, donation_id: str) -> DonationRow:
    asker.require(*READERS)
    return _gift(asker.one(_gifts(asker).where(Donation.id == donation_id)))


def lots_of(asker: Asker, donation_id: str) -> tuple[GiftLot, ...]:
    """The lots that came with a gift, each with what became of it, the first to expire in front."""
    asker.require(*READERS)
    fates = _fates(asker, donation_id)
    rows: Sequence[Any] = asker.all(
        sa.select(
            StockLot.id, Presentation.id, Medicine.name, Presentation.form, Presentation.strength_text,
            Presentation.route, Presentation.unit, Presentation.pack_units, StockLot.lot_number, StockLot.expires_on,
            Medicine.tall_name,
        )
        .join(Presentation, Presentation.id == StockLot.presentation_id)
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .where(StockLot.donation_id == donation_id)
        .order_by(StockLot.expires_on, StockLot.id)
    )  # fmt: skip
    return tuple(
        GiftLot(
            lot, product_id, name, say_product(form, strength, route), unit, pack, number, expires, fates[lot], tall
        )
        for lot, product_id, name, form, strength, route, unit, pack, number, expires, tall in rows
    )


def _here(asker: Asker) -> sa.ColumnElement[bool]:
    return sa.true() if asker.place.is_central else StockMovement.site_id == asker.site_id


def _fates(asker: Asker, donation_id: str) -> dict[str, Fate]:
    """What each lot's movements add up to; a mirror stands in the column of what it counters."""
    whole = aliased(StockMovement)
    kind = sa.func.coalesce(whole.kind, StockMovement.kind)
    rows: Sequence[Any] = asker.all(
        sa.select(StockMovement.lot_id, kind, sa.func.sum(StockMovement.units))
        .select_from(StockMovement)
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .outerjoin(whole, whole.id == StockMovement.countered_id)
        .where(StockLot.donation_id == donation_id, _here(asker))
        .group_by(StockMovement.lot_id, kind)
    )
    fates: dict[str, Fate] = defaultdict(Fate)
    for lot_id, moved, units in rows:
        fates[lot_id].add(moved, units)
    return fates


def _gifts(asker: Asker) -> Any:
    lots = sa.select(sa.func.count()).where(StockLot.donation_id == Donation.id).scalar_subquery()
    left = (
        sa.select(sa.func.coalesce(sa.func.sum(StockMovement.units), 0))
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .where(StockLot.donation_id == Donation.id, _here(asker))
        .scalar_subquery()
    )
    return (
        sa.select(
            Donation.id, Donation.partner_id, Partner.name, Donation.kind, Donation.document_text, Donation.given_on,
            Donation.value_minor, Donation.currency, Donation.condition_text, Donation.programme_text,
            Donation.least_days, Donation.goods_text, Donation.note_text, Donation.thanked_on, lots, left,
            Partner.may_receive,
        )
        .outerjoin(Partner, Partner.id == Donation.partner_id)
        .where(Donation.voided_at.is_(None))
        .order_by(Donation.given_on.desc(), Donation.id.desc())
    )  # fmt: skip


def _gift(row: Any) -> DonationRow:
    donation_id, partner_id, partner, kind, document, given_on, minor, currency, *rest, may = row
    value = from_minor(minor, currency) if minor is not None and currency else None
    return DonationRow(
        donation_id,
        partner_id,
        partner or "",
        kind,
        document,
        given_on,
        value,
        *rest,
        may_count=MayReceive.NUMBERS in (may or ()),
    )
