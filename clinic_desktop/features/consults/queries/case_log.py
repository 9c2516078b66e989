"""The cases of somebody in training, of people who agreed that others learn from their story."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from clinic_desktop.features.consults.records.conditions import Condition
from clinic_desktop.features.consults.records.encounters import ConsultNote, Encounter
from clinic_desktop.features.consults.rules.case_log import Case, CaseLog, make_log
from clinic_desktop.features.patients.queries import consents, restricted
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.consents import ConsentPurpose
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.dates import age_on
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class TraineesLog:
    log: CaseLog
    not_agreed: int
    """Contacts with people who did not say yes to teaching; not asked is not a yes."""


def case_log(asker: Asker, trainee_id: str, first: date, last: date) -> TraineesLog:
    """Of these days; one's own, or anybody's for who signs notes."""
    asker.require(Permission.WRITE_NOTES, Permission.SIGN_NOTES)
    if trainee_id != asker.actor.staff_id and not asker.actor.may(Permission.SIGN_NOTES):
        raise NotAllowed()
    rows = asker.all(
        sa.select(
            ConsultNote.encounter_id, ConsultNote.patient_id, ConsultNote.occurred_on, Encounter.kind,
            Patient.birth_date, Patient.sex,
        )
        .join(Encounter, Encounter.id == ConsultNote.encounter_id)
        .join(Patient, Patient.id == ConsultNote.patient_id)
        .where(
            ConsultNote.author_id == trainee_id, ConsultNote.amends_id.is_(None), Encounter.voided_at.is_(None),
            ConsultNote.occurred_on.between(first, last),
            ConsultNote.patient_id.not_in(restricted.hidden_people(asker)),
        )
        .order_by(ConsultNote.occurred_on, ConsultNote.id)
    )  # fmt: skip
    people = list({row.patient_id for row in rows})
    agreed = consents.allowing(asker, ConsentPurpose.TEACHING, people)
    codes = _codes(asker, people)
    ages = {row.patient_id: age_on(row.birth_date, last) if row.birth_date else None for row in rows}
    cases = [
        Case(
            row.patient_id,
            codes.get(row.patient_id, ""),
            ages[row.patient_id],
            str(row.sex or Sex.UNKNOWN),
            str(row.kind),
        )
        for row in rows
        if row.patient_id in agreed
    ]
    return TraineesLog(make_log(cases), len(rows) - len(cases))


def _codes(asker: Asker, people: list[str]) -> dict[str, str]:
    """The first diagnosis of each; a mental one before any other."""
    found = asker.all(
        sa.select(Condition.patient_id, Condition.code)
        .where(Condition.patient_id.in_(people), Condition.voided_at.is_(None), Condition.code.is_not(None))
        .order_by(Condition.code.like("F%"), Condition.id.desc())
    )
    return {patient_id: code or "" for patient_id, code in found}
