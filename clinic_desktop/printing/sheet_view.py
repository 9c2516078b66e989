"""The pages of a PDF under each other, drawn when they come into sight."""

from collections import OrderedDict

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPalette, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from clinic_desktop.printing.job import image_of
from clinic_desktop.printing.pages import Pages

GAP = 16
POINTS_TO_PIXELS = 96 / 72
SMALLEST, LARGEST, STEP = 0.4, 3.0, 1.2
FINER = 2
KEPT = 4
"""Pictures kept for scrolling back: a page at double size is some 4 MB."""


class _Sheets(QWidget):
    """All pages at one zoom."""

    def __init__(self, pages: Pages, parent: QWidget) -> None:
        super().__init__(parent)
        self._pages = pages
        self._kept: OrderedDict[tuple[int, float], QPixmap] = OrderedDict()
        self.zoom = 1.0

    def place(self, number: int) -> QRectF:
        """Where a page lies."""
        sizes = self._pages.sizes
        factor = self.zoom * POINTS_TO_PIXELS
        top = GAP + sum(height * factor + GAP for _width, height in sizes[:number])
        width, height = sizes[number]
        return QRectF(max(GAP, (self.width() - width * factor) / 2), top, width * factor, height * factor)

    def needed(self) -> QSize:
        factor = self.zoom * POINTS_TO_PIXELS
        width = max((width for width, _height in self._pages.sizes), default=0.0) * factor + 2 * GAP
        height = sum(height * factor + GAP for _width, height in self._pages.sizes) + GAP
        return QSize(round(width), round(height))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        edge = QColor(self.palette().color(QPalette.ColorRole.WindowText))
        edge.setAlpha(90)
        seen = QRectF(event.rect())
        for number in range(len(self._pages)):
            place = self.place(number)
            if not place.intersects(seen):
                continue
            # Paper is white, whatever the colours of the program.
            painter.fillRect(place, Qt.GlobalColor.white)
            painter.drawPixmap(QPointF(place.topLeft()), self._picture(number))
            painter.setPen(edge)
            painter.drawRect(place)

    def _picture(self, number: int) -> QPixmap:
        ratio = self.devicePixelRatioF()
        scale = self.zoom * POINTS_TO_PIXELS * ratio
        key = (number, scale)
        if key not in self._kept:
            picture = QPixmap.fromImage(self._drawn(number, scale))
            picture.setDevicePixelRatio(ratio)
            self._kept[key] = picture
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def _drawn(self, number: int, scale: float) -> QImage:
        """Drawn at twice the size and made smaller: PDFium sets small letters on whole pixels, unevenly."""
        finer = image_of(self._pages.raster(number, scale * FINER))
        return finer.scaled(
            finer.size() / FINER, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )


class SheetView(QScrollArea):
    """Scrolls over the pages; opens as wide as the window, but not above life size."""

    def __init__(self, pages: Pages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = len(pages)
        self._widest = max((width for width, _height in pages.sizes), default=1.0) * POINTS_TO_PIXELS
        self._fits_width = True
        self._sheets = _Sheets(pages, self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(self._sheets)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)

    @property
    def zoom(self) -> float:
        return self._sheets.zoom

    def zoom_by(self, factor: float) -> None:
        self._fits_width = False
        self._set_zoom(self._sheets.zoom * factor)

    def fit_width(self) -> None:
        self._fits_width = True
        room = self.viewport().width() - 2 * GAP
        self._set_zoom(min(1.0, room / self._widest))

    def current(self) -> int:
        """The page that takes the middle of the view."""
        middle = self.verticalScrollBar().value() + self.viewport().height() / 2
        tops = [self._sheets.place(number).top() for number in range(self._count)]
        return max((number for number, top in enumerate(tops) if top <= middle), default=0)

    def go_to(self, number: int) -> None:
        bounded = max(0, min(number, self._count - 1))
        self.verticalScrollBar().setValue(round(self._sheets.place(bounded).top() - GAP))

    def turn(self, way: int) -> None:
        """One view on or back; a page that fits whole is turned."""
        bar = self.verticalScrollBar()
        page = self._sheets.place(self.current())
        if page.height() <= self.viewport().height() and self._count > 1:
            self.go_to(self.current() + way)
        else:
            bar.setValue(bar.value() + round(way * self.viewport().height() * 0.9))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits_width:
            self.fit_width()
        else:
            self._set_zoom(self._sheets.zoom)

    def _set_zoom(self, zoom: float) -> None:
        bar = self.verticalScrollBar()
        share = bar.value() / bar.maximum() if bar.maximum() else 0.0
        self._sheets.zoom = max(SMALLEST, min(zoom, LARGEST))
        needed = self._sheets.needed()
        self._sheets.resize(needed.expandedTo(QSize(self.viewport().width(), 1)))
        self._sheets.update()
        bar.setValue(round(share * bar.maximum()))
