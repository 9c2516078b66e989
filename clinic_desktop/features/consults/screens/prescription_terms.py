"""On which terms a prescription is handed out: portions and a keeper when a risk is open, urgency of a trainee's."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.screens.parts import Here, kept_text
from clinic_desktop.features.medication.rules.courses import read_days
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.words import Text

_FIELD = 30


class Terms(QWidget):
    """Shown only where they matter."""

    edited = Signal()
    asked = Signal()
    """They matter from now on: they should come into sight."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._in_training = not office.may(Permission.SIGN_NOTES)
        self._risk_is_open, self._opens_today, self._anything_written = False, False, False
        self.cap = Edit(placeholder="7d", height=_FIELD)
        self.cap.setFixedWidth(58)
        self.cap.setAccessibleName(_("Days at a time"))
        self.keeper = Edit(placeholder=_("who keeps it"), height=_FIELD)
        self.keeper.setAccessibleName(_("Who keeps the medicine for the person"))
        self.urgent = Edit(placeholder=_("Only if urgent: why it cannot wait for the signature"), height=_FIELD)
        self.urgent.setAccessibleName(_("Why it cannot wait for the signature of a supervisor"))
        self._portions = QWidget()
        label = Text(_("Hand out for"), "small", color="quiet")
        self._portions.setLayout(row(label, self.cap, (self.keeper, 1), gap=4))
        stack(self, self._portions, self.urgent, gap=4)
        for field in (self.cap, self.keeper, self.urgent):
            field.textEdited.connect(self._typed)
        self.show_for(False)

    def _typed(self) -> None:
        self.cap.set_wrong(bool(self.cap.text().strip()) and self.days_per_pickup() is None)
        self.edited.emit()

    def show_here(self, here: Here) -> None:
        self._risk_is_open = here.chart.risk is not None
        capped = [line for line in here.chart.medicines if line.days_per_pickup or line.keeper_name]
        if self._risk_is_open and capped and not self.cap.text() and not self.keeper.text():
            # It was so the last time: said again, and changed if it is not so any more.
            self.cap.setText(f"{capped[0].days_per_pickup}d" if capped[0].days_per_pickup else "")
            self.keeper.setText(capped[0].keeper_name or "")

    def set_opens_today(self, opens: bool) -> None:
        """A risk that opens with this very note counts: the medicine is handed out today."""
        if opens != self._opens_today:
            self._opens_today = opens
            self.show_for(self._anything_written)
            if opens and self._anything_written:
                self.asked.emit()

    def show_for(self, anything_written: bool) -> None:
        self._anything_written = anything_written
        self._portions.setVisible(anything_written and self._asks_portions)
        self.urgent.setVisible(anything_written and self._in_training)
        self.setVisible(anything_written and (self._asks_portions or self._in_training))

    @property
    def _asks_portions(self) -> bool:
        return self._risk_is_open or self._opens_today or bool(self.cap.text() or self.keeper.text())

    def days_per_pickup(self) -> int | None:
        try:
            return read_days(self.cap.text()) if self.cap.text().strip() else None
        except Refused:
            return None

    def keeper_name(self) -> str:
        return self.keeper.text().strip()

    def urgent_reason(self) -> str:
        return self.urgent.text().strip() if self._in_training else ""

    def obstacle(self) -> Callable[[], None] | None:
        unclear = bool(self.cap.text().strip()) and self.days_per_pickup() is None
        return self.cap.setFocus if unclear else None

    def fill(self, draft: Mapping[str, Any]) -> None:
        for field, key in self._fields:
            if key in draft:
                field.setText(kept_text(draft, key))

    def kept(self) -> Mapping[str, Any]:
        return {key: field.text().strip() for field, key in self._fields}

    @property
    def _fields(self) -> tuple[tuple[Edit, str], ...]:
        return (self.cap, "days_per_pickup"), (self.keeper, "medicine_keeper"), (self.urgent, "urgent_reason")
