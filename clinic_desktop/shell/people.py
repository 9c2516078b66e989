"""Who is it? Cards to pick from, or a name to type."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QWidget

from clinic_desktop.kernel.i18n import _
from clinic_desktop.shell.doors import Known
from clinic_desktop.uikit.buttons import Button, presses
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.marks import first_letter
from clinic_desktop.uikit.painting import draw_icon, draw_keycap, focus_ring, rounded
from clinic_desktop.uikit.theme import RADIUS, S2, col, font, metrics

MOST_CARDS = 9
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class PersonCard(QAbstractButton):
    """A person to pick, with the digit that picks them."""

    def __init__(self, person: Known, number: int, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.person, self.number = person, number
        self.setText(person.name)
        self.setAccessibleName(person.name)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(150, self.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if presses(event):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, area, on = QPainter(self), QRectF(self.rect()), self.isChecked()
        over = self.underMouse() and not on
        ground = col("accent_soft" if on else "ground" if over else "surface")
        rounded(painter, area, ground, col("accent" if on else "border"), RADIUS, 1.5 if on else 1)
        middle, side = area.height() / 2, 34 if area.height() >= 56 else 28
        circle = QRectF(12, middle - side / 2, side, side)
        rounded(painter, circle, col("surface" if on else "neutral_soft"), None, side / 2)
        painter.setFont(font("body", "semi"))
        painter.setPen(col("accent" if on else "quiet"))
        painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, first_letter(self.person.name))
        self._paint_name(painter, QRectF(side + 24, 0, area.width() - side - 24 - 62, area.height()))
        if on:
            draw_icon(painter, area.width() - 54, middle - 9, "check", "accent")
        draw_keycap(painter, area.width() - 30, middle, str(self.number))
        if self.hasFocus():
            focus_ring(painter, area)

    def _paint_name(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(col("text"))
        painter.setFont(font("body", "semi"))
        elide = Qt.TextElideMode.ElideRight
        name = metrics("body", "semi").elidedText(self.person.name, elide, int(area.width()))
        if not self.person.under:
            painter.drawText(area, _MIDDLE, name)
            return
        middle = area.center().y()
        painter.drawText(QRectF(area.x(), middle - 21, area.width(), 22), _MIDDLE, name)
        painter.setFont(font("small"))
        painter.setPen(col("quiet"))
        under = metrics("small").elidedText(self.person.under, elide, int(area.width()))
        painter.drawText(QRectF(area.x(), middle + 1, area.width(), 18), _MIDDLE, under)


class People(QWidget):
    """Up to nine cards and "somebody else"; digits pick while no field is being written in."""

    picked = Signal()
    """Somebody was picked: the password is next."""

    def __init__(self, people: Sequence[Known], *, names_shown: bool, last_slot_id: str = "") -> None:
        super().__init__()
        shown = tuple(people[:MOST_CARDS]) if names_shown else ()
        height = 60 if len(shown) <= 4 else 46
        self.cards = tuple(PersonCard(person, at + 1, height) for at, person in enumerate(shown))
        self.other = Button(_("Somebody else"), key="pick_0", kind="quiet")
        self.name = Edit("", _("Your name as it was registered"), "user")
        self.name.setAccessibleName(_("Who is it?"))
        grid = QGridLayout()
        grid.setSpacing(S2)
        for at, card in enumerate(self.cards):
            grid.addWidget(card, at // 2, at % 2)
            card.clicked.connect(lambda _checked=False, card=card: self._pick(card))
        stack(self, grid, self.other, self.name, gap=S2)
        self.other.setVisible(bool(self.cards))
        self.other.clicked.connect(self.type_name)
        self.name.returnPressed.connect(self.picked)
        only = self.cards[0] if len(self.cards) == 1 else None
        self._mark(next((card for card in self.cards if card.person.slot_id == last_slot_id), only))
        self.name.setVisible(not self.cards)

    def slot_id(self) -> str:
        """Of the picked card; empty when a name is typed."""
        return next((card.person.slot_id for card in self.cards if card.isChecked()), "")

    def said(self) -> str:
        """The name of who was picked or typed."""
        return next((card.text() for card in self.cards if card.isChecked()), self.name.text().strip())

    def is_answered(self) -> bool:
        return bool(self.said())

    def type_name(self) -> None:
        self._mark(None)
        self.name.show()
        self.name.setFocus()

    def take_focus(self) -> None:
        """To the cards, or to the name."""
        if self.cards:
            next((card for card in self.cards if card.isChecked()), self.cards[0]).setFocus()
        else:
            self.name.setFocus()

    def _pick(self, card: PersonCard) -> None:
        self._mark(card)
        self.name.hide()
        self.picked.emit()

    def _mark(self, chosen: PersonCard | None) -> None:
        for card in self.cards:
            card.setChecked(card is chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = event.text()
        if typed == "0" and self.cards:
            self.type_name()
        elif typed.isdigit() and 1 <= int(typed) <= len(self.cards):
            self._pick(self.cards[int(typed) - 1])
        else:
            super().keyPressEvent(event)
