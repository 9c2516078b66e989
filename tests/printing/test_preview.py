from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.printing.job import Job, Order, image_of, sheets_of
from clinic_desktop.printing.pages import Pages
from clinic_desktop.printing.paper import Paper, PaperSize, Words
from clinic_desktop.printing.preview import PRINT_KEY, SAVE_KEY, Leaving, Preview, write_whole
from clinic_desktop.printing.printers import is_file_writer
from clinic_desktop.uikit.keys import KEYS
from tests.printing import samples
from tests.printing.reading import sizes

REAL = "HP LaserJet P1102w"
Shown = Callable[..., Preview]


class Ledger:
    def __init__(self) -> None:
        self.lines: list[Leaving] = []
        self.later: list[Callable[[], None]] = []
        self.at_once = True
        self.refuses = False

    def record(self, leaving: Leaving, proceed: Callable[[], None]) -> None:
        if self.refuses:
            raise Refused
        self.lines.append(leaving)
        if self.at_once:
            proceed()
        else:
            self.later.append(proceed)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def onto(tmp_path: Path) -> Callable[[Order], QPrinter]:
    """A printer whose paper is a file, so that a test can read what came out."""

    def opens(order: Order) -> QPrinter:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "paper.pdf"))
        return printer

    return opens


@pytest.fixture
def shown(qtbot: QtBot, ledger: Ledger, onto: Callable[[Order], QPrinter]) -> Shown:
    over = QWidget()
    over.resize(1366, 697)
    qtbot.addWidget(over)
    over.show()

    def show(pdf: bytes, printers: tuple[str, ...] = (REAL,), title: str = "Hoja de referencia") -> Preview:
        preview = Preview(
            pdf,
            title,
            record=ledger.record,
            parent=over,
            printers=lambda: list(printers),
            opens=onto,
            suggested="R.pdf",
        )
        preview.show()
        preview.activateWindow()
        qtbot.waitUntil(preview.isActiveWindow)
        return preview

    return show


def printed(folder: Path) -> bytes:
    return (folder / "paper.pdf").read_bytes()


def long_paper() -> bytes:
    return samples.referral(course=samples.COURSE * 20).pdf()


def test_the_paper_is_seen_white_with_its_letters(shown: Shown) -> None:
    preview = shown(samples.referral().pdf())
    picture = preview.view.grab().toImage()
    colours = {QColor(picture.pixel(x, y)).lightness() for x in range(80, 800, 2) for y in range(40, 500, 2)}
    assert 255 in colours and min(colours) < 60


def test_page_keys_turn_the_pages(shown: Shown, qtbot: QtBot) -> None:
    preview = shown(long_paper())
    assert preview.page.text() == "Page 1 of 3"
    for _press in range(12):
        qtbot.keyClick(preview, Qt.Key.Key_PageDown)
    assert preview.page.text() == "Page 3 of 3"
    for _press in range(12):
        qtbot.keyClick(preview, Qt.Key.Key_PageUp)
    assert preview.page.text() == "Page 1 of 3"


def test_the_paper_can_be_made_larger_and_fitted_again(shown: Shown, qtbot: QtBot) -> None:
    preview = shown(samples.referral().pdf())
    before = preview.view.zoom
    qtbot.keyClick(preview, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert preview.view.zoom > before
    preview.view.fit_width()
    assert preview.view.zoom == before


def test_enter_prints_once_and_closes(shown: Shown, qtbot: QtBot, ledger: Ledger, tmp_path: Path) -> None:
    preview = shown(long_paper())
    with qtbot.waitSignal(preview.accepted, timeout=20_000):
        qtbot.keyClick(preview, Qt.Key.Key_Return)
    assert ledger.lines == [Leaving("print", REAL, 1, 3)]
    assert len(sizes(printed(tmp_path))) == 3


def test_the_registered_key_prints(shown: Shown, qtbot: QtBot, ledger: Ledger) -> None:
    preview = shown(samples.referral().pdf())
    with qtbot.waitSignal(preview.accepted, timeout=20_000):
        qtbot.keyClick(preview, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert [line.way for line in ledger.lines] == ["print"]


def test_nothing_is_printed_before_it_is_written_down(
    shown: Shown, qtbot: QtBot, ledger: Ledger, tmp_path: Path
) -> None:
    ledger.at_once = False
    preview = shown(samples.referral().pdf())
    preview.print_button.click()
    preview.print_button.click()
    assert len(ledger.lines) == 1 and not (tmp_path / "paper.pdf").exists()
    with qtbot.waitSignal(preview.accepted, timeout=20_000):
        ledger.later[0]()


def test_what_may_not_be_written_down_is_not_printed(shown: Shown, ledger: Ledger, tmp_path: Path) -> None:
    ledger.refuses = True
    preview = shown(samples.referral().pdf())
    preview.print_button.click()
    assert preview.message.text() == Refused().sentence()
    assert preview.print_button.isEnabled() and not (tmp_path / "paper.pdf").exists()


@pytest.mark.parametrize(
    "name",
    [
        "Microsoft Print to PDF",
        "Microsoft XPS Document Writer",
        "OneNote (Desktop)",
        "Send To OneNote 2016",
        "PDF",
        "Fax",
    ],
)
def test_a_printer_that_writes_files_is_refused_in_one_sentence(shown: Shown, ledger: Ledger, name: str) -> None:
    preview = shown(samples.referral().pdf(), printers=(name, REAL))
    preview.print_button.click()
    assert name in preview.message.text() and ledger.lines == []
    assert not is_file_writer(REAL)


def test_without_a_printer_one_sentence_says_so_and_saving_remains(shown: Shown) -> None:
    preview = shown(samples.referral().pdf(), printers=())
    assert "No printer" in preview.message.text()
    assert not preview.print_button.isEnabled() and preview.save_button.isEnabled()


def test_a_printer_that_does_not_answer_is_told_and_the_paper_stays(
    qtbot: QtBot, ledger: Ledger, tmp_path: Path
) -> None:
    def opens(order: Order) -> QPrinter:
        printer = QPrinter()
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "no such folder" / "paper.pdf"))
        return printer

    preview = Preview(
        samples.referral().pdf(), "T", record=ledger.record, printers=lambda: [REAL], opens=opens, suggested="R.pdf"
    )
    qtbot.addWidget(preview)
    preview.show()
    preview.print_button.click()
    qtbot.waitUntil(lambda: "did not take" in preview.message.text(), timeout=20_000)
    assert preview.isVisible()


