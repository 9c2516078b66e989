"""What else belongs to the story of a person."""

from datetime import date

from sqlalchemy.orm import Mapped

from clinic_desktop.features.consults.rules.story import EpisodeStep, LifeEventKind
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Id, PartialDay, Whole, Words, choice

PATIENT = "patient.id"


class LifeEvent(Synced):
    """Something that happened to a person and that their course should show."""

    __tablename__ = "life_event"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    encounter_id: Mapped[str | None] = field(1, Id)
    kind: Mapped[LifeEventKind] = field(2, choice(LifeEventKind), nullable=False)
    happened_on: Mapped[PartialDate] = field(3, PartialDay, nullable=False)
    words: Mapped[str | None] = field(4, Words)
    amends_id: Mapped[str | None] = field(5, Id, index=True)
    by_id: Mapped[str] = field(6, Id, nullable=False)
    by_name: Mapped[str | None] = field(7, Words)


class EpisodeEvent(Synced):
    """That the care of a person here ended, in which way, or began again. What stands is derived from these."""

    __tablename__ = "episode_event"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    step: Mapped[EpisodeStep] = field(1, choice(EpisodeStep), nullable=False)
    happened_on: Mapped[date] = field(2, Day, nullable=False)
    reason: Mapped[str | None] = field(3, Words)
    to_whom: Mapped[str | None] = field(4, Words)
    """Where a person was transferred to, or who looks after them now."""
    encounter_id: Mapped[str | None] = field(5, Id)
    by_id: Mapped[str] = field(6, Id, nullable=False)
    by_name: Mapped[str | None] = field(7, Words)


class OutsidePaper(Synced):
    """A paper from elsewhere, kept as pictures."""

    __tablename__ = "outside_paper"
    __merge__ = MergeClass.REGISTERS
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    encounter_id: Mapped[str | None] = field(1, Id)
    title: Mapped[str | None] = field(2, Words)
    written_on: Mapped[PartialDate | None] = field(3, PartialDay)
    from_whom: Mapped[str | None] = field(4, Words)
    pages: Mapped[int | None] = field(5, Whole)


class OutsidePage(Synced):
    """One page of it, made small enough to travel."""

    __tablename__ = "outside_page"
    __merge__ = MergeClass.APPEND
    __travels_last__ = True
    __beside__ = ("patient_id", "patient")

    paper_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="outside_paper.id")
    patient_id: Mapped[str] = field(1, Id, nullable=False, index=True, references=PATIENT)
    number: Mapped[int] = field(2, Whole, nullable=False)
    jpeg: Mapped[str | None] = field(3, Words)
    """Base64; the picture is at most 220 kB."""
    sha256: Mapped[str | None] = field(4, Code)


class OutsideMedicine(Synced):
    """What a person takes that this clinic did not prescribe: of another service, a shop, a healer, a plant."""

    __tablename__ = "outside_medicine"
    __merge__ = MergeClass.REGISTERS
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    name: Mapped[str | None] = field(1, Words, group="medicine", blocking=True)
    dose_text: Mapped[str | None] = field(2, Words, group="medicine", blocking=True)
    from_whom: Mapped[str | None] = field(3, Words)
    since: Mapped[PartialDate | None] = field(4, PartialDay)
    ended: Mapped[PartialDate | None] = field(5, PartialDay, blocking=True)
    told_on: Mapped[date | None] = field(6, Day, quiet=True)


class SharedCare(Synced):
    """Who follows a person between consultation days, and what was agreed with them."""

    __tablename__ = "shared_care"
    __merge__ = MergeClass.REGISTERS
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references=PATIENT)
    who: Mapped[str | None] = field(1, Words, group="who")
    role_text: Mapped[str | None] = field(2, Words, group="who")
    phone: Mapped[str | None] = field(3, Words, group="who")
    may_change: Mapped[str | None] = field(4, Words)
    call_when: Mapped[str | None] = field(5, Words)
    since: Mapped[date | None] = field(6, Day)
    ended: Mapped[date | None] = field(7, Day)
