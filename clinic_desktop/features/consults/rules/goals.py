"""The person's own goals, and how far they say they are."""

from dataclasses import dataclass
from enum import StrEnum

from clinic_desktop.kernel.i18n import N_


class GoalStanding(StrEnum):
    SAME = "same"
    FURTHER = "further"
    REACHED = "reached"
    LEFT = "left"
    """The person wants something else now."""


STANDING_WORDS = {
    GoalStanding.SAME: N_("the same"),
    GoalStanding.FURTHER: N_("further"),
    GoalStanding.REACHED: N_("reached"),
    GoalStanding.LEFT: N_("no longer wanted"),
}

OVER = frozenset({GoalStanding.REACHED, GoalStanding.LEFT})
"""Nothing is asked about these at the next visit."""


@dataclass(frozen=True, slots=True)
class GoalChange:
    """One goal as it is said in this consultation. The id is drawn beforehand."""

    goal_id: str
    words: str
    standing: GoalStanding | None = None
    is_new: bool = False
