"""Open risks: for clinicians only."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.consults.records.encounters import Encounter
from clinic_desktop.features.consults.records.risk import RiskAssessment, RiskEvent, RiskQuestion
from clinic_desktop.features.consults.rules import risk
from clinic_desktop.features.consults.rules.asking_danger import Asked, DangerQuestion, first_questions, read_answers
from clinic_desktop.features.consults.rules.risk import OpenRisk, RiskLine, RiskStep
from clinic_desktop.features.consults.rules.seeking import Sought
from clinic_desktop.features.patients.queries import consents, restricted
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.consents import ConsentPurpose
from clinic_desktop.features.patients.rules.identity import PHONE_LENGTHS, phone_digits
from clinic_desktop.features.patients.rules.naming import name_of, said_name
from clinic_desktop.features.patients.rules.patient import phone_for_lists
from clinic_desktop.features.patients.rules.places import said_place
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

_READERS = (Permission.READ_CHART, Permission.WRITE_NOTES)
SOUGHT_TABLES = frozenset({RiskEvent.__tablename__, Patient.__tablename__, "consent"})
QUESTION_TABLES = frozenset({RiskQuestion.__tablename__})


def risk_of(asker: Asker, patient_id: str) -> OpenRisk | None:
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    return risk.open_risk(_risk_lines(asker, [patient_id]).get(patient_id, ()))


def risk_steps(asker: Asker, patient_id: str) -> tuple[RiskLine, ...]:
    """Every step, oldest first."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    return tuple(_risk_lines(asker, [patient_id]).get(patient_id, ()))


def open_risks(asker: Asker, patient_ids: Iterable[str] | None = None) -> dict[str, OpenRisk]:
    """Who has an open risk: of these people, or of all; the contact that is due first comes first."""
    asker.require(*_READERS)
    if patient_ids is None:
        return dict(sorted(_standing(asker).items(), key=lambda pair: pair[1].next_contact_on))
    wanted = list(patient_ids)
    lines = _risk_lines(asker, wanted) if wanted else {}
    standing = {patient_id: found for patient_id, told in lines.items() if (found := risk.open_risk(told))}
    return dict(sorted(standing.items(), key=lambda pair: pair[1].next_contact_on))


def _dead(asker: Asker) -> frozenset[str]:
    """On no list of people to look for. Their risk is not closed by that: the chart says that it still stands."""
    return frozenset(row[0] for row in asker.all(sa.select(Patient.id).where(Patient.died_on.is_not(None))))


def opening_to_seek(asker: Asker, patient_id: str) -> str | None:
    """For noting a contact; of a person who lives. An id only: those who seek do not learn why."""
    asker.require(Permission.SEEK_PEOPLE, *_READERS)
    restricted.must_open(asker, patient_id)
    if patient_id in _dead(asker):
        return None
    standing = risk.open_risk(_risk_lines(asker, [patient_id]).get(patient_id, ()))
    return standing.opening_id if standing is not None else None


def looking_for(asker: Asker) -> tuple[Sought, ...]:
    """Whom to look for now: a contact is due. The longest due comes first; the dead and the reserved are left out."""
    asker.require(Permission.SEEK_PEOPLE, *_READERS)
    due = {one: found for one, found in _standing(asker).items() if found.is_due(asker.today)}
    ids = list(due)
    refused = consents.refusing(asker, ConsentPurpose.CALLS, ids)
    people = {
        row.id: row for row in asker.all(sa.select(*_PERSON).where(Patient.id.in_(ids), Patient.voided_at.is_(None)))
    }
    found = [_sought(people[one], standing, one in refused) for one, standing in due.items() if one in people]
    return tuple(sorted(found, key=lambda one: (one.since, one.name)))


def _standing(asker: Asker) -> dict[str, OpenRisk]:
    lines = _risk_lines(asker, _with_open_risk(asker))
    gone = _dead(asker)
    standing = {one: found for one, told in lines.items() if (found := risk.open_risk(told))}
    return {one: found for one, found in standing.items() if one not in gone}


_PERSON = (
    Patient.id, Patient.given_names, Patient.family_name, Patient.second_family_name, Patient.married_name,
    Patient.known_as, Patient.unidentified, Patient.met_where, Patient.met_on, Patient.municipality_code,
    Patient.community, Patient.phone, Patient.shared_phone, Patient.contact_hours, Patient.cover_words,
    Patient.do_not_call, Patient.do_not_visit,
)  # fmt: skip


