"""The course over time as plain values: scores, medicines with their doses, events, on one axis of days.

A scale without a total has no value and is never given one: it stands as a day on which it was asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from clinic_desktop.features.consults.rules.scale_tables import Band, find_scale
from clinic_desktop.features.consults.rules.scoring import say_band
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import N_, _

LONGEST_GAP = timedelta(days=45)
"""A longer time without any begins a new span."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One answered scale, in the words of a chart."""

    scale_code: str
    day: date
    total: int | None
    band: str | None = None
    doubts: str = ""
    """In words: read through an interpreter, not validated in the language."""


@dataclass(frozen=True, slots=True)
class Point:
    day: date
    total: int
    band: str = ""
    """In words; empty where the scale has none."""
    doubts: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    scale_code: str
    title: str
    highest: int
    bands: tuple[Band, ...]
    points: tuple[Point, ...]
    without_total: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Prescribed:
    """One prescribed line. `doses` are its steps: for how many days which dose, in words, and how much that is."""

    name: str
    start: date
    doses: tuple[tuple[int, str], ...]
    stopped_on: date | None = None
    stop_reason: str = ""

    @property
    def end(self) -> date:
        """The first day that is not covered."""
        covered = self.start + timedelta(days=sum(days for days, _said in self.doses))
        # One that was stopped before it began was never taken.
        return max(self.stopped_on, self.start) if self.stopped_on else covered


@dataclass(frozen=True, slots=True)
class Stretch:
    """One dose from the first day to the first that is not covered."""

    start: date
    end: date
    dose: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One medicine over time. Stretches that touch differ in their dose."""

    name: str
    stretches: tuple[Stretch, ...]
    stops: tuple[tuple[date, str], ...] = ()
    """Where somebody ended it, and why."""

    @property
    def end(self) -> date:
        return self.stretches[-1].end


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `words` say of which kind it is."""

    day: date
    words: str
    more: str = ""
    whole_day: bool = True
    """Only the month or the year is known otherwise; it then stands at its beginning."""


@dataclass(frozen=True, slots=True)
class Lettered:
    letter: str
    event: Event


@dataclass(frozen=True, slots=True)
class Course:
    series: tuple[Series, ...]
    bars: tuple[Bar, ...]
    events: tuple[Lettered, ...]
    """Oldest first."""
    today: date
    pending: str = ""
    """Words at today for a scale that is being answered and has no total: never a point."""

    @property
    def is_empty(self) -> bool:
        return not (any(s.points or s.without_total for s in self.series) or self.bars or self.events)

    @property
    def points(self) -> tuple[Point, ...]:
        """Of the scale that stands first."""
        return self.series[0].points if self.series else ()

    @property
    def first_day(self) -> date:
        days = [day for one in self.series for day in (*(p.day for p in one.points), *one.without_total)]
        days += [bar.stretches[0].start for bar in self.bars] + [one.event.day for one in self.events]
        return min([*days, self.today - timedelta(days=1)])

    def legend(self) -> tuple[tuple[str, str, tuple[date, ...]], ...]:
        """Each letter once: what it is, and on which days."""
        found: dict[str, tuple[str, list[date]]] = {}
        for one in self.events:
            found.setdefault(one.letter, (one.event.words, []))[1].append(one.event.day)
        return tuple((letter, words, tuple(days)) for letter, (words, days) in found.items())


def course_of(
    answered: Iterable[Answered],
    prescribed: Iterable[Prescribed],
    events: Iterable[Event],
    today: date,
) -> Course:
    """Everything; what is shown of it is chosen with `only`."""
    happened = sorted((e for e in events if e.day <= today), key=lambda e: (e.day, e.words))
    return Course(series_of(answered), bars_of(prescribed, today), lettered(happened), today)


def only(course: Course, scale_codes: Sequence[str] | None = None, *, bars: int | None = None) -> Course:
    """The course with these scales, in their order, and so many of the medicines that end last."""
    series = course.series
    if scale_codes is not None:
        known = {one.scale_code: one for one in series}
        series = tuple(known[code] for code in scale_codes if code in known)
    return replace(course, series=series, bars=course.bars if bars is None else course.bars[:bars])


def series_of(answered: Iterable[Answered]) -> tuple[Series, ...]:
    """Of each scale the complete answers, oldest first; the scale that was asked most comes first."""
    found: dict[str, list[Answered]] = {}
    for one in sorted(answered, key=lambda a: a.day):
        found.setdefault(one.scale_code, []).append(one)
    # A form without a scoring table has nothing that could be drawn.
    scored = {code: lines for code, lines in found.items() if not ((scale := find_scale(code)) and scale.is_form)}
    made = [_series(code, lines) for code, lines in scored.items()]
    return tuple(sorted(made, key=lambda s: (-len(s.points), -len(s.without_total), s.title)))


def _series(code: str, lines: Sequence[Answered]) -> Series:
    scale = find_scale(code)
    points = tuple(Point(a.day, a.total, say_band(code, a.band), a.doubts) for a in lines if a.total is not None)
    # A scale that only a newer program knows still has its totals; its height is what was seen.
    highest = max([scale.highest if scale else 1, *(p.total for p in points)])
    without = tuple(a.day for a in lines if a.total is None)
    title = scale.title if scale else code
    if scale is not None and scale.is_higher_better:
        title = f"{title} ({_('higher is better')})"
    return Series(code, title, highest, scale.bands if scale else (), points, without)


