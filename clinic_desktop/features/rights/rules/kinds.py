"""The kinds of things in this room, and how each is said."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _


class RightsAnswerKind(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_ASKED = "not-asked"
    NOT_SAID = "not-said"
    """Asked; the person would rather not say."""


class CoercionKind(StrEnum):
    RESTRAINT = "restraint"
    LOCKED = "locked"
    CHAINED = "chained"
    INVOLUNTARY = "involuntary"


class CoercionStepKind(StrEnum):
    PLANNED = "planned"
    """A next visit was agreed."""
    VISIT = "visit"
    ENDED = "ended"
    REVIEWED = "reviewed"
    MISTAKE = "mistake"
    """It did not happen, or stands in the wrong record; said in words, and nothing is removed."""


class ComplaintStepKind(StrEnum):
    ANSWERED = "answered"
    MOVED = "moved"
    """The day of the answer was moved, with words."""
    CLOSED = "closed"


class DisclosureKind(StrEnum):
    OWN_DATA = "own-data"
    AUTHORITY = "authority"
    DUTY = "duty-to-report"


ANSWER_WORDS = {
    RightsAnswerKind.YES: N_("Yes"),
    RightsAnswerKind.NO: N_("No"),
    RightsAnswerKind.NOT_SAID: N_("Did not want to say"),
    RightsAnswerKind.NOT_ASKED: N_("Not asked"),
}
COERCION_WORDS = {
    CoercionKind.RESTRAINT: N_("Held or tied"),
    CoercionKind.LOCKED: N_("Locked in"),
    CoercionKind.CHAINED: N_("Chained at home"),
    CoercionKind.INVOLUNTARY: N_("Taken to hospital against their will"),
}
STEP_WORDS = {
    CoercionStepKind.PLANNED: N_("Next visit agreed"),
    CoercionStepKind.VISIT: N_("Visited"),
    CoercionStepKind.ENDED: N_("It ended"),
    CoercionStepKind.REVIEWED: N_("Reviewed"),
    CoercionStepKind.MISTAKE: N_("Written by mistake"),
}
COMPLAINT_STEP_WORDS = {
    ComplaintStepKind.ANSWERED: N_("Answered"),
    ComplaintStepKind.MOVED: N_("Answer day moved"),
    ComplaintStepKind.CLOSED: N_("Complaint closed"),
}
DISCLOSURE_WORDS = {
    DisclosureKind.OWN_DATA: N_("Own data given to the person"),
    DisclosureKind.AUTHORITY: N_("Request of an authority"),
    DisclosureKind.DUTY: N_("Report that the law asks for"),
}


class InTheFuture(Refused):
    text = N_("That day is still to come. Write the day on which it happened.")


def say_answer(answer: RightsAnswerKind | None) -> str:
    return _(ANSWER_WORDS[answer or RightsAnswerKind.NOT_ASKED])


def say_coercion(kind: CoercionKind) -> str:
    return _(COERCION_WORDS[kind])


def say_disclosure(code: str) -> str:
    """In words; a code of a newer program as it is."""
    return _(DISCLOSURE_WORDS[DisclosureKind(code)]) if code in tuple(DisclosureKind) else code


@cache
def complaint_kinds() -> tuple[tuple[str, str], ...]:
    """What a complaint may be about: code and words."""
    return tuple((row["code"], row["name"]) for row in read_catalog("complaint_kinds"))


def say_complaint(code: str | None) -> str:
    return dict(complaint_kinds()).get(code or "", code or "")


def joined(parts: Sequence[str | None], between: str = " · ") -> str:
    return between.join(part for part in parts if part)
