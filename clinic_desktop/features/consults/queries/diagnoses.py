"""The diagnoses of a person."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from clinic_desktop.features.consults.records.conditions import Condition, ShortDiagnosis
from clinic_desktop.features.consults.rules.case_log import group_of
from clinic_desktop.features.consults.rules.diagnoses import (
    ClinicalStatus,
    ConditionChange,
    Diagnosis,
    ShortLine,
    VerificationStatus,
    is_same,
)
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

_READERS = (Permission.READ_CHART, Permission.WRITE_NOTES)
_MANY = 500


@dataclass(frozen=True, slots=True)
class ConditionRow:
    condition_id: str
    code: str | None
    title: str
    clinical_status: ClinicalStatus
    verification_status: VerificationStatus
    since: PartialDate | None
    confirmed_on: date | None
    official_title: str | None = None
    """Where the chart says it otherwise."""
    ended: PartialDate | None = None

    @property
    def is_active(self) -> bool:
        return self.clinical_status is not ClinicalStatus.RESOLVED


_CONDITION = sa.select(
    Condition.id, Condition.code, Condition.title, Condition.clinical_status, Condition.verification_status,
    Condition.since, Condition.confirmed_on, Condition.official_title, Condition.ended,
)  # fmt: skip


def conditions(asker: Asker, patient_id: str) -> tuple[ConditionRow, ...]:
    """Diagnoses that were not taken back, in the order they were written; resolved ones last."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    found = asker.all(
        _CONDITION.where(Condition.patient_id == patient_id, Condition.voided_at.is_(None)).order_by(Condition.id)
    )
    return tuple(sorted((ConditionRow(*row) for row in found), key=lambda row: not row.is_active))


def same_condition(asker: Asker, patient_id: str, change: ConditionChange) -> str | None:
    """The condition a change is about: the one named, or the same diagnosis that already stands."""
    asker.require(*_READERS)
    if change.condition_id is not None:
        return change.condition_id
    same = [
        row for row in conditions(asker, patient_id)
        if row.is_active and is_same(Diagnosis(row.code, row.title, row.title), change.diagnosis)
    ]  # fmt: skip
    return same[0].condition_id if same else None


def conditions_from(asker: Asker, encounter_id: str) -> tuple[str, ...]:
    where = sa.and_(Condition.encounter_id == encounter_id, Condition.voided_at.is_(None))
    return tuple(row[0] for row in asker.all(sa.select(Condition.id).where(where)))


SHORT_LIST_TABLES = frozenset({ShortDiagnosis.__tablename__})


def own_list(asker: Asker) -> tuple[ShortLine, ...]:
    """The short list that this clinic made for itself; empty while it uses the usual one."""
    asker.require(*_READERS, Permission.KEEP_CATALOGS)
    found = asker.all(
        sa.select(ShortDiagnosis.id, ShortDiagnosis.code, ShortDiagnosis.label)
        .where(
            ShortDiagnosis.origin_site_id == asker.site_id,
            ShortDiagnosis.retired.is_not(True),
            ShortDiagnosis.voided_at.is_(None),
        )
        .order_by(ShortDiagnosis.place, ShortDiagnosis.id)
    )
    return tuple(ShortLine(line_id, code, label or "") for line_id, code, label in found)


def count_groups(asker: Asker, patient_ids: Collection[str]) -> dict[str, int]:
    """How many of these people have a diagnosis of which block of the ICD-10, each person counted once, under the
    diagnosis that was written first of those that hold. For counts only: it tells of nobody which."""
    asker.require(Permission.SEE_REPORTS, Permission.KEEP_PARTNERS)
    wanted, first = list(patient_ids), dict[str, str]()
    for start in range(0, len(wanted), _MANY):
        select = (
            sa.select(Condition.patient_id, Condition.code)
            .where(Condition.patient_id.in_(wanted[start : start + _MANY]), Condition.voided_at.is_(None))
            .where(Condition.clinical_status != ClinicalStatus.RESOLVED, Condition.code.is_not(None))
            .order_by(Condition.id)
        )
        for patient_id, code in asker.all(select):
            first.setdefault(patient_id, group_of(code or ""))
    counted = Counter(first.values())
    return {group: counted[group] for group in sorted(counted) if group}
