"""The clinic's own questions about danger, and what was answered to them. Nobody adds them up: they are no scale."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, language

MOST_QUESTIONS = 12
LONGEST = 300


class QuestionAnswer(StrEnum):
    """ "Not asked" is never no."""

    YES = "yes"
    NO = "no"
    NOT_ASKED = "not-asked"


ANSWER_WORDS: dict[QuestionAnswer, str] = {
    QuestionAnswer.YES: N_("Yes"),
    QuestionAnswer.NO: N_("No"),
    QuestionAnswer.NOT_ASKED: N_("Not asked"),
}


class QuestionEmpty(Refused):
    text = N_("Write the question in plain words.")


class QuestionTooLong(Refused):
    text = N_("This question is too long to be asked. Write at most 300 letters.")


class QuestionTwice(Refused):
    text = N_("This question is on the list already.")


class TooManyQuestions(Refused):
    text = N_("Twelve questions are as many as a person bears. Take one off the list first.")


@dataclass(frozen=True, slots=True)
class DangerQuestion:
    question_id: str
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was worded, and what was answered."""

    words: str
    answer: QuestionAnswer


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was asked about danger in one conversation. The id is drawn beforehand, so that it is kept once."""

    assessment_id: str
    asked: tuple[Asked, ...] = ()
    words: str = ""
    done_text: str = ""
    """What somebody did; the program itself does nothing."""

    @property
    def is_empty(self) -> bool:
        said = any(asked.answer is not QuestionAnswer.NOT_ASKED for asked in self.asked)
        return not (said or self.words.strip() or self.done_text.strip())


@cache
def usual_questions(spoken: str) -> tuple[DangerQuestion, ...]:
    """The first questions of a clinic, in its language: our own plain words."""
    return tuple(DangerQuestion(row["code"], row[spoken]) for row in read_catalog("risk_questions"))


def first_questions() -> tuple[DangerQuestion, ...]:
    return usual_questions("es" if language() == "es" else "en")


def checked_questions(questions: Iterable[DangerQuestion]) -> tuple[DangerQuestion, ...]:
    """The list as it is kept; refused where one is empty, too long or there twice."""
    kept = tuple(replace(question, words=" ".join(question.words.split())) for question in questions)
    if any(not question.words for question in kept):
        raise QuestionEmpty()
    if any(len(question.words) > LONGEST for question in kept):
        raise QuestionTooLong()
    if len({question.words.casefold() for question in kept}) < len(kept):
        raise QuestionTwice()
    if len(kept) > MOST_QUESTIONS:
        raise TooManyQuestions()
    return kept


def kept_answers(asked: Sequence[Asked]) -> list[dict[str, str]]:
    """As they are stored; a question that nobody asked is kept as not asked."""
    return [{"question": one.words, "answer": one.answer.value} for one in asked]


def read_answers(kept: Iterable[dict[str, str]]) -> tuple[Asked, ...]:
    return tuple(Asked(one.get("question", ""), read_answer(one.get("answer"))) for one in kept)


def said_answers(kept: Iterable[dict[str, str]]) -> tuple[Asked, ...]:
    """What was really asked."""
    return tuple(one for one in read_answers(kept) if one.answer is not QuestionAnswer.NOT_ASKED)


def read_answer(kept: object) -> QuestionAnswer:
    """An answer that this program does not know is none."""
    return QuestionAnswer(kept) if kept in tuple(QuestionAnswer) else QuestionAnswer.NOT_ASKED
