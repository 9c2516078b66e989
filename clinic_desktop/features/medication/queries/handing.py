"""How much of what was prescribed was handed out, to whom it is still owed, and how long it lasts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

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
from clinic_desktop.features.medication.queries.vouchered import vouchers_of_lines, vouchers_of_medicine
from clinic_desktop.features.medication.records.dispensing import DispenseJoin, MedicationDispense
from clinic_desktop.features.medication.records.formulary import Presentation
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest, StopOrder
from clinic_desktop.features.medication.records.stock import StockMovement
from clinic_desktop.features.medication.rules.courses import counts, days_covered
from clinic_desktop.features.medication.rules.doses import Handed
from clinic_desktop.features.medication.rules.kinds import DispenseKind
from clinic_desktop.features.medication.rules.lasting import Using
from clinic_desktop.features.medication.rules.portions import Portions, lasts_until
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
    given_today: int = 0
    """Of `given`, what left today: the rest is not proposed again on the same day."""
    vouchered: int = 0
    """What a partner pharmacy gave of it, or is to give: a voucher is out."""

    @property
    def owed(self) -> int:
        return self.line.units - self.given - self.vouchered

    @property
    def until(self) -> date:
        """The last day on which what is owed may be fetched."""
        return self.line.ends_on - timedelta(days=1)

    def using(self, today: date) -> Using:
        """When what is handed out today will be taken: it goes on where what was handed out before ends."""
        line, before = self.line, self.given + self.vouchered
        begins = line.begins_on
        if line.course is not None and before and counts(line.unit, line.content_tenths_ml):
            had = days_covered(line.course, before, line.unit, line.content_tenths_ml)
            begins = max(begins, self.first_given_on or begins) + timedelta(days=had)
        return Using(max(today, begins), line.days, line.course, line.unit, line.content_tenths_ml, before, line.units)

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


@dataclass(frozen=True, slots=True)
class _Given:
    """What left of one prescribed line, and when the first of it did."""

    units: int = 0
    first_on: date | None = None
    today: int = 0


class Part(NamedTuple):
    """What one row adds to what was given of a prescribed line; a mistake takes away."""

    request_id: str
    dispense_id: str
    kind: DispenseKind
    units: int
    day: date


def parts_given(asker: Asker, asked: Iterable[str]) -> list[Part]:
    """What was given for prescribed lines, also from papers that were joined to them, in the order it was written."""
    asker.require(*READERS)
    wanted = list(asked)
    dispense, joined = MedicationDispense, DispenseJoin
    told = (dispense.id, dispense.kind, dispense.units, dispense.given_on)
    direct = sa.select(dispense.request_id, *told).where(dispense.request_id.in_(wanted))
    papers = (
        sa.select(joined.request_id, *told).join(dispense, own == joined.dispense_id)
        for own in (dispense.id, dispense.amends_id)
    )
    # A union tells once what two computers joined to the same line.
    every = sa.union(direct, *(paper.where(joined.request_id.in_(wanted)) for paper in papers)).subquery()
    rows: Sequence[Any] = asker.all(sa.select(every)) if wanted else ()
    kinds = (DispenseKind.GIVEN, DispenseKind.MISTAKE)
    parts = (Part(row[0], row[1], row[2], row[3] or 0, row[4]) for row in rows if row[2] in kinds)
    return sorted(parts, key=lambda part: part.dispense_id)


def _given(asker: Asker, asked: Sequence[str]) -> dict[str, _Given]:
    found: dict[str, _Given] = {}
    for part in parts_given(asker, asked):
        so_far = found.get(part.request_id, _Given())
        first_on = so_far.first_on
        if part.kind is DispenseKind.GIVEN:
            first_on = min(first_on or part.day, part.day)
        today = so_far.today + (part.units if part.day == asker.today else 0)
        found[part.request_id] = _Given(so_far.units + part.units, first_on, today)
    return found


def _with_given(asker: Asker, lines: Sequence[CurrentMedicine]) -> list[ToGive]:
    asked = [line.request_id for line in lines]
    given = _given(asker, asked)
    elsewhere: defaultdict[str, int] = defaultdict(int)
    for voucher in vouchers_of_lines(asker, asked):
        if voucher.request_id and voucher.holds(asker.today):
            elsewhere[voucher.request_id] += voucher.units
    known = ((line, given.get(line.request_id, _Given())) for line in lines)
    return [ToGive(line, told.units, told.first_on, told.today, elsewhere[line.request_id]) for line, told in known]


def lines_with_given(asker: Asker, *which: sa.ColumnElement[bool]) -> list[ToGive]:
    """Prescribed lines with what was given of them, whoever they are of."""
    asker.require(*READERS)
    rows = asker.all(prescribed_lines().where(*which).order_by(None))
    return _with_given(asker, list({row.id: line_of(row, asker.today) for row in rows}.values()))


def open_lines(asker: Asker, *which: sa.ColumnElement[bool]) -> list[ToGive]:
    """Lines that were not stopped and of which something is owed."""
    asker.require(Permission.DISPENSE)
    return [item for item in lines_with_given(asker, *which, StopOrder.id.is_(None)) if item.owed > 0]


def of_the_living() -> sa.ColumnElement[bool]:
    """Nobody calls out the name of somebody who died, or of a record that was taken back."""
    gone = sa.select(Patient.id).where(sa.or_(Patient.died_on.is_not(None), Patient.voided_at.is_not(None)))
    return MedicationRequest.patient_id.not_in(gone)


def to_dispense(asker: Asker, day: date | None = None) -> tuple[PersonToServe, ...]:
    """Who has medicines to collect: from the prescriptions signed on a day (today), in the order of signing; then
    whose next portion has come due.

    Lines in free words count too: they are shown, so that the person is told to buy them.
    """
    day = day or asker.today
    waiting: defaultdict[str, list[ToGive]] = defaultdict(list)
    today = open_lines(asker, MedicationRequest.signed_on == day, of_the_living())
    signed = sorted(today, key=lambda item: item.line.request_id)
    for item in (*signed, *_portions_due(asker, day)):
        waiting[item.line.patient_id].append(item)
    names = said_names(asker, waiting)
    served = (
        PersonToServe(patient_id, names.get(patient_id, ""), tuple(items)) for patient_id, items in waiting.items()
    )
    return tuple(person for person in served if any(item.line.presentation_id for item in person.lines))


def _portions_due(asker: Asker, day: date) -> list[ToGive]:
    """Lines of earlier days that leave in portions, of which the day of the next has come. What a newer prescription
    of the same medicine took the place of is left out."""
    request, since = MedicationRequest, day - timedelta(days=LOOK_BACK_DAYS)
    newer, product = aliased(MedicationRequest), aliased(Presentation)
    replaced = (
        sa.exists()
        .where(newer.patient_id == request.patient_id, newer.signed_on > request.signed_on, newer.signed_on <= day)
        .where(product.id == newer.presentation_id, product.medicine_id == Presentation.medicine_id)
    )
    # As a function of the day, so that it is found by its portions: few lines have them.
    signed_on = sa.func.date(request.signed_on)
    in_portions = request.days_per_pickup > 0, signed_on >= since.isoformat(), signed_on < day.isoformat()
    found = [
        item
        for item in open_lines(asker, *in_portions, ~replaced, of_the_living())
        if item.line.running and item.most_now(day) and item.portions and item.portions.is_due(day)
    ]
    return sorted(found, key=lambda item: (item.line.signed_on, item.line.request_id))


def owed_to(asker: Asker, patient_id: str) -> tuple[ToGive, ...]:
    """Everything one person may still collect: lines not fully given whose days are not over, oldest first."""
    since = asker.today - timedelta(days=LOOK_BACK_DAYS)
    found = open_lines(asker, MedicationRequest.patient_id == patient_id, MedicationRequest.signed_on >= since)
    return tuple(sorted((i for i in found if i.line.running), key=lambda i: (i.line.signed_on, i.line.request_id)))


def request_line(asker: Asker, request_id: str) -> ToGive | None:
    """One prescribed line with what was given of it, whether or not anything is owed."""
    asker.require(*READERS)
    row = asker.first(prescribed_lines().where(MedicationRequest.id == request_id).limit(1))
    if row is None:
        return None
    must_read(asker, row.patient_id)
    return _with_given(asker, [line_of(row, asker.today)])[0]


def header_to_serve(asker: Asker, patient_id: str) -> Header:
    """Whose the medicines are. Of a reserved person only the N and the allergies, which the hand that gives needs."""
    asker.require(Permission.DISPENSE)
    return patients.header_or_reserved(asker, PatientId(patient_id))


def said_names(asker: Asker, patient_ids: Iterable[str]) -> dict[str, str]:
    """How each is called at the counter; somebody whose record is reserved stands as their N."""
    asker.require(Permission.DISPENSE)
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


@cache
def _kept() -> Any:
    """What the person kept of one handing out."""
    amending = aliased(MedicationDispense)
    less = sa.select(sa.func.coalesce(sa.func.sum(amending.units), 0)).where(
        amending.amends_id == MedicationDispense.id
    )
    return MedicationDispense.units + less.scalar_subquery()


def handed_earlier(asker: Asker, patient_id: str, medicine_id: str, *, but_folio: str | None) -> tuple[Handed, ...]:
    """Earlier handings out of a medicine, by voucher too, with the days they last; those of the prescription
    `but_folio` left out."""
    must_read(asker, patient_id)
    kept, joined = _kept(), DispenseJoin
    paper = sa.select(sa.func.min(joined.request_id)).where(joined.dispense_id == MedicationDispense.id)
    request_id = sa.func.coalesce(MedicationDispense.request_id, paper.scalar_subquery())
    select = (
        sa.select(MedicationDispense.given_on, MedicationDispense.days, kept, request_id)
        .join(Presentation, Presentation.id == MedicationDispense.presentation_id)
        .where(MedicationDispense.patient_id == patient_id, Presentation.medicine_id == medicine_id)
        .where(MedicationDispense.kind == DispenseKind.GIVEN, kept > 0)
        .where(MedicationDispense.given_on >= asker.today - timedelta(days=LOOK_BACK_DAYS))
    )
    rows: list[Any] = [*asker.all(select)]
    for voucher in vouchers_of_medicine(asker, patient_id, medicine_id, asker.today - timedelta(days=LOOK_BACK_DAYS)):
        if voucher.units > 0:
            rows.append((voucher.day, None, voucher.units, voucher.request_id))
    asked = {str(row[-1]) for row in rows if row[-1]}
    lines = {
        row.id: line_of(row, asker.today)
        for row in (asker.all(prescribed_lines().where(MedicationRequest.id.in_(asked))) if asked else ())
    }
    parts: defaultdict[str, list[tuple[date, int]]] = defaultdict(list)
    found: list[Handed] = []
    for given_on, days, units, request_id in rows:
        if request_id in lines:
            parts[request_id].append((given_on, units))
        elif days:
            found.append(Handed(given_on, days))
    return (*found, *(_lasting(lines[i], handed) for i, handed in parts.items() if lines[i].folio != but_folio))


def _lasting(line: CurrentMedicine, handed: list[tuple[date, int]]) -> Handed:
    """All that was handed out of one line, as from the last time."""
    last = max(day for day, _units in handed)
    if line.course is None or not counts(line.unit, line.content_tenths_ml):
        return Handed(last, line.days)
    until = lasts_until(line.course, line.begins_on, handed, line.unit, line.content_tenths_ml)
    return Handed(last, (until - last).days)


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


def joined_to(asker: Asker, dispense_id: str) -> set[str]:
    """Which prescribed line a paper was said to be; after a merge two clinics may have said it of two."""
    rows = asker.all(sa.select(DispenseJoin.request_id).where(DispenseJoin.dispense_id == dispense_id))
    return {str(row[0]) for row in rows}
