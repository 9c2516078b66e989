"""What came back from a laboratory, as its papers say it."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.consults.queries.standing_rows import is_not_taken_back
from clinic_desktop.features.consults.records.findings import LabResult
from clinic_desktop.features.consults.rules.results import say_test, say_value
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.names import fold
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({LabResult.__tablename__})
READERS = (Permission.READ_CHART, Permission.WRITE_NOTES, Permission.TAKE_VITALS)
_NEWER = aliased(LabResult, name="newer_result")
_IS_AMENDED = sa.exists().where(_NEWER.amends_id == LabResult.id, _NEWER.voided_at.is_(None))


@dataclass(frozen=True, slots=True)
class ResultRow:
    result_id: str
    test_code: str | None
    test_text: str
    value: str
    unit: str
    taken_on: date
    by_name: str
    amends_id: str | None
    corrected: bool

    @property
    def test(self) -> str:
        return say_test(self.test_code, self.test_text)

    @property
    def said(self) -> str:
        return f"{self.test} {say_value(self.value, self.unit)}"


def results(asker: Asker, patient_id: str, limit: int = 200) -> tuple[ResultRow, ...]:
    """Every result, the newest first, corrected ones among them."""
    return _read(asker, patient_id, limit)


def last_results(asker: Asker, patient_id: str) -> tuple[ResultRow, ...]:
    """Of each test the newest result that stands; the newest first."""
    newest: dict[str, ResultRow] = {}
    for row in _read(asker, patient_id, 200, ~_IS_AMENDED):
        newest.setdefault(row.test_code or fold(row.test_text), row)
    return tuple(newest.values())


def results_since(asker: Asker, patient_id: str, days: int) -> tuple[ResultRow, ...]:
    """The results that stand, of so many days back, the newest first."""
    return _read(asker, patient_id, 200, ~_IS_AMENDED, LabResult.taken_on >= asker.today - timedelta(days=days))


def _read(asker: Asker, patient_id: str, limit: int, *which: sa.ColumnElement[bool]) -> tuple[ResultRow, ...]:
    asker.require(*READERS)
    restricted.must_open(asker, patient_id)
    words = (LabResult.test_text, LabResult.value_text, LabResult.unit_text)
    found = asker.all(
        sa.select(
            LabResult.id, LabResult.test_code, *(sa.func.coalesce(column, "") for column in words), LabResult.taken_on,
            sa.func.coalesce(LabResult.by_name, ""), LabResult.amends_id, _IS_AMENDED,
        )
        .where(LabResult.patient_id == patient_id, LabResult.voided_at.is_(None), *which)
        .where(is_not_taken_back(LabResult.encounter_id))
        .order_by(LabResult.taken_on.desc(), LabResult.id.desc())
        .limit(limit)
    )  # fmt: skip
    return tuple(ResultRow(*row) for row in found)


def is_corrected(asker: Asker, result_id: str) -> bool:
    asker.require(*READERS)
    return bool(asker.value(sa.select(_IS_AMENDED).select_from(LabResult).where(LabResult.id == result_id)))
