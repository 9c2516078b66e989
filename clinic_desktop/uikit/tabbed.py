"""A place of a room: its pages behind tabs, each built when it is first opened."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from PySide6.QtWidgets import QStackedWidget, QWidget

from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Tabs
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office


class Tab(NamedTuple):
    code: str
    title: str
    permissions: tuple[Permission, ...]
    build: Callable[[Office], QWidget]


class TabbedScreen(QWidget):
    """A page may have `take_focus()`, and `step_back()` for an Esc that first leaves what it has begun."""

    def __init__(self, office: Office, offered: Sequence[Tab], tab: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._open_to_me = [one for one in offered if office.may(*one.permissions)]
        self._built: dict[str, QWidget] = {}
        self.pages = QStackedWidget()
        self.tabs = Tabs([_(one.title) for one in self._open_to_me])
        self.tabs.chosen.connect(self._show)
        stack(self, row(self.tabs, None, margins=(20, 6, 16, 0)), (self.pages, 1), gap=0)
        self.tabs.set_at(self.codes().index(tab) if tab in self.codes() else 0)
        self._show()

    def page(self) -> QWidget | None:
        """The page in front."""
        return self.pages.currentWidget()

    def codes(self) -> tuple[str, ...]:
        """The pages that are open to whoever sits here."""
        return tuple(one.code for one in self._open_to_me)

    def open_tab(self, code: str) -> QWidget | None:
        """Bring a page to the front, if it is open to whoever sits here; returns the page in front."""
        if code in self.codes():
            self.tabs.set_at(self.codes().index(code))
            self._show()
        return self.page()

    def set_counts(self, counts: Mapping[str, int]) -> None:
        """A number beside the title of a tab, by its code; none for zero."""
        self.tabs.set_counts([counts.get(one.code) or None for one in self._open_to_me])

    def take_focus(self) -> None:
        focus = getattr(self.page(), "take_focus", None)
        if callable(focus):
            focus()

    def keep_draft(self) -> None:
        """Before the window is covered or locked, or shows another place: a page keeps what is typed in it."""
        for page in self._built.values():
            keep = getattr(page, "keep_draft", None)
            if callable(keep):
                keep()

    def step_back(self) -> bool:
        """Esc first leaves what a page has begun."""
        step = getattr(self.page(), "step_back", None)
        return bool(step()) if callable(step) else False

    def _show(self, _at: int = 0) -> None:
        chosen = self._open_to_me[self.tabs.at()]
        if chosen.code not in self._built:
            self._built[chosen.code] = chosen.build(self._office)
            self.pages.addWidget(self._built[chosen.code])
        self.pages.setCurrentWidget(self._built[chosen.code])
        self.take_focus()
