"""The tables of this room: people, what was decided about them, places they come from, this device's search index."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clinic_desktop.features.patients.rules.consents import ConsentAnswer, ConsentPurpose, ConsentWay
from clinic_desktop.features.patients.rules.patient import AllergyStatus, LinkKind
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.storage.base import Local, MergeClass, Synced, field
from clinic_desktop.storage.types import Bytes, Code, Day, Flag, Id, JsonText, PartialDay, Whole, Words, choice

_PLAIN: Any = Synced.__table_args__


class Patient(Synced):
    """One registration. The same person may have two; `patient_link` says so, and nothing is thrown away."""

    __tablename__ = "patient"
    __merge__ = MergeClass.REGISTERS
    __table_args__ = (
        # Whom no list names: a list of thousands leaves them out without reading a row of each.
        sa.Index(
            "ix_patient_gone",
            "died_on",
            "voided_at",
            "id",
            sqlite_where=sa.text("died_on IS NOT NULL OR voided_at IS NOT NULL"),
        ),
        *_PLAIN,
    )

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
    allergy_status: Mapped[AllergyStatus | None] = field(24, choice(AllergyStatus), blocking=True)
    community_id: Mapped[str | None] = field(25, Id, group="address", index=True, references="community.id")
    """`community` keeps the words as they were told; where both are there, the list's own name is shown."""
    has_no_family_name: Mapped[bool | None] = field(26, Flag, group="name", blocking=True)
    """Somebody asked: the person bears none. Otherwise an empty family name is one that is missing."""
    self_identification_code: Mapped[str | None] = field(27, Code)
    """As the person says; a code of `identifications`, or UNDECLARED where the person preferred not to say."""
    functioning: Mapped[dict[str, int] | None] = field(28, JsonText, group="functioning")
    """The Washington Group's six questions: from the domain to 1 (no difficulty) … 4 (cannot), 0 = preferred not to
    say. A domain that was not asked is not in it."""
    functioning_asked_on: Mapped[date | None] = field(29, Day, group="functioning")
    found_by_code: Mapped[str | None] = field(30, Code, group="found-by")
    """How the person came to know of the clinic; a code of `found_by`."""
    found_by_text: Mapped[str | None] = field(31, Words, group="found-by")
    do_not_call: Mapped[bool | None] = field(32, Flag, group="safe-contact")
    do_not_visit: Mapped[bool | None] = field(33, Flag, group="safe-contact")
    shared_phone: Mapped[bool | None] = field(34, Flag, group="safe-contact")
    contact_hours: Mapped[str | None] = field(35, Words, group="safe-contact")
    cover_words: Mapped[str | None] = field(36, Words, group="safe-contact")
    """What is said when somebody else answers."""
    contact_may_know: Mapped[str | None] = field(37, Words, group="contact")
    """What may be said to the trusted person; empty: nothing but that somebody called."""
    guardian_name: Mapped[str | None] = field(38, Words, group="guardian")
    guardian_kinship: Mapped[str | None] = field(39, Words, group="guardian")
    guardian_phone: Mapped[str | None] = field(40, Words, group="guardian")
    guardian_proof: Mapped[str | None] = field(41, Words, group="guardian")
    """What was seen to prove it."""
    unidentified: Mapped[bool | None] = field(42, Flag, group="unidentified", blocking=True)
    """Brought without a name: known by where and when the person was met, until somebody knows more."""
    met_where: Mapped[str | None] = field(43, Words, group="unidentified")
    met_on: Mapped[date | None] = field(44, Day, group="unidentified")
    restricted: Mapped[bool | None] = field(45, Flag, group="restricted", index=True)
    restricted_as: Mapped[str | None] = field(46, Words, group="restricted")
    """The N of "Reservado N", all that those learn who may not open the record."""
    import_run_id: Mapped[str | None] = field(47, Id, index=True, references="import_run.id")
    minutes_to_clinic: Mapped[int | None] = field(48, Whole)
    """How long the person is on the way, as told; where empty, what the community's row says."""


class Allergy(Synced):
    """One thing a person does not bear."""

    __tablename__ = "allergy"
    __merge__ = MergeClass.SET
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, index=True, references="patient.id", nullable=False)
    substance: Mapped[str | None] = field(1, Words, blocking=True)
    reaction: Mapped[str | None] = field(2, Words, blocking=True)


class PatientLink(Synced):
    """What somebody decided about two records: the same person, two people, or that a decision was wrong."""

    __tablename__ = "patient_link"
    __merge__ = MergeClass.APPEND
    __beside__ = ("first_id", "patient")

    kind: Mapped[LinkKind] = field(0, choice(LinkKind), nullable=False)
    first_id: Mapped[str] = field(1, Id, index=True, references="patient.id", nullable=False)
    second_id: Mapped[str] = field(2, Id, index=True, references="patient.id", nullable=False)
    undoes_id: Mapped[str | None] = field(3, Id, index=True, references="patient_link.id")
    reason: Mapped[str | None] = field(4, Words)


