"""Whether Caps Lock is on: Windows tells; elsewhere a typed letter does."""

import sys

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget


class CapsLock(QObject):
    """Watches a password field and tells when Caps Lock goes on or off."""

    changed = Signal(bool)

    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        self.on = False
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self._set(asked_of_system())
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self._set(seen_in(event, self.on))
        return False

    def _set(self, on: bool | None) -> None:
        if on is not None and on != self.on:
            self.on = on
            self.changed.emit(on)


def asked_of_system() -> bool | None:
    """None where the system does not say."""
    if sys.platform != "win32":
        return None
    import ctypes

    return bool(ctypes.windll.user32.GetKeyState(0x14) & 1)


def seen_in(event: QKeyEvent, before: bool) -> bool | None:
    """A capital without Shift, or a small letter with it, gives Caps Lock away; its own key turns it round."""
    if event.key() == Qt.Key.Key_CapsLock:
        told = asked_of_system()
        return not before if told is None else told
    typed = event.text()
    if len(typed) != 1 or not typed.isalpha() or typed.lower() == typed.upper():
        return None
    shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    return typed.isupper() != shifted