def bars_of(prescribed: Iterable[Prescribed], today: date) -> tuple[Bar, ...]:
    """One bar for each medicine, those that end last first. What is prescribed anew replaces what ran."""
    by_name: dict[str, list[Prescribed]] = {}
    for line in sorted(prescribed, key=lambda p: p.start):
        by_name.setdefault(line.name.casefold(), []).append(line)
    bars = [bar for lines in by_name.values() if (bar := _bar(lines, today)) is not None]
    return tuple(sorted(bars, key=lambda bar: (bar.end, bar.stretches[0].start), reverse=True))


def _bar(lines: Sequence[Prescribed], today: date) -> Bar | None:
    stretches: list[Stretch] = []
    for _start, of_day in groupby(lines, key=lambda line: line.start):
        for one in _stretches(_together(list(of_day))):
            if one.start <= today:
                _lay(stretches, Stretch(one.start, min(one.end, today), one.dose))
    stops = tuple((line.stopped_on, line.stop_reason) for line in lines if line.stopped_on and line.stopped_on <= today)
    return Bar(lines[0].name, tuple(stretches), tuple(dict.fromkeys(stops))) if stretches else None


def _together(lines: Sequence[Prescribed]) -> Prescribed:
    """Lines of one medicine that begin on one day are taken together: one tablet of 20 and a half of 10."""
    running = [line for line in lines if line.end > line.start] or list(lines)
    if len(running) == 1 or any(len(line.doses) > 1 for line in running):
        return running[-1]
    last = max(running, key=lambda line: line.end)
    said = " + ".join(dict.fromkeys(said for line in running for _days, said in line.doses if said))
    return replace(last, doses=((last.doses[0][0], said),))


def _stretches(line: Prescribed) -> Iterable[Stretch]:
    start = line.start
    for days, said in line.doses:
        end = max(min(start + timedelta(days=days), line.end), start)
        if end > start or not days:
            yield Stretch(start, end, said)
        start = end


def _lay(laid: list[Stretch], one: Stretch) -> None:
    """Put a stretch after those that are there: the same dose goes on over a short gap, another one cuts what ran."""
    if laid and one.start - laid[-1].end <= LONGEST_GAP:
        last = laid[-1]
        if last.dose == one.dose:
            laid[-1] = Stretch(last.start, max(last.end, one.end), last.dose)
            return
        laid[-1] = Stretch(last.start, max(one.start, last.start), last.dose)
    laid.append(one)


_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which look like 1 and 0."""


def lettered(events: Sequence[Event]) -> tuple[Lettered, ...]:
    """A letter for each kind of event, in the order in which the kinds first happened."""
    letters: dict[str, str] = {}
    for event in events:
        at = len(letters)
        letters.setdefault(event.words, _LETTERS[at] if at < len(_LETTERS) else str(at))
    return tuple(Lettered(letters[event.words], event) for event in events)


@dataclass(frozen=True, slots=True)
class Spot:
    """One day of the course as it is said aloud."""

    day: date
    words: str


def say_star(course: Course) -> str:
    """What the star beside a number means; empty where none has one."""
    if not any(point.doubts for series in course.series for point in series.points):
        return ""
    return _("* read through an interpreter, or not validated in the language that was spoken")


STARTED = N_("{medicine} begins: {dose}")
CHANGED = N_("{medicine} changes to {dose}")
STOPPED = N_("{medicine} is stopped")
STOPPED_BECAUSE = N_("{medicine} is stopped: {reason}")


def spots(course: Course) -> tuple[Spot, ...]:
    """Everything the trend shows, day by day, for those who hear it or walk through it with the arrows."""
    said: list[tuple[date, str]] = []
    for one in course.series:
        said += [(point.day, say_point(one, point)) for point in one.points]
        said += [(day, _("{scale} without a total").format(scale=one.title)) for day in one.without_total]
    for bar in course.bars:
        said += _said_bar(bar)
    said += [
        (x.event.day, f"{x.letter} {x.event.words}" + (f": {x.event.more}" if x.event.more else ""))
        for x in course.events
    ]
    said.sort(key=lambda pair: pair[0])
    days = groupby(said, key=lambda pair: pair[0])
    return tuple(Spot(day, f"{say_day(day)}: " + "; ".join(words for _day, words in told)) for day, told in days)


def say_point(series: Series, point: Point) -> str:
    return ", ".join(part for part in (f"{series.title} {point.total}", point.band, point.doubts) if part)


def _said_bar(bar: Bar) -> list[tuple[date, str]]:
    said: list[tuple[date, str]] = []
    before: Stretch | None = None
    for one in bar.stretches:
        words = CHANGED if before is not None and before.end == one.start else STARTED
        said.append((one.start, _(words).format(medicine=bar.name, dose=one.dose or _("dose not known"))))
        before = one
    for day, reason in bar.stops:
        words = STOPPED_BECAUSE if reason else STOPPED
        said.append((day, _(words).format(medicine=bar.name, reason=reason)))
    return said
