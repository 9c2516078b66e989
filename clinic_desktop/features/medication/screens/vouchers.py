"""Vouchers that are out, by pharmacy and age, and what came of them: found by the folio of the half that came back."""

from PySide6.QtWidgets import QStackedWidget, QWidget

from clinic_desktop.features.medication.queries import vouchers as queries
from clinic_desktop.features.medication.queries.vouchers import VoucherRow
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.features.medication.rules.vouchers import STATE_WORDS, NoSuchVoucher, VoucherState
from clinic_desktop.features.medication.screens.statement import StatementPage
from clinic_desktop.features.medication.screens.voucher_figures import FiguresPage
from clinic_desktop.features.medication.screens.voucher_paper import print_vouchers
from clinic_desktop.features.medication.screens.voucher_sheets import AnswerSheet, cancel
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button, Tabs
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4, Tone
from clinic_desktop.uikit.words import Text

_TWO_LINES = 46
_OUT, _ANSWERED, _STATEMENT, _FIGURES = range(4)
TONES: dict[VoucherState, Tone] = {
    VoucherState.OPEN: "neutral",
    VoucherState.EXPIRED: "danger",
    VoucherState.FILLED: "well",
    VoucherState.PART: "warning",
    VoucherState.NOT_FILLED: "warning",
    VoucherState.CANCELLED: "neutral",
}


