"""One print: pages drawn at 300 dots an inch onto the printer, one after the other, on a thread of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QMarginsF, QObject, QPointF, QRectF, QSizeF, Qt, QThread, Signal
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPen
from PySide6.QtPrintSupport import QPrinter

from clinic_desktop.printing.pages import Pages, Raster
from clinic_desktop.printing.paper import PaperSize
from clinic_desktop.printing.printers import PrinterFailed

DOTS = 300
_HALF = tuple(sorted(PaperSize.HALF_LETTER.points))


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be printed. `two_up` puts half sheets side by side on letter paper, to be cut."""

    pdf: bytes
    printer: str
    copies: int = 1
    two_up: bool = False


def is_half_sheet(size: tuple[float, float]) -> bool:
    return all(abs(own - half) < 1 for own, half in zip(sorted(size), _HALF, strict=True))


def image_of(raster: Raster) -> QImage:
    borrowed = QImage(raster.grey, raster.width, raster.height, raster.stride, QImage.Format.Format_Grayscale8)
    return borrowed.copy()


def open_printer(order: Order) -> QPrinter:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPrinterName(order.printer)
    return printer


class Job(QThread):
    """Signals come on the GUI thread. Interrupt it to stop after the page being drawn."""

    page_begun = Signal(int, int)
    failed = Signal(str)
    done = Signal()

    def __init__(self, order: Order, opens: Callable[[Order], QPrinter] = open_printer, parent: QObject | None = None):
        super().__init__(parent)
        self._order = order
        self._opens = opens

    def run(self) -> None:
        try:
            finished = self._print()
        except PrinterFailed as error:
            self.failed.emit(error.sentence())
        except (OSError, RuntimeError, MemoryError):
            self.failed.emit(PrinterFailed(printer=self._order.printer).sentence())
        else:
            if finished:
                self.done.emit()

    def _print(self) -> bool:
        with Pages(self._order.pdf) as pages:
            return self._print_sheets(pages, self._opens(self._order))

    def _print_sheets(self, pages: Pages, printer: QPrinter) -> bool:
        sheets = sheets_of(pages, self._order)
        printer.setFullPage(True)
        printer.setColorMode(QPrinter.ColorMode.GrayScale)
        printer.setResolution(DOTS)
        printer.setCopyCount(1 if self._order.two_up else self._order.copies)
        # The queue and the printer's own display show this name: it says nothing of a person.
        printer.setDocName("Clinic Desktop")
        painter = QPainter()
        for number, sheet in enumerate(sheets):
            if self.isInterruptionRequested():
                printer.abort()
                break
            self.page_begun.emit(number + 1, len(sheets))
            _lay_paper(printer, pages, sheet, two_up=self._order.two_up)
            ready = printer.newPage() if number else painter.begin(printer)
            if not ready:
                raise PrinterFailed(printer=self._order.printer)
            _draw_sheet(painter, printer, pages, sheet, two_up=self._order.two_up)
        stopped = self.isInterruptionRequested()
        if painter.isActive() and not painter.end() and not stopped:
            raise PrinterFailed(printer=self._order.printer)
        return not stopped


def sheets_of(pages: Pages, order: Order) -> list[tuple[int, ...]]:
    """The numbers of the pages on each sheet of paper."""
    if not order.two_up:
        return [(number,) for number in range(len(pages))]
    every = list(range(len(pages))) * order.copies
    return [tuple(every[start : start + 2]) for start in range(0, len(every), 2)]


def _lay_paper(printer: QPrinter, pages: Pages, sheet: Sequence[int], *, two_up: bool) -> None:
    width, height = PaperSize.LETTER.points if two_up else pages.sizes[sheet[0]]
    lying = two_up or width > height
    upright = QSizeF(min(width, height), max(width, height))
    size = QPageSize(upright, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.FuzzyMatch)
    orientation = QPageLayout.Orientation.Landscape if lying else QPageLayout.Orientation.Portrait
    printer.setPageLayout(QPageLayout(size, orientation, QMarginsF(0, 0, 0, 0)))


def _draw_sheet(painter: QPainter, printer: QPrinter, pages: Pages, sheet: Sequence[int], *, two_up: bool) -> None:
    """In the paper's own size where the printer's sheet has room for it, else as large as fits."""
    paper = QRectF(printer.paperRect(QPrinter.Unit.DevicePixel))
    paper.moveTo(0, 0)
    scale = printer.resolution() / 72
    columns = 2 if two_up else 1
    for column, number in enumerate(sheet):
        width, height = pages.sizes[number]
        fitting = min(scale, paper.width() / columns / width, paper.height() / height)
        place = QRectF(column * paper.width() / columns, 0, width * fitting, height * fitting)
        painter.drawImage(place, image_of(pages.raster(number, DOTS / 72)))
    if two_up:
        middle = paper.width() / 2
        painter.setPen(QPen(Qt.GlobalColor.black, scale * 0.5, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(middle, 0), QPointF(middle, paper.height()))
