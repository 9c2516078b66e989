"""Two records, one person or two: what was decided, and taken back. Nothing is thrown away."""

from clinic_desktop.features.patients.records import Patient, PatientLink
from clinic_desktop.features.patients.rules.patient import (
    LinkKind,
)
from clinic_desktop.kernel.errors import NotHere, Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


class SamePerson(Refused):
    text = N_("These are one and the same record.")


def say_same(work: Work, first: PatientId, second: PatientId, reason: str = "") -> str:
    """Two records are one person. Both numbers stay; nothing is lost; it can be undone."""
    work.require(Permission.REGISTER_PATIENTS)
    return keep_link(work, LinkKind.SAME, first, second, reason)


def say_different(work: Work, first: PatientId, second: PatientId, reason: str = "") -> str:
    """Two records that look alike are two people."""
    work.require(Permission.REGISTER_PATIENTS)
    return keep_link(work, LinkKind.DIFFERENT, first, second, reason)


def undo_link(work: Work, link_id: str, reason: str) -> str:
    """A decision about two records was wrong: it stays readable and holds no more."""
    work.require(Permission.REGISTER_PATIENTS)
    link = work.load(PatientLink, link_id)
    undone = PatientLink(
        kind=LinkKind.UNDO,
        first_id=link.first_id,
        second_id=link.second_id,
        undoes_id=link_id,
        reason=reason.strip() or None,
    )
    return work.add(undone).id


def keep_link(work: Work, kind: LinkKind, first: str, second: str, reason: str = "") -> str:
    if first == second:
        raise SamePerson()
    if work.session.get(Patient, second) is None:
        raise NotHere()
    link = PatientLink(kind=kind, first_id=first, second_id=second, reason=reason.strip() or None)
    return work.add(link).id
