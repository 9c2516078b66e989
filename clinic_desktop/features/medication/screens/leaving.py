"""Sending medicines to another clinic or to a partner: several lots under one number, the first to expire in front."""

from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters.transfer import packing_slip
from clinic_desktop.features.medication.queries import shelf, transfers
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.queries.transfers import Receiver
from clinic_desktop.features.medication.rules.leaving import Leaving, propose
from clinic_desktop.features.medication.rules.shelf import ShelfLot, read_units, say_packs
from clinic_desktop.features.medication.screens.leaving_papers import show_paper
from clinic_desktop.features.medication.service import transfers as service
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Suggest
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text, semi

_TWO_LINES = 46
Line = tuple[str, Product, ShelfLot, int]
"""The movement to be, the product, the lot, the units."""


class SendSheet(Sheet):
    """Where to, then product and units; the lots are proposed, first-expiring first, and one can be taken out."""

    def __init__(self, office: Office, parent: QWidget, product: Product | None = None) -> None:
        self._office, self._screen = office, parent
        self._transfer_id = new_id()
        self._receivers: dict[str, Receiver] = {}
        self._products: dict[str, Product] = {}
        self.lines: list[Line] = []
        self.form, self.line = Form(), Form()
        self.to = Suggest(self._find_receiver, _("clinic or partner"))
        self.carrier, self.product = Edit(), Suggest(self._find_product, _("three letters"))
        self.units = Edit(placeholder="3x20")
        self.add = Button(_("Add"), icon="plus")
        self.take_out = Button(_("Take out the line"), icon="minus")
        self.table = self._make_table()
        stack(
            self.form,
            row(
                (self.form.add("to", _("Where it goes"), self.to), 3),
                (self.form.add("carrier", _("Carried by"), self.carrier, optional=True), 2),
                gap=S3,
            ),
        )
        units = self.line.add("units", _("Boxes x units"), self.units)
        medicine = self.line.add("product", _("Medicine"), self.product)
        stack(self.line, row((medicine, 4), (units, 2), gap=S3))
        title = _("Send to another place")
        super().__init__(title, parent, Text(title, "head", "semi"), self.form, self.line, (self.table, 1), width=720)
        self.deeds.insertWidget(0, self.take_out)
        self.deeds.insertWidget(0, self.add)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.send = self.add_deed(Button(_("Send"), "save", "primary", "truck"), self._send)
        self._connect()
        self._begin(product)

    def _make_table(self) -> ListTable[Line]:
        columns = [
            Column[Line](
                _("Medicine"), lambda x: cells.two_lines(semi(x[1].shown_name), under=x[1].product), stretch=True
            ),
            Column[Line](_("Lot"), lambda x: x[2].lot_number or _("without number"), 150),
            Column[Line](_("Expires"), lambda x: say_day(x[2].expires_on), 110),
            Column[Line](
                _("Units"), lambda x: cells.number(say_packs(x[3], x[1].pack_units, x[1].unit)), 200, right=True
            ),
        ]
        empty = EmptyState(_("Write a medicine and how much of it. The lot that expires first is proposed."))
        table = ListTable(columns, key=lambda x: x[0], empty=empty, row_height=_TWO_LINES, flush=True)
        table.setMinimumHeight(30 + 2 * _TWO_LINES)
        table.setAccessibleName(_("What is sent"))
        return table

    def _connect(self) -> None:
        self.add.clicked.connect(self.add_lots)
        self.units.returnPressed.connect(self.add_lots)
        # Enter in the last field takes the line; the form's own habit would only move on.
        self.units.removeEventFilter(self.line)
        self.take_out.clicked.connect(self._take_out)
        self.product.picked.connect(self._say_product)

    def _begin(self, product: Product | None) -> None:
        if product is not None:
            self._products[product.presentation_id] = product
            self.product.set_value(product.presentation_id, product.said)
            self._say_product(product.presentation_id)
        self._show()
        self.to.setFocus()

    def propose(self, units: int, receiver: str = "") -> None:
        """Begin with so many units, and with somebody who could use them."""
        self.units.setText(f"{units}")
        found = self._find_receiver(receiver) if receiver else []
        if found:
            self.to.set_value(*found[0])

    def would_lose(self) -> bool:
        return bool(self.lines)

    # finding

    def _find_receiver(self, words: str) -> list[tuple[Any, str]]:
        found = {one.site_id or one.partner_id or "": one for one in self._office.ask(transfers.receivers, words)}
        self._receivers |= found
        return [(key, one.name) for key, one in found.items()]

    def _find_product(self, words: str) -> list[tuple[Any, str]]:
        found = self._office.ask(shelf.find_presentation, words, 8, retired=True)
        self._products |= {product.presentation_id: product for product in found}
        return [(product.presentation_id, product.said) for product in found]

    def _say_product(self, presentation_id: str) -> None:
        said = _("On the shelf: {shelf}").format(shelf=self._products[presentation_id].shelf)
        self.line.fields["product"].say(said, "neutral")

    # the lines

    def add_lots(self) -> None:
        """Put the lots that expire first into the list, as many as the units need."""
        product = self._products.get(self.product.value() or "")
        if product is None:
            self.line.complain("product", _("Choose a medicine of the list."))
            return
        try:
            units = read_units(self.units.text(), product.pack_units)
        except Refused as refused:
            self.line.complain("units", refused.sentence())
            return
        taken = {lot.lot_id for _id, _product, lot, _units in self.lines}
        lots = [
            lot
            for lot in self._office.ask(shelf.lots_first_expiring, product.presentation_id)
            if lot.lot_id not in taken
        ]
        found = propose(lots, units, self._office.today())
        there = sum(part for _lot, part in found)
        if there < units:
            self.line.complain("units", _("Only {units} are there to be sent.").format(units=f"{there:,}"))
            return
        self.lines += [(new_id(), product, lot, part) for lot, part in found]
        self.line.clear()
        self._show()
        self.product.setFocus()

    def _take_out(self) -> None:
        self.lines = [line for line in self.lines if line[0] != self.table.key()]
        self._show()

    def _show(self) -> None:
        self.table.show_rows(self.lines)
        count = len(self.lines)
        self.take_out.setVisible(bool(count))
        self.send.setEnabled(bool(count))
        self.send.setText(
            ngettext("Send {count} lot", "Send {count} lots", count).format(count=count) if count else _("Send")
        )

    # sending

    def _send(self) -> None:
        if not self.lines:
            return
        to = self._receivers.get(self.to.value() or "")
        if to is None:
            self.form.complain("to", _("Choose from the list: our clinics, and partners that may receive medicines."))
            return
        use_case = partial(
            service.send,
            transfer_id=self._transfer_id,
            lines=[Leaving(movement_id, lot.lot_id, units) for movement_id, _product, lot, units in self.lines],
            to_site_id=to.site_id,
            to_partner_id=to.partner_id,
            carrier_text=self.carrier.text(),
        )
        self._office.do(use_case, self, then=self._sent, failed=self._failed)

    def _sent(self, number: str) -> None:
        office, screen, transfer_id = self._office, self._screen, self._transfer_id
        office.notice(_("Sent as {number}.").format(number=number))
        self.accept()
        show_slip(office, screen, transfer_id)

    def _failed(self, error: ClinicError) -> None:
        self.form.complain("to", error.sentence())


def show_slip(office: Office, screen: QWidget, transfer_id: str) -> None:
    pdf = office.ask(packing_slip, transfer_id)
    noting = partial(service.note_slip_printed, transfer_id=transfer_id)
    show_paper(office, screen, pdf, _("Packing slip"), noting, "envio.pdf")
