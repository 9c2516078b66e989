"""The clinic's own questions about danger, in its words and its order. No questionnaire: nothing is added up."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import risks as queries
from clinic_desktop.features.consults.rules.asking_danger import DangerQuestion, first_questions
from clinic_desktop.features.consults.screens.own_list import OwnListScreen
from clinic_desktop.features.consults.service import risk as service
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.words import Text


class QuestionListScreen(OwnListScreen[DangerQuestion]):
    """A clinic that changes nothing goes on with the first questions."""

    def __init__(self, office: Office) -> None:
        columns = [Column[DangerQuestion](_("Question"), lambda line: cells.strong(line.words), stretch=True)]
        empty = EmptyState(_("No question is asked. Add those that this clinic asks when an answer speaks of danger."))
        super().__init__(
            office, ListTable(columns, key=lambda line: line.question_id, empty=empty),
            title=_("Questions about danger"), add=_("Add a question"),
            hint=_("Asked with yes, no or not asked. They are no scale and give no result."),
        )  # fmt: skip
        office.follow(queries.QUESTION_TABLES, self, self.reload)
        self.reload()

    def read(self) -> Sequence[DangerQuestion]:
        own = self._office.ask(queries.own_questions)
        return own or [replace(one, question_id=new_id()) for one in first_questions()]

    def keep(self, lines: Sequence[DangerQuestion]) -> None:
        self._office.do(partial(service.keep_questions, questions=tuple(lines)), self)

    def open_sheet(self, lines: Sequence[DangerQuestion], line: DangerQuestion | None) -> None:
        QuestionSheet(self._office, self, lines, line).open()

    def said_off(self, line: DangerQuestion) -> str:
        return _("The question is off the list")


class QuestionSheet(Sheet):
    def __init__(
        self, office: Office, parent: QWidget, lines: Sequence[DangerQuestion], line: DangerQuestion | None
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
