"""What was answered about violence at home. In no letter, and in "my data" only if asked for alone."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.consults.queries.standing_rows import is_not_taken_back
from clinic_desktop.features.consults.records.findings import ViolenceAnswer
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({ViolenceAnswer.__tablename__})


@dataclass(frozen=True, slots=True)
class ViolenceRow:
    answer_id: str
    asked_on: date
    answer: str
    wants_help: bool | None


def violence_answers(asker: Asker, patient_id: str) -> tuple[ViolenceRow, ...]:
    """The newest first, without those that were corrected."""
    asker.require(Permission.READ_CHART, Permission.WRITE_NOTES)
    restricted.must_open(asker, patient_id)
    later = aliased(ViolenceAnswer)
    found = asker.all(
        sa.select(
            ViolenceAnswer.id, ViolenceAnswer.asked_on, ViolenceAnswer.answer, ViolenceAnswer.wants_help
        )
        .where(ViolenceAnswer.patient_id == patient_id, ViolenceAnswer.voided_at.is_(None))
        .where(is_not_taken_back(ViolenceAnswer.encounter_id))
        .where(~sa.exists().where(later.amends_id == ViolenceAnswer.id))
        .order_by(ViolenceAnswer.asked_on.desc(), ViolenceAnswer.id.desc())
    )  # fmt: skip
    return tuple(ViolenceRow(i, day, answer, helps) for i, day, answer, helps in found)
