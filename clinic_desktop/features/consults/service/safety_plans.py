"""The safety plan that a person made: kept whole, changed by a new one, written down when a copy leaves."""

from typing import Any

from clinic_desktop.features.consults.queries import safety_plans
from clinic_desktop.features.consults.queries.safety_plans import DRAFT_SCREEN
from clinic_desktop.features.consults.records.risk import SafetyPlan
from clinic_desktop.features.consults.rules.safety_plan import NewPlan, write_words
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage import drafts
from clinic_desktop.storage.work import Work


class PlanEmpty(Refused):
    text = N_("Nothing is written in the plan yet. One line of the person's own words is enough.")


def keep_plan(
    work: Work, plan: NewPlan, *, patient_id: str, encounter_id: str | None = None, note_id: str | None = None
) -> None:
    """A new plan; the one before stays readable. The same id twice keeps it once."""
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    if work.session.get(SafetyPlan, plan.plan_id) is not None:
        return
    if plan.words.is_empty:
        raise PlanEmpty()
    said = {name: words.strip() or None for name, words in write_words(plan.words).items()}
    before = safety_plans.newest(work, patient_id)
    work.add(
        SafetyPlan(
            id=plan.plan_id, patient_id=patient_id, encounter_id=encounter_id, note_id=note_id, made_on=work.today,
            amends_id=plan.amends_id or (before.plan_id if before else None), by_id=work.actor.staff_id,
            by_name=work.actor.name, **said,
        )
    )  # fmt: skip
    if encounter_id is None or note_id is None:
        drafts.drop_draft(work, DRAFT_SCREEN, patient_id)
    work.about(SafetyPlan.__tablename__, plan.plan_id)


def keep_plan_draft(work: Work, patient_id: str, *, fields: dict[str, Any], caret: dict[str, Any]) -> None:
    """What is being typed outside a consultation; nobody else sees it."""
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    drafts.keep_draft(work, DRAFT_SCREEN, patient_id, fields, caret)


def note_plan_printed(work: Work, plan_id: str, *, for_relative: bool, way: str, copies: int) -> None:
    """A copy leaves, and for whom: one line of the ledger, written before it does."""
    work.require(Permission.READ_CHART)
    plan = work.load(SafetyPlan, plan_id)
    restricted.must_open(work, plan.patient_id)
    work.detail = {"for_relative": for_relative, "way": way, "copies": copies}
    work.about(SafetyPlan.__tablename__, plan_id)
