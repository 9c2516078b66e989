"""The narrow rail at the left: places with icon, word and number; Alt+number goes there."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit.buttons import presses
from clinic_desktop.uikit.keys import bind, cap
from clinic_desktop.uikit.painting import draw_icon, focus_ring, rounded
from clinic_desktop.uikit.room import Place
from clinic_desktop.uikit.theme import COMPACT_RAIL, RAIL, col, font, metrics

MOST = 9
MOST_WAITING = 99
LOWEST, WITH_WORD = 24, 40
"""Many places in a low window: a button gives up its word before it gives up its place."""
_CENTRE = Qt.AlignmentFlag.AlignCenter


class RailButton(QAbstractButton):
    def __init__(self, place: Place, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place, self.number, self._compact = place, number, False
        self.waiting = 0
        self.setText(place.said())
        self.setAccessibleName(place.said())
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        if number <= MOST:
            self.setToolTip(f"{place.said()}  {cap(f'place_{number}')}")
            bind(self, f"place_{number}", self.click)

    def set_waiting(self, count: int) -> None:
        """How much waits there for somebody; none is not shown."""
        self.waiting = count
        said = ngettext("{count} waits", "{count} wait", count).format(count=count)
        self.setAccessibleName(f"{self.place.said()}, {said}" if count else self.place.said())
        self.update()

    def set_compact(self, compact: bool) -> None:
        self._compact = compact
        self.setMaximumHeight(self.sizeHint().height())
        self.setMinimumHeight(LOWEST)

    def sizeHint(self) -> QSize:
        return QSize(COMPACT_RAIL if self._compact else RAIL, 50 if self._compact else 64)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if presses(event):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, width, height = QPainter(self), self.width(), self.height()
        here = self.isChecked()
        low = height < 50
        box = QRectF(6, 0, width - 13, height - (1 if low else 4))
        if here:
            rounded(painter, box, col("surface"), col("line"), 8)
            rounded(painter, QRectF(6, 12, 3, height - 28), col("accent"), None, 1.5)
        elif self.underMouse():
            rounded(painter, box, col("ground"), None, 8)
        worded, size = height >= WITH_WORD, 20 if low else 22
        top = ((height - 39) / 2 if low else 5 if height < 60 else 9) if worded else (height - 4 - size) / 2
        draw_icon(painter, (width - size) / 2, top, self.place.icon, "accent" if here else "quiet", size)
        if self.waiting:
            self._paint_waiting(painter, (width - size) / 2, top)
        if worded:
            # A long word is written smaller before it is cut.
            fits = metrics("small", "semi").horizontalAdvance(self.text()) <= width - 4
            size_of_word = "small" if fits else "tiny"
            painter.setFont(font(size_of_word, "semi" if here else "regular"))
            painter.setPen(col("text" if here else "quiet"))
            said = metrics(size_of_word, "semi").elidedText(self.text(), Qt.TextElideMode.ElideRight, width - 4)
            below = height - 22 if low else 26 if height < 60 else 32
            painter.drawText(QRectF(2, below, width - 4, 17 if low else 20), _CENTRE, said)
        if self.number <= MOST:
            painter.setFont(font("tiny"))
            painter.setPen(col("quiet"))
            painter.drawText(QRectF(width - 22, 2, 12, 14), _CENTRE, str(self.number))
        if self.hasFocus():
            focus_ring(painter, box, 8)

    def _paint_waiting(self, painter: QPainter, left: float, top: float) -> None:
        words = str(self.waiting) if self.waiting < MOST_WAITING else f"{MOST_WAITING}+"
        wide = max(15.0, metrics("tiny", "semi").horizontalAdvance(words) + 8.0)
        mark = QRectF(left - wide / 2 - 2, max(1.0, top - 4), wide, 15)
        rounded(painter, mark, col("accent"), None, 7.5)
        painter.setFont(font("tiny", "semi"))
        painter.setPen(col("surface"))
        painter.drawText(mark, _CENTRE, words)


class Rail(QWidget):
    """The places a person may see, in their order."""

    chosen = Signal(str)

    def __init__(self, places: Sequence[Place], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._compact = False
        self.buttons = tuple(RailButton(place, at + 1, self) for at, place in enumerate(places))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 8, 0, 30)
        self._layout.setSpacing(0)
        for button in self.buttons:
            button.clicked.connect(lambda _checked=False, code=button.place.code: self.chosen.emit(code))
            self._layout.addWidget(button)
        self._layout.addStretch(1)
        self.set_compact(False)

    def set_compact(self, compact: bool) -> None:
        self._compact = compact
        self.setFixedWidth(COMPACT_RAIL if compact else RAIL)
        self._layout.setContentsMargins(0, 8 if not compact else 4, 0, 4 if compact else 30)
        for button in self.buttons:
            button.set_compact(compact)

    def show_place(self, code: str) -> None:
        """Mark where one is; a code that is not in the rail marks nothing."""
        for button in self.buttons:
            button.setChecked(button.place.code == code)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), col("rail"))
        painter.fillRect(self.width() - 1, 0, 1, self.height(), col("line"))
        if not self._compact:
            painter.setFont(font("small"))
            painter.setPen(col("quiet"))
            painter.drawText(QRectF(0, self.height() - 30, self.width(), 20), _CENTRE, _("Alt + number"))
