"""Taking in a delivery: whom from, which paper, and its lines in a few keys each or by the scanner."""

from dataclasses import asdict, fields, replace
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters import donation as letters
from clinic_desktop.features.medication.letters.donation import ShortLine
from clinic_desktop.features.medication.queries import shelf, transfers
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.rules.kinds import COLD_WORDS, ColdChain
from clinic_desktop.features.medication.rules.shelf import is_short, say_packs
from clinic_desktop.features.medication.screens.donations import show_letter
from clinic_desktop.features.medication.screens.receiving_head import DeliveryHead
from clinic_desktop.features.medication.screens.receiving_line import LineEntry
from clinic_desktop.features.medication.screens.receiving_sheets import (
    ConditionSheet,
    DeliveriesSheet,
    print_delivery,
)
from clinic_desktop.features.medication.service import receiving
from clinic_desktop.features.medication.service.receiving import DRAFT, DeliveryLine, Sender
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.drafts import KeptDraft, drop_draft, keep_draft, my_drafts
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.cells import ChipIn
from clinic_desktop.uikit.forms import give_letters
from clinic_desktop.uikit.layouts import column, row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import COMPACT_ROW, S2, S3, S4

PAUSE_MS = 500
_LOW = 380
"""Below this the whole of a line, and the lines, need the room of the head."""


class Line(NamedTuple):
    key: str
    product: Product
    line: DeliveryLine


