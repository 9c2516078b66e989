"""The kinds of things in this room."""

from enum import StrEnum

from clinic_desktop.kernel.i18n import N_


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
    VISIT = "visit"
    ENDED = "ended"
    REVIEWED = "reviewed"


class ComplaintStepKind(StrEnum):
    ANSWERED = "answered"
    MOVED = "moved"
    """The day of the answer was moved, with words."""
    CLOSED = "closed"


COERCION_WORDS = {
    CoercionKind.RESTRAINT: N_("Held or tied"),
    CoercionKind.LOCKED: N_("Locked in"),
    CoercionKind.CHAINED: N_("Chained at home"),
    CoercionKind.INVOLUNTARY: N_("Taken to hospital against their will"),
}
