"""The fields in which a line is typed: Enter goes on."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent

from clinic_desktop.uikit.choices import Suggest
from clinic_desktop.uikit.fields import Edit

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
LIST_WIDTH = 460


class StepField(Edit):
    """Enter goes on to the next field, or adds the line from the last one."""

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class MedicineField(Suggest):
    entered = Signal()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The field is narrow; what is found needs its words.
        self._popup.setMinimumWidth(LIST_WIDTH)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.take_best()
            self.entered.emit()
        else:
            super().keyPressEvent(event)
