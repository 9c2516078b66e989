"""The small sheets of a count: what is counted, a box that is not on the list, the second name."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import counting as queries
from clinic_desktop.features.medication.queries import partners as directory
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.queries.counts import CountedProduct
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.rules.shelf import clean_lot_number, read_expiry, say_packs
from clinic_desktop.features.medication.rules.tally import EXPIRING_DAYS, Scope, Step, read_counted
from clinic_desktop.features.medication.screens.catalog import PresentationSheet
from clinic_desktop.features.medication.screens.counting_kept import FoundBox, OpenCount, begin, box_of
from clinic_desktop.features.medication.service import counting as service
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import N_, _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.choices import Check, Select, Suggest
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text

SCOPES: dict[Scope, str] = {
    Scope.EVERYTHING: N_("Everything"),
    Scope.ONE: N_("One medicine"),
    Scope.CONTROLLED: N_("Controlled medicines only"),
    Scope.EXPIRING: N_("What expires within {days} days"),
}


class BeginSheet(Sheet):
    """What is counted. The moment of the count is when this is answered; `then` gets the count and whether to print."""

    def __init__(self, office: Office, then: Callable[[OpenCount, bool], object], parent: QWidget) -> None:
        self._office, self._then = office, then
        words = [(scope, _(said).format(days=EXPIRING_DAYS)) for scope, said in SCOPES.items()]
        self.scope = Select(words)
        self.product = Suggest(self._find, _("three letters"))
        self.form = Form()
        self._which = self.form.add("product", _("Medicine"), self.product)
        stack(self.form, self.form.add("scope", _("What is counted"), self.scope), self._which, gap=S3)
        title = _("Begin a count")
        hint = _(
            "The sheet shows no quantities. Its moment is now: what is handed out or arrives afterwards is taken into "
            "account by itself."
        )
        super().__init__(title, parent, Text(title, "head", "semi"), Text(hint, color="quiet", wrap=True), self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Begin without printing")), partial(self._begin, False))
        self.add_deed(Button(_("Print the sheet"), "save", "primary", "printer"), partial(self._begin, True))
        self.scope.currentIndexChanged.connect(self._fit)
        self._fit()
        self.scope.setFocus()

    def _fit(self, *_at: object) -> None:
        self._which.setVisible(self.scope.value() is Scope.ONE)
        self.adjustSize()

    def _find(self, words: str) -> list[tuple[Any, str]]:
        found = self._office.ask(shelf.find_presentation, words, 20, retired=True)
        return [(name, name) for name in dict.fromkeys(product.name for product in found)][:8]

    def _begin(self, printing: bool, *_clicked: object) -> None:
        scope, medicine = self.scope.value(), self.product.value() or ""
        if scope is Scope.ONE and not medicine:
            self.form.complain("product", _("Choose a medicine of the list."))
            return
        lots = self._office.ask(queries.lots_in, scope, medicine)
        if scope is not Scope.EVERYTHING and not lots:
            self.form.complain("scope", _("Nothing of that kind is noted on this shelf. Count everything instead."))
            return
        said = "" if scope is Scope.EVERYTHING else medicine or _(SCOPES[scope]).format(days=EXPIRING_DAYS)
        self.accept()
        self._then(begin(self._office, lots, said, self._office.now()), printing)


class FoundSheet(Sheet):
    """A box that stands on the shelf and not on the list; the first count of a clinic is made of these."""

    def __init__(self, office: Office, known: OpenCount, then: Callable[[FoundBox], object], parent: QWidget) -> None:
        self._office, self._count, self._then = office, known, then
        self._products: dict[str, Product] = {}
        self.product = Suggest(self._find, _("three letters"))
        self.lot, self.no_lot = Edit(), Check(_("The box has no lot number"))
        self.expiry, self.units = Edit(placeholder="0627"), Edit(placeholder="3x20+7")
        self.partner = Suggest(self._find_partner, _("if it is known"))
        self.form = Form()
        new = Link(_("New"), small=True)
        new.clicked.connect(self._new_product)
        stack(
            self.form,
            self.form.add("product", _("Medicine"), self.product, beside=[new]),
            row(
                (self.form.add("lot", _("Lot"), self.lot), 3),
                (self.form.add("expiry", _("Expiry"), self.expiry, check=self._check_expiry), 2),
                gap=S3,
            ),
            self.no_lot,
            row(
                (self.form.add("units", _("Boxes x units"), self.units, check=self._check_units), 2),
                (self.form.add("partner", _("Who gave it"), self.partner, optional=True), 3),
                gap=S3,
            ),
            gap=S3,
        )
        title = _("A box that is not on the list")
        super().__init__(title, parent, Text(title, "head", "semi"), self.form, width=520)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Add the box"), "save", "primary", "plus"), self._keep)
        self.product.setFocus()

    def _find(self, words: str) -> list[tuple[Any, str]]:
        found = self._office.ask(shelf.find_presentation, words, 8, retired=True)
        self._products |= {product.presentation_id: product for product in found}
        return [(product.presentation_id, product.said) for product in found]

    def _find_partner(self, words: str) -> list[tuple[Any, str]]:
        return [(one.partner_id, one.name) for one in self._office.ask(directory.partners, words, 8)]

    def _new_product(self) -> None:
        PresentationSheet(self._office, self.product.text(), self._take_new, self).open()

    def _take_new(self, presentation_id: str) -> None:
        product = self._office.ask(shelf.presentation, presentation_id)
        self._products[presentation_id] = product
        self.product.set_value(presentation_id, product.said)
        self.lot.setFocus()

    def _check_expiry(self, typed: str) -> str | None:
        try:
            day = read_expiry(typed)
        except Refused as refused:
            return refused.sentence()
        expired = day < self._office.today()
        said = _("Expired; it is counted all the same") if expired else _("Until {day}")
        self.form.fields["expiry"].say(said.format(day=say_day(day)), "warning" if expired else "accent")
        return None

    def _check_units(self, typed: str) -> str | None:
        product = self._products.get(self.product.value() or "")
        try:
            units = read_counted(typed, product.pack_units if product else None)
        except Refused as refused:
            return refused.sentence()
        if product is not None:
            self.form.fields["units"].say(say_packs(units, product.pack_units, product.unit))
        return None

    def _keep(self) -> None:
        product = self._products.get(self.product.value() or "")
        if product is None:
            self.form.complain("product", _("Choose a medicine of the list."))
            return
        number = clean_lot_number(self.lot.text())
        if number is None and not self.no_lot.isChecked():
            self.form.complain("lot", _("Write it, or tick that the box has none."))
            return
        if self.form.find_faults():
            return
        lot = box_of(product, new_id(), number, read_expiry(self.expiry.text()))
        if self._is_listed(lot, self.partner.value()):
            self.form.complain("lot", _("This lot is on the list: write its number there."))
            return
        units = read_counted(self.units.text(), product.pack_units)
        self.accept()
        self._then(FoundBox(lot, units, self.partner.value()))

    def _is_listed(self, lot: CountedProduct, partner_id: str | None) -> bool:
        """What two donors gave of one lot are two lots; where one of them is not known, they are one."""
        if lot.lot_number is None:
            return False
        same = (lot.presentation_id, lot.lot_number, lot.expires_on)
        listed = [(one, one.partner_id) for one in self._count.lots.values()]
        listed += [(box.lot, box.partner_id) for box in self._count.found]
        return any(
            (one.presentation_id, one.lot_number, one.expires_on) == same
            and (giver is None or partner_id is None or giver == partner_id)
            for one, giver in listed
        )


class NamesSheet(Sheet):
    """Who counted with whoever sits here; then the count is closed and never changes."""

    def __init__(self, office: Office, count: OpenCount, then: Callable[[str], object], parent: QWidget) -> None:
        self._office, self._count, self._then = office, count, then
        self.second = Suggest(partial(office.ask, queries.others), _("name, or choose from the list"))
        self.note = Edit()
        self.form = Form()
        stack(
            self.form,
            self.form.add("second", _("Who counted with you"), self.second),
            self.form.add("note", _("A word about it"), self.note, optional=True),
            gap=S3,
        )
        title = _("Close the count")
        told = Text("\n".join(self._told()), color="quiet", wrap=True)
        super().__init__(title, parent, Text(title, "head", "semi"), told, self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Close the count"), "save", "primary", "check"), self._close)
        self.second.setFocus()

    def _told(self) -> list[str]:
        count, tally = self._count, self._count.tally
        many = len(tally.counted()) + len(count.found)
        told = [ngettext("{count} lot counted.", "{count} lots counted.", many).format(count=f"{many:,}")]
        left = len(tally.lots) - len(tally.counted())
        if left:
            said = ngettext(
                "{count} lot of the sheet was not counted and stays as it is.",
                "{count} lots of the sheet were not counted and stay as they are.",
                left,
            )
            told.append(said.format(count=f"{left:,}"))
        if tally.step is Step.WHY and tally.asked:
            apart = len(tally.asked)
            said = ngettext("{count} with a difference.", "{count} with a difference.", apart)
            told.append(said.format(count=f"{apart:,}"))
        moved = self._office.ask(queries.moved_since, tally.counted(), count.moment)
        if moved:
            told.append(say_moved(moved))
        return told

    def would_lose(self) -> bool:
        return False

    def _close(self) -> None:
        value = self.second.value()
        closing = self._count.closed(value, "" if value else self.second.text(), self.note.text())
        use_case = partial(service.close_count, count=closing)
        self._office.do(use_case, self, then=self._closed, failed=self._failed)

    def _closed(self, count_id: str) -> None:
        self.accept()
        self._then(count_id)

    def _failed(self, error: ClinicError) -> None:
        self.form.complain("second", error.sentence())


def say_moved(moved: int) -> str:
    said = ngettext(
        "{count} movement since the sheet was printed is taken into account.",
        "{count} movements since the sheet was printed are taken into account.",
        moved,
    )
    return said.format(count=f"{moved:,}")
