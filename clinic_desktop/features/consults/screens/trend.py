"""The trend: scores, medicines and events on one axis. Small beside a note; large, with a choice of scales, on Ctrl+9.

Left and right walk through the days on which something was, and each is said.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.letters import trend as papers
from clinic_desktop.features.consults.queries.chart import Chart
from clinic_desktop.features.consults.rules.course import Course, Spot, only, say_star, spots
from clinic_desktop.features.consults.rules.course_drawing import MOST_SERIES, Drawn, draw
from clinic_desktop.features.consults.rules.scale_tables import Scale, find_scale
from clinic_desktop.features.consults.service import leaving as service
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.printing.drawing import Letters, Tint
from clinic_desktop.printing.on_screen import Dress, paint
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Check
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.layouts import row
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.painting import focus_ring, rounded
from clinic_desktop.uikit.theme import S3, Role, Size, Weight, col, font, metrics
from clinic_desktop.uikit.walking import WalkedPicture
from clinic_desktop.uikit.words import Text

_INK: dict[Tint, Role] = {Tint.TEXT: "text", Tint.QUIET: "quiet", Tint.STRONG: "accent", Tint.FAINT: "line"}
_GROUND: dict[Tint, Role] = {Tint.STRONG: "accent_soft", Tint.FAINT: "ground"}


def course_of(chart: Chart, scale: Scale | None, today: date, pending: str = "") -> Course:
    """Of `scale`, or of the one this person was asked most, where `scale` never was."""
    asked = {series.scale_code for series in chart.course.series if series.points}
    codes = [scale.code] if scale else []
    if not pending and asked.isdisjoint(codes):
        codes = [series.scale_code for series in chart.course.series][:1]
    return replace(only(chart.course, codes), today=today, pending=pending)


def what_of(trend: "Trend") -> str:
    """What is drawn, in words for the head beside it."""
    title = trend.scale.title if trend.scale else ""
    return _("{scale} and medicines").format(scale=title) if title else _("medicines and events")


class Trend(WalkedPicture[Spot]):
    """`scale` is the one whose bands are drawn."""

    def __init__(self, scale: Scale | None, *, large: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scale = scale
        self._large = large
        self._course: Course | None = None
        self._drawn: Drawn | None = None
        self.setMinimumSize(220, 64)

    def show_course(self, course: Course) -> None:
        if course == self._course:
            return
        self._course = course
        self._spots = spots(course)
        self._drawn, self._at = None, None
        first = find_scale(course.series[0].scale_code) if course.series else None
        self.scale = first or self.scale
        titles = ", ".join(series.title for series in course.series)
        count = ngettext("{count} day", "{count} days", len(self._spots)).format(count=len(self._spots))
        self.setAccessibleName(_("Course: {what}; arrows walk through {count}").format(what=titles, count=count))
        self.setAccessibleDescription(self._spots[-1].words if self._spots else "")
        self.update()

    def forget(self) -> None:
        """Lay it out anew when it is painted next."""
        self._drawn = None
        self.update()

    def place(self, day: date) -> float:
        return self._laid_out().frame.x(day)

    def left_out(self) -> int:
        """Medicines for which there was no room."""
        return self._laid_out().left_out if self._course else 0

    def sizeHint(self) -> QSize:
        return QSize(860, 420) if self._large else QSize(320, 220)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._drawn = None

    # painting

    def _laid_out(self) -> Drawn:
        if self._drawn is None:
            assert self._course is not None
            self._drawn = draw(self._course, self.width(), self.height() - 4, _letters(), large=self._large)
        return self._drawn

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._course is None or self._course.is_empty:
            painter.setFont(font("small"))
            painter.setPen(col("quiet"))
            words = _("The course is drawn here from the first score on.")
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
        else:
            drawn = self._laid_out()
            paint(painter, drawn.shapes, _DRESS)
            self._paint_spot(painter, drawn)
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()))

    def _paint_spot(self, painter: QPainter, drawn: Drawn) -> None:
        here = self.spot()
        if here is None:
            return
        x = drawn.frame.x(here.day)
        painter.setPen(QPen(col("accent"), 2))
        painter.drawLine(QPointF(x, 0), QPointF(x, drawn.frame.bottom))
        if self._large:
            return
        room = self.width() - 16
        words = metrics("small", "semi").elidedText(here.words, Qt.TextElideMode.ElideRight, room)
        wide = metrics("small", "semi").horizontalAdvance(words) + 12
        box = QRectF(min(max(x - wide / 2, 2), self.width() - wide - 2), 1, wide, metrics("small").height() + 4)
        rounded(painter, box, col("surface"), col("accent"), 4)
        painter.setFont(font("small", "semi"))
        painter.setPen(col("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def _letters() -> Letters:
    def width(words: str, small: bool, strong: bool) -> float:
        return metrics(*_voice(small, strong)).horizontalAdvance(words)

    return Letters(width, metrics().height(), metrics("small").height())


def _voice(small: bool, strong: bool) -> tuple[Size, Weight]:
    return "small" if small else "body", "semi" if strong else "regular"


_DRESS = Dress(
    ink=lambda tint: col(_INK[tint]),
    ground=lambda tint: col(_GROUND.get(tint, "surface")),
    surface=lambda: col("surface"),
    font=lambda small, strong: font(*_voice(small, strong)),
)


# -- large


def open_large(office: Office, chart: Chart, screen: QWidget) -> "TrendSheet":
    sheet = TrendSheet(office, chart, screen)
    sheet.open()
    return sheet


class TrendSheet(Sheet):
    """The whole course, with a choice of scales; what is walked through is said under it."""

    def __init__(self, office: Office, chart: Chart, screen: QWidget) -> None:
        self._office, self._chart = office, chart
        course = chart.course
        codes = [series.scale_code for series in course.series]
        self.checks = {code: Check(s.title) for code, s in zip(codes, course.series, strict=True)}
        main = find_scale(codes[0]) if codes else None
        self.trend = Trend(main, large=True)
        hint = (_("Left and right walk through the days."), say_star(course))
        self.said = Text("\n".join(words for words in hint if words), "small", color="quiet", wrap=True)
        self.said.setMinimumHeight(32)
        self.room = Text("", "small", color="warning")
        window = screen.window()
        wide = max(min(window.width() - 60, 1180), 640)
        choice = row(*self.checks.values(), None, self.room, gap=S3)
        title = Text(_("Course of {name}").format(name=chart.header.said), "head", "semi")
        super().__init__(_("Course"), screen, title, choice, (self.trend, 1), self.said, width=wide)
        self.resize(wide, max(min(window.height() - 60, 640), 380))
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        self.print = self.add_deed(Button(_("Print"), key="print", kind="primary", icon="printer"), self._print)
        for at, check in enumerate(self.checks.values()):
            check.setChecked(at < 2)
            check.toggled.connect(self._choose)
        self.trend.walked.connect(self.said.setText)
        self._choose()
        self.trend.setFocus()

    def chosen(self) -> tuple[str, ...]:
        return tuple(code for code, check in self.checks.items() if check.isChecked())

    def _choose(self) -> None:
        codes = self.chosen()
        # More scales than there are marks to tell them apart would mislead.
        for check in self.checks.values():
            check.setEnabled(check.isChecked() or len(codes) < MOST_SERIES)
        self.trend.show_course(only(self._chart.course, codes))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        left_out = self.trend.left_out()
        words = ngettext("{count} medicine has no room", "{count} medicines have no room", left_out)
        self.room.setText(words.format(count=left_out) if left_out else "")

    def _print(self) -> None:
        from clinic_desktop.printing.preview import Leaving, Preview

        office, patient_id = self._office, self._chart.header.patient_id
        pdf = office.ask(papers.trend_paper, patient_id, self.chosen()).pdf()

        def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
            note: Any = partial(
                service.note_course_printed, patient_id=patient_id, way=leaving.way, copies=leaving.copies
            )
            office.do(note, self, then=lambda _none: proceed())

        Preview(pdf, _("Course"), parent=self, record=record, suggested="hoja.pdf").open()
