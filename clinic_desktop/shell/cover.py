"""The cover: a blank window at once. A short PIN lifts it; after three misses, or without one, the password does."""

from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.storage.cover_pin import CoverPin
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import PasswordEdit
from clinic_desktop.uikit.forms import Field
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S2, S3, col
from clinic_desktop.uikit.words import Text


class Pin(Protocol):
    """What lifts the cover (storage/cover_pin.py)."""

    @property
    def spent(self) -> bool: ...
    def check(self, typed: str) -> bool: ...


class Cover(QWidget):
    """Nothing of anybody is on it. `lifted` after the right PIN; `lock_asked` for everything else."""

    lifted = Signal()
    lock_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pin: Pin | None = None
        self.typed = PasswordEdit()
        self.field = Field(_("PIN"), self.typed)
        self.lift = Button(_("Uncover"), key="open", kind="primary", tall=True)
        self.leave = Button(_("Sign in with the password"), kind="quiet", icon="lock")
        self._no_pin = Text(_("No PIN was chosen, so the password is needed."), color="quiet", wrap=True)
        head = row(Icon("lock", "quiet"), Text(_("The screen is covered"), "head", "semi"), None, gap=S2)
        card = Card(head, S2, self._no_pin, self.field, self.lift, self.leave, margins=(24, 20, 24, 16))
        card.setFixedWidth(320)
        stack(self, None, row(None, card, None), None)
        self.typed.returnPressed.connect(self._try)
        self.lift.clicked.connect(self._try)
        self.leave.clicked.connect(self.lock_asked)

    def put_on(self, pin: Pin | None) -> None:
        """Ready for who comes back; `pin` None when none was chosen in this session."""
        self._pin = pin
        self.typed.clear()
        self.field.complain(None)
        for widget in (self.field, self.lift):
            widget.setVisible(pin is not None)
        self._no_pin.setVisible(pin is None)

    def take_focus(self) -> None:
        (self.typed if self._pin is not None else self.leave).setFocus()

    def _try(self) -> None:
        if self._pin is None:
            return
        typed = self.typed.text()
        self.typed.clear()
        if self._pin.check(typed):
            self.lifted.emit()
        elif self._pin.spent:
            self.lock_asked.emit()
        else:
            self.field.complain(_("That is not the PIN. After three misses the program locks."))

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), col("ground"))


class ChoosePin(Sheet):
    """Choose the PIN of this session; it is kept in memory only and forgotten at the lock."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None) -> None:
        self.typed = PasswordEdit()
        self.field = Field(_("PIN of 4 to 8 digits"), self.typed)
        hint = _(
            "It uncovers the screen after Ctrl+K or some minutes away. It is forgotten when you leave the program."
        )
        super().__init__(
            _("A PIN for today"), parent, Text(_("A PIN for today"), "head", "semi"), Text(hint, wrap=True), S3
        )
        self.body.addWidget(self.field)
        self.no = self.add_deed(Button(_("Not now"), key="back", kind="quiet"), self.reject)
        self.yes = self.add_deed(Button(_("Take this PIN"), key="open", kind="primary"), self._take)
        self.typed.returnPressed.connect(self._take)
        self.typed.setFocus()

    def _take(self) -> None:
        try:
            pin = CoverPin(self.typed.text())
        except ClinicError as error:
            self.field.complain(error.sentence())
            self.typed.selectAll()
            return
        self.chosen.emit(pin)
        self.accept()
