"""Saying that a record is not announced, and that it may be again. By those who may open such records."""

import sqlalchemy as sa

from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.service.filing import refresh_search
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AlreadyVoided, ReasonMissing, Work


def restrict(work: Work, patient_id: str, reason: str) -> str:
    """From now on this person stands on lists as "Reserved N"; returns the N. Twice is once.

    The reason is kept in the ledger's line and nowhere else.
    """
    work.require(Permission.OPEN_RESTRICTED)
    person = _person(work, patient_id, reason)
    number = person.restricted_as or _next_number(work)
    if not person.restricted:
        work.revise(person, seen={}, to={"restricted": True, "restricted_as": number})
        refresh_search(work, [patient_id])
    return number


def lift(work: Work, patient_id: str, reason: str) -> None:
    """The record is as any other again. Its N is given to nobody else."""
    work.require(Permission.OPEN_RESTRICTED)
    person = _person(work, patient_id, reason)
    if person.restricted:
        work.revise(person, seen={}, to={"restricted": False})
        refresh_search(work, [patient_id])


def _person(work: Work, patient_id: str, reason: str) -> Patient:
    work.about("patient", patient_id)
    person = work.load(Patient, patient_id)
    if person.voided_at is not None:
        raise AlreadyVoided()
    if not reason.strip():
        raise ReasonMissing()
    work.detail = {"reason": reason.strip()}
    return person


def _next_number(work: Work) -> str:
    """One more than any given so far: short enough to call out, and it says nothing of the person."""
    given = sa.select(sa.func.max(sa.cast(Patient.restricted_as, sa.Integer))).where(Patient.restricted_as.is_not(None))
    return str((work.value(given) or 0) + 1)
