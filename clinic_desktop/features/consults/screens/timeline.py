"""The story: everything that happened, newest at the top, by day. Arrows choose, Enter reads, digits sift by kind."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from clinic_desktop.features.consults.queries.chart import Chart
from clinic_desktop.features.consults.queries.story import NOTE_STATE_WORDS as STATE_WORDS
from clinic_desktop.features.consults.rules.telling import STORY_WORDS, StoryKind, StoryLine, sifted
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.keys import cap
from clinic_desktop.uikit.layouts import row, scrolled
from clinic_desktop.uikit.marks import KeyCap
from clinic_desktop.uikit.painting import draw_icon, focus_ring, rounded
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import RADIUS, S2, S3, col, font, metrics
from clinic_desktop.uikit.words import Text

__all__ = ["STATE_WORDS", "LineSheet", "Stop", "StoryList", "TimelinePanel", "stops_of"]

VISIT_STEP, STEP = 50, 42
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_WORDS_AT = 28
_ICONS = {
    StoryKind.SCORE: "list-numbers",
    StoryKind.MEDICINE: "pill",
    StoryKind.FINDING: "heartbeat",
    StoryKind.DANGER: "alert-triangle",
    StoryKind.COMING: "phone",
    StoryKind.EVENT: "flag",
    StoryKind.LETTER: "mail",
}


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the line. `day` is empty where the stop above is of the same day; a last one leads to older lines."""

    encounter_id: str
    note_id: str | None
    day: str
    title: str
    under: str
    line: StoryLine | None = None

    @property
    def is_visit(self) -> bool:
        return self.line is not None and self.line.kind is StoryKind.VISIT

    @property
    def height(self) -> int:
        return VISIT_STEP if self.is_visit else STEP if self.under else STEP - 14


def stops_of(chart: Chart, now: str | None, today_year: int, kind: StoryKind | None = None) -> tuple[Stop, ...]:
    """`now` is the encounter that is being written."""
    notes = {row.encounter_id: row.note_id for row in chart.timeline}
    stops: list[Stop] = []
    before: PartialDate | None = None
    for line in sifted(chart.story.lines, kind):
        day = "" if line.day == before else _said_day(line.day, today_year)
        before = line.day
        encounter_id = line.encounter_id or ""
        if line.kind is StoryKind.VISIT and encounter_id == now and line.note_id is None:
            under = _("{kind} · draft").format(kind=line.title)
            stops.append(Stop(encounter_id, None, day, _("Now"), under, line))
        else:
            note_id = line.note_id or notes.get(encounter_id)
            stops.append(Stop(encounter_id, note_id, day, line.title, line.under, line))
    if chart.story.has_more:
        stops.append(Stop("", None, "", _("Earlier …"), _("Enter shows the whole story")))
    return tuple(stops)


def _said_day(day: PartialDate, year: int) -> str:
    whole = day.said()
    return whole.rpartition("-")[0] if day.year == year and day.day is not None else whole


