"""The care of an open risk: opened by a person's judgement, kept by somebody near, closed by a clinician."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from clinic_desktop.features.consults.queries import risks
from clinic_desktop.features.consults.records.risk import RiskAssessment, RiskEvent, RiskQuestion
from clinic_desktop.features.consults.rules import risk
from clinic_desktop.features.consults.rules.asking_danger import (
    Assessment,
    DangerQuestion,
    checked_questions,
    kept_answers,
)
from clinic_desktop.features.consults.rules.risk import ContactOutcome, OpenRisk, RiskAnswer, RiskStep
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


class RiskNotAnswered(Refused):
    text = N_("An answer asks about danger. Say who keeps an eye on the person, or write what you found.")


class HolderMissing(Refused):
    text = N_("Name the person nearby who keeps an eye on them.")


class NoOpenRisk(Refused):
    text = N_("No risk is open for this person.")


class NobodyToLookFor(Refused):
    text = N_("Nobody needs to look for this person any more.")


class NotYourContact(Refused):
    text = N_("Only whoever noted a contact takes it back. Note a new one instead.")


class OutcomeMissing(Refused):
    text = N_("Write what came of it.")


def open_risk(work: Work, patient_id: str, answer: RiskAnswer, encounter_id: str | None = None) -> None:
    """Open a risk by a person's judgement, or renew one that is open."""
    work.require(Permission.WRITE_NOTES)
    if not answer.holder_name.strip():
        raise HolderMissing()
    answer_risk(work, patient_id, answer, [], encounter_id)


def _open_risk(work: Work, patient_id: str, answer: RiskAnswer, reason: str | None, encounter_id: str | None) -> None:
    if not answer.holder_name.strip():
        raise HolderMissing()
    _step(
        work, patient_id, RiskStep.OPENED, reason_code=reason, reason_text=answer.words.strip() or None,
        holder_name=answer.holder_name.strip(),
        next_contact_on=answer.next_contact_on or risk.next_contact(work.today),
        whom_to_look_for=answer.whom_to_look_for.strip() or None, encounter_id=encounter_id,
        holder_contact=answer.holder_contact.strip() or None,
    )  # fmt: skip


def note_risk_contact(
    work: Work,
    patient_id: str,
    outcome: str,
    *,
    holder_name: str | None = None,
    next_contact_on: date | None = None,
    whom_to_look_for: str | None = None,
    holder_contact: str | None = None,
    outcome_code: ContactOutcome | None = None,
) -> None:
    """What came of the contact that was due; the next one is in seven days unless a day is named.

    Who was not found, or is not well, stays due.
    """
    work.require(Permission.WRITE_NOTES)
    standing = _standing_risk(work, patient_id)
    if not outcome.strip() and (outcome_code is None or risk.needs_words(outcome_code)):
        raise OutcomeMissing()
    _step(
        work, patient_id, RiskStep.CONTACT, opening_id=standing.opening_id, outcome_text=outcome.strip() or None,
        outcome_code=outcome_code, holder_contact=(holder_contact or "").strip() or None,
        holder_name=(holder_name or "").strip() or None,
        next_contact_on=next_contact_on or _next_contact(outcome_code, work.today),
        whom_to_look_for=(whom_to_look_for or "").strip() or None,
    )  # fmt: skip


def _next_contact(outcome: ContactOutcome | None, today: date) -> date | None:
    """None leaves the contact due, as after somebody who was not found."""
    return risk.next_contact(today) if outcome is None else risk.next_after(outcome, today)


