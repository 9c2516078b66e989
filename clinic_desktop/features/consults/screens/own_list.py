"""A short list that a clinic words and orders for itself. Every deed keeps the whole list at once."""

from collections.abc import Sequence
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.tables import ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text

Line = TypeVar("Line")


class OwnListScreen(QWidget, Generic[Line]):
    """The subclass says what the lines are, how they are kept, and opens the sheet of one."""

    def __init__(self, office: Office, table: ListTable[Line], *, title: str, hint: str, add: str) -> None:
        super().__init__()
        self._office, self.table = office, table
        self._lines: list[Line] = []
        self.table.setAccessibleName(title)
        self.back = Button(_("Go back"), "back", "quiet")
        self.up, self.down = Button(_("Further up"), icon="chevron-up"), Button(_("Further down"), icon="chevron-down")
        self.leave, self.change = Button(_("Take it off the list")), Button(_("Change"), "open")
        self.add = Button(add, kind="primary", icon="plus", tall=True)
        deeds = row(self.back, None, self.up, self.down, self.leave, self.change, self.add, gap=S2)
        listed = Card((self.table, 1), margins=(1, 1, 1, 1), gap=0)
        head = row(Text(title, "title", "semi"), None, Text(hint, "small", color="quiet"))
        stack(self, head, (listed, 1), deeds, margins=(S4, S3, S4, S3), gap=S2)
        self.back.clicked.connect(office.back)
        self.up.clicked.connect(partial(self._move, -1))
        self.down.clicked.connect(partial(self._move, 1))
        self.leave.clicked.connect(self._take_off)
        self.change.clicked.connect(self._change)
        self.table.opened.connect(self._change)
        self.add.clicked.connect(partial(self._open, None))
        self.table.chosen.connect(self._allow)

    # what a list says of itself

    def read(self) -> Sequence[Line]:
        """The clinic's own lines; those that every clinic begins with while it has none."""
        raise NotImplementedError

    def keep(self, lines: Sequence[Line]) -> None:
        raise NotImplementedError

    def open_sheet(self, lines: Sequence[Line], line: Line | None) -> None:
        """To change a line, or with None to add one."""
        raise NotImplementedError

    def said_off(self, line: Line) -> str:
        raise NotImplementedError

    # showing

    def take_focus(self) -> None:
        self.table.setFocus()
        if self.table.row() is None:
            self.table.choose_at(0)

    def reload(self) -> None:
        self._lines = list(self.read())
        self.table.show_rows(self._lines)
        self._allow()

    def _allow(self, _line: object = None) -> None:
        line = self.table.row()
        at = self._lines.index(line) if line in self._lines else None
        self.change.setEnabled(at is not None)
        # The last one stays: an empty list would be the one that every clinic begins with again.
        self.leave.setEnabled(at is not None and len(self._lines) > 1)
        self.up.setEnabled(at is not None and at > 0)
        self.down.setEnabled(at is not None and at < len(self._lines) - 1)

    # deeds

    def _move(self, by: int, *_clicked: object) -> None:
        line = self.table.row()
        if line is not None:
            at = self._lines.index(line)
            lines = [other for other in self._lines if other is not line]
            lines.insert(at + by, line)
            self.keep(lines)

    def _take_off(self) -> None:
        line = self.table.row()
        if line is not None:
            before = list(self._lines)
            self.keep([other for other in before if other is not line])
            self._office.notice(self.said_off(line), lambda: self.keep(before))

    def _change(self, _row: object = None) -> None:
        line = self.table.row()
        if line is not None:
            self._open(line)

    def _open(self, line: Line | None, *_clicked: object) -> None:
        self.open_sheet(self._lines, line)
