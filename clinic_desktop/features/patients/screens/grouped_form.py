"""A form in groups: what is needed first, the rest under quiet headings, laid out for a wide and a narrow window."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtWidgets import QGridLayout, QWidget

from clinic_desktop.uikit.forms import Field, Form
from clinic_desktop.uikit.theme import S2, S4
from clinic_desktop.uikit.words import Text

UNITS = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """A field, or the heading of a group, and how much of a row it takes: of six, in a wide and a narrow window."""

    widget: QWidget
    wide: int = UNITS
    narrow: int = UNITS
    only: str = ""
    """Shown while that holds: what `holds` of the form says; always where empty."""


def heading(words: str) -> Cell:
    return Cell(Text(words, "small", "semi", color="quiet", wrap=True))


class GroupedForm(Form):
    """Cells in rows of six parts. Enter and Tab go through what is shown, in reading order."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells: Sequence[Cell] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, S2, 0)
        self._grid.setHorizontalSpacing(S4)
        self._grid.setVerticalSpacing(10)
        self._columns = 0

    def holds(self, what: str) -> bool:
        """Whether the cells of `what` are shown now."""
        raise NotImplementedError

    def lay_out(self, columns: int) -> None:
        """Place the fields anew when the window became wider or narrower."""
        if columns != self._columns:
            self._columns = columns
            self.place()

    def place(self) -> None:
        row = column = 0
        shown: list[QWidget] = []
        for cell in self.cells:
            if cell.only and not self.holds(cell.only):
                continue
            span = cell.narrow if self._columns < 3 else cell.wide
            if column + span > UNITS:
                row, column = row + 1, 0
            self._grid.addWidget(cell.widget, row, column, 1, span)
            column += span
            shown.append(cell.widget)
        for cell in self.cells:
            cell.widget.setVisible(cell.widget in shown)
        for at in range(UNITS):
            self._grid.setColumnStretch(at, 1)
        order = [widget.editor for widget in shown if isinstance(widget, Field)]
        for one, following in pairwise(order):
            QWidget.setTabOrder(one, following)
