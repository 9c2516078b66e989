"""Answers to scales, and the wordings that were imported."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.consults.records.encounters import Encounter
from clinic_desktop.features.consults.records.scales import Instrument, InstrumentResponse
from clinic_desktop.features.consults.rules import questionnaires
from clinic_desktop.features.consults.rules.questionnaires import ScoredItem
from clinic_desktop.features.consults.rules.scoring import HowGiven
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

_READERS = (Permission.READ_CHART, Permission.WRITE_NOTES)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    response_id: str
    encounter_id: str | None
    note_id: str | None
    scale_code: str
    occurred_on: date
    answers: Mapping[int, int]
    total: int | None
    band: str | None
    how_given: HowGiven
    language_code: str | None
    interpreter_name: str | None


def scores(asker: Asker, patient_id: str, scale_code: str | None = None) -> tuple[ScoreRow, ...]:
    """Answers of a person, oldest first; of corrected ones the newest."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    where = InstrumentResponse.patient_id == patient_id
    return _scores(asker, where if scale_code is None else where & (InstrumentResponse.scale_code == scale_code))


def of_encounter(asker: Asker, encounter_id: str) -> tuple[ScoreRow, ...]:
    asker.require(*_READERS)
    return _scores(asker, InstrumentResponse.encounter_id == encounter_id, voided_too=True)


_LATER = aliased(InstrumentResponse, name="later")


def _scores(asker: Asker, where: sa.ColumnElement[bool], *, voided_too: bool = False) -> tuple[ScoreRow, ...]:
    found = asker.all(
        sa.select(
            InstrumentResponse.id, InstrumentResponse.encounter_id, InstrumentResponse.note_id,
            InstrumentResponse.scale_code, InstrumentResponse.occurred_on, InstrumentResponse.answers,
            InstrumentResponse.total, InstrumentResponse.band, InstrumentResponse.how_given,
            InstrumentResponse.language_code, InstrumentResponse.interpreter_name,
        )
        .join(Encounter, Encounter.id == InstrumentResponse.encounter_id, isouter=True)
        .where(
            where,
            sa.or_(sa.literal(voided_too), Encounter.voided_at.is_(None)),
            ~sa.exists().where(_LATER.amends_id == InstrumentResponse.id),
            InstrumentResponse.patient_id.not_in(restricted.hidden_people(asker)),
        )
        .order_by(InstrumentResponse.occurred_on, InstrumentResponse.id)
    )  # fmt: skip
    return tuple(ScoreRow(*r[:5], {int(item): value for item, value in r[5].items()}, *r[6:]) for r in found)


@dataclass(frozen=True, slots=True)
class InstrumentRow:
    instrument_id: str
    scale_code: str | None
    title: str
    version: str | None
    language_code: str | None
    copyright: str | None


_INSTRUMENT = sa.select(
    Instrument.id, Instrument.scale_code, Instrument.title, Instrument.version, Instrument.language_code,
    Instrument.copyright,
)  # fmt: skip


def instruments(asker: Asker) -> tuple[InstrumentRow, ...]:
    """Wordings that were imported, newest first."""
    found = asker.all(_INSTRUMENT.where(Instrument.voided_at.is_(None)).order_by(Instrument.id.desc()))
    return tuple(InstrumentRow(*row) for row in found)


def instrument_with(asker: Asker, sha256: str) -> InstrumentRow | None:
    row = asker.first(_INSTRUMENT.where(Instrument.sha256 == sha256, Instrument.voided_at.is_(None)).limit(1))
    return InstrumentRow(*row) if row else None


def wording(asker: Asker, scale_code: str) -> tuple[InstrumentRow, tuple[ScoredItem, ...]] | None:
    """The newest imported wording of a scale: its questions in the order of our table."""
    here = sa.and_(Instrument.scale_code == scale_code, Instrument.voided_at.is_(None))
    row = asker.first(_INSTRUMENT.where(here).order_by(Instrument.id.desc()).limit(1))
    if row is None:
        return None
    content = asker.value(sa.select(Instrument.questionnaire).where(Instrument.id == row[0]))
    return InstrumentRow(*row), questionnaires.wording_of(content or {})
