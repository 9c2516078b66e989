"""What came of the vouchers in numbers, with what each number means."""

from datetime import date, timedelta

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters import statement as letters
from clinic_desktop.features.medication.letters.statement import said_figures
from clinic_desktop.features.medication.queries import statements as queries
from clinic_desktop.features.medication.queries.vouchers import TABLES
from clinic_desktop.features.medication.rules.voucher_figures import DEFINITIONS, Figures
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi


class FiguresPage(QWidget):
    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self.time = Select([(31, _("This month")), (92, _("Three months")), (366, _("Twelve months"))])
        self.time.setAccessibleName(_("Over which time"))
        self.time.setFixedWidth(200)
        self.table = self._make_table()
        self.print = Button(_("Print"), "print", icon="printer")
        meaning = [Phrase(semi(f"{_(name)}. "), quiet(_(words)), size="small") for name, words in DEFINITIONS]
        told = QWidget()
        stack(told, Text(_("What the numbers mean"), "small", "semi"), *meaning, None, gap=4)
        body = QWidget()
        stack(body, Card(self.table, margins=(1, 4, 1, 4)), told, None, gap=S3)
        head = row(self.time, None, self.print, gap=S2)
        stack(self, head, (scrolled(body), 1), margins=(S4, S2, S4, S3), gap=S2)
        self.time.currentIndexChanged.connect(self.reload)
        self.print.clicked.connect(self._print)
        office.follow(TABLES, self, self.reload)
        self.reload()

    def _make_table(self) -> ListTable[Figures]:
        columns = [
            Column[Figures](_("Pharmacy"), lambda one: cells.strong(one.partner), stretch=True),
            Column[Figures](_("In full"), lambda one: cells.number(said_figures(one)[1], "strong"), 130, right=True),
            Column[Figures](_("In part"), lambda one: cells.number(said_figures(one)[2]), 80, right=True),
            Column[Figures](_("Days"), lambda one: cells.number(said_figures(one)[4]), 60, right=True),
            Column[Figures](_("Cost"), lambda one: cells.number(said_figures(one)[5]), 120, right=True),
            Column[Figures](_("Patient-month"), lambda one: cells.number(said_figures(one)[6]), 130, right=True),
            Column[Figures](_("Avoided"), lambda one: cells.number(said_figures(one)[7]), 90, right=True),
        ]
        empty = EmptyState(_("No voucher was written in this time."))
        return ListTable(columns, key=lambda one: one.partner, empty=empty)

    def _between(self) -> tuple[date, date]:
        today = self._office.today()
        days = self.time.value()
        return (today.replace(day=1) if days == 31 else today - timedelta(days=days)), today

    def reload(self, _at: int = 0) -> None:
        self.table.show_rows(self._office.ask(queries.voucher_figures, *self._between()))
        self.table.fit_height()

    def _print(self) -> None:
        from clinic_desktop.printing.preview import Preview

        pdf = self._office.ask(letters.figures_paper, *self._between()).pdf()
        title = _("Vouchers in numbers")
        # Numbers of nobody: nothing to write down before they leave.
        Preview(pdf, title, parent=self, record=lambda _l, proceed: proceed(), suggested="vales.pdf").open()
