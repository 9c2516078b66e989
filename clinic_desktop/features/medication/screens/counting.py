"""Counting the shelf: past counts, the blank sheet, what was counted typed line by line, the differences, two names."""

from PySide6.QtWidgets import QStackedWidget, QWidget

from clinic_desktop.features.medication.queries import counting as queries
from clinic_desktop.features.medication.queries.counting import CountRow
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import semi

_TWO_LINES = 46


class CountPage(QWidget):
    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self.counts = self._make_counts()
        self.begin = Button(_("Begin a count"), icon="clipboard-list", kind="primary", tall=True)
        self.past = QWidget()
        listed = Card((self.counts, 1), margins=(1, 4, 1, 4), gap=0)
        stack(self.past, (listed, 1), row(None, self.begin, gap=S2), margins=(S4, S3, S4, S3), gap=S3)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.past)
        stack(self, self.pages)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def _make_counts(self) -> ListTable[CountRow]:
        columns = [
            Column[CountRow](
                _("Counted on"),
                lambda c: cells.two_lines(
                    semi(say_day(c.counted_on)), under=f"{self._office.local(c.counted_at):%H:%M}"
                ),
                130,
            ),
            Column[CountRow](
                _("What"), lambda c: cells.two_lines(c.scope or _("Everything"), under=c.number or ""), stretch=True
            ),
            Column[CountRow](_("Who"), lambda c: cells.two_lines(c.first_name or "", under=c.second_name or ""), 230),
            Column[CountRow](_("Lots"), lambda c: cells.number(f"{c.lots:,}"), 80, right=True),
            Column[CountRow](_("Differences"), _apart, 150, right=True),
        ]
        empty = EmptyState(
            _("Nothing was counted yet. Begin with everything: the first count puts on the shelf what is here.")
        )
        table = ListTable(columns, key=lambda c: c.count_id, empty=empty, row_height=_TWO_LINES)
        table.setAccessibleName(_("Past counts"))
        return table

    def _time(self, count: CountRow) -> str:
        return f"{self._office.local(count.counted_at):%H:%M}"

    def take_focus(self) -> None:
        (self.counts if self.counts.count() else self.begin).setFocus()

    def reload(self) -> None:
        self.counts.show_rows(self._office.ask(queries.past_counts))
        if self.counts.row() is None:
            self.counts.choose_at(0)


def _apart(count: CountRow) -> cells.Cell | str:
    if not count.apart:
        return cells.number("–", "quiet")
    return cells.number(ngettext("{count} lot", "{count} lots", count.apart).format(count=f"{count.apart:,}"), "strong")
