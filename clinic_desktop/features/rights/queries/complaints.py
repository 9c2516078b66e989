"""The register of complaints, for those who answer them; whoever took one can print its receipt."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.patients.queries import people, restricted
from clinic_desktop.features.rights.records import Complaint, ComplaintStep
from clinic_desktop.features.rights.rules.complaints import ComplaintLine, ComplaintStepLine
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.features.staff.records import StaffMember
from clinic_desktop.features.staff.rules import in_service
from clinic_desktop.kernel.errors import NotAllowed, NotHere
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({Complaint.__tablename__, ComplaintStep.__tablename__})
_TAKERS = (Permission.ASK_RIGHTS, Permission.ANSWER_COMPLAINTS)


def register(asker: Asker) -> tuple[ComplaintLine, ...]:
    """Every complaint: those that wait for an answer first, by their day; then the answered, then the closed ones."""
    asker.require(Permission.ANSWER_COMPLAINTS)
    lines = _lines(asker, sa.true())
    return tuple(sorted(lines, key=lambda line: (line.is_closed, line.is_answered, _by_day(line))))


def _by_day(line: ComplaintLine) -> tuple[date, str]:
    return line.due_on, line.folio


def complaint(asker: Asker, complaint_id: str) -> ComplaintLine:
    asker.require(Permission.ANSWER_COMPLAINTS)
    found = _lines(asker, Complaint.id == complaint_id)
    if not found:
        raise NotHere()
    return found[0]


def of_patient(asker: Asker, patient_id: str) -> tuple[ComplaintLine, ...]:
    """What a person complained of, newest first. Not for those who treat: it must not change how one is met.

    What is about the one who asks is left out: on this page its words could be withheld, but not who complained.
    """
    asker.require(Permission.ANSWER_COMPLAINTS)
    restricted.must_open(asker, patient_id)
    about_me = Complaint.about_id == asker.actor.staff_id
    return _lines(asker, sa.and_(Complaint.patient_id == patient_id, ~sa.func.coalesce(about_me, sa.false())))


def taken(asker: Asker, complaint_id: str) -> ComplaintLine:
    """For the receipt: whoever took it, or answers complaints."""
    asker.require(*_TAKERS)
    row: Any = asker.first(
        sa.select(Complaint.received_by_id, Complaint.patient_id).where(Complaint.id == complaint_id)
    )
    if row is None:
        raise NotHere()
    if row[0] != asker.actor.staff_id and not asker.actor.may(Permission.ANSWER_COMPLAINTS):
        raise NotAllowed()
    if row[1] is not None:
        restricted.must_open(asker, row[1])
    return _lines(asker, Complaint.id == complaint_id)[0]


def colleagues(asker: Asker) -> tuple[tuple[str, str], ...]:
    """Whom of the clinic a complaint may be about: id and name of those in service."""
    asker.require(*_TAKERS)
    found = asker.all(
        sa.select(StaffMember.id, StaffMember.display_name, StaffMember.active, StaffMember.valid_until)
        .where(staff.in_team(asker))
        .order_by(StaffMember.display_name)
    )
    return tuple((row[0], row[1]) for row in found if in_service(row[2], row[3], asker.today))


def _lines(asker: Asker, where: sa.ColumnElement[bool]) -> tuple[ComplaintLine, ...]:
    rows: Sequence[Any] = asker.all(
        sa.select(
            Complaint.id, Complaint.patient_id, Complaint.folio, Complaint.received_on, Complaint.kind_code,
            Complaint.words, Complaint.from_whom, Complaint.about_id, Complaint.about_name, Complaint.answer_due_on,
            Complaint.received_by_name,
        )
        .where(where, Complaint.voided_at.is_(None))
        .order_by(Complaint.received_on.desc(), Complaint.id.desc())
    )  # fmt: skip
    whose = [PatientId(row[1]) for row in rows if row[1]]
    hidden = restricted.hidden_from(asker, whose)
    may_name = bool(whose) and asker.actor.may(Permission.SEE_PATIENTS)
    names: dict[Any, str] = people.said_names(asker, whose) if may_name else {}
    steps = _steps(asker, [row[0] for row in rows])
    told: list[ComplaintLine] = []
    for row in rows:
        line = ComplaintLine(
            complaint_id=row[0],
            patient_id=row[1],
            person=names.get(row[1], ""),
            folio=row[2],
            received_on=row[3],
            kind_code=row[4] or "",
            words=row[5] or "",
            from_whom=row[6] or "",
            about_id=row[7],
            about_name=row[8] or "",
            answer_due_on=row[9],
            received_by=row[10] or "",
            steps=tuple(steps.get(row[0], ())),
        )
        told.append(_withheld(line) if row[1] in hidden or row[7] == asker.actor.staff_id else line)
    return tuple(told)


def _withheld(line: ComplaintLine) -> ComplaintLine:
    """That there is one and when it must be answered; nothing of what was said."""
    steps = tuple(replace(step, words="") for step in line.steps)
    about_me = line.about_id is not None
    return replace(
        line,
        patient_id=None,
        person="" if about_me else line.person,
        words="",
        from_whom="",
        steps=steps,
        withheld=True,
    )


def _steps(asker: Asker, complaint_ids: list[str]) -> dict[str, list[ComplaintStepLine]]:
    told: dict[str, list[ComplaintStepLine]] = defaultdict(list)
    for row in asker.all(
        sa.select(
            ComplaintStep.complaint_id, ComplaintStep.kind, ComplaintStep.happened_on, ComplaintStep.words,
            ComplaintStep.due_on, ComplaintStep.satisfied, ComplaintStep.by_name,
        )
        .where(ComplaintStep.complaint_id.in_(complaint_ids))
        .order_by(ComplaintStep.happened_on, ComplaintStep.id)
    ):  # fmt: skip
        told[row[0]].append(ComplaintStepLine(row[1], row[2], row[3] or "", row[4], row[5], row[6] or ""))
    return told
