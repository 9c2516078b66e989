"""The shelf: what may be given of each product, its lots, and every movement that made the number."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import movements as moves
from clinic_desktop.features.medication.queries import proof, shelf
from clinic_desktop.features.medication.queries.movements import MovementRow
from clinic_desktop.features.medication.queries.shelf import LotRow, Product
from clinic_desktop.features.medication.rules.kinds import MOVEMENT_WORDS, TAKEN_OFF, MovementKind
from clinic_desktop.features.medication.rules.shelf import read_units, say_lasting, say_packs
from clinic_desktop.features.medication.service import correcting
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet, ask_text
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Text, quiet, semi

_SIDE, _SIDE_NARROW = 500, 372
_TWO_LINES = 46


class StockPage(QWidget):
    """Balances at the left, the lots and movements of the chosen product at the right."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._today = office.today()
        self.words = Edit(placeholder=_("Medicine"), icon="search", height=32)
        self.words.setAccessibleName(_("Find a medicine on the shelf"))
        self.wrong = Callout("", "danger", "alert-circle")
        self.products = self._make_products()
        self.lots, self.movements = self._make_lots(), self._make_movements()
        self.title = Text("", "head", "semi", wrap=True)
        self.told = Text("", "small", color="quiet", wrap=True)
        self.counter = Button(_("Counter a mistake"), icon="arrow-back-up")
        self.take_off = Button(_("Take off the shelf"), icon="minus")
        self._lay_out()
        self.words.textChanged.connect(self.reload)
        self.products.chosen.connect(self._show)
        self.lots.chosen.connect(self._narrow)
        self.movements.chosen.connect(self._weigh)
        self.counter.clicked.connect(self._ask_reason)
        self.take_off.clicked.connect(self._ask_what_is_lost)
        office.follow(shelf.TABLES, self, self.reload)
        self.reload()
        self.products.choose_at(0)

    def _lay_out(self) -> None:
        head = row((self.words, 1), margins=(12, 8, 12, 4))
        listed = Card(head, (self.products, 1), margins=(1, 0, 1, 4), gap=0)
        deeds = row(self.take_off, None, self.counter, gap=S2)
        lots = Text(_("Lots"), weight="semi")
        moved = Text(_("Movements"), weight="semi")
        told = QWidget()
        stack(told, lots, (self.lots, 2), moved, (self.movements, 3), gap=S2)
        self.lots.setMinimumHeight(30 + 2 * _TWO_LINES)
        self.movements.setMinimumHeight(30 + 3 * _TWO_LINES)
        self.side = Card(self.title, self.told, (scrolled(told), 1), deeds, margins=(S4, S3, S4, S3))
        may = self._office.may(Permission.CORRECT_STOCK)
        self.counter.setVisible(may)
        self.take_off.setVisible(may)
        inner = row((listed, 1), self.side, gap=S3)
        stack(self, self.wrong, (inner, 1), margins=(S4, S3, S4, S3), gap=S2)

    def resizeEvent(self, event: object) -> None:
        self.side.setFixedWidth(_SIDE_NARROW if is_compact(self.window().width()) else _SIDE)

    def _make_products(self) -> ListTable[Product]:
        columns = [
            Column[Product](_("Medicine"), _said, stretch=True),
            Column[Product](_("Usable"), _usable, 216),
            Column[Product](
                _("Next expiry"), lambda p: say_day(p.next_expiry) if p.next_expiry else "–", 110, wide_only=True
            ),
            Column[Product](_("Lasts"), _lasts, 120, right=True, wide_only=True),
        ]
        empty = EmptyState(_("Nothing on the shelf yet. Enter the first delivery under «Receive»."))
        return ListTable(columns, key=lambda p: p.presentation_id, empty=empty, row_height=_TWO_LINES)

    def _make_lots(self) -> ListTable[LotRow]:
        columns = [
            Column[LotRow](_("Lot"), _lot, stretch=True),
            Column[LotRow](_("Expires"), self._expires, 132),
            Column[LotRow](_("There are"), lambda r: cells.number(f"{r.lot.units:,}", "strong"), 76, right=True),
        ]
        return ListTable(columns, key=lambda r: r.lot.lot_id, row_height=_TWO_LINES, flush=True)

    def _expires(self, row: LotRow) -> cells.Cell | str:
        day = say_day(row.lot.expires_on)
        return cells.warn(day) if row.lot.expires_on < self._today else day

    def _make_movements(self) -> ListTable[MovementRow]:
        columns = [
            Column[MovementRow](_("Day"), lambda m: say_day(m.occurred_on), 96),
            Column[MovementRow](_("What"), _what, stretch=True),
            Column[MovementRow](_("Lot"), lambda m: m.lot_number or "–", 84, wide_only=True),
            Column[MovementRow](_("Units"), lambda m: cells.number(f"{m.units:+,}", "strong"), 84, right=True),
        ]
        return ListTable(columns, key=lambda m: m.movement_id, row_height=_TWO_LINES, flush=True)

    def take_focus(self) -> None:
        self.products.setFocus()

    def reload(self) -> None:
        """The balances anew, and what does not add up above them."""
        found = self._office.ask(proof.check_sums)
        self.wrong.words.setText("\n".join(finding.sentence() for finding in found[:3]))
        self.wrong.setVisible(bool(found))
        ids = self._office.ask(shelf.stock_ids, self.words.text())
        self.products.show_ids(ids, lambda page: self._office.ask(shelf.presentations, page).values())

    def _show(self, product: Product | None) -> None:
        self.title.setText(product.said if product else "")
        self.told.setText(_told(product) if product else "")
        self.lots.show_rows(self._office.ask(shelf.lots, product.presentation_id) if product else ())
        self._narrow(self.lots.row())

    def _narrow(self, lot: LotRow | None) -> None:
        """The movements of the chosen lot, or of all lots."""
        product = self.products.row()
        if product is None:
            self.movements.show_rows(())
        else:
            which = {"lot_id": lot.lot.lot_id} if lot else {"presentation_id": product.presentation_id}
            ids = self._office.ask(moves.movement_ids, **which)
            self.movements.show_ids(ids, lambda page: self._office.ask(moves.movements, page))
        self.take_off.setEnabled(lot is not None and lot.lot.units > 0)
        self._weigh(self.movements.row())

    def _weigh(self, chosen: MovementRow | None) -> None:
        self.counter.setEnabled(chosen is not None and not chosen.countered and not chosen.mirrors)

    # deeds

    def _ask_reason(self) -> None:
        chosen = self.movements.row()
        if chosen is None:
            return
        told = _("Why was «{what}» of {units} a mistake? Both lines stay.").format(
            what=_(MOVEMENT_WORDS[chosen.kind]), units=f"{chosen.units:+,}"
        )
        ask_text(told, self, partial(self._counter, chosen.movement_id), yes_text=_("Counter it"))

    def _counter(self, movement_id: str, reason: str) -> None:
        use_case = partial(correcting.counter_movement, movement_id=movement_id, reason=reason)
        self._office.do(use_case, self, then=lambda _mirror: self._office.notice(_("Countered. Both lines stay.")))

    def _ask_what_is_lost(self) -> None:
        chosen = self.lots.row()
        if chosen is not None:
            TakeOffSheet(self._office, chosen, chosen.lot.expires_on < self._today, self).open()


