"""Keeping what a person wants in a crisis, and decisions made with somebody beside them. Every change is a new row."""

from datetime import date

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.rules.naming import clean, clean_line
from clinic_desktop.features.rights.queries import wishes as queries
from clinic_desktop.features.rights.records import AdvancePreference, SupportedDecision
from clinic_desktop.features.rights.rules.kinds import InTheFuture
from clinic_desktop.features.rights.rules.wishes import Decision, NothingToWithdraw, Wishes
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def keep_wishes(work: Work, wishes_id: str, patient_id: str, wishes: Wishes, *, said_on: date | None = None) -> None:
    """What the person says now holds from now on; what was said before stays readable. Twice the same id keeps once."""
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    if work.session.get(AdvancePreference, wishes_id) is not None:
        return
    wishes.check()
    day, before = _past(work, said_on), queries.standing(work, patient_id)[:1]
    replaces = [kept.wishes_id for kept in before if kept.said_on <= day or kept.said_on > work.today]
    _keep(work, wishes_id, patient_id, wishes, day, withdrawn=False, amends_id=next(iter(replaces), None))


def withdraw_wishes(work: Work, wishes_id: str, patient_id: str) -> None:
    """The person takes back what was said; no reason is asked. `wishes_id` is that of the new row."""
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    if work.session.get(AdvancePreference, wishes_id) is not None:
        return
    if queries.newest(work, patient_id) is None:
        raise NothingToWithdraw()
    for kept in queries.standing(work, patient_id):
        if not kept.withdrawn:
            _keep(work, wishes_id, patient_id, Wishes(), work.today, withdrawn=True, amends_id=kept.wishes_id)
            wishes_id = work.new_id()


def keep_decision(
    work: Work, decision_id: str, patient_id: str, decision: Decision, *, decided_on: date | None = None
) -> None:
    """A decision of the person's own, and who helped and how. Twice the same id keeps it once."""
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    if work.session.get(SupportedDecision, decision_id) is not None:
        return
    decision.check()
    work.add(
        SupportedDecision(
            id=decision_id,
            patient_id=patient_id,
            decided_on=_past(work, decided_on),
            about=clean(decision.about) or None,
            decision=clean(decision.decision),
            supporter_name=clean_line(decision.supporter_name),
            supporter_kinship=clean_line(decision.supporter_kinship) or None,
            how_supported=clean(decision.how_supported) or None,
            by_id=work.actor.staff_id,
            by_name=_own_name(work),
        )
    )
    work.about("patient", patient_id)


def note_printed(work: Work, patient_id: str, *, way: str, copies: int) -> None:
    """The small paper of the wishes was given to the person."""
    work.require(Permission.WRITE_NOTES, Permission.READ_CHART)
    restricted.must_open(work, patient_id)
    work.act, work.detail = "rights.note_printed", {"what": "wishes", "way": way, "copies": copies}
    work.about("patient", patient_id)


def _keep(
    work: Work, wishes_id: str, patient_id: str, wishes: Wishes, day: date, *, withdrawn: bool, amends_id: str | None
) -> None:
    work.add(
        AdvancePreference(
            id=wishes_id,
            patient_id=patient_id,
            said_on=day,
            wants=clean(wishes.wants) or None,
            does_not_want=clean(wishes.does_not_want) or None,
            tell_whom=clean(wishes.tell_whom) or None,
            do_not_tell=clean(wishes.do_not_tell) or None,
            witness=clean_line(wishes.witness) or None,
            language_code=wishes.language_code or None,
            withdrawn=withdrawn,
            amends_id=amends_id,
            by_id=work.actor.staff_id,
            by_name=_own_name(work),
        )
    )
    work.about("patient", patient_id)


def _past(work: Work, day: date | None) -> date:
    if day is not None and day > work.today:
        raise InTheFuture()
    return day or work.today


def _own_name(work: Work) -> str:
    return staff.name_of(work, work.actor.staff_id) or work.actor.name
