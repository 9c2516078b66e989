"""The tables of this room: days, bookings, calls. A booking never changes: its status is read from its events."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from clinic_desktop.features.agenda.rules.calls import CallOutcome
from clinic_desktop.features.agenda.rules.day import EventKind, VisitKind
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Flag, Id, Instant, Whole, Words, choice

_PLAIN: Any = Synced.__table_args__


class Appointment(Synced):
    __tablename__ = "appointment"
    __merge__ = MergeClass.APPEND
    __table_args__ = (
        # Who was here when is read person by person from this index alone, without reading a row.
        sa.Index("ix_appointment_person", "patient_id", "day", "id"),
        *_PLAIN,
    )

    patient_id: Mapped[str] = field(0, Id, nullable=False, references="patient.id")
    day: Mapped[date] = field(1, Day, nullable=False, index=True)
    time_text: Mapped[str | None] = field(2, Words)
    """ "08:30", where the clinic is; empty where people come and wait their turn."""
    kind: Mapped[VisitKind] = field(3, choice(VisitKind), nullable=False)
    clinician_id: Mapped[str | None] = field(4, Id)
    moved_from_id: Mapped[str | None] = field(5, Id)
    place_id: Mapped[str | None] = field(6, Id, references="consultation_place.id")
    from_paper: Mapped[bool | None] = field(7, Flag)
    """Typed afterwards from the paper of a day without light; `day` is the real one."""


class AppointmentEvent(Synced):
    __tablename__ = "appointment_event"
    __merge__ = MergeClass.APPEND
    __table_args__ = (
        # The few bookings that were called off or moved, among all that were kept.
        sa.Index(
            "ix_appointment_event_ended", "at", "appointment_id", sqlite_where=sa.text("kind IN ('cancelled', 'moved')")
        ),
        *_PLAIN,
    )

    appointment_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="appointment.id")
    kind: Mapped[EventKind] = field(1, choice(EventKind), nullable=False)
    at: Mapped[datetime] = field(2, Instant, nullable=False)
    step: Mapped[int] = field(3, Whole, nullable=False)
    """One more than the number of events of this appointment that were known: causal order without clocks."""
    turn: Mapped[int | None] = field(4, Whole)
    moved_to_id: Mapped[str | None] = field(5, Id)
    undoes_id: Mapped[str | None] = field(6, Id)
    reason: Mapped[str | None] = field(7, Words)
    clinician_id: Mapped[str | None] = field(8, Id)
    """To whose queue the person was given (ASSIGNED); None there means to nobody's in particular."""


class ConsultationPlace(Synced):
    """Where the clinic holds its days: one laptop may serve several villages."""

    __tablename__ = "consultation_place"
    __merge__ = MergeClass.REGISTERS

    name: Mapped[str | None] = field(0, Words)
    municipality_code: Mapped[str | None] = field(1, Code)
    retired: Mapped[bool | None] = field(2, Flag)


class ConsultationDay(Synced):
    """A day on which somebody sees people at a place. Called off = voided, with a reason."""

    __tablename__ = "consultation_day"
    __merge__ = MergeClass.REGISTERS

    day: Mapped[date | None] = field(0, Day, index=True)
    place_id: Mapped[str | None] = field(1, Id, references="consultation_place.id")
    clinician_id: Mapped[str | None] = field(2, Id)
    capacity: Mapped[int | None] = field(3, Whole)
    """People this clinician sees that day; empty: what the settings say."""
    begins_text: Mapped[str | None] = field(4, Words)


class CallAttempt(Synced):
    """One try to reach a person, by telephone or at the door, and what came of it."""

    __tablename__ = "call_attempt"
    __merge__ = MergeClass.APPEND

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="patient.id")
    appointment_id: Mapped[str | None] = field(1, Id, index=True, references="appointment.id")
    outcome: Mapped[CallOutcome] = field(2, choice(CallOutcome), nullable=False)
    at: Mapped[datetime] = field(3, Instant, nullable=False)
    note: Mapped[str | None] = field(4, Words)
    undoes_id: Mapped[str | None] = field(5, Id)
    """Takes that try back: the wrong person, the wrong key. Its own outcome then says nothing."""


class KeptApart(Synced):
    """Two people who are not booked for one day. No reason is kept, and none is shown."""

    __tablename__ = "kept_apart"
    __merge__ = MergeClass.SET

    first_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="patient.id")
    second_id: Mapped[str] = field(1, Id, nullable=False, index=True, references="patient.id")