class TakeOffSheet(Sheet):
    """What leaves the shelf without being handed out."""

    def __init__(self, office: Office, chosen: LotRow, expired: bool, parent: QWidget) -> None:
        self._office, self._lot = office, chosen.lot
        self._movement_id = new_id()
        kinds = [(kind, _(MOVEMENT_WORDS[kind])) for kind in TAKEN_OFF if kind is not MovementKind.EXPIRY or expired]
        self.kind, self.units, self.reason = Select(kinds), Edit(f"{chosen.lot.units}"), Edit()
        self.kind.set_value(MovementKind.EXPIRY if expired else MovementKind.LOSS)
        self.form = Form()
        stack(
            self.form,
            self.form.add("kind", _("What happened"), self.kind),
            self.form.add("units", _("Units"), self.units),
            self.form.add("reason", _("Reason"), self.reason),
            gap=S3,
        )
        title = _("Take off lot {lot}").format(lot=chosen.lot.lot_number or _("without number"))
        super().__init__(title, parent, Text(title, "head", "semi"), self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Take off"), "save", "primary"), self._take_off)

    def _take_off(self) -> None:
        try:
            units = read_units(self.units.text())
        except Refused as refused:
            self.form.complain("units", refused.sentence())
            return
        use_case = partial(
            correcting.take_off,
            movement_id=self._movement_id,
            lot_id=self._lot.lot_id,
            units=units,
            kind=self.kind.value(),
            reason=self.reason.text(),
        )
        self._office.do(use_case, self, then=lambda _none: self.accept(), failed=self._failed)

    def _failed(self, error: ClinicError) -> None:
        self.form.complain("reason" if not self.reason.text().strip() else "units", error.sentence())


def _said(product: Product) -> cells.Cell | str:
    return cells.two_lines(semi(product.shown_name), under=product.product)


def _lot(shown: LotRow) -> cells.Cell | str:
    return cells.two_lines(shown.lot.lot_number or _("without number"), under=shown.partner or "")


def _usable(product: Product) -> cells.Cell | str:
    if product.usable <= 0:
        return cells.chip(product.shelf, "danger", "alert-circle")
    return product.shelf


def _lasts(product: Product) -> cells.Cell | str:
    days = product.days_left
    if days is None:
        return cells.number("–", "quiet")
    return cells.number(say_lasting(days))


def _told(product: Product) -> str:
    packs = say_packs(product.units, product.pack_units, product.unit)
    return " · ".join((packs, product.shelf))


def _what(movement: MovementRow) -> cells.Cell | str:
    told = " · ".join(part for part in (movement.reason, movement.partner, movement.document) if part)
    gone = movement.countered or movement.mirrors
    said = _("{what} (countered)") if movement.countered else "{what}"
    what = said.format(what=_(MOVEMENT_WORDS[movement.kind]))
    return cells.two_lines(quiet(what) if gone else what, under=told)
