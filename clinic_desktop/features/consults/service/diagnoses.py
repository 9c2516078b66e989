"""What a note says of diagnoses, and the short list of the clinic."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from clinic_desktop.features.consults.queries import diagnoses
from clinic_desktop.features.consults.records.conditions import Condition, ShortDiagnosis
from clinic_desktop.features.consults.rules.diagnoses import ClinicalStatus, ConditionChange, ShortLine, checked_list
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def change_condition(
    work: Work, change: ConditionChange, *, patient_id: str, occurred_on: date, encounter_id: str
) -> None:
    """A new diagnosis, or a new standing of one that is there; part of signing a note."""
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    ended = PartialDate(occurred_on.year, occurred_on.month, occurred_on.day)
    standing: dict[str, Any] = {
        "clinical_status": change.clinical_status,
        "verification_status": change.verification_status,
        "confirmed_on": occurred_on,
        "ended": ended if change.clinical_status is ClinicalStatus.RESOLVED else None,
    }
    if change.since is not None:
        standing["since"] = change.since
    found = diagnoses.same_condition(work, patient_id, change)
    if found is not None:
        work.revise(work.load(Condition, found), seen={}, to=standing)
        return
    diagnosis = change.diagnosis
    work.add(
        Condition(
            patient_id=patient_id, code=diagnosis.code, title=diagnosis.title,
            official_title=diagnosis.aside or None, encounter_id=encounter_id, **standing,
        )
    )  # fmt: skip


def keep_short_list(work: Work, lines: Sequence[ShortLine]) -> None:
    """The clinic's own list, in this order; what is no longer on it is retired. Charts keep the words they have."""
    work.require(Permission.KEEP_CATALOGS)
    kept = checked_list(lines)
    for gone in {line.line_id for line in diagnoses.own_list(work)} - {line.line_id for line in kept}:
        work.revise(work.load(ShortDiagnosis, gone), seen={}, to={"retired": True})
    for place, line in enumerate(kept, 1):
        told = {"code": line.code, "label": line.label, "place": place, "retired": False}
        row = work.session.get(ShortDiagnosis, line.line_id)
        if row is None:
            work.add(ShortDiagnosis(id=line.line_id, **told))
        else:
            work.revise(row, seen={}, to=told)
