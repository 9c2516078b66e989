"""Small sheets beside a delivery: which product a barcode is, how a line arrived, what was received before."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters import delivery as letters
from clinic_desktop.features.medication.queries import deliveries, shelf
from clinic_desktop.features.medication.queries.deliveries import DeliveryRow
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.rules.kinds import COLD_WORDS, ColdChain
from clinic_desktop.features.medication.rules.shelf import read_units, say_units
from clinic_desktop.features.medication.screens.catalog import PresentationSheet
from clinic_desktop.features.medication.screens.receiving_keys import EnterLeads
from clinic_desktop.features.medication.service import barcodes as learning
from clinic_desktop.features.medication.service import receiving
from clinic_desktop.features.medication.service.receiving import DeliveryLine
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.choices import Choice, Suggest
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import COMPACT_ROW, S3
from clinic_desktop.uikit.words import Text


def with_pack(product: Product) -> str:
    if not product.pack_units or product.pack_units == 1:
        return product.said
    return _("{product}, box of {units}").format(product=product.said, units=product.pack_units)


class LearnSheet(Sheet):
    """A code that nobody here scanned before: which product it is. It is asked once."""

    def __init__(
        self, office: Office, gtin: str, then: Callable[[str, int | None], object], parent: QWidget | None
    ) -> None:
        self._office, self._gtin, self._then = office, gtin, then
        self._barcode_id = new_id()
        self._products: dict[str, Product] = {}
        self.product = Suggest(self._find, _("three letters"))
        self.pack = Edit(placeholder="20")
        self.form = Form()
        new = Link(_("New"), small=True)
        new.clicked.connect(self._new)
        stack(
            self.form,
            self.form.add("product", _("Medicine"), self.product, beside=[new]),
            self.form.add("pack", _("Units in this box"), self.pack, optional=True),
            gap=S3,
        )
        self.product.picked.connect(self._picked)
        head = Text(_("Which product is this?"), "head", "semi")
        said = _("This barcode was never scanned here: {number}. It is asked only once.").format(number=gtin)
        super().__init__(_("Which product is this?"), parent, head, Text(said, color="quiet", wrap=True), self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("It is this one"), "save", "primary"), self._learn)
        EnterLeads({self.product: self._chosen, self.pack: self._learn}, self)
        self.product.setFocus()

    def _find(self, words: str) -> list[tuple[Any, str]]:
        found = self._office.ask(shelf.find_presentation, words)
        self._products |= {product.presentation_id: product for product in found}
        return [(product.presentation_id, with_pack(product)) for product in found]

    def _chosen(self) -> None:
        if self.product.value() is not None or self.product.take_best():
            self.pack.setFocus()

    def _picked(self, presentation_id: str) -> None:
        self.pack.setText(str(self._products[presentation_id].pack_units or ""))
        self.pack.setFocus()

    def _new(self) -> None:
        PresentationSheet(self._office, self.product.text(), self._take_new, self).open()

    def _take_new(self, presentation_id: str) -> None:
        product = self._office.ask(shelf.presentation, presentation_id)
        self._products[presentation_id] = product
        self.product.set_value(presentation_id, with_pack(product))
        self._picked(presentation_id)

    def _learn(self) -> None:
        presentation_id = self.product.value()
        if presentation_id is None:
            self.form.complain("product", _("Choose from the list, or «New»."))
            return
        try:
            pack = read_units(self.pack.text()) if self.pack.text().strip() else None
        except Refused as refused:
            self.form.complain("pack", refused.sentence())
            return
        use_case = partial(
            learning.learn_barcode,
            barcode_id=self._barcode_id,
            gtin=self._gtin,
            presentation_id=presentation_id,
            pack_units=pack,
        )
        self._office.do(use_case, self, then=lambda _done: self._learned(presentation_id, pack), failed=self._failed)

    def _failed(self, error: ClinicError) -> None:
        self.form.complain("product", error.sentence())

    def _learned(self, presentation_id: str, pack: int | None) -> None:
        self.accept()
        self._then(presentation_id, pack)


class ConditionSheet(Sheet):
    """How one line arrived: whether it was kept cold, and what was damaged."""

    def __init__(
        self,
        product: Product,
        line: DeliveryLine,
        then: Callable[[ColdChain | None, int, str | None], object],
        parent: QWidget,
    ) -> None:
        self._line, self._then = line, then
        self.cold = Choice([_(COLD_WORDS[cold]) for cold in ColdChain])
        if line.cold_chain is not None:
            self.cold.set_at(list(ColdChain).index(line.cold_chain))
        self.damaged = Edit(str(line.damaged_units or ""), placeholder="0")
        self.what = Edit(line.damage_text or "", placeholder=_("broken, wet, open"))
        self.form = Form()
        stack(
            self.form,
            self.form.add("cold", _("If it has to come cold"), self.cold, optional=True),
            row(
                (self.form.add("damaged", _("Units damaged"), self.damaged, optional=True), 3),
                (self.form.add("what", _("What was damaged"), self.what, optional=True), 3),
                gap=S3,
            ),
            gap=S3,
        )
        title = _("How it arrived")
        said = f"{product.said} · {say_units(line.units, product.unit)}"
        note = Text(
            _("Damaged units are received and leave the shelf at once as lost; both are seen."), "small", wrap=True
        )
        super().__init__(title, parent, Text(title, "head", "semi"), Text(said, wrap=True), self.form, note)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Note it"), "save", "primary"), self._note)
        self.cold.setFocus()

    def _note(self) -> None:
        typed, what = self.damaged.text().strip(), self.what.text().strip() or None
        try:
            units = read_units(typed) if typed not in ("", "0") else 0
        except Refused as refused:
            self.form.complain("damaged", refused.sentence())
            return
        if units > self._line.units:
            self.form.complain("damaged", _("More units are damaged than came."))
            return
        if units and what is None:
            self.form.complain("what", _("Write what was damaged."))
            return
        at = self.cold.at()
        self._then(None if at is None else list(ColdChain)[at], units, what)
        self.accept()


class DeliveriesSheet(Sheet):
    """What was received before, to be printed again."""

    def __init__(self, office: Office, parent: QWidget) -> None:
        self._office = office
        columns = [
            Column[DeliveryRow](_("From whom"), lambda x: cells.strong(x.sender), stretch=True),
            Column[DeliveryRow](_("Document"), lambda x: x.document or _("none"), 150),
            Column[DeliveryRow](_("Received on"), lambda x: say_day(x.received_on), 120),
            Column[DeliveryRow](_("Lines"), lambda x: cells.number(f"{x.lines:,}"), 70, right=True),
        ]
        empty = EmptyState(_("Nothing was received here yet."))
        self.table = ListTable(columns, key=lambda x: x.delivery_id, empty=empty, row_height=COMPACT_ROW)
        self.table.setMinimumHeight(220)
        title = _("Deliveries received")
        super().__init__(title, parent, Text(title, "head", "semi"), self.table, width=620)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.print = self.add_deed(Button(_("Print what came"), "print", "primary"), self._print)
        self.table.opened.connect(self._print)
        self.table.show_rows(office.ask(deliveries.deliveries))
        self.table.choose_at(0)
        self.print.setEnabled(bool(self.table.count()))
        self.table.setFocus()

    def _print(self) -> None:
        chosen = self.table.key()
        if chosen is not None:
            print_delivery(self._office, chosen, self)


def print_delivery(office: Office, delivery_id: str, near: QWidget) -> None:
    """The list of one delivery, on the screen and from there to the printer."""
    from clinic_desktop.printing.preview import Leaving, Preview

    pdf = office.ask(letters.receipt_list, delivery_id).pdf()

    def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
        noting: Callable[..., Any] = partial(
            receiving.note_list_printed, delivery_id=delivery_id, way=leaving.way, copies=leaving.copies
        )
        office.do(noting, near, then=lambda _done: proceed())

    Preview(pdf, _("What came"), parent=near, record=record, suggested="recepcion.pdf").open()
