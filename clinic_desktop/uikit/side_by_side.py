"""Two records line by line, what is not the same marked."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text


class TwoValues(Protocol):
    @property
    def label(self) -> str: ...
    @property
    def one(self) -> str: ...
    @property
    def other(self) -> str: ...
    @property
    def different(self) -> bool: ...


class SideBySide(QWidget):
    """Label, this record, the other one; what is not the same has a mark."""

    def __init__(self, lines: Sequence[TwoValues], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S3)
        grid.setVerticalSpacing(6)
        for place in (2, 3):
            grid.setColumnStretch(place, 1)
        for at, line in enumerate(lines):
            self._line(grid, at, line)

    def _line(self, grid: QGridLayout, at: int, line: TwoValues) -> None:
        label = Text(line.label, color="quiet", wrap=True)
        label.setFixedWidth(104)
        mark = Icon("alert-triangle", "warning", 16) if line.different else QWidget()
        mark.setFixedWidth(16)
        grid.addWidget(label, at, 0)
        grid.addWidget(mark, at, 1)
        for place, words in ((2, line.one), (3, line.other)):
            said = Text(words or "—", weight="semi" if line.different else "regular", wrap=True)
            said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            different = _("different") if line.different else ""
            said.setAccessibleName(" · ".join(part for part in (line.label, words, different) if part))
            grid.addWidget(said, at, place)
