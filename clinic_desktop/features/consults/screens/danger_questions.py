"""The clinic's own questions about danger: yes, no or not asked with one key each, and what somebody did."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.rules.asking_danger import (
    ANSWER_WORDS,
    Asked,
    Assessment,
    DangerQuestion,
    QuestionAnswer,
)
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.fields import Edit, TextArea
from clinic_desktop.uikit.layouts import column, row
from clinic_desktop.uikit.theme import S1, S2
from clinic_desktop.uikit.words import Text

_ANSWERS = tuple(QuestionAnswer)


class QuestionsForm(QWidget):
    """What nobody answers stays "not asked", which is never no."""

    def __init__(
        self, questions: Sequence[DangerQuestion], known: Assessment | None = None, *, words: bool = False
    ) -> None:
        super().__init__()
        self._id = known.assessment_id if known else new_id()
        answered = {one.words: one.answer for one in known.asked} if known else {}
        # What was asked in other words than today's stays, as it was answered.
        now = {question.words for question in questions}
        self._others = tuple(one for one in known.asked if one.words not in now) if known else ()
        self.choices: dict[str, Choice] = {}
        lines: list[QWidget] = []
        for question in questions:
            lines.append(self._line(question.words, answered.get(question.words)))
        self.words = TextArea(known.words if known else "")
        self.words.setAccessibleName(_("In words"))
        self.done = Edit(known.done_text if known else "")
        self.done.setAccessibleName(_("What was done"))
        told = (Text(_("In words"), "small", "semi"), self.words) if words else ()
        done = column(Text(_("What was done, and by whom"), "small", "semi"), self.done, gap=S1)
        self.setLayout(column(*lines, *told, done, None, gap=S2, margins=(0, 0, S2, 0)))
        if not words:
            self.words.hide()

    def _line(self, words: str, answer: QuestionAnswer | None) -> QWidget:
        at = _ANSWERS.index(answer) if answer else None
        choice = Choice([_(ANSWER_WORDS[one]) for one in _ANSWERS], at, height=28, tick=False, moves_on=True)
        choice.setAccessibleName(words)
        self.choices[words] = choice
        line = QWidget()
        line.setLayout(column(Text(words, wrap=True), row(choice, None), gap=2))
        return line

    def take_focus(self) -> None:
        first = next(iter(self.choices.values()), None)
        (first or self.done).setFocus()

    def assessment(self, words: str = "") -> Assessment:
        asked = tuple(Asked(said, self._answer(choice)) for said, choice in self.choices.items())
        return Assessment(self._id, (*asked, *self._others), words or self.words.text(), self.done.text())

    def _answer(self, choice: Choice) -> QuestionAnswer:
        at = choice.at()
        return QuestionAnswer.NOT_ASKED if at is None else _ANSWERS[at]
