"""What the offices say to each other through the stick: messages, records shared between clinics, erasures."""

from datetime import date

from sqlalchemy.orm import Mapped

from clinic_desktop.features.bundles.rules.kinds import MessageKind, MessageStep
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Id, Words, choice


class RecordShare(Synced):
    """The record of somebody who moved, or comes to two clinics, goes to another clinic too. Written at the central.

    Taking it back sends nothing more; what that clinic had been sent it may still change.
    """

    __tablename__ = "record_share"
    __merge__ = MergeClass.REGISTERS
    __outlasts__ = frozenset({"since_on"})
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str | None] = field(0, Id, index=True, references="patient.id")
    to_site_id: Mapped[str | None] = field(1, Id, index=True)
    consent_id: Mapped[str | None] = field(2, Id)
    """The answer of the person by which it goes; empty where a clinic closed and another one goes on."""
    since_on: Mapped[date | None] = field(3, Day)
    reason_text: Mapped[str | None] = field(4, Words)


class Message(Synced):
    """A line from one office to another: the central to one clinic (then it is of that clinic's site) or back."""

    __tablename__ = "message"
    __merge__ = MergeClass.APPEND
    __tells_of__ = ("about_id", "other_id")
    __outlasts__ = frozenset({"kind", "to_site_id", "from_site_id", "written_by_name", "about_table", "about_unit"})

    kind: Mapped[MessageKind | None] = field(0, choice(MessageKind))
    to_site_id: Mapped[str | None] = field(1, Id, index=True)
    from_site_id: Mapped[str | None] = field(2, Id, index=True)
    written_by_name: Mapped[str | None] = field(3, Words)
    message_text: Mapped[str | None] = field(4, Words)
    answers_id: Mapped[str | None] = field(5, Id, index=True, references="message.id")
    about_table: Mapped[str | None] = field(6, Code)
    about_id: Mapped[str | None] = field(7, Id, index=True)
    about_unit: Mapped[str | None] = field(8, Code)
    """Of a question about two values that stand side by side, or about two records: which."""
    other_id: Mapped[str | None] = field(9, Id)
    """Of a question about two records: the second."""


class MessageEvent(Synced):
    """It was read, or it needs nothing more."""

    __tablename__ = "message_event"
    __merge__ = MergeClass.APPEND
    __outlasts__ = frozenset({"step", "by_name"})
    __beside__ = ("message_id", "message")

    message_id: Mapped[str | None] = field(0, Id, index=True, references="message.id")
    step: Mapped[MessageStep | None] = field(1, choice(MessageStep))
    by_name: Mapped[str | None] = field(2, Words)


class Erasure(Synced):
    """What was written of a person is erased everywhere, as the law or the person asks. Written at the central.

    Ids and the order of changes stay; every office that learns of it blanks the values, also in the segments it keeps.
    """

    __tablename__ = "erasure"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str | None] = field(0, Id, index=True)
    reason: Mapped[str | None] = field(1, Words)
    asked_by: Mapped[str | None] = field(2, Words)
    """Who asked: the person, a guardian, a court. No name."""
    asked_on: Mapped[date | None] = field(3, Day)
    decided_by_name: Mapped[str | None] = field(4, Words)
    second_name: Mapped[str | None] = field(5, Words)
    """A second person who agreed."""