class VouchersPage(QWidget):
    """Typing a folio and Enter opens its answer, whichever list is in front."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self.tabs = Tabs([_("Vouchers out"), _("With an answer"), _("Monthly statement"), _("In numbers")])
        self.folio = Edit(placeholder=_("Folio of the half"), icon="ticket", height=32)
        self.folio.setAccessibleName(_("Folio of the half that came back"))
        self.folio.setFixedWidth(200)
        self.wrong = Text("", "small", "semi", "danger", wrap=True)
        self.wrong.hide()
        self.out, self.answered = self._make_out(), self._make_answered()
        self.print = Button(_("Print again"), "print", icon="printer")
        self.cancel = Button(_("Cancel the voucher"), icon="ban")
        self.answer = Button(_("Type the answer"), "save", "primary", "check", tall=True)
        self.statement, self.figures = StatementPage(office), FiguresPage(office)
        self._lists, self._pages = QStackedWidget(), QStackedWidget()
        self._lay_out()
        self.tabs.chosen.connect(self._show)
        self.folio.returnPressed.connect(self._by_folio)
        self.folio.textEdited.connect(self._typed)
        for table in (self.out, self.answered):
            table.chosen.connect(self._weigh)
            table.opened.connect(self.open_answer)
        self.print.clicked.connect(self._print)
        self.cancel.clicked.connect(self._cancel)
        self.answer.clicked.connect(self._answer_chosen)
        office.follow(queries.TABLES | {"partner", "patient"}, self, self.reload)
        self.reload()
        self.out.choose_at(0)

    def _lay_out(self) -> None:
        head = row(self.tabs, None, self.folio, margins=(20, 6, 12, 2), gap=S2)
        for table in (self.out, self.answered):
            self._lists.addWidget(table)
        listed = QWidget()
        deeds = row(self.cancel, None, self.print, self.answer, gap=S2)
        stack(listed, (Card((self._lists, 1), margins=(1, 4, 1, 4)), 1), deeds, margins=(S4, S2, S4, S3), gap=S3)
        for page in (listed, self.statement, self.figures):
            self._pages.addWidget(page)
        stack(self, head, row((self.wrong, 1), margins=(20, 0, 16, 0)), (self._pages, 1), gap=0)

    def _make_out(self) -> ListTable[VoucherRow]:
        columns = [
            Column[VoucherRow](_("Days"), lambda v: cells.number(f"{v.age_days:,}", "strong"), 60, right=True),
            Column[VoucherRow](_("Pharmacy"), lambda v: cells.two_lines(v.partner, under=v.folio), 190),
            Column[VoucherRow](_("Person and medicine"), _whose, stretch=True),
            Column[VoucherRow](_("Quantity"), _quantity, 112, right=True),
            Column[VoucherRow](_("Valid until"), self._until, 170),
        ]
        empty = EmptyState(_("No voucher is out. They are written where somebody collects what is not on the shelf."))
        return ListTable(columns, key=lambda v: v.voucher_id, empty=empty, row_height=_TWO_LINES)

    def _make_answered(self) -> ListTable[VoucherRow]:
        columns = [
            Column[VoucherRow](_("Day"), _answered_on, 106),
            Column[VoucherRow](_("Pharmacy"), lambda v: cells.two_lines(v.partner, under=v.folio), 190),
            Column[VoucherRow](_("Person and medicine"), _whose, stretch=True),
            Column[VoucherRow](_("Handed out"), _handed, 112, right=True),
            Column[VoucherRow](_("What came of it"), _outcome, 206),
        ]
        empty = EmptyState(_("No pharmacy answered lately. Type the folio of a half that came back."))
        return ListTable(columns, key=lambda v: v.voucher_id, empty=empty, row_height=_TWO_LINES)

    def _until(self, voucher: VoucherRow) -> cells.Cell | str:
        if voucher.stopped:
            return cells.chip(_("Medicine stopped"), "danger", "alert-circle")
        if voucher.state is VoucherState.EXPIRED:
            return cells.chip(_("Expired {day}").format(day=say_day(voucher.valid_until)), "danger", "alert-circle")
        return say_day(voucher.valid_until)

    # what is shown

    def take_focus(self) -> None:
        if self.tabs.at() == _STATEMENT:
            self.statement.take_focus()
        else:
            self.folio.setFocus()

    def keep_draft(self) -> None:
        self.statement.keep_draft()

    def table(self) -> ListTable[VoucherRow]:
        return self.answered if self.tabs.at() == _ANSWERED else self.out

    def reload(self) -> None:
        out = self._office.ask(queries.open_vouchers)
        self.out.show_rows(out)
        self.answered.show_rows(self._office.ask(queries.answered_vouchers))
        self.tabs.set_counts([len(out) or None, None, None, None])
        self._weigh()

    def _show(self, _at: int = 0) -> None:
        at = self.tabs.at()
        self._pages.setCurrentIndex({_STATEMENT: 1, _FIGURES: 2}.get(at, 0))
        self._lists.setCurrentIndex(1 if at == _ANSWERED else 0)
        if at < _STATEMENT and self.table().row() is None:
            self.table().choose_at(0)
        self._weigh()
        if at == _STATEMENT:
            self.statement.take_focus()

    def _weigh(self, _voucher: VoucherRow | None = None) -> None:
        voucher = self.table().row()
        answered = voucher is not None and voucher.answer is not None
        handed = voucher is not None and voucher.state in (VoucherState.FILLED, VoucherState.PART)
        cancelled = voucher is not None and voucher.state is VoucherState.CANCELLED
        self.answer.setText(_("Correct the answer") if answered else _("Type the answer"))
        self.answer.setEnabled(voucher is not None)
        self.print.setEnabled(voucher is not None)
        self.cancel.setEnabled(voucher is not None and not handed and not cancelled)

    # what is done

    def _typed(self, _words: str) -> None:
        self.wrong.hide()

    def _by_folio(self) -> None:
        """One whose check sign is right opens; another is chosen in its list, to be looked at."""
        found = self._office.ask(queries.with_folio, self.folio.text())
        if found is None:
            self._say_wrong(NoSuchVoucher().sentence())
            return
        self.tabs.set_at(_OUT if found.row.answer is None else _ANSWERED)
        self._show()
        listed = self.table().choose(found.row.voucher_id)
        if found.doubtful and not listed:
            self._say_wrong(NoSuchVoucher().sentence())
            return
        if found.doubtful:
            told = _("The last sign is not right. Is it {folio}? Enter opens it.")
            self._say_wrong(told.format(folio=found.row.folio))
            self.table().setFocus()
            return
        self.folio.clear()
        self.open_answer(found.row)

    def _say_wrong(self, words: str) -> None:
        self.wrong.setText(words)
        self.wrong.show()

    def open_answer(self, voucher: VoucherRow) -> None:
        self.wrong.hide()
        AnswerSheet(self._office, self, voucher).open()

    def _answer_chosen(self) -> None:
        voucher = self.table().row()
        if voucher is not None:
            self.open_answer(voucher)

    def _print(self) -> None:
        voucher = self.table().row()
        if voucher is not None:
            print_vouchers(self._office, [voucher.voucher_id], self)

    def _cancel(self) -> None:
        voucher = self.table().row()
        if voucher is not None:
            cancel(self._office, voucher, self)


def _whose(voucher: VoucherRow) -> cells.Cell:
    return cells.two_lines(voucher.said, under=voucher.medicine_text, ink="strong")


def _quantity(voucher: VoucherRow) -> cells.Cell:
    return cells.number(say_units(voucher.units, voucher.unit))


def _handed(voucher: VoucherRow) -> cells.Cell:
    told = _("{some} of {all}").format(some=f"{voucher.given:,}", all=f"{voucher.units:,}")
    return cells.number(told, "strong" if voucher.given else "plain")


def _answered_on(voucher: VoucherRow) -> str:
    return say_day(voucher.answer.answered_on) if voucher.answer and voucher.answer.answered_on else ""


def _outcome(voucher: VoucherRow) -> cells.Cell:
    if voucher.differ:
        return cells.chip(_("Two answers differ"), "danger", "alert-circle")
    icon = {"well": "check", "warning": "alert-triangle"}.get(TONES[voucher.state], "")
    return cells.chip(_(STATE_WORDS[voucher.state]), TONES[voucher.state], icon)
