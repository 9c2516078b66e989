"""Writing and ending prescriptions; called by the signing of a note, inside its transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from clinic_desktop.features.medication.queries import prescriptions, shelf
from clinic_desktop.features.medication.records import MedicationRequest, StopOrder
from clinic_desktop.features.medication.rules.doses import Dose, check_days, is_counted, units_for
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.refusals import AlreadyStopped, DoseMissing, MedicineMissing, UnitsMissing
from clinic_desktop.features.medication.rules.shelf import check_units
from clinic_desktop.features.medication.service.movements import asked_line, cleaned_reason
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


@dataclass(frozen=True, slots=True)
class PrescriptionLine:
    request_id: str
    """Drawn by the form when the line is made."""
    presentation_id: str | None
    medicine_text: str | None
    dose: Dose | None
    days: int
    units: int | None = None
    """Empty: counted from the dose and the days."""
    instructions_text: str | None = None


def prescribe(
    work: Work,
    patient_id: str,
    lines: Sequence[PrescriptionLine],
    note_id: str | None,
    *,
    encounter_id: str | None = None,
    prescriber_text: str = "",
) -> str | None:
    """Write the prescription of a note that is being signed; its lines share one folio, which is returned."""
    work.require(Permission.PRESCRIBE)
    for line in lines:
        known = prescriptions.request_line(work, line.request_id)
        if known is not None:
            return known.line.folio
    if not lines:
        return None
    counted = [(line, _units_of(work, line)) for line in lines]
    folio = work.next_number("prescription")
    for line, units in counted:
        work.add(_request(work, line, units, folio, patient_id, note_id, encounter_id, prescriber_text))
    return folio


def _units_of(work: Work, line: PrescriptionLine) -> int:
    words, told = (line.medicine_text or "").strip(), (line.instructions_text or "").strip()
    if (line.presentation_id is None) == (not words):
        raise MedicineMissing()
    if line.dose is None and not told:
        raise DoseMissing()
    check_days(line.days)
    if line.units is not None:
        return check_units(line.units)
    unit = shelf.presentation(work, line.presentation_id).unit if line.presentation_id else Unit.PIECE
    if line.dose is None or not is_counted(unit):
        raise UnitsMissing()
    return check_units(units_for(line.dose, line.days))


def _request(
    work: Work,
    line: PrescriptionLine,
    units: int,
    folio: str,
    patient_id: str,
    note_id: str | None,
    encounter_id: str | None,
    prescriber_text: str,
) -> MedicationRequest:
    dose = line.dose
    return MedicationRequest(
        id=line.request_id,
        patient_id=patient_id,
        note_id=note_id,
        encounter_id=encounter_id,
        presentation_id=line.presentation_id,
        medicine_text=(line.medicine_text or "").strip() or None,
        morning_quarters=dose.morning if dose else None,
        noon_quarters=dose.noon if dose else None,
        evening_quarters=dose.evening if dose else None,
        night_quarters=dose.night if dose else None,
        every_days=dose.every_days if dose else None,
        days=line.days,
        units=units,
        instructions_text=(line.instructions_text or "").strip() or None,
        folio=folio,
        signed_on=work.today,
        prescriber_id=work.actor.staff_id,
        prescriber_text=prescriber_text.strip() or work.actor.name,
    )


def stop_medicine(work: Work, request_id: str, reason: str, note_id: str | None = None) -> None:
    """A prescriber ends a medicine; what is still owed is no longer handed out."""
    work.require(Permission.PRESCRIBE)
    asked = asked_line(work, request_id)
    if asked.line.stopped_on is not None:
        raise AlreadyStopped(day=say_day(asked.line.stopped_on))
    work.add(
        StopOrder(
            request_id=request_id,
            patient_id=asked.line.patient_id,
            note_id=note_id,
            stopped_on=work.today,
            reason=cleaned_reason(reason),
        )
    )
