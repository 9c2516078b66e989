"""The clinic's own short list of diagnoses: its words for the codes it needs, in its own order, on one screen."""

from collections.abc import Sequence
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
from clinic_desktop.features.consults.screens.own_list import OwnListScreen
from clinic_desktop.features.consults.service import diagnoses as service
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Suggest
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text


class ShortListScreen(OwnListScreen[ShortLine]):
    """A clinic that changes nothing goes on with the usual list."""

    def __init__(self, office: Office) -> None:
        columns = [
            Column[ShortLine](_("Code"), lambda line: line.code or "—", 80),
            Column[ShortLine](_("Our word"), lambda line: cells.strong(line.label), 300),
            Column[ShortLine](_("Official title"), lambda line: official_title(line.code), stretch=True),
        ]
        empty = EmptyState(_("The short list is empty. Add the diagnoses that this clinic sees every week."))
        super().__init__(
            office, ListTable(columns, key=lambda line: line.line_id, empty=empty),
            title=_("Short list of diagnoses"), add=_("Add a diagnosis"),
            hint=_("Charts keep the words they were written with."),
        )  # fmt: skip
        office.follow(queries.SHORT_LIST_TABLES, self, self.reload)
        self.reload()

    def read(self) -> Sequence[ShortLine]:
        own = self._office.ask(queries.own_list)
        return own or [ShortLine(new_id(), d.code, d.title) for d in usual_list()]

    def keep(self, lines: Sequence[ShortLine]) -> None:
        self._office.do(partial(service.keep_short_list, lines=tuple(lines)), self)

    def open_sheet(self, lines: Sequence[ShortLine], line: ShortLine | None) -> None:
        LineSheet(self._office, self, lines, line).open()

    def said_off(self, line: ShortLine) -> str:
        return _("{label} is off the list").format(label=line.label)


class LineSheet(Sheet):
    """A code by three letters, and the clinic's word for it."""

    def __init__(self, office: Office, parent: QWidget, lines: Sequence[ShortLine], line: ShortLine | None) -> None:
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
