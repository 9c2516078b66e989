"""Consultations and their notes. What was signed never changes: a correction is a new row that names the old one."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped

from clinic_desktop.features.consults.rules.goals import GoalStanding
from clinic_desktop.features.consults.rules.sections import EncounterKind, is_restricted
from clinic_desktop.features.consults.rules.signing import SignatureKind
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Flag, Id, Instant, JsonText, Whole, Words, choice

PATIENT = "patient.id"


class Encounter(Synced):
    """One meeting of a clinician with a person. Voided when it was opened in the wrong chart."""

    __tablename__ = "encounter"
    __merge__ = MergeClass.REGISTERS
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    appointment_id: Mapped[str | None] = field(1, Id, index=True, references="appointment.id")
    kind: Mapped[EncounterKind] = field(2, choice(EncounterKind), nullable=False)
    occurred_on: Mapped[date] = field(3, Day, nullable=False, index=True)
    """The day it really was; `recorded_at` says when it was typed."""
    started_at: Mapped[datetime | None] = field(4, Instant)
    """Empty for a paper note typed later."""
    clinician_id: Mapped[str] = field(5, Id, nullable=False, index=True)
    clinician_name: Mapped[str | None] = field(6, Words)
    """As it was that day: other clinics do not know every colleague."""
    language_code: Mapped[str | None] = field(7, Code, group="language")
    """The language the conversation really had."""
    interpreter_name: Mapped[str | None] = field(8, Words, group="language")
    interpreter_relation: Mapped[str | None] = field(9, Words, group="language")
    confidentiality_accepted: Mapped[bool | None] = field(10, Flag, group="language")
    """Told to the person about this interpreter in their language, and accepted that day. Empty is: not asked."""
    template: Mapped[str | None] = field(11, Code)
    """Which sections it asks for; empty: those of its kind."""
    with_whom: Mapped[str | None] = field(12, Words)
    """Who was spoken with, if not (only) the person."""
    interpreter_is_family: Mapped[bool | None] = field(13, Flag, group="language")
    asked_again_alone: Mapped[bool | None] = field(14, Flag, group="language")
    """Where family interpreted: whether the person was asked once more without them."""
    paper_folio: Mapped[str | None] = field(15, Code)
    """Of the sheet on which it was written first."""


class ConsultNote(Synced):
    """A note, final from the moment it is written here. Drafts live elsewhere (storage/drafts.py)."""

    __tablename__ = "consult_note"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    encounter_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="encounter.id")
    patient_id: Mapped[str] = field(1, Id, nullable=False, index=True, references=PATIENT)
    template: Mapped[str] = field(2, Code, nullable=False)
    sections: Mapped[dict[str, str]] = field(3, JsonText, nullable=False)
    occurred_on: Mapped[date] = field(4, Day, nullable=False)
    author_id: Mapped[str] = field(5, Id, nullable=False)
    author_name: Mapped[str | None] = field(6, Words)
    signed_at: Mapped[datetime] = field(7, Instant, nullable=False)
    supervisor_wanted: Mapped[bool] = field(8, Flag, nullable=False)
    """The author may not sign alone: it waits until a NoteSignature of a supervisor names it."""
    amends_id: Mapped[str | None] = field(9, Id, index=True)
    amend_reason: Mapped[str | None] = field(10, Words)
    next_visit_on: Mapped[date | None] = field(11, Day)
    plan_items: Mapped[list[str] | None] = field(12, JsonText)
    """Codes of `plan_items`: what was agreed and taught beside medicines."""
    transcribed_by_id: Mapped[str | None] = field(13, Id)
    """Who typed it from paper; its author then confirms it as a supervisor would."""
    transcribed_by_name: Mapped[str | None] = field(14, Words)

    def stays_at_central(self) -> bool:
        return any(is_restricted(code) for code in self.sections)


class NoteSignature(Synced):
    """What a supervisor did with a note: signed it, or gave it back with words."""

    __tablename__ = "note_signature"
    __merge__ = MergeClass.APPEND
    __beside__ = ("note_id", "consult_note")

    note_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="consult_note.id")
    kind: Mapped[SignatureKind] = field(1, choice(SignatureKind), nullable=False)
    signed_at: Mapped[datetime] = field(2, Instant, nullable=False)
    supervisor_id: Mapped[str] = field(3, Id, nullable=False)
    supervisor_name: Mapped[str | None] = field(4, Words)
    comment: Mapped[str | None] = field(5, Words)


class Addendum(Synced):
    """Words added to a signed note."""

    __tablename__ = "addendum"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    note_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="consult_note.id")
    patient_id: Mapped[str] = field(1, Id, nullable=False, index=True, references=PATIENT)
    text: Mapped[str] = field(2, Words, nullable=False)
    signed_at: Mapped[datetime] = field(3, Instant, nullable=False)
    author_id: Mapped[str] = field(4, Id, nullable=False)
    author_name: Mapped[str | None] = field(5, Words)


class Goal(Synced):
    """What a person wants to reach, in their own words."""

    __tablename__ = "goal"
    __merge__ = MergeClass.SET
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    words: Mapped[str] = field(1, Words, nullable=False)
    set_on: Mapped[date] = field(2, Day, nullable=False)
    encounter_id: Mapped[str | None] = field(3, Id)


class GoalMark(Synced):
    """How far the person says they are with a goal; the newest holds."""

    __tablename__ = "goal_mark"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    goal_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="goal.id")
    patient_id: Mapped[str] = field(1, Id, nullable=False, index=True, references=PATIENT)
    standing: Mapped[GoalStanding] = field(2, choice(GoalStanding), nullable=False)
    marked_on: Mapped[date] = field(3, Day, nullable=False)
    note_id: Mapped[str | None] = field(4, Id)


class Phrase(Synced):
    """A few letters that a clinician writes instead of a sentence of their own."""

    __tablename__ = "phrase"
    __merge__ = MergeClass.REGISTERS

    staff_id: Mapped[str] = field(0, Id, nullable=False, index=True)
    short: Mapped[str | None] = field(1, Words, group="phrase")
    words: Mapped[str | None] = field(2, Words, group="phrase")


class SupervisionSession(Synced):
    """A talk of a supervisor with somebody in training; names no patient."""

    __tablename__ = "supervision_session"
    __merge__ = MergeClass.APPEND

    trainee_id: Mapped[str] = field(0, Id, nullable=False, index=True)
    trainee_name: Mapped[str | None] = field(1, Words)
    supervisor_id: Mapped[str] = field(2, Id, nullable=False)
    supervisor_name: Mapped[str | None] = field(3, Words)
    held_on: Mapped[date] = field(4, Day, nullable=False)
    minutes: Mapped[int | None] = field(5, Whole)
    topic: Mapped[str | None] = field(6, Words)
    feedback: Mapped[str | None] = field(7, Words)
    amends_id: Mapped[str | None] = field(8, Id, index=True)
