"""How the stock is drawn, for the window and for paper alike. Everything can be told apart without colour."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from clinic_desktop.features.medication.rules.stock_course import (
    LOOK_AHEAD,
    ExpiryMonth,
    MarkKind,
    StockCourse,
    months_from,
    say_month,
)
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.printing.drawing import Dot, Form, Letters, Patch, Shape, Side, Stroke, Tint, Wording

_MARKS = {MarkKind.CAME: Form.TRIANGLE, MarkKind.COUNTED: Form.DIAMOND}
_MARK = 9.0
_HATCH = 5.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """The shapes, and where along the width each day stands."""

    shapes: tuple[Shape, ...]
    x: Callable[[date], float]
    bottom: float


def nice_top(most: int) -> int:
    """A round number not below `most`: 90 -> 100, 1,234 -> 1,500."""
    power = 1
    while power * 10 < most:
        power *= 10
    return next((step * power // 2 for step in range(2, 21) if step * power // 2 >= most), max(most, 1))


# -- one product over time


def draw_course(course: StockCourse, width: float, height: float, letters: Letters) -> Drawn:
    return _Course(course, width, height, letters).drawn()


class _Course:
    def __init__(self, course: StockCourse, width: float, height: float, letters: Letters) -> None:
        self._course, self._letters, self._shapes = course, letters, list[Shape]()
        self._row, self._width = letters.small_line + 5, width
        self._ahead = course.ahead()
        # Of what came today a week before it is shown too, so that nothing stands on the axis.
        self._first = min([day for day, _units in course.usable[:1]] + [course.today - timedelta(days=7)])
        far = [course.today + timedelta(days=30), *(day for day, _units in self._ahead)]
        self._last = min(max(far), course.today + timedelta(days=LOOK_AHEAD))
        highest = max((units for _day, units in (*course.usable, *self._ahead)), default=0)
        self._scale = nice_top(max(highest, course.least or 0, course.most or 0, 1))
        self._left = max(self._wide(f"{self._scale:,}"), self._wide("00,000")) + 8
        # Beside the end that is foreseen stands its day.
        self._right, self._top = width - self._letters.width("00-mmm-0000", True, True) - 14, 2 * self._row + 4
        self._bottom = height - 2 * self._row - 8

    def drawn(self) -> Drawn:
        self._grid()
        self._levels()
        self._today()
        self._gaps()
        self._line(self._course.usable, dashed=False)
        self._foreseen()
        self._marks()
        self._legend()
        return Drawn(tuple(self._shapes), self._x, self._bottom)

    def _x(self, day: date) -> float:
        whole = max((self._last - self._first).days, 1)
        within = max(min(day, self._last), self._first)
        return self._left + (self._right - self._left) * (within - self._first).days / whole

    def _y(self, units: int) -> float:
        return self._bottom - (self._bottom - self._top) * min(units / self._scale, 1.0)

    def _wide(self, words: str) -> float:
        return self._letters.width(words, True, False)

    def _put(self, *shapes: Shape) -> None:
        self._shapes += shapes

    def _grid(self) -> None:
        for units in sorted({0, self._scale // 2, self._scale}):
            y = self._y(units)
            self._put(Wording(self._left - 6, y, f"{units:,}", Side.RIGHT, small=True, tint=Tint.QUIET))
            self._put(
                Stroke(
                    self._left if not units else self._left - 4,
                    y,
                    self._right if not units else self._left,
                    y,
                    Tint.QUIET,
                )
            )
        free_from = 0.0
        for first in _months(self._first, self._last):
            x, words = self._x(first), say_month(first)
            half = self._wide(words) / 2
            self._put(Stroke(x, self._bottom, x, self._bottom + 4, Tint.QUIET))
            if x - half >= free_from and x + half <= self._width - 4:
                self._put(Wording(x, self._bottom + self._row * 0.7, words, Side.CENTRE, small=True, tint=Tint.QUIET))
                free_from = x + half + 10

    def _levels(self) -> None:
        course, ends = self._course, self._course.ends_on
        # Below stands the day that is foreseen for the end.
        lowest = self._bottom - (self._row * 1.6 if ends is not None and ends > course.today else 0)
        for units, words in ((course.least, _("at least {units}")), (course.most, _("at most {units}"))):
            if units is not None:
                y = self._y(units)
                said = words.format(units=f"{units:,}")
                self._put(Stroke(self._left, y, self._right, y, Tint.QUIET, dashed=True))
                self._put(Wording(self._right + 4, min(y, lowest), said, small=True, tint=Tint.QUIET))

    def _today(self) -> None:
        x = self._x(self._course.today)
        self._put(Stroke(x, self._row, x, self._bottom, Tint.QUIET, dashed=True))
        self._put(Wording(x, self._row / 2, _("today"), Side.CENTRE, small=True, tint=Tint.QUIET))

    def _gaps(self) -> None:
        for first, last in self._course.gaps():
            x, end = self._x(first), max(self._x(last), self._x(first) + 3)
            self._put(Patch(x, self._bottom - 6, end - x, 6, Tint.STRONG, edge=True))
            days = (last - first).days + 1
            words = ngettext("none, {days} day", "none, {days} days", days).format(days=days)
            self._put(Dot(x, self._bottom, Form.CROSS, _MARK - 2, Tint.TEXT))
            if self._wide(words) <= end - x:
                middle = (x + end) / 2
                self._put(Wording(middle, self._bottom - self._row, words, Side.CENTRE, small=True, strong=True))

    def _line(self, days: Sequence[tuple[date, int]], *, dashed: bool) -> None:
        """As a stair: a shelf is emptied in steps."""
        turns = [days[0], *(now for before, now in pairwise(days) if now[1] != before[1])] if days else []
        for (day, units), (then, later) in pairwise([*turns, days[-1]] if turns else []):
            x, y, end = self._x(day), self._y(units), self._x(then)
            self._put(Stroke(x, y, end, y, Tint.STRONG, 2.0, dashed=dashed))
            if later != units:
                self._put(Stroke(end, y, end, self._y(later), Tint.STRONG, 2.0, dashed=dashed))

    def _foreseen(self) -> None:
        for (day, units), (then, later) in pairwise(self._ahead):
            self._put(
                Stroke(self._x(day), self._y(units), self._x(then), self._y(later), Tint.STRONG, 1.6, dashed=True)
            )
        end = self._course.ends_on
        if end is not None and self._ahead and self._course.today < end <= self._last:
            x = self._x(end)
            self._put(Dot(x, self._bottom, Form.CROSS, _MARK, Tint.TEXT))
            self._put(Wording(x + 8, self._bottom - self._row * 0.6, say_day(end), small=True, strong=True))

    def _marks(self) -> None:
        there, free_from = dict(self._course.usable), 0.0
        for mark in self._course.marks:
            if mark.day < self._first:
                continue
            x, y = self._x(mark.day), self._y(there.get(mark.day, 0))
            self._put(Dot(x, y, _MARKS[mark.kind], _MARK, Tint.TEXT, filled=mark.kind is MarkKind.CAME))
            words = f"{mark.units:+,}"
            half = self._letters.width(words, True, True) / 2
            middle = max(x, self._left + half + 2)
            if mark.kind is MarkKind.CAME and middle - half >= free_from:
                self._put(
                    Wording(middle, max(y - _MARK - 4, self._row * 1.5), words, Side.CENTRE, small=True, strong=True)
                )
                free_from = middle + half + 6

    def _legend(self) -> None:
        y = self._bottom + self._row * 1.7 + 4
        named: tuple[tuple[Form | None, str], ...] = (
            (Form.TRIANGLE, _("came")),
            (Form.DIAMOND, _("counted")),
            (None, _("foreseen at the present pace")),
            (Form.CROSS, _("none left")),
        )
        x = self._left
        for form, words in named:
            if form is None:
                self._put(Stroke(x, y, x + 18, y, Tint.STRONG, 1.6, dashed=True))
                x += 24
            else:
                self._put(Dot(x + 4, y, form, _MARK - 1, Tint.TEXT, filled=form is Form.TRIANGLE))
                x += 14
            if x + self._wide(words) > self._width:
                break
            self._put(Wording(x, y, words, small=True, tint=Tint.QUIET))
            x += self._wide(words) + 18


def _months(first: date, last: date) -> Iterable[date]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return (day for day in months_from(first, count) if day >= first)


# -- what expires


def draw_expiry(months: Sequence[ExpiryMonth], width: float, height: float, letters: Letters) -> Drawn:
    """A bar for each month; the part that will not be used is hatched."""
    row, shapes = letters.small_line + 5, list[Shape]()
    left, right, bottom, top = 8.0, width - 8, height - 2 * row - 6, 2 * row + 2
    step = (right - left) / max(len(months), 1)
    scale = nice_top(max((month.units for month in months), default=1) or 1)
    shapes.append(Stroke(left, bottom, right, bottom, Tint.QUIET))
    for at, month in enumerate(months):
        x, middle = left + at * step + step * 0.18, left + (at + 0.5) * step
        shapes.append(
            Wording(middle, bottom + row * 0.7, say_month(month.first), Side.CENTRE, small=True, tint=Tint.QUIET)
        )
        if not month.units:
            shapes.append(Wording(middle, bottom - row / 2, "–", Side.CENTRE, small=True, tint=Tint.QUIET))
            continue
        high = max((bottom - top) * month.units / scale, 4.0)
        shapes.append(Patch(x, bottom - high, step * 0.64, high, Tint.STRONG, edge=True))
        shapes += _hatched(x, bottom, step * 0.64, high * month.at_risk / month.units)
        shapes.append(
            Wording(middle, bottom - high - row * 1.5, f"{month.units:,}", Side.CENTRE, small=True, strong=True)
        )
        if month.packs:
            packs = ngettext("{count} box", "{count} boxes", month.packs).format(count=f"{month.packs:,}")
            shapes.append(Wording(middle, bottom - high - row * 0.6, packs, Side.CENTRE, small=True))
    y = bottom + row * 1.7 + 3
    shapes.append(Patch(left, y - 6, 18, 12, Tint.STRONG, edge=True))
    shapes += _hatched(left, y + 6, 18, 12)
    shapes.append(Wording(left + 24, y, _("will not be used at the present pace"), small=True, tint=Tint.QUIET))
    where = {month.first: left + (at + 0.5) * step for at, month in enumerate(months)}
    return Drawn(tuple(shapes), lambda day: where.get(day.replace(day=1), left), bottom)


def _hatched(x: float, bottom: float, width: float, high: float) -> Iterable[Shape]:
    """Level lines from the foot of a bar up: seen on paper and in high contrast as well."""
    if high <= 0:
        return ()
    lines = [Stroke(x, bottom - high, x + width, bottom - high, Tint.TEXT, 1.5)]
    y = bottom - _HATCH
    while y > bottom - high:
        lines.append(Stroke(x, y, x + width, y, Tint.TEXT))
        y -= _HATCH
    return lines
