"""Taking a complaint and answering it by its day. A complaint is never changed: what comes after is a step."""

from datetime import date, timedelta

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.rules.naming import clean, clean_line
from clinic_desktop.features.rights.queries import complaints as queries
from clinic_desktop.features.rights.records import Complaint, ComplaintStep
from clinic_desktop.features.rights.rules.complaints import (
    AboutOneself,
    AnswerEmpty,
    ClosedAlready,
    ComplaintEmpty,
    NewDayMissing,
    NotAnsweredYet,
    ReasonEmpty,
)
from clinic_desktop.features.rights.rules.kinds import ComplaintStepKind, InTheFuture, RightsAnswerKind
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def take_complaint(
    work: Work,
    complaint_id: str,
    *,
    kind_code: str = "",
    words: str = "",
    patient_id: str | None = None,
    from_whom: str = "",
    about_id: str | None = None,
    received_on: date | None = None,
) -> str:
    """Write a complaint down, of a person of the clinic or of anybody, named or not. Returns its folio.

    The same `complaint_id` twice takes it once.
    """
    work.require(Permission.ASK_RIGHTS, Permission.ANSWER_COMPLAINTS)
    kept = work.session.get(Complaint, complaint_id)
    if kept is not None:
        return kept.folio
    if patient_id is not None:
        restricted.must_open(work, patient_id)
    if not (kind_code or words.strip()):
        raise ComplaintEmpty()
    day = received_on or work.today
    if day > work.today:
        raise InTheFuture()
    folio = work.next_number("complaint")
    about = staff.member(work, about_id) if about_id else None
    work.add(
        Complaint(
            id=complaint_id,
            patient_id=patient_id,
            folio=folio,
            received_on=day,
            kind_code=kind_code or None,
            words=clean(words) or None,
            from_whom=clean_line(from_whom) or None,
            about_id=about_id,
            about_name=about.full_name if about else None,
            answer_due_on=day + timedelta(days=setting(work, "complaint_days")),
            received_by_id=work.actor.staff_id,
            received_by_name=staff.name_of(work, work.actor.staff_id) or work.actor.name,
        )
    )
    work.about(Complaint.__tablename__, complaint_id)
    return folio


def add_step(
    work: Work,
    step_id: str,
    complaint_id: str,
    kind: ComplaintStepKind,
    *,
    words: str = "",
    due_on: date | None = None,
    satisfied: RightsAnswerKind | None = None,
) -> None:
    """Answer it, move its day with a reason, or close it with whether that was enough. Twice the same id does it once.

    Whom it is about does none of these.
    """
    work.require(Permission.ANSWER_COMPLAINTS)
    complaint = work.load(Complaint, complaint_id)
    if work.session.get(ComplaintStep, step_id) is not None:
        return
    if complaint.patient_id is not None:
        # Its words are withheld from whoever may not open the record: nobody answers what they cannot read.
        restricted.must_open(work, complaint.patient_id)
    if complaint.about_id == work.actor.staff_id:
        raise AboutOneself()
    line = queries.complaint(work, complaint_id)
    if line.is_closed:
        raise ClosedAlready()
    if kind is ComplaintStepKind.ANSWERED and not words.strip():
        raise AnswerEmpty()
    if kind is ComplaintStepKind.MOVED and not words.strip():
        raise ReasonEmpty()
    if kind is ComplaintStepKind.MOVED and (due_on is None or due_on < work.today):
        raise NewDayMissing()
    if kind is ComplaintStepKind.CLOSED and not line.is_answered:
        raise NotAnsweredYet()
    work.add(
        ComplaintStep(
            id=step_id,
            complaint_id=complaint_id,
            kind=kind,
            happened_on=work.today,
            words=clean(words) or None,
            due_on=due_on if kind is ComplaintStepKind.MOVED else None,
            satisfied=satisfied if kind is ComplaintStepKind.CLOSED else None,
            by_id=work.actor.staff_id,
            by_name=staff.name_of(work, work.actor.staff_id) or work.actor.name,
        )
    )
    work.about(Complaint.__tablename__, complaint_id)


def note_receipt_printed(work: Work, complaint_id: str, *, way: str, copies: int) -> None:
    work.require(Permission.ASK_RIGHTS, Permission.ANSWER_COMPLAINTS)
    work.act, work.detail = "rights.note_receipt_printed", {"way": way, "copies": copies}
    work.about(Complaint.__tablename__, complaint_id)
