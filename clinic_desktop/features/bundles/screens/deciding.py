"""A list at the left, what is chosen of it at the right, one key for each answer; the next is in front at once."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from clinic_desktop.uikit.layouts import column, line_up, row, scrolled, stack
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.tables import ListTable
from clinic_desktop.uikit.theme import S2, S3, is_compact

_A_SLIP = 250
_WIDE, _NARROW = 430, 252
_LETTERS = {Qt.Key.Key_B: "b", Qt.Key.Key_P: "p", Qt.Key.Key_U: "u"}


class Deciding(QWidget):
    """`keys` is filled by who inherits: what each digit or letter does now."""

    def __init__(self, table: ListTable[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = table
        table.horizontalHeader().hide()
        self.keys: Mapping[str, Callable[[], object]] = {}
        self._before_the_eyes: object = None
        self._slip = QTimer(self)
        self._slip.setSingleShot(True)
        self._slip.setInterval(_A_SLIP)
        self.top = row(gap=S2)
        self.shown = column(gap=S2)
        self.foot = row(gap=S2)
        inside = QWidget()
        stack(inside, self.shown, None, margins=(0, 0, S2, 0))
        self.area = scrolled(inside)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # In a low window what both say is read with the arrows.
        self.area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.left = Card(self.top, (table, 1), margins=(S3, S2, S3, S2), gap=S2)
        self.right = Card((self.area, 1), self.foot, margins=(S3, S3, S3, S3), gap=S2)
        line_up(self, self.left, (self.right, 1), margins=(S3, S2, S3, S3), gap=S3)

    def take_focus(self) -> None:
        self.table.setFocus()
        if self.table.row() is None:
            self.table.choose_at(0)

    def act(self, deed: Callable[[], object]) -> None:
        """A key or a button. Pressed twice in a slip, the second does not decide what comes next in the list."""
        if self._slip.isActive():
            return
        self._slip.start()
        if self.area.isAncestorOf(QApplication.focusWidget() or self):
            # The pressed button goes with what it decided; the keys go on working in the list.
            self.table.setFocus()
        deed()

    def look_first(self, what: object) -> None:
        """`what` stands in front now. If it is new, a key struck for what stood there before decides nothing: however
        long deciding took, nobody has read this yet."""
        if self._before_the_eyes not in (None, what):
            self._slip.start()
        self._before_the_eyes = what

    def bring_in_front(self, key: object) -> None:
        """What came back by an undo, if it is in the list as it is filtered."""
        if self.table.rows.find(key) >= 0:
            self.table.choose(key)

    def press(self, key: str) -> bool:
        deed = self.keys.get(key)
        if deed is None:
            return False
        self.act(deed)
        return True

    def takes(self, event: QKeyEvent) -> bool:
        """Whether it is one of the keys that decide here. Held down, it decides once."""
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = _LETTERS.get(Qt.Key(event.key()), event.text() if event.text().isdigit() else "")
        return not held and bool(key) and (event.isAutoRepeat() or self.press(key))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.takes(event):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.left.setFixedWidth(_NARROW if is_compact(self.window().width()) else _WIDE)
