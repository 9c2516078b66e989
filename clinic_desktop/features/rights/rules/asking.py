"""The four questions, whom to ask today, and how answers are counted so that nobody's is told by the count."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from clinic_desktop.features.rights.rules.kinds import RightsAnswerKind
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _

FEWEST = 5
"""Fewer answers than these are not counted for anybody: whose they are could be guessed."""


class NotByThePrescriber(Refused):
    text = N_("You saw this person that day. Somebody else asks, or the person fills it in alone.")


class NothingAnswered(Refused):
    text = N_("Answer at least one question, or go back.")


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    """Of the column."""
    title: str
    """For lists, in two words."""
    asked: str
    """As it is read aloud."""


QUESTIONS: tuple[Question, ...] = (
    Question("understood", N_("Understood"), N_("Did you understand your treatment?")),
    Question("decided_together", N_("Decided together"), N_("Did we decide it together with you?")),
    Question("privacy", N_("Privacy"), N_("Could you talk without others hearing?")),
    Question("respected", N_("Respect"), N_("Were you treated with respect?")),
)

ANSWERS: tuple[RightsAnswerKind, ...] = (RightsAnswerKind.YES, RightsAnswerKind.NO, RightsAnswerKind.NOT_SAID)
"""In the order of their digits; a question that is left alone was not asked."""

OWN_WORDS = {
    RightsAnswerKind.YES: N_("Yes"),
    RightsAnswerKind.NO: N_("No"),
    RightsAnswerKind.NOT_SAID: N_("I would rather not say"),
}
"""The answers as the person reads them."""

FREE = N_("Your answers change nothing in your care. Your doctor does not see them.")


@dataclass(frozen=True, slots=True)
class Answers:
    """What one person said; None was not asked."""

    understood: RightsAnswerKind | None = None
    decided_together: RightsAnswerKind | None = None
    privacy: RightsAnswerKind | None = None
    respected: RightsAnswerKind | None = None
    words: str = ""

    def of(self, name: str) -> RightsAnswerKind | None:
        return {
            "understood": self.understood,
            "decided_together": self.decided_together,
            "privacy": self.privacy,
            "respected": self.respected,
        }[name]

    def check(self) -> None:
        asked = [self.of(question.name) for question in QUESTIONS]
        said = [answer for answer in asked if answer not in (None, RightsAnswerKind.NOT_ASKED)]
        if not said and not self.words.strip():
            raise NothingAnswered()


@dataclass(frozen=True, slots=True)
class Count:
    """How often one question was answered with yes, of those who said yes or no."""

    question: Question
    yes: int
    no: int

    @property
    def said(self) -> str:
        both = self.yes + self.no
        if not both:
            return _("nobody yet")
        return _("{yes} of {all} said yes").format(yes=self.yes, all=both)


def is_turn(appointment_id: str, day: date, every: int) -> bool:
    """Whether this person is asked today: every n-th, drawn from the appointment and the day and from nothing else.

    Nobody chooses, so that nobody is left out for looking unhappy; the same list gives the same people at every desk.
    """
    if every < 1:
        return False
    drawn = hashlib.sha256(f"{day.isoformat()} {appointment_id}".encode()).digest()
    return int.from_bytes(drawn[:8]) % every == 0


def countable(number: int) -> int:
    """How many of so many answers may be counted: whole fives, so that no single one is told by the difference."""
    return number - number % FEWEST


def counts(answers: Iterable[Answers]) -> tuple[Count, ...]:
    told: Sequence[Answers] = list(answers)
    return tuple(
        Count(
            question,
            sum(one.of(question.name) is RightsAnswerKind.YES for one in told),
            sum(one.of(question.name) is RightsAnswerKind.NO for one in told),
        )
        for question in QUESTIONS
    )
