"""Questionnaires as they were imported, and what people answered."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Mapped

from clinic_desktop.features.consults.rules.scoring import HowGiven
from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Flag, Id, Instant, JsonText, Whole, Words, choice

PATIENT = "patient.id"


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
    may_print: Mapped[bool | None] = field(11, Flag)
    """Whether its licence lets a blank form be printed."""
    confirmed_by_name: Mapped[str | None] = field(9, Words)
    """Who said which scale it is, where the file does not say so itself."""
    retired_at: Mapped[datetime | None] = field(10, Instant)


class InstrumentResponse(Synced):
    """The answers to a scale. A total stands here only when every scored item was answered."""

    __tablename__ = "instrument_response"
    __merge__ = MergeClass.APPEND
    __goes_too__ = frozenset({"instrument_id"})
    __beside__ = ("patient_id", "patient")

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
    is_total_only: Mapped[bool | None] = field(15, Flag)
    """Only what the paper adds up to was typed; its wording may not be in the program."""
    flagged: Mapped[bool | None] = field(16, Flag)
    """With a total only: whether the question about danger was answered with yes."""
    cutoff: Mapped[int | None] = field(17, Whole)
    """Set by the clinic, as it held that day; empty: none was set."""
    rated_by_id: Mapped[str | None] = field(18, Id)
    """Who rated, where a clinician does and not the person."""
    amend_reason: Mapped[str | None] = field(19, Words)
