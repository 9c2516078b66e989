"""The story: every consultation on one line, newest at the top. Arrows choose, Enter reads."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinic_desktop.features.consults.queries.chart import Chart
from clinic_desktop.features.consults.queries.notes import TimelineRow
from clinic_desktop.features.consults.queries.scales import ScoreRow
from clinic_desktop.features.consults.rules.scoring import find_scale
from clinic_desktop.features.consults.rules.sections import kind_words
from clinic_desktop.features.consults.rules.signing import NoteState
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.uikit.keys import cap
from clinic_desktop.uikit.layouts import row, scrolled
from clinic_desktop.uikit.marks import KeyCap
from clinic_desktop.uikit.painting import focus_ring, rounded
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import RADIUS, S2, S3, col, font, metrics
from clinic_desktop.uikit.words import Text

STEP = 62
STATE_WORDS = {
    NoteState.SIGNED: N_("signed"),
    NoteState.WAITING: N_("to be signed"),
    NoteState.RETURNED: N_("returned"),
}
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the line."""

    encounter_id: str
    note_id: str | None
    day: str
    title: str
    under: str


def stops_of(chart: Chart, now: str | None, today_year: int) -> tuple[Stop, ...]:
    """`now` is the encounter that is being written."""
    told = chart.scores_by_encounter()
    return tuple(_stop(line, told.get(line.encounter_id, ()), now, today_year) for line in chart.timeline)


def _stop(line: TimelineRow, scores: Sequence[ScoreRow], now: str | None, year: int) -> Stop:
    whole = PartialDate.of(line.occurred_on).said()
    day = whole.rpartition("-")[0] if line.occurred_on.year == year else whole
    kind = kind_words(line.kind)
    if line.encounter_id == now and line.note_id is None:
        return Stop(line.encounter_id, None, day, _("Now"), _("{kind} · draft").format(kind=kind))
    under = [words for score in scores if (words := _said_score(score))]
    if line.voided:
        under = [_("taken back")]
    elif line.state is None:
        under.append(_("not signed"))
    else:
        under.append(_(STATE_WORDS[line.state]))
    return Stop(line.encounter_id, line.note_id, day, kind, " · ".join(under))


def _said_score(score: ScoreRow) -> str:
    scale = find_scale(score.scale_code)
    return f"{scale.title} {score.total}" if scale is not None and score.total is not None else ""


class StoryLine(QWidget):
    """Painted; only what is in sight is drawn."""

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stops: tuple[Stop, ...] = ()
        self._at = 0
        self._now: str | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Visits"))

    def show_stops(self, stops: Sequence[Stop], now: str | None) -> None:
        self._stops, self._now = tuple(stops), now
        self._at = min(self._at, max(len(stops) - 1, 0))
        self.setFixedHeight(max(STEP * len(self._stops) + 8, STEP))
        self._say()

    def stop(self) -> Stop | None:
        return self._stops[self._at] if self._stops else None

    def _say(self) -> None:
        here = self.stop()
        self.setAccessibleDescription(f"{here.day} {here.title} {here.under}" if here else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, self.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and not event.modifiers():
            self._choose(self._at + step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._open()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(int(event.position().y()) // STEP)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._open()

    def _choose(self, at: int) -> None:
        self._at = max(0, min(at, len(self._stops) - 1))
        self._say()

    def _open(self) -> None:
        here = self.stop()
        if here is not None:
            self.opened.emit(here)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        first = max(event.rect().top() // STEP, 0)
        last = min(event.rect().bottom() // STEP, len(self._stops) - 1)
        if len(self._stops) > 1:
            painter.fillRect(QRectF(9, 14, 2, STEP * (len(self._stops) - 1)), col("line"))
        for at in range(first, last + 1):
            self._paint_stop(painter, at, self._stops[at])

    def _paint_stop(self, painter: QPainter, at: int, stop: Stop) -> None:
        y = 4 + STEP * at
        is_now = stop.encounter_id == self._now
        ground = QRectF(22, y - 3, self.width() - 23, 55)
        if is_now:
            rounded(painter, ground, col("accent_soft"))
        if at == self._at and self.hasFocus():
            focus_ring(painter, ground, RADIUS)
        dot = QRectF(4, y + 4, 12, 12)
        rounded(painter, dot, col("accent" if is_now else "surface"), col("accent" if is_now else "border"), 6, 2)
        painter.setPen(col("text"))
        painter.setFont(font("body", "semi"))
        painter.drawText(QRectF(30, y, 150, 20), _MIDDLE, stop.day)
        x = 30 + metrics("body", "semi").horizontalAdvance(stop.day) + 8
        painter.setFont(font())
        room = self.width() - x - 4
        title = metrics().elidedText(stop.title, Qt.TextElideMode.ElideRight, round(room))
        painter.drawText(QRectF(x, y, room, 20), _MIDDLE, title)
        painter.setFont(font("small"))
        painter.setPen(col("quiet"))
        under = metrics("small").elidedText(stop.under, Qt.TextElideMode.ElideRight, self.width() - 36)
        painter.drawText(QRectF(30, y + 23, self.width() - 32, 20), _MIDDLE, under)


class TimelinePanel(Card):
    """The line in a card. `opened` with a stop that has a signed note."""

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.line = StoryLine()
        super().__init__(
            row(Text(_("Visits"), "head", "semi"), None, KeyCap(cap("section_1")), gap=6),
            (scrolled(self.line), 1),
            margins=(S3, 10, S2, 10),
            gap=S2,
            parent=parent,
        )
        self.line.opened.connect(self.opened.emit)

    def show_chart(self, chart: Chart, now: str | None, year: int) -> None:
        self.line.show_stops(stops_of(chart, now, year), now)

    def take_focus(self) -> None:
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
