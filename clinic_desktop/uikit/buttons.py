"""Buttons: the deed in words, its key in a cap. One filled button a screen, at the bottom right."""

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QWidget

from clinic_desktop.uikit.keys import bind, cap, key
from clinic_desktop.uikit.painting import draw_icon, draw_keycap, focus_ring, keycap_width, rounded
from clinic_desktop.uikit.theme import CONTROL, PRIMARY, RADIUS, Role, col, font, metrics

Kind = Literal["primary", "secondary", "quiet", "danger"]
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


def presses(event: QKeyEvent) -> bool:
    """Enter presses the button that has the focus, as Space does everywhere."""
    return event.key() in _ENTER and event.modifiers() in (
        Qt.KeyboardModifier.NoModifier,
        Qt.KeyboardModifier.KeypadModifier,
    )


class Button(QPushButton):
    """A deed. `key` is a name of the registry: its cap is shown, and pressing it presses this button while it is seen.

    kind: "primary" filled, one a screen; "secondary" outlined; "quiet" text only, for leaving and lesser things;
    "danger" outlined in danger, for what cannot be taken back.
    """

    def __init__(
        self,
        text: str,
        key: str = "",
        kind: Kind = "secondary",
        icon: str = "",
        *,
        tall: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._key_name, self._icon_name, self._tall = key, icon, tall
        self._kind: Kind = kind
        self._cap = cap(key)
        self._letter = ""
        self.setFont(font("body", "semi" if kind == "primary" else "regular"))
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAutoDefault(False)
        self._name()
        if key:
            bind(self, key, self.click)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._name()
        self.updateGeometry()

    def _name(self) -> None:
        # "&" would give the button a letter nobody registered.
        self.setAccessibleName(self.text().replace("&", ""))
        if self._key_name:
            self.setAccessibleDescription(", ".join(key(self._key_name).strokes))

    def set_letter(self, letter: str) -> None:
        """Alt and this letter press the button while it can be seen; the letter is underlined."""
        self._letter = letter
        self.setAccessibleDescription(f"Alt+{letter}")
        QShortcut(QKeySequence(f"Alt+{letter}"), self).activated.connect(self.click)
        self.update()

    def set_icon(self, icon: str) -> None:
        self._icon_name = icon
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._content_width() + 28, PRIMARY if self._tall else CONTROL)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _text_width(self) -> int:
        return metrics("body", "semi" if self._kind == "primary" else "regular").horizontalAdvance(self.text())

    def _content_width(self) -> int:
        icon = (24 if self.text() else 18) if self._icon_name else 0
        return self._text_width() + icon + (keycap_width(self._cap) + 8 if self._cap else 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not presses(event):
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.click()

    def _ink(self) -> Role:
        if not self.isEnabled():
            return "quiet"
        inks: dict[Kind, Role] = {"primary": "on_accent", "secondary": "text", "quiet": "accent", "danger": "danger"}
        return inks[self._kind]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        self._paint_ground(painter, area)
        filled = self._kind == "primary"
        spare = area.width() - self._content_width()
        # A wide button says its deed at the left and its key at the right; a filled one keeps both in the middle.
        spread = bool(self._cap) and not filled and spare >= 40
        x = 12.0 if spread else spare / 2
        ink = self._ink()
        if self._icon_name:
            tint: Role = ink if filled or ink in ("quiet", "danger") else "accent"
            draw_icon(painter, x, (area.height() - 18) / 2, self._icon_name, tint)
            x += 24 if self.text() else 18
        painter.setPen(col(ink))
        painter.setFont(self.font())
        painter.drawText(QRectF(x, 0, area.width(), area.height()), _MIDDLE | Qt.TextFlag.TextHideMnemonic, self.text())
        self._underline(painter, x)
        if self._cap:
            at = area.width() - keycap_width(self._cap) - 10 if spread else x + self._text_width() + 8
            draw_keycap(painter, at, area.height() / 2, self._cap, "on_accent" if ink == "on_accent" else "quiet")
        if self.hasFocus():
            inner = area.adjusted(2, 2, -2, -2)
            focus_ring(painter, inner, RADIUS - 1, "surface" if filled and self.isEnabled() else "accent")

    def _underline(self, painter: QPainter, x: float) -> None:
        at = self.text().upper().find(self._letter) if self._letter else -1
        if at < 0:
            return
        said = metrics("body", "semi" if self._kind == "primary" else "regular")
        start = x + said.horizontalAdvance(self.text()[:at])
        below = (self.height() + said.ascent() - said.descent()) / 2 + 2
        painter.drawLine(QPointF(start, below), QPointF(start + said.horizontalAdvance(self.text()[at]), below))

    def _paint_ground(self, painter: QPainter, area: QRectF) -> None:
        if not self.isEnabled():
            if self._kind != "quiet":
                rounded(painter, area, col("neutral_soft"), col("line"))
            return
        down, over = self.isDown(), self.underMouse()
        if self._kind == "primary":
            rounded(painter, area, col("accent").darker(120 if down else 110 if over else 100))
        elif self._kind == "quiet":
            if down or over:
                rounded(painter, area, col("accent_soft" if down else "neutral_soft"))
        else:
            ground: Role = "accent_soft" if down else "ground" if over else "surface"
            rounded(painter, area, col(ground), col("danger" if self._kind == "danger" else "border"))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()


class Link(QAbstractButton):
    """A quiet deed inside a line of words ("Ver ficha"); small, in accent."""

    def __init__(self, text: str, key: str = "", *, small: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size: Literal["small", "body"] = "small" if small else "body"
        self._cap = cap(key)
        self.setText(text)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if key:
            bind(self, key, self.click)

    def sizeHint(self) -> QSize:
        width = metrics(self._size).horizontalAdvance(self.text()) + 6
        return QSize(width + (keycap_width(self._cap) + 6 if self._cap else 0), 24)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if presses(event):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        face = font(self._size)
        painter.setFont(face)
        painter.setPen(col("accent" if self.isEnabled() else "quiet"))
        painter.drawText(area.adjusted(2, 0, 0, 0), _MIDDLE, self.text())
        width = metrics(self._size).horizontalAdvance(self.text())
        if self.underMouse():
            painter.fillRect(QRectF(2, area.height() / 2 + 8, width, 1), col("accent"))
        if self._cap:
            draw_keycap(painter, width + 8, area.height() / 2, self._cap)
        if self.hasFocus():
            focus_ring(painter, area, 4)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()


class Tabs(QWidget):
    """Views of one list with their counts. Arrows move, a click chooses; `chosen` says which."""

    chosen = Signal(int)

    def __init__(self, names: Sequence[str], at: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = tuple(names)
        self._counts: tuple[int | None, ...] = (None,) * len(names)
        self._at = at
        self._left_out: frozenset[int] = frozenset()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._say()

    def at(self) -> int:
        return self._at

    def set_at(self, at: int) -> None:
        """Show view `at`; `chosen` is told only when it was another."""
        at = max(0, min(at, len(self._names) - 1))
        if at != self._at:
            self._at = at
            self._say()
            self.chosen.emit(at)

    def leave_out(self, *left_out: int) -> None:
        """Views for which a small window has no room. The one that is shown is never left out."""
        self._left_out = frozenset(left_out) - {self._at}
        self._say()

    def set_counts(self, counts: Sequence[int | None]) -> None:
        self._counts = tuple(counts)
        self._say()

    def _say(self) -> None:
        count = self._counts[self._at]
        self.setAccessibleName(self._names[self._at] if count is None else f"{self._names[self._at]} {count}")
        self.updateGeometry()
        self.update()

    def _count_width(self, at: int) -> int:
        count = self._counts[at]
        return 0 if count is None else metrics("small", "semi").horizontalAdvance(f"{count:,}") + 14

    def _width(self, at: int) -> int:
        if at in self._left_out:
            return 0
        counted = self._count_width(at)
        return metrics("body", "semi").horizontalAdvance(self._names[at]) + 24 + (counted + 8 if counted else 0)

    def sizeHint(self) -> QSize:
        return QSize(sum(self._width(at) for at in range(len(self._names))), 40)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            at = self._at + step
            while at in self._left_out:
                at += step
            self.set_at(at)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.set_at(self._under(event.position()))

    def _under(self, point: QPointF) -> int:
        right = 0
        for at in range(len(self._names)):
            right += self._width(at)
            if point.x() < right:
                return at
        return self._at

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, x = QPainter(self), 0
        for at in range(len(self._names)):
            if at not in self._left_out:
                self._paint_tab(painter, x, at)
            x += self._width(at)

    def _paint_tab(self, painter: QPainter, x: int, at: int) -> None:
        here = at == self._at
        weight: Literal["semi", "regular"] = "semi" if here else "regular"
        painter.setFont(font("body", weight))
        painter.setPen(col("text" if here else "quiet"))
        painter.drawText(QRectF(x + 12, 0, 300, 38), _MIDDLE, self._names[at])
        named = metrics("body", weight).horizontalAdvance(self._names[at])
        counted = self._count_width(at)
        if counted:
            pill = QRectF(x + 20 + named, 10, counted, 20)
            rounded(painter, pill, col("accent_soft" if here else "neutral_soft"), None, 10)
            painter.setFont(font("small", "semi"))
            painter.setPen(col("accent" if here else "quiet"))
            painter.drawText(pill.translated(0, -0.5), Qt.AlignmentFlag.AlignCenter, f"{self._counts[at]:,}")
        if here:
            wide = self._width(at)
            rounded(painter, QRectF(x + 12, 37, wide - 24, 3), col("accent"), None, 1.5)
            if self.hasFocus():
                focus_ring(painter, QRectF(x + 4, 3, wide - 8, 32))
