"""One scale, item by item: a digit answers and goes on, Backspace takes back; no mouse."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from clinic_desktop.features.consults.rules.questionnaires import ScoredItem
from clinic_desktop.features.consults.rules.scoring import (
    CriticalAnswer,
    Item,
    Scale,
    Score,
    say_skipped,
    score,
    skipped_items,
)
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi

CELL, CELL_HEIGHT, ROW = 31, 23, 24
_WIDE_CELLS, _CELLS = 4, 120
"""The answers of one item together, where there are more than four."""
MOST_ROWS, LEAST_ROWS = 9, 2
"""More items scroll, and so they do where a low window has no room: the diagnosis below keeps its place."""
_LONGEST, _LINES = 176, 4
_YES_NO = (0, 1)


class ItemChoice(Choice):
    """The answers of one item. Backspace where there is none goes back to the item before."""

    focused = Signal()
    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        # Another window in front takes nothing away.
        if event.reason() is not Qt.FocusReason.ActiveWindowFocusReason:
            self.left.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backspace and self.at() is None:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)


class Rows(QScrollArea):
    """The items: as high as they are together, lower where there is less room."""

    def __init__(self, body: QWidget, count: int) -> None:
        super().__init__()
        self._count = min(count, MOST_ROWS)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(ROW * min(count, LEAST_ROWS))
        self.setMaximumHeight(ROW * self._count)
        self.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)

    def show_row(self, choice: QWidget) -> None:
        """With the row after it, where there is room. The numbers at the left never move out of sight."""
        self.ensureWidgetVisible(choice, 0, ROW if self.viewport().height() >= 3 * ROW else 0)
        self.horizontalScrollBar().setValue(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for choice in self.findChildren(ItemChoice):
            if choice.hasFocus():
                self.show_row(choice)

    def sizeHint(self) -> QSize:
        return QSize(220, ROW * self._count)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.minimumHeight())


class ScaleGrid(QWidget):
    """`edited` after each answer; what they add up to is `score()`. `answering` when an item gets the focus."""

    edited = Signal()
    answering = Signal()

    def __init__(self, scale: Scale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scale = scale
        self.choices: dict[int, ItemChoice] = {}
        self._labels: dict[int, Phrase] = {}
        self._left_out: dict[int, Text] = {}
        self._wording: tuple[ScoredItem, ...] = ()
        self.question = Text("", "small", color="quiet", wrap=True)
        self.question.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._skipped = Text("", "small", "semi", "accent", wrap=True)
        body = QWidget()
        self._grid = QGridLayout(body)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(ROW - CELL_HEIGHT)
        self._grid.setHorizontalSpacing(S2)
        self._grid.setColumnStretch(0, 1)
        for item in scale.all_items:
            self._add_item(item)
        self._rows = Rows(body, len(scale.all_items))
        stack(self, (self._rows, 1), self._skipped, self.question, gap=2)
        self.show_wording(())
        self._follow_skips()

    def _add_item(self, item: Item) -> None:
        weight = semi if self.scale.is_critical(item.number) else str
        if item in self.scale.further:
            weight = quiet
        label = Phrase(quiet(f"{item.number}  "), weight(str(item.label)), wrap=False)
        cell = CELL if len(item.values) <= _WIDE_CELLS else max(_CELLS // len(item.values), 24)
        choice = ItemChoice(
            [str(value) for value in item.values], cell=cell, height=CELL_HEIGHT, tick=False, moves_on=True
        )
        choice.setAccessibleName(f"{item.number} {item.label}")
        choice.chosen.connect(self._answered)
        choice.focused.connect(partial(self._show_question, item.number))
        choice.focused.connect(self.answering)
        choice.left.connect(self._hide_question)
        left_out = Text(_("left out · 0"), "small", color="quiet")
        left_out.hide()
        self._labels[item.number], self.choices[item.number], self._left_out[item.number] = label, choice, left_out
        at = item.number - 1
        self._grid.addWidget(label, at, 0)
        self._grid.addLayout(row(left_out, choice, gap=0), at, 1, Qt.AlignmentFlag.AlignRight)
        self._grid.setRowMinimumHeight(at, CELL_HEIGHT)

    # answers

    def _answered(self, _at: int) -> None:
        self._follow_skips()
        self.edited.emit()

    def answers(self) -> dict[int, int]:
        found = {number: choice.at() for number, choice in self.choices.items()}
        return {number: self.scale.all_items[number - 1].values[at] for number, at in found.items() if at is not None}

    def set_answers(self, answers: Mapping[int, int]) -> None:
        for number, choice in self.choices.items():
            values = self.scale.all_items[number - 1].values
            value = answers.get(number)
            choice.set_at(values.index(value) if value in values else None)
        self._show_further()
        self._follow_skips()

    def score(self) -> Score:
        return score(self.scale, self.answers())

    def critical(self) -> tuple[CriticalAnswer, ...]:
        answers = self.answers()
        return tuple(CriticalAnswer(self.scale.code, item, answers[item]) for item in self.score().critical)

    def is_given(self) -> bool:
        return bool(self.answers())

    def fault(self) -> str:
        return ""

    def _follow_skips(self) -> None:
        """Questions that the others answer are passed over by the keys, and it is said why."""
        answers = self.answers()
        left_out = skipped_items(self.scale, answers)
        for number, choice in self.choices.items():
            is_out = number in left_out
            choice.setVisible(not is_out and self._is_asked(number))
            self._left_out[number].setVisible(is_out)
        self._skipped.setText(say_skipped(self.scale, answers))
        self._skipped.setVisible(bool(left_out))

    def _is_asked(self, number: int) -> bool:
        """A further question is shown where the imported wording has it, or it was answered."""
        if number <= len(self.scale.items):
            return True
        return len(self._wording) >= number or self.choices[number].at() is not None

    def _show_further(self) -> None:
        for item in self.scale.further:
            self._labels[item.number].setVisible(self._is_asked(item.number))
            self._grid.setRowMinimumHeight(item.number - 1, CELL_HEIGHT if self._is_asked(item.number) else 0)

    def take_focus(self) -> None:
        """The first item without an answer."""
        shown = [choice for choice in self.choices.values() if not choice.isHidden()]
        missing = [choice for choice in shown if choice.at() is None]
        if shown:
            (missing[0] if missing else shown[0]).setFocus(Qt.FocusReason.ShortcutFocusReason)

    # wording

    def show_wording(self, items: tuple[ScoredItem, ...]) -> None:
        """The official wording, where a questionnaire was imported: below the items, of the one that has the focus."""
        self._wording = items
        for number, item in enumerate(items, 1):
            if number in self._labels:
                self._labels[number].setToolTip(item.text)
                self.choices[number].setToolTip(_say_options(item))
                self.choices[number].setAccessibleDescription(item.text)
        self._show_further()
        self._follow_skips()
        here = next((number for number, choice in self.choices.items() if choice.hasFocus()), None)
        self._show_question(here or 1)
        if here is None:
            self._hide_question()

    def _hide_question(self) -> None:
        """Who is not answering now gets the room back; what 0 and 1 mean stays."""
        if self._wording:
            self.question.hide()

    def _show_question(self, number: int) -> None:
        if number in self.choices:
            self._rows.show_row(self.choices[number])
        item = self._wording[number - 1] if number <= len(self._wording) else None
        said = ""
        if item is not None:
            said = _cut(f"{number}. {item.text}\n{_say_options(item)}")
        elif all(one.values == _YES_NO for one in self.scale.items) and self.scale.items:
            said = _("0 no · 1 yes")
        self.question.setText(said)
        self.question.setToolTip(f"{item.text}\n{_say_options(item)}" if item else "")
        self.question.setVisible(bool(said))
        # The same room for all of them, so that nothing moves from one to the next.
        self.question.setFixedHeight(_LINES * self.question.fontMetrics().lineSpacing() if item else ROW)


def _say_options(item: ScoredItem) -> str:
    return " · ".join(f"{value} {words}" if words != str(value) else words for value, words in item.options)


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