class StoryList(QWidget):
    """Painted; only what is in sight is drawn."""

    opened = Signal(object)
    sift = Signal(int)
    """A digit: 1 is everything, 2 and on the kinds in their order."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stops: tuple[Stop, ...] = ()
        self._tops: list[int] = [0]
        self._at = 0
        self._now: str | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Story"))
        self.setFixedHeight(STEP)

    def show_stops(self, stops: Sequence[Stop], now: str | None) -> None:
        if tuple(stops) == self._stops and now == self._now:
            return
        self._stops, self._now = tuple(stops), now
        self._at = min(self._at, max(len(stops) - 1, 0))
        self._tops = [4]
        for stop in self._stops:
            self._tops.append(self._tops[-1] + stop.height)
        self.setFixedHeight(max(self._tops[-1] + 4, STEP))
        self._say()

    def stop(self) -> Stop | None:
        return self._stops[self._at] if self._stops else None

    def _say(self) -> None:
        here = self.stop()
        day = here.line.day.said() if here and here.line else ""
        self.setAccessibleDescription(f"{day} {here.title} {here.under}" if here else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, self.height())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_chosen()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}.get(
            Qt.Key(event.key())
        )
        typed = event.text()
        if step is not None and plain:
            self._choose(self._at + step)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and plain:
            self._choose(0 if event.key() == Qt.Key.Key_Home else len(self._stops) - 1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self._open()
        elif plain and len(typed) == 1 and typed in "123456789":
            self.sift.emit(int(typed))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(bisect_right(self._tops, int(event.position().y())) - 1)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._open()

    def _choose(self, at: int) -> None:
        self._at = max(0, min(at, len(self._stops) - 1))
        self._show_chosen()
        self._say()

    def _show_chosen(self) -> None:
        viewport = self.parentWidget()
        area = viewport.parentWidget() if viewport is not None else None
        if isinstance(area, QScrollArea) and self._stops:
            area.ensureVisible(0, (self._tops[self._at] + self._tops[self._at + 1]) // 2, 0, STEP)

    def _open(self) -> None:
        here = self.stop()
        if here is not None:
            self.opened.emit(here)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._stops:
            painter.setPen(col("quiet"))
            painter.setFont(font("small"))
            painter.drawText(QRectF(self.rect()), _MIDDLE | Qt.TextFlag.TextWordWrap, _("Nothing is noted here yet."))
            return
        first = max(bisect_right(self._tops, event.rect().top()) - 1, 0)
        last = min(bisect_right(self._tops, event.rect().bottom()), len(self._stops))
        if len(self._stops) > 1:
            end = self._tops[-2] + 12
            painter.fillRect(QRectF(9, 14, 2, end - 14), col("line"))
        for at in range(first, last):
            self._paint_stop(painter, at, self._stops[at])

    def _paint_stop(self, painter: QPainter, at: int, stop: Stop) -> None:
        y, high = self._tops[at], stop.height
        is_now = bool(self._now) and stop.encounter_id == self._now
        ground = QRectF(22, y - 2, self.width() - 23, high - 3)
        if is_now and stop.is_visit:
            rounded(painter, ground, col("accent_soft"))
        if at == self._at and self.hasFocus():
            focus_ring(painter, ground, RADIUS)
        self._paint_mark(painter, y, stop, is_now)
        x = float(_WORDS_AT)
        if stop.day:
            painter.setPen(col("text"))
            painter.setFont(font("body" if stop.is_visit else "small", "semi"))
            painter.drawText(QRectF(x, y, 150, 20), _MIDDLE, stop.day)
            x += metrics("body" if stop.is_visit else "small", "semi").horizontalAdvance(stop.day) + 7
        voided = stop.line is not None and stop.line.voided
        painter.setPen(col("quiet" if voided else "text"))
        _elided(painter, QRectF(x, y, self.width() - x - 4, 20), stop.title, small=not stop.is_visit)
        painter.setPen(col("quiet"))
        _elided(painter, QRectF(_WORDS_AT, y + 19, self.width() - _WORDS_AT - 4, 18), stop.under, small=True)

    def _paint_mark(self, painter: QPainter, y: int, stop: Stop, is_now: bool) -> None:
        if stop.is_visit:
            dot = QRectF(4, y + 4, 12, 12)
            rounded(painter, dot, col("accent" if is_now else "surface"), col("accent" if is_now else "border"), 6, 2)
        elif stop.line is not None:
            painter.fillRect(QRectF(2, y + 1, 16, 18), col("surface"))
            danger = stop.line.kind is StoryKind.DANGER and not stop.line.voided
            draw_icon(painter, 3, y + 3, _ICONS[stop.line.kind], "danger" if danger else "quiet", 14)


def _elided(painter: QPainter, area: QRectF, words: str, *, small: bool) -> None:
    size = "small" if small else "body"
    painter.setFont(font(size))
    said = metrics(size).elidedText(words, Qt.TextElideMode.ElideRight, round(area.width()))
    painter.drawText(area, _MIDDLE, said)


class LineSheet(Sheet):
    """A line of the story whole, where there is nothing else to open."""

    def __init__(self, line: StoryLine, parent: QWidget | None) -> None:
        said = Text(line.under, wrap=True)
        super().__init__(line.title, parent, Text(f"{line.day.said()} · {line.title}", "head", "semi", wrap=True), said)
        back = self.add_deed(Button(_("Back"), key="back", kind="primary"))
        back.setFocus()


class TimelinePanel(Card):
    """The story in a card, with what it is sifted by. `opened` with a stop that leads to a consultation."""

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.line = StoryList()
        kinds: list[tuple[StoryKind | None, str]] = [
            (None, _("Everything")),
            *((k, _(STORY_WORDS[k])) for k in StoryKind),
        ]
        self.kind = Select([(kind, f"{at} {words}") for at, (kind, words) in enumerate(kinds, 1)])
        self.kind.setAccessibleName(_("What the story shows"))
        super().__init__(
            row((self.kind, 1), KeyCap(cap("section_1")), gap=6),
            (scrolled(self.line), 1),
            margins=(S3, S2, S2, S2),
            gap=S2,
            parent=parent,
        )
        self._chart: Chart | None = None
        self._now: str | None = None
        self._year = 0
        self._more: Callable[[], Chart] | None = None
        self.look: Callable[[str], bool] | None = None
        """Shows the paper from elsewhere with this id; False where it is none."""
        self._whole = False
        self.line.opened.connect(self._open)
        self.line.sift.connect(self._sift)
        self.kind.currentIndexChanged.connect(self._show)

    def show_chart(self, chart: Chart, now: str | None, year: int, more: Callable[[], Chart] | None = None) -> None:
        """`more` asks for the chart with the whole story."""
        self._more, self._now, self._year = more, now, year
        self._chart = more() if more is not None and self._whole and chart.story.has_more else chart
        self._show()

    def _show(self, _at: int = 0) -> None:
        if self._chart is not None:
            self.line.show_stops(stops_of(self._chart, self._now, self._year, self.kind.value()), self._now)

    def _sift(self, digit: int) -> None:
        if digit <= self.kind.count():
            self.kind.setCurrentIndex(digit - 1)

    def _open(self, stop: Stop) -> None:
        if stop.line is None:
            self._whole = True
            if self._more is not None:
                self._chart = self._more()
                self._show()
        elif stop.note_id is not None or stop.is_visit:
            self.opened.emit(stop)
        elif not (stop.line.kind is StoryKind.LETTER and self.look is not None and self.look(stop.line.line_id)):
            LineSheet(stop.line, self.window()).open()

    def take_focus(self) -> None:
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
