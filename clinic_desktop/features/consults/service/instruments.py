"""Scales: importing the wording of an official questionnaire, and keeping answers."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic_desktop.features.consults.queries import scales
from clinic_desktop.features.consults.records.scales import Instrument, InstrumentResponse
from clinic_desktop.features.consults.rules import questionnaires, scoring
from clinic_desktop.features.consults.rules.risk import RiskAnswer, reason_code
from clinic_desktop.features.consults.rules.scoring import GivenScale
from clinic_desktop.features.consults.service.encounters import NotYetThatDay
from clinic_desktop.features.consults.service.risk import answer_risk
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


class NoAnswers(Refused):
    text = N_("No question is answered yet.")


@dataclass(frozen=True, slots=True)
class Imported:
    instrument_id: str
    title: str
    scale_code: str | None
    again: bool


def import_instrument(work: Work, data: bytes, *, as_scale: str | None = None) -> Imported:
    """Take over the wording of an official questionnaire. A file that is not one, or scores otherwise, is refused."""
    work.require(Permission.KEEP_CATALOGS)
    wording = questionnaires.read_questionnaire(data, as_scale)
    known = scales.instrument_with(work, wording.sha256)
    if known is not None:
        return Imported(known.instrument_id, known.title, known.scale_code, again=True)
    row = work.add(
        Instrument(
            scale_code=wording.scale_code, title=wording.title, url=wording.url, version=wording.version,
            language_code=wording.language, copyright=wording.copyright, questionnaire=wording.content,
            sha256=wording.sha256, item_links=[item.link for item in wording.items],
        )
    )  # fmt: skip
    return Imported(row.id, wording.title, wording.scale_code, again=False)


def record_response(
    work: Work, patient_id: str, given: GivenScale, *, occurred_on: date | None = None, answer: RiskAnswer | None = None
) -> None:
    """A scale given outside a consultation (by a nurse, at home)."""
    work.require(Permission.WRITE_NOTES)
    if work.session.get(InstrumentResponse, given.response_id) is not None:
        return
    if not given.answers:
        raise NoAnswers()
    day = occurred_on or work.today
    if day > work.today:
        raise NotYetThatDay()
    reasons = keep_answers(work, given, patient_id=patient_id, occurred_on=day)
    answer_risk(work, patient_id, answer, reasons, None)
    work.about(InstrumentResponse.__tablename__, given.response_id)


def keep_answers(work: Work, given: GivenScale, **where: Any) -> list[str]:
    result = scoring.score(scoring.scale_of(given.scale_code), given.answers)
    work.add(
        InstrumentResponse(
            id=given.response_id, scale_code=given.scale_code, instrument_id=given.instrument_id,
            wording_version=given.wording_version, answers={str(item): v for item, v in given.answers.items()},
            how_given=given.how_given, language_code=given.language_code, interpreter_name=given.interpreter_name,
            read_by=given.read_by, total=result.total, band=result.band, **where,
        )
    )  # fmt: skip
    return [reason_code(given.scale_code, item) for item in result.critical]
