"""What is done beside the note: a sheet that offers it, each deed with a digit. Only what the person may do."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from clinic_desktop.features.consults.screens import slots
from clinic_desktop.features.consults.screens.slots import ChartDeed
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S6

_IN_A_COLUMN = 8
"""So that they fit a window of 442 px."""
_WIDEST = 900


def deeds_for(office: Office) -> tuple[ChartDeed, ...]:
    return tuple(deed for deed in slots.chart_deeds if office.may(*deed.permissions))


def make_button(
    office: Office, patient_id: Callable[[], str | None], encounter_id: Callable[[], str | None], screen: QWidget
) -> Button:
    """Opens the menu, also by its key; hidden where there is nothing that this person may do."""
    button = Button(_("Also"), key="section_8", icon="plus")

    def act() -> None:
        whose = patient_id()
        if whose is not None:
            open_menu(office, whose, encounter_id(), screen)

    button.clicked.connect(act)
    if not deeds_for(office):
        button.hide()
    return button


def open_menu(office: Office, patient_id: str, encounter_id: str | None, screen: QWidget) -> "AlsoMenu | None":
    deeds = deeds_for(office)
    if not deeds:
        return None
    menu = AlsoMenu(deeds, screen, lambda deed: deed.act(office, PatientId(patient_id), encounter_id, screen))
    menu.open()
    return menu


class AlsoMenu(Sheet):
    """Digits choose; arrows walk as between all buttons, Enter takes."""

    def __init__(self, deeds: tuple[ChartDeed, ...], screen: QWidget, act: Callable[[ChartDeed], object]) -> None:
        super().__init__(_("Beside the note"), screen, width=420)
        self._deeds, self._act, self._screen = deeds, act, screen
        self.buttons: list[Button] = []
        grid = QGridLayout()
        grid.setSpacing(S2)
        for at, deed in enumerate(deeds):
            digit = f"pick_{(at + 1) % 10}" if at < 10 else ""
            button = Button(_(deed.title), key=digit, icon=deed.icon)
            button.clicked.connect(partial(self.choose, at))
            # A grid would rather cut its words than be wider than the sheet.
            button.setMinimumWidth(button.sizeHint().width())
            grid.addWidget(button, at % _IN_A_COLUMN, at // _IN_A_COLUMN)
            self.buttons.append(button)
        self.body.addLayout(grid)
        sides = 2 * S6
        self.setMaximumWidth(_WIDEST)
        self.setMinimumWidth(min(_WIDEST, grid.minimumSize().width() + sides))
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        self.buttons[0].setFocus()

    def choose(self, at: int) -> None:
        """The menu is gone before the sheet of the deed opens over the screen."""
        act = partial(self._act, self._deeds[at])
        self.accept()
        QTimer.singleShot(0, self._screen, act)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = event.text()
        if typed.isascii() and typed.isdecimal() and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            at = (int(typed) - 1) % 10
            if at < len(self._deeds):
                self.choose(at)
        else:
            super().keyPressEvent(event)
