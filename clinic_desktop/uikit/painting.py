"""The few shapes everything is painted from: rounded ground, focus ring, icon, key cap, chip."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from clinic_desktop.uikit.theme import RADIUS, TONES, Role, Tone, col, font, metrics, pixmap, shade

CHIP_HEIGHT, KEYCAP_HEIGHT = 22, 19
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


def rounded(
    painter: QPainter,
    area: QRectF,
    fill: QColor | None,
    edge: QColor | None = None,
    radius: float = RADIUS,
    width: float = 1,
) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(edge, width) if edge is not None else Qt.PenStyle.NoPen)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    inset = width / 2 if edge is not None else 0
    painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), radius, radius)


def focus_ring(painter: QPainter, area: QRectF, radius: float = RADIUS, role: Role = "accent") -> None:
    """Two pixels, so that the eye finds it; exactly one on the screen."""
    rounded(painter, area, None, col(role), radius, 2)


def paint_field(painter: QPainter, area: QRectF, *, wrong: bool, focused: bool, enabled: bool) -> None:
    """The ground of everything one writes or chooses in."""
    rounded(
        painter,
        area,
        col("surface" if enabled else "neutral_soft"),
        col("danger" if wrong else "border"),
        RADIUS,
        1.5 if wrong else 1,
    )
    if focused:
        focus_ring(painter, area)


def draw_icon(painter: QPainter, x: float, y: float, name: str, role: Role, size: int = 18) -> None:
    painter.drawPixmap(QPointF(x, y), pixmap(name, role, size, painter.device().devicePixelRatioF()))


def keycap_width(key: str) -> int:
    return metrics("small").horizontalAdvance(key) + 12


def draw_keycap(painter: QPainter, x: float, middle: float, key: str, role: Role = "quiet") -> int:
    """A key as an outlined cap; returns its width. `role` is "on_accent" inside a filled button."""
    width = keycap_width(key)
    cap = QRectF(x, middle - KEYCAP_HEIGHT / 2, width, KEYCAP_HEIGHT)
    rounded(painter, cap, None, shade("on_accent" if role == "on_accent" else "border", 150), 4)
    painter.setFont(font("small"))
    painter.setPen(col(role))
    painter.drawText(cap.translated(0, -0.5), Qt.AlignmentFlag.AlignCenter, key)
    return width


def chip_width(text: str, icon: str = "") -> int:
    return metrics("small", "semi").horizontalAdvance(text) + 18 + (18 if icon else 0)


def draw_chip(
    painter: QPainter, x: float, middle: float, text: str, tone: Tone, icon: str = "", raised: bool = False
) -> int:
    """A state: soft ground, icon, word. `raised` on a selected row, where the soft ground would drown."""
    ink, ground = TONES[tone]
    width = chip_width(text, icon)
    rounded(
        painter,
        QRectF(x, middle - CHIP_HEIGHT / 2, width, CHIP_HEIGHT),
        col("surface" if raised else ground),
        None,
        CHIP_HEIGHT / 2,
    )
    left = x + 9
    if icon:
        draw_icon(painter, left - 1, middle - 7, icon, ink, 14)
        left += 18
    painter.setFont(font("small", "semi"))
    painter.setPen(col(ink))
    painter.drawText(QRectF(left, middle - CHIP_HEIGHT / 2, width, CHIP_HEIGHT - 1), _MIDDLE, text)
    return width
