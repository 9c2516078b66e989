"""One line of a delivery while it is typed or scanned: product, lot, expiry, units."""

from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import barcodes, shelf
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.rules.gs1 import (
    Scan,
    is_element_string,
    is_plain_number,
    read_gtin,
    read_scan,
)
from clinic_desktop.features.medication.rules.shelf import (
    check_expiry,
    clean_lot_number,
    is_short,
    read_expiry,
    read_units,
    say_units,
)
from clinic_desktop.features.medication.screens.catalog import PresentationSheet
from clinic_desktop.features.medication.screens.receiving_keys import EnterLeads
from clinic_desktop.features.medication.screens.receiving_sheets import LearnSheet, with_pack
from clinic_desktop.features.medication.service import barcodes as learning
from clinic_desktop.features.medication.service.receiving import DeliveryLine
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.choices import Check, Suggest
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text


class LineEntry(Form):
    """Three letters, Enter, lot, Enter, 0627, Enter, 3x20, Enter: the line is in. Or the scanner, 3x, Enter."""

    entered = Signal(object, object)
    """The product and the line."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._today = office.today()
        self.least_days: int | None = None
        """How long the donor of this delivery said that it lasts."""
        self.received_on = self._today
        self._products: dict[str, Product] = {}
        self._gtin: str | None = None
        self._pack_units: int | None = None
        self.product = Suggest(self._find, _("three letters, or the scanner"))
        self.lot, self.no_lot = Edit(), Check(_("The box has no lot number"))
        self.expiry, self.units = Edit(placeholder="0627"), Edit(placeholder="3x20")
        self.add_button = Button(_("Add the line"), icon="plus")
        self.kept = Text("", "small", color="quiet")
        self.discard = Link(_("Discard"), small=True)
        self._new_product = Link(_("New"), small=True)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        medicine = self.add("product", _("Medicine"), self.product, check=known_id, beside=[self._new_product])
        lot = self.add("lot", _("Lot"), self.lot, check=self._check_lot)
        expiry = self.add("expiry", _("Expiry"), self.expiry, check=self._check_expiry)
        units = self.add("units", _("Boxes x units"), self.units, check=self._check_units)
        self.discard.hide()
        stack(
            self,
            row((medicine, 5), (lot, 2), (expiry, 2), (units, 2), gap=S3),
            row(self.no_lot, None, self.kept, self.discard, self.add_button, gap=S3),
            gap=S2,
        )
        order = (self.product, self.lot, self.expiry, self.units, self.add_button, self.no_lot, self._new_product)
        for before, after in pairwise(order):
            self.setTabOrder(before, after)

    def _connect(self) -> None:
        leads: dict[QWidget, Callable[[], object]] = {
            self.product: self._leave_product,
            self.lot: self._leave_lot,
            self.no_lot: partial(_focus, self.expiry),
            self.expiry: partial(self._leave, self.expiry, self.units),
            self.units: partial(self._leave, self.units, None),
        }
        scans: dict[QWidget, Callable[[], bool]] = {
            editor: partial(self._take_scanned, editor, whole=editor is self.product)
            for editor in self._editors().values()
        }
        EnterLeads(leads, self, scans=scans)
        self.add_button.clicked.connect(self.enter)
        self.product.picked.connect(self._picked)
        self.no_lot.clicked.connect(self._said_no_lot)
        self._new_product.clicked.connect(self._new)

    # what Enter does

    def _leave_product(self) -> None:
        if self._take_scanned(self.product, whole=True):
            return
        if self.product.value() is not None or self.product.take_best():
            _focus(self.lot)
        elif self.product.text().strip():
            self.complain("product", known_id(None))

    def _leave_lot(self) -> None:
        if self._take_scanned(self.lot, whole=False):
            return
        if clean_lot_number(self.lot.text()) is None and not self.no_lot.isChecked():
            self.fields["lot"].say(_("No number? Space says that the box has none."), "warning")
            _focus(self.no_lot)
        else:
            _focus(self.expiry)

    def _leave(self, here: Edit, to: Edit | None) -> None:
        if self._take_scanned(here, whole=False):
            return
        if to is None:
            self.enter()
        else:
            _focus(to)

    def _said_no_lot(self) -> None:
        self.fields["lot"].say("")
        _focus(self.expiry if self.no_lot.isChecked() else self.lot)

    # the scanner

    def _take_scanned(self, editor: Edit, *, whole: bool) -> bool:
        """Whether what stands in `editor` came from a scanner; a plain number does so only where a product is typed."""
        typed = editor.text()
        if not is_element_string(typed) and not (whole and is_plain_number(typed)):
            return False
        name = next(name for name, known in self._editors().items() if known is editor)
        try:
            scan = read_scan(typed, self._today)
        except Refused as refused:
            editor.selectAll()
            self.complain(name, refused.sentence())
            return True
        editor.clear()
        self.fields[name].say("")
        if scan is not None:
            self.take_scan(scan)
        return True

    def take_scan(self, scan: Scan) -> None:
        """Fill in what the box says; a code that is seen for the first time is asked about once."""
        known = self._office.ask(barcodes.meaning, scan.gtin)
        if known is None:
            LearnSheet(self._office, scan.gtin, partial(self._learned, scan), self).open()
        else:
            self._fill_scan(scan, known.presentation_id, known.pack_units)

    def _learned(self, scan: Scan, presentation_id: str, pack_units: int | None) -> None:
        self._fill_scan(scan, presentation_id, pack_units)

    def _fill_scan(self, scan: Scan, presentation_id: str, pack_units: int | None) -> None:
        self._put_product(self._office.ask(shelf.presentation, presentation_id))
        self._gtin = scan.gtin
        self._set_pack(pack_units or self._products[presentation_id].pack_units)
        self.no_lot.setChecked(False)
        self.lot.setText(scan.lot_number or "")
        self.fields["lot"].say("")
        if scan.lot_unsure:
            self.fields["lot"].say(_("Type it from the box: the scanner does not say where it ends."), "warning")
        self.expiry.setText(f"{scan.expires_on:%d/%m/%Y}" if scan.expires_on else "")
        if scan.expires_on:
            self.fields["expiry"].complain(self._check_expiry(self.expiry.text()))
        else:
            self.fields["expiry"].say("")
        missing = (self.lot if not scan.lot_number else None, self.expiry if not scan.expires_on else None, self.units)
        _focus(next(editor for editor in missing if editor is not None))
        self.edited.emit()

    # the product

    def _find(self, words: str) -> list[tuple[Any, str]]:
        if len(words.strip()) > 4 and (is_element_string(words) or words.strip().isdigit()):
            return []
        found = self._office.ask(shelf.find_presentation, words)
        self._products |= {product.presentation_id: product for product in found}
        return [(product.presentation_id, with_pack(product)) for product in found]

    def _picked(self, presentation_id: str) -> None:
        self.product.setCursorPosition(0)
        if self._gtin is not None:
            self._teach(self._gtin, presentation_id)
            self._gtin = None
        self._say_product(self._products[presentation_id])
        _focus(self.lot)
        self.edited.emit()

    def _teach(self, gtin: str, presentation_id: str) -> None:
        """Another product was chosen after a scan: whether the code means this one from now on is asked."""
        teach = partial(learning.learn_barcode, barcode_id=new_id(), gtin=gtin, presentation_id=presentation_id)
        self._office.do(teach, self)

    def _say_product(self, product: Product) -> None:
        self._set_pack(product.pack_units)
        self.fields["product"].say(_("On the shelf: {shelf}").format(shelf=product.shelf), "neutral")

    def _set_pack(self, pack_units: int | None) -> None:
        self._pack_units = pack_units
        self.units.setPlaceholderText(f"3x{pack_units}" if pack_units and pack_units > 1 else "60")

    def _put_product(self, product: Product) -> None:
        self._products[product.presentation_id] = product
        self.product.set_value(product.presentation_id, with_pack(product))
        self.product.setCursorPosition(0)
        self._say_product(product)

    def _new(self) -> None:
        PresentationSheet(self._office, self.product.text(), self._take_new, self).open()

    def _take_new(self, presentation_id: str) -> None:
        self._put_product(self._office.ask(shelf.presentation, presentation_id))
        _focus(self.lot)

    # checking

    def _check_lot(self, typed: str) -> str | None:
        if is_element_string(typed) or (is_plain_number(typed) and len(typed) >= 12 and _is_gtin(typed)):
            return _("That is the barcode of the box. Its lot number stands beside the expiry.")
        return None

    def _check_expiry(self, typed: str) -> str | None:
        try:
            day = check_expiry(read_expiry(typed), self.received_on)
        except Refused as refused:
            return refused.sentence()
        self.fields["expiry"].say(*self._say_expiry(day))
        return None

    def _say_expiry(self, day: date) -> tuple[str, Any]:
        if day < self._today:
            return _("Expired meanwhile: it is written down, and nobody is given it"), "warning"
        if not is_short(day, self.received_on, self.least_days):
            return _("Until {day}").format(day=say_day(day)), "accent"
        left = (day - self.received_on).days
        if self.least_days is None:
            return _("Short: until {day}").format(day=say_day(day)), "warning"
        said = _("Lasts {left} of the {least} days agreed")
        return said.format(left=left, least=self.least_days), "warning"

    def _check_units(self, typed: str) -> str | None:
        try:
            units = read_units(typed, self._pack_units)
        except Refused as refused:
            return refused.sentence()
        product = self._products.get(self.product.value() or "")
        self.fields["units"].say(say_units(units, product.unit if product else None))
        return None

    # the line

    def enter(self) -> None:
        """Hand over what is typed, and begin the next; what is wrong is said beside its field, and stays."""
        number = clean_lot_number(self.lot.text())
        faults = self.find_faults()
        if number is None and not self.no_lot.isChecked():
            self.complain("lot", _("Write it, or tick that the box has none."))
            return
        if faults:
            return
        product = self._products[self.product.value()]
        line = DeliveryLine(
            product.presentation_id,
            number,
            read_expiry(self.expiry.text()),
            read_units(self.units.text(), self._pack_units),
            number is None,
        )
        self.clear_line()
        self.entered.emit(product, line)
        self.product.setFocus(Qt.FocusReason.OtherFocusReason)

    def clear_line(self) -> None:
        self.clear()
        self.product.set_value(None, "")
        self.no_lot.setChecked(False)
        self._gtin = None
        self._set_pack(None)
        self.units.setPlaceholderText("3x20")

    def is_empty(self) -> bool:
        return not any(editor.text().strip() for editor in self._editors().values())

    def _editors(self) -> dict[str, Edit]:
        return {"product": self.product, "lot": self.lot, "expiry": self.expiry, "units": self.units}

    # the draft

    def typed(self) -> dict[str, Any]:
        return {
            "product_id": self.product.value(),
            "gtin": self._gtin,
            "pack_units": self._pack_units,
            "no_lot": self.no_lot.isChecked(),
            **{name: editor.text() for name, editor in self._editors().items()},
        }

    def bring_back(self, typed: dict[str, Any]) -> None:
        for name, editor in self._editors().items():
            editor.setText(typed.get(name) or "")
        wanted = typed.get("product_id") or ""
        product = self._office.ask(shelf.presentations, [wanted]).get(wanted)
        if product is not None:
            self._put_product(product)
            self._set_pack(typed.get("pack_units"))
        self._gtin = typed.get("gtin")
        self.no_lot.setChecked(bool(typed.get("no_lot")))


def known_id(value: Any) -> str | None:
    """An id is a value that was picked; words of one's own are not."""
    return None if isinstance(value, str) and len(value) == 36 else _("Choose from the list, or «New».")


def _is_gtin(typed: str) -> bool:
    try:
        return bool(read_gtin(typed.strip()))
    except ClinicError:
        return False


def _focus(editor: QWidget) -> None:
    editor.setFocus(Qt.FocusReason.OtherFocusReason)
