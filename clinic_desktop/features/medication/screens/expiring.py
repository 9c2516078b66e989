"""What expires: the coming twelve months as bars, and lot by lot what to use first and what to give away."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters import stock_picture as papers
from clinic_desktop.features.medication.queries import expiring as queries
from clinic_desktop.features.medication.queries.expiring import ExpiringRow
from clinic_desktop.features.medication.rules.shelf import say_packs
from clinic_desktop.features.medication.screens.leaving import SendSheet
from clinic_desktop.features.medication.screens.stock_picture import Picture, StockPictureSheet, preview
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.words import Text, semi

_TWO_LINES = 46


class ExpiringSheet(Sheet):
    """Enter opens the stock of a product over time."""

    def __init__(self, office: Office, screen: QWidget) -> None:
        self._office = office
        self.picture = Picture(_("Nothing on the shelf expires in the coming twelve months."))
        self.said = Text(_("Left and right walk through the months."), "small", color="quiet")
        self.table = self._make_table()
        window = screen.window()
        low = window.height() < 560
        wide = max(min(window.width() - 40, 1160), 720)
        title = Text(_("What expires"), "head", "semi")
        self.picture.setFixedHeight(138 if low else 240)
        super().__init__(_("What expires"), screen, title, self.picture, self.said, (self.table, 1), width=wide)
        self.resize(wide, max(min(window.height() - 30, 680), 380))
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        self.give = self.add_deed(Button(_("Send to another clinic"), icon="truck"), self._give)
        self.print = self.add_deed(Button(_("Print"), key="print", kind="primary", icon="printer"), self._print)
        self.picture.walked.connect(self.said.setText)
        self.table.opened.connect(self._open)
        self.table.chosen.connect(self._weigh)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()
        self.table.choose_at(0)
        self.table.setFocus()

    def _make_table(self) -> ListTable[ExpiringRow]:
        columns = [
            Column[ExpiringRow](_("Medicine"), _said, stretch=True),
            Column[ExpiringRow](_("Expires"), _expires, 126),
            Column[ExpiringRow](_("There are"), _there, 190, right=True, wide_only=True),
            Column[ExpiringRow](_("Will not be used"), _lost, 130, right=True),
            Column[ExpiringRow](_("What to do"), lambda r: papers.say_what_to_do(r), 330),
        ]
        empty = EmptyState(_("Nothing expires in the next six months."))
        table = ListTable(columns, key=lambda r: r.lot.lot_id, empty=empty, row_height=_TWO_LINES)
        table.setAccessibleName(_("Lots that expire soon"))
        return table

    def reload(self) -> None:
        self.picture.show_months(self._office.ask(queries.expiry_months))
        self.table.show_rows(self._office.ask(queries.expiring_soon))
        self._weigh(self.table.row())

    def _weigh(self, chosen: ExpiringRow | None) -> None:
        self.give.setEnabled(chosen is not None and self._office.may(Permission.CORRECT_STOCK))

    def _open(self, chosen: ExpiringRow) -> None:
        StockPictureSheet(self._office, chosen.product.presentation_id, self).open()

    def _give(self) -> None:
        """To the sheet that sends, with what will not be used here."""
        chosen = self.table.row()
        if chosen is None:
            return
        sheet = SendSheet(self._office, self, chosen.product)
        takers = chosen.expiring.takers
        sheet.propose(chosen.expiring.at_risk or chosen.lot.units, takers[0].name if takers else "")
        sheet.open()

    def _print(self) -> None:
        preview(self._office, self._office.ask(papers.expiry_paper), _("What expires"), self)


def _said(row: ExpiringRow) -> cells.Cell | str:
    return cells.two_lines(semi(row.product.shown_name), under=row.product.product)


def _expires(row: ExpiringRow) -> cells.Cell | str:
    lot = _("lot {lot}").format(lot=row.lot.lot_number) if row.lot.lot_number else _("without number")
    return cells.two_lines(semi(say_day(row.lot.expires_on)), under=lot)


def _there(row: ExpiringRow) -> cells.Cell | str:
    return cells.number(say_packs(row.lot.units, row.product.pack_units, row.product.unit))


def _lost(row: ExpiringRow) -> cells.Cell | str:
    risk = row.expiring.at_risk
    if risk is None:
        return cells.number("?", "quiet")
    return cells.number(f"{risk:,}", "warn") if risk else cells.number("–", "quiet")
