"""Pictures of the stock: one product over time, and what expires by month. Left and right say each point of them."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters import stock_picture as papers
from clinic_desktop.features.medication.queries import history
from clinic_desktop.features.medication.rules.stock_course import ExpiryMonth, Spot, StockCourse
from clinic_desktop.features.medication.rules.stock_drawing import Drawn, draw_course, draw_expiry
from clinic_desktop.features.medication.service import ordering as service
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.printing.drawing import Letters, Tint
from clinic_desktop.printing.on_screen import Dress, paint
from clinic_desktop.printing.paper import Paper
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.painting import focus_ring
from clinic_desktop.uikit.theme import Role, col, font
from clinic_desktop.uikit.walking import WalkedPicture
from clinic_desktop.uikit.words import Text

_INK: dict[Tint, Role] = {Tint.TEXT: "text", Tint.QUIET: "quiet", Tint.STRONG: "accent", Tint.FAINT: "line"}
_GROUND: dict[Tint, Role] = {Tint.STRONG: "accent_soft", Tint.FAINT: "ground"}
_DRESS = Dress(
    ink=lambda tint: col(_INK[tint]),
    ground=lambda tint: col(_GROUND.get(tint, "surface")),
    surface=lambda: col("surface"),
    font=lambda small, strong: font("small" if small else "body", "semi" if strong else "regular"),
)


class Picture(WalkedPicture[Spot]):
    """A drawing with points that the arrows walk through."""

    def __init__(self, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty = empty
        self._draw: Callable[[float, float, Letters], Drawn] | None = None
        self._drawn: Drawn | None = None
        self.setMinimumSize(300, 130)

    def show_course(self, course: StockCourse) -> None:
        title = _("Stock of {medicine}").format(medicine=course.said)
        draw = None if course.is_empty else partial(draw_course, course)
        self._show(title, draw, () if course.is_empty else course.spots())

    def show_months(self, months: Sequence[ExpiryMonth]) -> None:
        there = any(month.units for month in months)
        spots = [Spot(month.first, month.words()) for month in months]
        self._show(_("What expires by month"), partial(draw_expiry, months) if there else None, spots if there else ())

    def _show(self, title: str, draw: Callable[[float, float, Letters], Drawn] | None, spots: Sequence[Spot]) -> None:
        self._draw, self._spots, self._drawn, self._at = draw, spots, None, None
        count = ngettext("{count} point", "{count} points", len(spots)).format(count=len(spots))
        self.setAccessibleName(_("{what}; arrows walk through {count}").format(what=title, count=count))
        self.setAccessibleDescription("" if spots else self._empty)
        self.update()

    def place(self, day: date) -> float:
        return self._laid_out().x(day)

    def sizeHint(self) -> QSize:
        return QSize(760, 330)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._drawn = None

    # painting

    def _laid_out(self) -> Drawn:
        if self._drawn is None:
            assert self._draw is not None
            self._drawn = self._draw(self.width(), self.height(), _DRESS.letters())
        return self._drawn

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._draw is None:
            painter.setFont(font())
            painter.setPen(col("quiet"))
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._empty)
        else:
            drawn = self._laid_out()
            paint(painter, drawn.shapes, _DRESS)
            here = self.spot()
            if here is not None:
                x = drawn.x(here.day)
                painter.setPen(QPen(col("accent"), 2))
                painter.drawLine(QPointF(x, 4), QPointF(x, drawn.bottom))
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()))


class StockPictureSheet(Sheet):
    """One product over time, with until when it lasts; what is walked through is said under it."""

    def __init__(self, office: Office, presentation_id: str, screen: QWidget) -> None:
        self._office, self._id = office, presentation_id
        course = office.ask(history.stock_course, presentation_id)
        self.picture = Picture(_("The stock is drawn here from the first delivery on."))
        self.picture.show_course(course)
        self.said = Text(_hint(course, office.today()), "small", color="quiet", wrap=True)
        self.said.setMinimumHeight(32)
        window = screen.window()
        wide = max(min(window.width() - 60, 1100), 640)
        title = Text(_("Stock of {medicine}").format(medicine=course.said), "head", "semi", wrap=True)
        super().__init__(_("Stock over time"), screen, title, (self.picture, 1), self.said, width=wide)
        self.resize(wide, max(min(window.height() - 60, 560), 360))
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        self.print = self.add_deed(Button(_("Print"), key="print", kind="primary", icon="printer"), self._print)
        self.picture.walked.connect(self.said.setText)
        self.picture.setFocus()

    def _print(self) -> None:
        preview(self._office, self._office.ask(papers.stock_paper, self._id), _("Stock over time"), self)


def _hint(course: StockCourse, today: date) -> str:
    told = [_("There are {units}.").format(units=course.shelf)]
    if course.ends_on is not None and course.ends_on > today:
        told.append(course.spots()[-1].words + ".")
    return " ".join((*told, _("Left and right walk through what happened.")))


def preview(office: Office, paper: Paper, title: str, over: QWidget) -> None:
    """A paper about the shelf, which names nobody."""
    from clinic_desktop.printing.preview import Leaving, Preview

    def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
        note = partial(service.note_stock_printed, what=title, way=leaving.way, copies=leaving.copies)
        office.do(note, over, then=lambda _none: proceed())

    Preview(paper.pdf(), title, parent=over, record=record, suggested="hoja.pdf").open()
