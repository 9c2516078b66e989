"""Two records, one person or two: what was decided, and taken back. Nothing is thrown away, no row is rewritten.

A decision takes back those known here that it contradicts. So every clinic can tell from the rows alone what was known
when somebody decided (rules/linking.py).
"""

from collections.abc import Iterable

import sqlalchemy as sa

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.queries.decisions import decided
from clinic_desktop.features.patients.records import Patient, PatientLink
from clinic_desktop.features.patients.rules.linking import Decision
from clinic_desktop.features.patients.rules.patient import LinkKind
from clinic_desktop.kernel.errors import NotHere, Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


class SamePerson(Refused):
    text = N_("These are one and the same record.")


class NotLinked(Refused):
    text = N_("These records are not linked. Say first that they are the same person.")


def say_same(work: Work, first: PatientId, second: PatientId, reason: str = "", link_id: str = "") -> str:
    """Two records are one person. Both numbers stay; nothing is lost; it can be undone.

    Said before: gives that decision. `link_id` is drawn by the form, so that a double Enter says it once.
    """
    work.require(Permission.REGISTER_PATIENTS)
    _must_be_two(work, first, second)
    known, pair = decided(work, [first, second]), frozenset[str]((first, second))
    held = next((row for row in known.together if row.pair == pair), None)
    if held is not None:
        return held.link_id
    mine, others = set(known.of(first).ids), set(known.of(second).ids)
    _take_back(work, (row for row in known.apart if row.pair & mine and row.pair & others), reason)
    waiting = next((row for row in known.doubted if row.pair == pair), None)
    return waiting.link_id if waiting else keep_link(work, LinkKind.SAME, first, second, reason, link_id)


def say_different(work: Work, first: PatientId, second: PatientId, reason: str = "") -> str:
    """Two records that look alike are two people."""
    work.require(Permission.REGISTER_PATIENTS)
    _must_be_two(work, first, second)
    known, pair = decided(work, [first, second]), frozenset[str]((first, second))
    held = next((row for row in known.apart if row.pair == pair), None)
    if held is not None:
        return held.link_id
    _take_back(work, (row for row in known.together if row.pair == pair), reason)
    return keep_link(work, LinkKind.DIFFERENT, first, second, reason)


def go_on_with(work: Work, patient_id: PatientId) -> None:
    """Of this person's records, this is the one to go on with."""
    work.require(Permission.REGISTER_PATIENTS)
    group = decided(work, [patient_id]).of(patient_id)
    if len(group.ids) == 1:
        raise NotLinked()
    if group.leading == patient_id:
        return
    _take_back(work, decided(work, [patient_id]).leads_within(group), "")
    keep_link(work, LinkKind.LEADS, patient_id, group.leading)


def undo_link(work: Work, link_id: str, reason: str) -> str:
    """A decision about two records was wrong: it stays readable and holds no more. Taken back twice, it is once."""
    work.require(Permission.REGISTER_PATIENTS)
    link = work.load(PatientLink, link_id)
    before = work.session.scalar(
        sa.select(PatientLink.id).where(PatientLink.undoes_id == link_id, PatientLink.kind == LinkKind.UNDO).limit(1)
    )
    return before or _undo(work, link_id, link.first_id, link.second_id, reason)


def _undo(work: Work, link_id: str, first: str, second: str, reason: str) -> str:
    work.about("patient", first)
    undone = PatientLink(
        kind=LinkKind.UNDO,
        first_id=first,
        second_id=second,
        undoes_id=link_id,
        reason=reason.strip() or None,
    )
    return work.add(undone).id


def _take_back(work: Work, rows: Iterable[Decision], reason: str) -> None:
    for row in rows:
        _undo(work, row.link_id, row.first_id, row.second_id, reason)


def _must_be_two(work: Work, first: str, second: str) -> None:
    if first == second:
        raise SamePerson()
    if work.session.get(Patient, first) is None or work.session.get(Patient, second) is None:
        raise NotHere()
    restricted.must_open(work, first, second)


def keep_link(work: Work, kind: LinkKind, first: str, second: str, reason: str = "", link_id: str = "") -> str:
    if first == second:
        raise SamePerson()
    if work.session.get(Patient, second) is None:
        raise NotHere()
    link = PatientLink(kind=kind, first_id=first, second_id=second, reason=reason.strip() or None)
    if link_id:
        link.id = link_id
    return work.add(link).id
