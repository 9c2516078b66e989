"""The shelf: what may be given of each product, its lots, and every movement that made the number."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QElapsedTimer
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import disposals, proof, shelf, transfers
from clinic_desktop.features.medication.queries import movements as moves
from clinic_desktop.features.medication.queries.movements import MovementRow
from clinic_desktop.features.medication.queries.proof import Discrepancy
from clinic_desktop.features.medication.queries.shelf import LotRow, Product
from clinic_desktop.features.medication.rules.kinds import MOVEMENT_WORDS, MovementKind
from clinic_desktop.features.medication.rules.shelf import is_short, say_apart, say_lasting, say_packs, say_usable
from clinic_desktop.features.medication.screens.leaving import SendSheet
from clinic_desktop.features.medication.screens.leaving_acts import ExpiredSheet, open_act
from clinic_desktop.features.medication.screens.leaving_list import LeftSheet
from clinic_desktop.features.medication.screens.recalls import RecallSheet
from clinic_desktop.features.medication.screens.stock_picture import StockPictureSheet
from clinic_desktop.features.medication.screens.stock_sheets import FindingsSheet, TakeOffSheet, say_many
from clinic_desktop.features.medication.service import correcting
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button, Link, Tabs
from clinic_desktop.uikit.choices import Check
from clinic_desktop.uikit.dialogs import ask_text
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import line_up, row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Text, quiet, semi

_TABLES = shelf.TABLES | transfers.TABLES | disposals.TABLES
_SIDE, _SIDE_NARROW = 500, 372
_TWO_LINES = 46
_LOTS, _MOVEMENTS = range(2)
_ROOM_FOR_BOTH = 480
_QUICK_MS = 300
"""A proof that takes no longer is made at every change."""


class StockPage(QWidget):
    """Balances at the left, the lots and movements of the chosen product at the right."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._today = office.today()
        self.words = Edit(placeholder=_("Medicine"), icon="search", height=32)
        self.words.setAccessibleName(_("Find a medicine on the shelf"))
        self.donated = Check(_("Only what was given"))
        self.wrong = Callout("", "danger", "alert-circle")
        self.all_wrong = Button(_("Show all"), icon="list-check")
        self._found: tuple[Discrepancy, ...] = ()
        self._proving, self._proved, self._rest = False, QElapsedTimer(), 0
        self.products = self._make_products()
        self.lots, self.movements = self._make_lots(), self._make_movements()
        self.side_tabs = Tabs([_("Lots"), _("Movements")])
        self.title = Text("", "head", "semi", wrap=True)
        self.told = Text("", "small", color="quiet", wrap=True)
        self.who = Text("", "small", color="quiet", wrap=True)
        self.course = Link(_("Over time"), small=True)
        self.recall = Link(_("Call this lot back"), small=True)
        self.counter = Button(_("Counter a mistake"), icon="arrow-back-up")
        self.take_off = Button(_("Take from shelf"), icon="minus")
        self.send = Button(_("Send"), icon="truck")
        self.act = Button(_("Destroy or give back"), icon="file-text")
        self.expired = Button("", icon="alert-triangle")
        self.left = Button(_("What left"), icon="history")
        self._lay_out()
        self._connect()
        office.follow(_TABLES, self, self.reload)
        self.reload()
        self.products.choose_at(0)

    def _connect(self) -> None:
        self.words.textChanged.connect(self._list)
        self.donated.toggled.connect(self._list)
        self.products.chosen.connect(self._show)
        self.lots.chosen.connect(self._narrow)
        self.movements.chosen.connect(self._weigh)
        self.counter.clicked.connect(self._ask_reason)
        self.take_off.clicked.connect(self._ask_what_is_lost)
        self.send.clicked.connect(self._send)
        self.act.clicked.connect(self._write_act)
        self.expired.clicked.connect(self._take_off_expired)
        self.left.clicked.connect(self._show_left)
        self.course.clicked.connect(self._show_course)
        self.recall.clicked.connect(self._call_back)
        self.all_wrong.clicked.connect(self._show_findings)
        self.products.opened.connect(self._to_lots)
        self.lots.opened.connect(self._to_movements)
        self.side_tabs.chosen.connect(self._show_sides)

    def _lay_out(self) -> None:
        head = row((self.words, 1), self.donated, margins=(12, 8, 12, 4), gap=S3)
        listed = Card(head, (self.products, 1), margins=(1, 0, 1, 4), gap=0)
        head = row((self.title, 1), self.recall, self.course, gap=S2)
        told = row((self.told, 1), self.side_tabs, gap=S2)
        self.side = Card(head, told, (self.lots, 2), (self.movements, 3), self.who, margins=(S4, S3, S4, S3))
        may = self._office.may(Permission.CORRECT_STOCK)
        for button in (self.counter, self.take_off, self.send, self.act):
            button.setVisible(may)
        deeds = row(self.take_off, self.send, self.act, self.expired, self.left, None, self.counter, gap=S2)
        self.findings = QWidget()
        line_up(self.findings, (self.wrong, 1), self.all_wrong, gap=S2)
        inner = row((listed, 1), self.side, gap=S3)
        stack(self, self.findings, (inner, 1), deeds, margins=(S4, S3, S4, S3), gap=S2)

    def resizeEvent(self, event: object) -> None:
        self.side.setFixedWidth(_SIDE_NARROW if is_compact(self.window().width()) else _SIDE)
        self._show_sides()
        self._say_findings()

    def _show_sides(self, _at: int = 0) -> None:
        """Lots above their movements; one of the two where both have no room."""
        both = self.height() >= _ROOM_FOR_BOTH
        at_lots = self.side_tabs.at() == _LOTS
        self.side_tabs.setVisible(not both)
        self.lots.setVisible(both or at_lots)
        for shown in (self.movements, self.who):
            shown.setVisible(both or not at_lots)

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
        table = ListTable(columns, key=lambda p: p.presentation_id, empty=empty, row_height=_TWO_LINES)
        table.setAccessibleName(_("Medicines on the shelf"))
        return table

    def _make_lots(self) -> ListTable[LotRow]:
        columns = [
            Column[LotRow](_("Lot"), _lot, stretch=True),
            Column[LotRow](_("Expires"), self._expires, 132),
            Column[LotRow](_("There are"), _there_are, 84, right=True),
        ]
        table = ListTable(columns, key=lambda r: r.lot.lot_id, row_height=_TWO_LINES, flush=True)
        table.setAccessibleName(_("Lots"))
        return table

    def _expires(self, row: LotRow) -> cells.Cell | str:
        day = say_day(row.lot.expires_on)
        if row.lot.units <= 0:
            return day
        if row.lot.expires_on < self._today:
            return cells.two_lines(day, under=_("expired"), ink="warn")
        if is_short(row.lot.expires_on, self._today):
            return cells.two_lines(day, under=_("expires soon"), ink="warn")
        return day

    def _make_movements(self) -> ListTable[MovementRow]:
        columns = [
            Column[MovementRow](_("Day"), _day, 128),
            Column[MovementRow](_("What"), _what, stretch=True),
            Column[MovementRow](_("Lot"), lambda m: m.lot_number or "–", 84, wide_only=True),
            Column[MovementRow](_("Units"), lambda m: cells.number(f"{m.units:+,}", "strong"), 84, right=True),
        ]
        table = ListTable(columns, key=lambda m: m.movement_id, row_height=_TWO_LINES, flush=True)
        table.setAccessibleName(_("Movements"))
        return table

    def take_focus(self) -> None:
        self.products.setFocus()

    def _to_lots(self, _product: Product) -> None:
        """Enter goes inward: from the product to its lots, from a lot to its movements."""
        if self.lots.row() is None:
            self.lots.choose_at(0)
        self.side_tabs.set_at(_LOTS)
        self.lots.setFocus()

    def _to_movements(self, _lot: LotRow) -> None:
        if self.movements.row() is None:
            self.movements.choose_at(0)
        self.side_tabs.set_at(_MOVEMENTS)
        self.movements.setFocus()

    def reload(self) -> None:
        """The balances anew, and what does not add up above them."""
        self._prove()
        expired = len(self._office.ask(disposals.expired_here))
        self.expired.setText(_("Expired: {count}").format(count=expired))
        self.expired.setVisible(bool(expired) and self._office.may(Permission.CORRECT_STOCK))
        self._list()

    def _prove(self) -> None:
        """Beside the work, for over many years it takes a while; then it also rests for as long as it takes often."""
        if self._proving or (self._proved.isValid() and self._proved.elapsed() < self._rest):
            return
        self._proving = True
        self._proved.start()
        self._office.run_long(proof.check_in_steps, self, then=self._take_findings, failed=self._not_proved, apart=True)

    def _take_findings(self, found: tuple[Discrepancy, ...]) -> None:
        self._proving, took = False, self._proved.restart()
        self._rest = took * 20 if took > _QUICK_MS else 0
        self._found = found
        self._say_findings()

    def _not_proved(self, _error: ClinicError) -> None:
        """The data were locked meanwhile; it is asked again with the next look."""
        self._proving = False

    def _list(self) -> None:
        ids = self._office.ask(shelf.stock_ids, self.words.text(), donated=self.donated.isChecked())
        self.products.show_ids(ids, lambda page: self._office.ask(shelf.presentations, page).values())

    def _say_findings(self) -> None:
        """The first in whole words; behind the button all of them."""
        more = len(self._found) - 1
        words = self._found[0].sentence() if self._found else ""
        if more > 0:
            words += " " + ngettext("And {count} more.", "And {count} more.", more).format(count=more)
        if self._found and is_compact(self.window().width()):
            # One line is all that a small window has; the sentences are behind the button.
            words = say_many(len(self._found))
        self.wrong.words.setText(words)
        self.wrong.setAccessibleName(words)
        self.findings.setVisible(bool(self._found))

    def _show(self, product: Product | None) -> None:
        self.course.setVisible(product is not None)
        self.title.setText(product.said if product else "")
        self.told.setText(_told(product) if product else "")
        lots = self._office.ask(shelf.lots, product.presentation_id) if product else ()
        self.lots.show_rows([one for one in lots if one.donated or not self.donated.isChecked()])
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
        there = lot is not None and lot.lot.units > 0
        self.take_off.setEnabled(there)
        self.act.setEnabled(there)
        self.recall.setVisible(lot is not None and not lot.lot.withheld and self._office.may(Permission.RECALL_LOTS))
        self._weigh(self.movements.row())

    def _weigh(self, chosen: MovementRow | None) -> None:
        self.counter.setEnabled(chosen is not None and not chosen.countered and not chosen.is_final)
        self.who.setText(self._told_of(chosen) if chosen else "")

    def _told_of(self, chosen: MovementRow) -> str:
        """Everything of one movement, with who typed it and when."""
        name = self._office.ask(staff.name_of, chosen.recorded_by)
        at = self._office.local(chosen.recorded_at)
        typed = _("Typed by {name} on {day}, {time}") if name else _("Typed on {day}, {time}")
        said = typed.format(name=name, day=say_day(at.date()), time=f"{at:%H:%M}")
        says = "" if chosen.typed_later else chosen.says()
        parts = (says, chosen.reason, chosen.partner, chosen.document, said)
        return " · ".join(part for part in parts if part)

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

    def _send(self) -> None:
        SendSheet(self._office, self, self.products.row()).open()

    def _write_act(self) -> None:
        chosen = self.lots.row()
        if chosen is not None:
            open_act(self._office, [chosen.lot.lot_id], self)

    def _take_off_expired(self) -> None:
        lines = self._office.ask(disposals.expired_here)
        if lines:
            ExpiredSheet(self._office, lines, self).open()

    def _show_left(self) -> None:
        LeftSheet(self._office, self).open()

    def _show_course(self) -> None:
        product = self.products.row()
        if product is not None:
            StockPictureSheet(self._office, product.presentation_id, self).open()

    def _call_back(self) -> None:
        product, chosen = self.products.row(), self.lots.row()
        if product is not None and chosen is not None:
            named = chosen.lot.lot_number
            RecallSheet(self._office, self, presentation_id=product.presentation_id, lot_number=named).open()

    def _show_findings(self) -> None:
        FindingsSheet(self._found, self._go_to, self).open()

    def _go_to(self, finding: Discrepancy) -> None:
        self.words.clear()
        self.donated.setChecked(False)
        self.products.choose(finding.presentation_id)
        self.side_tabs.set_at(_LOTS)
        self.lots.choose(finding.lot_id)
        self.lots.setFocus()

    def _ask_what_is_lost(self) -> None:
        chosen = self.lots.row()
        if chosen is not None:
            TakeOffSheet(self._office, chosen, chosen.lot.expires_on < self._today, self).open()


