"""A keyboard in front of a window: letters and keys go where the focus is, and are counted."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

_KEYS = {
    "Enter": Qt.Key.Key_Return,
    "Tab": Qt.Key.Key_Tab,
    "Esc": Qt.Key.Key_Escape,
    "Down": Qt.Key.Key_Down,
    "Up": Qt.Key.Key_Up,
    **{f"F{n}": getattr(Qt.Key, f"Key_F{n}") for n in range(1, 13)},
}
_HELD = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
}


class Keyboard:
    """Types into `window` as a receptionist does. `letters` and `keys` count what was struck since `forget`."""

    def __init__(self, window: QWidget) -> None:
        self.window = window
        self.letters = self.keys = 0

    def forget(self) -> None:
        self.letters = self.keys = 0

    def write(self, text: str) -> None:
        """Letter by letter."""
        for letter in text:
            key = Qt.Key(ord(letter.upper())) if letter.isascii() and letter.isalnum() else Qt.Key.Key_unknown
            target = self._target()
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, letter))
            self.letters += 1
        settle()

    def press(self, *strokes: str) -> None:
        """ "F5", "Ctrl+Enter", one after the other."""
        for stroke in strokes:
            *held, last = stroke.split("+")
            modifiers = Qt.KeyboardModifier.NoModifier
            for name in held:
                modifiers |= _HELD[name]
            QTest.keyClick(self._target(), _KEYS.get(last) or Qt.Key(ord(last.upper())), modifiers)
            self.keys += 1
            settle()

    def _target(self) -> QWidget:
        return QApplication.focusWidget() or self.window


def settle() -> None:
    """Let the window do what it has put off."""
    for _again in range(4):
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
