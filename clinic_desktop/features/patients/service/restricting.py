"""Saying that a record is not announced, and that it may be again. By those who may open such records."""

from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.service.filing import refresh_search
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AlreadyVoided, ReasonMissing, Work

_KIND = "reserved"


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
    """Short enough to call out ("KM3"), and it says nothing of the person.

    The letters are this computer's own, so that two laptops of one clinic never call two people by the same N.
    """
    _site, drawn, _check = work.next_number(_KIND).split("-")
    return f"{drawn[:2]}{int(drawn[2:])}"
