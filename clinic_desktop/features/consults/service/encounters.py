"""Opening a consultation, what is typed while it lasts, and taking it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from clinic_desktop.features.agenda.queries import day as agenda_queries
from clinic_desktop.features.agenda.rules.day import AppointmentStatus
from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.agenda.service import wrong_person
from clinic_desktop.features.consults.queries import diagnoses, goals, notes
from clinic_desktop.features.consults.queries.notes import DRAFT_SCREEN
from clinic_desktop.features.consults.records.conditions import Condition
from clinic_desktop.features.consults.records.encounters import ConsultNote, Encounter, Goal
from clinic_desktop.features.consults.rules.merging import merged_draft
from clinic_desktop.features.consults.rules.sections import TEMPLATES, EncounterKind
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

WINDOW = "window"
"""Of a draft: which window kept it."""


class NotYetThatDay(Refused):
    text = N_("A consultation cannot be written for a day that is still to come.")


class ChildInterpreter(Refused):
    text = N_("A child never interprets. Ask another adult, or write that there was no interpreter.")


class UnknownTemplate(Refused):
    text = N_("This program does not know those parts of a note. Choose others.")


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
    paper_folio: str | None = None,
) -> str:
    """Begin a consultation, or go on with one's own unfinished one of that day; returns its id.

    With an appointment the person is called in. An earlier day is a paper note typed later, `paper_folio` its sheet.
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
    known = kind or (EncounterKind.FOLLOW_UP if notes.was_here(work, patient_id) else EncounterKind.FIRST)
    late = day < work.today
    work.add(
        Encounter(
            id=encounter_id, patient_id=patient_id, appointment_id=appointment_id, kind=known, occurred_on=day,
            started_at=None if late else work.now, clinician_id=work.actor.staff_id, clinician_name=work.actor.name,
            template=notes.usual_template(work, known), paper_folio=(paper_folio or "").strip() or None,
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


@dataclass(frozen=True, slots=True)
class Conversation:
    """How a conversation really was. An interpreter without a name is none."""

    kind: EncounterKind
    template: str
    with_whom: str = ""
    """Who was spoken with, if not (only) the person."""
    language_code: str | None = None
    interpreter_name: str = ""
    interpreter_relation: str = ""
    interpreter_is_adult: bool | None = None
    """Only asked, never kept: of a child there is nothing to keep."""
    interpreter_is_family: bool | None = None
    confidentiality_accepted: bool | None = None
    asked_again_alone: bool | None = None


def describe_conversation(work: Work, encounter_id: str, told: Conversation) -> None:
    """Its kind and parts if they were mistaken, the language that was really spoken, and through whom."""
    work.require(Permission.WRITE_NOTES)
    encounter = unvoided(work, encounter_id)
    if told.template not in TEMPLATES:
        raise UnknownTemplate()
    named = told.interpreter_name.strip()
    if named and told.interpreter_is_adult is False:
        raise ChildInterpreter()
    of_interpreter = {
        "interpreter_name": named or None,
        "interpreter_relation": told.interpreter_relation.strip() or None,
        "interpreter_is_family": told.interpreter_is_family,
        "confidentiality_accepted": told.confidentiality_accepted,
        "asked_again_alone": told.asked_again_alone if told.interpreter_is_family else None,
    }
    work.revise(
        encounter,
        seen={},
        to={
            "kind": told.kind,
            "template": told.template,
            "with_whom": told.with_whom.strip() or None,
            "language_code": told.language_code,
        }
        | (of_interpreter if named else dict.fromkeys(of_interpreter)),
    )


@dataclass(frozen=True, slots=True)
class Kept:
    at: datetime
    """As the clinic's clock says."""
    fields: dict[str, Any]
    """What is kept now: more than was given, where another window had kept something since."""
    from_elsewhere: tuple[str, ...] = ()
    """The sections in which that was."""


def keep_note(
    work: Work, encounter_id: str, fields: dict[str, Any], caret: dict[str, Any], seen: Mapping[str, Any] | None = None
) -> Kept:
    """Keep what was typed so far, of its author and on this device only.

    `seen` is what this window read or kept last: where another window kept other words since, both stay.
    """
    work.require(Permission.WRITE_NOTES)
    signed = notes.note_of(work, encounter_id, work.actor.staff_id)
    if signed is not None and signed == fields.get("note_id", signed):
        # A save that was under way when the note was signed must not leave a draft of it behind.
        return Kept(work.now.astimezone(work.place.zone), fields)
    before = drafts.find_draft(work, DRAFT_SCREEN, encounter_id)
    other: tuple[str, ...] = ()
    if seen is not None and before is not None and before.fields.get(WINDOW) != fields.get(WINDOW):
        fields, other = merged_draft(seen, fields, before.fields)
    kept = drafts.keep_draft(work, DRAFT_SCREEN, encounter_id, fields, caret)
    return Kept(kept.astimezone(work.place.zone), fields, other)


def drop_note(work: Work, encounter_id: str) -> None:
    """Throw the draft away; the empty encounter is taken back, and the person waits again.

    Of one that was taken back already only what was typed in it meanwhile is thrown away.
    """
    work.require(Permission.WRITE_NOTES)
    if work.load(Encounter, encounter_id).voided_at is not None:
        drafts.drop_draft(work, DRAFT_SCREEN, encounter_id)
        return
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
    for goal_id in goals.goals_from(work, encounter.id):
        work.void(work.load(Goal, goal_id), reason)
    for note_id in notes.notes_of(work, encounter.id):
        # Also of one whose days are over: the next prescription would begin from it.
        for line in prescriptions.prescribed_in(work, note_id):
            if line.stopped_on is None:
                prescribing.stop_medicine(work, line.request_id, reason, note_id)
        note = work.load(ConsultNote, note_id)
        if note.next_visit_on is not None:
            wrong_person.cancel_booked_with(
                work, note.patient_id, day=note.next_visit_on, booked_at=note.recorded_at, reason=reason
            )
    drafts.drop_draft(work, DRAFT_SCREEN, encounter.id)
    appointment_id = encounter.appointment_id
    if appointment_id is not None and not notes.is_noted_elsewhere(work, appointment_id, encounter.id):
        wrong_person.wait_again(work, appointment_id)
    work.about(Encounter.__tablename__, encounter.id)


def look_at_chart(work: Work, patient_id: str) -> None:
    """The line that says who opened this chart; written after the screen is painted."""
    work.require(Permission.READ_CHART)
    patients.look(work, PatientId(patient_id))
