"""Safety plans: for those who read the chart."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.consults.records.encounters import Encounter
from clinic_desktop.features.consults.records.risk import SafetyPlan
from clinic_desktop.features.consults.rules.safety_plan import PlanWords
from clinic_desktop.features.patients.queries import consents, restricted
from clinic_desktop.features.patients.rules.consents import ConsentPurpose
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.drafts import KeptDraft, find_draft
from clinic_desktop.storage.work import AnySelect, Asker

DRAFT_SCREEN = "safety-plan"
TABLES = frozenset({SafetyPlan.__tablename__})
_READERS = (Permission.READ_CHART, Permission.WRITE_NOTES)


@dataclass(frozen=True, slots=True)
class PlanRow:
    plan_id: str
    patient_id: str
    made_on: date
    words: PlanWords
    by_name: str


def newest(asker: Asker, patient_id: str) -> PlanRow | None:
    """The plan that holds."""
    asker.require(*_READERS)
    found = plans(asker, patient_id)
    return found[0] if found else None


def plans(asker: Asker, patient_id: str) -> tuple[PlanRow, ...]:
    """Every plan that was made, the newest first. Not those of a note that was taken back."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    return _rows(asker, SafetyPlan.patient_id == patient_id)


def plan(asker: Asker, plan_id: str) -> PlanRow:
    """One plan. Raises NotHere."""
    asker.require(*_READERS)
    whose = asker.one(sa.select(SafetyPlan.patient_id).where(SafetyPlan.id == plan_id))
    restricted.must_open(asker, whose.patient_id)
    return _rows(asker, SafetyPlan.id == plan_id)[0]


def plan_of_note(asker: Asker, note_id: str) -> PlanRow | None:
    """The plan that was signed with this note."""
    asker.require(*_READERS)
    found = _rows(asker, SafetyPlan.note_id == note_id)
    if found:
        restricted.must_open(asker, found[0].patient_id)
    return found[0] if found else None


def may_share(asker: Asker, patient_id: str, with_whom: str) -> bool:
    """Whether the person agreed that this relative is spoken with; asked again for each copy."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    return bool(with_whom.strip()) and consents.allowed(asker, patient_id, ConsentPurpose.RELATIVE, with_whom.strip())


def relatives(asker: Asker, patient_id: str) -> tuple[str, ...]:
    """With whom the person said that we may speak, as they are named there."""
    asker.require(*_READERS)
    named = [
        entry.about for entry in consents.of_patient(asker, patient_id) if entry.purpose == ConsentPurpose.RELATIVE
    ]
    return tuple(name for name in dict.fromkeys(named) if may_share(asker, patient_id, name))


def plan_draft(asker: Asker, patient_id: str) -> KeptDraft | None:
    """What the one who asks was typing outside a consultation."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    return find_draft(asker, DRAFT_SCREEN, patient_id)


def _rows(asker: Asker, where: sa.ColumnElement[bool]) -> tuple[PlanRow, ...]:
    columns: AnySelect = sa.select(
        SafetyPlan.id, SafetyPlan.patient_id, SafetyPlan.made_on, SafetyPlan.by_name, SafetyPlan.warning_signs,
        SafetyPlan.what_i_can_do, SafetyPlan.people_and_places, SafetyPlan.whom_to_call, SafetyPlan.making_it_safe,
        SafetyPlan.shared_with, SafetyPlan.language_code, SafetyPlan.interpreter_name,
        SafetyPlan.amends_id,
    )  # fmt: skip
    found = asker.all(
        columns.join(Encounter, Encounter.id == SafetyPlan.encounter_id, isouter=True)
        .where(where, SafetyPlan.voided_at.is_(None), Encounter.voided_at.is_(None))
        .order_by(SafetyPlan.made_on.desc(), SafetyPlan.id.desc())
    )
    # Of two plans made on one day at two clinics the one that nothing follows holds.
    replaced = {row.amends_id for row in found}
    return tuple(_row(row) for row in sorted(found, key=lambda row: row.id in replaced))


def _row(row: Any) -> PlanRow:
    words = PlanWords(*(said or "" for said in row[4:12]))
    return PlanRow(row.id, row.patient_id, row.made_on, words, row.by_name or "")
