"""How long each medicine has been prescribed: for the chart of the course."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from clinic_desktop.features.medication.records import MedicationRequest, Medicine, Presentation, StopOrder
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

LONGEST_GAP = timedelta(days=45)
"""A longer time without any begins a new span."""


@dataclass(frozen=True, slots=True)
class MedicineSpan:
    """From the first prescription to the last covered day, or to where it was stopped."""

    name: str
    start: date
    end: date


def medicine_spans(asker: Asker, patient_id: str) -> tuple[MedicineSpan, ...]:
    """The newest span of each medicine and strength; those that end last come first."""
    asker.require(Permission.READ_CHART)
    restricted.must_open(asker, patient_id)
    name = sa.func.coalesce(Medicine.name, MedicationRequest.medicine_text)
    found = asker.all(
        sa.select(
            name, Presentation.strength_text, MedicationRequest.signed_on, MedicationRequest.days, StopOrder.stopped_on
        )
        .join(Presentation, Presentation.id == MedicationRequest.presentation_id, isouter=True)
        .join(Medicine, Medicine.id == Presentation.medicine_id, isouter=True)
        .join(StopOrder, StopOrder.request_id == MedicationRequest.id, isouter=True)
        .where(MedicationRequest.patient_id == patient_id)
        .order_by(MedicationRequest.signed_on, MedicationRequest.id)
    )
    spans: dict[str, MedicineSpan] = {}
    for medicine, strength, start, days, stopped in found:
        if start is None:
            continue
        said = f"{medicine or ''} {strength or ''}".strip()
        end = stopped or start + timedelta(days=days or 0)
        known = spans.get(said)
        if known is not None and start <= known.end + LONGEST_GAP:
            # A stop ends what was running; a later prescription takes it up again.
            spans[said] = MedicineSpan(said, known.start, end if stopped else max(end, known.end))
        else:
            spans[said] = MedicineSpan(said, start, end)
    return tuple(sorted(spans.values(), key=lambda span: (span.end, span.start), reverse=True))
