"""Answers to scales, and the wordings that were imported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.consults.records.encounters import Encounter
from clinic_desktop.features.consults.records.scales import Instrument, InstrumentResponse
from clinic_desktop.features.consults.rules import questionnaires
from clinic_desktop.features.consults.rules.questionnaires import PrintedItem, ScoredItem
from clinic_desktop.features.consults.rules.scoring import FORM, HowGiven, Scale, scale_of
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({Instrument.__tablename__})
"""For office.follow: what was imported."""
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
    instrument_id: str | None = None
    wording_version: str | None = None
    read_by: str | None = None
    is_total_only: bool | None = None
    flagged: bool | None = None
    cutoff: int | None = None
    """The clinic's own, as it held that day."""
    amends_id: str | None = None
    """The answers that these took the place of."""
    amend_reason: str | None = None
    by_id: str | None = None


_ROW = sa.select(
    InstrumentResponse.id, InstrumentResponse.encounter_id, InstrumentResponse.note_id,
    InstrumentResponse.scale_code, InstrumentResponse.occurred_on, InstrumentResponse.answers,
    InstrumentResponse.total, InstrumentResponse.band, InstrumentResponse.how_given,
    InstrumentResponse.language_code, InstrumentResponse.interpreter_name, InstrumentResponse.instrument_id,
    InstrumentResponse.wording_version, InstrumentResponse.read_by, InstrumentResponse.is_total_only,
    InstrumentResponse.flagged, InstrumentResponse.cutoff, InstrumentResponse.amends_id,
    InstrumentResponse.amend_reason, InstrumentResponse.recorded_by,
)  # fmt: skip


def _score_row(found: Sequence[Any]) -> ScoreRow:
    answers = {int(item): value for item, value in found[5].items()}
    values: list[Any] = [*found[:5], answers, *found[6:]]
    return ScoreRow(*values)


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
        _ROW.join(Encounter, Encounter.id == InstrumentResponse.encounter_id, isouter=True)
        .where(
            where,
            sa.or_(sa.literal(voided_too), Encounter.voided_at.is_(None)),
            ~sa.exists().where(_LATER.amends_id == InstrumentResponse.id),
            InstrumentResponse.patient_id.not_in(restricted.hidden_people(asker)),
        )
        .order_by(InstrumentResponse.occurred_on, InstrumentResponse.id)
    )
    return tuple(map(_score_row, found))


def corrected(asker: Asker, patient_id: str, response_id: str) -> tuple[ScoreRow, ...]:
    """The answers that stood before these, the last ones first."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    found: list[ScoreRow] = []
    wanted = InstrumentResponse.id == sa.select(_LATER.amends_id).where(_LATER.id == response_id).scalar_subquery()
    while (row := asker.first(_ROW.where(wanted, InstrumentResponse.patient_id == patient_id))) is not None:
        found.append(_score_row(row))
        wanted = InstrumentResponse.id == found[-1].amends_id
    return tuple(found)


@dataclass(frozen=True, slots=True)
class DueScale:
    scale_code: str
    last_on: date
    due_on: date


def due(asker: Asker, patient_id: str) -> tuple[DueScale, ...]:
    """Scales this person was asked before and not for as long as the clinic says; the one that waits longest first."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    return _due(asker, InstrumentResponse.patient_id == patient_id).get(patient_id, ())


def due_today(asker: Asker) -> Mapping[str, tuple[DueScale, ...]]:
    """Of the people of this day, by the person's id; who has none due is not here."""
    asker.require(*_READERS)
    people = [row.patient_id for row in agenda.today(asker)]
    return _due(asker, InstrumentResponse.patient_id.in_(people)) if people else {}


def _due(asker: Asker, where: sa.ColumnElement[bool]) -> dict[str, tuple[DueScale, ...]]:
    days = setting(asker, "scale_repeat_days")
    if not days:
        return {}
    last_on = sa.func.max(InstrumentResponse.occurred_on)
    found = asker.all(
        sa.select(InstrumentResponse.patient_id, InstrumentResponse.scale_code, last_on)
        .join(Encounter, Encounter.id == InstrumentResponse.encounter_id, isouter=True)
        .where(
            where,
            Encounter.voided_at.is_(None),
            InstrumentResponse.scale_code.not_like(f"{FORM}%"),
            InstrumentResponse.patient_id.not_in(restricted.hidden_people(asker)),
        )
        .group_by(InstrumentResponse.patient_id, InstrumentResponse.scale_code)
        .having(last_on <= asker.today - timedelta(days=days))
        .order_by(last_on, InstrumentResponse.scale_code)
    )
    by_person: dict[str, tuple[DueScale, ...]] = {}
    for patient_id, scale_code, day in found:
        one = DueScale(scale_code, day, day + timedelta(days=days))
        by_person[patient_id] = (*by_person.get(patient_id, ()), one)
    return by_person


