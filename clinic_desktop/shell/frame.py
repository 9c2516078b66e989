"""The window around the rooms: rail, top bar, footer, the page in front, the way back. It knows no clinical word."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPlainTextEdit, QSizePolicy, QStackedWidget, QWidget

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.logs import log_bug
from clinic_desktop.shell.bars import Footer, TopBar
from clinic_desktop.shell.cover import ChoosePin, Cover, Pin
from clinic_desktop.shell.message_bar import FrameVoice, MessageBar
from clinic_desktop.shell.rail import Rail
from clinic_desktop.shell.slots import SearchResults, Slots
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.keys import bind
from clinic_desktop.uikit.layouts import line_up, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import FirstFocus, KeepsDraft, LongCover, Place, StepsBack, TakesTyping
from clinic_desktop.uikit.theme import col, is_compact


@dataclass(slots=True)
class Visit:
    """A place one is in. Places of the rail are kept built; one with arguments lives until it is left."""

    place: Place
    arguments: dict[str, Any]
    page: QWidget


class Frame(QWidget):
    """Give it the places the house has; it shows those the person may see. It is the office's navigator.

    `home` is where one begins and where Esc leads at last; without it, the first place of the rail.

    `lock_asked`: keep nothing, drop the keys, show the sign-in (every open draft was kept before it is told).
    """

    lock_asked = Signal()
    covered = Signal(bool)

    def __init__(
        self,
        office: Office,
        places: Sequence[Place],
        slots: Slots | None = None,
        *,
        role_words: str = "",
        title: str = "",
        home: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._office = office
        self._slots = slots or Slots()
        allowed = [place for place in places if office.may(*place.permissions)]
        self._places = {place.code: place for place in allowed}
        self._kept: dict[str, Visit] = {}
        self._way: list[Visit] = []
        self._pin: Pin | None = None
        self._hidden: list[QWidget] = []
        self._results: QWidget | None = None
        shown = sorted((place for place in allowed if place.rail), key=lambda place: place.order)
        self._home = home if home in self._places else (shown[0].code if shown else "")
        self.rail = Rail(shown)
        search = self._slots.search
        self.top = TopBar(office, role_words, search.placeholder if search is not None else None)
        self.footer = Footer(office, self._slots.status)
        self.pages = QStackedWidget()
        # A page lays itself out anew in a small window: it must not keep the window from becoming small.
        self.pages.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.cover_page = Cover()
        self.bar = MessageBar(self._make_layers())
        self._listen()
        self._count_waiting()
        tables = frozenset[str]().union(*(place.wait_tables for place in shown))
        office.follow(tables, self, self._count_waiting)
        office.voice = FrameVoice(self.bar)
        office.set_navigator(self)
        self.setWindowTitle(title)
        self._title = title
        if self._home:
            self.go(self._home, {})

    def _make_layers(self) -> QWidget:
        # What a narrow window has no room for is left out once it is narrow: it must not keep it from becoming so.
        for bar in (self.top, self.footer):
            bar.setMinimumWidth(1)
        right = QWidget()
        stack(right, self.top, (self.pages, 1), self.footer, gap=0)
        self._inside = QWidget()
        line_up(self._inside, self.rail, (right, 1), gap=0)
        # Under the cover the other layer is hidden, so that no key of it acts.
        self._layers = QStackedWidget()
        self._layers.addWidget(self._inside)
        self._layers.addWidget(self.cover_page)
        stack(self, self._layers)
        return right

    def _count_waiting(self) -> None:
        for button in self.rail.buttons:
            if button.place.waits is not None:
                button.set_waiting(button.place.waits(self._office))

    def _listen(self) -> None:
        self.rail.chosen.connect(self._go_by_rail)
        box = self.top.search
        box.textChanged.connect(self._look_for)
        box.moved.connect(self._move_in_results)
        box.opened.connect(self._open_result)
        box.left.connect(self.end_search)
        self.top.lock.clicked.connect(self.lock)
        self.top.user.clicked.connect(self._show_user_menu)
        self.footer.help.clicked.connect(self._show_help)
        self.footer.cover.clicked.connect(self.cover)
        self.cover_page.lifted.connect(self.uncover)
        self.cover_page.lock_asked.connect(self.lock_asked)
        # Not on the buttons of the footer: those are gone in a narrow window, the keys are not.
        bind(self.cover_page, "lock", self.lock)
        bind(self._inside, "help", self._show_help)
        bind(self._inside, "cover", self.cover)
        if self._slots.search is not None:
            bind(self._inside, "search", self._go_to_search)

    # going

    def _go_by_rail(self, code: str) -> None:
        self._office.go(code)

    def go(self, place: str, arguments: dict[str, Any]) -> None:
        """Show a place. Without arguments it is where the rail leads, and the way back begins there."""
        known = self._places.get(place)
        if known is None:
            log_bug(LookupError(place), "a place that is not there or not allowed")
            return
        self._keep_draft()
        self.end_search()
        if known.rail and not arguments:
            self._forget_way()
            visit = self._kept.get(place)
            if visit is None:
                visit = self._kept[place] = self._visit(known, arguments)
        else:
            try:
                visit = self._visit(known, arguments)
            except Refused as refused:
                # A record that may not be opened: it is said, and one stays where one was.
                self._office.voice.say(refused, self)
                return
        self._way.append(visit)
        self._show(visit)

    def _visit(self, place: Place, arguments: dict[str, Any]) -> Visit:
        page = place.build(self._office, **arguments)
        self.pages.addWidget(page)
        return Visit(place, arguments, page)

    def back(self) -> None:
        """To where one came from; from a place of the rail, home."""
        self._keep_draft()
        if len(self._way) > 1:
            left = self._way.pop()
            self._show(self._way[-1])
            self._drop(left)
        elif self._home and self.here() != self._home:
            self.go(self._home, {})

    def here(self) -> str:
        """The code of the place in front."""
        return self._way[-1].place.code if self._way else ""

    def page(self) -> QWidget | None:
        return self._way[-1].page if self._way else None

    def _show(self, visit: Visit) -> None:
        self.pages.setCurrentWidget(visit.page)
        self.rail.show_place(visit.place.under or visit.place.code)
        if self.bar.understood.isVisible():
            self.bar.hide()
        if isinstance(visit.page, FirstFocus):
            visit.page.take_focus()
        else:
            visit.page.setFocus()

    def _forget_way(self) -> None:
        for visit in self._way:
            self._drop(visit)
        self._way.clear()

    def _drop(self, visit: Visit) -> None:
        if visit not in self._kept.values():
            self.pages.removeWidget(visit.page)
            visit.page.deleteLater()

    def _keep_draft(self) -> None:
        page = self.page()
        if isinstance(page, KeepsDraft):
            page.keep_draft()

    # searching

    def _go_to_search(self) -> None:
        self.top.search.setFocus()
        self.top.search.selectAll()

    def _look_for(self, words: str) -> None:
        if not words.strip():
            self._hide_results()
            return
        if self._results is None and self._slots.search is not None:
            self._results = self._slots.search.build(self._office)
            self.pages.addWidget(self._results)
        if self._results is not None:
            cast(SearchResults, self._results).look_for(words)
            self.pages.setCurrentWidget(self._results)

    def _move_in_results(self, step: int) -> None:
        if self.is_searching():
            cast(SearchResults, self._results).move_choice(step)

    def _open_result(self) -> None:
        if self.is_searching():
            cast(SearchResults, self._results).open_chosen()

    def is_searching(self) -> bool:
        return self._results is not None and self.pages.currentWidget() is self._results

    def end_search(self) -> None:
        """Empty the box and give the page back."""
        had_focus = self.top.search.hasFocus()
        self.top.search.clear()
        self._hide_results()
        page = self.page()
        if had_focus and page is not None:
            page.take_focus() if isinstance(page, FirstFocus) else page.setFocus()

    def _hide_results(self) -> None:
        page = self.page()
        if page is not None and self.is_searching():
            self.pages.setCurrentWidget(page)

    # keys that nobody below wanted

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._step_back()
        elif self._is_for_search(event):
            self.top.search.setFocus()
            self.top.search.insert(event.text())
        else:
            super().keyPressEvent(event)

    def _step_back(self) -> None:
        page = self.page()
        if self.is_searching():
            self.end_search()
        elif not (isinstance(page, StepsBack) and page.step_back()):
            self.back()

    def _is_for_search(self, event: QKeyEvent) -> bool:
        modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        if self._slots.search is None or not event.text().isprintable() or not event.text().strip():
            return False
        if event.modifiers() & modifiers or isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit):
            return False
        page = self.page()
        return isinstance(page, TakesTyping) and page.accepts_typing

    # help, user

    def _show_help(self) -> None:
        if "help" in self._places:
            self._office.go("help")

    def _show_user_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(_("Choose a PIN for the cover"), self.choose_pin)
        if "own" in self._places:
            menu.addAction(self._places["own"].said(), lambda: self._office.go("own"))
        menu.addAction(_("Lock and leave"), self.lock)
        menu.popup(self.top.user.mapToGlobal(self.top.user.rect().bottomLeft()))

    def choose_pin(self) -> None:
        dialog = ChoosePin(self)
        dialog.chosen.connect(self.set_pin)
        dialog.open()

    def set_pin(self, pin: Pin) -> None:
        """What lifts the cover in this session."""
        self._pin = pin

    # cover and lock

    def is_covered(self) -> bool:
        return self._layers.currentWidget() is self.cover_page

    def cover(self) -> None:
        """Blank at once; other windows of the program vanish as well. The draft is kept after the paint."""
        if self.is_covered():
            return
        self.cover_page.put_on(self._pin)
        self._layers.setCurrentWidget(self.cover_page)
        self._hidden = [
            window for window in QApplication.topLevelWidgets() if window.isVisible() and window is not self.window()
        ]
        for window in self._hidden:
            window.hide()
        self.window().setWindowTitle("")
        self._layers.repaint()
        self.cover_page.take_focus()
        self.covered.emit(True)
        self._keep_draft()

    def uncover(self) -> None:
        self._layers.setCurrentWidget(self._inside)
        self.window().setWindowTitle(self._title)
        for window in self._hidden:
            window.show()
        self._hidden = []
        self.covered.emit(False)
        page, over = self.page(), dialogs.front()
        if over is not None:
            over.activateWindow()
        elif isinstance(page, FirstFocus):
            page.take_focus()

    def lock(self) -> None:
        """Blank at once, keep the draft, then tell the app to drop the keys."""
        self.cover()
        front = dialogs.front()
        if front is not None:
            front.reject()
        self.lock_asked.emit()

    def wants_long_cover(self) -> bool:
        """For the idle timers: somebody sits in front of an open consultation."""
        page = self.page()
        return isinstance(page, LongCover) and page.long_cover

    # the window

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        compact = is_compact(self.width())
        self.rail.set_compact(compact)
        self.top.set_compact(compact)
        self.footer.set_compact(compact)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), col("ground"))
