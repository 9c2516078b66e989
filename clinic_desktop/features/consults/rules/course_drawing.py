"""How a course is drawn: what stands where on one axis of true time. The same for the window and for paper.

From the top: scores over their bands, days without a total, one bar for each medicine, letters of events, the axis, and
where there is room the legend. Everything can be told apart without colour: scores by their mark and line, a stop by
its cross, an event by its letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from clinic_desktop.features.consults.rules.course import Bar, Course, Series, Stretch
from clinic_desktop.kernel.dates import PartialDate, say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.printing.drawing import Dot, Form, Letters, Patch, Shape, Side, Stroke, Tint, Wording

FORMS = (Form.CIRCLE, Form.SQUARE, Form.TRIANGLE, Form.DIAMOND)
MOST_SERIES = len(FORMS)
_LEAST_PLOT = 42.0
_LOW = 240.0
"""A drawing lower than this keeps medicines and events rather than high scores."""
_SMALL_BARS = 3
_MARK = 9.0


@dataclass(frozen=True, slots=True)
class Frame:
    """Where things stand."""

    first: date
    today: date
    left: float
    right: float
    top: float
    bottom: float
    """Of the scores."""

    def x(self, day: date) -> float:
        whole = max((self.today - self.first).days, 1)
        within = max(min(day, self.today), self.first)
        return self.left + 10 + (self.right - self.left - 10) * (within - self.first).days / whole

    def y(self, share: float) -> float:
        return self.bottom - (self.bottom - self.top) * share


@dataclass(frozen=True, slots=True)
class Drawn:
    frame: Frame
    shapes: tuple[Shape, ...]
    left_out: int = 0
    """Medicines for which there was no room."""


def draw(course: Course, width: float, height: float, letters: Letters, *, large: bool) -> Drawn:
    """`large`: with the legend and every medicine that there is room for."""
    return _Drawing(course, width, height, letters, large).drawn()


class _Drawing:
    def __init__(self, course: Course, width: float, height: float, letters: Letters, large: bool) -> None:
        self._letters, self._large = letters, large
        self._course = replace(course, series=course.series[:MOST_SERIES])
        self._row = letters.small_line + 5
        self._shapes: list[Shape] = []
        self._lay_out(width, height)

    def _lay_out(self, width: float, height: float) -> None:
        """The scores get what they need at least; then, as far as there is room, one medicine, the events, the days
        without a total, more medicines, the legend."""
        course, row = self._course, self._row
        left = min(width * 0.25, 132.0 if self._large else 78.0)
        head = self._letters.small_line + (12 if height > _LOW else 5)
        least = _LEAST_PLOT * (2.5 if self._large and height > _LOW else 1)
        room = int((height - head - row - least) // row)
        wanted = len(course.bars) if self._large else min(len(course.bars), _SMALL_BARS)
        first, room = _take(room, min(wanted, 1))
        self._has_events, room = _take(room, 1 if course.events else 0)
        self._has_days, room = _take(room, 1 if any(s.without_total for s in course.series) else 0)
        others, room = _take(room, wanted - first)
        legend = self._legend_lines(width)
        kept, room = _take(room, len(legend) if self._large else min(len(legend), 2))
        self._legend, self._bars = legend[:kept], course.bars[: first + others]
        self._axis_y = height - self._legend_height() - row
        lanes = first + others + self._has_events + self._has_days
        bottom = self._axis_y - lanes * row - (4 if lanes else 0)
        self._frame = Frame(course.first_day, course.today, left, width - 24, head, max(bottom, head + 12))

    def _legend_height(self) -> float:
        return len(self._legend) * self._row

    def drawn(self) -> Drawn:
        self._bands()
        self._today()
        y = self._frame.bottom + 4
        y = self._without_total(y)
        for bar in self._bars:
            self._bar(bar, y)
            y += self._row
        self._events(y)
        for at, series in enumerate(self._course.series):
            self._series(series, at)
        self._axis()
        self._legend_words()
        return Drawn(self._frame, tuple(self._shapes), len(self._course.bars) - len(self._bars))

    # scores

    def _bands(self) -> None:
        frame = self._frame
        main = self._course.series[0] if self._course.series else None
        free_until = frame.bottom + 2 * self._row
        for at, band in enumerate(main.bands if main else ()):
            assert main is not None
            top = frame.y(min(band.high + 1, main.highest) / main.highest)
            low = frame.y(band.low / main.highest)
            if at % 2:
                self._put(Patch(frame.left, top, frame.right - frame.left, low - top))
            # Where bands are lower than a line of words, some go unnamed; their grounds stay.
            if free_until - (top + low) / 2 >= self._letters.small_line:
                self._beside(str(band.words), (top + low) / 2)
                free_until = (top + low) / 2
        if main is not None and not main.bands:
            self._beside(str(main.highest), frame.top)
            self._beside("0", frame.bottom)
        self._put(Stroke(frame.left, frame.bottom, frame.right, frame.bottom, Tint.QUIET))

    def _series(self, series: Series, at: int) -> None:
        frame, form = self._frame, FORMS[at]
        spots = [(frame.x(p.day), frame.y(min(p.total / series.highest, 1.0))) for p in series.points]
        for one, other in pairwise(spots):
            self._between(one, other, dashed=at > 0)
        free_from = -100.0
        for (x, y), point in zip(spots, series.points, strict=True):
            self._put(Dot(x, y, form, _MARK, filled=at % 2 == 1))
            words = f"{point.total}*" if point.doubts else str(point.total)
            # Values that would lie on each other are left out; the arrows and the chart's words have them all.
            if x - free_from >= self._width(words, strong=True) + 8 or point is series.points[-1]:
                under = at % 2 == 1
                away = (self._letters.small_line * 0.5 + 7) * (1 if under else -1)
                self._put(Wording(x, y + away, words, Side.CENTRE, small=True, strong=True))
                free_from = x

    def _between(self, one: tuple[float, float], other: tuple[float, float], *, dashed: bool) -> None:
        """From mark to mark: a hollow one stays hollow, on paper too."""
        dx, dy = other[0] - one[0], other[1] - one[1]
        far = (dx * dx + dy * dy) ** 0.5
        if far > 2 * _MARK:
            cut = _MARK * 0.6 / far
            ends = one[0] + dx * cut, one[1] + dy * cut, other[0] - dx * cut, other[1] - dy * cut
            self._put(Stroke(*ends, Tint.STRONG, 1.8, dashed=dashed))

    def _without_total(self, y: float) -> float:
        days = sorted({day for series in self._course.series for day in series.without_total})
        if not self._has_days:
            return y
        self._beside(_("no total"), y + self._row / 2)
        for day in days:
            self._put(Dot(self._frame.x(day), y + self._row / 2, Form.DIAMOND, 7.0, Tint.QUIET))
        return y + self._row

    def _today(self) -> None:
        x = self._frame.x(self._course.today)
        self._put(Stroke(x, 2, x, self._axis_y, Tint.QUIET, 1.0, dashed=True))
        if self._course.pending:
            self._put(
                Wording(
                    x - 6, self._letters.small_line / 2, self._course.pending, Side.RIGHT, small=True, tint=Tint.QUIET
                )
            )

    # medicines

    def _bar(self, bar: Bar, y: float) -> None:
        self._beside(bar.name, y + self._row / 2, Tint.TEXT)
        for one in bar.stretches:
            self._stretch(one, y)
        for day, _reason in bar.stops:
            self._put(Dot(self._frame.x(day), y + self._row / 2, Form.CROSS, _MARK, Tint.TEXT))

    def _stretch(self, one: Stretch, y: float) -> None:
        start, end = self._frame.x(one.start), self._frame.x(one.end)
        wide = max(end - start, 3.0)
        self._put(Patch(start, y + 1, wide, self._row - 3, Tint.STRONG, edge=True))
        for words in (one.dose, one.dose.rpartition(" · ")[2]):
            if words and self._width(words, strong=True) + 10 <= wide:
                self._put(Wording(start + 5, y + self._row / 2, words, small=True, strong=True))
                return

    # events

    def _events(self, y: float) -> None:
        if not self._has_events:
            return
        self._beside(_("events"), y + self._row / 2)
        side = self._row - 3
        days = [self._frame.x(one.event.day) for one in self._course.events]
        for x in sorted(set(days)):
            self._put(Stroke(x, self._frame.top, x, self._frame.bottom, Tint.FAINT, dashed=True))
        for one, at in zip(self._course.events, spread(days, side + 1, self._frame.right + 12), strict=True):
            self._put(Patch(at - side / 2, y + 1, side, side, Tint.TEXT, soft=False, edge=True))
            self._put(Wording(at, y + 1 + side / 2, one.letter, Side.CENTRE, small=True, strong=True))

    # the axis and the legend

    def _axis(self) -> None:
        frame, y = self._frame, self._axis_y + self._row / 2
        now, free_from = frame.x(frame.today), -100.0
        today = _("today")
        self._put(Wording(now, y, today, Side.CENTRE, small=True, tint=Tint.QUIET))
        for day, words in ticks(frame, self._course):
            x, half = frame.x(day), self._width(words) / 2
            self._put(Stroke(x, self._axis_y - 2, x, self._axis_y + 2, Tint.QUIET))
            if x - half > free_from + 8 and x + half < now - self._width(today) / 2 - 6 and x - half >= 0:
                self._put(Wording(x, y, words, Side.CENTRE, small=True, tint=Tint.QUIET))
                free_from = x + half

    def _legend_lines(self, width: float) -> list[list[tuple[str, str]]]:
        """Lines of (mark, words) that fit; a mark is the letter of an event or the number of a scale."""
        items = [(f"#{at}", one.title) for at, one in enumerate(self._course.series)] if self._large else []
        for letter, words, days in self._course.legend():
            said = ", ".join(say_day(day) for day in days[-3:]) if self._large else ""
            items.append((letter, f"{words} {said}".strip()))
        lines: list[list[tuple[str, str]]] = [[]]
        used = 0.0
        for mark, words in items:
            words = self._fit(words, width - 30)
            wide = self._width(words) + 34
            if lines[-1] and used + wide > width:
                lines.append([])
                used = 0.0
            lines[-1].append((mark, words))
            used += wide
        return lines if lines[0] else []

    def _legend_words(self) -> None:
        y = self._axis_y + self._row * 1.5
        for line in self._legend:
            x = 4.0
            for mark, words in line:
                if mark.startswith("#"):
                    at = int(mark[1:])
                    self._put(Dot(x + 5, y, FORMS[at], _MARK, filled=at % 2 == 1))
                else:
                    self._put(Wording(x + 5, y, mark, Side.CENTRE, small=True, strong=True))
                self._put(Wording(x + 16, y, words, small=True))
                x += self._width(words) + 34
            y += self._row

    # words

    def _put(self, shape: Shape) -> None:
        self._shapes.append(shape)

    def _width(self, words: str, *, strong: bool = False) -> float:
        return self._letters.width(words, True, strong)

    def _beside(self, words: str, y: float, tint: Tint = Tint.QUIET) -> None:
        """In the room at the left of the axis."""
        said = self._fit(words, self._frame.left - 8)
        self._put(Wording(self._frame.left - 6, y, said, Side.RIGHT, small=True, tint=tint))

    def _fit(self, words: str, room: float) -> str:
        if self._width(words) <= room:
            return words
        first, _space, rest = words.partition(" ")
        if rest and len(first) > 5:
            # "moderadamente severo" says more as "moder. severo" than cut off.
            words = f"{first[:5]}. {rest}"
        while len(words) > 2 and self._width(words + "…") > room:
            words = words[:-1]
        return words if self._width(words) <= room else words.rstrip() + "…"


def _take(room: int, wanted: int) -> tuple[int, int]:
    """How many lines are given, and how many are left."""
    given = max(0, min(room, wanted))
    return given, room - given


def spread(wanted: Sequence[float], apart: float, end: float) -> list[float]:
    """Places in order, at least so far apart, as near as may be to where they are wanted, and none beyond the end."""
    places: list[float] = []
    for x in wanted:
        places.append(max(x, places[-1] + apart) if places else x)
    limit = end - apart / 2
    for at in range(len(places) - 1, -1, -1):
        places[at] = min(places[at], limit)
        limit = places[at] - apart
    return places


def ticks(frame: Frame, course: Course) -> Sequence[tuple[date, str]]:
    """Days to name on the axis: of a short course those on which something was, of a long one beginnings of months."""
    whole = (frame.today - frame.first).days
    if whole <= 150:
        days = {p.day for s in course.series for p in s.points} | {b.stretches[0].start for b in course.bars}
        return [(day, _short(day, frame.today)) for day in sorted(days)]
    months = next((step for step in (1, 2, 3, 6, 12, 24, 60) if whole / 30.4 / step <= 8), 120)
    named: list[tuple[date, str]] = []
    at = frame.first.year * 12 + frame.first.month
    while (day := date(at // 12, at % 12 + 1, 1)) <= frame.today:
        if (day.year * 12 + day.month - 1) % months == 0:
            named.append(
                (day, str(day.year) if day.month == 1 and months >= 12 else PartialDate(day.year, day.month).said())
            )
        at += 1
    return named


def _short(day: date, today: date) -> str:
    words = say_day(day)
    return words.rpartition("-")[0] if day.year == today.year else words
