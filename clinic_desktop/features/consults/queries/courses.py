"""What was prescribed to a person since when, at which dose: for the chart of the course. One question."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from clinic_desktop.features.consults.rules.course import LONGEST_GAP, Prescribed
from clinic_desktop.features.medication.rules.doses import Dose
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class MedicineSpan:
    """From the first prescription to the last covered day, or to where it was stopped."""

    name: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class PrescribedLine:
    """A prescribed line as the course needs it."""

    strength: str
    line: Prescribed


def prescribed(asker: Asker, patient_id: str) -> tuple[PrescribedLine, ...]:
    """Every line ever signed for a person, oldest first; those of consultations that were taken back are left out."""
    asker.require(Permission.READ_CHART)
    restricted.must_open(asker, patient_id)
    # After a merge a line may have been stopped twice: one is enough.
    lines = {row[0]: line for row in asker.plain(_SQL, (patient_id,)) if (line := _line(row)) is not None}
    return tuple(lines.values())


# Written out: a chart of ten years reads hundreds of these rows.
_SQL = (
    "SELECT r.id, coalesce(m.name, r.medicine_text), p.strength_text, coalesce(r.starts_on, r.signed_on), r.days,"
    " s.stopped_on, s.reason, r.steps, r.as_needed, r.morning_quarters, r.noon_quarters, r.evening_quarters,"
    " r.night_quarters, r.every_days FROM medication_request r"
    " LEFT JOIN presentation p ON p.id = r.presentation_id LEFT JOIN medicine m ON m.id = p.medicine_id"
    " LEFT JOIN stop_order s ON s.request_id = r.id LEFT JOIN encounter e ON e.id = r.encounter_id"
    " WHERE r.patient_id = ? AND r.voided_at IS NULL AND e.voided_at IS NULL ORDER BY r.signed_on, r.id"
)


def _line(row: Any) -> PrescribedLine | None:
    _id, name, strength, start, days, stopped_on, reason, steps, as_needed, *dose = row
    if start is None:
        return None
    said = _doses(strength or "", days or 0, json.loads(steps) if steps else (), bool(as_needed), tuple(dose))
    stopped = date.fromisoformat(stopped_on) if stopped_on else None
    line = Prescribed(name or "", date.fromisoformat(start), said, stopped, reason or "")
    return PrescribedLine(strength or "", line)


def _doses(
    strength: str, days: int, steps: Sequence[Any], as_needed: bool, dose: tuple[int | None, ...]
) -> tuple[tuple[int, str], ...]:
    if as_needed:
        return ((days, _joined(strength, _("as needed"))),)
    if not steps:
        return ((days, _joined(strength, _said(dose))),)
    parts = ("morning", "noon", "evening", "night", "every_days")
    return tuple((int(s.get("days") or 0), _joined(strength, _said(tuple(s.get(p) for p in parts)))) for s in steps)


@lru_cache(maxsize=256)
def _said(dose: tuple[int | None, ...]) -> str:
    """ "1-0-1"; nothing where the prescription has only free words."""
    morning, noon, evening, night, every = dose
    try:
        return str(Dose(morning or 0, noon or 0, evening or 0, night or 0, every or 1))
    except Refused:
        return ""


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def spans_of(lines: Iterable[PrescribedLine]) -> tuple[MedicineSpan, ...]:
    """The newest span of each medicine and strength; those that end last come first."""
    spans: dict[str, MedicineSpan] = {}
    for told in lines:
        line = told.line
        said, start, end = f"{line.name} {told.strength}".strip(), line.start, line.end
        known = spans.get(said)
        if known is not None and start <= known.end + LONGEST_GAP:
            # A stop ends what was running; a later prescription takes it up again.
            spans[said] = MedicineSpan(said, known.start, end if line.stopped_on else max(end, known.end))
        else:
            spans[said] = MedicineSpan(said, start, end)
    return tuple(sorted(spans.values(), key=lambda span: (span.end, span.start), reverse=True))