class ReceivePage(QWidget):
    """Three letters, Enter, lot, Enter, 0627, Enter, 3x20, Enter: the line is in, the hand is at the next.

    All of it is a draft until it is received: after a power cut it is here again.
    """

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._today = office.today()
        self._delivery_id = new_id()
        self._received_id: str | None = None
        self._is_kept = False
        self.lines: list[Line] = []
        self.form = LineEntry(office)
        self.head = DeliveryHead(office, self._go_to_lines)
        self.partner, self.document, self.gift = self.head.partner, self.head.document, self.head.gift
        self.product, self.lot, self.expiry = self.form.product, self.form.lot, self.form.expiry
        self.units, self.no_lot = self.form.units, self.form.no_lot
        self.receive = Button(_("Receive"), "save", "primary", "check", tall=True)
        self.remove = Button(_("Take it out"), icon="minus")
        self.condition = Button(_("Cold or damage"))
        self.refuse = Button(_("Refuse short lots"))
        self.print = Button(_("Print what came"), "print")
        self.table = self._make_table()
        self._lay_out()
        self._connect()
        self._bring_draft()
        self._show()

    def _make_table(self) -> ListTable[Line]:
        columns = [
            Column[Line](_("Medicine"), _medicine, stretch=True),
            Column[Line](_("Lot"), lambda x: x.line.lot_number or _("without number"), 120),
            Column[Line](_("Expires"), self._expires, 160),
            Column[Line](_("Units"), _units, 210, right=True),
        ]
        empty = EmptyState(_("The lines of the delivery appear here. Nothing is on the shelf until it is received."))
        return ListTable(columns, key=lambda x: x.key, empty=empty, row_height=COMPACT_ROW)

    def _expires(self, shown: Line) -> cells.Cell | str:
        day = say_day(shown.line.expires_on)
        if shown.line.expires_on < self._today:
            return cells.warn(_("{day}, expired").format(day=day))
        return cells.warn(_("{day}, short").format(day=day)) if self._is_short(shown.line.expires_on) else day

    def _is_short(self, day: date) -> bool:
        return is_short(day, self.form.received_on, self.head.least_days())

    def _lay_out(self) -> None:
        give_letters(self.remove, self.condition, self.refuse)
        deeds = row(self.remove, self.condition, self.refuse, None, self.print, self.receive, gap=S2)
        self._entry = column(self.head, self.form, margins=(S4, S3, S4, S3), gap=S3)
        entry = Card(self._entry, margins=(0, 0, 0, 0))
        self.table.setMinimumHeight(64)
        body = QWidget()
        self._body = stack(body, entry, (Card((self.table, 1), margins=(1, 4, 1, 4)), 1), gap=S3)
        self._page = stack(self, (scrolled(body), 1), deeds, margins=(S4, S3, S4, S3), gap=S3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        edge = 4 if self._is_low() else S3
        self._page.setContentsMargins(S4, edge, S4, edge)
        self._page.setSpacing(edge)
        self._entry.setContentsMargins(S4, edge, S4, edge)
        self._entry.setSpacing(edge)
        self._body.setSpacing(edge)
        self.head.fold(self._is_low() and not self.head.isAncestorOf(self.focusWidget()))

    def _is_low(self) -> bool:
        return self.height() < _LOW

    def _go_to_lines(self) -> None:
        self.head.fold(self._is_low())
        self.product.setFocus(Qt.FocusReason.OtherFocusReason)

    def _connect(self) -> None:
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.keep_draft)
        for form in (self.head, self.form):
            form.edited.connect(self._typed)
        self.head.day.editingFinished.connect(self._day_changed)
        self.form.entered.connect(self._take_line)
        self.form.discard.clicked.connect(self._discard)
        self.head.sender_chosen.connect(self._bring_sent)
        self.head.gift_chosen.connect(self._least_days_changed)
        self.table.opened.connect(self._ask_condition)
        self.remove.clicked.connect(self._take_out)
        self.condition.clicked.connect(self._ask_condition)
        self.refuse.clicked.connect(self._refuse)
        self.print.clicked.connect(self._print)
        self.receive.clicked.connect(self._receive)

    def take_focus(self) -> None:
        if self.partner.value():
            self._go_to_lines()
        else:
            self.head.fold(False)
            self.partner.setFocus()

    # the lines

    def add_line(self) -> None:
        self.form.enter()

    def _take_line(self, product: Product, line: DeliveryLine) -> None:
        self.lines.append(Line(new_id(), product, line))
        self._show()
        self.table.choose_at(len(self.lines) - 1)
        self.keep_draft()

    def _bring_sent(self, sender: Sender) -> None:
        """What another clinic wrote that it sent: compared with the box, line by line, and taken out or typed anew."""
        if sender.transfer_id is None or self.lines:
            return
        sent = self._office.ask(transfers.sent_lines, sender.transfer_id)
        products = self._office.ask(shelf.presentations, [one.presentation_id for one in sent])
        for one in sent:
            line = DeliveryLine(
                one.presentation_id,
                one.lot_number,
                one.expires_on,
                one.units,
                one.lot_number is None,
                lot_id=one.lot_id,
            )
            self.lines.append(Line(new_id(), products[one.presentation_id], line))
        self._show()
        self.keep_draft()

    def _take_out(self) -> None:
        self.lines = [shown for shown in self.lines if shown.key != self.table.key()]
        self._show()
        self.keep_draft()

    def _ask_condition(self) -> None:
        shown = self.table.row()
        if shown is not None:
            ConditionSheet(shown.product, shown.line, partial(self._note_condition, shown.key), self).open()

    def _note_condition(self, key: str, cold: ColdChain | None, damaged: int, what: str | None) -> None:
        self.lines = [
            shown._replace(line=replace(shown.line, cold_chain=cold, damaged_units=damaged, damage_text=what))
            if shown.key == key
            else shown
            for shown in self.lines
        ]
        self._show()
        self.keep_draft()

    def _least_days_changed(self) -> None:
        self.form.least_days = self.head.least_days()
        self._show()

    def _day_changed(self) -> None:
        """A delivery that is typed late is measured by the day on which it came."""
        self.form.received_on = self.head.head().received_on or self._today
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
        self.condition.setVisible(bool(count))
        self.refuse.setVisible(any(self._is_short(shown.line.expires_on) for shown in self.lines))

    # the draft

    def _typed(self) -> None:
        """Who types without a pause must not lose it all: kept twice a second."""
        if not self._pause.isActive():
            self._pause.start()

    def keep_draft(self) -> None:
        """Called while one types, and before a lock, the cover, and leaving."""
        self._pause.stop()
        if self._is_empty():
            if self._is_kept:
                self._drop_draft()
            return
        typed = {
            "head": self.head.typed(),
            "line": self.form.typed(),
            "lines": [_as_draft(shown.line) for shown in self.lines],
        }
        keep = partial(keep_draft, screen=DRAFT, record_id=self._delivery_id, fields=typed, caret={})
        self._office.do(keep, self, then=self._say_kept)

    def _is_empty(self) -> bool:
        return not self.lines and self.form.is_empty() and self.head.is_empty()

    def _say_kept(self, when: datetime) -> None:
        self._is_kept = True
        self.form.kept.setText(_("Draft kept {time}").format(time=f"{self._office.local(when):%H:%M:%S}"))
        self.form.discard.show()

    def _bring_draft(self) -> None:
        draft = next((one for one in self._office.ask(my_drafts) if one.screen == DRAFT), None)
        if draft is not None:
            self._bring_back(draft)

    def _bring_back(self, draft: KeptDraft) -> None:
        self._delivery_id, self._is_kept = draft.record_id, True
        kept = [_from_draft(one) for one in draft.fields.get("lines", [])]
        products = self._office.ask(shelf.presentations, [line.presentation_id for line in kept])
        # A product that is no longer here was joined or taken back meanwhile: its line is typed anew.
        self.lines = [
            Line(new_id(), products[line.presentation_id], line) for line in kept if line.presentation_id in products
        ]
        self.head.bring_back(draft.fields.get("head", {}))
        self._day_changed()
        self.form.bring_back(draft.fields.get("line", {}))
        self.form.kept.setText(_("What was not finished is here again"))
        self.form.discard.show()

    def _discard(self) -> None:
        count = len(self.lines)
        asked = ngettext("Discard {count} line that was typed?", "Discard {count} lines that were typed?", count)
        if count:
            self._office.voice.confirm(asked.format(count=count), self, self._begin_anew)
        else:
            self._begin_anew()

    def _begin_anew(self) -> None:
        self._drop_draft()
        self._clear()

    def _drop_draft(self) -> None:
        self._is_kept = False
        self._office.do(partial(drop_draft, screen=DRAFT, record_id=self._delivery_id), self)
        self.form.kept.setText("")
        self.form.discard.hide()

    def _clear(self) -> None:
        self._pause.stop()
        self._delivery_id, self.lines, self._is_kept = new_id(), [], False
        self.head.begin_anew()
        self.form.received_on = self._today
        self.form.clear_line()
        self.form.kept.setText("")
        self.form.discard.hide()
        self._show()
        self.take_focus()

    # the delivery

    def _receive(self) -> None:
        self.head.fold(False)
        if self.head.find_faults() or not self.lines:
            return
        self.head.fold(self._is_low())
        self._day_changed()
        if not self.form.is_empty():
            # A line that was begun is neither received nor forgotten.
            self.form.enter()
            if not self.form.is_empty():
                return
        head, sender = self.head.head(), self.head.head().sender
        use_case = partial(
            receiving.receive_delivery,
            delivery_id=self._delivery_id,
            document_text=head.document,
            received_on=head.received_on,
            lines=[shown.line for shown in self.lines],
            **asdict(sender),
        )
        self._office.do(use_case, self, then=self._received, failed=self._failed)

    def _received(self, delivery_id: str) -> None:
        count = len(self.lines)
        told = ngettext("{count} line received.", "{count} lines received.", count)
        self._office.notice(told.format(count=count))
        self._received_id = delivery_id
        self._clear()

    def _failed(self, error: ClinicError) -> None:
        self._office.voice.say(error, self)
        self._show()

    # papers

    def _print(self) -> None:
        """What was just received; while another is typed, or before, one is chosen."""
        if self._received_id is not None and not self.lines:
            print_delivery(self._office, self._received_id, self)
        else:
            DeliveriesSheet(self._office, self).open()

    def _refuse(self) -> None:
        """A letter says which lots last too short; once it is printed they are no longer part of the delivery."""
        partner_id = self.head.head().sender.partner_id
        short = [shown for shown in self.lines if self._is_short(shown.line.expires_on)]
        if partner_id is None:
            self.head.fold(False)
            self.head.complain("partner", _("Say first who sent it."))
            return
        refused = [ShortLine(x.line.presentation_id, x.line.lot_number, x.line.expires_on, x.line.units) for x in short]
        paper = self._office.ask(
            letters.refusal, partner_id, refused, self.head.least_days(), self.head.document.text().strip()
        )
        leave_out = partial(self._leave_out, {shown.key for shown in short})
        show_letter(self._office, paper.pdf(), _("Refused lots"), partner_id, "refusal", self, leave_out)

    def _leave_out(self, keys: set[str]) -> None:
        self.lines = [shown for shown in self.lines if shown.key not in keys]
        self._show()
        self.keep_draft()
        told = ngettext(
            "{count} line taken out: it is not received.", "{count} lines taken out: they are not received.", len(keys)
        )
        self._office.notice(told.format(count=len(keys)))


