"""Who has medicines to collect, what exactly leaves the shelf, and one key that hands it all out."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QVBoxLayout, QWidget

from clinic_desktop.features.medication.queries import formulary, handed, handing, owed, papers, shelf, vouchers
from clinic_desktop.features.medication.queries.handed import HandedOut
from clinic_desktop.features.medication.queries.handing import PersonToServe
from clinic_desktop.features.medication.queries.owed import PersonOwed
from clinic_desktop.features.medication.rules.control import Control
from clinic_desktop.features.medication.rules.controlled import say_control
from clinic_desktop.features.medication.rules.shelf import ShelfLot, say_lasting, say_units, say_usable
from clinic_desktop.features.medication.screens.brought_back import BroughtBackSheet
from clinic_desktop.features.medication.screens.give_card import SOON_DAYS, GiveCard
from clinic_desktop.features.medication.screens.handed_papers import HandedCard, PapersSheet
from clinic_desktop.features.medication.screens.joining import join_to
from clinic_desktop.features.medication.screens.taken_away import TakenAway
from clinic_desktop.features.medication.screens.voucher_sheets import ask_vouchers
from clinic_desktop.features.medication.screens.whose import banner_of
from clinic_desktop.features.medication.service import dispensing
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button, Link, Tabs
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import clear, row, scrolled, stack
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState, Line
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Facts, Phrase, Piece, Text, quiet, semi

_WIDE, _NARROW = 236, 178
_SIDE_WIDE, _SIDE_NARROW = 300, 232


class DispensePage(QWidget):
    """Enter goes from amount to amount, Ctrl+Enter hands out everything that is ready."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._served: str | None = None
        self._narrow = False
        self._last_given: list[str] = []
        self.cards: list[GiveCard] = []
        self.which = Tabs([_("Today"), _("Owed")])
        self.people = self._make_list()
        self.soon = Text("", "small", color="quiet", wrap=True)
        self.side = Side()
        self._banner, self._middle = QWidget(), QWidget()
        self._over = stack(self._banner)
        self._lines: QVBoxLayout = stack(self._middle, gap=S2)
        self._scroll = scrolled(self._middle)
        self.left = self._make_left()
        self._lay_out()
        self.people.chosen.connect(self._chosen)
        self.people.clicked.connect(self._clicked)
        self.people.opened.connect(self._focus_first)
        self.which.chosen.connect(self._other_list)
        self.side.give.clicked.connect(self.give)
        self.side.give_and_print.clicked.connect(self.give_and_print)
        self.side.later.clicked.connect(self.step_back)
        office.follow(shelf.TABLES | patients.TABLES, self, self.reload)
        self.reload()
        self.people.choose_at(0)

    def _make_list(self) -> ListTable[PersonToServe | PersonOwed]:
        def said(person: PersonToServe | PersonOwed) -> cells.Cell:
            count = len(person.lines)
            under = ngettext("{count} medicine", "{count} medicines", count).format(count=count)
            if isinstance(person, PersonOwed):
                under = _("{what} until {day}").format(what=under, day=say_day(person.until))
            return cells.two_lines(person.said, under=under, ink="strong")

        column = Column[PersonToServe | PersonOwed](_("Person"), said, stretch=True)
        empty = EmptyState(_("Nobody has medicines to collect. They appear here when a prescription is signed."))
        return ListTable([column], key=lambda person: person.patient_id, empty=empty, row_height=56)

    def _make_left(self) -> Card:
        warned = row(Icon("calendar-event", "warning", 16), (self.soon, 1), gap=6, margins=(S3, S2, S3, S2))
        lists = row(self.which, None, margins=(S2, 0, S2, 0))
        return Card(lists, (self.people, 1), warned, margins=(1, 4, 1, 4), gap=0)

    def _lay_out(self) -> None:
        self._inner = row(self.left, (self._scroll, 1), self.side, margins=(S4, S3, S4, S3), gap=S3)
        stack(self, self._banner, (self._inner, 1), gap=0)

    def resizeEvent(self, event: object) -> None:
        narrow = is_compact(self.window().width())
        self.left.setFixedWidth(_NARROW if narrow else _WIDE)
        self.side.setFixedWidth(_SIDE_NARROW if narrow else _SIDE_WIDE)
        # A long name and many allergies take two lines each, and nothing of them is cut.
        air = 2 if narrow else S3
        self._inner.setContentsMargins(S4, air, S4, air)
        # In a low window its place is needed; Esc and a click on the list do the same.
        self.side.later.setVisible(not narrow)
        self.side.sum.setVisible(not narrow)
        if narrow != self._narrow:
            self._narrow = narrow
            self._show_banner()

    # whom

    def reload(self) -> None:
        """The list anew; the chosen person stays, with what is owed now."""
        # Who was given everything leaves the list and stays in sight: a second key never reaches the next person.
        self.people.blockSignals(True)
        self.people.show_rows(self._to_serve())
        self.people.blockSignals(False)
        soon = self._office.ask(shelf.expiring_lots, SOON_DAYS)
        told = ngettext("{count} lot expires within {days} days", "{count} lots expire within {days} days", soon)
        self.soon.setText(told.format(count=soon, days=SOON_DAYS) if soon else _("No lot expires soon"))
        self.show_person(self._served)

    def _to_serve(self) -> tuple[PersonToServe | PersonOwed, ...]:
        """Today's people, or those for whom something owed has come: then today's are not among them."""
        if self.which.at() == 0:
            return self._office.ask(handing.to_dispense)
        return self._office.ask(owed.owed_now)

    def _other_list(self, _at: int = 0) -> None:
        self.people.show_rows(self._to_serve())
        self.people.choose_at(0)
        self.show_person(self.people.key())

    def serve(self, patient_id: str) -> None:
        """Somebody who comes another day for what is owed need not be on today's list."""
        self.people.choose(patient_id)
        if self._served != patient_id:
            self.show_person(patient_id)
        self._focus_first()

    def take_focus(self) -> None:
        self.people.setFocus()

    def step_back(self) -> bool:
        """Esc leaves the amounts and goes back to the list."""
        if self.people.hasFocus() or self._served is None:
            return False
        self.people.setFocus()
        return True

    def _clicked(self, _at: QModelIndex) -> None:
        self._chosen(self.people.row())

    def _chosen(self, person: PersonToServe | PersonOwed | None) -> None:
        if person is not None and person.patient_id != self._served:
            self.show_person(person.patient_id)

    def show_person(self, patient_id: str | None) -> None:
        """The lines of one person, with the lots that would be taken."""
        items = self._office.ask(handing.owed_to, patient_id) if patient_id else ()
        given = self._office.ask(handed.handed_on, patient_id, self._office.today()) if patient_id else ()
        if patient_id != self._served:
            self.side.taken.clear()
            self.cards = []
        left = {one.dispense_id for one in given}
        typed = {c.item.line.request_id: c for c in self.cards if c.is_typed and c.dispense_id not in left}
        at = next((card.item.line.request_id for card in self.cards if card.amount.hasFocus()), None)
        self._served = patient_id
        clear(self._lines)
        self.cards = []
        self._show_banner()
        self._add_cards(items)
        for card in self.cards:
            if card.may_give() and card.item.line.request_id in typed:
                card.go_on_from(typed[card.item.line.request_id])
            if card.may_give() and card.item.line.request_id == at:
                card.amount.setFocus()
        if not items:
            words = _("Choose a person at the left.") if patient_id is None else _("Nothing is owed to this person.")
            self._lines.addWidget(Card(Text(words, color="quiet", wrap=True)))
        self._add_handed(given)
        if patient_id is not None:
            back = Link(_("Something was brought back"), small=True)
            back.clicked.connect(self.take_back)
            self._lines.addLayout(row(None, back))
        self._lines.addStretch(1)
        self._sum_up()

    def _show_banner(self) -> None:
        clear(self._over)
        if self._served:
            header = self._office.ask(handing.header_to_serve, self._served)
            self._over.addWidget(banner_of(header, narrow=self._narrow))

    def _add_cards(self, items: Sequence[handing.ToGive]) -> None:
        served = self._office.ask(papers.served_papers, self._served) if items and self._served else ()
        key = "voucher" if self._office.may(Permission.SEND_VOUCHERS) else None
        ids = [item.line.presentation_id for item in items if item.line.presentation_id]
        products = self._office.ask(shelf.presentations, ids) if ids else {}
        controls = self._office.ask(formulary.controls, ids) if ids else {}
        for item in items:
            same = next((one for one in served if one.medicine_id == item.line.medicine_id), None)
            of = item.line.presentation_id or ""
            self._add_card(item, products.get(of), controls.get(of), same, key)
            if key and self.cards[-1].lacks():
                key = ""

    def _add_card(
        self,
        item: handing.ToGive,
        product: shelf.Product | None,
        control: Control | None,
        paper: papers.ServedPaper | None,
        voucher_key: str | None,
    ) -> None:
        lots = self._office.ask(shelf.lots, product.presentation_id) if product else ()
        controlled = bool(control and control.rule and control.rule.witness_wanted)
        says = say_control(control, at_counter=True) if control else ""
        today = self._office.today()
        card = GiveCard(
            item, product, lots, today, paper=paper, controlled=controlled, control=says, voucher_key=voucher_key
        )
        card.changed.connect(self._sum_up)
        card.voucher_wanted.connect(self._voucher)
        card.same_paper.connect(lambda: join_to(self._office, self, card.paper, item))
        card.entered.connect(lambda: self._come_to(card))
        card.moved_on.connect(lambda: self._move_on(card))
        card.other_lot.connect(lambda: self._choose_lot(card))
        self.cards.append(card)
        self._lines.addWidget(card)

    def _add_handed(self, given: Sequence[HandedOut]) -> None:
        """What left today already, so that its papers can be printed again."""
        if given:
            ids = [one.dispense_id for one in given]
            card = HandedCard(given)
            card.papers.clicked.connect(lambda: self.open_papers(given[0].patient_id, ids))
            self._lines.addWidget(card)

    # handing out

    def give_and_print(self) -> None:
        """The same, and then labels and receipt."""
        self.give(then_print=True)

    def give(self, *, then_print: bool = False) -> None:
        """Everything that is ready, in one go."""
        if self._served is None:
            return
        handouts = [handout for card in self.cards if (handout := card.handout())]
        if not handouts or any(card.fault() for card in self.cards):
            return
        use_case = partial(
            dispensing.dispense,
            patient_id=self._served,
            handouts=handouts,
            receiver=self.side.taken.receiver(),
        )
        patient_id = self._served
        leaving = [(handout.dispense_id, card) for card in self.cards if (handout := card.handout())]
        self._office.do(
            use_case, self, then=lambda _none: self._given(patient_id, leaving, then_print), failed=self._failed
        )

    def _given(self, patient_id: str, leaving: Sequence[tuple[str, GiveCard]], then_print: bool) -> None:
        ids = [dispense_id for dispense_id, _card in leaving]
        if ids == self._last_given:
            # The second key of an impatient hand: it left once, and was said once.
            return
        self._last_given = ids
        told = self._say_left([card.item.line.presentation_id or "" for _id, card in leaving])
        if self._served == patient_id:
            self.side.taken.clear()
        self._office.notice(" ".join((_("Handed out."), *told)))
        self.take_focus()
        if then_print:
            self.open_papers(patient_id, ids)

    def _say_left(self, presentation_ids: Sequence[str]) -> list[str]:
        """What stays on the shelf, and how long it lasts."""
        there = self._office.ask(shelf.presentations, presentation_ids)
        return [there[one].stays for one in dict.fromkeys(presentation_ids) if one in there]

    def open_papers(self, patient_id: str, dispense_ids: Sequence[str]) -> None:
        """Labels and receipt of what was handed out."""
        PapersSheet(self._office, self, patient_id, dispense_ids).open()

    def take_back(self) -> None:
        """Of whatever this person was given lately."""
        given = self._office.ask(handed.handed_lately, self._served) if self._served else ()
        if given:
            noted = partial(self._office.notice, _("Written down."))
            BroughtBackSheet(self._office, given, self, noted).open()
        else:
            self._office.notice(_("Nothing was handed out to this person."))

    def _voucher(self) -> None:
        if self._served is not None:
            lacking = self._office.ask(vouchers.lacking_of, self._served)
            ask_vouchers(self._office, lacking, self, self.reload)

    def _failed(self, error: ClinicError) -> None:
        """The shelf changed meanwhile: say so, and show what is there now."""
        self._office.voice.say(error, self)
        self.reload()

    def _come_to(self, card: GiveCard) -> None:
        for other in self.cards:
            other.set_current(other is card)
        self._scroll.ensureWidgetVisible(card)

    def _move_on(self, card: GiveCard) -> None:
        card.confirm()
        later = [other for other in self.cards[self.cards.index(card) + 1 :] if other.may_give()]
        if later:
            later[0].focus()
        else:
            self.side.give.setFocus()

    def _focus_first(self, person: PersonToServe | PersonOwed | None = None) -> None:
        # After the one before was given everything, the next stands there already: Enter opens them.
        if person is not None and person.patient_id != self._served:
            self.show_person(person.patient_id)
        ready = next((card for card in self.cards if card.may_give()), None)
        if ready is not None:
            ready.focus()

    def _choose_lot(self, card: GiveCard) -> None:
        request_id = card.item.line.request_id

        def take(lot: ShelfLot, reason: str) -> None:
            # The page may have been shown anew under the sheet.
            now = next((one for one in self.cards if one.item.line.request_id == request_id), None)
            if now is not None and now.may_give():
                now.take_from(lot, reason)

        LotSheet(card.usable_lots(), self, take).open()

    def _sum_up(self) -> None:
        self.side.sum_up(self.cards)


