"""The clinic's own questions about danger, in its words and its order. No questionnaire: nothing is added up."""

from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import risks as queries
from clinic_desktop.features.consults.rules.asking_danger import DangerQuestion, first_questions
from clinic_desktop.features.consults.service import risk as service
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text


class QuestionListScreen(QWidget):
    """Every deed keeps the whole list at once. A clinic that changes nothing goes on with the first questions."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._lines: list[DangerQuestion] = []
        columns = [Column[DangerQuestion](_("Question"), lambda line: cells.strong(line.words), stretch=True)]
        empty = EmptyState(_("No question is asked. Add those that this clinic asks when an answer speaks of danger."))
        self.table = ListTable(columns, key=lambda line: line.question_id, empty=empty)
        self.table.setAccessibleName(_("Questions about danger"))
        self.back = Button(_("Go back"), "back", "quiet")
        self.up, self.down = Button(_("Further up"), icon="chevron-up"), Button(_("Further down"), icon="chevron-down")
        self.leave, self.change = Button(_("Take it off the list")), Button(_("Change"), "open")
        self.add = Button(_("Add a question"), kind="primary", icon="plus", tall=True)
        hint = Text(_("Asked with yes, no or not asked. They are no scale and give no result."), "small", color="quiet")
        deeds = row(self.back, None, self.up, self.down, self.leave, self.change, self.add, gap=S2)
        listed = Card((self.table, 1), margins=(1, 1, 1, 1), gap=0)
        head = row(Text(_("Questions about danger"), "title", "semi"), None, hint)
        stack(self, head, (listed, 1), deeds, margins=(S4, S3, S4, S3), gap=S2)
        self.back.clicked.connect(office.back)
        self.up.clicked.connect(partial(self._move, -1))
        self.down.clicked.connect(partial(self._move, 1))
        self.leave.clicked.connect(self._take_off)
        self.change.clicked.connect(self._change)
        self.table.opened.connect(self._change)
        self.add.clicked.connect(self._add)
        self.table.chosen.connect(self._allow)
        office.follow(queries.QUESTION_TABLES, self, self.reload)
        self.reload()

    def take_focus(self) -> None:
        self.table.setFocus()
        if self.table.row() is None:
            self.table.choose_at(0)

    def reload(self) -> None:
        own = self._office.ask(queries.own_questions)
        self._lines = list(own) or [replace(one, question_id=new_id()) for one in first_questions()]
        self.table.show_rows(self._lines)
        self._allow()

    def _allow(self, _line: object = None) -> None:
        line = self.table.row()
        at = self._lines.index(line) if line in self._lines else None
        self.change.setEnabled(at is not None)
        # The last one stays: a list without questions would be the first ones again.
        self.leave.setEnabled(at is not None and len(self._lines) > 1)
        self.up.setEnabled(at is not None and at > 0)
        self.down.setEnabled(at is not None and at < len(self._lines) - 1)

    def _keep(self, lines: list[DangerQuestion]) -> None:
        self._office.do(partial(service.keep_questions, questions=tuple(lines)), self)

    def _move(self, by: int, *_clicked: object) -> None:
        line = self.table.row()
        if line is None:
            return
        at = self._lines.index(line)
        lines = [other for other in self._lines if other is not line]
        lines.insert(at + by, line)
        self._keep(lines)

    def _take_off(self) -> None:
        line = self.table.row()
        if line is None:
            return
        before = list(self._lines)
        self._keep([other for other in before if other is not line])
        self._office.notice(_("The question is off the list"), lambda: self._keep(before))

    def _change(self, _row: object = None) -> None:
        line = self.table.row()
        if line is not None:
            QuestionSheet(self._office, self, self._lines, line).open()

    def _add(self) -> None:
        QuestionSheet(self._office, self, self._lines, None).open()


class QuestionSheet(Sheet):
    def __init__(
        self, office: Office, parent: QWidget, lines: list[DangerQuestion], line: DangerQuestion | None
    ) -> None:
        self._office, self._lines = office, tuple(lines)
        self._line = line or DangerQuestion(new_id(), "")
        self.words = Edit(self._line.words)
        self.form = Form()
        stack(self.form, self.form.add("words", _("The question, as it is asked aloud"), self.words))
        title = _("Change a question") if line else _("Add a question")
        own = Text(
            _("In your own words. The questions of a printed questionnaire belong to others."), "small", wrap=True
        )
        super().__init__(title, parent, Text(title, "head", "semi"), self.form, own, width=640)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.save = self.add_deed(Button(_("Keep"), "save", "primary"), self._save)
        self.words.setFocus()

    def _save(self) -> None:
        changed = replace(self._line, words=self.words.text())
        lines = [changed if changed.question_id == one.question_id else one for one in self._lines]
        if changed not in lines:
            lines.append(changed)
        keep = partial(service.keep_questions, questions=tuple(lines))
        self._office.do(
            keep, self, then=lambda _none: self.accept(), failed=lambda e: self.form.complain("words", e.sentence())
        )