def test_saving_asks_first_and_the_answer_given_by_default_is_no(shown: Shown, qtbot: QtBot, ledger: Ledger) -> None:
    preview = shown(samples.referral().pdf())
    preview.save_button.click()
    question = preview.findChild(QMessageBox)
    assert question is not None and "can read it" in question.text()
    qtbot.keyClick(question, Qt.Key.Key_Return)
    assert preview.findChild(QFileDialog) is None and ledger.lines == []


def test_a_paper_saved_is_written_down_and_whole(shown: Shown, qtbot: QtBot, ledger: Ledger, tmp_path: Path) -> None:
    pdf = samples.referral().pdf()
    preview = shown(pdf)
    preview.save_button.click()
    question = preview.findChild(QMessageBox)
    assert question is not None
    next(button for button in question.buttons() if button is not question.defaultButton()).click()
    chooser = preview.findChild(QFileDialog)
    assert chooser is not None and chooser.selectedFiles()[0].endswith("R.pdf")
    chooser.selectFile(str(tmp_path / "carta.pdf"))
    chooser.accept()
    qtbot.waitUntil(lambda: bool(ledger.lines))
    assert ledger.lines == [Leaving("file", str(tmp_path), 1, 1)]
    assert (tmp_path / "carta.pdf").read_bytes() == pdf
    assert not list(tmp_path.glob("*.part"))
    assert str(tmp_path) in preview.message.text()


def test_a_folder_that_is_gone_keeps_no_half_file(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        write_whole(tmp_path / "gone" / "carta.pdf", b"%PDF")


def test_escape_leaves_without_a_trace(shown: Shown, qtbot: QtBot, ledger: Ledger) -> None:
    preview = shown(samples.referral().pdf())
    with qtbot.waitSignal(preview.rejected):
        qtbot.keyClick(preview, Qt.Key.Key_Escape)
    assert ledger.lines == []


def test_its_keys_are_those_of_the_one_registry() -> None:
    strokes = {key.name: key.strokes for key in KEYS}
    assert PRINT_KEY in strokes["print"] and SAVE_KEY in strokes["save_only"]
    taken = {stroke for key in KEYS for stroke in key.strokes}
    assert not taken & {"Ctrl++", "Ctrl+-"}


def test_titles_are_plain_text_and_the_caption_names_nobody(shown: Shown) -> None:
    preview = shown(samples.referral().pdf(), title="<h1>María</h1>")
    assert "María" not in preview.windowTitle()
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in preview.findChildren(QLabel))


def test_it_fits_the_small_window_at_one_and_a_half_times_the_size(shown: Shown) -> None:
    assert shown(samples.consent().pdf()).minimumSizeHint().width() <= 887


def test_half_sheets_go_side_by_side_on_letter_paper(
    qtbot: QtBot, onto: Callable[[Order], QPrinter], tmp_path: Path
) -> None:
    pdf = samples.consent().pdf()
    job = Job(Order(pdf, REAL, copies=3, two_up=True), onto)
    with qtbot.waitSignal(job.done, timeout=20_000):
        job.start()
    job.wait()
    assert len(sizes(printed(tmp_path))) == 2
    assert sizes(printed(tmp_path))[0] == pytest.approx(PaperSize.LETTER.points[::-1], abs=1)
    with Pages(printed(tmp_path)) as pages:
        first = image_of(pages.raster(0, 1))
    for left in (0, 396):
        assert any(QColor(first.pixel(left + x, y)).lightness() < 128 for x in range(30, 200) for y in range(20, 60))


def test_copies_of_several_half_sheets_keep_their_order() -> None:
    with Pages(Paper("T", (Words("a " * 4000),), size=PaperSize.HALF_LETTER).pdf()) as pages:
        count = len(pages)
        order = sheets_of(pages, Order(b"", REAL, copies=2, two_up=True))
    assert count > 1
    assert [number for sheet in order for number in sheet] == list(range(count)) * 2


def test_a_page_is_printed_in_its_own_size(qtbot: QtBot, onto: Callable[[Order], QPrinter], tmp_path: Path) -> None:
    job = Job(Order(samples.consent(PaperSize.A4).pdf(), REAL), onto)
    with qtbot.waitSignal(job.done, timeout=20_000):
        job.start()
    job.wait()
    assert sizes(printed(tmp_path))[0] == pytest.approx(PaperSize.A4.points, abs=1)


def test_an_interrupted_print_stops_and_does_not_say_done(qtbot: QtBot, onto: Callable[[Order], QPrinter]) -> None:
    job = Job(Order(long_paper(), REAL), onto)
    said: list[str] = []
    job.done.connect(lambda: said.append("done"))
    job.page_begun.connect(job.requestInterruption, Qt.ConnectionType.DirectConnection)
    with qtbot.waitSignal(job.finished, timeout=20_000):
        job.start()
    job.wait()
    assert said == []
