"""What was prescribed, who signed it, what was injected and what was stopped."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Flag, Id, Instant, JsonText, Whole, Words

_PLAIN: Any = Synced.__table_args__


class MedicationRequest(Synced):
    """One line of a signed prescription. The lines of one prescription share its folio."""

    __tablename__ = "medication_request"
    __merge__ = MergeClass.APPEND
    __outlasts__ = frozenset({"signed_on"})
    __beside__ = ("patient_id", "patient")
    __table_args__ = (
        # Who is late with an injection is asked every minute: few lines are depots.
        sa.Index("ix_medication_request_depot", "is_depot", "signed_on"),
        # Whose next portion is due likewise.
        sa.Index("ix_medication_request_portions", "days_per_pickup", "signed_on"),
        *_PLAIN,
    )

    patient_id: Mapped[str | None] = field(0, Id, index=True, references="patient.id")
    note_id: Mapped[str | None] = field(1, Id, index=True)
    """The signed note it belongs to; that table is of a room above this one."""
    encounter_id: Mapped[str | None] = field(2, Id)
    presentation_id: Mapped[str | None] = field(3, Id, references="presentation.id")
    medicine_text: Mapped[str | None] = field(4, Words)
    """A medicine that is not in the formulary, in free words; it can be prescribed but not handed out here."""
    morning_quarters: Mapped[int | None] = field(5, Whole, group="dose")
    noon_quarters: Mapped[int | None] = field(6, Whole, group="dose")
    evening_quarters: Mapped[int | None] = field(7, Whole, group="dose")
    night_quarters: Mapped[int | None] = field(8, Whole, group="dose")
    every_days: Mapped[int | None] = field(9, Whole, group="dose")
    days: Mapped[int | None] = field(10, Whole, group="dose")
    units: Mapped[int | None] = field(11, Whole, group="dose")
    instructions_text: Mapped[str | None] = field(12, Words)
    folio: Mapped[str | None] = field(13, Code, index=True)
    signed_on: Mapped[date | None] = field(14, Day, index=True)
    prescriber_id: Mapped[str | None] = field(15, Id)
    prescriber_text: Mapped[str | None] = field(16, Words)
    """Name and licence as they stood under the signature."""
    starts_on: Mapped[date | None] = field(17, Day, group="dose")
    """The first day of its first step; empty: the day it was signed."""
    steps: Mapped[list[dict[str, int]] | None] = field(18, JsonText, group="dose")
    """A dose that changes: up to four of {days, morning, noon, evening, night, every_days}, one after the other. The
    columns above then hold the first."""
    as_needed: Mapped[bool | None] = field(19, Flag, group="dose")
    most_per_day_quarters: Mapped[int | None] = field(20, Whole, group="dose")
    """As needed: at most so much in a day."""
    is_depot: Mapped[bool | None] = field(21, Flag, group="dose")
    days_per_pickup: Mapped[int | None] = field(22, Whole)
    """Handed out for so many days at a time, at most."""
    keeper_name: Mapped[str | None] = field(23, Words)
    """Who keeps the medicine for the person."""
    supervisor_wanted: Mapped[bool | None] = field(24, Flag)
    """Written by somebody in training: it is printed and handed out once a PrescriptionSignature names its folio."""
    urgent_reason: Mapped[str | None] = field(25, Words)
    """Why it could not wait for that signature."""
    repeats_id: Mapped[str | None] = field(26, Id)
    """The line that it goes on with."""


class PrescriptionSignature(Synced):
    """A supervisor signed what somebody in training prescribed."""

    __tablename__ = "prescription_signature"
    __merge__ = MergeClass.APPEND
    __beside__ = ("note_id", "consult_note")

    folio: Mapped[str | None] = field(0, Code, index=True)
    note_id: Mapped[str | None] = field(1, Id)
    signed_at: Mapped[datetime | None] = field(2, Instant)
    supervisor_id: Mapped[str | None] = field(3, Id)
    supervisor_text: Mapped[str | None] = field(4, Words)
    """Name and licence, as the paper needs them."""


class MedicationAdministration(Synced):
    """An injection that somebody of the clinic gave."""

    __tablename__ = "medication_administration"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str | None] = field(0, Id, index=True, references="patient.id")
    request_id: Mapped[str | None] = field(1, Id, index=True, references="medication_request.id")
    presentation_id: Mapped[str | None] = field(2, Id, references="presentation.id")
    given_on: Mapped[date | None] = field(3, Day)
    dose_text: Mapped[str | None] = field(4, Words)
    where_text: Mapped[str | None] = field(5, Words)
    """In which muscle, on which side."""
    given_by_id: Mapped[str | None] = field(6, Id)
    given_by_name: Mapped[str | None] = field(7, Words)
    next_due_on: Mapped[date | None] = field(8, Day, index=True)
    dispense_id: Mapped[str | None] = field(9, Id, references="medication_dispense.id")
    amends_id: Mapped[str | None] = field(10, Id, index=True)


class StopOrder(Synced):
    """A prescriber ends a medicine before its days are over."""

    __tablename__ = "stop_order"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    request_id: Mapped[str | None] = field(0, Id, index=True, references="medication_request.id")
    patient_id: Mapped[str | None] = field(1, Id, index=True, references="patient.id")
    note_id: Mapped[str | None] = field(2, Id)
    stopped_on: Mapped[date | None] = field(3, Day)
    reason: Mapped[str | None] = field(4, Words)
