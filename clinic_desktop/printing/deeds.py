"""The preview's buttons, drawn like those of the program: rounded, the key beside the word, one of them filled.

Printing stands beside the kit of screens and may not use it; every colour comes from the palette it sets.
"""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy

RADIUS = 6
PADDING = 14


class Deed(QPushButton):
    """`key` is only shown; who makes the button binds it."""

    def __init__(self, text: str, key: str = "", *, filled: bool = False, quiet: bool = False) -> None:
        super().__init__(text)
        self._key = key
        self._filled = filled
        self._quiet = quiet
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)

    def sizeHint(self) -> QSize:
        width = QFontMetricsF(self._words_font()).horizontalAdvance(self.text()) + 2 * PADDING
        if self._key:
            width += self._key_width() + 8
        return QSize(round(width), 42 if self._filled else 36)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        words = self._words_colour()
        self._paint_ground(painter, whole)
        painter.setPen(words)
        painter.setFont(self._words_font())
        text = QFontMetricsF(self._words_font()).horizontalAdvance(self.text())
        left = (whole.width() - text - (self._key_width() + 8 if self._key else 0)) / 2
        painter.drawText(QRectF(left, 0, text + 2, whole.height()), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._key:
            self._paint_key(painter, QPointF(left + text + 8, whole.height() / 2), words)
        if self.hasFocus():
            ring = words if self._filled else self._colour(QPalette.ColorRole.Highlight)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(ring, 2))
            painter.drawRoundedRect(whole.adjusted(3, 3, -3, -3), RADIUS - 1, RADIUS - 1)

    def _paint_ground(self, painter: QPainter, whole: QRectF) -> None:
        if self._quiet:
            return
        on = self._filled and self.isEnabled()
        painter.setPen(Qt.PenStyle.NoPen if on else QPen(self._faint(130 if self.isEnabled() else 60), 1))
        painter.setBrush(self._colour(QPalette.ColorRole.Highlight if on else QPalette.ColorRole.Base))
        painter.drawRoundedRect(whole if on else whole.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def _paint_key(self, painter: QPainter, at: QPointF, colour: QColor) -> None:
        edge = QColor(colour)
        edge.setAlpha(140)
        box = QRectF(at.x(), at.y() - 9.5, self._key_width(), 19)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(self._key_font())
        painter.setPen(colour)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._key)

    def _words_colour(self) -> QColor:
        if not self.isEnabled():
            return self._faint(150)
        if self._filled:
            return self._colour(QPalette.ColorRole.HighlightedText)
        return self._colour(QPalette.ColorRole.Highlight if self._quiet else QPalette.ColorRole.WindowText)

    def _faint(self, alpha: int) -> QColor:
        colour = self._colour(QPalette.ColorRole.WindowText)
        colour.setAlpha(alpha)
        return colour

    def _colour(self, role: QPalette.ColorRole) -> QColor:
        return QColor(self.palette().color(QPalette.ColorGroup.Active, role))

    def _words_font(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold if self._filled else QFont.Weight.Normal)
        return font

    def _key_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.86)
        return font

    def _key_width(self) -> float:
        return QFontMetricsF(self._key_font()).horizontalAdvance(self._key) + 12
