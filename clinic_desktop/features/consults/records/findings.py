"""What was measured, told or seen beside the note."""

from datetime import date

from sqlalchemy.orm import Mapped

from clinic_desktop.features.consults.rules.reactions import ReactionOutcome, ReactionSeverity
from clinic_desktop.features.consults.rules.reproduction import Contraception
from clinic_desktop.features.consults.rules.vitals import Pregnancy
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Flag, Id, PartialDay, Whole, Words, choice

PATIENT = "patient.id"


class VitalSigns(Synced):
    """What was measured at one time. Integers in the small unit, so that nothing is rounded; empty: not measured."""

    __tablename__ = "vital_signs"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    appointment_id: Mapped[str | None] = field(1, Id, references="appointment.id")
    taken_on: Mapped[date] = field(2, Day, nullable=False)
    weight_grams: Mapped[int | None] = field(3, Whole)
    height_mm: Mapped[int | None] = field(4, Whole)
    systolic_mmhg: Mapped[int | None] = field(5, Whole)
    diastolic_mmhg: Mapped[int | None] = field(6, Whole)
    pulse_per_minute: Mapped[int | None] = field(7, Whole)
    temperature_tenths: Mapped[int | None] = field(8, Whole)
    """Tenths of a degree Celsius."""
    pregnancy: Mapped[Pregnancy | None] = field(9, choice(Pregnancy))
    pregnancy_weeks: Mapped[int | None] = field(10, Whole)
    amends_id: Mapped[str | None] = field(11, Id, index=True, references="vital_signs.id")
    """The measurement that this one corrects."""
    note: Mapped[str | None] = field(12, Words)


class LabResult(Synced):
    """One result as its paper says it."""

    __tablename__ = "lab_result"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    encounter_id: Mapped[str | None] = field(1, Id)
    test_code: Mapped[str | None] = field(2, Code)
    """A code of the tests that a safety rule asks for; empty for any other."""
    test_text: Mapped[str | None] = field(3, Words)
    value_text: Mapped[str | None] = field(4, Words)
    unit_text: Mapped[str | None] = field(5, Words)
    taken_on: Mapped[date] = field(6, Day, nullable=False)
    amends_id: Mapped[str | None] = field(7, Id, index=True)
    by_id: Mapped[str] = field(8, Id, nullable=False)
    by_name: Mapped[str | None] = field(9, Words)


class ReproductiveStatus(Synced):
    """What a person told of pregnancy, lactation and contraception; the newest holds. Empty: not asked."""

    __tablename__ = "reproductive_status"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    encounter_id: Mapped[str | None] = field(1, Id)
    told_on: Mapped[date] = field(2, Day, nullable=False)
    pregnancy: Mapped[Pregnancy | None] = field(3, choice(Pregnancy))
    lactating: Mapped[bool | None] = field(4, Flag)
    contraception: Mapped[Contraception | None] = field(5, choice(Contraception))
    plan_signed: Mapped[bool | None] = field(6, Flag)
    """A contraception plan was agreed and signed, where a medicine asks for one."""
    amends_id: Mapped[str | None] = field(7, Id, index=True)


class AdverseReaction(Synced):
    """What a medicine did that it should not."""

    __tablename__ = "adverse_reaction"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    encounter_id: Mapped[str | None] = field(1, Id)
    presentation_id: Mapped[str | None] = field(2, Id)
    medicine_text: Mapped[str | None] = field(3, Words)
    lot_text: Mapped[str | None] = field(4, Words)
    reaction_text: Mapped[str | None] = field(5, Words)
    began_on: Mapped[PartialDate | None] = field(6, PartialDay)
    severity: Mapped[ReactionSeverity | None] = field(7, choice(ReactionSeverity))
    outcome: Mapped[ReactionOutcome | None] = field(8, choice(ReactionOutcome))
    done_text: Mapped[str | None] = field(9, Words)
    amends_id: Mapped[str | None] = field(10, Id, index=True)
    by_id: Mapped[str] = field(11, Id, nullable=False)
    by_name: Mapped[str | None] = field(12, Words)


class SafetyAnswer(Synced):
    """Why a prescriber went on although a rule of safety was shown."""

    __tablename__ = "safety_answer"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    note_id: Mapped[str | None] = field(1, Id)
    rule_code: Mapped[str] = field(2, Code, nullable=False)
    about: Mapped[str | None] = field(3, Words)
    """The medicines it was about, by generic name and in order, then the facts it stood on: shown once means once for
    these, and again when a fact changed."""
    reason: Mapped[str | None] = field(4, Words)
    answered_on: Mapped[date] = field(5, Day, nullable=False)
    by_id: Mapped[str] = field(6, Id, nullable=False)
    by_name: Mapped[str | None] = field(7, Words)


class ViolenceAnswer(Synced):
    """Whether violence at home was asked about, alone, and what was said. Never who did it."""

    __tablename__ = "violence_answer"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    encounter_id: Mapped[str | None] = field(1, Id)
    asked_on: Mapped[date] = field(2, Day, nullable=False)
    answer: Mapped[str] = field(3, Code, nullable=False)
    """yes, no, not-said."""
    asked_alone: Mapped[bool | None] = field(4, Flag)
    wants_help: Mapped[bool | None] = field(5, Flag)
    amends_id: Mapped[str | None] = field(6, Id, index=True)
    by_id: Mapped[str] = field(7, Id, nullable=False)
