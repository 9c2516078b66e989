"""A paper on the screen, and the two ways it may leave the computer: the printer, or a PDF nobody protects."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QFont, QKeySequence, QPalette, QShortcut
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from clinic_desktop.kernel.errors import ClinicError, Trouble
from clinic_desktop.kernel.i18n import N_, _, ngettext
from clinic_desktop.printing.deeds import Deed
from clinic_desktop.printing.job import Job, Order, is_half_sheet, open_printer
from clinic_desktop.printing.pages import Pages
from clinic_desktop.printing.printers import NoPrinter, NotPaper, is_file_writer, printer_names
from clinic_desktop.printing.sheet_view import STEP, SheetView
from clinic_desktop.printing.whole_file import write_whole

# The same strokes as in the program's one registry of keys.
PRINT_KEY = "Ctrl+P"
SAVE_KEY = "Alt+G"
MOST_COPIES = 20
WAIT_FOR_RECORD_MS = 2_000


class NotSaved(Trouble):
    text = N_("The PDF could not be saved there. Choose another folder.")


@dataclass(frozen=True, slots=True)
class Leaving:
    """How a paper is about to leave the computer, for the ledger."""

    way: Literal["print", "file"]
    where: str
    """The printer, or the folder."""
    copies: int
    pages: int


Record = Callable[[Leaving, Callable[[], None]], None]
"""Writes the ledger line and then calls the second argument: nothing leaves before it is written down."""


class Preview(QDialog):
    """Enter prints. After printing it closes; after saving it stays."""

    def __init__(
        self,
        pdf: bytes,
        title: str,
        *,
        record: Record,
        suggested: str = "",
        parent: QWidget | None = None,
        printers: Callable[[], list[str]] = printer_names,
        opens: Callable[[Order], QPrinter] = open_printer,
        allow_file_writers: bool = False,
    ) -> None:
        super().__init__(parent)
        self._pdf = pdf
        self._record = record
        self._suggested = suggested or "documento.pdf"
        self._opens = opens
        self._allow_file_writers = allow_file_writers
        self._pages = Pages(pdf)
        self._job: Job | None = None
        # The caption is seen in the task bar and names nobody.
        self.setWindowTitle(_("Print"))
        self._build(title, printers())
        self._bind_keys()
        self._show_printer()
        self._fit_screen()

    # building

    def _build(self, title: str, printers: list[str]) -> None:
        self.view = SheetView(self._pages, self)
        self.view.verticalScrollBar().valueChanged.connect(self._show_page)
        self.view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.message = _plain(wrap=True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 12, 16, 12)
        outer.setSpacing(8)
        outer.addLayout(self._build_head(title))
        outer.addWidget(self.view, 1)
        outer.addWidget(self.message)
        outer.addLayout(self._build_foot(printers))
        self._show_page()

    def _build_head(self, title: str) -> QHBoxLayout:
        heading = _plain(title)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.2)
        font.setWeight(QFont.Weight.DemiBold)
        heading.setFont(font)
        heading.setMinimumWidth(60)
        self.page = _plain()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(heading, 1)
        row.addWidget(self.page)
        for text, name, deed in (
            ("−", _("Smaller"), partial(self.view.zoom_by, 1 / STEP)),
            ("+", _("Larger"), partial(self.view.zoom_by, STEP)),
            (_("Full width"), _("Full width"), self.view.fit_width),
        ):
            button = Deed(text)
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(deed)
            row.addWidget(button)
        return row

    def _build_foot(self, printers: list[str]) -> QHBoxLayout:
        self.printer = QComboBox()
        self.printer.addItems(printers)
        self.printer.setAccessibleName(_("Printer"))
        self.printer.setMinimumHeight(36)
        self.printer.setMinimumContentsLength(16)
        self.printer.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.printer.currentIndexChanged.connect(self._show_printer)
        self.copies = QSpinBox()
        self.copies.setRange(1, MOST_COPIES)
        self.copies.setAccessibleName(_("Copies"))
        self.copies.setMinimumHeight(36)
        self.two_up = QCheckBox(_("Two on a letter sheet"))
        half = all(is_half_sheet(size) for size in self._pages.sizes)
        self.two_up.setVisible(half)
        self.two_up.setChecked(half)
        self.close_button = Deed(_("Close"), _("Esc"), quiet=True)
        self.close_button.clicked.connect(self.reject)
        self.save_button = Deed(_("Save as PDF"), SAVE_KEY)
        self.save_button.clicked.connect(self._ask_to_save)
        self.print_button = Deed(_("Print"), PRINT_KEY, filled=True)
        self.print_button.clicked.connect(self._ask_to_print)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.printer, 1)
        row.addWidget(_plain(_("Copies")))
        row.addWidget(self.copies)
        row.addWidget(self.two_up)
        row.addStretch(0)
        for button in (self.close_button, self.save_button, self.print_button):
            row.addWidget(button)
        return row

    def _bind_keys(self) -> None:
        for stroke, deed in (
            (PRINT_KEY, self.print_button.click),
            (SAVE_KEY, self.save_button.click),
            ("PgDown", partial(self.view.turn, 1)),
            ("PgUp", partial(self.view.turn, -1)),
            ("Ctrl++", partial(self.view.zoom_by, STEP)),
            ("Ctrl+-", partial(self.view.zoom_by, 1 / STEP)),
        ):
            QShortcut(QKeySequence(stroke), self).activated.connect(deed)

    def _fit_screen(self) -> None:
        """As large as the window it belongs to; the paper is what has to be read."""
        over = self.parentWidget()
        room = over.window().size() if over else self.screen().availableSize()
        self.resize(QSize(min(980, room.width() - 24), min(900, room.height() - 24)))

    # showing

    def _show_page(self) -> None:
        self.page.setText(_("Page {number} of {count}").format(number=self.view.current() + 1, count=len(self._pages)))

    def _show_printer(self) -> None:
        """Enter prints where there is a printer, else it saves."""
        there = self.printer.count() > 0
        for widget in (self.print_button, self.printer, self.copies, self.two_up):
            widget.setEnabled(there)
        (self.print_button if there else self.save_button).setDefault(True)
        (self.print_button if there else self.save_button).setFocus()
        self.say("" if there else NoPrinter().sentence())

    def say(self, sentence: str, *, warn: bool = True) -> None:
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold if warn else QFont.Weight.Normal)
        self.message.setFont(font)

    # leaving by the printer

    def _ask_to_print(self) -> None:
        printer = self.printer.currentText()
        if self._job or not printer:
            return
        if is_file_writer(printer) and not self._allow_file_writers:
            self.say(NotPaper(printer=printer).sentence())
            return
        order = Order(self._pdf, printer, self.copies.value(), self.two_up.isChecked())
        leaving = Leaving("print", printer, order.copies, len(self._pages))
        self._write_down(leaving, partial(self._print, order))

    def _print(self, order: Order) -> None:
        self._rest(True)
        job = Job(order, self._opens, self)
        job.page_begun.connect(self._show_progress)
        job.failed.connect(self.say)
        job.done.connect(self._printed)
        job.finished.connect(self._job_ended)
        self._job = job
        job.start()

    def _show_progress(self, number: int, count: int) -> None:
        self.say(_("Printing sheet {number} of {count}").format(number=number, count=count), warn=False)

    def _printed(self) -> None:
        if self._job:
            self._job.wait()
        self.accept()

    def _job_ended(self) -> None:
        self._job = None
        self._rest(False)

    # leaving as a file

    def _ask_to_save(self) -> None:
        question = QMessageBox(self)
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setIcon(QMessageBox.Icon.Warning)
        question.setWindowTitle(_("Save as PDF"))
        question.setText(_("Outside the program nothing protects this paper: whoever finds the file can read it."))
        save = question.addButton(_("Save without protection"), QMessageBox.ButtonRole.AcceptRole)
        leave = question.addButton(_("Do not save"), QMessageBox.ButtonRole.RejectRole)
        question.setDefaultButton(leave)
        question.setEscapeButton(leave)
        save.clicked.connect(self._ask_where)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.open()

    def _ask_where(self) -> None:
        chooser = QFileDialog(self, _("Save as PDF"), "", "PDF (*.pdf)")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("pdf")
        chooser.selectFile(self._suggested)
        chooser.fileSelected.connect(self._chosen)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.open()

    def _chosen(self, name: str) -> None:
        path = Path(name)
        self._write_down(Leaving("file", str(path.parent), 1, len(self._pages)), partial(self._save, path))

    def _save(self, path: Path) -> None:
        try:
            write_whole(path, self._pdf)
        except OSError:
            self.say(NotSaved().sentence())
        else:
            count = len(self._pages)
            saved = ngettext("Saved: {count} page in {folder}", "Saved: {count} pages in {folder}", count)
            self.say(saved.format(count=count, folder=path.parent), warn=False)
        self._rest(False)

    # both ways

    def _write_down(self, leaving: Leaving, proceed: Callable[[], None]) -> None:
        """One line for one leaving: a second press while the line is being written does nothing."""
        begun = False

        def once() -> None:
            nonlocal begun
            if not begun:
                begun = True
                proceed()

        self._rest(True)
        QTimer.singleShot(WAIT_FOR_RECORD_MS, self, self._wake)
        try:
            self._record(leaving, once)
        except ClinicError as error:
            self.say(error.sentence())
            self._rest(False)

    def _wake(self) -> None:
        if self._job is None:
            self._rest(False)

    def _rest(self, resting: bool) -> None:
        self.print_button.setEnabled(not resting and self.printer.count() > 0)
        self.save_button.setEnabled(not resting)

    def done(self, result: int) -> None:
        """However it ends: a running print stops after its page, and the pages leave the memory."""
        if self._job:
            self._job.requestInterruption()
            self._job.wait()
        super().done(result)
        self._pages.close()
        # Its parent lives on; the paper must not.
        self.deleteLater()


def _plain(text: str = "", *, wrap: bool = False) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    label.setForegroundRole(QPalette.ColorRole.WindowText)
    label.setText(text)
    return label
