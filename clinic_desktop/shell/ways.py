"""A large choice of a way to begin: icon, words, a line under them, a digit."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import presses
from clinic_desktop.uikit.painting import draw_icon, draw_keycap, focus_ring, rounded
from clinic_desktop.uikit.theme import col, font, metrics
from clinic_desktop.uikit.words import laid_out, quiet


@dataclass(frozen=True, slots=True)
class Way:
    code: str
    icon: str
    title: str
    under: str


class WayButton(QAbstractButton):
    def __init__(self, way: Way, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.way, self.number = way, number
        self.setText(_(way.title))
        self.setAccessibleName(_(way.title))
        self.setAccessibleDescription(_(way.under))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        under = laid_out([quiet(_(self.way.under))], "small", width - 110).boundingRect().height()
        return round(38 + max(under, 18) + 8)

    def sizeHint(self) -> QSize:
        return QSize(420, self.heightForWidth(420))

    def minimumSizeHint(self) -> QSize:
        return QSize(300, self.heightForWidth(496))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if presses(event):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, area = QPainter(self), QRectF(self.rect())
        ground = "accent_soft" if self.isDown() else "ground" if self.underMouse() else "surface"
        rounded(painter, area, col(ground), col("border"))
        draw_icon(painter, 16, area.height() / 2 - 12, self.way.icon, "accent", 24)
        painter.setFont(font("body", "semi"))
        painter.setPen(col("text"))
        painter.drawText(
            QRectF(56, 9, area.width() - 110, metrics().height() + 4), Qt.AlignmentFlag.AlignVCenter, self.text()
        )
        under = laid_out([quiet(_(self.way.under))], "small", area.width() - 110)
        under.draw(painter, QRectF(56, 34, 0, 0).topLeft())
        draw_keycap(painter, area.width() - 34, area.height() / 2, str(self.number))
        if self.hasFocus():
            focus_ring(painter, area)
