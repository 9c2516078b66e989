"""Writing a referral, noting that its paper left, and what came back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clinic_desktop.features.patients.queries import consents as consent_queries
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.rules.consents import ConsentPurpose, ConsentWay, Said, Talk
from clinic_desktop.features.patients.rules.naming import clean_line
from clinic_desktop.features.patients.service import consents
from clinic_desktop.features.referrals import queries
from clinic_desktop.features.referrals.records import ReferralReply, ServiceRequest
from clinic_desktop.features.referrals.rules import (
    AlreadyAnswered,
    NoSuchFolio,
    Reply,
    ReplyKind,
    Unagreed,
    Written,
    check,
    check_reply,
    must_have_reason,
    plain_folio,
)
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage import drafts
from clinic_desktop.storage.numbers import is_whole
from clinic_desktop.storage.work import Work

DRAFT = "referral"


def draw_folio(work: Work) -> str:
    """A folio for a letter that is about to be shown; one that is not used is never used again."""
    work.require(Permission.WRITE_LETTERS)
    work.act = "referrals.draw_folio"
    return work.next_number("referral")


def write_referral(
    work: Work,
    *,
    request_id: str,
    patient_id: str,
    written: Written,
    encounter_id: str | None = None,
    folio: str | None = None,
    amends_id: str | None = None,
    despite: str = "",
) -> str:
    """Keep a letter as it leaves; the same `request_id` twice writes it once. Returns its folio.

    A letter that the person did not agree to is refused; an emergency goes `despite` that, for a reason that is kept in
    the ledger. A yes that was said for this letter is kept as an answer of the person, to be read and taken back.
    """
    work.require(Permission.WRITE_LETTERS)
    if queries.is_written(work, request_id):
        return queries.kept(work, request_id).folio
    restricted.must_open(work, patient_id)
    check(written)
    found = queries.unagreed(work, patient_id, written)
    must_have_reason(found, written.urgency, despite)
    if found is not None:
        work.detail = _without_yes(found, despite)
    number = _folio_for(work, folio, amends_id)
    author = staff.member(work, work.actor.staff_id)
    supervisor = author.supervisor_id if author else None
    work.add(
        ServiceRequest(
            id=request_id,
            patient_id=patient_id,
            encounter_id=encounter_id,
            folio=number,
            receiver_text=written.receiver_text.strip(),
            receiver_id=written.receiver_id,
            urgency=written.urgency,
            reason_text=written.reason_text.strip(),
            summary_text=written.summary_text.strip() or None,
            asked_text=written.asked_text.strip() or None,
            follow_text=written.follow_text.strip() or None,
            consent=written.consent,
            parts=dict(written.parts),
            medicines=[[m.name, m.how, m.since] for m in written.medicines],
            allergies_text=written.allergies or None,
            half_page=written.half_page,
            written_at=work.now,
            author_id=work.actor.staff_id,
            author_name=author.full_name if author else work.actor.name,
            author_licence=author.licence if author else None,
            supervisor_name=staff.name_of(work, supervisor) if supervisor else None,
            amends_id=amends_id,
        )
    )
    if found is None:
        _keep_yes(work, request_id, patient_id, written, author.full_name if author else work.actor.name)
    work.about(ServiceRequest.__tablename__, request_id)
    return number


def _without_yes(found: Unagreed, despite: str) -> dict[str, Any]:
    return {"without_consent": str(found), "reason": clean_line(despite)[:_LONGEST_REASON]}


_LONGEST_REASON = 200


def _keep_yes(work: Work, request_id: str, patient_id: str, written: Written, author: str) -> None:
    """What the person said for this letter, where the person's page does not say it yet."""
    about = written.receiver_text.strip()
    if consent_queries.allowed(work, patient_id, ConsentPurpose.OTHER_SERVICE, about):
        return
    talk = Talk(decided_on=work.today, way=ConsentWay.SPOKEN, witness=author, witness_is_of_clinic=True)
    said = (Said(ConsentPurpose.OTHER_SERVICE, yes=True, about=about),)
    consents.record_answers(work, request_id, patient_id, said, talk)