def _said(product: Product) -> cells.Cell | str:
    return cells.two_lines(semi(product.shown_name), under=product.product)


def _lot(shown: LotRow) -> cells.Cell | str:
    words = shown.lot.lot_number or _("without number")
    if shown.lot.withheld:
        return cells.two_lines(words, under=_("withheld: recall"), ink="warn")
    return cells.two_lines(words, under=shown.partner or "")


def _there_are(shown: LotRow) -> cells.Cell | str:
    """Below zero is a finding that people mend, never an error."""
    if shown.lot.units < 0:
        return cells.chip(f"{shown.lot.units:,}", "danger", "alert-circle")
    return cells.number(f"{shown.lot.units:,}", "strong" if shown.lot.units else "quiet")


def _usable(product: Product) -> cells.Cell | str:
    if product.units < 0:
        return cells.chip(_("{count} below zero").format(count=f"{-product.units:,}"), "danger", "alert-circle")
    if product.usable <= 0:
        apart = say_usable(product.usable, product.expired)
        under = say_apart(0, product.withheld)
        return replace(cells.chip(apart, "danger", "alert-circle"), under=under)
    under = say_apart(product.expired, product.withheld) or _boxes(product)
    return cells.two_lines(say_usable(product.usable, 0), under=under)


def _boxes(product: Product) -> str:
    packs = say_packs(product.usable, product.pack_units, product.unit)
    return packs if "×" in packs else ""


def _lasts(product: Product) -> cells.Cell | str:
    days = product.days_left
    if days is None:
        return cells.number("–", "quiet")
    return cells.number(say_lasting(days))


def _told(product: Product) -> str:
    packs = say_packs(product.units, product.pack_units, product.unit)
    return " · ".join((packs, product.shelf))


def _day(movement: MovementRow) -> cells.Cell | str:
    if not movement.typed_later or movement.typed_on is None:
        return say_day(movement.occurred_on)
    return cells.two_lines(say_day(movement.occurred_on), under=_("typed {day}").format(day=say_day(movement.typed_on)))


def _what(movement: MovementRow) -> cells.Cell | str:
    says = "" if movement.typed_later else movement.says()
    told = " · ".join(part for part in (says, movement.reason, movement.partner, movement.document) if part)
    gone = movement.countered or movement.mirrors
    said = _("{what} (countered)") if movement.countered else "{what}"
    back = movement.kind is MovementKind.EXPIRY and movement.units > 0
    what = said.format(what=_("Back for its act") if back else _(MOVEMENT_WORDS[movement.kind]))
    return cells.two_lines(quiet(what) if gone else what, under=told)
