"""The tables of this room: registrations, allergies, decisions about two records, and this device's search index."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from clinic_desktop.features.patients.rules.patient import AllergyStatus, LinkKind
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.storage.base import Local, MergeClass, Synced, field
from clinic_desktop.storage.types import Bytes, Code, Day, Flag, Id, PartialDay, Whole, Words, choice


class Patient(Synced):
    """One registration. The same person may have two; `patient_link` says so, and nothing is thrown away."""

    __tablename__ = "patient"
    __merge__ = MergeClass.REGISTERS

    number: Mapped[str | None] = field(0, Words, index=True)
    given_names: Mapped[str | None] = field(1, Words, group="name", blocking=True)
    family_name: Mapped[str | None] = field(2, Words, group="name", blocking=True)
    second_family_name: Mapped[str | None] = field(3, Words, group="name", blocking=True)
    married_name: Mapped[str | None] = field(4, Words, group="name", blocking=True)
    known_as: Mapped[str | None] = field(5, Words)
    sex: Mapped[Sex | None] = field(6, choice(Sex), blocking=True)
    birth_date: Mapped[PartialDate | None] = field(7, PartialDay, group="birth", blocking=True)
    birth_estimated: Mapped[bool | None] = field(8, Flag, group="birth", blocking=True)
    birth_noted_on: Mapped[date | None] = field(9, Day, group="birth", blocking=True)
    """The day an age was told; None where a date was."""
    municipality_code: Mapped[str | None] = field(10, Code, group="address")
    community: Mapped[str | None] = field(11, Words, group="address")
    language_code: Mapped[str | None] = field(12, Code)
    needs_interpreter: Mapped[bool | None] = field(13, Flag)
    phone: Mapped[str | None] = field(14, Words, group="phone")
    phone_note: Mapped[str | None] = field(15, Words, group="phone")
    """Whose it is, when to call, what may be said."""
    national_id_kind: Mapped[str | None] = field(16, Code, group="national-id", blocking=True)
    national_id: Mapped[str | None] = field(17, Words, group="national-id", blocking=True)
    contact_name: Mapped[str | None] = field(18, Words, group="contact")
    contact_kinship: Mapped[str | None] = field(19, Words, group="contact")
    contact_phone: Mapped[str | None] = field(20, Words, group="contact")
    mother_name: Mapped[str | None] = field(21, Words)
    died_on: Mapped[PartialDate | None] = field(22, PartialDay, blocking=True)
    folder_number: Mapped[str | None] = field(23, Words)
    """The number of the paper chart, from the time before this program."""
    allergy_status: Mapped[AllergyStatus | None] = field(24, choice(AllergyStatus))


class Allergy(Synced):
    """One thing a person does not bear."""

    __tablename__ = "allergy"
    __merge__ = MergeClass.SET

    patient_id: Mapped[str] = field(0, Id, index=True, references="patient.id", nullable=False)
    substance: Mapped[str | None] = field(1, Words)
    reaction: Mapped[str | None] = field(2, Words)


class PatientLink(Synced):
    """What somebody decided about two records: the same person, two people, or that a decision was wrong."""

    __tablename__ = "patient_link"
    __merge__ = MergeClass.APPEND

    kind: Mapped[LinkKind] = field(0, choice(LinkKind), nullable=False)
    first_id: Mapped[str] = field(1, Id, index=True, references="patient.id", nullable=False)
    second_id: Mapped[str] = field(2, Id, index=True, references="patient.id", nullable=False)
    undoes_id: Mapped[str | None] = field(3, Id, index=True, references="patient_link.id")
    reason: Mapped[str | None] = field(4, Words)


def _strict(*, without_rowid: bool = False) -> Any:
    return {"sqlite_strict": True, "sqlite_with_rowid": not without_rowid}


class PatientEntry(Local):
    """A person's place in the search index of this device."""

    __tablename__ = "patient_entry"

    entry: Mapped[int] = mapped_column(Whole, primary_key=True)
    """The filing number that postings name."""
    patient_id: Mapped[str] = mapped_column(Id, unique=True)
    sort_key: Mapped[str] = mapped_column(Words, index=True)
    seen: Mapped[int | None] = mapped_column(Whole, index=True)
    """Milliseconds since 1970 when the record was last opened here."""
    kept: Mapped[str] = mapped_column(Words)
    """The words under which the person is filed, to take them out again when they change."""


class PatientPosting(Local):
    """Who is found under a term; rules/postings.py says how a chunk is written."""

    __tablename__ = "patient_posting"
    __table_args__ = _strict(without_rowid=True)

    term: Mapped[str] = mapped_column(Words, primary_key=True)
    chunk: Mapped[int] = mapped_column(Whole, primary_key=True)
    people: Mapped[bytes] = mapped_column(Bytes)


class PatientWord(Local):
    """Words of names and places, with how often they are which: to forgive a wrong letter and to split a typed name."""

    __tablename__ = "patient_word"
    __table_args__ = _strict(without_rowid=True)

    word: Mapped[str] = mapped_column(Words, primary_key=True)
    given: Mapped[int] = mapped_column(Whole, default=0)
    family: Mapped[int] = mapped_column(Whole, default=0)
    other: Mapped[int] = mapped_column(Whole, default=0)