def _strict(*, without_rowid: bool = False) -> Any:
    return {"sqlite_strict": True, "sqlite_with_rowid": not without_rowid}


class Community(Synced):
    """A village, canton or quarter, as the clinics list it. Merged by its id: two spellings become one row's."""

    __tablename__ = "community"
    __merge__ = MergeClass.REGISTERS

    name: Mapped[str | None] = field(0, Words)
    municipality_code: Mapped[str | None] = field(1, Code, index=True)
    minutes_to_clinic: Mapped[int | None] = field(2, Whole)
    same_as_id: Mapped[str | None] = field(3, Id, references="community.id")
    """It is the same place as that row, which holds from then on; this one stays for those who named it."""
    retired: Mapped[bool | None] = field(4, Flag)


class Consent(Synced):
    """One answer of a person to one purpose. A change of mind is a new row; the last one in causal order holds."""

    __tablename__ = "consent"
    __merge__ = MergeClass.APPEND
    __beside__ = ("patient_id", "patient")
    __table_args__ = (
        # Who said no to something, among all who were asked: a long list leaves them out by this alone.
        sa.Index("ix_consent_no", "purpose", "patient_id", sqlite_where=sa.text("answer <> 'given'")),
        *_PLAIN,
    )

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="patient.id")
    purpose: Mapped[ConsentPurpose] = field(1, choice(ConsentPurpose), nullable=False)
    about: Mapped[str | None] = field(2, Words)
    """Which relative, which study, which service; empty where the purpose needs none."""
    answer: Mapped[ConsentAnswer] = field(3, choice(ConsentAnswer), nullable=False)
    step: Mapped[int] = field(4, Whole, nullable=False)
    """One more than that of the last answer of this person to this purpose that was known: order without clocks."""
    decided_on: Mapped[date] = field(5, Day, nullable=False)
    way: Mapped[ConsentWay | None] = field(6, choice(ConsentWay))
    language_code: Mapped[str | None] = field(7, Code)
    read_aloud: Mapped[bool | None] = field(8, Flag)
    said_back: Mapped[bool | None] = field(9, Flag)
    """Whether the person said it back in their own words."""
    interpreter: Mapped[str | None] = field(10, Words)
    witness: Mapped[str | None] = field(11, Words)
    witness_is_of_clinic: Mapped[bool | None] = field(12, Flag)
    text_version: Mapped[str | None] = field(13, Words)
    """The version of the text that was read, or of the recording that was played."""
    guardian: Mapped[str | None] = field(14, Words)
    """Who decided with or for the person, where somebody did."""
    note: Mapped[str | None] = field(15, Words)
    act_id: Mapped[str | None] = field(16, Id, index=True)
    """Answers given in one talk share it: one paper, one signature."""


class ImportRun(Synced):
    """One spreadsheet taken in. Taking the run back voids it and every person it brought who has no record yet."""

    __tablename__ = "import_run"
    __merge__ = MergeClass.REGISTERS

    file_name: Mapped[str | None] = field(0, Words)
    sha256: Mapped[str | None] = field(1, Words)
    columns: Mapped[dict[str, str] | None] = field(2, JsonText)
    """From the sheet's column to the field it was read as: proposed again for a sheet with the same columns."""
    people: Mapped[int | None] = field(3, Whole)


class PatientPhoto(Synced):
    """A small picture of the face, only where the clinic turned pictures on. The newest holds; empty, there is none."""

    __tablename__ = "patient_photo"
    __merge__ = MergeClass.APPEND
    __travels_last__ = True
    __beside__ = ("patient_id", "patient")

    patient_id: Mapped[str] = field(0, Id, nullable=False, index=True, references="patient.id")
    jpeg: Mapped[str | None] = field(1, Words)
    """Base64, at most 60 kB."""
    step: Mapped[int] = field(2, Whole, nullable=False)


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


class PatientFiling(Local):
    """The last changes of the index, so that what is held of it in memory follows without being read again."""

    __tablename__ = "patient_filing"

    version: Mapped[int] = mapped_column(Whole, primary_key=True)
    entry: Mapped[int] = mapped_column(Whole)
    """Who was filed otherwise; 0, so many that all is to be read again."""
    was: Mapped[str] = mapped_column(Words)
    """Under what, as `PatientEntry.kept`; empty for somebody new."""


class PatientWord(Local):
    """Words of names and places, with how often they are which: to forgive a wrong letter and to split a typed name."""

    __tablename__ = "patient_word"
    __table_args__ = _strict(without_rowid=True)

    word: Mapped[str] = mapped_column(Words, primary_key=True)
    given: Mapped[int] = mapped_column(Whole, default=0)
    family: Mapped[int] = mapped_column(Whole, default=0)
    other: Mapped[int] = mapped_column(Whole, default=0)
