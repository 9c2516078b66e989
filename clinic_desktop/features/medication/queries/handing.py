"""How much of what was prescribed was handed out, to whom it is still owed, and how long it lasts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries.prescriptions import (
    LOOK_BACK_DAYS,
    READERS,
    CurrentMedicine,
    line_of,
    must_read,
    prescribed_lines,
)
from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records import (
    DispenseJoin,
    MedicationDispense,
    MedicationRequest,
    Presentation,
    StockMovement,
    StopOrder,
)
from clinic_desktop.features.medication.rules.courses import Portions, counts, days_covered
from clinic_desktop.features.medication.rules.doses import Handed
from clinic_desktop.features.medication.rules.kinds import DispenseKind
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.features.patients.rules.rows import Header
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class ToGive:
    """A prescribed line of which something is still owed."""

    line: CurrentMedicine
    given: int
    first_given_on: date | None = None

    @property
    def owed(self) -> int:
        return self.line.units - self.given

    @property
    def portions(self) -> Portions | None:
        """Set where it is handed out for so many days at a time; None as well where days cannot be counted."""
        line = self.line
        if not line.days_per_pickup or line.course is None or not counts(line.unit, line.content_tenths_ml):
            return None
        return Portions(
            line.course, line.unit, line.content_tenths_ml, line.days_per_pickup, self.given, self.first_given_on
        )

    def most_now(self, today: date) -> int:
        return min(self.owed, self.portions.most_now(today)) if self.portions else self.owed

    def next_pickup(self, today: date, units: int) -> date | None:
        """When the next portion may be fetched, if so many leave today; None if nothing more is to come."""
        if self.portions is None or self.owed <= units:
            return None
        return self.portions.next_on(today, units)


@dataclass(frozen=True, slots=True)
class PersonToServe:
    """Somebody who has medicines to collect."""

    patient_id: str
    said: str
    lines: tuple[ToGive, ...]


@dataclass(frozen=True, slots=True)
class DispenseRow:
    dispense_id: str
    patient_id: str
    presentation_id: str
    kind: DispenseKind
    units: int
    """What the person kept: what was given less what was taken back."""
    given_on: date
    request_id: str | None
    paper_folio: str | None


def _given() -> tuple[Any, Any]:
    """Units given for a prescribed line, also from a paper that was joined to it, less what was a mistake; and the day
    of the first."""
    dispense, joined = aliased(MedicationDispense), aliased(DispenseJoin)
    papers = sa.select(joined.dispense_id).where(joined.request_id == MedicationRequest.id)
    of_line = sa.or_(
        dispense.request_id == MedicationRequest.id, dispense.id.in_(papers), dispense.amends_id.in_(papers)
    )
    counted = dispense.kind.in_((DispenseKind.GIVEN, DispenseKind.MISTAKE))
    units = sa.select(sa.func.coalesce(sa.func.sum(dispense.units), 0)).where(counted, of_line)
    first = sa.select(sa.func.min(dispense.given_on)).where(dispense.kind == DispenseKind.GIVEN, of_line)
    # Only of what leaves in portions it matters when the first left.
    when = sa.case((MedicationRequest.days_per_pickup.is_not(None), first.scalar_subquery()))
    return units.scalar_subquery(), when


def _to_give(row: Any, today: date) -> ToGive:
    first = row[-1]
    # A day that comes out of a sum is text still.
    return ToGive(line_of(row, today), row[-2], date.fromisoformat(first) if isinstance(first, str) else first)


def _open(asker: Asker, *which: sa.ColumnElement[bool]) -> list[ToGive]:
    asker.require(Permission.DISPENSE)
    select = prescribed_lines().add_columns(*_given()).where(*which, StopOrder.id.is_(None))
    found = {row[0]: _to_give(row, asker.today) for row in asker.all(select)}
    return [item for item in found.values() if item.owed > 0]


def to_dispense(asker: Asker, day: date | None = None) -> tuple[PersonToServe, ...]:
    """Who has medicines to collect from the prescriptions signed on a day (today), in the order of signing.

    Lines in free words count too: they are shown, so that the person is told to buy them.
    """
    day = day or asker.today
    waiting: defaultdict[str, list[ToGive]] = defaultdict(list)
    for item in sorted(_open(asker, MedicationRequest.signed_on == day), key=lambda i: i.line.request_id):
        waiting[item.line.patient_id].append(item)
    names = _said_names(asker, waiting)
    served = (
        PersonToServe(patient_id, names.get(patient_id, ""), tuple(items)) for patient_id, items in waiting.items()
    )
    return tuple(person for person in served if any(item.line.presentation_id for item in person.lines))


def owed_to(asker: Asker, patient_id: str) -> tuple[ToGive, ...]:
    """Everything one person may still collect: lines not fully given whose days are not over, oldest first."""
    since = asker.today - timedelta(days=LOOK_BACK_DAYS)
    found = _open(asker, MedicationRequest.patient_id == patient_id, MedicationRequest.signed_on >= since)
    return tuple(sorted((i for i in found if i.line.running), key=lambda i: (i.line.signed_on, i.line.request_id)))


def request_line(asker: Asker, request_id: str) -> ToGive | None:
    """One prescribed line with what was given of it, whether or not anything is owed."""
    asker.require(*READERS)
    row = asker.first(prescribed_lines().add_columns(*_given()).where(MedicationRequest.id == request_id).limit(1))
    if row is None:
        return None
    must_read(asker, row.patient_id)
    return _to_give(row, asker.today)


def header_to_serve(asker: Asker, patient_id: str) -> Header:
    """Whose the medicines are. Of a reserved person only the N and the allergies, which the hand that gives needs."""
    asker.require(Permission.DISPENSE)
    return patients.header_or_reserved(asker, PatientId(patient_id))


def _said_names(asker: Asker, patient_ids: Iterable[str]) -> dict[str, str]:
    ids = list(patient_ids)
    select = sa.select(
        Patient.id,
        Patient.given_names,
        Patient.family_name,
        Patient.second_family_name,
        Patient.married_name,
        Patient.known_as,
        Patient.unidentified,
        Patient.met_where,
        Patient.met_on,
    ).where(Patient.id.in_(ids))
    told: dict[str, str] = {row.id: said_name(name_of(row)) for row in asker.all(select)}
    return told | {str(reserved): said for reserved, said in restricted.hidden_from(asker, ids).items()}


def _kept() -> Any:
    """What the person kept of one handing out."""
    amending = aliased(MedicationDispense)
    less = sa.select(sa.func.coalesce(sa.func.sum(amending.units), 0)).where(
        amending.amends_id == MedicationDispense.id
    )
    return MedicationDispense.units + less.scalar_subquery()


def handed_earlier(asker: Asker, patient_id: str, medicine_id: str, *, but_folio: str | None) -> tuple[Handed, ...]:
    """Earlier handings out of a medicine, with the days they last; those of the prescription `but_folio` left out."""
    must_read(asker, patient_id)
    kept = _kept()
    select = (
        sa.select(MedicationDispense.given_on, MedicationDispense.days, kept, MedicationDispense.request_id)
        .join(Presentation, Presentation.id == MedicationDispense.presentation_id)
        .where(MedicationDispense.patient_id == patient_id, Presentation.medicine_id == medicine_id)
        .where(MedicationDispense.kind == DispenseKind.GIVEN, kept > 0)
        .where(MedicationDispense.given_on >= asker.today - timedelta(days=LOOK_BACK_DAYS))
    )
    found: list[Handed] = []
    for given_on, days, units, request_id in asker.all(select):
        asked = request_line(asker, request_id) if request_id else None
        if asked is not None and asked.line.folio == but_folio:
            continue
        lasts = _days_of(asked.line, units) if asked else days
        if lasts and given_on:
            found.append(Handed(given_on, lasts))
    return tuple(found)


def _days_of(line: CurrentMedicine, units: int) -> int:
    if line.course is None or not counts(line.unit, line.content_tenths_ml):
        return line.days
    return days_covered(line.course, units, line.unit, line.content_tenths_ml)


def given_from_paper(asker: Asker, folio: str, presentation_id: str) -> date | None:
    """When this paper prescription was already served with this presentation, mistakes apart."""
    asker.require(*READERS)
    select = (
        sa.select(MedicationDispense.given_on)
        .where(MedicationDispense.paper_folio == folio, MedicationDispense.presentation_id == presentation_id)
        .where(MedicationDispense.kind == DispenseKind.GIVEN, _kept() > 0)
    )
    return asker.value(select.limit(1))


def dispense_of(asker: Asker, dispense_id: str) -> DispenseRow | None:
    """A handing out with what the person kept of it; an amending row answers for the one it amends."""
    asker.require(*SHELF)
    root = asker.value(sa.select(MedicationDispense.amends_id).where(MedicationDispense.id == dispense_id))
    select = sa.select(
        MedicationDispense.id,
        MedicationDispense.patient_id,
        MedicationDispense.presentation_id,
        MedicationDispense.kind,
        _kept(),
        MedicationDispense.given_on,
        MedicationDispense.request_id,
        MedicationDispense.paper_folio,
    ).where(MedicationDispense.id == (root or dispense_id))
    row = asker.first(select)
    return None if row is None else DispenseRow(*row)


def lots_of_dispense(asker: Asker, dispense_id: str) -> dict[str, int]:
    """From which lots a handing out came, and how many units of each the person kept."""
    amending = sa.select(MedicationDispense.id).where(MedicationDispense.amends_id == dispense_id)
    select = (
        sa.select(StockMovement.lot_id, -sa.func.sum(StockMovement.units))
        .where(sa.or_(StockMovement.dispense_id == dispense_id, StockMovement.dispense_id.in_(amending)))
        .group_by(StockMovement.lot_id)
    )
    return {str(lot_id): units for lot_id, units in asker.all(select) if units and units > 0}


def is_joined(asker: Asker, dispense_id: str) -> bool:
    return asker.value(sa.select(DispenseJoin.id).where(DispenseJoin.dispense_id == dispense_id)) is not None
