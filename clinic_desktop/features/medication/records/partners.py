"""Whom the clinic works with, what was agreed with them, and what they gave."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped

from clinic_desktop.features.medication.rules.kinds import Gift, PartnerKind
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Id, Instant, JsonText, Whole, Words, choice


class Partner(Synced):
    """Who gives medicines or takes them: a pharmacy, a donor, the health service."""

    __tablename__ = "partner"
    __merge__ = MergeClass.REGISTERS

    kind: Mapped[PartnerKind | None] = field(0, choice(PartnerKind))
    name: Mapped[str | None] = field(1, Words)
    contact_text: Mapped[str | None] = field(2, Words)
    phone: Mapped[str | None] = field(3, Words)
    retired_at: Mapped[datetime | None] = field(4, Instant)
    place_text: Mapped[str | None] = field(5, Words)
    email: Mapped[str | None] = field(6, Words)
    gives: Mapped[list[str] | None] = field(7, JsonText)
    """Of a donor: which `Gift`s it makes."""
    may_receive: Mapped[list[str] | None] = field(8, JsonText)
    """What may be told or sent to it (`MayReceive`); nothing is understood by itself."""
    note_text: Mapped[str | None] = field(9, Words)


class Agreement(Synced):
    """What was agreed with one partner, from a day to a day."""

    __tablename__ = "agreement"
    __merge__ = MergeClass.REGISTERS

    partner_id: Mapped[str | None] = field(0, Id, index=True, references="partner.id")
    title_text: Mapped[str | None] = field(1, Words)
    document_text: Mapped[str | None] = field(2, Words)
    starts_on: Mapped[date | None] = field(3, Day, group="dates")
    ends_on: Mapped[date | None] = field(4, Day, group="dates")
    monthly_limit_minor: Mapped[int | None] = field(5, Whole, group="limit")
    """In the smallest coin of `currency`."""
    currency: Mapped[str | None] = field(6, Code, group="limit")
    condition_text: Mapped[str | None] = field(7, Words)
    retired_at: Mapped[datetime | None] = field(8, Instant)


class AgreementItem(Synced):
    """One thing that an agreement names, and its price."""

    __tablename__ = "agreement_item"
    __merge__ = MergeClass.REGISTERS

    agreement_id: Mapped[str | None] = field(0, Id, index=True, references="agreement.id")
    presentation_id: Mapped[str | None] = field(1, Id, index=True, references="presentation.id")
    item_text: Mapped[str | None] = field(2, Words)
    """Where it is no medicine of the formulary."""
    price_minor: Mapped[int | None] = field(3, Whole, group="price")
    """Of `price_units` units, in the smallest coin of the agreement."""
    price_units: Mapped[int | None] = field(4, Whole, group="price")
    monthly_units: Mapped[int | None] = field(5, Whole)
    retired_at: Mapped[datetime | None] = field(6, Instant)


class Donation(Synced):
    """A gift of medicines, money or goods, as its paper says it."""

    __tablename__ = "donation"
    __merge__ = MergeClass.REGISTERS

    partner_id: Mapped[str | None] = field(0, Id, index=True, references="partner.id")
    kind: Mapped[Gift | None] = field(1, choice(Gift))
    document_text: Mapped[str | None] = field(2, Words)
    given_on: Mapped[date | None] = field(3, Day)
    value_minor: Mapped[int | None] = field(4, Whole, group="value")
    currency: Mapped[str | None] = field(5, Code, group="value")
    condition_text: Mapped[str | None] = field(6, Words)
    programme_text: Mapped[str | None] = field(7, Words)
    """The programme that it may be used for, if the donor named one."""
    least_days: Mapped[int | None] = field(8, Whole)
    """How long it should last on arrival, as was agreed."""
    goods_text: Mapped[str | None] = field(9, Words)
    note_text: Mapped[str | None] = field(10, Words)
    thanked_on: Mapped[date | None] = field(11, Day)
