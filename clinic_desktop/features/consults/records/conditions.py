"""Diagnoses, and the short list of the clinic."""

from datetime import date

from sqlalchemy.orm import Mapped

from clinic_desktop.features.consults.rules.diagnoses import ClinicalStatus, VerificationStatus
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Flag, Id, PartialDay, Whole, Words, choice

PATIENT = "patient.id"


class Condition(Synced):
    """A diagnosis of a person. The title is kept as it was chosen, so that a later list changes no chart."""

    __tablename__ = "condition"
    __merge__ = MergeClass.SET
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    code: Mapped[str | None] = field(1, Code)
    """ICD-10; empty for a name of the short list that has none."""
    title: Mapped[str] = field(2, Words, nullable=False)
    clinical_status: Mapped[ClinicalStatus] = field(3, choice(ClinicalStatus), group="clinical_status", nullable=False)
    verification_status: Mapped[VerificationStatus] = field(4, choice(VerificationStatus), nullable=False)
    since: Mapped[PartialDate | None] = field(5, PartialDay)
    encounter_id: Mapped[str | None] = field(6, Id)
    """Where it was first written."""
    confirmed_on: Mapped[date | None] = field(7, Day, quiet=True)
    """The last consultation that said it still holds."""
    official_title: Mapped[str | None] = field(8, Words)
    """The classification's own words, as they were that day, where `title` says it more kindly."""
    ended: Mapped[PartialDate | None] = field(9, PartialDay, group="clinical_status")
    note_text: Mapped[str | None] = field(10, Words)


class ShortDiagnosis(Synced):
    """A line of the clinic's own short list: its word for a code."""

    __tablename__ = "short_diagnosis"
    __merge__ = MergeClass.REGISTERS

    code: Mapped[str | None] = field(0, Code, group="diagnosis")
    label: Mapped[str | None] = field(1, Words, group="diagnosis")
    place: Mapped[int | None] = field(2, Whole, quiet=True)
    retired: Mapped[bool | None] = field(3, Flag)