def _sought(person: Any, standing: OpenRisk, refused_calls: bool) -> Sought:
    may_visit, may_call = not person.do_not_visit, not (person.do_not_call or refused_calls)
    return Sought(
        patient_id=person.id,
        name=said_name(name_of(person)),
        community=said_place(person.municipality_code, person.community) if may_visit else "",
        whom=standing.whom_to_look_for or standing.holder_name,
        reach=standing.holder_contact if may_call or not _holds(standing.holder_contact, person.phone) else "",
        since=standing.next_contact_on,
        may_visit=may_visit,
        may_call=may_call,
        phone=phone_for_lists(person.phone or "", person.do_not_call, refused_calls),
        hours=(person.contact_hours or "") if may_call else "",
        cover_words=person.cover_words or "",
        shared=bool(person.shared_phone) and may_call,
        last=standing.last_contact,
        last_on=standing.last_contact_on,
    )


_LOCAL_NUMBER = min(PHONE_LENGTHS.values())


def _holds(contact: str, phone: str | None) -> bool:
    """Whether how the holder is reached is the person's own number, on which nobody may call them."""
    own = phone_digits(phone or "")[-_LOCAL_NUMBER:]
    return len(own) == _LOCAL_NUMBER and own in phone_digits(contact)


# -- the clinic's own questions


def own_questions(asker: Asker) -> tuple[DangerQuestion, ...]:
    """The questions that this clinic made its own; empty while it asks the first ones."""
    asker.require(*_READERS, Permission.KEEP_CATALOGS)
    found = asker.all(
        sa.select(RiskQuestion.id, RiskQuestion.words)
        .where(
            RiskQuestion.origin_site_id == asker.site_id,
            RiskQuestion.retired.is_not(True),
            RiskQuestion.voided_at.is_(None),
        )
        .order_by(RiskQuestion.place, RiskQuestion.id)
    )
    return tuple(DangerQuestion(question_id, words or "") for question_id, words in found)


def questions(asker: Asker) -> tuple[DangerQuestion, ...]:
    """What is asked here when an answer speaks of danger."""
    asker.require(*_READERS, Permission.KEEP_CATALOGS)
    return own_questions(asker) or first_questions()


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    occurred_on: date
    asked: tuple[Asked, ...]
    words: str
    done_text: str
    by_name: str


def assessments(asker: Asker, patient_id: str) -> tuple[AssessmentRow, ...]:
    """What was asked about danger, answered and done, the newest first; not of consultations that were taken back."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    return _assessed(asker, sa.and_(RiskAssessment.patient_id == patient_id, Encounter.voided_at.is_(None)))


def assessed_in(asker: Asker, note_id: str) -> tuple[AssessmentRow, ...]:
    """What was asked about danger in the conversation of a signed note."""
    asker.require(*_READERS)
    for row in asker.all(sa.select(RiskAssessment.patient_id).where(RiskAssessment.note_id == note_id).distinct()):
        restricted.must_open(asker, row[0])
    return _assessed(asker, RiskAssessment.note_id == note_id)


def _assessed(asker: Asker, which: sa.ColumnElement[bool]) -> tuple[AssessmentRow, ...]:
    found = asker.all(
        sa.select(
            RiskAssessment.occurred_on, RiskAssessment.answers, RiskAssessment.words, RiskAssessment.done_text,
            RiskAssessment.by_name,
        )
        .join(Encounter, Encounter.id == RiskAssessment.encounter_id, isouter=True)
        .where(which, RiskAssessment.voided_at.is_(None))
        .order_by(RiskAssessment.occurred_on.desc(), RiskAssessment.id.desc())
    )  # fmt: skip
    return tuple(
        AssessmentRow(day, read_answers(answers), words or "", done or "", by or "")
        for day, answers, words, done, by in found
    )


def _with_open_risk(asker: Asker) -> list[str]:
    closing = aliased(RiskEvent)
    closed = sa.exists().where(closing.opening_id == RiskEvent.id, closing.step == RiskStep.CLOSED)
    opened = sa.select(RiskEvent.patient_id).where(RiskEvent.step == RiskStep.OPENED, ~closed).distinct()
    return [row[0] for row in asker.all(opened)]


def _risk_lines(asker: Asker, patient_ids: Sequence[str]) -> dict[str, list[RiskLine]]:
    told: dict[str, list[RiskLine]] = defaultdict(list)
    for row in asker.all(
        sa.select(
            RiskEvent.patient_id, RiskEvent.id, RiskEvent.opening_id, RiskEvent.step, RiskEvent.occurred_on,
            RiskEvent.reason_code, RiskEvent.reason_text, RiskEvent.holder_name, RiskEvent.next_contact_on,
            RiskEvent.whom_to_look_for, RiskEvent.outcome_text, RiskEvent.by_name, RiskEvent.holder_contact,
            RiskEvent.outcome_code, RiskEvent.undoes_id,
        )
        .join(Encounter, Encounter.id == RiskEvent.encounter_id, isouter=True)
        .where(RiskEvent.patient_id.in_(patient_ids), Encounter.voided_at.is_(None))
        .where(RiskEvent.patient_id.not_in(restricted.hidden_people(asker)))
        .order_by(RiskEvent.id)
    ):  # fmt: skip
        told[row[0]].append(RiskLine(*row[1:]))
    return told
