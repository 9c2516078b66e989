"""Where the panels of a consultation stand: four columns, or in a small window the note and one section at a time."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QScrollArea, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from clinic_desktop.uikit.buttons import Tabs
from clinic_desktop.uikit.layouts import Item, column, row, scrolled, stack
from clinic_desktop.uikit.theme import S2, S3, is_compact

_STORY_WIDTH, _MIDDLE_WIDTH, _RIGHT_WIDTH, _SIDE_WIDTH = 180, 284, 328, 352
_DIAGNOSIS_HEIGHT = 108
_UNBOUNDED = 16_777_215


@dataclass(frozen=True, slots=True)
class Panels:
    strips: tuple[QWidget, ...]
    """Over the whole page, each only while it has something to say."""
    story: QWidget
    note: QWidget
    scale: QWidget
    diagnosis: QWidget
    trend: QWidget
    vitals: QWidget
    prescription: QWidget
    actions: Callable[[bool], Item]
    """The row at the bottom; told whether the window is small."""
    course: QWidget
    """The way to the trend where there is no room for it."""

    @property
    def sections(self) -> tuple[QWidget, ...]:
        """What the tabs of a small window show, in their order."""
        return self.story, self.scale, self.diagnosis, self.prescription

    @property
    def beside_note(self) -> tuple[QWidget, ...]:
        return *self.sections, self.trend, self.vitals


class ConsultLayout:
    """Lays `panels` out in `screen`, and again when the window becomes small or large."""

    def __init__(self, screen: QWidget, panels: Panels, tabs: Tabs) -> None:
        self._screen, self._panels, self._tabs = screen, panels, tabs
        self.compact: bool | None = None
        self._areas: tuple[QScrollArea, ...] = ()
        self._stack = QStackedWidget(screen)
        self._stack.hide()
        # What shows itself before it has a place would be a window of its own, and take the keys.
        for panel in (*panels.strips, panels.note, *panels.beside_note):
            panel.setParent(screen)
        self.outer = stack(screen, gap=0)
        tabs.chosen.connect(self._show_tab)

    def arrange(self) -> bool:
        """Whether anything stands elsewhere now."""
        compact = is_compact(self._screen.window().width())
        if compact == self.compact:
            return False
        self.compact = compact
        old = self._screen.findChild(QWidget, "columns")
        columns = QWidget()
        columns.setObjectName("columns")
        fill = self._two_columns if compact else self._four_columns
        fill(columns)
        self.outer.addWidget(columns, 1)
        # Now, and not when the layout comes to it: a key may ask for a section in the same moment.
        if self._screen.isVisible():
            columns.show()
        if old is not None:
            self.outer.removeWidget(old)
            old.deleteLater()
        return True

    def show_banner(self, banner: QWidget, old: QWidget | None) -> None:
        self.outer.insertWidget(0, banner)
        if old is not None:
            self.outer.removeWidget(old)
            old.deleteLater()

    def _four_columns(self, host: QWidget) -> QVBoxLayout:
        # A scroll area goes on placing what it once held, also when it stands elsewhere.
        for area in self._areas:
            area.takeWidget()
        self._areas = ()
        panels = self._panels
        panels.story.setFixedWidth(_STORY_WIDTH)
        for panel in (panels.scale, panels.diagnosis):
            panel.setFixedWidth(_MIDDLE_WIDTH)
        for panel in (panels.trend, panels.vitals, panels.prescription):
            panel.setFixedWidth(_RIGHT_WIDTH)
        # The scale has what it needs; the diagnoses take the rest, and scroll.
        panels.diagnosis.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        panels.diagnosis.setMinimumHeight(_DIAGNOSIS_HEIGHT)
        middle = column(panels.scale, (panels.diagnosis, 1), gap=S2)
        right = column((panels.trend, 4), panels.vitals, (panels.prescription, 5), gap=S2)
        columns = row(panels.story, (panels.note, 1), middle, right, gap=S2)
        for spare in (self._tabs, panels.course):
            spare.setParent(self._screen)
            spare.hide()
        laid = stack(host, *panels.strips, (columns, 1), panels.actions(False), margins=(S3, S2, S3, S2), gap=S2)
        # A panel that was a hidden page of the tabs does not show itself; before it has a place it would be a window.
        for panel in panels.beside_note:
            panel.show()
        return laid

    def _two_columns(self, host: QWidget) -> QVBoxLayout:
        """A small window: the note stays, the rest is one section at a time."""
        panels = self._panels
        for panel in panels.beside_note:
            panel.setMinimumWidth(0)
            panel.setMaximumWidth(_UNBOUNDED)
        self._stack = QStackedWidget()
        self._areas = tuple(scrolled(panel) for panel in (panels.scale, panels.diagnosis, panels.prescription))
        visits = QWidget()
        stack(visits, (panels.story, 1), panels.course, panels.vitals, gap=4)
        panels.course.show()
        for panel in (scrolled(visits), *self._areas):
            self._stack.addWidget(panel)
        panels.trend.setParent(self._screen)
        panels.trend.hide()
        self._stack.setCurrentIndex(self._tabs.at())
        side = QWidget()
        side.setFixedWidth(_SIDE_WIDTH)
        stack(side, self._tabs, (self._stack, 1), gap=4)
        self._tabs.show()
        columns = row((panels.note, 1), side, gap=S2)
        return stack(host, *panels.strips, (columns, 1), panels.actions(True), margins=(S2, 6, S2, 6), gap=6)

    def _show_tab(self, at: int) -> None:
        if self.compact:
            self._stack.setCurrentIndex(at)

    def bring_forward_of(self, inside: QWidget) -> None:
        """The tab of the section that holds this."""
        for at, panel in enumerate(self._panels.sections):
            if panel.isAncestorOf(inside):
                self.bring_forward(at)

    def bring_forward(self, at: int) -> None:
        """In a small window the section's tab is shown."""
        if self.compact:
            self._tabs.set_at(at)
