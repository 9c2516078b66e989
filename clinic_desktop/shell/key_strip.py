"""The keys on paper: a strip for the laptop's edge, painted on whatever one paints on."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.keys import HelpLine, help_lines
from clinic_desktop.uikit.theme import font

_INK, _SOFT = Qt.GlobalColor.black, Qt.GlobalColor.darkGray
COLUMNS = 2


def paint_strip(painter: QPainter, page: QRectF, scale: float) -> None:
    """The whole table in two columns; `scale` is device pixels per point at 96 dpi."""
    line, head = 15.0 * scale, 24.0 * scale
    painter.setPen(_INK)
    painter.setFont(font("head", "semi"))
    painter.drawText(QRectF(page.x(), page.y(), page.width(), head), Qt.AlignmentFlag.AlignVCenter, _("The keys"))
    groups = help_lines()
    lengths = [len(lines) + 2 for _title, lines in groups]
    half, width = sum(lengths) / COLUMNS, page.width() / COLUMNS
    column, used, y = 0, 0, page.y() + head * 1.3
    for (title, lines), length in zip(groups, lengths, strict=True):
        if used >= half * (column + 1) - length / 2 and column < COLUMNS - 1:
            column, y = column + 1, page.y() + head * 1.3
        used += length
        y = _paint_group(painter, QRectF(page.x() + column * width, y, width - 20 * scale, 0), title, lines, line)


def _paint_group(painter: QPainter, at: QRectF, title: str, lines: list[HelpLine], line: float) -> float:
    painter.setFont(font("body", "semi"))
    painter.setPen(_INK)
    painter.drawText(QRectF(at.x(), at.y(), at.width(), line * 1.3), Qt.AlignmentFlag.AlignVCenter, title)
    y, caps_wide = at.y() + line * 1.4, at.width() * 0.3
    wrapped = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop
    for told in lines:
        painter.setFont(font("small", "semi"))
        painter.drawText(QRectF(at.x(), y, caps_wide, line), wrapped, " / ".join(told.caps))
        painter.setFont(font("small"))
        words = QRectF(at.x() + caps_wide, y, at.width() - caps_wide, line * 4)
        taken = painter.boundingRect(words, wrapped, told.title)
        painter.drawText(taken, wrapped, told.title)
        y += max(line, taken.height() + 1)
    painter.setPen(QPen(_SOFT, 0))
    painter.drawLine(int(at.x()), int(y + line * 0.3), int(at.x() + at.width()), int(y + line * 0.3))
    return y + line * 0.6


def strip_pdf() -> bytes:
    """The table of keys as a PDF on letter paper, made in memory."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.Letter))
    writer.setPageMargins(QMarginsF(15, 15, 15, 15), QPageLayout.Unit.Millimeter)
    writer.setResolution(96)
    painter = QPainter(writer)
    paint_strip(painter, QRectF(0, 0, writer.width(), writer.height()), 1.0)
    painter.end()
    buffer.close()
    return bytes(data.data())
