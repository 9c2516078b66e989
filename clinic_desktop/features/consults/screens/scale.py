"""A scale typed from paper: one digit an item, no mouse, and no total until every item is answered."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from clinic_desktop.features.consults.rules.questionnaires import ScoredItem
from clinic_desktop.features.consults.rules.scoring import (
    CriticalAnswer,
    GivenScale,
    HowGiven,
    Scale,
    Score,
    is_checked_in,
    say_band,
    score,
)
from clinic_desktop.features.consults.screens.parts import Here, kept_dict, kept_text, known
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.features.patients.rules.places import language_name
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Link
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.keys import cap
from clinic_desktop.uikit.layouts import row
from clinic_desktop.uikit.marks import Chip, KeyCap
from clinic_desktop.uikit.surfaces import Card, Line
from clinic_desktop.uikit.theme import S2, S4
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi

CELL, CELL_HEIGHT = 34, 24
HOW_WORDS = {
    HowGiven.PAPER: N_("from paper"),
    HowGiven.READ_ALOUD: N_("read aloud"),
    HowGiven.INTERPRETER: N_("through an interpreter"),
}


class ScaleGrid(Card):
    """One scale. `edited` after each answer; what it adds up to is `score()`."""

    edited = Signal()

    def __init__(self, scale: Scale, parent: QWidget | None = None) -> None:
        self.scale = scale
        self.how = HowGiven.PAPER
        # Drawn once and kept, so that signing twice, also after a crash, signs once.
        self._response_id = new_id()
        self._here: Here | None = None
        self._language: tuple[str | None, str] = (None, "")
        self.how_link = Link(_(HOW_WORDS[self.how]), small=True)
        self.state = Chip("", "neutral")
        self._remark = Text("", "small", color="quiet", wrap=True)
        self._remark.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.choices: dict[int, Choice] = {}
        super().__init__(
            row(Text(scale.title, "head", "semi"), self.how_link, None, KeyCap(cap("section_3")), gap=6),
            self._make_grid(),
            Line(),
            row(self.state, (self._remark, 1), gap=6),
            None,
            margins=(S4, 8, S4, 8),
            gap=4,
            parent=parent,
        )
        self.how_link.clicked.connect(self._next_how)
        self.how_link.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._tell()

    def _make_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.setHorizontalSpacing(S2)
        grid.setColumnStretch(0, 1)
        self._labels: dict[int, Phrase] = {}
        for item in self.scale.items:
            weight = semi if self.scale.is_critical(item.number) else str
            label = Phrase(quiet(f"{item.number}  "), weight(str(item.label)), wrap=False)
            choice = Choice(
                [str(value) for value in item.values], cell=CELL, height=CELL_HEIGHT, tick=False, moves_on=True
            )
            choice.setAccessibleName(f"{item.number} {item.label}")
            choice.chosen.connect(partial(self._answered, item.number))
            self._labels[item.number], self.choices[item.number] = label, choice
            grid.addWidget(label, item.number, 0)
            grid.addWidget(choice, item.number, 1, Qt.AlignmentFlag.AlignRight)
        return grid

    def _answered(self, _number: int, _at: int) -> None:
        self._tell()
        self.edited.emit()

    def answers(self) -> dict[int, int]:
        found = {number: choice.at() for number, choice in self.choices.items()}
        return {number: self.scale.items[number - 1].values[at] for number, at in found.items() if at is not None}

    def set_answers(self, answers: Mapping[int, int]) -> None:
        for number, choice in self.choices.items():
            values = self.scale.items[number - 1].values
            value = answers.get(number)
            choice.set_at(values.index(value) if value in values else None)
        self._tell()

    def score(self) -> Score:
        return score(self.scale, self.answers())

    def set_how(self, how: HowGiven) -> None:
        self.how = how
        self.how_link.setText(_(HOW_WORDS[how]))
        self.how_link.setAccessibleName(self.how_link.text())
        self.how_link.updateGeometry()
        self._say_language()

    def _next_how(self) -> None:
        hows = list(HowGiven)
        self.set_how(hows[(hows.index(self.how) + 1) % len(hows)])
        self.edited.emit()

    def set_language(self, code: str | None, name: str) -> None:
        """The language the conversation has."""
        self._language = (code, name)
        self._say_language()

    def _say_language(self) -> None:
        code, name = self._language
        told = _("not validated in {language}").format(language=name) if not is_checked_in(code) else ""
        if not told and self.how is HowGiven.INTERPRETER:
            told = _("read through an interpreter")
        self._remark.setText(told)

    def show_wording(self, items: tuple[ScoredItem, ...]) -> None:
        """The official wording, where a questionnaire was imported: on the label, for whoever rests on it."""
        for number, item in enumerate(items, 1):
            if number in self._labels:
                self._labels[number].setToolTip(item.text)
                self.choices[number].setToolTip(" · ".join(f"{value} {words}" for value, words in item.options))
                self.choices[number].setAccessibleDescription(item.text)

    def _tell(self) -> None:
        result = self.score()
        if result.total is not None:
            words = _("{total} of {highest} · {band}").format(
                total=result.total, highest=self.scale.highest, band=say_band(self.scale.code, result.band)
            )
            self.state.set_state(words, "neutral")
        elif result.answered:
            words = _("{count} of {all} · no total").format(count=result.answered, all=result.needed)
            self.state.set_state(words, "warning", "alert-circle")
        else:
            self.state.set_state(_("not asked today"), "neutral")

    def take_focus(self) -> None:
        """The first item without an answer."""
        missing = [choice for choice in self.choices.values() if choice.at() is None]
        (missing[0] if missing else self.choices[1]).setFocus(Qt.FocusReason.ShortcutFocusReason)

    # as a part of the consultation

    def fill(self, draft: Mapping[str, Any]) -> None:
        self._response_id = kept_text(draft, "response_id", self._response_id)
        self.set_answers({int(item): int(value) for item, value in kept_dict(draft, "answers").items()})
        self.set_how(known(HowGiven, draft.get("how"), HowGiven.PAPER))

    def kept(self) -> Mapping[str, Any]:
        answers = {str(item): value for item, value in self.answers().items()}
        return {"response_id": self._response_id, "answers": answers, "how": str(self.how)}

    def show_here(self, here: Here) -> None:
        self._here = here
        spoken = here.encounter.language_code
        self.set_language(spoken, language_name(spoken).lower() if spoken else "")

    def written(self, so_far: Written) -> Written:
        here = self._here.encounter if self._here else None
        given = GivenScale(
            self._response_id, self.scale.code, self.answers(), self.how, here.language_code if here else None,
            here.interpreter_name if here else None,
        )  # fmt: skip
        return replace(so_far, scales=(*so_far.scales, given))

    def obstacle(self, so_far: Written) -> Callable[[], None] | None:
        return None

    def critical(self) -> tuple[CriticalAnswer, ...]:
        """Today's answers that ask to be looked at."""
        answers = self.answers()
        return tuple(CriticalAnswer(self.scale.code, item, answers[item]) for item in self.score().critical)

    def remark(self) -> str:
        """What is still missing, which does not keep anybody from signing."""
        result = self.score()
        missing = result.needed - result.answered if result.answered else 0
        if not missing:
            return ""
        return _("{scale} lacks {count}: it can be signed so").format(scale=self.scale.title, count=missing)