@dataclass(frozen=True, slots=True)
class InstrumentRow:
    instrument_id: str
    scale_code: str | None
    title: str
    version: str | None
    language_code: str | None
    copyright: str | None
    may_print: bool | None = None
    """None: nobody has said."""
    confirmed_by: str | None = None
    """Who said which scale it is; None where the file says it itself."""
    retired: bool = False


_INSTRUMENT = sa.select(
    Instrument.id, Instrument.scale_code, Instrument.title, Instrument.version, Instrument.language_code,
    Instrument.copyright, Instrument.may_print, Instrument.confirmed_by_name, Instrument.retired_at.is_not(None),
).where(Instrument.voided_at.is_(None))  # fmt: skip
_NEWEST = Instrument.id.desc()


def instruments(asker: Asker) -> tuple[InstrumentRow, ...]:
    """Wordings that were imported, newest first; those that were retired last."""
    found = asker.all(_INSTRUMENT.order_by(Instrument.retired_at.is_not(None), _NEWEST))
    return tuple(InstrumentRow(*row) for row in found)


def instrument_with(asker: Asker, sha256: str) -> InstrumentRow | None:
    row = asker.first(_INSTRUMENT.where(Instrument.sha256 == sha256).limit(1))
    return InstrumentRow(*row) if row else None


def wording(
    asker: Asker, scale_code: str, language_code: str | None = None
) -> tuple[InstrumentRow, tuple[ScoredItem, ...]] | None:
    """The imported wording of a scale, its questions in the order of our table: in that language, else the newest."""
    if scale_code.startswith(FORM):
        here = Instrument.id == scale_code.removeprefix(FORM)
    else:
        here = sa.and_(Instrument.scale_code == scale_code, Instrument.retired_at.is_(None))
    rows = [InstrumentRow(*row) for row in asker.all(_INSTRUMENT.where(here).order_by(_NEWEST))]
    if not rows:
        return None
    row = next((r for r in rows if _is_in(r.language_code, language_code)), rows[0])
    return row, questionnaires.wording_of(_content(asker, row.instrument_id))


def forms(asker: Asker) -> tuple[InstrumentRow, ...]:
    """Imported forms without a scoring table that are in use, by title."""
    here = sa.and_(Instrument.scale_code.is_(None), Instrument.retired_at.is_(None))
    return tuple(InstrumentRow(*row) for row in asker.all(_INSTRUMENT.where(here).order_by(Instrument.title, _NEWEST)))


def scale_here(asker: Asker, scale_code: str) -> Scale:
    """The scale with this code, or the imported form with what it asks."""
    found = wording(asker, scale_code) if scale_code.startswith(FORM) else None
    if found is None:
        return scale_of(scale_code)
    return questionnaires.form_of(found[0].instrument_id, found[0].title, found[1])


def printed(asker: Asker, instrument_id: str) -> tuple[InstrumentRow, tuple[PrintedItem, ...]] | None:
    """A wording as it stands on paper, whole."""
    row = asker.first(_INSTRUMENT.where(Instrument.id == instrument_id))
    if row is None:
        return None
    return InstrumentRow(*row), questionnaires.printed_items(_content(asker, instrument_id))


def _content(asker: Asker, instrument_id: str) -> Mapping[str, object]:
    return asker.value(sa.select(Instrument.questionnaire).where(Instrument.id == instrument_id)) or {}


# A questionnaire says its language in two letters where there are two; people's languages have three.
_SAME = {"es": "spa", "en": "eng"}


def _is_in(said: str | None, language_code: str | None) -> bool:
    short = (said or "").split("-")[0].lower()
    return language_code is not None and language_code in (short, _SAME.get(short))
