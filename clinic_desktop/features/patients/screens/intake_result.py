"""What came of it: how many came in, where the others are, and the way to undo it."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.rules.intake import Verdict
from clinic_desktop.features.patients.service.intake import Taken
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.layouts import column, row, stack
from clinic_desktop.uikit.marks import Seal
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S2, S3, S4, S6
from clinic_desktop.uikit.words import Text


class ResultPage(QWidget):
    lines_wanted = Signal()
    undo_wanted = Signal()
    another = Signal()
    done = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head = Text("", "title", "semi", wrap=True)
        self.left_out = Text("", wrap=True)
        self.where = Text("", color="quiet", wrap=True)
        self.see = Button(_("See the lines left out"), icon="list-check")
        self.undo = Button(_("Undo this load…"), icon="arrow-back-up")
        self.more = Button(_("Another sheet"), icon="upload")
        self.go_on = Button(_("To the people"), "save", "primary", "users", tall=True)
        told = column(self.head, self.left_out, self.where, S2, row(self.see, None), None, gap=S2)
        card = Card(row(column(Seal(size=48), None), (told, 1), gap=S4), margins=(S6, S6, S6, S4))
        stack(self, (card, 1), row(None, self.undo, self.more, self.go_on, gap=S2), gap=S3)
        self.see.clicked.connect(self.lines_wanted)
        self.undo.clicked.connect(self.undo_wanted)
        self.more.clicked.connect(self.another)
        self.go_on.clicked.connect(self.done)

    def take_focus(self) -> None:
        self.go_on.setFocus()

    def show_taken(self, taken: Taken, file_name: str, counts: Mapping[Verdict, int], added_doubtful: int) -> None:
        came = ngettext("{count} person came in.", "{count} people came in.", taken.added)
        self.head.setText(came.format(count=f"{taken.added:,}"))
        doubtful = counts[Verdict.DOUBTFUL] - added_doubtful
        known, faulty = counts[Verdict.KNOWN], counts[Verdict.FAULTY]
        parts = [
            (known, ngettext("{count} was here already", "{count} were here already", known)),
            (doubtful, ngettext("{count} is to be looked at", "{count} are to be looked at", doubtful)),
            (faulty, ngettext("{count} has a fault", "{count} have a fault", faulty)),
        ]
        said = ", ".join(words.format(count=f"{count:,}") for count, words in parts if count)
        lines = ngettext("{count} line was left out", "{count} lines were left out", taken.left_out)
        told = lines.format(count=f"{taken.left_out:,}") + (f": {said}." if said else ".")
        self.left_out.setText(told if taken.left_out else _("No line was left out."))
        self.where.setText(
            _("They are still in “{name}”. Once mended there, take the sheet in again: nobody comes in twice.").format(
                name=file_name
            )
        )
        self.where.setVisible(taken.left_out > 0)
        self.see.setVisible(taken.left_out > 0)
