"""The clinic's own short list of diagnoses: its words for the codes it needs, in its own order, on one screen."""

from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import diagnoses as queries
from clinic_desktop.features.consults.rules.diagnoses import (
    Diagnosis,
    ShortLine,
    official_title,
    search,
    usual_list,
)
from clinic_desktop.features.consults.service import diagnoses as service
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Suggest
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text


class ShortListScreen(QWidget):
    """Every deed keeps the whole list at once. A clinic that changes nothing goes on with the usual list."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._lines: list[ShortLine] = []
        columns = [
            Column[ShortLine](_("Code"), lambda line: line.code or "—", 80),
            Column[ShortLine](_("Our word"), lambda line: cells.strong(line.label), 300),
            Column[ShortLine](_("Official title"), lambda line: official_title(line.code), stretch=True),
        ]
        empty = EmptyState(_("The short list is empty. Add the diagnoses that this clinic sees every week."))
        self.table = ListTable(columns, key=lambda line: line.line_id, empty=empty)
        self.table.setAccessibleName(_("Short list of diagnoses"))
        self.back = Button(_("Go back"), "back", "quiet")
        self.up, self.down = Button(_("Further up"), icon="chevron-up"), Button(_("Further down"), icon="chevron-down")
        self.leave, self.change = Button(_("Take it off the list")), Button(_("Change"), "open")
        self.add = Button(_("Add a diagnosis"), kind="primary", icon="plus", tall=True)
        hint = Text(_("Charts keep the words they were written with."), "small", color="quiet")
        deeds = row(self.back, None, self.up, self.down, self.leave, self.change, self.add, gap=S2)
        listed = Card((self.table, 1), margins=(1, 1, 1, 1), gap=0)
        head = row(Text(_("Short list of diagnoses"), "title", "semi"), None, hint)
        stack(self, head, (listed, 1), deeds, margins=(S4, S3, S4, S3), gap=S2)
        self.back.clicked.connect(office.back)
        self.up.clicked.connect(partial(self._move, -1))
        self.down.clicked.connect(partial(self._move, 1))
        self.leave.clicked.connect(self._take_off)
        self.change.clicked.connect(self._change)
        self.table.opened.connect(self._change)
        self.add.clicked.connect(self._add)
        self.table.chosen.connect(self._allow)
        office.follow(queries.SHORT_LIST_TABLES, self, self.reload)
        self.reload()

    def take_focus(self) -> None:
        self.table.setFocus()
        if self.table.row() is None:
            self.table.choose_at(0)

    def reload(self) -> None:
        own = self._office.ask(queries.own_list)
        self._lines = list(own) or [ShortLine(new_id(), d.code, d.title) for d in usual_list()]
        self.table.show_rows(self._lines)
        self._allow()

    def _allow(self, _line: object = None) -> None:
        line = self.table.row()
        at = self._lines.index(line) if line in self._lines else None
        for button in (self.change, self.leave):
            button.setEnabled(at is not None)
        self.up.setEnabled(at is not None and at > 0)
        self.down.setEnabled(at is not None and at < len(self._lines) - 1)

    # deeds

    def _keep(self, lines: list[ShortLine]) -> None:
        self._office.do(partial(service.keep_short_list, lines=tuple(lines)), self)

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
        self._office.notice(_("{label} is off the list").format(label=line.label), lambda: self._keep(before))

    def _change(self, _row: object = None) -> None:
        line = self.table.row()
        if line is not None:
            LineSheet(self._office, self, self._lines, line).open()

    def _add(self) -> None:
        LineSheet(self._office, self, self._lines, None).open()


class LineSheet(Sheet):
    """A code by three letters, and the clinic's word for it."""

    def __init__(self, office: Office, parent: QWidget, lines: list[ShortLine], line: ShortLine | None) -> None:
        self._office, self._lines = office, tuple(lines)
        self._line = line or ShortLine(new_id(), None, "")
        self.code = Suggest(_find, _("3 letters, or a code"))
        self.label = Edit(self._line.label)
        if self._line.code:
            self.code.set_value(self._line.code, f"{self._line.code}  {official_title(self._line.code)}")
        self.form = Form()
        stack(
            self.form,
            self.form.add("code", _("Diagnosis of the classification"), self.code, optional=True),
            self.form.add("label", _("The word that the clinic uses"), self.label),
            gap=S3,
        )
        title = _("Change a line") if line else _("Add a diagnosis")
        super().__init__(title, parent, Text(title, "head", "semi"), self.form, width=560)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.save = self.add_deed(Button(_("Keep"), "save", "primary"), self._save)
        self.code.picked.connect(self._picked)
        self.code.setFocus()

    def _picked(self, code: object) -> None:
        if not self.label.text().strip():
            found = search(str(code), limit=1, short=())
            self.label.setText(found[0].title if found else "")

    def _save(self) -> None:
        if not self.code.value() and self.code.text().strip():
            self.code.take_best()
        if self.form.find_faults():
            return
        code = self.code.value() or self.code.text().strip() or None
        changed = replace(self._line, code=code, label=self.label.text())
        lines = [changed if line.line_id == changed.line_id else line for line in self._lines]
        if changed not in lines:
            lines.append(changed)
        keep = partial(service.keep_short_list, lines=tuple(lines))
        self._office.do(
            keep, self, then=lambda _none: self.accept(), failed=lambda e: self.form.complain("label", e.sentence())
        )


def _find(words: str) -> list[tuple[str, str]]:
    found: tuple[Diagnosis, ...] = search(words, short=()) if len(words.strip()) >= 2 else ()
    return [(d.code or "", f"{d.code}  {d.official}") for d in found]
