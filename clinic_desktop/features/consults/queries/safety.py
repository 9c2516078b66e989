"""What the chart knows that a rule of safety may ask for, in a few questions whatever the years."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.consults.queries import diagnoses, outside, reactions, reproduction, results
from clinic_desktop.features.consults.queries.outside import OutsideMedicineRow
from clinic_desktop.features.consults.records.findings import LabResult, SafetyAnswer
from clinic_desktop.features.consults.rules.safety import (
    EarlierAnswer,
    KnownCondition,
    KnownReaction,
    KnownResult,
    Situation,
    Taken,
    said_about,
    sentence_of,
)
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest, StopOrder
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.queries.similar import same_person_ids
from clinic_desktop.kernel.dates import PartialDate, age_on
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = (
    frozenset({LabResult.__tablename__, SafetyAnswer.__tablename__, "allergy", "patient", "patient_link", "condition"})
    | reproduction.TABLES
    | outside.TABLES
    | reactions.TABLES
)
"""For office.follow: what changes a situation beside the prescription."""
ENDED_WITHIN, RESULTS_WITHIN, LOOK_BACK = 60, 366, 1100
"""Days. The longest time between two medicines that a rule knows is 35 days."""


def situation(asker: Asker, patient_id: str) -> Situation:
    asker.require(Permission.READ_CHART, Permission.PRESCRIBE)
    restricted.must_open(asker, patient_id)
    header = patients.header(asker, PatientId(patient_id))
    birth = header.birth
    records = same_person_ids(asker, PatientId(patient_id))
    here = [one for record in records for one in (*_prescribed(asker, record), *_outside(asker, record))]
    return Situation(
        today=asker.today,
        sex=header.sex,
        age=None if birth is None else age_on(birth.day, asker.today),
        age_is_estimated=birth is not None and (birth.estimated or birth.day.month is None),
        allergies=header.allergies,
        taken=tuple(here),
        conditions=tuple(
            KnownCondition(row.code, row.title)
            for row in diagnoses.conditions(asker, patient_id)
            if row.is_active and row.code
        ),
        reproduction=reproduction.told(asker, patient_id),
        results=tuple(
            KnownResult(row.test_code, row.said, row.taken_on)
            for row in results.results_since(asker, patient_id, RESULTS_WITHIN)
        ),
        answers=_answers(asker, patient_id),
        reactions=tuple(
            KnownReaction(row.reaction.medicine, row.reaction.happened)
            for row in reactions.reactions(asker, patient_id)
            if not row.corrected
        ),
    )


def _prescribed(asker: Asker, patient_id: str) -> Iterable[Taken]:
    """What was prescribed here, one for each medicine: what runs, and what ended lately."""
    request = MedicationRequest
    found = asker.all(
        sa.select(
            sa.func.coalesce(Medicine.name, request.medicine_text, ""), Medicine.atc_code, request.signed_on,
            request.starts_on, request.days, StopOrder.stopped_on,
        )
        .outerjoin(Presentation, Presentation.id == request.presentation_id)
        .outerjoin(Medicine, Medicine.id == Presentation.medicine_id)
        .outerjoin(StopOrder, StopOrder.request_id == request.id)
        .where(request.patient_id == patient_id, request.signed_on >= asker.today - timedelta(days=LOOK_BACK))
        .where(request.voided_at.is_(None))
        .order_by(request.signed_on, request.id)
    )  # fmt: skip
    courses: dict[str, list[Any]] = {}
    for row in found:
        courses.setdefault(row[1] or row[0].casefold(), []).append(row)
    for rows in courses.values():
        taken = _course(rows, asker.today)
        if taken.ended_on is None or taken.ended_on >= asker.today - timedelta(days=ENDED_WITHIN):
            yield taken


_GAP = timedelta(days=45)
"""A longer time without any begins anew."""


def _course(rows: list[Any], today: date) -> Taken:
    """The newest course of one medicine, from all lines of it in the order they were signed."""
    since, end, stopped_last = None, date.min, False
    for _name, _atc, signed_on, starts_on, days, stopped_on in rows:
        begins = starts_on or signed_on
        covered = begins + timedelta(days=days or 0)
        until = min(covered, stopped_on) if stopped_on else covered
        if since is None or begins > end + _GAP:
            since = begins
        stopped_last = bool(stopped_on) if until >= end else stopped_last
        end = max(end, until)
    if end > today:
        return Taken(rows[-1][0], rows[-1][1], since=since)
    return Taken(
        rows[-1][0], rows[-1][1], since=since, ended_on=end, stopped_here=stopped_last, ran_out=not stopped_last
    )


def _outside(asker: Asker, patient_id: str) -> Iterable[Taken]:
    for row in outside.outside_medicines(asker, patient_id):
        taken = _from_elsewhere(row, asker.today)
        if taken is not None:
            yield taken


def _from_elsewhere(row: OutsideMedicineRow, today: date) -> Taken | None:
    since = row.since.earliest() if row.since is not None else None
    if row.ended is None:
        return Taken(row.name, None, since=since)
    last = _latest(row.ended)
    if last < today - timedelta(days=ENDED_WITHIN):
        return None
    if row.ended.day is None:
        return Taken(row.name, None, since=since, end_unknown=True)
    return Taken(row.name, None, since=since, ended_on=last) if last <= today else Taken(row.name, None, since=since)


def _latest(day: PartialDate) -> date:
    month = day.month or 12
    return date(day.year, month, day.day or monthrange(day.year, month)[1])


def _answers(asker: Asker, patient_id: str) -> tuple[EarlierAnswer, ...]:
    found = asker.all(
        sa.select(SafetyAnswer.rule_code, sa.func.coalesce(SafetyAnswer.about, ""))
        .where(SafetyAnswer.patient_id == patient_id, SafetyAnswer.voided_at.is_(None))
        .distinct()
    )
    return tuple(EarlierAnswer(*row) for row in found)


@dataclass(frozen=True, slots=True)
class AnsweredRow:
    """What a prescriber answered with a note, as it is read later."""

    about: str
    sentence: str
    """Empty for a rule that this program does not carry."""
    reason: str
    by_name: str


def answered_in(asker: Asker, note_id: str) -> tuple[AnsweredRow, ...]:
    asker.require(Permission.READ_CHART, Permission.WRITE_NOTES)
    found = asker.all(
        sa.select(
            SafetyAnswer.patient_id, SafetyAnswer.rule_code, sa.func.coalesce(SafetyAnswer.about, ""),
            sa.func.coalesce(SafetyAnswer.reason, ""), sa.func.coalesce(SafetyAnswer.by_name, ""),
        )
        .where(SafetyAnswer.note_id == note_id, SafetyAnswer.voided_at.is_(None))
        .order_by(SafetyAnswer.id)
    )  # fmt: skip
    restricted.must_open(asker, *{row[0] for row in found})
    return tuple(AnsweredRow(said_about(row[2]), sentence_of(row[1]), row[3], row[4]) for row in found)
