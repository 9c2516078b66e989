"""What was prescribed to whom, and how much of it was handed out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records import (
    DispenseJoin,
    MedicationDispense,
    MedicationRequest,
    Medicine,
    Presentation,
    StockMovement,
    StopOrder,
)
from clinic_desktop.features.medication.rules.doses import Dose, Handed, covered_days, is_counted, say_dose
from clinic_desktop.features.medication.rules.kinds import DispenseKind, Form, Route, Unit, look_alikes, say_product
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.features.patients.rules.rows import Header
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AnySelect, Asker

READERS = (Permission.READ_CHART, Permission.PRESCRIBE, Permission.DISPENSE)
LOOK_BACK_DAYS = 400
"""Older prescriptions and dispensings do not bear on today."""


@dataclass(frozen=True, slots=True)
class CurrentMedicine:
    """One prescribed line, as a chart, a letter or a repeat needs it."""

    request_id: str
    patient_id: str
    note_id: str | None
    folio: str | None
    presentation_id: str | None
    medicine_id: str | None
    name: str
    form: Form | None
    strength_text: str | None
    route: Route | None
    unit: Unit | None
    dose: Dose | None
    days: int
    units: int
    instructions_text: str | None
    signed_on: date
    prescriber_text: str | None
    running: bool
    """Its days are not over yet."""
    stopped_on: date | None = None
    stop_reason: str | None = None

    @property
    def product(self) -> str:
        return say_product(self.form, self.strength_text, self.route)

    @property
    def dose_said(self) -> str:
        return say_dose(self.dose, self.unit) if self.dose else ""

    @property
    def ends_on(self) -> date:
        """The first day that is not covered."""
        return self.signed_on + timedelta(days=self.days)

    @property
    def alike(self) -> tuple[str, ...]:
        return look_alikes(self.name)


@dataclass(frozen=True, slots=True)
class ToGive:
    """A prescribed line of which something is still owed."""

    line: CurrentMedicine
    given: int

    @property
    def owed(self) -> int:
        return self.line.units - self.given


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


# -- prescribed lines


def _lines() -> AnySelect:
    request = MedicationRequest
    return (
        sa.select(
            request.id,
            request.patient_id,
            request.note_id,
            request.folio,
            request.presentation_id,
            Presentation.medicine_id,
            sa.func.coalesce(Medicine.name, request.medicine_text).label("name"),
            Presentation.form,
            Presentation.strength_text,
            Presentation.route,
            Presentation.unit,
            request.morning_quarters,
            request.noon_quarters,
            request.evening_quarters,
            request.night_quarters,
            request.every_days,
            request.days,
            request.units,
            request.instructions_text,
            request.signed_on,
            request.prescriber_text,
            StopOrder.stopped_on,
            StopOrder.reason,
        )
        .outerjoin(Presentation, Presentation.id == request.presentation_id)
        .outerjoin(Medicine, Medicine.id == Presentation.medicine_id)
        .outerjoin(StopOrder, StopOrder.request_id == request.id)
        .order_by(request.signed_on.desc(), request.id)
    )


def _line(row: Any, today: date) -> CurrentMedicine:
    quarters = [q or 0 for q in (row.morning_quarters, row.noon_quarters, row.evening_quarters, row.night_quarters)]
    every = row.every_days or 1
    dose = Dose(quarters[0], quarters[1], quarters[2], quarters[3], every) if any(quarters) else None
    days, signed_on, stopped_on = row.days or 0, row.signed_on, row.stopped_on
    return CurrentMedicine(
        request_id=row.id,
        patient_id=row.patient_id,
        note_id=row.note_id,
        folio=row.folio,
        presentation_id=row.presentation_id,
        medicine_id=row.medicine_id,
        name=row.name or "",
        form=row.form,
        strength_text=row.strength_text,
        route=row.route,
        unit=row.unit,
        dose=dose,
        days=days,
        units=row.units or 0,
        instructions_text=row.instructions_text,
        signed_on=signed_on,
        prescriber_text=row.prescriber_text,
        running=stopped_on is None and signed_on + timedelta(days=days) > today,
        stopped_on=stopped_on,
        stop_reason=row.reason,
    )


def _unique(lines: Iterable[CurrentMedicine]) -> list[CurrentMedicine]:
    """One per prescribed line: after a merge a line may have been stopped twice."""
    return list({line.request_id: line for line in lines}.values())


def current_medicines(asker: Asker, patient_id: str) -> tuple[CurrentMedicine, ...]:
    """What the person is on: of each medicine the lines of its newest prescription, unless they were stopped.

    A line whose days are over is kept (`running` tells): people come late, and a repeat begins from it.
    """
    _must_read(asker, patient_id)
    since = asker.today - timedelta(days=LOOK_BACK_DAYS)
    chosen = _lines().where(MedicationRequest.patient_id == patient_id, MedicationRequest.signed_on >= since)
    newest: dict[str, str | None] = {}
    found: list[CurrentMedicine] = []
    for line in _unique(_line(row, asker.today) for row in asker.all(chosen)):
        key = line.medicine_id or line.name.casefold()
        if newest.setdefault(key, line.folio) == line.folio and line.stopped_on is None:
            found.append(line)
    return tuple(found)


def prescribed_in(asker: Asker, note_id: str) -> tuple[CurrentMedicine, ...]:
    """The lines that were signed with a note, stopped or not, in the order they were written."""
    asker.require(*READERS)
    return _read(asker, MedicationRequest.note_id == note_id)


def with_folio(asker: Asker, folio: str) -> tuple[CurrentMedicine, ...]:
    """The lines of one printed prescription."""
    asker.require(*READERS)
    return _read(asker, MedicationRequest.folio == folio.strip().upper())


def _read(asker: Asker, which: sa.ColumnElement[bool]) -> tuple[CurrentMedicine, ...]:
    lines = _unique(_line(row, asker.today) for row in asker.all(_lines().where(which)))
    _must_read(asker, *{line.patient_id for line in lines})
    return tuple(lines)


def _must_read(asker: Asker, *patient_ids: str) -> None:
    """Who hands out sees what a reserved person gets, without the name; other readers must be able to open it."""
    asker.require(*READERS)
    if not asker.actor.may(Permission.DISPENSE):
        restricted.must_open(asker, *patient_ids)


def count_of(asker: Asker, patient_id: str) -> int:
    """How many lines were prescribed or handed out for a person; says nothing of what they are."""
    asked = sa.select(sa.func.count()).select_from(MedicationRequest).where(MedicationRequest.patient_id == patient_id)
    given = (
        sa.select(sa.func.count()).select_from(MedicationDispense).where(MedicationDispense.patient_id == patient_id)
    )
    return (asker.value(asked) or 0) + (asker.value(given) or 0)


# -- handing out


def _given() -> Any:
    """Units given for a prescribed line, also from a paper that was joined to it, less what was a mistake."""
    dispense, joined = aliased(MedicationDispense), aliased(DispenseJoin)
    papers = sa.select(joined.dispense_id).where(joined.request_id == MedicationRequest.id)
    return (
        sa.select(sa.func.coalesce(sa.func.sum(dispense.units), 0))
        .where(dispense.kind.in_((DispenseKind.GIVEN, DispenseKind.MISTAKE)))
        .where(
            sa.or_(
                dispense.request_id == MedicationRequest.id,
                dispense.id.in_(papers),
                dispense.amends_id.in_(papers),
            )
        )
        .scalar_subquery()
    )


def _open_lines(asker: Asker, *which: sa.ColumnElement[bool]) -> list[ToGive]:
    asker.require(Permission.DISPENSE)
    select = _lines().add_columns(_given()).where(*which, StopOrder.id.is_(None))
    found = {row[0]: ToGive(_line(row, asker.today), row[-1]) for row in asker.all(select)}
    return [item for item in found.values() if item.owed > 0]


def to_dispense(asker: Asker, day: date | None = None) -> tuple[PersonToServe, ...]:
    """Who has medicines to collect from the prescriptions signed on a day (today), in the order of signing.

    Lines in free words count too: they are shown, so that the person is told to buy them.
    """
    day = day or asker.today
    waiting: defaultdict[str, list[ToGive]] = defaultdict(list)
    for item in sorted(_open_lines(asker, MedicationRequest.signed_on == day), key=lambda i: i.line.request_id):
        waiting[item.line.patient_id].append(item)
    names = _said_names(asker, waiting)
    served = (
        PersonToServe(patient_id, names.get(patient_id, ""), tuple(items)) for patient_id, items in waiting.items()
    )
    return tuple(person for person in served if any(item.line.presentation_id for item in person.lines))


def owed_to(asker: Asker, patient_id: str) -> tuple[ToGive, ...]:
    """Everything one person may still collect: lines not fully given whose days are not over, oldest first."""
    since = asker.today - timedelta(days=LOOK_BACK_DAYS)
    found = _open_lines(asker, MedicationRequest.patient_id == patient_id, MedicationRequest.signed_on >= since)
    return tuple(sorted((i for i in found if i.line.running), key=lambda i: (i.line.signed_on, i.line.request_id)))


def request_line(asker: Asker, request_id: str) -> ToGive | None:
    """One prescribed line with what was given of it, whether or not anything is owed."""
    asker.require(*READERS)
    row = asker.first(_lines().add_columns(_given()).where(MedicationRequest.id == request_id).limit(1))
    if row is None:
        return None
    _must_read(asker, row.patient_id)
    return ToGive(_line(row, asker.today), row[-1])


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
    _must_read(asker, patient_id)
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
    return covered_days(line.dose, units) if line.dose and is_counted(line.unit) else line.days


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
