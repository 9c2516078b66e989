"""What things lie on: cards, hairlines, bars, banners, empty states. They paint roles and hold no logic."""

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.layouts import Item, Margins, column, line_up, row, stack
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.painting import rounded
from clinic_desktop.uikit.theme import RADIUS, S2, S3, S4, TONES, Role, Size, Tone, Weight, col, metrics, shade
from clinic_desktop.uikit.words import Phrase, Piece, Run, Text, semi


class Card(QFrame):
    """A surface with a hairline. `tone` paints its ground, `bar` a bar at the left, `selected` an accent edge."""

    def __init__(
        self,
        *items: Item,
        ground: Role = "surface",
        bar: Role | None = None,
        selected: bool = False,
        flat: bool = False,
        margins: Margins = (S4, S3, S4, S3),
        gap: int = S2,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._ground: Role = ground
        self._bar: Role | None = bar
        self._selected, self._flat = selected, flat
        self.body: QVBoxLayout = stack(self, *items, margins=margins, gap=gap)

    def set_selected(self, selected: bool) -> None:
        self._selected = selected
        self.update()

    def set_ground(self, ground: Role, bar: Role | None = None) -> None:
        self._ground, self._bar = ground, bar
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        edge = None if self._flat else (shade(self._bar, 110) if self._bar else col("line"))
        if self._selected:
            edge = col("accent")
        rounded(painter, area, col(self._ground), edge, RADIUS, 2 if self._selected else 1)
        if self._bar is not None:
            corners = QPainterPath()
            corners.addRoundedRect(area, RADIUS, RADIUS)
            painter.setClipPath(corners)
            painter.fillRect(QRectF(0, 0, 4, area.height()), col(self._bar))


class Line(QWidget):
    """A hairline between things; `upright` between neighbours."""

    def __init__(self, *, upright: bool = False, length: int = 34, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        if upright:
            self.setFixedSize(1, length)
        else:
            self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), col("line"))


class Bar(QWidget):
    """A strip across the window with one hairline: the top bar, the footer, the banner."""

    def __init__(self, height: int, edge: Literal["top", "bottom"], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edge = edge
        self.setFixedHeight(height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), col("surface"))
        at = self.height() - 1 if self._edge == "bottom" else 0
        painter.fillRect(0, at, self.width(), 1, col("line"))


class EmptyState(QWidget):
    """What a place is for and the one thing to do, in the place of the first row. No picture."""

    def __init__(self, sentence: str, button: Button | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = Text(sentence, color="quiet", wrap=True)
        self.button = button
        if button is None:
            line_up(self, (self.sentence, 1), margins=(S3, S2, S3, S2))
        else:
            stack(self, self.sentence, row(button, None), None, margins=(S3, S2, S3, S2), gap=S2)


class Callout(Card):
    """A head and a word beside an icon, on the ground of its tone: the allergy in the banner, a hint in a page."""

    def __init__(
        self,
        words: str,
        tone: Tone = "neutral",
        icon: str = "info-circle",
        head: str = "",
        parent: QWidget | None = None,
    ) -> None:
        ink, ground = TONES[tone]
        self.words = Text(words, "body", "bold" if head else "regular", wrap=not head)
        lines: list[Item] = [Text(head, "small", "semi", ink)] if head else []
        said = column(*lines, self.words, gap=0)
        high = 4 if head else S2
        inside = row(Icon(icon, ink), (said, 1), gap=S2)
        super().__init__(inside, ground=ground, flat=True, margins=(S3, high, S4, high), parent=parent)
        self.setAccessibleName(f"{head} {words}".strip())


class Strip(Card):
    """A line that must be seen before all else (an open risk): tone, icon, head, words, one button."""

    def __init__(
        self,
        head: str,
        *pieces: Piece,
        tone: Tone = "danger",
        icon: str = "alert-triangle",
        button: Button | None = None,
        parent: QWidget | None = None,
    ) -> None:
        ink, ground = TONES[tone]
        self.button = button
        self.head = Text(head, weight="semi", color=ink, wrap=not pieces)
        items: list[Item] = [Icon(icon, ink, 20)]
        items += [self.head, (Phrase(*pieces), 1)] if pieces else [(self.head, 1)]
        if button is not None:
            items.append(button)
        super().__init__(row(*items, gap=S3), ground=ground, bar=ink, margins=(S4, 4, S2, 4), parent=parent)


_NAME_ROOM = 300
"""Of a line of a banner; the rest is for the facts and the allergies, also in a window of 911 px."""


class Banner(Bar):
    """Whose page this is; it never scrolls. Name, under it the preferred name, then label over value.

    64 px; a very long name takes another line and is never cut, and marks of a rare kind stand under it all.
    """

    def __init__(
        self,
        name: str,
        under: str = "",
        facts: Sequence[tuple[str, Piece | Sequence[Piece]]] = (),
        aside: QWidget | None = None,
        marks: Sequence[QWidget] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(64, "bottom", parent)
        # A name that needs several lines is set smaller, so that it takes less of a low window.
        size: Size = "head" if metrics("head", "bold").horizontalAdvance(name) <= _NAME_ROOM else "body"
        self.name = Text(name, size, "bold")
        self.under = Text(under, "small", color="quiet")
        higher = _fit(self.name, size, "bold") + _fit(self.under, "small", "regular")
        self.setFixedHeight(64 + higher + (28 if marks else 0))
        items: list[Item] = [column(self.name, self.under, gap=0)]
        for label, value in facts:
            pieces = (value,) if isinstance(value, str | Run) else tuple(value)
            said = [semi(piece) if isinstance(piece, str) else piece for piece in pieces]
            items += [Line(upright=True), column(Text(label, "small", color="quiet"), Phrase(*said, wrap=False), gap=0)]
        items.append(None)
        if aside is not None:
            items.append(aside)
        line = row(*items, margins=(S4, S2, S4, S2), gap=S4)
        if marks:
            stack(self, (line, 1), row(*marks, None, margins=(S4, 0, S4, 6), gap=S2), gap=0)
        else:
            stack(self, line, gap=0)


def _fit(words: Text, size: Size, weight: Weight) -> int:
    """Wrap words that are too long for a banner; returns how much more height they need than one line."""
    letters = metrics(size, weight)
    if letters.horizontalAdvance(words.text()) <= _NAME_ROOM:
        return 0
    words.setWordWrap(True)
    words.setFixedWidth(_NAME_ROOM)
    flags = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
    return letters.boundingRect(QRect(0, 0, _NAME_ROOM, 2000), flags, words.text()).height() - letters.height()
