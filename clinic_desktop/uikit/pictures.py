"""Pictures from files, made small and bare: no transparency, nothing that a camera wrote beside the picture."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter

QUALITIES = (85, 70, 55, 40, 25)


def small_jpeg(path: str, *, widest: int, tallest: int, largest: int) -> bytes | None:
    """The file as a JPEG, upright, within so many pixels and bytes; None if it is no picture or cannot be so small."""
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    least = QSize(max(widest, tallest) * 2, max(widest, tallest) * 2)
    if reader.size().width() > least.width() or reader.size().height() > least.height():
        # Read small at once: a phone's photograph would need a hundred times the memory.
        reader.setScaledSize(reader.size().scaled(least, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        return None
    kept = _on_white(image)
    if kept.width() > widest or kept.height() > tallest:
        whole, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        kept = kept.scaled(widest, tallest, whole, smooth)
    return next((out for quality in QUALITIES if len(out := _written(kept, quality)) <= largest), None)


def _on_white(image: QImage) -> QImage:
    plain = QImage(image.size(), QImage.Format.Format_RGB32)
    plain.fill(Qt.GlobalColor.white)
    painter = QPainter(plain)
    painter.drawImage(0, 0, image)
    painter.end()
    return plain


def _written(image: QImage, quality: int) -> bytes:
    held = QByteArray()
    out = QBuffer(held)
    out.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(out, "JPEG", quality)  # pyright: ignore[reportCallIssue, reportArgumentType]
    return bytes(held.data())
