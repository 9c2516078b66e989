"""Sheets of people that were taken in, and what is here already of those in a sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.records import ImportRun, Patient, PatientWord
from clinic_desktop.features.patients.rules.identity import tidy_id
from clinic_desktop.features.patients.rules.intake import Field, Habits, Line, column_names, habits_of, usually_given
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.features.patients.rules.patient import Details, from_columns
from clinic_desktop.features.staff.queries import site
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.names import fold
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"import_run", "patient"})


@dataclass(frozen=True, slots=True)
class Run:
    """One sheet that was taken in."""

    run_id: str
    file_name: str
    people: int
    """How many it brought."""
    still_there: int
    """Of those, how many were not taken back."""
    taken_at: datetime
    undone: bool


def runs(asker: Asker) -> tuple[Run, ...]:
    """The newest first."""
    asker.require(Permission.IMPORT_PATIENTS)
    there = (
        sa.select(Patient.import_run_id, sa.func.count().label("count"))
        .where(Patient.import_run_id.is_not(None), Patient.voided_at.is_(None))
        .group_by(Patient.import_run_id)
        .subquery()
    )
    chosen = (
        sa.select(
            ImportRun.id,
            ImportRun.file_name,
            ImportRun.people,
            there.c.count,
            ImportRun.recorded_at,
            ImportRun.voided_at,
        )
        .outerjoin(there, there.c.import_run_id == ImportRun.id)
        .order_by(ImportRun.recorded_at.desc(), ImportRun.id.desc())
    )
    return tuple(
        Run(run_id, name or "", people or 0, count or 0, taken_at, voided_at is not None)
        for run_id, name, people, count, taken_at, voided_at in asker.all(chosen)
    )


def remembered_columns(asker: Asker, headings: Sequence[str]) -> tuple[Field, ...] | None:
    """What the columns of the last sheet with these headings were taken for; None where there was none."""
    asker.require(Permission.IMPORT_PATIENTS)
    names = column_names(headings)
    newest = sa.select(ImportRun.columns).order_by(ImportRun.recorded_at.desc(), ImportRun.id.desc())
    for (columns,) in asker.all(newest):
        if columns and set(columns) == set(names):
            known = set(Field)
            return tuple(Field(columns[name]) if columns[name] in known else Field.LEFT_OUT for name in names)
    return None


def taken_before(asker: Asker, sha256: str) -> Run | None:
    """The run that brought this very file, if it was not taken back."""
    asker.require(Permission.IMPORT_PATIENTS)
    same = sa.select(ImportRun.id).where(ImportRun.sha256 == sha256, ImportRun.voided_at.is_(None))
    ids = {run_id for (run_id,) in asker.all(same)}
    return next((run for run in runs(asker) if run.run_id in ids), None) if ids else None


@dataclass(frozen=True, slots=True)
class Kept:
    """Somebody who is registered, as a line is compared with them."""

    patient_id: PatientId
    number: str
    said: str
    details: Details


@dataclass(frozen=True, slots=True)
class Registered:
    """Who is registered under the numbers of a sheet."""

    by_folder: Mapping[str, tuple[Kept, ...]]
    by_card: Mapping[str, tuple[Kept, ...]]


def numbers_here(asker: Asker, lines: Sequence[Details]) -> Registered:
    """The people who have one of these folder numbers or cards."""
    asker.require(Permission.IMPORT_PATIENTS)
    folders = {fold(line.folder_number) for line in lines if fold(line.folder_number)}
    cards = {tidy_id(line.national_id) for line in lines if tidy_id(line.national_id)}
    numbered = sa.or_(Patient.folder_number.is_not(None), Patient.national_id.is_not(None))
    chosen = sa.select(*Patient.__table__.columns).where(numbered, Patient.voided_at.is_(None), restricted.shown(asker))
    by_folder: dict[str, list[Kept]] = {}
    by_card: dict[str, list[Kept]] = {}
    light = sa.select(Patient.id, Patient.folder_number, Patient.national_id).where(
        numbered, Patient.voided_at.is_(None), restricted.shown(asker)
    )
    wanted = [
        patient_id
        for patient_id, folder, card in asker.all(light)
        if fold(folder or "") in folders or tidy_id(card or "") in cards
    ]
    for start in range(0, len(wanted), 500):
        for row in asker.all(chosen.where(Patient.id.in_(wanted[start : start + 500]))):
            kept = Kept(PatientId(row.id), row.number or "", said_name(name_of(row)), from_columns(row))
            if folder := fold(row.folder_number or ""):
                by_folder.setdefault(folder, []).append(kept)
            if card := tidy_id(row.national_id or ""):
                by_card.setdefault(card, []).append(kept)
    return Registered({k: tuple(v) for k, v in by_folder.items()}, {k: tuple(v) for k, v in by_card.items()})


def kept_details(asker: Asker, patient_id: PatientId) -> Details:
    """The registration as the form would hold it."""
    asker.require(Permission.IMPORT_PATIENTS)
    return from_columns(asker.one(sa.select(*Patient.__table__.columns).where(Patient.id == patient_id)))


def habits(asker: Asker, lines: Sequence[Line], columns: Sequence[Field]) -> Habits:
    """How the sheet writes, how people here use names, and where the clinic is."""
    asker.require(Permission.IMPORT_PATIENTS)
    here = site(asker)
    found = habits_of(lines, columns)
    used: dict[str, bool | None] = {}

    def is_given(word: str) -> bool | None:
        if word not in used:
            row = asker.first(sa.select(PatientWord.given, PatientWord.family).where(PatientWord.word == word))
            given, family = (row[0], row[1]) if row else (0, 0)
            used[word] = given > family if given or family else usually_given(word)
        return used[word]

    if Field.WHOLE_NAME in columns:
        at = list(columns).index(Field.WHOLE_NAME)
        for line in lines:
            for word in fold(str(line.cells[at] or "") if at < len(line.cells) else "").split():
                is_given(word)
    return Habits(
        letter_m=found.letter_m,
        month_first=found.month_first,
        is_given=lambda word: used.get(word) if word in used else usually_given(word),
        home=(here.municipality_code or "") if here else "",
    )