def note_printed(work: Work, request_id: str, *, way: str, copies: int, despite: str = "") -> None:
    """A paper of this letter left the computer: printed, or saved as a file that nothing protects.

    `despite`: the danger for which it was printed again without a yes.
    """
    work.require(Permission.WRITE_LETTERS, Permission.READ_CHART)
    kept = queries.kept(work, request_id)
    found = queries.unagreed(work, kept.patient_id, kept.written)
    # Asked once more: a yes can be taken back while the paper is looked at.
    must_have_reason(found, kept.written.urgency, despite)
    said = _without_yes(found, despite) if found is not None else {}
    work.act, work.detail = "referrals.note_printed", {**said, "way": way, "copies": copies}
    work.about(ServiceRequest.__tablename__, request_id)


def write_and_print(
    work: Work,
    *,
    request_id: str,
    patient_id: str,
    written: Written,
    way: str,
    copies: int,
    encounter_id: str | None = None,
    folio: str | None = None,
    amends_id: str | None = None,
    despite: str = "",
) -> str:
    """The letter leaves: it is kept word for word, and that it left is in the ledger; its draft is gone."""
    number = write_referral(
        work,
        request_id=request_id,
        patient_id=patient_id,
        written=written,
        encounter_id=encounter_id,
        folio=folio,
        amends_id=amends_id,
        despite=despite,
    )
    drafts.drop_draft(work, DRAFT, encounter_id or patient_id)
    note_printed(work, request_id, way=way, copies=copies, despite=despite)
    return number


def record_reply(work: Work, *, reply_id: str, folio: str, reply: Reply) -> str:
    """Type what a slip says, found by its folio; returns the letter's id. The same `reply_id` twice does it once."""
    work.require(Permission.WRITE_NOTES, Permission.WRITE_LETTERS)
    wanted = plain_folio(folio)
    found = queries.by_folio(work, wanted)
    if found is None:
        raise NoSuchFolio(folio=wanted)
    if work.session.get(ReferralReply, reply_id) is not None:
        return found.request_id
    if not found.is_open:
        raise AlreadyAnswered()
    check_reply(reply)
    _add_reply(work, reply_id, found.request_id, reply)
    return found.request_id


def note_call(work: Work, *, reply_id: str, request_id: str, outcome: str, give_up: bool = False) -> None:
    """Somebody asked after a letter. It stays open unless nothing more is expected."""
    work.require(Permission.WRITE_NOTES, Permission.WRITE_LETTERS)
    if work.session.get(ReferralReply, reply_id) is not None:
        return
    work.load(ServiceRequest, request_id)
    reply = Reply(ReplyKind.NO_ANSWER if give_up else ReplyKind.CALLED, advice_text=outcome)
    check_reply(reply)
    _add_reply(work, reply_id, request_id, reply)


def keep_letter(work: Work, record_id: str, fields: Mapping[str, Any]) -> datetime:
    """Keep what was typed so far. Nothing of it is a record yet."""
    return drafts.keep_draft(work, DRAFT, record_id, dict(fields), {})


def _folio_for(work: Work, folio: str | None, amends_id: str | None) -> str:
    """The folio drawn for it; that of the letter it amends; a new one if that number is nobody's."""
    if amends_id is not None:
        return queries.kept(work, amends_id).folio
    ours = folio is not None and is_whole(folio) and folio.startswith(f"{work.place.site_code}-")
    return folio if ours and folio and not queries.folio_taken(work, folio) else work.next_number("referral")


def _add_reply(work: Work, reply_id: str, request_id: str, reply: Reply) -> None:
    work.add(
        ReferralReply(
            id=reply_id,
            request_id=request_id,
            kind=reply.kind,
            seen_on=reply.seen_on,
            by_text=reply.by_text.strip() or None,
            diagnosis_text=reply.diagnosis_text.strip() or None,
            treatment_text=reply.treatment_text.strip() or None,
            advice_text=reply.advice_text.strip() or None,
            next_visit_text=reply.next_visit_text.strip() or None,
            received_on=work.today,
        )
    )
    work.about(ServiceRequest.__tablename__, request_id)
