"""What one person was given, as its label and its receipt say it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries.handing import Part, parts_given
from clinic_desktop.features.medication.queries.prescriptions import (
    LOOK_BACK_DAYS,
    CurrentMedicine,
    line_of,
    prescribed_lines,
)
from clinic_desktop.features.medication.queries.vouchered import vouchers_of_lines
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest
from clinic_desktop.features.medication.records.stock import StockLot, StockMovement
from clinic_desktop.features.medication.rules.kinds import (
    DispenseKind,
    Form,
    ReceiverSign,
    Route,
    Unit,
    say_product,
)
from clinic_desktop.features.medication.rules.portions import lasts_until
from clinic_desktop.features.medication.rules.tall import shown_name
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class HandedLot:
    lot_number: str | None
    expires_on: date
    units: int


@dataclass(frozen=True, slots=True)
class HandedOut:
    """One medicine that left, less what was taken back since."""

    dispense_id: str
    patient_id: str
    name: str
    form: Form | None
    strength_text: str | None
    route: Route | None
    unit: Unit | None
    units: int
    given_on: date
    lots: tuple[HandedLot, ...]
    """The one that expires first in front: it is used up first."""
    line: CurrentMedicine | None
    """What was prescribed; None for a paper that nobody typed."""
    days: int | None
    """For how long these units are, where it can be said."""
    owed: int
    paper_folio: str | None
    prescriber: str
    handed_by_id: str | None
    received_by: str | None
    received_sign: ReceiverSign | None
    receiver_document: str | None
    witness_name: str | None
    tall_name: str | None = None

    @property
    def shown_name(self) -> str:
        return shown_name(self.name, self.tall_name)

    @property
    def said(self) -> str:
        return f"{self.shown_name} {self.product}".strip()

    @property
    def product(self) -> str:
        return say_product(self.form, self.strength_text, self.route)

    @property
    def folio(self) -> str:
        return (self.line.folio if self.line else self.paper_folio) or ""


def handed_out(asker: Asker, dispense_ids: Sequence[str]) -> tuple[HandedOut, ...]:
    """In the order of the ids; what was a mistake altogether is left out."""
    found = {one.dispense_id: one for one in _handed(asker, MedicationDispense.id.in_(dispense_ids))}
    return tuple(found[one] for one in dispense_ids if one in found)


def handed_on(asker: Asker, patient_id: str, day: date) -> tuple[HandedOut, ...]:
    """Everything one person was given on a day."""
    return tuple(_handed(asker, MedicationDispense.patient_id == patient_id, MedicationDispense.given_on == day))


def handed_lately(asker: Asker, patient_id: str) -> tuple[HandedOut, ...]:
    """What one person may still have at home, the newest first."""
    since = asker.today - timedelta(days=LOOK_BACK_DAYS)
    found = _handed(asker, MedicationDispense.patient_id == patient_id, MedicationDispense.given_on >= since)
    return tuple(reversed(found))


def _handed(asker: Asker, *which: sa.ColumnElement[bool]) -> list[HandedOut]:
    asker.require(Permission.DISPENSE)
    dispense, amending = MedicationDispense, aliased(MedicationDispense)
    less = sa.select(sa.func.coalesce(sa.func.sum(amending.units), 0)).where(amending.amends_id == dispense.id)
    kept = (dispense.units + less.scalar_subquery()).label("kept")
    select = (
        sa.select(
            dispense.id, dispense.patient_id, Medicine.name, Presentation.form, Presentation.strength_text,
            Presentation.route, Presentation.unit, kept, dispense.given_on, dispense.request_id, dispense.days,
            dispense.paper_folio, dispense.prescriber_text, dispense.recorded_by, dispense.received_by,
            dispense.received_sign, dispense.receiver_document, dispense.witness_name,
            Medicine.tall_name,
        )
        .join(Presentation, Presentation.id == dispense.presentation_id)
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .where(*which, dispense.kind == DispenseKind.GIVEN, kept > 0)
        .order_by(dispense.id)
    )  # fmt: skip
    rows: Sequence[Any] = asker.all(select)
    lines, lots = _lines(asker, {row.request_id for row in rows}), _lots(asker, [row.id for row in rows])
    before, elsewhere = defaultdict[str, list[Part]](list), _by_voucher(asker, lines)
    for part in parts_given(asker, lines):
        before[part.request_id].append(part)
    hidden = restricted.hidden_from(asker, {row.patient_id for row in rows})
    found = [
        _told(row, lines.get(row.request_id), lots[row.id], before[row.request_id or ""], elsewhere[row.request_id])
        for row in rows
    ]
    # Who came for somebody whose record is reserved would say who that is.
    return [_without_names(one) if one.patient_id in hidden else one for one in found]


def _without_names(one: HandedOut) -> HandedOut:
    return replace(one, received_by=None, receiver_document=None)


def _told(
    row: Any,
    line: CurrentMedicine | None,
    lots: Sequence[HandedLot],
    parts: Sequence[Part],
    elsewhere: int,
) -> HandedOut:
    told = sum(part.units for part in parts) + elsewhere
    return HandedOut(
        dispense_id=row.id,
        patient_id=row.patient_id,
        name=row.name or "",
        form=row.form,
        strength_text=row.strength_text,
        route=row.route,
        unit=row.unit,
        units=row.kept,
        given_on=row.given_on,
        lots=tuple(lots),
        line=line,
        days=_days(row, line, parts),
        owed=max(line.units - told, 0) if line and line.stopped_on is None else 0,
        paper_folio=row.paper_folio,
        prescriber=(line.prescriber_text if line else row.prescriber_text) or "",
        handed_by_id=row.recorded_by,
        received_by=row.received_by,
        received_sign=row.received_sign,
        receiver_document=row.receiver_document,
        witness_name=row.witness_name,
        tall_name=row.tall_name,
    )


def _days(row: Any, line: CurrentMedicine | None, parts: Sequence[Part]) -> int | None:
    """How much longer the person has some because of this handing out."""
    if line is None:
        return row.days
    # As needed nobody knows: the most in a day would be read as how often to take it.
    if line.course is None or line.course.as_needed:
        return None
    earlier = [(part.day, part.units) for part in parts if part.dispense_id < row.id]
    ends = [
        lasts_until(line.course, line.begins_on, handed, line.unit, line.content_tenths_ml)
        for handed in (earlier, [*earlier, (row.given_on, row.kept)])
    ]
    begins = max(ends[0], row.given_on) if earlier else max(line.begins_on, row.given_on)
    days = (ends[1] - begins) // timedelta(days=1)
    return days if days > 0 else None


def _lines(asker: Asker, request_ids: Iterable[str | None]) -> dict[str, CurrentMedicine]:
    wanted = [one for one in request_ids if one]
    rows = asker.all(prescribed_lines().where(MedicationRequest.id.in_(wanted))) if wanted else ()
    return {row.id: line_of(row, asker.today) for row in rows}


def _by_voucher(asker: Asker, request_ids: Iterable[str]) -> defaultdict[str | None, int]:
    found: defaultdict[str | None, int] = defaultdict(int)
    for voucher in vouchers_of_lines(asker, list(request_ids)):
        if voucher.holds(asker.today):
            found[voucher.request_id] += voucher.units
    return found


def _lots(asker: Asker, dispense_ids: Sequence[str]) -> defaultdict[str, list[HandedLot]]:
    amending = aliased(MedicationDispense)
    own = sa.func.coalesce(amending.amends_id, StockMovement.dispense_id)
    units = -sa.func.sum(StockMovement.units)
    amends = sa.select(MedicationDispense.id).where(MedicationDispense.amends_id.in_(dispense_ids))
    rows: Sequence[Any] = asker.all(
        sa.select(own, StockLot.lot_number, StockLot.expires_on, units)
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .outerjoin(amending, amending.id == StockMovement.dispense_id)
        .where(sa.or_(StockMovement.dispense_id.in_(dispense_ids), StockMovement.dispense_id.in_(amends)))
        .group_by(own, StockLot.id)
        .having(units > 0)
        .order_by(StockLot.expires_on, StockLot.lot_number)
    )
    found: defaultdict[str, list[HandedLot]] = defaultdict(list)
    for dispense_id, lot_number, expires_on, left in rows:
        found[dispense_id].append(HandedLot(lot_number, expires_on, left))
    return found
