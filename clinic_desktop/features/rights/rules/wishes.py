"""What a person wants and does not want in a crisis, and whose help they choose when they decide."""

from dataclasses import dataclass
from datetime import date

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _


class NothingWished(Refused):
    text = N_("Write at least one thing the person wants, or does not want.")


class NothingDecided(Refused):
    text = N_("Write what was decided and who helped.")


class NothingToWithdraw(Refused):
    text = N_("There are no wishes to take back.")


@dataclass(frozen=True, slots=True)
class Wishes:
    wants: str = ""
    does_not_want: str = ""
    tell_whom: str = ""
    do_not_tell: str = ""
    witness: str = ""
    language_code: str = ""

    @property
    def said(self) -> tuple[tuple[str, str], ...]:
        """Heading and words, in the order in which a crisis needs them."""
        told = (
            (_("I want"), self.wants),
            (_("I do not want"), self.does_not_want),
            (_("Tell"), self.tell_whom),
            (_("Do not tell"), self.do_not_tell),
        )
        return tuple((head, words.strip()) for head, words in told if words.strip())

    def check(self) -> None:
        if not self.said:
            raise NothingWished()


@dataclass(frozen=True, slots=True)
class KeptWishes:
    wishes_id: str
    said_on: date
    wishes: Wishes
    by_name: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    about: str = ""
    decision: str = ""
    supporter_name: str = ""
    supporter_kinship: str = ""
    how_supported: str = ""

    def check(self) -> None:
        if not (self.decision.strip() and self.supporter_name.strip()):
            raise NothingDecided()


@dataclass(frozen=True, slots=True)
class KeptDecision:
    decision_id: str
    decided_on: date
    decision: Decision
    by_name: str
