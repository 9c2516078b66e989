"""Adverse reactions: how severe, and what became of them."""

from enum import StrEnum

from clinic_desktop.kernel.i18n import N_


class ReactionSeverity(StrEnum):
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class ReactionOutcome(StrEnum):
    RECOVERED = "recovered"
    RECOVERING = "recovering"
    NOT_RECOVERED = "not-recovered"
    LASTING = "lasting"
    DIED = "died"
    UNKNOWN = "unknown"


SEVERITY_WORDS = {
    ReactionSeverity.MILD: N_("mild"),
    ReactionSeverity.MODERATE: N_("moderate"),
    ReactionSeverity.SEVERE: N_("severe"),
}
OUTCOME_WORDS = {
    ReactionOutcome.RECOVERED: N_("is well again"),
    ReactionOutcome.RECOVERING: N_("is getting better"),
    ReactionOutcome.NOT_RECOVERED: N_("is not better"),
    ReactionOutcome.LASTING: N_("something remained"),
    ReactionOutcome.DIED: N_("died"),
    ReactionOutcome.UNKNOWN: N_("not known"),
}
