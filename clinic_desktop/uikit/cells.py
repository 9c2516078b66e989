"""What stands in a cell of a list, and how it is painted: directly, without Qt's item styles.

A column's function gives a plain str or a `Cell`, made with `strong`, `quiet`, `number`, `chip`, `warn`, `two_lines`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from clinic_desktop.uikit.painting import chip_width, draw_chip, draw_icon
from clinic_desktop.uikit.theme import Role, Size, Tone, Weight, col, font, metrics
from clinic_desktop.uikit.words import Piece, Run, laid_out

Ink = Literal["plain", "strong", "quiet", "warn"]
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_WEIGHTS: dict[Ink, Weight] = {"plain": "regular", "strong": "semi", "quiet": "regular", "warn": "semi"}
_COLORS: dict[Ink, Role] = {"plain": "text", "strong": "text", "quiet": "quiet", "warn": "warning"}


@dataclass(frozen=True, slots=True)
class ChipIn:
    """A chip inside a cell."""

    text: str
    tone: Tone = "neutral"
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    ink: Ink = "plain"
    right: bool = False
    chips: tuple[ChipIn, ...] = ()
    """After the words, as far as there is room; a cell with no words is its chips."""
    pieces: tuple[Piece, ...] = ()
    """The words in several voices, where one is not enough (letters that match a search)."""
    under: str = ""
    """A second, quiet line, for rows of 60 px."""

    def said(self) -> str:
        """For a screen reader, and for tests."""
        return " ".join(part for part in (self.text, *(chip.text for chip in self.chips), self.under) if part)


def strong(text: str, *chips: ChipIn) -> Cell:
    """The value, or somebody who is here."""
    return Cell(text, "strong", chips=chips)


def quiet(text: str) -> Cell:
    return Cell(text, "quiet")


def number(text: str, ink: Ink = "plain") -> Cell:
    """At the right, with its unit in the text: "35 min"."""
    return Cell(text, ink, right=True)


def chip(text: str, tone: Tone = "neutral", icon: str = "") -> Cell:
    return Cell("", chips=(ChipIn(text, tone, icon),))


def chips(*several: ChipIn) -> Cell:
    """At most three."""
    return Cell("", chips=several)


def warn(text: str) -> Cell:
    """To be looked at: icon and words in warning."""
    return Cell(text, "warn")


def two_lines(*pieces: Piece, under: str = "", ink: Ink = "plain") -> Cell:
    """For rows of 60 px: words, perhaps in several voices, over a quiet line."""
    text = "".join(piece.text if isinstance(piece, Run) else piece for piece in pieces)
    mixed = any(isinstance(piece, Run) for piece in pieces)
    return Cell(text, ink, pieces=pieces if mixed else (), under=under)


@lru_cache(maxsize=4096)
def _fitted(text: str, size: Size, weight: Weight, room: int) -> str:
    measure = metrics(size, weight)
    if measure.horizontalAdvance(text) <= room:
        return text
    return measure.elidedText(text, Qt.TextElideMode.ElideRight, room)


def shortened(pieces: Sequence[Piece], room: int) -> tuple[Run, ...]:
    """As much as has room, with dots where something is left out: half a name must not look like a whole one."""
    kept: list[Run] = []
    for piece in pieces:
        run = piece if isinstance(piece, Run) else Run(piece)
        kept.append(replace(run, text=_fitted(run.text, "body", run.weight, room)))
        room -= metrics("body", run.weight).horizontalAdvance(run.text)
        if room <= 0:
            break
    return tuple(kept)


def paint_cell(painter: QPainter, area: QRectF, value: Cell | str, *, raised: bool) -> None:
    """`raised`: the row is selected, so chips turn to surface."""
    if isinstance(value, str):
        painter.setFont(font())
        painter.setPen(col("text"))
        painter.drawText(area, _LEFT, _fitted(value, "body", "regular", int(area.width())))
        return
    if value.under:
        _paint_under(painter, QRectF(area.x(), area.center().y() + 1, area.width(), 20), value.under)
        area = QRectF(area.x(), area.center().y() - 21, area.width(), 22)
    x = area.x()
    if value.ink == "warn":
        draw_icon(painter, x, area.center().y() - 8, "alert-triangle", "warning", 16)
        x += 22
    if value.text:
        x += _paint_words(painter, QRectF(x, area.y(), area.right() - x, area.height()), value) + 10
    elif value.chips:
        x -= 4
    _paint_chips(painter, x, area, value.chips, raised)


def _paint_under(painter: QPainter, area: QRectF, words: str) -> None:
    painter.setFont(font("small"))
    painter.setPen(col("quiet"))
    painter.drawText(area, _LEFT, _fitted(words, "small", "regular", int(area.width())))


def _paint_words(painter: QPainter, area: QRectF, value: Cell) -> int:
    """Returns how wide the words are."""
    weight = _WEIGHTS[value.ink]
    if value.pieces:
        layout = laid_out(shortened(value.pieces, int(area.width())), "body", area.width() + 2000, wrap=False)
        painter.save()
        painter.setClipRect(area)
        painter.setPen(col("text"))
        layout.draw(painter, QPointF(area.x(), area.center().y() - layout.boundingRect().height() / 2))
        painter.restore()
        return int(min(layout.maximumWidth(), area.width()))
    painter.setFont(font("body", weight))
    painter.setPen(col(_COLORS[value.ink]))
    words = _fitted(value.text, "body", weight, int(area.width()))
    painter.drawText(area, _RIGHT if value.right else _LEFT, words)
    return metrics("body", weight).horizontalAdvance(words) if value.chips else 0


def _paint_chips(painter: QPainter, x: float, area: QRectF, several: tuple[ChipIn, ...], raised: bool) -> None:
    for one in several:
        width = chip_width(one.text, one.icon)
        if x + width > area.right() + 10:
            return
        draw_chip(painter, x, area.center().y(), one.text, one.tone, one.icon, raised)
        x += width + 4
