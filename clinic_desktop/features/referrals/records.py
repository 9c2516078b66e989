"""The tables of this room. A letter is final once it has left; a change is a new letter that names the old one."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped

from clinic_desktop.features.referrals.rules import Consent, ReplyKind, Urgency
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Flag, Id, Instant, JsonText, Words, choice


class ServiceRequest(Synced):
    """A referral, with every word that stood on its paper: the chart goes on, the paper does not."""

    __tablename__ = "service_request"
    __merge__ = MergeClass.APPEND
    __goes_too__ = frozenset({"receiver_id"})

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="patient.id")
    encounter_id: Mapped[str | None] = field(1, Id, references="encounter.id")
    folio: Mapped[str] = field(2, Code, nullable=False, index=True)
    receiver_text: Mapped[str] = field(3, Words, nullable=False)
    receiver_id: Mapped[str | None] = field(4, Id)
    urgency: Mapped[Urgency] = field(5, choice(Urgency), nullable=False)
    reason_text: Mapped[str] = field(6, Words, nullable=False)
    summary_text: Mapped[str | None] = field(7, Words)
    asked_text: Mapped[str | None] = field(8, Words)
    follow_text: Mapped[str | None] = field(9, Words)
    consent: Mapped[Consent] = field(10, choice(Consent), nullable=False)
    parts: Mapped[dict[str, str]] = field(11, JsonText, nullable=False)
    """The words of each part that was printed, by its code; what was left out is not here."""
    medicines: Mapped[list[list[str]]] = field(12, JsonText, nullable=False)
    """[name, how it is taken, since] of each line that was printed."""
    allergies_text: Mapped[str | None] = field(13, Words)
    half_page: Mapped[bool] = field(14, Flag, nullable=False)
    written_at: Mapped[datetime] = field(15, Instant, nullable=False)
    author_id: Mapped[str] = field(16, Id, nullable=False)
    author_name: Mapped[str] = field(17, Words, nullable=False)
    author_licence: Mapped[str | None] = field(18, Words)
    supervisor_name: Mapped[str | None] = field(19, Words)
    amends_id: Mapped[str | None] = field(20, Id, references="service_request.id")


class ReferralReply(Synced):
    """What came back, or that somebody asked after it."""

    __tablename__ = "referral_reply"
    __merge__ = MergeClass.APPEND

    request_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="service_request.id")
    kind: Mapped[ReplyKind] = field(1, choice(ReplyKind), nullable=False)
    seen_on: Mapped[date | None] = field(2, Day)
    by_text: Mapped[str | None] = field(3, Words)
    diagnosis_text: Mapped[str | None] = field(4, Words)
    treatment_text: Mapped[str | None] = field(5, Words)
    advice_text: Mapped[str | None] = field(6, Words)
    next_visit_text: Mapped[str | None] = field(7, Words)
    received_on: Mapped[date] = field(8, Day, nullable=False)
