"""Sheets that their author gave back to the one who typed them: the oldest first, with the words of the author."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries.supervision import WaitingNote
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.layouts import row
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S2, S4
from clinic_desktop.uikit.words import Text


class ReturnedStrip(Card):
    """Over the page, while there is such a sheet. `opened` with the note."""

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="warning_soft", bar="warning", margins=(S4, 2, S2, 2), parent=parent)
        self._note: WaitingNote | None = None
        self.words = Text("", weight="semi", color="warning", wrap=True)
        self.button = Button(_("Type it right"))
        self.button.clicked.connect(self._open)
        self.body.addLayout(row(Icon("edit", "warning", 20), (self.words, 1), self.button, gap=S2))
        self.hide()

    def show_notes(self, back: Sequence[WaitingNote]) -> None:
        self._note = back[0] if back else None
        self.setVisible(self._note is not None)
        if self._note is not None:
            told = _("{person}, {day} — {author} gave it back: {comment}").format(
                person=self._note.name, day=say_day(self._note.occurred_on), author=self._note.returned_by,
                comment=self._note.comment,
            )  # fmt: skip
            more = len(back) - 1
            if more:
                told += " " + ngettext("{count} more after it.", "{count} more after it.", more).format(count=more)
            self.words.setText(told)

    def _open(self) -> None:
        if self._note is not None:
            self.opened.emit(self._note.note_id)
