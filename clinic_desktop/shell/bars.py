"""The top bar (search, day, who, lock) and the footer (stick, backup, help, cover)."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout

from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.i18n import _
from clinic_desktop.shell.slots import Status, StatusItem
from clinic_desktop.uikit.buttons import Button, presses
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.keys import cap
from clinic_desktop.uikit.layouts import line_up
from clinic_desktop.uikit.marks import Avatar
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.painting import draw_icon, draw_keycap, focus_ring, keycap_width
from clinic_desktop.uikit.surfaces import Bar
from clinic_desktop.uikit.theme import COMPACT_TOPBAR, FOOTER, S2, S4, TOPBAR, col, font, metrics
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi

_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_FEWEST_WORDS = 96


class SearchBox(Edit):
    """Arrows and Enter go to the results while one types on; Esc gives the page back."""

    moved = Signal(int)
    opened = Signal()
    left = Signal()

    def __init__(self, placeholder: str) -> None:
        super().__init__("", placeholder, "search", key="search")
        self.setMaximumWidth(620)
        self.setMinimumWidth(180)
        self.textChanged.connect(self._show_way_out)

    def _show_way_out(self, words: str) -> None:
        self.set_cap(cap("back") if words else cap("search"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            self.moved.emit(step)
        elif presses(event):
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class UserButton(QAbstractButton):
    """Who is signed in; opens their small menu."""

    def __init__(self, name: str, role_words: str) -> None:
        super().__init__()
        self.setAccessibleName(f"{name} {role_words}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.words = Phrase(semi(name), quiet(f"  {role_words}"), wrap=False)
        line_up(self, Avatar(name), self.words, margins=(4, 2, 4, 2), gap=S2)
        self.words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return self.layout().sizeHint()  # pyright: ignore[reportOptionalMemberAccess]

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if presses(event):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus():
            focus_ring(QPainter(self), QRectF(self.rect()))


class TopBar(Bar):
    def __init__(self, office: Office, role_words: str, placeholder: str | None) -> None:
        super().__init__(TOPBAR, "bottom")
        self._office = office
        self.search = SearchBox(placeholder or "")
        self.search.setVisible(placeholder is not None)
        self.day = Text("", color="quiet")
        self.user = UserButton(office.actor.name, role_words)
        self.lock = Button(_("Lock"), key="lock", kind="quiet", icon="lock")
        line_up(self, (self.search, 10), None, self.day, S4, self.user, self.lock, margins=(S4, 0, S4, 0))
        self.show_day()
        office.every_minute(self, self.show_day)

    def show_day(self) -> None:
        today = self._office.today()
        self.day.setText(f"{say_weekday(today)} {say_day(today)}")

    def set_compact(self, compact: bool) -> None:
        self.setFixedHeight(COMPACT_TOPBAR if compact else TOPBAR)
        self.day.setVisible(not compact)
        self.user.words.setVisible(not compact)
        self.lock.setText("" if compact else _("Lock"))
        self.lock.setAccessibleName(_("Lock"))


class FootButton(QAbstractButton):
    """Small words in the footer that can be pressed: a status that leads somewhere, or a key and its deed."""

    def __init__(self, text: str, *, icon: str = "", item: StatusItem | None = None, key: str = "") -> None:
        super().__init__()
        self._icon, self._item, self._cap = icon, item, cap(key)
        self.setText(text)
        self.setAccessibleName(text)
        leads = key or (item is not None and item.place)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if leads else Qt.FocusPolicy.NoFocus)
        self.setEnabled(bool(leads))
        if leads:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def _before(self) -> int:
        return keycap_width(self._cap) + 8 if self._cap else 22 if self._icon else 0

    def sizeHint(self) -> QSize:
        return QSize(self._before() + metrics("small").horizontalAdvance(self.text()) + 10, FOOTER - 2)

    def minimumSizeHint(self) -> QSize:
        # Where several do not fit beside each other each loses its end, and none keeps the window from being narrow.
        return QSize(min(self.sizeHint().width(), _FEWEST_WORDS), FOOTER - 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if presses(event):
            self.click()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setToolTip(self.text() if self._said() != self.text() else "")

    def _said(self) -> str:
        """The words, or as much of them as there is room for."""
        room = self.width() - self._before() - 4
        return metrics("small").elidedText(self.text(), Qt.TextElideMode.ElideRight, room)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, middle = QPainter(self), self.height() / 2
        if self._cap:
            draw_keycap(painter, 4, middle, self._cap)
        elif self._icon:
            draw_icon(painter, 4, middle - 8, self._icon, self._item.color if self._item else "quiet", 16)
        painter.setFont(font("small"))
        over = self.isEnabled() and self.underMouse()
        painter.setPen(col("accent" if over else "quiet"))
        painter.drawText(QRectF(self._before() + 4, 0, self.width(), self.height()), _MIDDLE, self._said())
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()), 4)


class Footer(Bar):
    """What is to be carried, the last backup; help and cover at the right."""

    def __init__(self, office: Office, status: Sequence[Status]) -> None:
        super().__init__(FOOTER, "top")
        self._office, self._status = office, tuple(status)
        self.help = FootButton(_("Help"), key="help")
        self.cover = FootButton(_("Cover the screen"), key="cover")
        self._said = QHBoxLayout()
        self._said.setSpacing(S2)
        line_up(self, self._said, None, self.help, self.cover, margins=(12, 0, 12, 0), gap=S2)
        tables = frozenset[str]().union(*(part.tables for part in self._status))
        if tables:
            office.follow(tables, self, self.read)
        office.every_minute(self, self.read)
        self.read()

    def read(self) -> None:
        while (item := self._said.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for part in self._status:
            for told in part.read(self._office):
                button = FootButton(told.text, icon=told.icon, item=told)
                button.clicked.connect(lambda _checked=False, place=told.place: self._office.go(place))
                self._said.addWidget(button)

    def set_compact(self, compact: bool) -> None:
        self.help.setVisible(not compact)
        self.cover.setVisible(not compact)
