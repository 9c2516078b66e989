"""The tables of this room. A booking never changes: what happens to it are events, and its status is read from them."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped

from clinic_desktop.features.agenda.rules import EventKind, VisitKind
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Day, Id, Instant, Whole, Words, choice


class Appointment(Synced):
    __tablename__ = "appointment"
    __merge__ = MergeClass.APPEND

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="patient.id")
    day: Mapped[date] = field(1, Day, nullable=False, index=True)
    time_text: Mapped[str | None] = field(2, Words)
    """ "08:30", where the clinic is; empty where people come and wait their turn."""
    kind: Mapped[VisitKind] = field(3, choice(VisitKind), nullable=False)
    clinician_id: Mapped[str | None] = field(4, Id)
    moved_from_id: Mapped[str | None] = field(5, Id)


class AppointmentEvent(Synced):
    __tablename__ = "appointment_event"
    __merge__ = MergeClass.APPEND

    appointment_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="appointment.id")
    kind: Mapped[EventKind] = field(1, choice(EventKind), nullable=False)
    at: Mapped[datetime] = field(2, Instant, nullable=False)
    step: Mapped[int] = field(3, Whole, nullable=False)
    """One more than the number of events of this appointment that were known: causal order without clocks."""
    turn: Mapped[int | None] = field(4, Whole)
    moved_to_id: Mapped[str | None] = field(5, Id)
    undoes_id: Mapped[str | None] = field(6, Id)
    reason: Mapped[str | None] = field(7, Words)
