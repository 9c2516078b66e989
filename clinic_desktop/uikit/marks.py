"""Small signs beside words: icons, chips, key caps, steps, progress. They paint roles and hold no logic."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.painting import chip_width, draw_chip, draw_icon, draw_keycap, keycap_width, rounded
from clinic_desktop.uikit.theme import TONES, Role, Tone, col, font, metrics
from clinic_desktop.uikit.words import Text


class Icon(QWidget):
    """A picture beside words that say the same; so it has no accessible name of its own."""

    def __init__(self, name: str, color: Role = "quiet", size: int = 18, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._side = name, size
        self._color: Role = color
        self.setFixedSize(size, size)

    def set_icon(self, name: str, color: Role) -> None:
        self._name, self._color = name, color
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._name:
            draw_icon(QPainter(self), 0, 0, self._name, self._color, self._side)


class KeyCap(QWidget):
    """A key drawn as a cap, beside the words that say what it does."""

    def __init__(self, cap: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cap = cap
        self.setFixedSize(keycap_width(cap) + 1, 20)
        self.setAccessibleName(cap)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_keycap(QPainter(self), 0, self.height() / 2, self._cap)


class Chip(QWidget):
    """A state in a word: soft ground, icon, word."""

    def __init__(
        self,
        text: str,
        tone: Tone = "neutral",
        icon: str = "",
        *,
        raised: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._raised = raised
        self._text, self._icon = text, icon
        self._tone: Tone = tone
        self.set_state(text, tone, icon)

    def set_state(self, text: str, tone: Tone = "neutral", icon: str = "") -> None:
        self._text, self._tone, self._icon = text, tone, icon
        self.setFixedSize(chip_width(text, icon), 24)
        self.setAccessibleName(text)
        self.update()

    def text(self) -> str:
        return self._text

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_chip(QPainter(self), 0, 12, self._text, self._tone, self._icon, self._raised)


class Avatar(QWidget):
    """The first letter of a name in a circle."""

    def __init__(self, name: str, size: int = 30, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letter = first_letter(name)
        self.setFixedSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        rounded(painter, area, col("accent_soft"), None, area.width() / 2)
        painter.setFont(font("small", "semi"))
        painter.setPen(col("accent"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._letter)


def first_letter(name: str) -> str:
    """Of the name itself, not of a title before it ("Dr. Pu" is P)."""
    words = [word for word in name.split() if not word.endswith(".")] or name.split()
    return words[0][0].upper() if words else "·"


class Seal(QWidget):
    """A large round sign that something is done, or is not."""

    def __init__(self, icon: str = "check", tone: Tone = "well", size: int = 56, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._tone: Tone = tone
        self.setFixedSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ink, ground = TONES[self._tone]
        side = self.width()
        rounded(painter, QRectF(self.rect()), col(ground), None, side / 2)
        drawn = round(side * 4 / 7)
        draw_icon(painter, (side - drawn) / 2, (side - drawn) / 2, self._icon, ink, drawn)


class ProgressBar(QWidget):
    """How far a long job is, in a bar, words and counts. Nothing moves that has not progressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._done, self._total = 0, 0
        self._words = Text("", "small", color="quiet")
        self._count = Text("", "small", "semi")
        self._trough = QWidget()
        self._trough.setFixedHeight(8)
        stack(self, row(self._words, None, self._count), self._trough, gap=4)

    def show_progress(self, progress: object) -> None:
        """Takes anything with `done`, `total` and `words` (kernel/progress.py)."""
        self.set_progress(
            int(getattr(progress, "done", 0)), int(getattr(progress, "total", 0)), str(getattr(progress, "words", ""))
        )

    def set_progress(self, done: int, total: int, words: str) -> None:
        self._done, self._total = done, total
        self._words.setText(words)
        self._count.setText(f"{done:,} / {total:,}" if total else "")
        self.setAccessibleName(f"{words} {self._count.text()}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self._trough.geometry())
        rounded(painter, area, col("neutral_soft"), col("line"), 4)
        if self._total:
            area.setWidth(max(area.width() * min(self._done / self._total, 1.0), 8.0 if self._done else 0.0))
            rounded(painter, area, col("accent"), None, 4)


class Steps(QWidget):
    """Where one is in a short, fixed path (a wizard)."""

    def __init__(self, names: Sequence[str], at: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = tuple(names)
        self._at = at
        self.setFixedHeight(40)
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
        self.set_at(at)

    def set_at(self, at: int) -> None:
        self._at = at
        self.setAccessibleName(f"{at + 1} / {len(self._names)}: {self._names[at]}")
        self.update()

    def sizeHint(self) -> QSize:
        words = sum(metrics("body", "semi").horizontalAdvance(name) for name in self._names)
        return QSize(words + 50 * len(self._names) + 34 * (len(self._names) - 1), 40)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, x = QPainter(self), 0.0
        spare = (self.width() - self.sizeHint().width()) / max(len(self._names) - 1, 1)
        dash = min(20.0 + max(spare, 0.0), 48.0)
        for at, name in enumerate(self._names):
            x = self._paint_step(painter, x, at, name)
            if at < len(self._names) - 1:
                painter.fillRect(QRectF(x, 20, dash, 1), col("border"))
                x += dash + 14

    def _paint_step(self, painter: QPainter, x: float, at: int, name: str) -> float:
        done, here = at < self._at, at == self._at
        circle = QRectF(x, 7, 26, 26)
        ground: Role = "accent" if here else ("accent_soft" if done else "surface")
        rounded(painter, circle, col(ground), None if here or done else col("border"), 13)
        if done:
            draw_icon(painter, x + 5, 12, "check", "accent", 16)
        else:
            painter.setFont(font("body", "semi"))
            painter.setPen(col("on_accent" if here else "quiet"))
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(at + 1))
        painter.setFont(font("body", "semi" if here else "regular"))
        painter.setPen(col("text" if here else "quiet"))
        width = metrics("body", "semi" if here else "regular").horizontalAdvance(name)
        painter.drawText(QRectF(x + 36, 7, width + 4, 26), Qt.AlignmentFlag.AlignVCenter, name)
        return x + 36 + width + 14
