"""Sheets of people that were taken in, and what is here already of those in a sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from clinic_desktop.features.patients.records import ImportRun, Patient, PatientWord
from clinic_desktop.features.patients.rules.intake import Field, Line, column_names, propose
from clinic_desktop.features.patients.rules.intake_lines import Habits, habits_of, usually_given
from clinic_desktop.features.staff.queries import site
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
    """What the columns of the last sheet with these headings were taken for; None where there was none.

    Columns that the sheet has besides are proposed as ever.
    """
    asker.require(Permission.IMPORT_PATIENTS)
    names = column_names(headings)
    newest = sa.select(ImportRun.columns).order_by(ImportRun.recorded_at.desc(), ImportRun.id.desc())
    for (columns,) in asker.all(newest):
        if columns and set(columns) <= set(names):
            return _as_then(columns, names, headings)
    return None


def _as_then(columns: Mapping[str, str], names: Sequence[str], headings: Sequence[str]) -> tuple[Field, ...]:
    known = {name: Field(field) for name, field in columns.items() if field in set(Field)}
    free = set(Field) - set(known.values())
    proposed = [field if field in free else Field.LEFT_OUT for field in propose(headings)]
    return tuple(
        known.get(name, Field.LEFT_OUT) if name in columns else new for name, new in zip(names, proposed, strict=True)
    )


def taken_before(asker: Asker, sha256: str) -> Run | None:
    """The run that brought this very file, if it was not taken back."""
    asker.require(Permission.IMPORT_PATIENTS)
    same = sa.select(ImportRun.id).where(ImportRun.sha256 == sha256, ImportRun.voided_at.is_(None))
    ids = {run_id for (run_id,) in asker.all(same)}
    return next((run for run in runs(asker) if run.run_id in ids), None) if ids else None


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
