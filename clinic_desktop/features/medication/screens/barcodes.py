"""Codes that clinics learned, for the central to say whether they mean that product everywhere."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import barcodes as queries
from clinic_desktop.features.medication.queries.barcodes import Proposed
from clinic_desktop.features.medication.service import barcodes as service
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import COMPACT_ROW
from clinic_desktop.uikit.words import Text


class BarcodesSheet(Sheet):
    def __init__(self, office: Office, parent: QWidget) -> None:
        self._office = office
        columns = [
            Column[Proposed](_("Medicine"), lambda x: cells.strong(x.said), stretch=True),
            Column[Proposed](_("Barcode"), lambda x: x.gtin, 130),
            Column[Proposed](_("Box"), lambda x: cells.number(f"{x.pack_units:,}" if x.pack_units else ""), 60),
            Column[Proposed](_("Clinic"), lambda x: x.clinic, 110),
        ]
        empty = EmptyState(_("No clinic proposes a barcode."))
        self.table = ListTable(columns, key=lambda x: x.barcode_id, empty=empty, row_height=COMPACT_ROW)
        self.table.setMinimumHeight(200)
        title = _("Barcodes that clinics propose")
        super().__init__(title, parent, Text(title, "head", "semi"), self.table, width=640)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.refuse = self.add_deed(Button(_("It is not that")), self._refuse)
        self.accept_one = self.add_deed(Button(_("Accept"), "save", "primary"), self._accept)
        office.follow(queries.TABLES, self, self._show)
        self._show()
        self.table.choose_at(0)
        self.table.setFocus()

    def _show(self) -> None:
        self.table.show_rows(self._office.ask(queries.proposed))
        for button in (self.refuse, self.accept_one):
            button.setEnabled(bool(self.table.count()))

    def _accept(self) -> None:
        chosen = self.table.row()
        if chosen is not None:
            accept = partial(
                service.learn_barcode,
                barcode_id=new_id(),
                gtin=chosen.gtin,
                presentation_id=chosen.presentation_id,
                pack_units=chosen.pack_units,
            )
            self._office.do(accept, self)

    def _refuse(self) -> None:
        chosen = self.table.row()
        if chosen is not None:
            self._office.do(partial(service.refuse_barcode, barcode_id=chosen.barcode_id), self)
