"""The tables of this room. What was told of rights is final: nothing of it is ever taken away."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped

from clinic_desktop.features.rights.rules.kinds import (
    CoercionKind,
    CoercionStepKind,
    ComplaintStepKind,
    RightsAnswerKind,
)
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Flag, Id, Instant, Words, choice

PATIENT = "patient.id"


class RightsAnswer(Synced):
    """The four questions about how somebody was treated, asked by somebody who did not prescribe."""

    __tablename__ = "rights_answer"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    encounter_id: Mapped[str | None] = field(1, Id, index=True)
    asked_on: Mapped[date] = field(2, Day, nullable=False, index=True)
    understood: Mapped[RightsAnswerKind | None] = field(3, choice(RightsAnswerKind))
    decided_together: Mapped[RightsAnswerKind | None] = field(4, choice(RightsAnswerKind))
    privacy: Mapped[RightsAnswerKind | None] = field(5, choice(RightsAnswerKind))
    respected: Mapped[RightsAnswerKind | None] = field(6, choice(RightsAnswerKind))
    words: Mapped[str | None] = field(7, Words)
    by_the_person: Mapped[bool | None] = field(8, Flag)
    """Filled in by the person, not asked."""
    language_code: Mapped[str | None] = field(9, Code)
    interpreter_name: Mapped[str | None] = field(10, Words)
    asked_by_id: Mapped[str] = field(11, Id, nullable=False)
    asked_by_name: Mapped[str | None] = field(12, Words)
    amends_id: Mapped[str | None] = field(13, Id, index=True)


class CoercionEvent(Synced):
    """Somebody was held, locked in, chained or taken to hospital against their will."""

    __tablename__ = "coercion_event"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    encounter_id: Mapped[str | None] = field(1, Id)
    kind: Mapped[CoercionKind] = field(2, choice(CoercionKind), nullable=False)
    began_on: Mapped[date] = field(3, Day, nullable=False)
    began_at: Mapped[datetime | None] = field(4, Instant)
    """Where the hour is known: the review is due 72 hours later."""
    where_text: Mapped[str | None] = field(5, Words)
    legal_basis: Mapped[str | None] = field(6, Words)
    decided_by: Mapped[str | None] = field(7, Words)
    less_tried: Mapped[str | None] = field(8, Words)
    own_words: Mapped[str | None] = field(9, Words)
    written_by_id: Mapped[str] = field(10, Id, nullable=False)
    written_by_name: Mapped[str | None] = field(11, Words)


class CoercionStep(Synced):
    """What came after: a visit, its end, the review, and what was done instead."""

    __tablename__ = "coercion_step"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    event_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="coercion_event.id")
    patient_id: Mapped[str] = field(1, Id, nullable=False, index=True, references=PATIENT)
    kind: Mapped[CoercionStepKind] = field(2, choice(CoercionStepKind), nullable=False)
    happened_on: Mapped[date] = field(3, Day, nullable=False)
    words: Mapped[str | None] = field(4, Words)
    done_instead: Mapped[str | None] = field(5, Words)
    own_words: Mapped[str | None] = field(6, Words)
    legal_basis: Mapped[str | None] = field(7, Words)
    decided_by: Mapped[str | None] = field(8, Words)
    less_tried: Mapped[str | None] = field(9, Words)
    next_visit_on: Mapped[date | None] = field(10, Day)
    by_id: Mapped[str] = field(11, Id, nullable=False)
    by_name: Mapped[str | None] = field(12, Words)


class AdvancePreference(Synced):
    """What a person wants to happen, and not to happen, in a crisis. The newest holds."""

    __tablename__ = "advance_preference"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    said_on: Mapped[date] = field(1, Day, nullable=False)
    wants: Mapped[str | None] = field(2, Words)
    does_not_want: Mapped[str | None] = field(3, Words)
    tell_whom: Mapped[str | None] = field(4, Words)
    do_not_tell: Mapped[str | None] = field(5, Words)
    witness: Mapped[str | None] = field(6, Words)
    language_code: Mapped[str | None] = field(7, Code)
    withdrawn: Mapped[bool | None] = field(8, Flag)
    amends_id: Mapped[str | None] = field(9, Id, index=True)
    by_id: Mapped[str] = field(10, Id, nullable=False)
    by_name: Mapped[str | None] = field(11, Words)


class SupportedDecision(Synced):
    """A decision that the person made with somebody of their choice beside them."""

    __tablename__ = "supported_decision"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    decided_on: Mapped[date] = field(1, Day, nullable=False)
    about: Mapped[str | None] = field(2, Words)
    decision: Mapped[str | None] = field(3, Words)
    supporter_name: Mapped[str | None] = field(4, Words)
    supporter_kinship: Mapped[str | None] = field(5, Words)
    how_supported: Mapped[str | None] = field(6, Words)
    amends_id: Mapped[str | None] = field(7, Id, index=True)
    by_id: Mapped[str] = field(8, Id, nullable=False)
    by_name: Mapped[str | None] = field(9, Words)


class Complaint(Synced):
    """A complaint, of a person of the clinic or of anybody; it gets an answer by a day."""

    __tablename__ = "complaint"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str | None] = field(0, Id, index=True, references=PATIENT)
    folio: Mapped[str] = field(1, Code, nullable=False, index=True)
    received_on: Mapped[date] = field(2, Day, nullable=False)
    kind_code: Mapped[str | None] = field(3, Code)
    words: Mapped[str | None] = field(4, Words)
    from_whom: Mapped[str | None] = field(5, Words)
    """Empty: the person of the record, or nobody who wished to be named."""
    answer_due_on: Mapped[date] = field(6, Day, nullable=False)
    received_by_id: Mapped[str] = field(7, Id, nullable=False)
    received_by_name: Mapped[str | None] = field(8, Words)
    about_id: Mapped[str | None] = field(9, Id)
    """Whom of the clinic it is about, where it is about somebody: they do not answer it themselves."""
    about_name: Mapped[str | None] = field(10, Words)


class ComplaintStep(Synced):
    """What was answered to a complaint, and whether that was enough."""

    __tablename__ = "complaint_step"
    __merge__ = MergeClass.APPEND
    __beside__ = ("complaint_id", "complaint")

    complaint_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="complaint.id")
    kind: Mapped[ComplaintStepKind] = field(1, choice(ComplaintStepKind), nullable=False)
    happened_on: Mapped[date] = field(2, Day, nullable=False)
    words: Mapped[str | None] = field(3, Words)
    due_on: Mapped[date | None] = field(4, Day)
    satisfied: Mapped[RightsAnswerKind | None] = field(5, choice(RightsAnswerKind))
    by_id: Mapped[str] = field(6, Id, nullable=False)
    by_name: Mapped[str | None] = field(7, Words)


class Disclosure(Synced):
    """That somebody was given something of a record: the person their own data, an authority what it ordered."""

    __tablename__ = "disclosure"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    kind_code: Mapped[str] = field(1, Code, nullable=False)
    """own-data, authority, duty-to-report."""
    happened_on: Mapped[date] = field(2, Day, nullable=False)
    to_whom: Mapped[str | None] = field(3, Words)
    order_seen: Mapped[str | None] = field(4, Words)
    given_text: Mapped[str | None] = field(5, Words)
    coordinator_told: Mapped[bool | None] = field(6, Flag)
    by_id: Mapped[str] = field(7, Id, nullable=False)
    by_name: Mapped[str | None] = field(8, Words)