def note_found(work: Work, patient_id: str, *, contact_id: str, outcome: ContactOutcome, words: str = "") -> None:
    """What came of looking for somebody who is on the list; also by those who do not know why they look.

    The same id twice notes it once. Only somebody who is well is looked for again later: else the contact stays due.
    """
    work.require(Permission.SEEK_PEOPLE, Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    if work.session.get(RiskEvent, contact_id) is not None:
        return
    opening_id = risks.opening_to_seek(work, patient_id)
    if opening_id is None:
        raise NobodyToLookFor()
    if risk.needs_words(outcome) and not words.strip():
        raise OutcomeMissing()
    _step(
        work, patient_id, RiskStep.CONTACT, id=contact_id, opening_id=opening_id, outcome_code=outcome,
        outcome_text=words.strip() or None, next_contact_on=risk.next_after(outcome, work.today),
    )  # fmt: skip


def take_contact_back(work: Work, contact_id: str) -> None:
    """A key was pressed by a slip: the contact stays readable and does not count. Only one's own."""
    work.require(Permission.SEEK_PEOPLE, Permission.WRITE_NOTES)
    slip = work.load(RiskEvent, contact_id)
    restricted.must_open(work, slip.patient_id)
    if slip.step is not RiskStep.CONTACT or slip.by_id != work.actor.staff_id:
        raise NotYourContact()
    _step(work, slip.patient_id, RiskStep.CONTACT, opening_id=slip.opening_id, undoes_id=contact_id)


def note_list_printed(work: Work, *, way: str, copies: int) -> None:
    """The list of people to look for leaves; one line of the ledger says who took it."""
    work.require(Permission.SEEK_PEOPLE, Permission.READ_CHART)
    work.detail = {"way": way, "copies": copies}
    work.about("site", work.site_id)


def close_risk(work: Work, patient_id: str, outcome: str) -> None:
    """A clinician who signs says that it is over, and why."""
    work.require(Permission.SIGN_NOTES)
    standing = _standing_risk(work, patient_id)
    if not outcome.strip():
        raise OutcomeMissing()
    for opening_id in (standing.opening_id, *standing.also_open):
        _step(work, patient_id, RiskStep.CLOSED, opening_id=opening_id, outcome_text=outcome.strip())


def _standing_risk(work: Work, patient_id: str) -> OpenRisk:
    standing = risks.risk_of(work, patient_id)
    if standing is None:
        raise NoOpenRisk()
    return standing


def _step(work: Work, patient_id: str, step: RiskStep, **said: Any) -> None:
    work.add(
        RiskEvent(
            patient_id=patient_id, step=step, occurred_on=work.today, by_id=work.actor.staff_id,
            by_name=work.actor.name, **said,
        )
    )  # fmt: skip


def answer_risk(
    work: Work, patient_id: str, answer: RiskAnswer | None, reasons: list[str], encounter_id: str | None
) -> None:
    """What was said of danger. A critical answer wants an answer, whatever it is; nothing is decided here."""
    standing = risks.risk_of(work, patient_id)
    if reasons and standing is None and (answer is None or not answer.is_answered):
        raise RiskNotAnswered()
    reason = reasons[0] if reasons else None
    if standing is not None and (reason or (answer and answer.is_answered)):
        said = answer or RiskAnswer(opens=True)
        _step(
            work, patient_id, RiskStep.CONTACT, opening_id=standing.opening_id, reason_code=reason,
            outcome_text=said.words.strip() or None, holder_contact=said.holder_contact.strip() or None,
            holder_name=said.holder_name.strip() or None,
            next_contact_on=said.next_contact_on or risk.next_contact(work.today),
            whom_to_look_for=said.whom_to_look_for.strip() or None, encounter_id=encounter_id,
        )  # fmt: skip
    elif answer is not None and answer.opens:
        _open_risk(work, patient_id, answer, reason, encounter_id)


def keep_assessment(
    work: Work, assessment: Assessment | None, *, patient_id: str, encounter_id: str | None, note_id: str | None = None
) -> None:
    """What was asked about danger, answered and done; part of signing a note. Nothing follows from it by itself."""
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    if assessment is None or assessment.is_empty:
        return
    if work.session.get(RiskAssessment, assessment.assessment_id) is not None:
        return
    work.add(
        RiskAssessment(
            id=assessment.assessment_id, patient_id=patient_id, encounter_id=encounter_id, note_id=note_id,
            occurred_on=work.today, answers=kept_answers(assessment.asked), words=assessment.words.strip() or None,
            done_text=assessment.done_text.strip() or None, by_id=work.actor.staff_id, by_name=work.actor.name,
        )
    )  # fmt: skip


def keep_questions(work: Work, questions: Sequence[DangerQuestion]) -> None:
    """The clinic's own questions, in this order; what is no longer among them is retired. Old answers keep theirs."""
    work.require(Permission.KEEP_CATALOGS)
    kept = checked_questions(questions)
    for gone in {one.question_id for one in risks.own_questions(work)} - {one.question_id for one in kept}:
        work.revise(work.load(RiskQuestion, gone), seen={}, to={"retired": True})
    for place, question in enumerate(kept, 1):
        told = {"words": question.words, "place": place, "retired": False}
        row = work.session.get(RiskQuestion, question.question_id)
        if row is None:
            work.add(RiskQuestion(id=question.question_id, **told))
        else:
            work.revise(row, seen={}, to=told)
