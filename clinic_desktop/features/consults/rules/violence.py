"""Violence at home: asked alone, yes or no or nothing said. Nobody writes here who did it."""

from dataclasses import dataclass
from enum import StrEnum

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_


class ViolenceSaid(StrEnum):
    """No answer at all is "not asked", and is no row."""

    YES = "yes"
    NO = "no"
    NOT_SAID = "not-said"


VIOLENCE_WORDS: dict[ViolenceSaid, str] = {
    ViolenceSaid.YES: N_("Yes"),
    ViolenceSaid.NO: N_("No"),
    ViolenceSaid.NOT_SAID: N_("Did not want to say"),
}


class NotAlone(Refused):
    text = N_("Ask again when the person is alone. Before that nothing is written down.")


@dataclass(frozen=True, slots=True)
class ViolenceTold:
    answer: ViolenceSaid
    asked_alone: bool | None
    wants_help: bool | None = None


def check(told: ViolenceTold) -> None:
    """An answer that others heard is none."""
    if not told.asked_alone:
        raise NotAlone()
