"""The care of an open risk: opened by a person's judgement, kept by somebody near, closed by a clinician."""

from datetime import date
from typing import Any

from clinic_desktop.features.consults.queries import risks
from clinic_desktop.features.consults.records.risk import RiskEvent
from clinic_desktop.features.consults.rules import risk
from clinic_desktop.features.consults.rules.risk import OpenRisk, RiskAnswer, RiskStep
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
    )  # fmt: skip


def note_risk_contact(
    work: Work,
    patient_id: str,
    outcome: str,
    *,
    holder_name: str | None = None,
    next_contact_on: date | None = None,
    whom_to_look_for: str | None = None,
) -> None:
    """What came of the contact that was due; the next one is in seven days unless a day is named."""
    work.require(Permission.WRITE_NOTES)
    standing = _standing_risk(work, patient_id)
    if not outcome.strip():
        raise OutcomeMissing()
    _step(
        work, patient_id, RiskStep.CONTACT, opening_id=standing.opening_id, outcome_text=outcome.strip(),
        holder_name=(holder_name or "").strip() or None,
        next_contact_on=next_contact_on or risk.next_contact(work.today),
        whom_to_look_for=(whom_to_look_for or "").strip() or None,
    )  # fmt: skip


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
            outcome_text=said.words.strip() or None, holder_name=said.holder_name.strip() or None,
            next_contact_on=said.next_contact_on or risk.next_contact(work.today),
            whom_to_look_for=said.whom_to_look_for.strip() or None, encounter_id=encounter_id,
        )  # fmt: skip
    elif answer is not None and answer.opens:
        _open_risk(work, patient_id, answer, reason, encounter_id)
