"""What the pages of the stick have in common."""

from collections.abc import Iterable
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.exchange.carrying.outgoing import Load
from clinic_desktop.features.bundles.rules.loads import grouped
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.layouts import column, row
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import Text

Group = tuple[str, int, int]


class LoadTable(ListTable[Group]):
    """New and changed, in the words of the clinic."""

    def __init__(self) -> None:
        super().__init__(
            [
                Column[Group](_("What"), lambda g: _(g[0]), stretch=True),
                Column[Group](_("New"), partial(_count, at=1), 80, right=True),
                Column[Group](_("Changed"), partial(_count, at=2), 90, right=True),
            ],
            key=lambda g: g[0],
            empty=EmptyState(_("Nothing waits to be carried."), None),
        )

    def show_loads(self, loads: Iterable[Load]) -> None:
        self.show_rows(grouped((load.table, load.new, load.changed) for load in loads))
        if self.count():
            self.fit_height()


def _count(group: Group, at: int) -> cells.Cell:
    return cells.number(str(group[at]) if group[at] else "–", ink="strong" if group[at] else "quiet")


def checked(head: str, under: str) -> QWidget:
    """A line of what was verified."""
    line = QWidget()
    words = column(Text(head, weight="semi"), Text(under, "small", color="quiet", wrap=True), gap=0)
    line.setLayout(row(Icon("circle-check", "well"), (words, 1), gap=S2))
    return line
