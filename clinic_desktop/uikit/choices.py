"""Where people choose: one of a few, one of many, one found by typing, yes or not said."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from PySide6.QtCore import QModelIndex, QPointF, QRectF, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QCompleter, QListView, QWidget

from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.painting import draw_icon, focus_ring, paint_field, rounded
from clinic_desktop.uikit.theme import CONTROL, RADIUS, col, font, metrics


class Choice(QWidget):
    """One of a few, in a row. Arrows, a digit or the first letter choose; so does a click.

    Where every option is a digit (an item of a scale), typing it chooses it; else 1 is the first option.
    `cell` gives every option the same width; `moves_on` goes to the next field after a digit or letter.
    """

    chosen = Signal(int)

    def __init__(
        self,
        options: Sequence[str],
        chosen: int | None = None,
        *,
        cell: int = 0,
        height: int = CONTROL,
        tick: bool = True,
        moves_on: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._options = tuple(options)
        self._chosen = chosen
        self._cell, self._tick, self._moves_on, self._wrong = cell, tick and not cell, moves_on, False
        self._over = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFixedSize(sum(self._widths()) + 1, height)
        self._say()

    def at(self) -> int | None:
        return self._chosen

    def set_at(self, at: int | None) -> None:
        """Choose without telling."""
        self._chosen = at
        self._say()

    def choose(self, at: int) -> None:
        """Choose as a person would: `chosen` is told, also when it was chosen already."""
        self.set_at(at)
        self.chosen.emit(at)

    def clear(self) -> None:
        self.set_at(None)

    def set_wrong(self, wrong: bool) -> None:
        self._wrong = wrong
        self.update()

    def text(self) -> str:
        return "" if self._chosen is None else self._options[self._chosen]

    def _say(self) -> None:
        place = "" if self._chosen is None else f" ({self._chosen + 1}/{len(self._options)})"
        self.setAccessibleDescription(f"{self.text()}{place}")
        self.update()

    def _widths(self) -> list[int]:
        # Room for the tick is kept on every option, so that nothing moves when another one is chosen.
        extra = 28 + (20 if self._tick else 0)
        return [self._cell or metrics("body", "semi").horizontalAdvance(option) + extra for option in self._options]

    def _under(self, point: QPointF) -> int:
        right = 0
        for at, width in enumerate(self._widths()):
            right += width
            if point.x() < right:
                return at
        return len(self._options) - 1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.choose(self._under(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._over = self._under(event.position())
        self.update()

    def leaveEvent(self, event: Any) -> None:
        self._over = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        typed = event.text().casefold()
        if step is not None and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            start = self._chosen if self._chosen is not None else (-1 if step > 0 else len(self._options))
            self.choose(max(0, min(start + step, len(self._options) - 1)))
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.choose_none()
        elif typed and (at := self._meant(typed)) is not None:
            self.choose(at)
            if self._moves_on:
                self.focusNextChild()
        else:
            super().keyPressEvent(event)

    def choose_none(self) -> None:
        """Take the answer back; `chosen` tells -1."""
        self.set_at(None)
        self.chosen.emit(-1)

    def _meant(self, typed: str) -> int | None:
        if all(option.isdigit() for option in self._options):
            return self._options.index(typed) if typed in self._options else None
        if typed.isdigit():
            return int(typed) - 1 if 1 <= int(typed) <= len(self._options) else None
        starts = [at for at, option in enumerate(self._options) if option.casefold().startswith(typed)]
        return starts[0] if typed.isalpha() and starts else None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, x, height = QPainter(self), 0, self.height()
        edge = col("danger" if self._wrong else "border")
        rounded(painter, QRectF(self.rect()), col("surface"), edge, RADIUS, 1.5 if self._wrong else 1)
        for at, width in enumerate(self._widths()):
            self._paint_option(painter, QRectF(x, 0, width + 1, height), at)
            x += width
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()))

    def _paint_option(self, painter: QPainter, area: QRectF, at: int) -> None:
        here = at == self._chosen
        if here:
            rounded(painter, area, col("accent_soft"), col("accent"), RADIUS, 1.5)
        else:
            if at == self._over:
                rounded(painter, area.adjusted(2, 2, -2, -2), col("ground"), None, RADIUS - 1)
            if at and at - 1 != self._chosen:
                painter.fillRect(QRectF(area.x(), 6, 1, area.height() - 12), col("line"))
        painter.setFont(font("body", "semi" if here else "regular"))
        painter.setPen(col("accent" if here else "text"))
        words = QRectF(area)
        if here and self._tick:
            draw_icon(painter, area.x() + 9, (area.height() - 16) / 2, "check", "accent", 16)
            words.setLeft(area.x() + 20)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self._options[at])


class Select(QComboBox):
    """One of many that are known beforehand: pairs of value and words. Letters jump, Alt+Down opens."""

    def __init__(self, options: Sequence[tuple[Any, str]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wrong = False
        self.setMinimumHeight(CONTROL)
        self.setMaxVisibleItems(12)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_options(options)

    def set_options(self, options: Sequence[tuple[Any, str]]) -> None:
        kept = self.value()
        self.clear()
        for value, words in options:
            self.addItem(words, value)
        self.set_value(kept)

    def value(self) -> Any:
        return self.currentData()

    def set_value(self, value: Any) -> None:
        at = next((at for at in range(self.count()) if self.itemData(at) == value), -1)
        self.setCurrentIndex(at if at >= 0 else min(0, self.count() - 1))

    def set_wrong(self, wrong: bool) -> None:
        self._wrong = wrong
        self.update()

    def wheelEvent(self, event: Any) -> None:
        # Scrolling a page must never change an answer on the way.
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        paint_field(painter, area, wrong=self._wrong, focused=self.hasFocus(), enabled=self.isEnabled())
        draw_icon(painter, area.width() - 28, (area.height() - 18) / 2, "chevron-down", "quiet")
        painter.setFont(font())
        painter.setPen(col("text" if self.isEnabled() else "quiet"))
        room = round(area.width()) - 46
        words = metrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(12, 0, room, area.height()), Qt.AlignmentFlag.AlignVCenter, words)


class Suggest(Edit):
    """One found by typing: a community, a medicine. `find(words)` gives pairs of value and words, best first.

    `picked` tells the value when one is chosen; typing on forgets it. `value()` is None for words of one's own.
    """

    picked = Signal(object)

    def __init__(
        self,
        find: Callable[[str], Sequence[tuple[Any, str]]],
        placeholder: str = "",
        icon: str = "",
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", placeholder, icon, trailing="chevron-down", parent=parent)
        self._find = find
        self._found: tuple[tuple[Any, str], ...] = ()
        self._value: Any = None
        self._words = QStringListModel(self)
        self._list = QCompleter(self._words, self)
        self._list.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._list.setMaxVisibleItems(8)
        self._popup = QListView()
        self._list.setPopup(self._popup)
        self._list.setWidget(self)
        # The stubs do not know that this signal comes in two forms.
        cast(Any, self._list.activated)[QModelIndex].connect(self._take)
        self.textEdited.connect(self._look)

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any, words: str) -> None:
        # What was offered before is over: a second Enter must not take another one.
        self._value, self._found = value, ()
        self.setText(words)

    def _look(self, words: str) -> None:
        self._value = None
        self.offer(self._find(words) if words.strip() else ())

    def offer(self, found: Sequence[tuple[Any, str]]) -> None:
        """Show these to choose from: what was found, or a short list before anything is typed."""
        self._found = tuple(found)
        self._words.setStringList([said for _value, said in self._found])
        if self._found:
            self._list.complete()
            self._popup.setCurrentIndex(self._list.completionModel().index(0, 0))
        else:
            self._popup.hide()

    def _take(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self._found):
            value, words = self._found[index.row()]
            self.set_value(value, words)
            self.picked.emit(value)

    def take_best(self) -> bool:
        """Take the suggestion that the open list marks, else the first one, as Enter or leaving the field does."""
        at = self._popup.currentIndex().row() if self._popup.isVisible() else 0
        if self._value is None and self._found:
            value, words = self._found[max(at, 0)]
            self.set_value(value, words)
            self.picked.emit(value)
            return True
        return False

    def take_only(self) -> bool:
        """Take what was found where it is the only one: of several like it nobody chose."""
        return len(self._found) == 1 and self.take_best()


class Check(QCheckBox):
    """Yes or not said, with its words at the right."""

    def __init__(self, text: str, *, checked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setChecked(checked)
        self.setAccessibleName(text)
        self.setMinimumHeight(28)

    def sizeHint(self) -> QSize:
        return QSize(metrics().horizontalAdvance(self.text()) + 34, 28)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: Any) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        middle = self.height() / 2
        box = QRectF(2, middle - 9, 18, 18)
        on = self.isChecked()
        rounded(painter, box, col("accent_soft" if on else "surface"), col("accent" if on else "border"), 4, 1.5)
        if on:
            draw_icon(painter, 3, middle - 8, "check", "accent", 16)
        painter.setFont(font())
        painter.setPen(col("text" if self.isEnabled() else "quiet"))
        painter.drawText(QRectF(28, 0, self.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()), 4)
