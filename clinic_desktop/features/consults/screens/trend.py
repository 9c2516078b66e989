"""The course of things over true time: scores with their values, bands as faint grounds, medicines as bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinic_desktop.features.consults.queries.chart import Chart
from clinic_desktop.features.consults.queries.courses import MedicineSpan
from clinic_desktop.features.consults.rules.scoring import Scale, scale_of
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.painting import rounded
from clinic_desktop.uikit.theme import col, font, metrics

MOST_BARS = 3
_LEFT, _RIGHT_ROOM, _TOP = 76, 22, 6
_BAR, _AXIS = 20, 22
_CENTER, _MIDDLE = Qt.AlignmentFlag.AlignCenter, Qt.AlignmentFlag.AlignVCenter
_AT_RIGHT = Qt.AlignmentFlag.AlignRight | _MIDDLE


@dataclass(frozen=True, slots=True)
class Point:
    day: date
    total: int


@dataclass(frozen=True, slots=True)
class Course:
    points: tuple[Point, ...]
    spans: tuple[MedicineSpan, ...]
    today: date
    pending: str = ""
    """Words at today for a score that has no total: never a point."""
    scale: Scale | None = None

    @property
    def first_day(self) -> date:
        return min([point.day for point in self.points] + [span.start for span in self.spans] + [self.today])


def course_of(chart: Chart, scale: Scale, today: date, pending: str = "") -> Course:
    """Of `scale`, or of the one this person was last asked, where `scale` never was."""
    totalled = [row for row in chart.scores if row.total is not None]
    if totalled and not pending and not any(row.scale_code == scale.code for row in totalled):
        scale = scale_of(totalled[-1].scale_code)
    points = tuple(
        Point(r.occurred_on, r.total) for r in totalled if r.scale_code == scale.code and r.total is not None
    )
    return Course(points, chart.spans[:MOST_BARS], today, pending, scale)


class Trend(QWidget):
    def __init__(self, scale: Scale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scale = scale
        self._course: Course | None = None
        self.setMinimumSize(220, 150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_course(self, course: Course) -> None:
        self._course = course
        self.scale = course.scale or self.scale
        told = [f"{PartialDate.of(point.day).said()} {point.total}" for point in course.points]
        self.setAccessibleName(f"{self.scale.title}: {', '.join(told)}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 220)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._course is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._course.points and not self._course.spans:
            painter.setFont(font("small"))
            painter.setPen(col("quiet"))
            painter.drawText(QRectF(self.rect()), _CENTER, _("The course is drawn here from the first score on."))
            return
        self._paint_bands(painter)
        self._paint_points(painter, self._course)
        self._paint_spans(painter, self._course)
        self._paint_axis(painter, self._course)

    # where things stand

    def _bottom(self) -> float:
        bars = len(self._course.spans) if self._course else 0
        return self.height() - _AXIS - 8 - _BAR * bars

    def _x(self, day: date) -> float:
        assert self._course is not None
        first, last = self._course.first_day, self._course.today
        whole = max((last - first).days, 1)
        left, right = _LEFT + 14, self.width() - _RIGHT_ROOM
        return left + (right - left) * (day - first).days / whole

    def _y(self, total: float) -> float:
        low, high = self._bottom(), _TOP + 10
        return low - (low - high) * total / self.scale.highest

    # what is drawn

    def _paint_bands(self, painter: QPainter) -> None:
        right = self.width() - _RIGHT_ROOM
        for at, band in enumerate(self.scale.bands):
            top, low = self._y(min(band.high + 1, self.scale.highest)), self._y(band.low)
            if at % 2:
                painter.fillRect(QRectF(_LEFT, top, right - _LEFT, low - top), col("ground"))
            painter.setFont(font("tiny"))
            painter.setPen(col("quiet"))
            painter.drawText(QRectF(0, (top + low) / 2 - 8, _LEFT - 6, 16), _AT_RIGHT, _short(str(band.words)))
        painter.fillRect(QRectF(_LEFT, self._bottom(), right - _LEFT, 1), col("border"))

    def _paint_points(self, painter: QPainter, course: Course) -> None:
        spots = [QPointF(self._x(point.day), self._y(point.total)) for point in course.points]
        painter.setPen(QPen(col("border"), 1, Qt.PenStyle.DashLine))
        now = self._x(course.today)
        painter.drawLine(QPointF(now, _TOP), QPointF(now, self.height() - _AXIS))
        painter.setPen(QPen(col("accent"), 2))
        painter.drawPolyline(QPolygonF(spots))
        said_until = -100.0
        for spot, point in zip(spots, course.points, strict=True):
            rounded(painter, QRectF(spot.x() - 4.5, spot.y() - 4.5, 9, 9), col("surface"), col("accent"), 4.5, 2)
            # Values that would lie on each other are left out; the line and the chart's words have them all.
            if spot.x() - said_until >= 20 or point is course.points[-1]:
                painter.setFont(font("small", "semi"))
                painter.setPen(col("text"))
                painter.drawText(QRectF(spot.x() - 15, spot.y() - 22, 30, 16), _CENTER, str(point.total))
                said_until = spot.x()
        if course.pending:
            painter.setFont(font("small"))
            painter.setPen(col("quiet"))
            painter.drawText(QRectF(now - 134, _TOP - 4, 128, 16), _AT_RIGHT, course.pending)

    def _paint_spans(self, painter: QPainter, course: Course) -> None:
        top = self._bottom() + 8
        for at, span in enumerate(course.spans):
            start, end = self._x(span.start), self._x(min(span.end, course.today))
            bar = QRectF(start, top + _BAR * at, max(end - start, 3), _BAR - 3)
            rounded(painter, bar, col("accent_soft"), None, 3)
            painter.setFont(font("small", "semi"))
            painter.setPen(col("accent"))
            wide = metrics("small", "semi").horizontalAdvance(span.name) + 16
            if wide < bar.width():
                painter.drawText(bar.adjusted(8, 0, 0, 0), _MIDDLE, span.name)
            elif bar.x() - _LEFT > wide:
                painter.drawText(QRectF(_LEFT, bar.y(), bar.x() - _LEFT - 6, bar.height()), _AT_RIGHT, span.name)
            else:
                painter.drawText(QRectF(bar.right() + 6, bar.y(), wide, bar.height()), _MIDDLE, span.name)
        if course.spans:
            painter.setFont(font("tiny"))
            painter.setPen(col("quiet"))
            painter.drawText(QRectF(0, top, _LEFT - 6, _BAR - 3), _AT_RIGHT, _("medicines"))

    def _paint_axis(self, painter: QPainter, course: Course) -> None:
        painter.setFont(font("tiny"))
        painter.setPen(col("quiet"))
        y = self.height() - _AXIS + 4
        free_from = -100.0
        now = self._x(course.today)
        for day in _days_to_name(course):
            x = self._x(day)
            painter.fillRect(QRectF(x, self._bottom() + 1, 1, 4), col("border"))
            if x - free_from >= 46 and now - x >= 46:
                words = PartialDate.of(day).said()
                short = words.rpartition("-")[0] if day.year == course.today.year else words
                painter.drawText(QRectF(x - 34, y, 68, 16), _CENTER, short)
                free_from = x
        painter.drawText(QRectF(now - 30, y, 60, 16), _CENTER, _("today"))


def _short(words: str) -> str:
    """A band's name in the room beside the axis: its first word, or that cut and the rest ("moder. severo")."""
    room = _LEFT - 8
    if metrics("tiny").horizontalAdvance(words) <= room:
        return words
    first, _space, rest = words.partition(" ")
    if metrics("tiny").horizontalAdvance(first) <= room * 0.6:
        return first
    return metrics("tiny").elidedText(f"{first[:5]}. {rest}", Qt.TextElideMode.ElideRight, room)


def _days_to_name(course: Course) -> Sequence[date]:
    return sorted({point.day for point in course.points} | {span.start for span in course.spans})
