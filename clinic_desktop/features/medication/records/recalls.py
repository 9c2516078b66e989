"""A lot that must not be given any more, and the people who were told."""

from datetime import date

from sqlalchemy.orm import Mapped

from clinic_desktop.features.medication.rules.kinds import RecallStep
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Day, Id, Words, choice


class Recall(Synced):
    """From now on nobody is given this lot, whoever gave it. What the central calls back is called back everywhere."""

    __tablename__ = "recall"
    __merge__ = MergeClass.CENTRAL

    presentation_id: Mapped[str | None] = field(0, Id, index=True, references="presentation.id")
    lot_number: Mapped[str | None] = field(1, Words)
    """As printed, in capitals; empty: every lot of this product."""
    reason: Mapped[str | None] = field(2, Words)
    source_text: Mapped[str | None] = field(3, Words)
    """Who called it back, and the number of their letter."""
    opened_on: Mapped[date | None] = field(4, Day)
    closed_on: Mapped[date | None] = field(5, Day, group="closed")
    closed_text: Mapped[str | None] = field(6, Words, group="closed")
    """Why it may be given again, or that none is left anywhere."""


class RecallEvent(Synced):
    """What was done about it with one person: told, not found, brought back."""

    __tablename__ = "recall_event"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    recall_id: Mapped[str | None] = field(0, Id, index=True, references="recall.id")
    step: Mapped[RecallStep | None] = field(1, choice(RecallStep))
    patient_id: Mapped[str | None] = field(2, Id, index=True, references="patient.id")
    happened_on: Mapped[date | None] = field(3, Day)
    note_text: Mapped[str | None] = field(4, Words)
