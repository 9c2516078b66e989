"""The course beside the note, small; one key makes it large."""

from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries.chart import Chart
from clinic_desktop.features.consults.rules.scoring import Scale
from clinic_desktop.features.consults.screens.trend import Trend, course_of
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Link
from clinic_desktop.uikit.keys import bind, cap
from clinic_desktop.uikit.layouts import row
from clinic_desktop.uikit.marks import KeyCap
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S3, S4
from clinic_desktop.uikit.words import Text


class CourseCard(Card):
    """`way` stands for it in a window that has no room for the card."""

    def __init__(self, scale: Scale, enlarge: Callable[[], object], screen: QWidget) -> None:
        self.trend = Trend(scale)
        self._of_what = Text("", "small", color="quiet")
        larger, course = Link(_("Larger"), small=True), Link(_("Course"), small=True)
        head = row(Text(_("Course"), "head", "semi"), self._of_what, None, larger, KeyCap(cap("section_9")), gap=6)
        super().__init__(head, (self.trend, 1), margins=(S4, 10, S3, 8), gap=2)
        self.way = QWidget(screen)
        self.way.setLayout(row(course, KeyCap(cap("section_9")), None, gap=6))
        for link in (larger, course):
            link.clicked.connect(enlarge)
        # The card itself cannot be seen in a small window, and its key is for every one.
        bind(screen, "section_9", enlarge)

    def show_course(self, chart: Chart, scale: Scale | None, today: date, pending: str) -> None:
        self.trend.show_course(course_of(chart, scale, today, pending))
        shown = self.trend.scale
        self._of_what.setText(_("{scale} and medicines").format(scale=shown.title) if shown else "")
