"""Writing and ending prescriptions; called by the signing of a note, inside its transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from clinic_desktop.features.medication.queries import handing, prescriptions, shelf
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest, PrescriptionSignature, StopOrder
from clinic_desktop.features.medication.rules.courses import (
    Course,
    constant,
    counts,
    is_depot,
    kept_steps,
    units_of,
)
from clinic_desktop.features.medication.rules.doses import Dose, check_days
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.refusals import (
    AlreadyStopped,
    DoseMissing,
    MedicineMissing,
    OwnPrescription,
    SameLineTwice,
    UnitsMissing,
)
from clinic_desktop.features.medication.rules.shelf import check_units
from clinic_desktop.features.medication.service.controlled import check_packs
from clinic_desktop.features.medication.service.movements import asked_line, cleaned_reason
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


@dataclass(frozen=True, slots=True)
class PrescriptionLine:
    request_id: str
    """Drawn by the form when the line is made."""
    presentation_id: str | None
    medicine_text: str | None
    dose: Dose | Course | None
    """A dose that stays the same for `days`, or a course, which says its own days."""
    days: int
    units: int | None = None
    """Empty: counted from the dose and the days."""
    instructions_text: str | None = None
    days_per_pickup: int | None = None
    """Not more than this goes home at once."""
    keeper_name: str | None = None
    """Who keeps the medicine for the person."""
    repeats_id: str | None = None
    """The earlier line that it goes on with."""

    @property
    def course(self) -> Course | None:
        return constant(self.dose, self.days) if isinstance(self.dose, Dose) else self.dose


@dataclass(frozen=True, slots=True)
class Stop:
    """A medicine that ends with this note."""

    request_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Head:
    """What the lines of one prescription share."""

    patient_id: str
    note_id: str | None
    encounter_id: str | None
    folio: str
    prescriber_text: str
    urgent_reason: str | None


def prescribe(
    work: Work,
    patient_id: str,
    lines: Sequence[PrescriptionLine],
    note_id: str | None,
    *,
    encounter_id: str | None = None,
    prescriber_text: str = "",
    urgent_reason: str = "",
    accept_packs: bool = False,
) -> str | None:
    """Write the prescription of a note that is being signed; its lines share one folio, which is returned.

    Of somebody who may not sign it waits for a supervisor, unless it is urgent and says why.
    """
    work.require(Permission.PRESCRIBE)
    restricted.must_open(work, patient_id)
    for line in lines:
        known = handing.request_line(work, line.request_id)
        if known is not None:
            return known.line.folio
    if not lines:
        return None
    if len({line.request_id for line in lines}) < len(lines):
        raise SameLineTwice()
    made = [_request(work, line) for line in lines]
    if not accept_packs:
        check_packs(work, [(row.presentation_id, row.units or 0) for row in made if row.presentation_id])
    folio = work.next_number("prescription")
    head = _Head(patient_id, note_id, encounter_id, folio, prescriber_text, urgent_reason.strip() or None)
    for request in made:
        work.add(_under(work, request, head))
    return folio


def _units_of(line: PrescriptionLine, unit: Unit | None, content_tenths_ml: int | None) -> int:
    if line.units is not None:
        return check_units(line.units)
    course = line.course
    if course is None or not counts(unit, content_tenths_ml):
        raise UnitsMissing()
    return check_units(units_of(course, unit, content_tenths_ml))


def _request(work: Work, line: PrescriptionLine) -> MedicationRequest:
    words, told, course = (line.medicine_text or "").strip(), (line.instructions_text or "").strip(), line.course
    if (line.presentation_id is None) == (not words):
        raise MedicineMissing()
    if course is None and not told:
        raise DoseMissing()
    product = shelf.presentation(work, line.presentation_id) if line.presentation_id else None
    unit = product.unit if product else Unit.PIECE
    return MedicationRequest(
        id=line.request_id,
        presentation_id=line.presentation_id,
        medicine_text=words or None,
        days=check_days(course.days if course else line.days),
        units=_units_of(line, unit, product.content_tenths_ml if product else None),
        instructions_text=told or None,
        is_depot=bool(product and course and is_depot(product.route, course.first)),
        days_per_pickup=None if line.days_per_pickup is None else check_days(line.days_per_pickup),
        keeper_name=(line.keeper_name or "").strip() or None,
        repeats_id=line.repeats_id,
        **(_dose_of(course) if course else {}),
    )


def _dose_of(course: Course) -> dict[str, object]:
    first = course.first
    return {
        "morning_quarters": first.morning,
        "noon_quarters": first.noon,
        "evening_quarters": first.evening,
        "night_quarters": first.night,
        "every_days": first.every_days,
        "starts_on": course.starts_on,
        "steps": kept_steps(course),
        "as_needed": course.as_needed,
        "most_per_day_quarters": course.most_per_day,
    }


def _under(work: Work, request: MedicationRequest, head: _Head) -> MedicationRequest:
    request.patient_id, request.note_id, request.encounter_id = head.patient_id, head.note_id, head.encounter_id
    request.folio, request.signed_on, request.prescriber_id = head.folio, work.today, work.actor.staff_id
    request.prescriber_text = head.prescriber_text.strip() or work.actor.name
    request.supervisor_wanted = not work.actor.may(Permission.SIGN_NOTES)
    request.urgent_reason = head.urgent_reason if request.supervisor_wanted else None
    return request


def sign_prescriptions(work: Work, note_id: str, supervisor_text: str = "") -> None:
    """A supervisor signs what somebody in training prescribed with this note. Signing it again changes nothing."""
    work.require(Permission.SIGN_NOTES)
    waiting = {
        line.folio: line
        for line in prescriptions.prescribed_in(work, note_id)
        if line.supervisor_wanted and line.supervisor_text is None and line.folio
    }
    for folio, line in waiting.items():
        if line.prescriber_id == work.actor.staff_id:
            raise OwnPrescription()
        work.add(
            PrescriptionSignature(
                folio=folio, note_id=note_id, signed_at=work.now, supervisor_id=work.actor.staff_id,
                supervisor_text=supervisor_text.strip() or work.actor.name,
            )
        )  # fmt: skip


def stop_medicine(work: Work, request_id: str, reason: str, note_id: str | None = None) -> None:
    """A prescriber ends a medicine; what is still owed is no longer handed out."""
    work.require(Permission.PRESCRIBE)
    asked = asked_line(work, request_id)
    restricted.must_open(work, asked.line.patient_id)
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


def stop_medicines(work: Work, patient_id: str, stops: Sequence[Stop], note_id: str) -> None:
    """What ends with a note. A medicine that somebody else stopped meanwhile is stopped already: no matter."""
    for stop in stops:
        line = asked_line(work, stop.request_id).line
        if line.patient_id != patient_id:
            raise MedicineMissing()
        if line.stopped_on is None:
            stop_medicine(work, stop.request_id, stop.reason, note_id)


def note_printed(work: Work, note_id: str, *, with_diagnoses: bool, way: str, copies: int) -> None:
    """A prescription leaves: one line of the ledger, written before it does."""
    work.require(Permission.READ_CHART, Permission.PRESCRIBE)
    lines = prescriptions.prescribed_in(work, note_id)
    work.act = "medication.note_printed"
    work.detail = {"diagnosis": with_diagnoses, "way": way, "copies": copies}
    if lines:
        work.about("medication_request", lines[0].request_id)
