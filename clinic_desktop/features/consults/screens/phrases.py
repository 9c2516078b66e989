"""The clinician's own phrases: seen, added, changed, put away."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries.phrases import PhraseRow, my_phrases
from clinic_desktop.features.consults.service import phrases
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit, TextArea
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text


class PhrasesSheet(Sheet):
    """Enter in the list brings a phrase into the fields; Ctrl+Enter keeps what stands there."""

    def __init__(self, office: Office, parent: QWidget, then: Callable[[], object]) -> None:
        self._office, self._then = office, then
        self._phrase_id = new_id()
        columns = [
            Column[PhraseRow](_("Short word"), lambda r: cells.strong(r.short), 130),
            Column[PhraseRow](_("Stands for"), lambda r: " ".join(r.words.split()), stretch=True),
        ]
        empty = EmptyState(_("No phrase yet. Write a short word and what it stands for."))
        self.table = ListTable(columns, key=lambda r: r.phrase_id, empty=empty, flush=True)
        self.table.setMinimumHeight(120)
        self.short, self.words = Edit(), TextArea()
        self.words.setMinimumHeight(56)
        self.form = Form()
        fields = [
            self.form.add("short", _("Short word"), self.short),
            self.form.add("words", _("Stands for"), self.words),
        ]
        stack(self.form, row((fields[0], 1), (fields[1], 3), gap=S3))
        hint = Text(_("In a note: the short word and a space. Ctrl+Z takes it back."), "small", color="quiet")
        super().__init__(_("My phrases"), parent, hint, (self.table, 1), self.form, width=640)
        self.retire = self.add_deed(Button(_("Put away"), kind="quiet"), self._retire)
        self.another = self.add_deed(Button(_("New one"), icon="plus"), self._clear)
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        self.keep = self.add_deed(Button(_("Keep"), key="save", kind="primary", icon="check"), self._keep)
        self.table.opened.connect(self._take)
        self._reload()
        self.short.setFocus()

    def _reload(self) -> None:
        found = self._office.ask(my_phrases)
        self.table.show_rows(found)
        self.retire.setEnabled(self._phrase_id in {row.phrase_id for row in found})

    def _take(self, chosen: PhraseRow) -> None:
        self._phrase_id = chosen.phrase_id
        self.form.fill({"short": chosen.short, "words": chosen.words})
        self.retire.setEnabled(True)
        self.words.setFocus()

    def _clear(self) -> None:
        self._phrase_id = new_id()
        self.form.fill({"short": "", "words": ""})
        self.retire.setEnabled(False)
        self.short.setFocus()

    def _keep(self) -> None:
        keep = partial(
            phrases.keep_phrase, phrase_id=self._phrase_id, short=self.short.text(), words=self.words.text()
        )  # fmt: skip
        self._office.do(keep, self, then=self._changed)

    def _retire(self) -> None:
        self._office.do(partial(phrases.retire_phrase, phrase_id=self._phrase_id), self, then=self._changed)

    def _changed(self, _none: object) -> None:
        self._clear()
        self._reload()
        self._then()
