"""Scales: importing the wording of an official questionnaire, and keeping answers."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from clinic_desktop.features.consults.queries import scales
from clinic_desktop.features.consults.records.scales import Instrument, InstrumentResponse
from clinic_desktop.features.consults.rules import questionnaires, scoring
from clinic_desktop.features.consults.rules.asking_danger import Assessment
from clinic_desktop.features.consults.rules.risk import RiskAnswer, reason_code
from clinic_desktop.features.consults.rules.scoring import GivenScale
from clinic_desktop.features.consults.service.encounters import NotYetThatDay, unvoided
from clinic_desktop.features.consults.service.risk import answer_risk, keep_assessment
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.kernel.errors import NeedsConfirmation, Refused, Trouble
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import ReasonMissing, Work


class NoAnswers(Refused):
    text = N_("No question is answered yet.")


class NotYourAnswers(Refused):
    text = N_("Only who wrote these answers, or somebody who signs notes, corrects them.")


class AnswersCorrected(Refused):
    text = N_("These answers were corrected meanwhile. Look at them again.")


class NoScaleOfOurs(NeedsConfirmation):
    text = N_("“{title}” belongs to no scale of this program. Keep it as a form whose answers are not added up?")


class UnreadableFile(Trouble):
    text = N_("The file could not be read. Nothing was imported.")


@dataclass(frozen=True, slots=True)
class Imported:
    instrument_id: str
    title: str
    scale_code: str | None
    again: bool


def content_of(path: Path) -> bytes:
    """What a file holds; of one that is too large no more than shows that it is."""
    try:
        with path.open("rb") as file:
            return file.read(questionnaires.LARGEST + 1)
    except OSError as error:
        raise UnreadableFile() from error


def import_instrument(
    work: Work, data: bytes, *, as_scale: str | None = None, may_print: bool | None = None, confirmed: bool = False
) -> Imported:
    """Take over the wording of an official questionnaire. A file that is not one, or scores otherwise, is refused.

    `as_scale`: who imports it says which scale it is, and that its questions stand in the order of the table.
    """
    work.require(Permission.KEEP_CATALOGS)
    wording = questionnaires.read_questionnaire(data, as_scale)
    known = scales.instrument_with(work, wording.sha256)
    if known is not None:
        if known.retired:
            work.load(Instrument, known.instrument_id).retired_at = None
        return Imported(known.instrument_id, known.title, known.scale_code, again=True)
    if wording.scale_code is None and not confirmed:
        raise NoScaleOfOurs(title=wording.title)
    row = work.add(
        Instrument(
            scale_code=wording.scale_code, title=wording.title, url=wording.url, version=wording.version,
            language_code=wording.language, copyright=wording.copyright, questionnaire=wording.content,
            sha256=wording.sha256, item_links=[item.link for item in wording.items], may_print=may_print,
            confirmed_by_name=None if wording.is_said_by_file else work.actor.name,
        )
    )  # fmt: skip
    return Imported(row.id, wording.title, wording.scale_code, again=False)


def retire_instrument(work: Work, instrument_id: str) -> None:
    """A wording is offered no more; answers that were given to it go on naming it."""
    work.require(Permission.KEEP_CATALOGS)
    row = work.load(Instrument, instrument_id)
    row.retired_at = row.retired_at or work.now


def bring_back_instrument(work: Work, instrument_id: str) -> None:
    work.require(Permission.KEEP_CATALOGS)
    work.load(Instrument, instrument_id).retired_at = None


def allow_printing(work: Work, instrument_id: str, may_print: bool) -> None:
    """Somebody read the copyright and says whether blank forms may be printed."""
    work.require(Permission.KEEP_CATALOGS)
    work.load(Instrument, instrument_id).may_print = may_print


def record_response(
    work: Work,
    patient_id: str,
    given: GivenScale,
    *,
    occurred_on: date | None = None,
    answer: RiskAnswer | None = None,
    assessment: Assessment | None = None,
) -> None:
    """A scale given outside a consultation (by a nurse, at home)."""
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    if work.session.get(InstrumentResponse, given.response_id) is not None:
        return
    if not given.is_given:
        raise NoAnswers()
    day = occurred_on or work.today
    if day > work.today:
        raise NotYetThatDay()
    reasons = keep_answers(work, given, patient_id=patient_id, occurred_on=day)
    answer_risk(work, patient_id, answer, reasons, None)
    keep_assessment(work, assessment, patient_id=patient_id, encounter_id=None)
    work.about(InstrumentResponse.__tablename__, given.response_id)


def correct_response(
    work: Work,
    response_id: str,
    given: GivenScale,
    *,
    reason: str,
    answer: RiskAnswer | None = None,
    assessment: Assessment | None = None,
) -> None:
    """Other answers in the place of these, with the reason; those before stay readable. Of `given` only what was
    answered counts: day, wording and how it was asked are those of the first."""
    work.require(Permission.WRITE_NOTES)
    if work.session.get(InstrumentResponse, given.response_id) is not None:
        return
    before = work.load(InstrumentResponse, response_id)
    restricted.must_open(work, before.patient_id)
    if before.encounter_id is not None:
        unvoided(work, before.encounter_id)
    if before.recorded_by != work.actor.staff_id and not work.actor.may(Permission.SIGN_NOTES):
        raise NotYourAnswers()
    if response_id not in {row.response_id for row in scales.scores(work, before.patient_id)}:
        raise AnswersCorrected()
    if not given.is_given:
        raise NoAnswers()
    if not reason.strip():
        raise ReasonMissing()
    first = GivenScale(
        response_id, before.scale_code, {int(item): value for item, value in before.answers.items()}, before.how_given,
        before.language_code, before.interpreter_name, before.read_by, before.instrument_id, before.wording_version,
        before.total, before.flagged,
    )  # fmt: skip
    now = replace(first, response_id=given.response_id, answers=given.answers, total=given.total, flagged=given.flagged)
    known = scoring.score_given(scales.scale_here(work, before.scale_code), first).critical
    patient_id, of_note = before.patient_id, {"encounter_id": before.encounter_id, "note_id": before.note_id}
    reasons = keep_answers(
        work, now, patient_id=patient_id, **of_note, occurred_on=before.occurred_on, cutoff=before.cutoff,
        amends_id=response_id, amend_reason=reason.strip(),
    )  # fmt: skip
    newly = [code for code in reasons if code not in {reason_code(before.scale_code, item) for item in known}]
    answer_risk(work, patient_id, answer, newly, before.encounter_id)
    keep_assessment(work, assessment, patient_id=patient_id, **of_note)
    work.about(InstrumentResponse.__tablename__, given.response_id)


def keep_answers(work: Work, given: GivenScale, **where: Any) -> list[str]:
    """Keeps the answers with what they add up to; returns the reasons they give to look at once."""
    scale = scales.scale_here(work, given.scale_code)
    result = scoring.score_given(scale, given)
    if scale.cutoff_setting is not None:
        where.setdefault("cutoff", setting(work, scale.cutoff_setting) or None)
    work.add(
        InstrumentResponse(
            id=given.response_id, scale_code=given.scale_code, instrument_id=given.instrument_id,
            wording_version=given.wording_version, answers={str(item): v for item, v in given.answers.items()},
            how_given=given.how_given, language_code=given.language_code, interpreter_name=given.interpreter_name,
            read_by=given.read_by, total=result.total, band=result.band,
            is_total_only=scale.is_total_only or None, flagged=given.flagged if scale.flag else None,
            rated_by_id=work.actor.staff_id if scale.rated_by_clinician else None, **where,
        )
    )  # fmt: skip
    return [reason_code(given.scale_code, item) for item in result.critical]
