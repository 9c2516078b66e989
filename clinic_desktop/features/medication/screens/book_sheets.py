"""Closing a page of the book before a witness, and completing a line with a note."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import book as books
from clinic_desktop.features.medication.queries import counting
from clinic_desktop.features.medication.queries.book import BookLine, BookPage
from clinic_desktop.features.medication.rules.book import Lack, say_lacks, say_month
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.features.medication.service import book as keeping
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select, Suggest
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text


def _somebody(office: Office) -> Suggest:
    """A colleague's name, found by its first letters; or somebody who is not of the clinic, written out."""
    return Suggest(partial(office.ask, counting.others), _("name, or choose from the list"))


class ClosePageSheet(Sheet):
    """What is closed, once more, and who is the witness. The first page of a book may hold several months."""

    def __init__(
        self,
        office: Office,
        shown: BookPage,
        months: Sequence[str],
        then: Callable[[str, str], object],
        parent: QWidget,
    ) -> None:
        """`months`: those that are over; more than one only where it is the first page."""
        self._office, self._shown, self._then = office, shown, then
        self._page_id = new_id()
        self.said = Text("", wrap=True)
        self.months = Select([(month, say_month(month)) for month in months])
        self.witness = _somebody(office)
        self.form = Form()
        up_to = self.form.add("up_to", _("The first page holds all until"), self.months)
        up_to.setVisible(len(months) > 1)
        stack(self.form, up_to, self.form.add("witness", _("Witness, another person"), self.witness), gap=S3)
        title = _("Close page {page}").format(page=shown.page.number)
        warn = Text(_("A closed page never changes. Compare the closing balance with the shelf first."), wrap=True)
        super().__init__(title, parent, Text(title, "head", "semi"), self.said, warn, self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Close the page"), "save", "primary"), self._close)
        self.months.currentIndexChanged.connect(self._look)
        self._say()
        self.witness.setFocus()

    def _up_to(self) -> str | None:
        return self.months.value() if self.months.count() > 1 else None

    def _look(self, _at: int) -> None:
        key = self._shown.product.presentation_id
        self._shown = self._office.ask(books.page, key, up_to=self._up_to()) or self._shown
        self._say()

    def _say(self) -> None:
        page = self._shown.page
        lines = ngettext("{count} line", "{count} lines", len(page.lines)).format(count=len(page.lines))
        closing = _("closing balance {units}").format(units=say_units(page.closing, self._shown.product.unit))
        said = [self._shown.product.said, say_month(page.month), lines if page.lines else _("no movements"), closing]
        self.said.setText(" · ".join(said))

    def _close(self) -> None:
        key = self._shown.product.presentation_id
        use_case = partial(
            keeping.close_page,
            page_id=self._page_id,
            presentation_id=key,
            lines=[line.line.movement_id for line in self._shown.lines],
            witness_name=self.witness.text(),
            witness_id=self.witness.value(),
            up_to=self._up_to(),
        )
        self._office.do(use_case, self, then=lambda _page: self._closed(key), failed=self._failed)

    def _closed(self, presentation_id: str) -> None:
        self.accept()
        self._then(presentation_id, self._page_id)

    def _failed(self, error: ClinicError) -> None:
        self.form.complain("witness", error.sentence())


class CompleteSheet(Sheet):
    """The fields that a line lacks, and a note; the line itself stays as it was typed."""

    def __init__(self, office: Office, line: BookLine, parent: QWidget) -> None:
        self._office, self._line = office, line
        self._note_id = new_id()
        lacks = line.told.lacks if line.told else ()
        self.form = Form()
        self.edits: dict[str, Edit] = {}
        titles = {
            Lack.PRESCRIBER: _("Who prescribed it"),
            Lack.RECEIVER: _("Who received it"),
            Lack.WITNESS: _("Who witnessed it"),
        }
        fields = [self._field(lack.value, titles[lack]) for lack in lacks]
        fields.append(self._field("note", _("Note, and where it is written"), optional=bool(lacks)))
        stack(self.form, *fields, gap=S3)
        title = _("Complete line {entry}").format(entry=line.line.entry)
        said = _("It does not say {what}.").format(what=say_lacks(lacks)) if lacks else ""
        super().__init__(title, parent, Text(title, "head", "semi"), Text(said, wrap=True), self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Complete"), "save", "primary"), self._complete)
        next(iter(self.edits.values())).setFocus()

    def _field(self, name: str, title: str, *, optional: bool = False) -> QWidget:
        self.edits[name] = _somebody(self._office) if name == Lack.WITNESS else Edit()
        return self.form.add(name, title, self.edits[name], optional=optional)

    def _complete(self) -> None:
        use_case = partial(
            keeping.complete_line,
            note_id=self._note_id,
            movement_id=self._line.line.movement_id,
            **{name: edit.text() for name, edit in self.edits.items()},
        )
        self._office.do(use_case, self, then=lambda _none: self.accept(), failed=self._failed)

    def _failed(self, error: ClinicError) -> None:
        self.form.complain(next(iter(self.edits)), error.sentence())
