"""What was prescribed to a person since when, at which dose: for the chart of the course. One question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.consults.records.encounters import Encounter
from clinic_desktop.features.consults.rules.course import LONGEST_GAP, Prescribed
from clinic_desktop.features.medication.records import MedicationRequest, Medicine, Presentation, StopOrder
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


def medicine_spans(asker: Asker, patient_id: str) -> tuple[MedicineSpan, ...]:
    """The newest span of each medicine and strength; those that end last come first."""
    return spans_of(prescribed(asker, patient_id))


def prescribed(asker: Asker, patient_id: str) -> tuple[PrescribedLine, ...]:
    """Every line ever signed for a person, oldest first; those of consultations that were taken back are left out."""
    asker.require(Permission.READ_CHART)
    restricted.must_open(asker, patient_id)
    request = MedicationRequest
    found = asker.all(
        sa.select(
            request.id, sa.func.coalesce(Medicine.name, request.medicine_text), Presentation.strength_text,
            sa.func.coalesce(request.starts_on, request.signed_on), request.days, StopOrder.stopped_on,
            StopOrder.reason, request.steps, request.as_needed, request.morning_quarters, request.noon_quarters,
            request.evening_quarters, request.night_quarters, request.every_days,
        )
        .join(Presentation, Presentation.id == request.presentation_id, isouter=True)
        .join(Medicine, Medicine.id == Presentation.medicine_id, isouter=True)
        .join(StopOrder, StopOrder.request_id == request.id, isouter=True)
        .join(Encounter, Encounter.id == request.encounter_id, isouter=True)
        .where(request.patient_id == patient_id, request.voided_at.is_(None), Encounter.voided_at.is_(None))
        .order_by(request.signed_on, request.id)
    )  # fmt: skip
    # After a merge a line may have been stopped twice: one is enough.
    lines = {row[0]: line for row in found if (line := _line(row)) is not None}
    return tuple(lines.values())


def _line(row: Any) -> PrescribedLine | None:
    _id, name, strength, start, days, stopped_on, reason, steps, as_needed, *dose = row
    if start is None:
        return None
    start = start if isinstance(start, date) else date.fromisoformat(start)
    said = _doses(strength or "", days or 0, steps or (), bool(as_needed), dose)
    return PrescribedLine(strength or "", Prescribed(name or "", start, said, stopped_on, reason or ""))


def _doses(
    strength: str, days: int, steps: Sequence[Any], as_needed: bool, dose: Sequence[int | None]
) -> tuple[tuple[int, str], ...]:
    if as_needed:
        return ((days, _joined(strength, _("as needed"))),)
    if not steps:
        return ((days, _joined(strength, _said(dose))),)
    parts = ("morning", "noon", "evening", "night", "every_days")
    return tuple((int(s.get("days") or 0), _joined(strength, _said([s.get(p) for p in parts]))) for s in steps)


def _said(dose: Sequence[int | None]) -> str:
    """ "1-0-1"; nothing where the prescription has only free words."""
    morning, noon, evening, night, every = dose
    try:
        return str(Dose(morning or 0, noon or 0, evening or 0, night or 0, every or 1))
    except Refused:
        return ""


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def spans_of(lines: Iterable[PrescribedLine]) -> tuple[MedicineSpan, ...]:
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
