"""Adverse reactions: what a medicine did that it should not, how severe it was, and what became of it."""

from dataclasses import dataclass, replace
from enum import StrEnum

from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.names import fold


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


class ReactionMedicineMissing(Refused):
    text = N_("Choose the medicine, or write what the person took.")


class ReactionMissing(Refused):
    text = N_("Write what happened.")


class ReactionLineTooLong(Refused):
    text = N_("The medicine and its batch are one line each. Write more words where it says what happened.")


LONGEST_LINE = 300


@dataclass(frozen=True, slots=True)
class Reaction:
    """`presentation_id` where it is of the formulary; `medicine` says it in words either way."""

    presentation_id: str | None
    medicine: str
    happened: str
    lot: str = ""
    began_on: PartialDate | None = None
    severity: ReactionSeverity | None = None
    outcome: ReactionOutcome | None = None
    done: str = ""


def checked(reaction: Reaction) -> Reaction:
    """As it may be kept: what nobody knows stays empty, but the medicine and what happened are said."""
    kept = replace(
        reaction, medicine=" ".join(reaction.medicine.split()), lot=" ".join(reaction.lot.split()),
        happened=reaction.happened.strip(), done=reaction.done.strip(),
    )  # fmt: skip
    if not fold(kept.medicine):
        raise ReactionMedicineMissing()
    if not kept.happened:
        raise ReactionMissing()
    if max(len(kept.medicine), len(kept.lot)) > LONGEST_LINE:
        raise ReactionLineTooLong()
    return kept
