"""The person's own goals: named, and how far they are; part of what is signed with a note."""

from collections.abc import Iterable

from clinic_desktop.features.consults.records.encounters import Encounter, Goal, GoalMark
from clinic_desktop.features.consults.rules.goals import GoalChange
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def keep_goals(work: Work, encounter_id: str, note_id: str, changes: Iterable[GoalChange]) -> None:
    """What was said of goals in this consultation. A goal without words is none."""
    work.require(Permission.WRITE_NOTES)
    encounter = work.load(Encounter, encounter_id)
    restricted.must_open(work, encounter.patient_id)
    for change in changes:
        known = work.session.get(Goal, change.goal_id)
        if known is None:
            if not change.is_new or not change.words.strip():
                continue
            work.add(
                Goal(
                    id=change.goal_id, patient_id=encounter.patient_id, words=change.words.strip(),
                    set_on=encounter.occurred_on, encounter_id=encounter.id,
                )
            )  # fmt: skip
        elif known.patient_id != encounter.patient_id:
            continue
        if change.standing is not None:
            work.add(
                GoalMark(
                    goal_id=change.goal_id, patient_id=encounter.patient_id, standing=change.standing,
                    marked_on=encounter.occurred_on, note_id=note_id,
                )
            )  # fmt: skip
