"""Signing is one transaction: the note and all that belongs to it stand, or nothing does. What is signed is final."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from clinic_desktop.features.agenda.rules.day import AppointmentStatus
from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.consults.queries import notes
from clinic_desktop.features.consults.records.encounters import Addendum, ConsultNote, Encounter, NoteSignature
from clinic_desktop.features.consults.rules import signing
from clinic_desktop.features.consults.rules.asking_danger import Assessment
from clinic_desktop.features.consults.rules.diagnoses import ConditionChange
from clinic_desktop.features.consults.rules.goals import GoalChange
from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.rules.safety import GivenAnswer
from clinic_desktop.features.consults.rules.safety_plan import NewPlan
from clinic_desktop.features.consults.rules.scoring import GivenScale
from clinic_desktop.features.consults.rules.signing import NoteState, SignatureKind
from clinic_desktop.features.consults.service.diagnoses import change_condition
from clinic_desktop.features.consults.service.encounters import (
    DRAFT_SCREEN,
    AlreadySigned,
    NotYourNote,
    appointment_status,
    unvoided,
)
from clinic_desktop.features.consults.service.goals import keep_goals
from clinic_desktop.features.consults.service.instruments import keep_answers
from clinic_desktop.features.consults.service.risk import answer_risk, keep_assessment
from clinic_desktop.features.consults.service.safety import keep_safety_answers
from clinic_desktop.features.consults.service.safety_plans import keep_plan
from clinic_desktop.features.medication.service import prescribing
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage import drafts
from clinic_desktop.storage.work import ReasonMissing, Work


class NothingWritten(Refused):
    text = N_("Nothing is written yet. Write a word, an answer or a diagnosis before signing.")


class CorrectedMeanwhile(Refused):
    text = N_("This note was corrected already. Correct its newest version.")


class OwnNote(Refused):
    text = N_("A note is signed by somebody other than its author.")


class AuthorFirst(Refused):
    text = N_("This note was typed from a paper. Whoever wrote the paper confirms it first.")


class NotWaiting(Refused):
    text = N_("This note is not waiting for a supervisor.")


@dataclass(frozen=True, slots=True)
class NextVisit:
    """When the person comes again. The id is drawn beforehand, so that signing twice books once."""

    appointment_id: str
    day: date


@dataclass(frozen=True, slots=True)
class Written:
    """All that a clinician wrote in one consultation."""

    template: str
    sections: Mapping[str, str] = field(default_factory=dict[str, str])
    scales: tuple[GivenScale, ...] = ()
    conditions: tuple[ConditionChange, ...] = ()
    prescription: tuple[prescribing.PrescriptionLine, ...] = ()
    stops: tuple[prescribing.Stop, ...] = ()
    """Medicines that end with this note."""
    urgent_reason: str = ""
    """Why the prescription of somebody in training cannot wait for a supervisor."""
    risk: RiskAnswer | None = None
    next_visit: NextVisit | None = None
    goals: tuple[GoalChange, ...] = ()
    plan_items: tuple[str, ...] = ()
    """Codes of what was agreed and taught beside medicines."""
    safety_answers: tuple[GivenAnswer, ...] = ()
    assessment: Assessment | None = None
    """What was asked about danger, and what was done."""
    safety_plan: NewPlan | None = None

    @property
    def is_empty(self) -> bool:
        words = any(text.strip() for text in self.sections.values())
        beside = self.conditions or self.prescription or self.stops or self.goals or self.plan_items or self.safety_plan
        return not (words or any(s.is_given for s in self.scales) or beside)


@dataclass(frozen=True, slots=True)
class Signed:
    note_id: str
    encounter_id: str
    patient_id: str
    state: NoteState
    prescription_folio: str | None
    again: bool = False
    """It was signed before with the same id; nothing was done now."""


after_signing: tuple[Callable[[Work, Signed], None], ...] = ()
"""Slot for upper rooms, filled by app/house.py: runs inside the signing transaction."""


def sign_note(
    work: Work,
    *,
    encounter_id: str,
    note_id: str,
    written: Written,
    confirmed: bool = False,
    accept_packs: bool = False,
) -> Signed:
    """Make the note final with all that belongs to it. Doing it twice with the same id does it once.

    `accept_packs`: although the rule of a controlled medicine allows fewer boxes.

    Somebody who may write but not sign leaves it waiting for a supervisor.
    """
    work.require(Permission.WRITE_NOTES)
    encounter = unvoided(work, encounter_id)
    if work.session.get(ConsultNote, note_id) is not None:
        return Signed(note_id, encounter_id, encounter.patient_id, _state(work, note_id), None, again=True)
    if notes.note_of(work, encounter_id, work.actor.staff_id) is not None:
        raise AlreadySigned()
    if written.is_empty:
        raise NothingWritten()
    _add_note(work, encounter, note_id, written)
    reasons = [code for given in written.scales for code in _add_response(work, encounter, note_id, given)]
    answer_risk(work, encounter.patient_id, written.risk, reasons, encounter_id)
    of_note = {"patient_id": encounter.patient_id, "encounter_id": encounter_id, "note_id": note_id}
    keep_assessment(work, written.assessment, **of_note)
    if written.safety_plan is not None:
        keep_plan(work, written.safety_plan, **of_note)
    for change in written.conditions:
        change_condition(
            work, change, patient_id=encounter.patient_id, occurred_on=encounter.occurred_on, encounter_id=encounter.id
        )
    folio = None
    if written.prescription:
        folio = prescribing.prescribe(
            work,
            encounter.patient_id,
            written.prescription,
            note_id,
            encounter_id=encounter_id,
            prescriber_text=_prescriber(work),
            urgent_reason=written.urgent_reason,
            accept_packs=accept_packs,
        )
    prescribing.stop_medicines(work, encounter.patient_id, written.stops, note_id)
    if written.safety_answers:
        keep_safety_answers(work, written.safety_answers, patient_id=encounter.patient_id, note_id=note_id)
    _send_home(work, encounter, written.next_visit, confirmed)
    drafts.drop_draft(work, DRAFT_SCREEN, encounter_id)
    signed = Signed(note_id, encounter_id, encounter.patient_id, _state(work, note_id), folio)
    for hook in after_signing:
        hook(work, signed)
    work.about(ConsultNote.__tablename__, note_id)
    return signed


def _state(work: Work, note_id: str) -> NoteState:
    note = work.load(ConsultNote, note_id)
    return signing.note_state(note.supervisor_wanted, notes.supervisor_steps(work, [note_id]).get(note_id, ()))


def _add_note(work: Work, encounter: Encounter, note_id: str, written: Written) -> None:
    work.add(
        ConsultNote(
            id=note_id, encounter_id=encounter.id, patient_id=encounter.patient_id, template=written.template,
            sections=signing.kept_sections(written.sections), occurred_on=encounter.occurred_on,
            author_id=work.actor.staff_id, author_name=work.actor.name, signed_at=work.now,
            supervisor_wanted=not work.actor.may(Permission.SIGN_NOTES),
            next_visit_on=written.next_visit.day if written.next_visit else None,
            plan_items=list(written.plan_items) or None,
        )
    )  # fmt: skip
    keep_goals(work, encounter.id, note_id, written.goals)


def _add_response(work: Work, encounter: Encounter, note_id: str, given: GivenScale) -> list[str]:
    """Keeps the answers if there are any; returns the reasons they give to look at once."""
    if not given.is_given:
        return []
    return keep_answers(
        work, given, patient_id=encounter.patient_id, occurred_on=encounter.occurred_on, encounter_id=encounter.id,
        note_id=note_id,
    )  # fmt: skip


def _prescriber(work: Work) -> str:
    """Name and licence, as the paper needs them."""
    member = staff.member(work, work.actor.staff_id)
    if member is None or not member.licence:
        return member.full_name if member else work.actor.name
    return _("{name} · licence {number}").format(name=member.full_name, number=member.licence)


def _send_home(work: Work, encounter: Encounter, next_visit: NextVisit | None, confirmed: bool) -> None:
    if next_visit is not None:
        agenda.book(
            work, appointment_id=next_visit.appointment_id, patient_id=encounter.patient_id, day=next_visit.day,
            confirmed=confirmed,
        )  # fmt: skip
    appointment_id, here = encounter.appointment_id, (AppointmentStatus.IN_CONSULT, AppointmentStatus.WAITING)
    if appointment_id is not None and appointment_status(work, appointment_id) in here:
        agenda.send_out(work, appointment_id)


def add_addendum(work: Work, note_id: str, *, addendum_id: str, text: str) -> None:
    """Words added to a signed note; the note itself stays as it was."""
    work.require(Permission.WRITE_NOTES)
    note = work.load(ConsultNote, note_id)
    restricted.must_open(work, note.patient_id)
    if not text.strip():
        raise NothingWritten()
    if work.session.get(Addendum, addendum_id) is not None:
        return
    work.add(
        Addendum(
            id=addendum_id, note_id=note_id, patient_id=note.patient_id, text=text, signed_at=work.now,
            author_id=work.actor.staff_id, author_name=work.actor.name,
        )
    )  # fmt: skip


def correct_note(work: Work, note_id: str, *, new_note_id: str, note_sections: Mapping[str, str], reason: str) -> None:
    """A new version with its reason; the old one stays readable."""
    work.require(Permission.WRITE_NOTES)
    if work.session.get(ConsultNote, new_note_id) is not None:
        return
    note = work.load(ConsultNote, note_id)
    unvoided(work, note.encounter_id)
    own, signs = note.author_id == work.actor.staff_id, work.actor.may(Permission.SIGN_NOTES)
    if not signing.may_correct(own=own, signs=signs, of_trainee=note.supervisor_wanted):
        raise NotYourNote()
    if notes.is_amended(work, note_id):
        raise CorrectedMeanwhile()
    if not reason.strip():
        raise ReasonMissing()
    kept = signing.kept_sections(note_sections)
    if not kept:
        raise NothingWritten()
    work.add(
        ConsultNote(
            id=new_note_id, encounter_id=note.encounter_id, patient_id=note.patient_id, template=note.template,
            sections=kept, occurred_on=note.occurred_on, author_id=work.actor.staff_id, author_name=work.actor.name,
            signed_at=work.now, supervisor_wanted=not work.actor.may(Permission.SIGN_NOTES), amends_id=note_id,
            amend_reason=reason.strip(), next_visit_on=note.next_visit_on, plan_items=note.plan_items,
        )
    )  # fmt: skip


def cosign_note(work: Work, note_id: str) -> None:
    """A supervisor signs what a resident wrote, or an author what somebody typed from their paper."""
    work.require(Permission.SIGN_NOTES)
    _supervise(work, note_id, SignatureKind.SIGNED, None)
    # What was prescribed hangs on the version that was signed first.
    version: str | None = note_id
    while version is not None:
        prescribing.sign_prescriptions(work, version, _prescriber(work))
        version = work.load(ConsultNote, version).amends_id


def confirm_note(work: Work, note_id: str) -> None:
    """An author says that what was typed from their paper is so. In training, it then waits for a supervisor."""
    work.require(Permission.WRITE_NOTES)
    if work.actor.may(Permission.SIGN_NOTES):
        cosign_note(work, note_id)
        return
    note = work.load(ConsultNote, note_id)
    if note.transcribed_by_id is None or note.author_id != work.actor.staff_id:
        raise NotYourNote()
    _supervise(work, note_id, SignatureKind.CONFIRMED, None)


def return_note(work: Work, note_id: str, comment: str) -> None:
    """A supervisor gives a note back with words; its author writes a new version. So does an author what was typed."""
    work.require(Permission.SIGN_NOTES, Permission.WRITE_NOTES)
    if not comment.strip():
        raise ReasonMissing()
    _supervise(work, note_id, SignatureKind.RETURNED, comment.strip())


def _supervise(work: Work, note_id: str, kind: SignatureKind, comment: str | None) -> None:
    note = work.load(ConsultNote, note_id)
    restricted.must_open(work, note.patient_id)
    unvoided(work, note.encounter_id)
    steps = notes.supervisor_steps(work, [note_id]).get(note_id, ())
    _may_answer(work, note, confirmed=any(step.kind is SignatureKind.CONFIRMED for step in steps))
    if notes.is_amended(work, note_id):
        raise CorrectedMeanwhile()
    if signing.note_state(note.supervisor_wanted, steps) is NoteState.SIGNED:
        raise NotWaiting()
    if any(step.kind is kind is not SignatureKind.SIGNED for step in steps):
        return
    work.add(
        NoteSignature(
            note_id=note_id, kind=kind, signed_at=work.now, supervisor_id=work.actor.staff_id,
            supervisor_name=work.actor.name, comment=comment,
        )
    )  # fmt: skip
    work.about(ConsultNote.__tablename__, note_id)


def _may_answer(work: Work, note: ConsultNote, *, confirmed: bool) -> None:
    """What was typed from paper its author answers first; everything else, somebody who is not its author."""
    own, typed = note.author_id == work.actor.staff_id, note.transcribed_by_id is not None
    if typed and not confirmed:
        if not own:
            raise AuthorFirst()
        return
    if own:
        raise OwnNote()
    work.require(Permission.SIGN_NOTES)
