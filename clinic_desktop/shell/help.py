"""Help (F1): every key, to read and to print; and the diagnosis for a helper on the telephone."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QGridLayout, QPlainTextEdit, QStackedWidget, QWidget

from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.logs import tail
from clinic_desktop.shell.diagnostics import Facts, versions
from clinic_desktop.uikit.buttons import Button, Tabs
from clinic_desktop.uikit.fields import TextArea
from clinic_desktop.uikit.keys import HelpLine, bind, help_lines
from clinic_desktop.uikit.layouts import column, row, scrolled, stack
from clinic_desktop.uikit.marks import KeyCap
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import Place
from clinic_desktop.uikit.surfaces import Callout, Card
from clinic_desktop.uikit.theme import S2, S3, S4, S6
from clinic_desktop.uikit.words import Facts as FactLines
from clinic_desktop.uikit.words import Text


def help_place(log_folder: Path, program: str, more: Callable[[], Facts] = tuple) -> Place:
    """The place the house hangs last into the rail. `more` adds facts to the diagnosis (sizes, counts)."""

    def build(office: Office) -> QWidget:
        return HelpScreen(log_folder, program, more)

    return Place("help", N_("Help"), "help-circle", frozenset(), build, order=99)


class HelpScreen(QWidget):
    def __init__(self, log_folder: Path, program: str, more: Callable[[], Facts] = tuple) -> None:
        super().__init__()
        self._log_folder, self._program, self._more = log_folder, program, more
        self.tabs = Tabs([_("Keys"), _("Diagnosis")])
        self.pages = QStackedWidget()
        self.pages.addWidget(self._keys_page())
        self.pages.addWidget(self._diagnosis_page())
        self.tabs.chosen.connect(self._turn)
        bind(self, "section_1", lambda: self.tabs.set_at(0))
        bind(self, "section_2", lambda: self.tabs.set_at(1))
        head = row(Text(_("Help"), "title", "semi"), S6, self.tabs, None)
        stack(self, head, (self.pages, 1), margins=(S4, S3, S4, S4), gap=S3)

    def take_focus(self) -> None:
        self.tabs.setFocus()

    def _turn(self, at: int) -> None:
        if at == 1:
            self.read_diagnosis()
        self.pages.setCurrentIndex(at)

    # the keys

    def _keys_page(self) -> QWidget:
        groups = help_lines()
        left, right = groups[:2], groups[2:]
        inside = QWidget()
        sides = row(
            (column(*(_group(*group) for group in left), None, gap=S3), 1),
            (column(*(_group(*group) for group in right), None, gap=S3), 1),
            gap=S3,
        )
        stack(inside, sides)
        self.print = Button(_("Print the keys"), key="print", kind="primary", icon="printer", tall=True)
        self.print.clicked.connect(self._print)
        page = QWidget()
        stack(page, (scrolled(inside), 1), row(None, self.print), gap=S3)
        return page

    def _print(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        from clinic_desktop.shell.key_strip import paint_strip

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        if dialog.exec() == QPrintDialog.DialogCode.Accepted:
            painter = QPainter(printer)
            paint_strip(painter, printer.pageRect(QPrinter.Unit.DevicePixel), printer.resolution() / 96)
            painter.end()

    # the diagnosis

    def _diagnosis_page(self) -> QWidget:
        self.facts = FactLines(label_width=130)
        self.log = TextArea()
        self.log.setReadOnly(True)
        self.log.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.log.setAccessibleName(_("The newest lines of the log"))
        self.copy = Button(_("Copy everything"), key="save", kind="primary", icon="clipboard-list", tall=True)
        self.copy.clicked.connect(self._copy)
        told = _("These lines hold no names and nothing about patients. You may read them out or send them.")
        page = QWidget()
        side = Card(Text(_("This computer"), "head", "semi"), self.facts, None, margins=(S4, S3, S4, S3))
        side.setFixedWidth(360)
        newest = column(Text(_("The newest lines of the log"), "head", "semi"), (self.log, 1), gap=S2)
        stack(page, Callout(told), (row(side, (newest, 1), gap=S3), 1), row(None, self.copy), gap=S3)
        return page

    def read_diagnosis(self) -> None:
        self.facts.show_facts([(label, value) for label, value in self._all_facts()])
        self.log.setText("\n".join(tail(self._log_folder)))
        self.log.verticalScrollBar().setValue(self.log.verticalScrollBar().maximum())

    def _all_facts(self) -> list[tuple[str, str]]:
        return [*versions(self._program), *self._more()]

    def diagnosis(self) -> str:
        """What "copy everything" copies."""
        facts = "\n".join(f"{label}: {value}" for label, value in self._all_facts())
        return f"{facts}\n\n{self.log.text()}\n"

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.diagnosis())


def _group(title: str, lines: Sequence[HelpLine]) -> Card:
    grid = QGridLayout()
    grid.setHorizontalSpacing(S3)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(1, 1)
    for at, line in enumerate(lines):
        grid.addLayout(row(*(KeyCap(cap) for cap in line.caps), None, gap=4), at, 0)
        grid.addWidget(Text(line.title, wrap=True), at, 1)
    return Card(Text(title, "head", "semi"), grid, margins=(S4, S3, S4, S3))
