"""To whom something stayed owed on another day, and what of it can be given now."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.queries.handing import ToGive, of_the_living, open_lines, said_names
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.formulary import Presentation
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest
from clinic_desktop.features.medication.rules.kinds import DispenseKind
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class PersonOwed:
    """Somebody who went home with less than was prescribed, and for whom the shelf has something again."""

    patient_id: str
    said: str
    lines: tuple[ToGive, ...]
    until: date
    """The last day on which the first of it may be fetched."""


def owed_now(asker: Asker) -> tuple[PersonOwed, ...]:
    """Of prescriptions of earlier days whose days are not over: who is owed what is usable today, the most urgent
    first. What a newer prescription of the same medicine took the place of, and portions, are left out."""
    asker.require(Permission.DISPENSE)
    found = [item for item in open_lines(asker, *_running_short(asker)) if item.line.running]
    there = shelf.presentations(asker, (item.line.presentation_id for item in found if item.line.presentation_id))
    waiting: defaultdict[str, list[ToGive]] = defaultdict(list)
    for item in sorted(found, key=lambda one: (one.until, one.line.request_id)):
        product = there.get(item.line.presentation_id or "")
        if product is not None and product.usable > 0 and not item.line.unsigned:
            waiting[item.line.patient_id].append(item)
    names = said_names(asker, waiting)
    return tuple(
        PersonOwed(patient_id, names.get(patient_id, ""), tuple(items), items[0].until)
        for patient_id, items in waiting.items()
    )


def _running_short(asker: Asker) -> tuple[sa.ColumnElement[bool], ...]:
    """Decided where the rows lie, so that a year of prescriptions handed out in full costs nothing here."""
    request, given = MedicationRequest, MedicationDispense
    newer, product = aliased(MedicationRequest), aliased(Presentation)
    replaced = (
        sa.exists()
        .where(newer.patient_id == request.patient_id, newer.signed_on > request.signed_on)
        .where(product.id == newer.presentation_id, product.medicine_id == Presentation.medicine_id)
    )
    handed = (
        sa.select(sa.func.coalesce(sa.func.sum(given.units), 0))
        .where(given.request_id == request.id, given.kind.in_((DispenseKind.GIVEN, DispenseKind.MISTAKE)))
        .correlate(request)
        .scalar_subquery()
    )
    begins = sa.func.coalesce(request.starts_on, request.signed_on)
    over_on = sa.func.date(begins, sa.func.coalesce(request.days, 0).concat(" days"))
    return (
        request.signed_on < asker.today,
        request.presentation_id.is_not(None),
        sa.func.coalesce(request.days_per_pickup, 0) == 0,
        over_on > asker.today.isoformat(),
        handed < request.units,
        ~replaced,
        of_the_living(),
    )
