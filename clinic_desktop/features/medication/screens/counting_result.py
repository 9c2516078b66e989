"""What a closed count found: every lot, what was noted, what was counted, and why they differ."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters.count_sheet import result_paper
from clinic_desktop.features.medication.queries import counts as queries
from clinic_desktop.features.medication.queries.counts import CountLine
from clinic_desktop.features.medication.rules.shelf import say_packs, say_units
from clinic_desktop.features.medication.screens.leaving_papers import show_paper
from clinic_desktop.features.medication.service import count_papers
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text, semi

_TWO_LINES = 46


class CountResult(QWidget):
    def __init__(self, office: Office, count_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office, self._count_id = office, count_id
        self.title, self.told = Text("", "head", "semi", wrap=True), Text("", "small", color="quiet", wrap=True)
        self.lines = self._make_lines()
        self.print = Button(_("Print"), "print", icon="printer")
        self.done = Button(_("All counts"), "save", "primary", tall=True)
        listed = Card((self.lines, 1), margins=(1, 4, 1, 4), gap=0)
        stack(
            self, self.title, self.told, (listed, 1), row(self.print, None, self.done, gap=S2),
            margins=(S4, S2, S4, S3), gap=S2,
        )  # fmt: skip
        self.print.clicked.connect(self._print)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def _make_lines(self) -> ListTable[CountLine]:
        columns = [
            Column[CountLine](
                _("Medicine"), lambda x: cells.two_lines(semi(x.lot.shown_name), under=x.lot.product), stretch=True
            ),
            Column[CountLine](
                _("Lot"),
                lambda x: cells.two_lines(
                    x.lot.lot_number or _("without number"), under=say_day(x.lot.expires_on) if x.lot.expires_on else ""
                ),
                140,
            ),
            Column[CountLine](
                _("Was counted"),
                lambda x: cells.number(say_packs(x.counted, x.lot.pack_units, x.lot.unit), "strong"),
                220,
                right=True,
            ),
            Column[CountLine](
                _("Was noted"),
                lambda x: cells.number(say_units(x.expected, x.lot.unit)),
                130,
                right=True,
                wide_only=True,
            ),
            Column[CountLine](_("Difference"), _difference, 230),
        ]
        empty = EmptyState(_("This count has no lines."))
        table = ListTable(columns, key=lambda x: x.line_id, empty=empty, row_height=_TWO_LINES)
        table.setAccessibleName(_("Result of the count"))
        return table

    def take_focus(self) -> None:
        self.lines.setFocus()

    def reload(self) -> None:
        count = self._office.ask(queries.count_row, self._count_id)
        lines = self._office.ask(queries.counted_lines, self._count_id)
        at = self._office.local(count.counted_at)
        what = count.scope or _("Everything")
        self.title.setText(
            _("Count of {day}, {time}: {what}").format(day=say_day(at.date()), time=f"{at:%H:%M}", what=what)
        )
        apart = sum(1 for line in lines if line.difference)
        said = ngettext("{count} lot was different", "{count} lots were different", apart).format(count=f"{apart:,}")
        names = _("{first} and {second}").format(first=count.first_name or "–", second=count.second_name or "–")
        told = [count.number or "", names, said if apart else _("Everything was as noted"), count.note or ""]
        self.told.setText(" · ".join(word for word in told if word))
        # What changed stands first: it is what one looks for.
        self.lines.show_rows(sorted(lines, key=lambda line: not line.difference))
        if self.lines.row() is None:
            self.lines.choose_at(0)

    def _print(self) -> None:
        pdf = self._office.ask(result_paper, self._count_id).pdf()
        noting = partial(count_papers.note_result_printed, count_id=self._count_id)
        show_paper(self._office, self, pdf, _("Result of the count"), noting, "conteo.pdf")


def _difference(line: CountLine) -> cells.Cell | str:
    under = " · ".join(word for word in (line.reason, _say_late(line.late)) if word)
    if not line.difference:
        return cells.two_lines(_("as noted"), under=under, ink="quiet")
    missing = line.difference < 0
    said = _("{units} missing") if missing else _("{units} more")
    words = said.format(units=say_units(abs(line.difference), line.lot.unit))
    return cells.two_lines(words, under=under, ink="warn" if missing else "strong")


def _say_late(late: int) -> str:
    if not late:
        return ""
    return ngettext("{count} typed later was counted already", "{count} typed later were counted already", late).format(
        count=f"{late:,}"
    )
