"""Injections that somebody of the clinic gives."""

from datetime import date, timedelta

from clinic_desktop.features.medication.queries import injections, shelf
from clinic_desktop.features.medication.queries.handing import ToGive
from clinic_desktop.features.medication.queries.prescriptions import CurrentMedicine
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.prescriptions import MedicationAdministration
from clinic_desktop.features.medication.rules.courses import Course, constant, counts, units_of
from clinic_desktop.features.medication.rules.doses import Dose, say_dose
from clinic_desktop.features.medication.rules.kinds import DispenseKind, MovementKind
from clinic_desktop.features.medication.rules.refusals import (
    AlreadyHandedOut,
    GivenAlready,
    MoreThanOwed,
    NoDepot,
    NotInFormulary,
    NotYet,
    StoppedMeanwhile,
    WaitsForSignature,
)
from clinic_desktop.features.medication.rules.shelf import allocate
from clinic_desktop.features.medication.service.movements import asked_line, move
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work

GIVERS = (Permission.TAKE_VITALS, Permission.PRESCRIBE)


def give_injection(
    work: Work,
    *,
    administration_id: str,
    request_id: str,
    given_on: date,
    where_text: str = "",
    dose_text: str = "",
    dispense_id: str | None = None,
    amends_id: str | None = None,
    confirmed: bool = False,
) -> date:
    """Write down an injection, or correct one; returns the day of the next. The same id is written once.

    With a `dispense_id` the ampoule comes from our shelf and leaves it with the same stroke; without, the person
    brought it. A correction leaves the shelf as it is.
    """
    work.require(*GIVERS)
    asked = asked_line(work, request_id)
    line = asked.line
    restricted.must_open(work, line.patient_id)
    if not line.is_depot or line.course is None:
        raise NoDepot(medicine=line.name)
    dose = line.course.dose_on(given_on, line.signed_on)
    due_on = given_on + timedelta(days=dose.every_days)
    if shelf.is_there(work, MedicationAdministration, administration_id):
        return due_on
    _may_be_given(work, asked, given_on)
    corrected = injections.newest_of(work, amends_id, line.patient_id) if amends_id else None
    if amends_id and corrected is None:
        raise NotHere()
    if corrected is not None:
        dispense_id = corrected.dispense_id
    else:
        if not confirmed:
            _ask_if_early(work, asked.line, line.course, given_on)
        if dispense_id is not None:
            _take_ampoule(work, dispense_id, asked, dose, given_on)
    work.add(
        MedicationAdministration(
            id=administration_id, patient_id=line.patient_id, request_id=request_id,
            presentation_id=line.presentation_id, given_on=given_on,
            dose_text=dose_text.strip() or say_dose(dose, line.unit), where_text=where_text.strip() or None,
            given_by_id=work.actor.staff_id, given_by_name=work.actor.name, next_due_on=due_on,
            dispense_id=dispense_id, amends_id=corrected.administration_id if corrected else None,
        )
    )  # fmt: skip
    work.about("patient", line.patient_id)
    return due_on


def _may_be_given(work: Work, asked: ToGive, given_on: date) -> None:
    line = asked.line
    if line.stopped_on is not None and given_on >= line.stopped_on:
        raise StoppedMeanwhile(medicine=line.name, day=say_day(line.stopped_on))
    if line.unsigned:
        raise WaitsForSignature(folio=line.folio or "")
    if given_on > work.today:
        raise NotYet(day=say_day(given_on))


def _ask_if_early(work: Work, line: CurrentMedicine, course: Course, given_on: date) -> None:
    """A second injection within half of the rhythm is asked about: the first may have been given by somebody else."""
    known = injections.last_given(work, line.request_id)
    if known is None:
        return
    rhythm = course.dose_on(min(known, given_on), line.signed_on).every_days
    if abs((given_on - known).days) < rhythm / 2:
        raise GivenAlready(again={"confirmed": True}, day=say_day(known))


def _take_ampoule(work: Work, dispense_id: str, asked: ToGive, dose: Dose, day: date) -> None:
    """What is injected is handed out on that day, from the lot that expired first then."""
    line = asked.line
    if line.presentation_id is None:
        raise NotInFormulary(medicine=line.name)
    units = units_of(constant(dose, 1), line.unit, line.content_tenths_ml) if _counts(asked) else 1
    if asked.owed <= 0:
        raise AlreadyHandedOut(medicine=line.name)
    if units > asked.owed:
        raise MoreThanOwed(medicine=line.name, owed=f"{asked.owed:,}")
    takings = allocate(shelf.lots_of_day(work, line.presentation_id, day), units, day)
    work.add(
        MedicationDispense(
            id=dispense_id, kind=DispenseKind.GIVEN, patient_id=line.patient_id,
            presentation_id=line.presentation_id, units=units, given_on=day, request_id=line.request_id,
        )
    )  # fmt: skip
    for taking in takings:
        move(work, taking.lot.lot_id, MovementKind.DISPENSE, -taking.units, day, dispense_id=dispense_id)


def _counts(asked: ToGive) -> bool:
    return counts(asked.line.unit, asked.line.content_tenths_ml)
