"""What left this shelf on a paper: sendings and acts, newest first; Enter shows the paper again."""

from dataclasses import dataclass
from datetime import date

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import disposals, transfers
from clinic_desktop.features.medication.queries.disposals import Act
from clinic_desktop.features.medication.queries.transfers import Sending
from clinic_desktop.features.medication.screens.leaving import show_slip
from clinic_desktop.features.medication.screens.leaving_acts import ActSheet, show_act
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.words import Text, semi

_TWO_LINES = 46


@dataclass(frozen=True, slots=True)
class Left:
    paper_id: str
    day: date
    number: str
    what: str
    told: str
    sent: bool


class LeftSheet(Sheet):
    def __init__(self, office: Office, parent: QWidget) -> None:
        self._office, self._screen = office, parent
        self._apart = office.ask(disposals.put_apart)
        columns = [
            Column[Left](_("Day"), lambda x: say_day(x.day), 110),
            Column[Left](_("What"), lambda x: cells.two_lines(semi(x.what), under=x.told), stretch=True),
            Column[Left](_("Number"), lambda x: x.number, 150),
        ]
        empty = EmptyState(_("Nothing was sent, destroyed or given back yet."))
        self.table = ListTable(columns, key=lambda x: x.paper_id, empty=empty, row_height=_TWO_LINES)
        self.table.setMinimumHeight(30 + 4 * _TWO_LINES)
        title = _("What left on a paper")
        self.table.setAccessibleName(title)
        super().__init__(title, parent, Text(title, "head", "semi"), (self.table, 1), width=680)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        count = len(self._apart)
        said = ngettext("Act for {count} lot put apart", "Act for {count} lots put apart", count).format(count=count)
        self.write_act = self.add_deed(Button(said, icon="file-text"), self._write_act)
        self.write_act.setVisible(bool(count) and office.may(Permission.CORRECT_STOCK))
        self.show_paper = self.add_deed(Button(_("Show the paper"), "open", "primary", "printer"), self._show)
        self.table.opened.connect(self._open)
        self.table.show_rows(left(office))
        self.table.choose_at(0)
        self.show_paper.setEnabled(bool(self.table.count()))
        self.table.setFocus()

    def _write_act(self) -> None:
        self.accept()
        ActSheet(self._office, self._apart, self._screen, were_apart=True).open()

    def _show(self) -> None:
        chosen = self.table.row()
        if chosen is not None:
            self._open(chosen)

    def _open(self, chosen: Left) -> None:
        show = show_slip if chosen.sent else show_act
        show(self._office, self, chosen.paper_id)


def left(office: Office) -> list[Left]:
    """Both kinds in one list."""
    found = [_sending(one) for one in office.ask(transfers.sendings)]
    found += [_act(one) for one in office.ask(disposals.acts)]
    return sorted(found, key=lambda one: (one.day, one.paper_id), reverse=True)


def _sending(one: Sending) -> Left:
    lots = ngettext("{count} lot", "{count} lots", one.lots).format(count=one.lots)
    came = _("received on {day}").format(day=say_day(one.received_on)) if one.received_on else _("not received yet")
    told = " · ".join(word for word in (lots, one.carrier, came if one.to_site_id else "") if word)
    return Left(one.transfer_id, one.sent_on, one.number, _("Sent to {name}").format(name=one.to_name), told, True)


def _act(one: Act) -> Left:
    what = _("Given back to {name}").format(name=one.given_back_to) if one.given_back_to else _("Destroyed")
    told = " · ".join(word for word in (one.reason, one.where, one.second_name) if word)
    return Left(one.disposal_id, one.done_on, one.number, what, told, False)
