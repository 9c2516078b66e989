"""What people answered. A single answer is for the coordinator, and never for whoever treats the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from clinic_desktop.features.consults.records.encounters import ConsultNote, Encounter
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.rights.records import RightsAnswer
from clinic_desktop.features.rights.rules.asking import Answers, Count, countable, counts
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({RightsAnswer.__tablename__})
COUNTED_DAYS = 365
_ASKERS = (Permission.ASK_RIGHTS, Permission.ANSWER_COMPLAINTS, Permission.READ_CHART)


@dataclass(frozen=True, slots=True)
class Asking:
    """That somebody was asked, and what was said where the reader may know it."""

    answer_id: str
    asked_on: date
    by_the_person: bool
    asked_by: str
    interpreter: str
    answers: Answers | None
    """None: not for this reader."""


def treated_by(asker: Asker, patient_id: str, day: date | None = None) -> frozenset[str]:
    """Who saw the person, wrote of them or prescribed for them on that day; on any day where none is named."""
    asker.require(*_ASKERS)
    any_day = sa.true() if day is None else sa.false()
    said = (
        sa.select(ConsultNote.author_id).where(
            ConsultNote.patient_id == patient_id, any_day | (ConsultNote.occurred_on == day)
        ),
        sa.select(Encounter.clinician_id).where(
            Encounter.patient_id == patient_id, any_day | (Encounter.occurred_on == day), Encounter.voided_at.is_(None)
        ),
        sa.select(MedicationRequest.recorded_by).where(
            MedicationRequest.patient_id == patient_id, any_day | (MedicationRequest.signed_on == day)
        ),
    )
    return frozenset(row[0] for row in asker.all(sa.union(*said).subquery().select()))


def treated_by_me(asker: Asker, patient_ids: Sequence[str], day: date) -> frozenset[str]:
    """Whom of these the one who asks saw on that day."""
    asker.require(*_ASKERS)
    return frozenset(i for i in patient_ids if asker.actor.staff_id in treated_by(asker, i, day))


def askings(asker: Asker, patient_id: str) -> tuple[Asking, ...]:
    """When a person was asked, newest first."""
    asker.require(*_ASKERS)
    restricted.must_open(asker, patient_id)
    found = asker.all(
        sa.select(
            RightsAnswer.id, RightsAnswer.asked_on, RightsAnswer.by_the_person, RightsAnswer.asked_by_name,
            RightsAnswer.interpreter_name, RightsAnswer.understood, RightsAnswer.decided_together,
            RightsAnswer.privacy, RightsAnswer.respected, RightsAnswer.words,
        )
        .where(RightsAnswer.patient_id == patient_id, RightsAnswer.voided_at.is_(None))
        .order_by(RightsAnswer.asked_on.desc(), RightsAnswer.id.desc())
    )  # fmt: skip
    may_read = asker.actor.may(Permission.ANSWER_COMPLAINTS)
    # Who treats the person today may read on another day: the promise on the sheet is to be kept then too.
    mine = may_read and asker.actor.staff_id not in treated_by(asker, patient_id)
    told: list[Asking] = []
    for row in found:
        answers = Answers(*row[5:9], words=row[9] or "") if mine else None
        told.append(Asking(row[0], row[1], bool(row[2]), row[3] or "", row[4] or "", answers))
    return tuple(told)


def asked_on(asker: Asker, day: date) -> frozenset[str]:
    """Whose turn is over that day; nothing of what was said."""
    asker.require(*_ASKERS)
    hidden = restricted.hidden_people(asker)
    found = sa.select(RightsAnswer.patient_id).where(
        RightsAnswer.asked_on == day, RightsAnswer.voided_at.is_(None), RightsAnswer.patient_id.not_in(hidden)
    )
    return frozenset(row[0] for row in asker.all(found))


def counted(asker: Asker) -> tuple[int, tuple[Count, ...]]:
    """How many answers of the last year are counted here, and how each question was answered.

    Only whole fives, in the order in which they were given: no count tells what one person said.
    """
    asker.require(*_ASKERS)
    since = asker.today - timedelta(days=COUNTED_DAYS)
    found = asker.all(
        sa.select(RightsAnswer.understood, RightsAnswer.decided_together, RightsAnswer.privacy, RightsAnswer.respected)
        .where(RightsAnswer.asked_on >= since, RightsAnswer.voided_at.is_(None))
        .where(RightsAnswer.patient_id.not_in(restricted.hidden_people(asker)))
        .order_by(RightsAnswer.asked_on, RightsAnswer.id)
    )
    many = countable(len(found))
    return many, counts(Answers(*row) for row in found[:many])
