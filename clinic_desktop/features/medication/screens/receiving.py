"""Taking in a delivery: whom from, which paper, and its lines in a few keys each."""

from datetime import date
from functools import partial
from typing import Any, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import partners as directory
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.rules.shelf import (
    check_expiry,
    clean_lot_number,
    is_short,
    read_expiry,
    read_units,
    say_packs,
)
from clinic_desktop.features.medication.screens.catalog import PartnerSheet, PresentationSheet
from clinic_desktop.features.medication.service import receiving
from clinic_desktop.features.medication.service.receiving import DeliveryLine
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.choices import Check, Suggest
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import COMPACT_ROW, S2, S3, S4


class _Line(NamedTuple):
    key: str
    product: Product
    line: DeliveryLine


class ReceivePage(QWidget):
    """Three letters, Enter, lot, Enter, 0627, Enter, 3x20, Enter: the line is in, the hand is at the next."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._today = office.today()
        self._delivery_id = new_id()
        self.lines: list[_Line] = []
        self._products: dict[str, Product] = {}
        self.head, self.form = Form(), Form()
        self.partner = Suggest(self._find_partner, _("Pharmacy or donor"))
        self.document = Edit(placeholder=_("as on the paper"))
        self.product = Suggest(self._find_product, _("three letters"))
        self.lot, self.no_lot = Edit(), Check(_("The box has no lot number"))
        self.expiry, self.units = Edit(placeholder="0627"), Edit(placeholder="3x20")
        self.add = Button(_("Add the line"), icon="plus")
        self.receive = Button(_("Receive"), "save", "primary", "check", tall=True)
        self.remove = Button(_("Take out the line"), icon="minus")
        self.table = self._make_table()
        self._lay_out()
        self._connect()
        self._show()

    def _make_table(self) -> ListTable[_Line]:
        columns = [
            Column[_Line](_("Medicine"), lambda x: cells.strong(x.product.said), stretch=True),
            Column[_Line](_("Lot"), lambda x: x.line.lot_number or _("without number"), 120),
            Column[_Line](_("Expires"), self._expires, 130),
            Column[_Line](_("Units"), _units, 210, right=True),
        ]
        empty = EmptyState(_("The lines of the delivery appear here. Nothing is on the shelf until it is received."))
        return ListTable(columns, key=lambda x: x.key, empty=empty, row_height=COMPACT_ROW)

    def _expires(self, shown: _Line) -> cells.Cell | str:
        day = say_day(shown.line.expires_on)
        return cells.warn(day) if is_short(shown.line.expires_on, self._today) else day

    def _lay_out(self) -> None:
        new_partner, new_product = Link(_("New"), small=True), Link(_("New"), small=True)
        new_partner.clicked.connect(self._new_partner)
        new_product.clicked.connect(self._new_product)
        partner = self.head.add("partner", _("From whom"), self.partner, check=_known, beside=[new_partner])
        document = self.head.add("document", _("Document"), self.document, optional=True)
        stack(self.head, row((partner, 3), (document, 2), gap=S4))
        medicine = self.form.add("product", _("Medicine"), self.product, check=_known, beside=[new_product])
        lot = self.form.add("lot", _("Lot"), self.lot)
        expiry = self.form.add("expiry", _("Expiry"), self.expiry, check=self._check_expiry)
        units = self.form.add("units", _("Boxes x units"), self.units, check=self._check_units)
        stack(
            self.form,
            row((medicine, 5), (lot, 2), (expiry, 2), (units, 2), gap=S3),
            row(self.no_lot, None, self.add, gap=S3),
            gap=S2,
        )
        deeds = row(self.remove, None, self.receive, gap=S2)
        entry = Card(self.head, self.form, margins=(S4, S3, S4, S3), gap=S3)
        self.table.setMinimumHeight(120)
        body = QWidget()
        stack(body, entry, (Card((self.table, 1), margins=(1, 4, 1, 4)), 1), gap=S3)
        stack(self, (scrolled(body), 1), deeds, margins=(S4, S3, S4, S3), gap=S3)

    def _connect(self) -> None:
        self.add.clicked.connect(self.add_line)
        self.units.returnPressed.connect(self.add_line)
        self.remove.clicked.connect(self._take_out)
        self.receive.clicked.connect(self._receive)
        self.product.picked.connect(self._say_product)
        # Enter in the last field of a line enters the line; the form's own habit would only move on.
        self.units.removeEventFilter(self.form)

    def take_focus(self) -> None:
        (self.product if self.partner.value() else self.partner).setFocus()

    # finding

    def _find_partner(self, words: str) -> list[tuple[Any, str]]:
        return [(p.partner_id, p.name) for p in self._office.ask(directory.partners, words, 8)]

    def _find_product(self, words: str) -> list[tuple[Any, str]]:
        found = self._office.ask(shelf.find_presentation, words)
        self._products |= {product.presentation_id: product for product in found}
        return [(product.presentation_id, _with_pack(product)) for product in found]

    def _say_product(self, presentation_id: str) -> None:
        product = self._products[presentation_id]
        self.form.fields["product"].say(_("On the shelf: {shelf}").format(shelf=product.shelf), "neutral")

    def _new_partner(self) -> None:
        PartnerSheet(self._office, self.partner.text(), self.partner.set_value, self).open()

    def _new_product(self) -> None:
        PresentationSheet(self._office, self.product.text(), self._take_new, self).open()

    def _take_new(self, presentation_id: str) -> None:
        product = self._office.ask(shelf.presentation, presentation_id)
        self._products[presentation_id] = product
        self.product.set_value(presentation_id, _with_pack(product))
        self.lot.setFocus()

    # the line

    def _check_expiry(self, typed: str) -> str | None:
        try:
            day = check_expiry(read_expiry(typed), self._today)
        except Refused as refused:
            return refused.sentence()
        field = self.form.fields["expiry"]
        field.say(_("Until {day}").format(day=say_day(day)), "warning" if is_short(day, self._today) else "accent")
        return None

    def _check_units(self, typed: str) -> str | None:
        try:
            read_units(typed)
        except Refused as refused:
            return refused.sentence()
        return None

    def add_line(self) -> None:
        """Put what is typed into the list below, and begin the next."""
        number = clean_lot_number(self.lot.text())
        faults = self.form.find_faults()
        if number is None and not self.no_lot.isChecked():
            self.form.complain("lot", _("Write it, or tick that the box has none."))
            return
        if faults:
            return
        product = self._products[self.product.value()]
        line = DeliveryLine(
            product.presentation_id,
            number,
            read_expiry(self.expiry.text()),
            read_units(self.units.text()),
            number is None,
        )
        self.lines.append(_Line(new_id(), product, line))
        self.form.clear()
        self.no_lot.setChecked(False)
        self._show()
        self.product.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_out(self) -> None:
        self.lines = [shown for shown in self.lines if shown.key != self.table.key()]
        self._show()

    def _show(self) -> None:
        self.table.show_rows(self.lines)
        count = len(self.lines)
        self.receive.setEnabled(bool(count))
        self.receive.setText(
            ngettext("Receive {count} line", "Receive {count} lines", count).format(count=count)
            if count
            else _("Receive")
        )
        self.remove.setVisible(bool(count))

    # the delivery

    def _receive(self) -> None:
        if self.head.find_faults() or not self.lines:
            return
        use_case = partial(
            receiving.receive_delivery,
            delivery_id=self._delivery_id,
            partner_id=self.partner.value(),
            document_text=self.document.text(),
            lines=[shown.line for shown in self.lines],
        )
        self._office.do(use_case, self, then=lambda _id: self._received(), failed=self._failed)

    def _received(self) -> None:
        count = len(self.lines)
        told = ngettext("{count} line received.", "{count} lines received.", count)
        self._office.notice(told.format(count=count))
        self._delivery_id, self.lines = new_id(), []
        self.head.clear()
        self._show()
        self.take_focus()

    def _failed(self, error: ClinicError) -> None:
        self._office.voice.say(error, self)
        self._show()


def _known(value: date | str | None) -> str | None:
    """An id is a value that was picked; words of one's own are not."""
    return None if isinstance(value, str) and len(value) == 36 else _("Choose from the list, or «New».")


def _with_pack(product: Product) -> str:
    if not product.pack_units or product.pack_units == 1:
        return product.said
    return _("{product}, box of {units}").format(product=product.said, units=product.pack_units)


def _units(shown: _Line) -> cells.Cell | str:
    product = shown.product
    return cells.number(say_packs(shown.line.units, product.pack_units, product.unit))
