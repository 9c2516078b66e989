"""Danger: what was asked, what stays open, and the plan made with the person."""

from datetime import date

from sqlalchemy.orm import Mapped

from clinic_desktop.features.consults.rules.risk import RiskStep
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Flag, Id, JsonText, Whole, Words, choice

PATIENT = "patient.id"


class RiskEvent(Synced):
    """One step in the care of an open risk: opened, a contact, closed. What is open is derived from these."""

    __tablename__ = "risk_event"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    opening_id: Mapped[str | None] = field(1, Id)
    """The opening that a contact or a closing belongs to; empty in the opening itself."""
    step: Mapped[RiskStep] = field(2, choice(RiskStep), nullable=False)
    occurred_on: Mapped[date] = field(3, Day, nullable=False)
    encounter_id: Mapped[str | None] = field(4, Id)
    reason_code: Mapped[str | None] = field(5, Code)
    reason_text: Mapped[str | None] = field(6, Words)
    holder_name: Mapped[str | None] = field(7, Words)
    """The person nearby who keeps an eye on them."""
    next_contact_on: Mapped[date | None] = field(8, Day)
    whom_to_look_for: Mapped[str | None] = field(9, Words)
    outcome_text: Mapped[str | None] = field(10, Words)
    by_id: Mapped[str] = field(11, Id, nullable=False)
    by_name: Mapped[str | None] = field(12, Words)
    holder_contact: Mapped[str | None] = field(13, Words)
    """How the holder is reached."""
    outcome_code: Mapped[str | None] = field(14, Code)
    undoes_id: Mapped[str | None] = field(15, Id)
    """A contact that was written down by a slip; both stay readable, neither counts."""


class RiskQuestion(Synced):
    """A question of the clinic's own, asked when an answer speaks of danger."""

    __tablename__ = "risk_question"
    __merge__ = MergeClass.REGISTERS

    words: Mapped[str | None] = field(0, Words)
    place: Mapped[int | None] = field(1, Whole, quiet=True)
    retired: Mapped[bool | None] = field(2, Flag)


class RiskAssessment(Synced):
    """What was asked about danger, what was answered, and what somebody did."""

    __tablename__ = "risk_assessment"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    encounter_id: Mapped[str | None] = field(1, Id)
    note_id: Mapped[str | None] = field(2, Id)
    occurred_on: Mapped[date] = field(3, Day, nullable=False)
    answers: Mapped[list[dict[str, str]]] = field(4, JsonText, nullable=False)
    """The question as it was worded, and yes, no or not-asked."""
    words: Mapped[str | None] = field(5, Words)
    done_text: Mapped[str | None] = field(6, Words)
    by_id: Mapped[str] = field(7, Id, nullable=False)
    by_name: Mapped[str | None] = field(8, Words)


class SafetyPlan(Synced):
    """Made with the person and in their words. A new one is a new row; the newest holds."""

    __tablename__ = "safety_plan"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    encounter_id: Mapped[str | None] = field(1, Id)
    note_id: Mapped[str | None] = field(2, Id)
    made_on: Mapped[date] = field(3, Day, nullable=False)
    warning_signs: Mapped[str | None] = field(4, Words)
    what_i_can_do: Mapped[str | None] = field(5, Words)
    people_and_places: Mapped[str | None] = field(6, Words)
    whom_to_call: Mapped[str | None] = field(7, Words)
    making_it_safe: Mapped[str | None] = field(8, Words)
    shared_with: Mapped[str | None] = field(9, Words)
    """The relative who, with the person's consent, has it too."""
    language_code: Mapped[str | None] = field(10, Code)
    interpreter_name: Mapped[str | None] = field(11, Words)
    amends_id: Mapped[str | None] = field(12, Id, index=True)
    by_id: Mapped[str] = field(13, Id, nullable=False)
    by_name: Mapped[str | None] = field(14, Words)
