"""Opening a consultation, what is typed while it lasts, and taking it back."""

from datetime import date, datetime
from typing import Any

from clinic_desktop.features.agenda.queries import day as agenda_queries
from clinic_desktop.features.agenda.rules.day import AppointmentStatus
from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.consults.queries import diagnoses, notes
from clinic_desktop.features.consults.queries.notes import DRAFT_SCREEN
from clinic_desktop.features.consults.records.conditions import Condition
from clinic_desktop.features.consults.records.encounters import Encounter
from clinic_desktop.features.consults.rules.sections import EncounterKind
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.features.medication.service import prescribing
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage import drafts
from clinic_desktop.storage.work import AlreadyVoided, Work


class NotYetThatDay(Refused):
    text = N_("A consultation cannot be written for a day that is still to come.")


class AlreadySigned(Refused):
    text = N_("This consultation is signed already. Write an addendum or a correction.")


class NotYourNote(Refused):
    text = N_("Only its author or a supervisor may do this with a note.")


def open_encounter(
    work: Work,
    *,
    encounter_id: str,
    patient_id: str,
    appointment_id: str | None = None,
    kind: EncounterKind | None = None,
    occurred_on: date | None = None,
) -> str:
    """Begin a consultation, or go on with one's own unfinished one of that day; returns its id.

    With an appointment the person is called in. An earlier day is a paper note typed later.
    """
    work.require(Permission.WRITE_NOTES)
    day = occurred_on or work.today
    if day > work.today:
        raise NotYetThatDay()
    patients.look(work, PatientId(patient_id))
    appointment_id = appointment_id or _todays_appointment(work, patient_id, day)
    if appointment_id is not None and appointment_status(work, appointment_id) is AppointmentStatus.WAITING:
        agenda.call_in(work, appointment_id)
    unfinished = notes.unfinished(work, patient_id, day)
    if unfinished is not None:
        return unfinished
    known = kind or (EncounterKind.FOLLOW_UP if notes.has_notes(work, patient_id) else EncounterKind.FIRST)
    late = day < work.today
    work.add(
        Encounter(
            id=encounter_id, patient_id=patient_id, appointment_id=appointment_id, kind=known, occurred_on=day,
            started_at=None if late else work.now, clinician_id=work.actor.staff_id, clinician_name=work.actor.name,
        )
    )  # fmt: skip
    work.about(Encounter.__tablename__, encounter_id)
    return encounter_id


def _todays_appointment(work: Work, patient_id: str, day: date) -> str | None:
    if day != work.today:
        return None
    here = (AppointmentStatus.WAITING, AppointmentStatus.IN_CONSULT)
    found = [a for a in agenda_queries.of_patient(work, patient_id) if a.day == day and a.status in here]
    return found[0].appointment_id if found else None


def appointment_status(work: Work, appointment_id: str) -> AppointmentStatus:
    return agenda_queries.standing(work, appointment_id).status


def note_language(
    work: Work,
    encounter_id: str,
    *,
    language_code: str | None,
    interpreter_name: str | None = None,
    interpreter_relation: str | None = None,
    confidentiality_accepted: bool | None = None,
    kind: EncounterKind | None = None,
) -> None:
    """In which language the conversation really was, and through whom; and of which kind, if that was mistaken."""
    work.require(Permission.WRITE_NOTES)
    encounter = unvoided(work, encounter_id)
    named = (interpreter_name or "").strip() or None
    work.revise(
        encounter,
        seen={},
        to={
            "kind": kind or encounter.kind,
            "language_code": language_code,
            "interpreter_name": named,
            "interpreter_relation": interpreter_relation if named else None,
            "confidentiality_accepted": confidentiality_accepted if named else None,
        },
    )


def keep_note(work: Work, encounter_id: str, fields: dict[str, Any], caret: dict[str, Any]) -> datetime:
    """Keep what was typed so far, of its author and on this device only; returns when, as the clinic's clock says."""
    work.require(Permission.WRITE_NOTES)
    if notes.note_of(work, encounter_id, work.actor.staff_id) is not None:
        # A save that was under way when the note was signed must not leave a draft of it behind.
        return work.now.astimezone(work.place.zone)
    kept = drafts.keep_draft(work, DRAFT_SCREEN, encounter_id, fields, caret)
    return kept.astimezone(work.place.zone)


def drop_note(work: Work, encounter_id: str) -> None:
    """Throw the draft away; the empty encounter is taken back, and the person waits again."""
    work.require(Permission.WRITE_NOTES)
    encounter = unvoided(work, encounter_id)
    if notes.note_of(work, encounter_id, work.actor.staff_id) is not None:
        raise AlreadySigned()
    _take_back(work, encounter, "draft dropped")


def unvoided(work: Work, encounter_id: str) -> Encounter:
    encounter = work.load(Encounter, encounter_id)
    restricted.must_open(work, encounter.patient_id)
    if encounter.voided_at is not None:
        raise AlreadyVoided()
    return encounter


def void_encounter(work: Work, encounter_id: str, reason: str) -> None:
    """Take back a consultation written in the wrong chart, with what was signed in it. It stays readable."""
    work.require(Permission.WRITE_NOTES)
    encounter = unvoided(work, encounter_id)
    if encounter.clinician_id != work.actor.staff_id and not work.actor.may(Permission.SIGN_NOTES):
        raise NotYourNote()
    _take_back(work, encounter, reason)


def _take_back(work: Work, encounter: Encounter, reason: str) -> None:
    work.void(encounter, reason)
    for condition_id in diagnoses.conditions_from(work, encounter.id):
        work.void(work.load(Condition, condition_id), reason)
    for note_id in notes.notes_of(work, encounter.id):
        for line in prescriptions.prescribed_in(work, note_id):
            if line.running:
                prescribing.stop_medicine(work, line.request_id, reason, note_id)
    drafts.drop_draft(work, DRAFT_SCREEN, encounter.id)
    appointment_id = encounter.appointment_id
    if appointment_id is not None and appointment_status(work, appointment_id) is AppointmentStatus.IN_CONSULT:
        agenda.send_back(work, appointment_id)
    work.about(Encounter.__tablename__, encounter.id)


def look_at_chart(work: Work, patient_id: str) -> None:
    """The line that says who opened this chart; written after the screen is painted."""
    work.require(Permission.READ_CHART)
    patients.look(work, PatientId(patient_id))
