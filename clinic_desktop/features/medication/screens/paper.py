"""A prescription on paper that this program has not seen: by its folio, line by line."""

from functools import partial
from typing import Any, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import book, papers, shelf
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.rules.doses import check_days
from clinic_desktop.features.medication.rules.past_days import read_past_day
from clinic_desktop.features.medication.rules.shelf import read_units, say_units
from clinic_desktop.features.medication.screens.handed_papers import PapersSheet
from clinic_desktop.features.medication.screens.joining import open_joining
from clinic_desktop.features.medication.screens.taken_away import TakenAway
from clinic_desktop.features.medication.service import dispensing
from clinic_desktop.features.medication.service.dispensing import PaperLine
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Suggest
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import COMPACT_ROW, S2, S3, S4


class _Line(NamedTuple):
    product: Product
    line: PaperLine


class PaperPage(QWidget):
    """Who, which folio, who prescribed; then medicine, units and, if the paper says it, for how many days."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self.lines: list[_Line] = []
        self._products: dict[str, Product] = {}
        self.head, self.form = Form(), Form()
        self.person = Suggest(self._find_person, _("name, year, village"))
        self.folio, self.prescriber, self.day = Edit(), Edit(), Edit(placeholder=_("today"))
        self.taken = TakenAway(flat=True)
        self.product = Suggest(self._find_product, _("three letters"))
        self.units, self.days = Edit(placeholder="30"), Edit(placeholder="30")
        self.add = Button(_("Add the line"), icon="plus")
        self.remove = Button(_("Take out the line"), icon="minus")
        self.joining = Button("", icon="file-check")
        self.give_and_print = Button(_("Hand out and print"), "print", icon="printer")
        self.give = Button(_("Hand out"), "save", "primary", "check", tall=True)
        self.table = self._make_table()
        self._lay_out()
        self.add.clicked.connect(self.add_line)
        self.days.returnPressed.connect(self.add_line)
        self.days.removeEventFilter(self.form)
        self.remove.clicked.connect(self._take_out)
        self.give.clicked.connect(lambda: self._give())
        self.give_and_print.clicked.connect(lambda: self._give(then_print=True))
        self.joining.clicked.connect(lambda: open_joining(office, self))
        office.follow(shelf.TABLES | patients.TABLES, self, self._count_joining)
        self._count_joining()
        self.product.picked.connect(self._say_shelf)
        self._show()

    def _make_table(self) -> ListTable[_Line]:
        columns = [
            Column[_Line](_("Medicine"), lambda x: cells.strong(x.product.said), stretch=True),
            Column[_Line](_("On the shelf"), lambda x: cells.quiet(x.product.shelf), 180, wide_only=True),
            Column[_Line](_("Days"), lambda x: cells.number(str(x.line.days or "–")), 80, right=True),
            Column[_Line](_("Hand out"), _units, 150, right=True),
        ]
        empty = EmptyState(_("Copy the lines of the paper here. The lots that expire first are taken by themselves."))
        return ListTable(columns, key=lambda x: x.line.dispense_id, empty=empty, row_height=COMPACT_ROW)

    def _lay_out(self) -> None:
        person = self.head.add("person", _("Person"), self.person, check=_known)
        folio = self.head.add("folio", _("Folio of the paper"), self.folio)
        prescriber = self.head.add("prescriber", _("Prescribed by"), self.prescriber)
        handed = self.head.add("day", _("Handed out on"), self.day, optional=True, check=self._check_day)
        stack(self.head, row((person, 4), (folio, 2), (prescriber, 3), (handed, 3), gap=S3))
        medicine = self.form.add("product", _("Medicine"), self.product, check=_known)
        units = self.form.add("units", _("Units"), self.units, check=_check_units)
        days = self.form.add("days", _("Days"), self.days, optional=True, check=_check_days)
        stack(self.form, row((medicine, 5), (units, 2), (days, 2), gap=S3), row(None, self.add), gap=S2)
        entry = Card(self.head, self.form, self.taken, margins=(S4, S3, S4, S3), gap=S3)
        self.table.setMinimumHeight(120)
        body = QWidget()
        stack(body, entry, (Card((self.table, 1), margins=(1, 4, 1, 4)), 1), gap=S3)
        deeds = row(self.joining, self.remove, None, self.give_and_print, self.give, gap=S2)
        stack(self, (scrolled(body), 1), deeds, margins=(S4, S3, S4, S3), gap=S3)

    def _check_day(self, typed: str) -> str | None:
        """Empty is today. The day it is typed is kept beside it by itself."""
        known = not typed or read_past_day(typed, self._office.today())
        return None if known else _("Write the day it was handed out, as 5/11/2026.")

    def _count_joining(self) -> None:
        """Papers for which a prescription was typed meanwhile."""
        count = len(self._office.ask(papers.waiting_to_join))
        told = ngettext("{count} paper to join", "{count} papers to join", count).format(count=count)
        self.joining.setText(told)
        self.joining.setVisible(bool(count))

    def take_focus(self) -> None:
        (self.product if self.person.value() else self.person).setFocus()

    def _find_person(self, words: str) -> list[tuple[Any, str]]:
        found = self._office.ask(finding.find, words, 8)
        return [(who.patient_id, " · ".join(x for x in (who.said, who.born, who.place) if x)) for who in found]

    def _find_product(self, words: str) -> list[tuple[Any, str]]:
        found = self._office.ask(shelf.find_presentation, words, retired=True)
        self._products |= {product.presentation_id: product for product in found}
        return [(product.presentation_id, product.said) for product in found]

    def _say_shelf(self, presentation_id: str) -> None:
        product = self._products[presentation_id]
        tone = "neutral" if product.usable > 0 else "warning"
        self.form.fields["product"].say(_("On the shelf: {shelf}").format(shelf=product.shelf), tone)

    def add_line(self) -> None:
        """Put what is typed into the list below, and begin the next."""
        if self.form.find_faults():
            return
        product = self._products[self.product.value()]
        days = int(self.days.text()) if self.days.text().strip() else None
        self.lines.append(
            _Line(product, PaperLine(new_id(), product.presentation_id, read_units(self.units.text()), days))
        )
        self.form.clear()
        self._show()
        self.product.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_out(self) -> None:
        self.lines = [shown for shown in self.lines if shown.line.dispense_id != self.table.key()]
        self._show()

    def _show(self) -> None:
        count = len(self.lines)
        self.table.show_rows(self.lines)
        self.give.setEnabled(bool(count))
        self.give_and_print.setEnabled(bool(count))
        told = ngettext("Hand out {count} medicine", "Hand out {count} medicines", count)
        self.give.setText(told.format(count=count) if count else _("Hand out"))
        self.remove.setVisible(bool(count))
        ids = [shown.product.presentation_id for shown in self.lines]
        self.taken.ask_control(any(self._office.ask(book.witness_wanted, one) for one in ids))

    def _give(self, *, then_print: bool = False) -> None:
        if self.head.find_faults() or not self.lines:
            return
        patient_id, lines = self.person.value(), [shown.line for shown in self.lines]
        use_case = partial(
            dispensing.dispense_from_paper,
            patient_id=patient_id,
            folio=self.folio.text(),
            prescriber_text=self.prescriber.text(),
            lines=lines,
            handed_on=read_past_day(self.day.text(), self._office.today()),
            receiver=self.taken.receiver(),
        )
        given = [line.dispense_id for line in lines]
        self._office.do(use_case, self, then=lambda _none: self._given(patient_id, given, then_print))

    def _given(self, patient_id: str, given: list[str], then_print: bool) -> None:
        if not any(shown.line.dispense_id in given for shown in self.lines):
            # The second Enter of an impatient hand: it left once, and was said once.
            return
        left = [shown.product.presentation_id for shown in self.lines if shown.line.dispense_id in given]
        there = self._office.ask(shelf.presentations, left)
        self._office.notice(" ".join((_("Handed out."), *(one.stays for one in there.values()))))
        self.lines = [shown for shown in self.lines if shown.line.dispense_id not in given]
        self.head.clear()
        self.taken.clear()
        self._show()
        self.take_focus()
        if then_print:
            PapersSheet(self._office, self, patient_id, given).open()


def _known(value: str | None) -> str | None:
    """An id is a value that was picked; words of one's own are not."""
    return None if value and len(value) == 36 else _("Choose from the list.")


def _units(shown: _Line) -> cells.Cell | str:
    return cells.number(say_units(shown.line.units, shown.product.unit), "strong")


def _check_units(typed: str) -> str | None:
    try:
        read_units(typed)
    except Refused as refused:
        return refused.sentence()
    return None


def _check_days(typed: str) -> str | None:
    if not typed:
        return None
    if not typed.isdecimal():
        return _("Write the days as a number.")
    try:
        check_days(int(typed))
    except Refused as refused:
        return refused.sentence()
    return None
