"""Sections that nobody is asked for: what is told is kept apart, and goes into no letter and no bundle back."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.rules.sections import OFFERED
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.words import Text


class ApartSheet(Sheet):
    def __init__(self, parent: QWidget, then: Callable[[str], object]) -> None:
        hint = Text(
            _("It stays in the chart: in no letter, not in what the person takes home, not in what goes back."),
            "small", color="quiet", wrap=True,
        )  # fmt: skip
        self.buttons = {section.code: Button(section.title, icon="lock") for section in OFFERED}
        super().__init__(_("A part kept apart"), parent, hint, *self.buttons.values(), width=420)
        for code, button in self.buttons.items():
            button.clicked.connect(partial(self._choose, code, then))
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        next(iter(self.buttons.values())).setFocus()

    def _choose(self, code: str, then: Callable[[str], object]) -> None:
        self.accept()
        then(code)


def add_apart(parent: QWidget, then: Callable[[str], object]) -> None:
    ApartSheet(parent, then).open()
