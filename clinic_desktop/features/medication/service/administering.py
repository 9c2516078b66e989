"""Injections that somebody of the clinic gives."""

from datetime import date, timedelta

from clinic_desktop.features.medication.queries import injections, shelf
from clinic_desktop.features.medication.records import MedicationAdministration
from clinic_desktop.features.medication.rules.refusals import (
    GivenAlready,
    NoDepot,
    NotYet,
    StoppedMeanwhile,
    WaitsForSignature,
)
from clinic_desktop.features.medication.service.movements import asked_line
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
    amends_id: str | None = None,
    confirmed: bool = False,
) -> date:
    """Write down an injection, or correct one; returns the day of the next. The same id is written once.

    The ampoule leaves the shelf where it is handed out, not here.
    """
    work.require(*GIVERS)
    line = asked_line(work, request_id).line
    restricted.must_open(work, line.patient_id)
    if not line.is_depot or line.course is None:
        raise NoDepot(medicine=line.name)
    due_on = given_on + timedelta(days=line.course.first.every_days)
    if shelf.is_there(work, MedicationAdministration, administration_id):
        return due_on
    if line.stopped_on is not None and given_on >= line.stopped_on:
        raise StoppedMeanwhile(medicine=line.name, day=say_day(line.stopped_on))
    if line.unsigned:
        raise WaitsForSignature(folio=line.folio or "")
    if given_on > work.today:
        raise NotYet(day=say_day(given_on))
    if amends_id is not None and not shelf.is_there(work, MedicationAdministration, amends_id):
        raise NotHere()
    _ask_if_early(work, line.patient_id, line.presentation_id, given_on, due_on, amends_id, confirmed=confirmed)
    work.add(
        MedicationAdministration(
            id=administration_id, patient_id=line.patient_id, request_id=request_id,
            presentation_id=line.presentation_id, given_on=given_on, dose_text=dose_text.strip() or line.dose_said,
            where_text=where_text.strip() or None, given_by_id=work.actor.staff_id, given_by_name=work.actor.name,
            next_due_on=due_on, amends_id=amends_id,
        )
    )  # fmt: skip
    work.about("patient", line.patient_id)
    return due_on


def _ask_if_early(
    work: Work, patient_id: str, presentation_id: str | None, given_on: date, due_on: date, amends_id: str | None,
    *, confirmed: bool,
) -> None:  # fmt: skip
    """A second injection within half of the rhythm is asked about: the first may have been given by somebody else."""
    known = injections.last_given(work, patient_id, presentation_id) if presentation_id else None
    if known is None or amends_id is not None or confirmed:
        return
    half = (due_on - given_on) / 2
    if abs(given_on - known) < half:
        raise GivenAlready(again={"confirmed": True}, day=say_day(known))
