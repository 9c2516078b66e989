"""A pharmacy's month: type a folio, Enter, the amount, Enter. Each line says at once whether it is as agreed."""

from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from clinic_desktop.features.medication.queries import statements as queries
from clinic_desktop.features.medication.queries import vouchers as vouchers_queries
from clinic_desktop.features.medication.queries.statements import StatementRow
from clinic_desktop.features.medication.queries.vouchers import VoucherRow
from clinic_desktop.features.medication.rules.money import Money, from_minor, read_money, say_money, to_minor
from clinic_desktop.features.medication.rules.statements import (
    NEVER_PAID,
    Billed,
    Matched,
    last_day,
    read_month,
    say_difference,
    say_month,
    totals,
)
from clinic_desktop.features.medication.screens.statement_tables import closed_table, lines_table, unpaid_table
from clinic_desktop.features.medication.screens.voucher_paper import print_statement
from clinic_desktop.features.medication.screens.voucher_sheets import AnswerSheet
from clinic_desktop.features.medication.service import statements as service
from clinic_desktop.features.medication.service.statements import ClosedStatement
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Button, Tabs
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import ask_text, ask_yes_no
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi

_THIS, _UNPAID, _CLOSED = range(3)


class StatementPage(QWidget):
    """What is typed is kept as a draft after each line, so that a lock loses none of it."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._today = office.today()
        self._lines: list[Billed] = []
        self._statement_id = new_id()
        self._doubted = ""
        self.amended: StatementRow | None = None
        self.pharmacy = Select()
        self.pharmacy.setAccessibleName(_("Pharmacy"))
        self.month, self.document = Edit(placeholder="11/2026", height=36), Edit(placeholder=_("Invoice"), height=36)
        self.month.setFixedWidth(104)
        self.document.setFixedWidth(120)
        self.folio, self.amount = Edit(placeholder=_("Folio"), height=36), Edit(placeholder=_("Amount"), height=36)
        self.amount.setFixedWidth(110)
        named = (
            (self.month, _("Month")), (self.document, _("Number of the invoice")),
            (self.folio, _("Folio of the line")), (self.amount, _("Amount asked for the line")),
        )  # fmt: skip
        for field, name in named:
            field.setAccessibleName(name)
        self.wrong = Text("", "small", "semi", "danger", wrap=True)
        self.wrong.hide()
        self.views = Tabs([_("This statement"), _("Not asked for yet"), _("Closed months")])
        self.table, self.unpaid, self.closed = lines_table(), unpaid_table(), closed_table()
        self.sum = Phrase("", size="small")
        self.accept = Button(_("Pay it all the same"), icon="check")
        self.remove = Button(_("Take out the line"), icon="minus")
        self.discard = Button(_("Discard"), kind="quiet")
        self.correct = Button(_("Correct it with a new one"), icon="edit")
        self.print = Button(_("Print"), "print", icon="printer")
        self.close_month = Button(_("Close the statement"), "save", "primary", "check", tall=True)
        self._lists = QStackedWidget()
        self._lay_out()
        self._connect()
        self._fill_pharmacies()
        self._bring_draft()
        self.pharmacy.currentIndexChanged.connect(self._chose_pharmacy)
        self.reload()

    def _lay_out(self) -> None:
        for table in (self.table, self.unpaid, self.closed):
            self._lists.addWidget(table)
        head = row((self.pharmacy, 3), self.month, self.document, S3, (self.folio, 2), self.amount, gap=S2)
        above = row(self.views, (self.sum, 1), margins=(16, 2, 8, 0), gap=S4)
        listed = Card(above, (self._lists, 1), margins=(1, 2, 1, 4), gap=0)
        deeds = row(self.remove, self.accept, self.discard, self.correct, None, self.print, self.close_month, gap=S2)
        stack(self, head, self.wrong, (listed, 1), deeds, margins=(S4, S2, S4, S3), gap=S2)

    def _connect(self) -> None:
        self.month.returnPressed.connect(self.document.setFocus)
        self.month.textEdited.connect(self.reload)
        self.document.returnPressed.connect(self.folio.setFocus)
        self.folio.returnPressed.connect(self._folio_typed)
        self.amount.returnPressed.connect(self.add_line)
        self.views.chosen.connect(self._show)
        for table in (self.table, self.unpaid, self.closed):
            table.chosen.connect(self._weigh)
        self.table.opened.connect(self._answer)
        self.unpaid.opened.connect(self._take_over)
        self.closed.opened.connect(self._print_chosen)
        self.table.installEventFilter(self)
        self.remove.clicked.connect(self.take_out)
        self.accept.clicked.connect(self._ask_why)
        self.discard.clicked.connect(self._discard)
        self.correct.clicked.connect(self._correct_chosen)
        self.print.clicked.connect(self._print_chosen)
        self.close_month.clicked.connect(self._close)
        followed = vouchers_queries.TABLES | {"agreement", "agreement_item", "partner"}
        self._office.follow(followed, self, self.reload)

    # what is shown

    def take_focus(self) -> None:
        (self.folio if self.month.text() else self.month).setFocus()

    def lines(self) -> tuple[Matched, ...]:
        """The lines that were typed, matched with what is known now."""
        partner_id = self.pharmacy.value()
        if partner_id is None or not self._lines:
            return ()
        amends = self.amended.statement_id if self.amended else None
        return self._office.ask(queries.matched, partner_id, self._currency(), self._asked(), amends)

    def _asked(self) -> tuple[Billed, ...]:
        """The figures as they were typed: another pharmacy or month may be paid in another currency."""
        currency = self._currency()
        return tuple(replace(one, amount=Money(one.amount.amount, currency)) for one in self._lines)

    def reload(self, _typed: str = "") -> None:
        self.table.show_rows(self.lines())
        unpaid = self._office.ask(queries.unpaid)
        self.unpaid.show_rows(unpaid)
        self.closed.show_rows(self._office.ask(queries.statements))
        self.views.set_counts([len(self._lines) or None, len(unpaid) or None, None])
        self._weigh()

    def _show(self, _at: int = 0) -> None:
        self._lists.setCurrentIndex(self.views.at())
        current = (self.table, self.unpaid, self.closed)[self.views.at()]
        if current.row() is None:
            current.choose_at(0)
        self._weigh()

    def _weigh(self, _row: object = None) -> None:
        at = self.views.at()
        line = self.table.row()
        differs = line is not None and line.difference is not None and line.difference not in NEVER_PAID
        self.remove.setVisible(at == _THIS)
        self.accept.setVisible(at == _THIS)
        self.discard.setVisible(at == _THIS and bool(self._lines or self.amended))
        self.correct.setVisible(at == _CLOSED)
        self.print.setVisible(at == _CLOSED)
        self.close_month.setVisible(at == _THIS)
        self.remove.setEnabled(line is not None)
        self.accept.setEnabled(differs)
        self.close_month.setEnabled(bool(self._lines))
        chosen = self.closed.row()
        self.print.setEnabled(chosen is not None)
        self.correct.setEnabled(chosen is not None and chosen.amended_by is None)
        self._say_sum()

    def _say_sum(self) -> None:
        if self.views.at() != _THIS or not self._lines:
            self.sum.set_pieces("")
            return
        told = totals(self.lines(), self._currency())
        self.sum.set_pieces(
            quiet(_("Billed") + " "),
            semi(say_money(told.billed)),
            quiet(f" · {_('Agreed')} "),
            semi(say_money(told.agreed)),
            quiet(f" · {_('Difference')} "),
            semi(say_money(told.difference)),
        )

    def _currency(self) -> str:
        partner_id = self.pharmacy.value()
        if self.amended is not None:
            return self.amended.billed.currency
        try:
            day = last_day(read_month(self.month.text(), self._today), self._today)
        except Refused:
            day = self._today
        return self._office.ask(queries.paid_in, partner_id, day) if partner_id else "GTQ"

    def _fill_pharmacies(self) -> None:
        self.pharmacy.set_options(self._office.ask(queries.pharmacies))

    def _say_wrong(self, words: str) -> None:
        self.wrong.setText(words)
        self.wrong.setVisible(bool(words))

    # typing

    def _chose_pharmacy(self, _at: int) -> None:
        if self._lines:
            self._keep()
        self.reload()

    def _folio_typed(self) -> None:
        """What was agreed is filled in: where the pharmacy asks the same, one more Enter is enough."""
        if not self.folio.text().strip():
            return
        found = self._office.ask(vouchers_queries.with_folio, self.folio.text())
        if found is not None and found.doubtful and self.folio.text() != self._doubted:
            # Once more Enter takes it as it is written.
            self._doubted = self.folio.text()
            self._say_wrong(
                _("The last sign is not right. Is it {folio}? Then type it so.").format(folio=found.row.folio)
            )
            self.folio.selectAll()
            return
        self._say_wrong("")
        due = found.row.due if found is not None and not found.doubtful else None
        usual = due is not None and due.amount and due.currency == self._currency()
        self.amount.setText(f"{due.amount:,}" if due is not None and usual else "")
        self.amount.setFocus()
        self.amount.selectAll()

    def add_line(self) -> None:
        if self.pharmacy.value() is None or not self.folio.text().strip():
            self._say_wrong(_("Choose the pharmacy and type the folio of the line."))
            return
        try:
            asked = read_money(self.amount.text(), self._currency())
        except Refused as refused:
            self._say_wrong(refused.sentence())
            return
        self._say_wrong("")
        line = Billed(new_id(), self.folio.text().strip(), asked)
        self._lines.append(line)
        self.folio.clear()
        self.amount.clear()
        self._changed()
        self.table.choose(line.line_id)
        self.table.scrollToBottom()
        self.folio.setFocus()

    def _take_over(self, voucher: VoucherRow) -> None:
        """Enter on one that was not asked for puts its folio into the line, for the amount to be typed."""
        self.views.set_at(_THIS)
        self._show()
        if not self._lines:
            self.pharmacy.set_value(voucher.partner_id)
        self.folio.setText(voucher.folio)
        self._folio_typed()

    def take_out(self) -> None:
        line = self.table.row()
        if line is not None:
            self._lines = [one for one in self._lines if one.line_id != line.billed.line_id]
            self._changed()

    def _changed(self) -> None:
        self.views.set_at(_THIS)
        self._lists.setCurrentIndex(_THIS)
        self._keep()
        self.reload()

    def _answer(self, line: Matched) -> None:
        """Enter on a line types the answer that is missing, from the half that came with the invoice."""
        found = self._office.ask(vouchers_queries.voucher, line.ours.voucher_id) if line.ours is not None else None
        if found is not None:
            AnswerSheet(self._office, self, found).open()

    def _ask_why(self) -> None:
        line = self.table.row()
        if line is None or line.difference is None:
            return

        def go(why: str) -> None:
            self._lines = [
                Billed(one.line_id, one.folio_text, one.amount, why) if one.line_id == line.billed.line_id else one
                for one in self._lines
            ]
            self._changed()

        said = say_difference(line, say_money)
        ask_text(_("{difference}. Why is it paid all the same?").format(difference=said), self, go)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = watched is self.table and event.type() == QEvent.Type.KeyPress
        if pressed and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Delete:
            self.take_out()
            return True
        return super().eventFilter(watched, event)

    # the draft

    def keep_draft(self) -> None:
        """Before the window is locked or shows another place."""
        if self._lines:
            self._keep()

    def _keep(self) -> None:
        fields: dict[str, Any] = {
            "partner_id": self.pharmacy.value(),
            "month": self.month.text(),
            "document": self.document.text(),
            "statement_id": self._statement_id,
            "amends_id": self.amended.statement_id if self.amended else None,
            "currency": self._currency(),
            "lines": [[one.line_id, one.folio_text, to_minor(one.amount), one.accepted] for one in self._lines],
        }
        self._office.do(partial(service.keep_statement, record_id="", fields=fields), self)

    def _bring_draft(self) -> None:
        kept = self._office.ask(queries.begun)
        if not kept:
            return
        if kept.get("amends_id"):
            self.amended = self._office.ask(queries.statement, kept["amends_id"])
        self._lines = [
            Billed(line_id, folio, from_minor(minor, kept["currency"]), accepted)
            for line_id, folio, minor, accepted in kept["lines"]
        ]
        self._statement_id = kept["statement_id"]
        self.pharmacy.blockSignals(True)
        self.pharmacy.set_value(kept["partner_id"])
        self.pharmacy.blockSignals(False)
        self.month.setText(kept["month"])
        self.document.setText(kept["document"])
        self._hold_amended()

    def _hold_amended(self) -> None:
        """A correction is of the same pharmacy and month."""
        held = self.amended is not None
        self.pharmacy.setEnabled(not held)
        self.month.setEnabled(not held)
        self.close_month.setText(_("Close the correction") if held else _("Close the statement"))

    # closing and correcting

    def _close(self) -> None:
        try:
            month = self.amended.month if self.amended else read_month(self.month.text(), self._today)
        except Refused as refused:
            self._say_wrong(refused.sentence())
            self.month.setFocus()
            return
        told = totals(self.lines(), self._currency())
        closed = ClosedStatement(
            self._statement_id, self.pharmacy.value(), month, self._currency(), self._asked(),
            self.document.text(), "", self.amended.statement_id if self.amended else None,
        )  # fmt: skip
        closing = partial(service.close_statement, closed=closed, agreed=told.agreed)
        question = _("Close {month} with {agreed} agreed of {billed} asked?")
        question = question.format(month=say_month(month), agreed=say_money(told.agreed), billed=say_money(told.billed))

        def go() -> None:
            self._office.do(closing, self, then=lambda number: self._closed(closed.statement_id, number))

        ask_yes_no(question, self, go, yes_text=_("Close and print"), default_yes=True)

    def _closed(self, statement_id: str, number: str) -> None:
        self._begin_anew()
        self._office.notice(_("Statement {number} is closed.").format(number=number))
        print_statement(self._office, statement_id, number, self)

    def _begin_anew(self) -> None:
        self._lines, self._statement_id, self.amended = [], new_id(), None
        self.document.clear()
        self._say_wrong("")
        self._hold_amended()
        self._office.do(partial(service.drop_statement, record_id=""), self)
        self.reload()

    def _discard(self) -> None:
        """Also a correction that was begun by mistake."""
        ask_yes_no(_("Leave the lines that are typed and not closed?"), self, self._begin_anew)

    def _correct_chosen(self) -> None:
        chosen = self.closed.row()
        if chosen is None or chosen.amended_by is not None:
            return
        if self._lines:
            ask_yes_no(
                _("Leave the lines that are typed and not closed?"), self, partial(self.begin_correction, chosen)
            )
        else:
            self.begin_correction(chosen)

    def begin_correction(self, older: StatementRow) -> None:
        """A new statement with the lines of the old one, which it names."""
        self.amended, self._statement_id = older, new_id()
        self._lines = [
            Billed(new_id(), line.folio_text, line.billed, line.accepted)
            for line in self._office.ask(queries.lines_of, older.statement_id)
        ]
        self.pharmacy.blockSignals(True)
        self.pharmacy.set_value(older.partner_id)
        self.pharmacy.blockSignals(False)
        self.month.setText(f"{older.month[5:]}/{older.month[:4]}")
        self.document.setText(older.document_text or "")
        self._hold_amended()
        self._changed()
        self._weigh()
        self.folio.setFocus()

    def _print_chosen(self, _row: object = None) -> None:
        chosen = self.closed.row()
        if chosen is not None:
            print_statement(self._office, chosen.statement_id, chosen.number, self)
