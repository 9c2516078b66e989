"""What a partner pharmacy hands out in our place, and its monthly statement."""

from datetime import date

from sqlalchemy.orm import Mapped

from clinic_desktop.features.medication.rules.kinds import VoucherOutcome
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Id, Whole, Words, choice


class Voucher(Synced):
    """What a partner pharmacy shall hand to a person in our place. It names a medicine and never a reason."""

    __tablename__ = "voucher"
    __merge__ = MergeClass.APPEND
    __outlasts__ = frozenset(
        {"partner_id", "agreement_id", "units", "issued_on", "valid_until", "price_minor", "currency", "price_units"}
    )
    __beside__ = ("patient_id", "patient")

    folio: Mapped[str | None] = field(0, Code, index=True)
    patient_id: Mapped[str | None] = field(1, Id, index=True, references="patient.id")
    request_id: Mapped[str | None] = field(2, Id, index=True, references="medication_request.id")
    partner_id: Mapped[str | None] = field(3, Id, index=True, references="partner.id")
    agreement_id: Mapped[str | None] = field(4, Id, references="agreement.id")
    presentation_id: Mapped[str | None] = field(5, Id, references="presentation.id")
    medicine_text: Mapped[str | None] = field(6, Words)
    """As it stands on the paper."""
    units: Mapped[int | None] = field(7, Whole)
    issued_on: Mapped[date | None] = field(8, Day, index=True)
    valid_until: Mapped[date | None] = field(9, Day)
    price_minor: Mapped[int | None] = field(10, Whole)
    """Of `price_units` units, as agreed on that day; empty: no price was agreed."""
    currency: Mapped[str | None] = field(11, Code)
    issued_by_text: Mapped[str | None] = field(12, Words)
    price_units: Mapped[int | None] = field(13, Whole)


class VoucherAnswer(Synced):
    """What the pharmacy said. The newest of a voucher that no other amends holds."""

    __tablename__ = "voucher_answer"
    __merge__ = MergeClass.APPEND
    __outlasts__ = frozenset({"outcome", "units", "answered_on", "price_minor"})
    __beside__ = ("voucher_id", "voucher")

    voucher_id: Mapped[str | None] = field(0, Id, index=True, references="voucher.id")
    outcome: Mapped[VoucherOutcome | None] = field(1, choice(VoucherOutcome))
    units: Mapped[int | None] = field(2, Whole)
    lot_number: Mapped[str | None] = field(3, Words)
    expires_on: Mapped[date | None] = field(4, Day)
    answered_on: Mapped[date | None] = field(5, Day, index=True)
    """The day it was handed out, as the half of the pharmacy says."""
    price_minor: Mapped[int | None] = field(6, Whole)
    currency: Mapped[str | None] = field(7, Code)
    amends_id: Mapped[str | None] = field(8, Id, index=True)
    reason: Mapped[str | None] = field(9, Words)


class PharmacyStatement(Synced):
    """What one pharmacy asks for one month, matched with our vouchers and closed."""

    __tablename__ = "pharmacy_statement"
    __merge__ = MergeClass.APPEND

    partner_id: Mapped[str | None] = field(0, Id, index=True, references="partner.id")
    month: Mapped[str | None] = field(1, Code)
    """As "2026-11"."""
    number: Mapped[str | None] = field(2, Code)
    document_text: Mapped[str | None] = field(3, Words)
    """The number of the pharmacy's own invoice."""
    billed_minor: Mapped[int | None] = field(4, Whole)
    agreed_minor: Mapped[int | None] = field(5, Whole)
    currency: Mapped[str | None] = field(6, Code)
    closed_on: Mapped[date | None] = field(7, Day)
    note_text: Mapped[str | None] = field(8, Words)
    amends_id: Mapped[str | None] = field(9, Id)


class StatementLine(Synced):
    """One line of an invoice, with the voucher that its folio names."""

    __tablename__ = "statement_line"
    __merge__ = MergeClass.APPEND
    __tells_of__ = ("voucher_id",)
    __outlasts__ = frozenset({"statement_id", "billed_minor", "agreed_minor"})

    statement_id: Mapped[str | None] = field(0, Id, index=True, references="pharmacy_statement.id")
    folio_text: Mapped[str | None] = field(1, Words)
    voucher_id: Mapped[str | None] = field(2, Id, index=True, references="voucher.id")
    billed_minor: Mapped[int | None] = field(3, Whole)
    agreed_minor: Mapped[int | None] = field(4, Whole)
    reason: Mapped[str | None] = field(5, Words)
    """Why what was agreed is not what was asked."""