def _medicine(shown: Line) -> cells.Cell:
    chips: list[ChipIn] = []
    if shown.line.cold_chain is not None:
        tone = "well" if shown.line.cold_chain is ColdChain.KEPT else "warning"
        chips.append(ChipIn(_(COLD_WORDS[shown.line.cold_chain]), tone))
    if shown.line.damaged_units or shown.line.damage_text:
        words = _("{count} damaged").format(count=f"{shown.line.damaged_units:,}")
        chips.append(ChipIn(words if shown.line.damaged_units else _("damage noted"), "warning"))
    return cells.strong(shown.product.said, *chips)


def _units(shown: Line) -> cells.Cell | str:
    product = shown.product
    return cells.number(say_packs(shown.line.units, product.pack_units, product.unit))


def _as_draft(line: DeliveryLine) -> dict[str, Any]:
    return asdict(line) | {"expires_on": line.expires_on.isoformat()}


def _from_draft(kept: dict[str, Any]) -> DeliveryLine:
    cold = kept.get("cold_chain")
    told: dict[str, Any] = {
        "expires_on": date.fromisoformat(kept["expires_on"]),
        "cold_chain": ColdChain(cold) if cold else None,
    }
    known = {field.name for field in fields(DeliveryLine)}
    return DeliveryLine(**{name: value for name, value in (kept | told).items() if name in known})