class Side(Card):
    """What will be left, who takes it away, and the one deed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.facts = Facts(label_width=76)
        self.taken = TakenAway()
        self.sum = Phrase("")
        self.later = Button(_("Leave for later"), "back", "quiet")
        self.give_and_print = Button(_("Hand out and print"), "print", icon="printer")
        self.give = Button(_("Hand out"), "save", "primary", "check", tall=True)
        told = QWidget()
        after = Text(_("When handed out"), "head", "semi")
        stack(told, after, self.facts, Line(), self.taken, None, gap=S2)
        super().__init__(
            (scrolled(told), 1),
            Line(),
            self.sum,
            self.later,
            self.give_and_print,
            self.give,
            gap=S2,
            parent=parent,
        )

    def sum_up(self, cards: Sequence[GiveCard]) -> None:
        facts: list[tuple[str, Piece | Sequence[Piece]]] = []
        leaving = [card for card in cards if card.units() and not card.fault()]
        for card in leaving:
            facts += _left_after(card)
        self.facts.show_facts(facts)
        can = [card for card in cards if card.product is not None]
        ready = bool(leaving) and not any(card.fault() for card in cards)
        self.give.setEnabled(ready)
        self.give_and_print.setEnabled(ready)
        self.taken.ask_control(any(card.controlled for card in leaving))
        told = _("Hand out {some} of {all}").format(some=len(leaving), all=len(can))
        self.give.setText(told if can else _("Hand out"))
        words = _("{some} of {all} medicines").format(some=len(leaving), all=len(can))
        self.sum.set_pieces(quiet(_("Leaves") + " "), semi(words)) if can else self.sum.set_pieces("")


def _left_after(card: GiveCard) -> list[tuple[str, Sequence[Piece]]]:
    assert card.product is not None
    left = card.product.usable - (card.units() or 0)
    name = f" {card.item.line.name}"
    remain = say_units(left, card.product.unit)
    if left <= 0:
        remain = say_usable(0, card.product.expired, card.product.withheld)
    told: list[tuple[str, Sequence[Piece]]] = [(_("Remain"), (semi(remain), name))]
    days = card.product.days_left
    if days is not None and card.product.usable:
        told.append((_("Lasts"), (semi(say_lasting(days * left // card.product.usable)),)))
    return told


class LotSheet(Sheet):
    """Another lot than the one that expires first: only with a reason."""

    def __init__(self, usable: Sequence[ShelfLot], parent: QWidget, taken: Callable[[ShelfLot, str], None]) -> None:
        self._taken = taken
        form = Form()
        lots: list[tuple[ShelfLot, str]] = [(lot, _said(lot)) for lot in usable]
        self.lot, self.reason = Select(lots), Edit(placeholder=_("for example: the box is open"))
        stack(form, form.add("lot", _("Lot"), self.lot), form.add("reason", _("Reason"), self.reason), gap=S3)
        super().__init__(_("Another lot"), parent, form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.take = self.add_deed(Button(_("Take this lot"), "save", "primary"), self._take)

    def _take(self) -> None:
        reason = self.reason.text().strip()
        if not reason:
            self.reason.set_wrong(True)
            self.reason.setFocus()
            return
        self.accept()
        self._taken(self.lot.value(), reason)


def _said(lot: ShelfLot) -> str:
    number = lot.lot_number or _("without number")
    return _("{lot} · expires {day} · {units}").format(lot=number, day=say_day(lot.expires_on), units=f"{lot.units:,}")
