"""What differs of one person between clinics, beside their chart and on their page."""

from functools import partial

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.bundles.queries import worklist
from clinic_desktop.features.bundles.screens.conflicts import Conflicts
from clinic_desktop.features.bundles.screens.doubts_slot import DOUBTS
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import Text

_WIDE, _LOW, _HIGH = 860, 280, 520


class DoubtsSheet(Sheet):
    """Whoever may decide does it here; others see why, and may ask."""

    def __init__(self, office: Office, patient_id: str, parent: QWidget | None) -> None:
        super().__init__(_(DOUBTS), parent, width=_WIDE)
        empty = _("Nothing differs between the clinics.")
        self.doubts = Conflicts(office, partial(worklist.keys_of_person, patient_id=patient_id), empty)
        self.doubts.setMinimumHeight(_LOW)
        self.doubts.reload()
        self.body.addWidget(self.doubts)
        self.add_deed(Button(_("Close"), "back"))
        room = parent.window().height() if parent is not None else _HIGH
        self.resize(_WIDE, min(_HIGH, room))
        self.doubts.take_focus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.doubts.takes(event):
            super().keyPressEvent(event)


class DoubtsPanel(QWidget):
    """How much stands open of this person, and the way to it."""

    def __init__(self, office: Office, patient_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office, self._patient_id = office, patient_id
        self.said = Text("", wrap=True)
        self.look = Button(_("Compare and decide"), icon="alert-triangle")
        self.look.clicked.connect(self._open)
        stack(self, self.said, row(self.look, None), gap=S2)
        office.follow(worklist.TABLES, self, self.reload)
        self.reload()

    def reload(self) -> None:
        count = len(self._office.ask(worklist.keys_of_person, self._patient_id))
        words = ngettext("{count} fact was written in two ways.", "{count} facts were written in two ways.", count)
        self.said.setText(words.format(count=count) if count else _("Nothing differs between the clinics."))
        self.look.setEnabled(count > 0)

    def _open(self) -> None:
        DoubtsSheet(self._office, self._patient_id, self.window()).open()
