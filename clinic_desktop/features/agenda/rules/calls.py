"""Reaching people: what comes of a call or a knock at the door, and who is still to be reached."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from clinic_desktop.kernel.i18n import N_


class CallOutcome(StrEnum):
    NO_ANSWER = "no-answer"
    WILL_COME = "will-come"
    ASKED_OTHER_DAY = "asked-other-day"
    MOVED_AWAY = "moved-away"
    DIED = "died"
    WRONG_NUMBER = "wrong-number"
    DOES_NOT_WANT = "does-not-want"


OUTCOME_WORDS = {
    CallOutcome.NO_ANSWER: N_("No answer"),
    CallOutcome.WILL_COME: N_("Will come"),
    CallOutcome.ASKED_OTHER_DAY: N_("Asked for another day"),
    CallOutcome.MOVED_AWAY: N_("Moved away"),
    CallOutcome.DIED: N_("Has died"),
    CallOutcome.WRONG_NUMBER: N_("Wrong number"),
    CallOutcome.DOES_NOT_WANT: N_("Does not want calls"),
}
"""In the order of their keys, 1 to 7. Texts are msgids."""


class CallList(StrEnum):
    """The lists of people to reach."""

    TOMORROW = "tomorrow"
    CHANGED = "changed"
    OVERDUE = "overdue"


LIST_WORDS = {
    CallList.TOMORROW: N_("Next day"),
    CallList.CHANGED: N_("Changed day"),
    CallList.OVERDUE: N_("Not back yet"),
}


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt, as it was noted."""

    attempt_id: str
    patient_id: str
    outcome: CallOutcome
    at: datetime
    undoes_id: str | None = None
    note: str = ""


def standing_tries(tries: Iterable[Try]) -> list[Try]:
    """Those that were not taken back, the newest first. An outcome of a newer program stays listed as it is."""
    known = list(tries)
    undone = {one.undoes_id for one in known if one.undoes_id}
    held = [one for one in known if not one.undoes_id and one.attempt_id not in undone]
    return sorted(held, key=lambda one: (one.at, one.attempt_id), reverse=True)


def is_out_of_reach(tries: Iterable[Try], *, came_on: date | None, agreed_at: datetime | None) -> bool:
    """Whether nobody should call any more. Who came again after moving away is here; a later yes to calls holds."""
    for one in standing_tries(tries):
        if one.outcome is CallOutcome.DIED:
            return True
        if one.outcome is CallOutcome.MOVED_AWAY and (came_on is None or came_on <= one.at.date()):
            return True
        if one.outcome is CallOutcome.DOES_NOT_WANT and (agreed_at is None or agreed_at <= one.at):
            return True
    return False
