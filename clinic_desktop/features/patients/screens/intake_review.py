"""Who is in the sheet, before anything is kept: new, already here, to look at, with a fault."""

from collections.abc import Collection, Sequence
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.rules.intake import Judged, Judgement, Verdict, say_verdict
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button, Tabs
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.surfaces import Card, EmptyState, Line
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, is_compact
from clinic_desktop.uikit.words import Text

ORDER = (Verdict.NEW, Verdict.KNOWN, Verdict.DOUBTFUL, Verdict.FAULTY)
LEAVE_OUT, ADD, BY_LINE = range(3)
_PERSON, _WHAT = 1, 3


def say_reasons(reasons: Sequence[str]) -> str:
    """Sentences after each other; words that only name what agrees follow the sentence before them."""
    said = ""
    for reason in reasons:
        if not said or reason[:1].isupper() or reason[:1] in "“«":
            said = f"{said} {reason}".strip()
        else:
            said = said.removesuffix(".") + (": " if said.endswith(".") else ", ") + reason
    return said


class LinesTable(ListTable[Judged]):
    """The space bar says of the chosen line whether it comes in."""

    turned = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self.turned.emit()
        else:
            super().keyPressEvent(event)


class ReviewPage(QWidget):
    ready = Signal()
    left = Signal()
    faulty_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._judgement = Judgement(())
        self._added: set[int] = set()
        self._finished = False
        self.tabs = Tabs([say_verdict(verdict) for verdict in ORDER])
        self.choice = Choice([_("Leave all out"), _("Add all"), _("Line by line")], LEAVE_OUT)
        self.choice.setAccessibleName(_("What becomes of the lines to look at"))
        self.table = self._make_table()
        self.table.setAccessibleName(_("Lines of the sheet"))
        self.detail = Text("", "small", color="quiet", wrap=True)
        self.detail.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.back = Button(_("Go back"), "back", "quiet")
        self.faulty = Button(_("Save those with a fault…"), icon="download")
        self.take = Button("", "save", "primary", "user-check", tall=True)
        self._lay_out()
        self.tabs.chosen.connect(self._show)
        self.choice.chosen.connect(self._choose)
        self.table.chosen.connect(self._say_line)
        self.table.opened.connect(self._turn)
        self.table.turned.connect(self._turn)
        self.back.clicked.connect(self.left)
        self.faulty.clicked.connect(self.faulty_wanted)
        self.take.clicked.connect(self.ready)

    def _lay_out(self) -> None:
        self.hint = Text(_("Space: add the line or leave it out"), "small", color="quiet")
        self._doubt = QWidget()
        stack(self._doubt, row(self.choice, S3, self.hint, None, margins=(S3, 5, S3, 5)))
        said = row((self.detail, 1), margins=(S3, 4, S3, 4))
        listed = Card(
            row(self.tabs, None), self._doubt, Line(), (self.table, 1), Line(), said, margins=(1, 1, 1, 1), gap=0
        )
        stack(self, (listed, 1), row(self.back, None, self.faulty, self.take, gap=S2), gap=S2)

    def _make_table(self) -> LinesTable:
        columns = [
            Column[Judged](_("Line"), lambda line: cells.number(f"{line.number:,}"), 70, right=True),
            Column[Judged](_("Person"), lambda line: cells.strong(line.said), 400),
            Column[Judged](_("Why"), lambda line: say_reasons(line.reasons), stretch=True),
            Column[Judged]("", self._say_what, 130),
        ]
        return LinesTable(columns, key=lambda line: line.number, empty=EmptyState(_("No line of the sheet is here.")))

    def take_focus(self) -> None:
        self.table.setFocus()
        if self.table.row() is None:
            self.table.choose_at(0)

    def show_judgement(self, judgement: Judgement) -> None:
        self._judgement, self._finished = judgement, False
        self._added.clear()
        self.choice.set_at(LEAVE_OUT)
        counts = judgement.counts
        self.tabs.set_counts([counts[verdict] for verdict in ORDER])
        self.tabs.set_at(next((at for at, verdict in enumerate(ORDER) if counts[verdict]), 0))
        self.faulty.setEnabled(counts[Verdict.FAULTY] > 0)
        self._show()

    def finish(self) -> None:
        """They came in: from now on only to look at."""
        self._finished = True
        at = next((at for at, verdict in enumerate(ORDER[1:], 1) if self._judgement.counts[verdict]), 0)
        self.tabs.set_at(at)
        self._show()

    def doubtful(self) -> Literal["leave-out", "add"] | Collection[int]:
        at = self.choice.at()
        return frozenset(self._added) if at == BY_LINE else "add" if at == ADD else "leave-out"

    def chosen_doubtful(self) -> int:
        """How many of the doubtful come in."""
        at = self.choice.at()
        return len(self._added) if at == BY_LINE else self._judgement.counts[Verdict.DOUBTFUL] if at == ADD else 0

    # what is shown

    def _show(self, *_chosen: int) -> None:
        verdict = ORDER[self.tabs.at()]
        doubtful = verdict is Verdict.DOUBTFUL
        self._doubt.setVisible(doubtful and not self._finished)
        self.table.setColumnHidden(_WHAT, not doubtful)
        self.table.show_rows(self._judgement.of(verdict))
        if self.table.row() is None:
            self.table.choose_at(0)
        self._say_line(self.table.row())
        self._say_count()

    def _say_count(self) -> None:
        count = self._judgement.counts[Verdict.NEW] + self.chosen_doubtful()
        self.take.setText(ngettext("Bring {count} person", "Bring {count} people", count).format(count=f"{count:,}"))
        self.take.setEnabled(count > 0 and not self._finished)
        self.take.setVisible(not self._finished)

    def _say_line(self, line: Judged | None) -> None:
        """The whole line: in the table its end is cut off."""
        said = (line.said, say_reasons(line.reasons)) if line is not None else ()
        self.detail.setText("\n".join(part for part in said if part))

    def _say_what(self, line: Judged) -> cells.Cell:
        if self.choice.at() == ADD or (self.choice.at() == BY_LINE and line.number in self._added):
            return cells.chip(_("Comes in"), "well", "check")
        return cells.chip(_("Stays out"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = is_compact(self.window().width())
        self.table.setColumnWidth(_PERSON, max(self.width() * 2 // 5, 200))
        self.hint.setVisible(not narrow)
        self.detail.setFixedHeight(34 if narrow else 40)

    # choosing

    def _choose(self, at: int) -> None:
        if at < 0:
            self.choice.set_at(LEAVE_OUT)
        self._refresh()

    def _turn(self, _line: object = None) -> None:
        line = self.table.row()
        if line is None or line.verdict is not Verdict.DOUBTFUL or self._finished:
            return
        if self.choice.at() != BY_LINE:
            all_in = self.choice.at() == ADD
            self._added = {one.number for one in self._judgement.of(Verdict.DOUBTFUL)} if all_in else set()
            self.choice.set_at(BY_LINE)
        self._added ^= {line.number}
        self._refresh()

    def _refresh(self) -> None:
        model = self.table.rows
        if model.rowCount():
            model.dataChanged.emit(model.index(0, _WHAT), model.index(model.rowCount() - 1, _WHAT))
        self.table.viewport().update()
        self._say_count()
