"""The tables of the consultation. What was signed never changes: a correction is a new row that names the old one."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Mapped

from clinic_desktop.features.consults.rules.diagnoses import ClinicalStatus, VerificationStatus
from clinic_desktop.features.consults.rules.risk import RiskStep
from clinic_desktop.features.consults.rules.scoring import HowGiven
from clinic_desktop.features.consults.rules.sections import EncounterKind
from clinic_desktop.features.consults.rules.signing import SignatureKind
from clinic_desktop.features.consults.rules.vitals import Pregnancy
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Flag, Id, Instant, JsonText, PartialDay, Whole, Words, choice

PATIENT = "patient.id"


class Encounter(Synced):
    """One meeting of a clinician with a person. Voided when it was opened in the wrong chart."""

    __tablename__ = "encounter"
    __merge__ = MergeClass.REGISTERS

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


class ConsultNote(Synced):
    """A note, final from the moment it is written here. Drafts live elsewhere (storage/drafts.py)."""

    __tablename__ = "consult_note"
    __merge__ = MergeClass.APPEND

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


class NoteSignature(Synced):
    """What a supervisor did with a note: signed it, or gave it back with words."""

    __tablename__ = "note_signature"
    __merge__ = MergeClass.APPEND

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

    note_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="consult_note.id")
    patient_id: Mapped[str] = field(1, Id, nullable=False, index=True, references=PATIENT)
    text: Mapped[str] = field(2, Words, nullable=False)
    signed_at: Mapped[datetime] = field(3, Instant, nullable=False)
    author_id: Mapped[str] = field(4, Id, nullable=False)
    author_name: Mapped[str | None] = field(5, Words)


class Condition(Synced):
    """A diagnosis of a person. The title is kept as it was chosen, so that a later list changes no chart."""

    __tablename__ = "condition"
    __merge__ = MergeClass.SET

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    code: Mapped[str | None] = field(1, Code)
    """ICD-10; empty for a name of the short list that has none."""
    title: Mapped[str] = field(2, Words, nullable=False)
    clinical_status: Mapped[ClinicalStatus] = field(3, choice(ClinicalStatus), nullable=False)
    verification_status: Mapped[VerificationStatus] = field(4, choice(VerificationStatus), nullable=False)
    since: Mapped[PartialDate | None] = field(5, PartialDay)
    encounter_id: Mapped[str | None] = field(6, Id)
    """Where it was first written."""
    confirmed_on: Mapped[date | None] = field(7, Day)
    """The last consultation that said it still holds."""


class Instrument(Synced):
    """The wording of a questionnaire as it was imported, and the scoring table it belongs to."""

    __tablename__ = "instrument"
    __merge__ = MergeClass.CENTRAL

    scale_code: Mapped[str | None] = field(0, Code)
    """A scale of rules/scoring.py; empty: kept without a score."""
    title: Mapped[str] = field(1, Words, nullable=False)
    url: Mapped[str | None] = field(2, Words)
    version: Mapped[str | None] = field(3, Words)
    language_code: Mapped[str | None] = field(4, Code)
    copyright: Mapped[str | None] = field(5, Words)
    questionnaire: Mapped[dict[str, Any]] = field(6, JsonText, nullable=False)
    sha256: Mapped[str] = field(7, Code, nullable=False)
    """Of the file as it was given; the same file twice is one instrument."""
    item_links: Mapped[list[str]] = field(8, JsonText, nullable=False)
    """The linkId of item 1, 2, 3… of the scoring table."""


class InstrumentResponse(Synced):
    """The answers to a scale. A total stands here only when every scored item was answered."""

    __tablename__ = "instrument_response"
    __merge__ = MergeClass.APPEND

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    encounter_id: Mapped[str | None] = field(1, Id, index=True, references="encounter.id")
    note_id: Mapped[str | None] = field(2, Id)
    scale_code: Mapped[str] = field(3, Code, nullable=False)
    instrument_id: Mapped[str | None] = field(4, Id)
    """The imported wording; empty when it was typed from paper by item number."""
    wording_version: Mapped[str | None] = field(5, Words)
    answers: Mapped[dict[str, int]] = field(6, JsonText, nullable=False)
    """Item number to value; an item that was not answered is not here."""
    occurred_on: Mapped[date] = field(7, Day, nullable=False)
    how_given: Mapped[HowGiven] = field(8, choice(HowGiven), nullable=False)
    language_code: Mapped[str | None] = field(9, Code)
    interpreter_name: Mapped[str | None] = field(10, Words)
    read_by: Mapped[str | None] = field(11, Words)
    total: Mapped[int | None] = field(12, Whole)
    band: Mapped[str | None] = field(13, Code)
    amends_id: Mapped[str | None] = field(14, Id, index=True)


class RiskEvent(Synced):
    """One step in the care of an open risk: opened, a contact, closed. What is open is derived from these."""

    __tablename__ = "risk_event"
    __merge__ = MergeClass.APPEND

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


class VitalSigns(Synced):
    """What was measured at one time. Integers in the small unit, so that nothing is rounded; empty: not measured."""

    __tablename__ = "vital_signs"
    __merge__ = MergeClass.APPEND

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
