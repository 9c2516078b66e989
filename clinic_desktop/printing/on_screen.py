"""Paints the shapes of a drawing into a window. Which colour and letters each has is told by whoever shows it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF

from clinic_desktop.printing.drawing import Dot, Form, Letters, Patch, Shape, Side, Stroke, Tint, Wording

_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_SIDES = {
    Side.LEFT: Qt.AlignmentFlag.AlignLeft | _MIDDLE,
    Side.CENTRE: Qt.AlignmentFlag.AlignCenter,
    Side.RIGHT: Qt.AlignmentFlag.AlignRight | _MIDDLE,
}
_BACK = {Side.LEFT: 0.0, Side.CENTRE: 300.0, Side.RIGHT: 600.0}
_CORNERS = {
    Form.DIAMOND: ((0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)),
    Form.TRIANGLE: ((0.0, -1.2), (1.1, 0.9), (-1.1, 0.9)),
}


@dataclass(frozen=True, slots=True)
class Dress:
    """What the shapes wear in a window."""

    ink: Callable[[Tint], QColor]
    ground: Callable[[Tint], QColor]
    surface: Callable[[], QColor]
    font: Callable[[bool, bool], QFont]
    """(small, strong)"""

    def letters(self) -> Letters:
        def measure(small: bool, strong: bool) -> QFontMetrics:
            return QFontMetrics(self.font(small, strong))

        return Letters(
            lambda words, small, strong: measure(small, strong).horizontalAdvance(words),
            measure(False, False).height(),
            measure(True, False).height(),
        )


def paint(painter: QPainter, shapes: Iterable[Shape], dress: Dress) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for shape in shapes:
        _paint(painter, shape, dress)


def _paint(painter: QPainter, shape: Shape, dress: Dress) -> None:
    match shape:
        case Stroke():
            style = Qt.PenStyle.DashLine if shape.dashed else Qt.PenStyle.SolidLine
            painter.setPen(QPen(dress.ink(shape.tint), shape.width, style))
            painter.drawLine(QPointF(shape.x1, shape.y1), QPointF(shape.x2, shape.y2))
        case Patch():
            painter.setPen(QPen(dress.ink(shape.tint), 1) if shape.edge else Qt.PenStyle.NoPen)
            painter.setBrush(dress.ground(shape.tint) if shape.soft else Qt.BrushStyle.NoBrush)
            area = QRectF(shape.x, shape.y, shape.width, shape.height)
            painter.drawRoundedRect(area, 3, 3) if shape.edge else painter.drawRect(area)
        case Dot():
            _dot(painter, shape, dress)
        case Wording():
            painter.setFont(dress.font(shape.small, shape.strong))
            painter.setPen(dress.ink(shape.tint))
            area = QRectF(shape.x - _BACK[shape.side], shape.y - 12, 600, 24)
            painter.drawText(area, _SIDES[shape.side], shape.text)


def _dot(painter: QPainter, dot: Dot, dress: Dress) -> None:
    ink, half, x, y = dress.ink(dot.tint), dot.size / 2, dot.x, dot.y
    painter.setPen(QPen(ink, 2))
    painter.setBrush(ink if dot.filled else dress.surface())
    if dot.form is Form.CIRCLE:
        painter.drawEllipse(QPointF(x, y), half, half)
    elif dot.form is Form.SQUARE:
        painter.drawRect(QRectF(x - half + 0.5, y - half + 0.5, dot.size - 1, dot.size - 1))
    elif dot.form is Form.CROSS:
        painter.drawLine(QPointF(x - half, y - half), QPointF(x + half, y + half))
        painter.drawLine(QPointF(x - half, y + half), QPointF(x + half, y - half))
    else:
        painter.drawPolygon(QPolygonF([QPointF(x + dx * half, y + dy * half) for dx, dy in _CORNERS[dot.form]]))
