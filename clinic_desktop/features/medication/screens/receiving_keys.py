"""Enter in the fields of a delivery, a scanner's Tab, and the one sign of it that a keyboard does not have."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from clinic_desktop.features.medication.rules.gs1 import SEPARATOR

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class EnterLeads(QObject):
    """Each field says itself where Enter leads, so that neither links beside it nor a scanner's Enter lead astray.

    A scanner that ends with Tab is led like one that ends with Enter; the Tab of a hand goes on as everywhere.
    FNC1, which most scanners send as the sign 29 or as Ctrl+], is shown and kept as a sign that a field can hold.
    """

    def __init__(
        self,
        leads: Mapping[QWidget, Callable[[], object]],
        parent: QObject,
        *,
        scans: Mapping[QWidget, Callable[[], bool]] | None = None,
    ) -> None:
        """`scans`: takes what a scanner typed there, and says whether it did."""
        super().__init__(parent)
        self._leads, self._scans = dict(leads), dict(scans or {})
        for editor in leads:
            # Installed last, it is asked first: before the form's own habit of moving on.
            editor.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if _is_separator(event) and isinstance(watched, QLineEdit):
            watched.insert(SEPARATOR)
            return True
        if not isinstance(watched, QWidget):
            return False
        if event.key() == Qt.Key.Key_Tab and event.modifiers() in _PLAIN:
            scan = self._scans.get(watched)
            return scan is not None and scan()
        lead = self._leads.get(watched)
        if lead is None or event.key() not in _ENTER or event.modifiers() not in _PLAIN:
            return False
        lead()
        return True


def _is_separator(event: QKeyEvent) -> bool:
    with_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    return event.text() == "\x1d" or (with_control and event.key() == Qt.Key.Key_BracketRight)
