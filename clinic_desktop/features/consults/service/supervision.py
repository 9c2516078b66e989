"""Talks of a supervisor with somebody in training. They name no person of the clinic's care."""

from dataclasses import dataclass
from datetime import date

from clinic_desktop.features.consults.records.encounters import SupervisionSession
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work

MOST_MINUTES = 600


class TraineeMissing(Refused):
    text = N_("Choose with whom the talk was: somebody of the clinic, and not oneself.")


class TopicMissing(Refused):
    text = N_("Write what the talk was about.")


class NotThatLong(Refused):
    text = N_("Write how many minutes it took, between 1 and 600.")


class NotHeldYet(Refused):
    text = N_("That day has not come yet. Write the day of the talk.")


class NotYourTalk(Refused):
    text = N_("Only the supervisor who wrote it corrects it.")


@dataclass(frozen=True, slots=True)
class Talk:
    trainee_id: str
    held_on: date
    minutes: int
    topic: str
    feedback: str = ""


def keep_session(work: Work, session_id: str, talk: Talk, amends_id: str | None = None) -> str:
    """Write a talk down; with `amends_id` it takes the place of an earlier line. Twice with one id is once."""
    work.require(Permission.SIGN_NOTES)
    if work.session.get(SupervisionSession, session_id) is not None:
        return session_id
    trainee = staff.member(work, talk.trainee_id)
    if trainee is None or talk.trainee_id == work.actor.staff_id:
        raise TraineeMissing()
    if talk.held_on > work.today:
        raise NotHeldYet()
    if not 1 <= talk.minutes <= MOST_MINUTES:
        raise NotThatLong()
    if not talk.topic.strip():
        raise TopicMissing()
    if amends_id is not None and work.load(SupervisionSession, amends_id).supervisor_id != work.actor.staff_id:
        raise NotYourTalk()
    work.add(
        SupervisionSession(
            id=session_id, trainee_id=talk.trainee_id, trainee_name=trainee.full_name,
            supervisor_id=work.actor.staff_id, supervisor_name=work.actor.name, held_on=talk.held_on,
            minutes=talk.minutes, topic=talk.topic.strip(), feedback=talk.feedback.strip() or None,
            amends_id=amends_id,
        )
    )  # fmt: skip
    return session_id


def note_paper_printed(work: Work, trainee_id: str, what: str, *, way: str, copies: int) -> None:
    """A record of supervision or a case log is about to leave the clinic."""
    work.require(Permission.WRITE_NOTES, Permission.SIGN_NOTES)
    work.act, work.detail = "consults.note_paper_printed", {"what": what, "way": way, "copies": copies}
    work.about("staff_member", trainee_id)
