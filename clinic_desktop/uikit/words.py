"""Words on the screen, always plain text: a line in one voice (`Text`), or in several (`Phrase`).

A name that looks like markup stays what was typed. A phrase is made of runs: `Phrase(quiet("DOSIS "), semi("20 mg"))`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from clinic_desktop.uikit.theme import S2, Role, Size, Weight, col, font


class Text(QLabel):
    """A line or paragraph in one voice."""

    def __init__(
        self,
        text: str = "",
        size: Size = "body",
        weight: Weight = "regular",
        color: Role = "text",
        *,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._voice: tuple[Size, Weight] = (size, weight)
        self._color: Role = color
        self.setFont(font(size, weight))
        self._tint()
        self.setWordWrap(wrap)
        self.setText(text)

    def set_color(self, color: Role) -> None:
        self._color = color
        self._tint()

    def set_weight(self, weight: Weight) -> None:
        self._voice = (self._voice[0], weight)
        self.setFont(font(*self._voice))

    def _tint(self) -> None:
        palette = QPalette(self.palette())
        if palette.color(QPalette.ColorRole.WindowText) != col(self._color):
            palette.setColor(QPalette.ColorRole.WindowText, col(self._color))
            self.setPalette(palette)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a phrase. `marked` underlines it as well: colour alone says nothing."""

    text: str
    weight: Weight = "regular"
    color: Role = "text"
    marked: bool = False


Piece = Run | str


def semi(text: str, color: Role = "text") -> Run:
    """The value, or what is chosen."""
    return Run(text, "semi", color)


def bold(text: str, color: Role = "text") -> Run:
    """A person's name."""
    return Run(text, "bold", color)


def quiet(text: str) -> Run:
    return Run(text, "regular", "quiet")


def marked(text: str) -> Run:
    """Letters that match what was searched."""
    return Run(text, "bold", "accent", marked=True)


def laid_out(pieces: Sequence[Piece], size: Size, width: float, *, wrap: bool = True) -> QTextLayout:
    """The pieces as one laid out text, ready to draw."""
    runs = [Run(piece) if isinstance(piece, str) else piece for piece in pieces]
    layout = QTextLayout("".join(run.text for run in runs), QFont(font(size)))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere if wrap else QTextOption.WrapMode.ManualWrap)
    layout.setTextOption(option)
    layout.setFormats(_formats(runs, size))
    layout.beginLayout()
    height = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(width, 1.0))
        line.setPosition(QPointF(0, height))
        height += line.height()
    layout.endLayout()
    return layout


def _formats(runs: Sequence[Run], size: Size) -> list[QTextLayout.FormatRange]:
    made: list[QTextLayout.FormatRange] = []
    at = 0
    for run in runs:
        # Qt counts UTF-16 units, Python counts code points.
        length = len(run.text.encode("utf-16-le")) // 2
        style = QTextCharFormat()
        style.setFont(font(size, run.weight))
        style.setForeground(col(run.color))
        style.setFontUnderline(run.marked)
        span = QTextLayout.FormatRange()
        span.start, span.length, span.format = at, length, style
        made.append(span)
        at += length
    return made


class Phrase(QWidget):
    """One sentence in several voices; wraps, never cuts."""

    def __init__(self, *pieces: Piece, size: Size = "body", wrap: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size: Size = size
        self._wrap = wrap
        self._pieces: tuple[Piece, ...] = ()
        self._laid: dict[float, QTextLayout] = {}
        """By width: a layout asks for the height of every line several times."""
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(wrap)
        self.setSizePolicy(policy)
        self.set_pieces(*pieces)

    def set_pieces(self, *pieces: Piece) -> None:
        self._pieces = pieces
        self._laid.clear()
        self.setAccessibleName(self.text())
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return "".join(piece if isinstance(piece, str) else piece.text for piece in self._pieces)

    def _laid_out(self, width: float) -> QTextLayout:
        found = self._laid.get(width)
        if found is None:
            if len(self._laid) > 8:
                self._laid.clear()
            found = self._laid[width] = laid_out(self._pieces, self._size, width, wrap=self._wrap)
        return found

    def changeEvent(self, event: QEvent) -> None:
        # Colours and fonts stand in what was laid out.
        self._laid.clear()
        super().changeEvent(event)

    def heightForWidth(self, width: int) -> int:
        return round(self._laid_out(width).boundingRect().height() + 0.5)

    def hasHeightForWidth(self) -> bool:
        return self._wrap

    def sizeHint(self) -> QSize:
        one_line = self._laid_out(100_000)
        return QSize(round(one_line.maximumWidth() + 1), round(one_line.boundingRect().height() + 0.5))

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(hint.width(), 60), hint.height()) if self._wrap else hint

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(col("text"))
        layout = self._laid_out(self.width())
        top = max((self.height() - layout.boundingRect().height()) / 2, 0.0)
        layout.draw(painter, QPointF(0, top))


class Facts(QWidget):
    """Label light, value heavier, no colon: what is known of a thing, line by line."""

    def __init__(
        self,
        facts: Sequence[tuple[str, Piece | Sequence[Piece]]] = (),
        label_width: int = 84,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._label_width = label_width
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(S2)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        self.show_facts(facts)

    def show_facts(self, facts: Sequence[tuple[str, Piece | Sequence[Piece]]]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for at, (label, value) in enumerate(facts):
            name = Text(label, color="quiet", wrap=True)
            name.setFixedWidth(self._label_width)
            self._grid.addWidget(name, at, 0, Qt.AlignmentFlag.AlignTop)
            said = (value,) if isinstance(value, str | Run) else tuple(value)
            plain_is_value = len(said) == 1 and isinstance(said[0], str)
            phrase = Phrase(*(semi(str(said[0])),) if plain_is_value else said)
            self._grid.addWidget(phrase, at, 1, Qt.AlignmentFlag.AlignTop)
