"""What a person wants to reach, and how far they said they are."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from clinic_desktop.features.consults.records.encounters import ConsultNote, Encounter, Goal, GoalMark
from clinic_desktop.features.consults.rules.goals import GoalStanding
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({Goal.__tablename__, GoalMark.__tablename__})


@dataclass(frozen=True, slots=True)
class GoalRow:
    goal_id: str
    words: str
    set_on: date
    standing: GoalStanding | None
    """What was said last; None while nobody asked."""
    marked_on: date | None


def goals(asker: Asker, patient_id: str) -> tuple[GoalRow, ...]:
    """All that were ever named, the oldest first. What was said in a consultation taken back counts no longer."""
    asker.require(Permission.READ_CHART, Permission.WRITE_NOTES)
    restricted.must_open(asker, patient_id)
    voided = sa.exists().where(
        ConsultNote.id == GoalMark.note_id, Encounter.id == ConsultNote.encounter_id, Encounter.voided_at.is_not(None)
    )
    marks = asker.all(
        sa.select(GoalMark.goal_id, GoalMark.standing, GoalMark.marked_on)
        .where(GoalMark.patient_id == patient_id, ~voided)
        .order_by(GoalMark.marked_on, GoalMark.id)
    )
    newest = {goal_id: (standing, day) for goal_id, standing, day in marks}
    found = asker.all(
        sa.select(Goal.id, Goal.words, Goal.set_on)
        .where(Goal.patient_id == patient_id, Goal.voided_at.is_(None))
        .order_by(Goal.set_on, Goal.id)
    )
    return tuple(GoalRow(row[0], row[1], row[2], *newest.get(row[0], (None, None))) for row in found)


def marked_in(asker: Asker, note_id: str) -> tuple[tuple[str, GoalStanding], ...]:
    """(words, standing) as they were said in this note."""
    asker.require(Permission.READ_CHART, Permission.WRITE_NOTES)
    found = asker.all(
        sa.select(GoalMark.patient_id, Goal.words, GoalMark.standing)
        .join(Goal, Goal.id == GoalMark.goal_id)
        .where(GoalMark.note_id == note_id)
        .order_by(GoalMark.id)
    )
    for patient_id in {row[0] for row in found}:
        restricted.must_open(asker, patient_id)
    return tuple((row[1], row[2]) for row in found)


def named_in(asker: Asker, encounter_id: str) -> tuple[str, ...]:
    """The words of the goals first named in this encounter."""
    asker.require(Permission.READ_CHART, Permission.WRITE_NOTES)
    found = asker.all(sa.select(Goal.patient_id, Goal.words).where(Goal.encounter_id == encounter_id).order_by(Goal.id))
    for patient_id in {row[0] for row in found}:
        restricted.must_open(asker, patient_id)
    return tuple(row[1] for row in found)


def goals_from(asker: Asker, encounter_id: str) -> tuple[str, ...]:
    """Ids of the goals first named in this encounter, while they stand."""
    found = asker.all(sa.select(Goal.id).where(Goal.encounter_id == encounter_id, Goal.voided_at.is_(None)))
    return tuple(row[0] for row in found)
