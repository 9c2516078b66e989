"""Reaching people: what comes of a call or a knock at the door."""

from enum import StrEnum


class CallOutcome(StrEnum):
    NO_ANSWER = "no-answer"
    WILL_COME = "will-come"
    ASKED_OTHER_DAY = "asked-other-day"
    MOVED_AWAY = "moved-away"
    DIED = "died"
    WRONG_NUMBER = "wrong-number"
    DOES_NOT_WANT = "does-not-want"
