"""Gifts of medicine, money and goods: who gave what, what is left of it, and whether thanks were said."""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters import donation as letters
from clinic_desktop.features.medication.letters.donor_report import donor_paper
from clinic_desktop.features.medication.queries import donations as queries
from clinic_desktop.features.medication.queries.donations import DonationRow, GiftLot
from clinic_desktop.features.medication.queries.donor_report import READERS, months_by_lot
from clinic_desktop.features.medication.rules.gifts import say_tenths
from clinic_desktop.features.medication.rules.kinds import GIFT_WORDS, Gift
from clinic_desktop.features.medication.rules.money import say_money
from clinic_desktop.features.medication.rules.shelf import is_short, say_packs, say_units
from clinic_desktop.features.medication.screens.donation_sheet import DonationSheet
from clinic_desktop.features.medication.service import donations as service
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import ask_yes_no
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import give_letters
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import COMPACT_ROW, S2, S3, S4
from clinic_desktop.uikit.words import Text

_LOW = 420


class DonationsPage(QWidget):
    """Above the gifts, the newest first; below the lots of the chosen one, with what became of them."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._today = office.today()
        self._months: dict[str, Fraction] = {}
        self.words = Edit(placeholder=_("Donor or document"), icon="search")
        self.table = self._make_table()
        self.lots = self._make_lots()
        self.told = Text("", "small", color="quiet", wrap=True)
        self.new = Button(_("New gift"), "new", "primary", "plus", tall=True)
        self.correct = Button(_("Correct"))
        self.thanked = Button(_("Thanked today"))
        self.letter = Button(_("Thank-you sheet"), "print")
        self.report = Button(_("Report to the donor"))
        self.report.setVisible(office.may(*READERS))
        self._lay_out()
        self._connect()
        self._show()

    def _make_table(self) -> ListTable[DonationRow]:
        columns = [
            Column[DonationRow](_("Who gives it"), lambda x: cells.strong(x.partner), stretch=True),
            Column[DonationRow](_("What is given"), lambda x: _(GIFT_WORDS[x.kind]), 90),
            Column[DonationRow](_("Document"), lambda x: x.document or _("none"), 120),
            Column[DonationRow](
                _("Date of the gift"), lambda x: say_day(x.given_on) if x.given_on else "", 144, wide_only=True
            ),
            Column[DonationRow](_("Value"), _value, 130, right=True, wide_only=True),
            Column[DonationRow](_("Left of it"), _left, 150, right=True),
            Column[DonationRow](_("Thanked"), _thanked, 120),
        ]
        empty = EmptyState(
            _("Write down what is given: medicine, money or goods. A delivery of medicine names its gift.")
        )
        return ListTable(columns, key=lambda x: x.donation_id, empty=empty, row_height=COMPACT_ROW)

    def _make_lots(self) -> ListTable[GiftLot]:
        columns = [
            Column[GiftLot](_("Medicine"), lambda x: cells.strong(x.said), stretch=True),
            Column[GiftLot](_("Lot"), lambda x: x.lot_number or _("without number"), 100),
            Column[GiftLot](_("Expires"), self._expires, 184),
            Column[GiftLot](
                _("Received"), lambda x: cells.number(f"{x.fate.received:,}"), 90, right=True, wide_only=True
            ),
            Column[GiftLot](_("Used"), lambda x: cells.number(f"{x.fate.used:,}"), 80, right=True),
            Column[GiftLot](
                _("Lost or expired"), lambda x: cells.number(f"{x.fate.lost + x.fate.expired:,}"), 130, right=True,
                wide_only=True,
            ),
            Column[GiftLot](
                _("Person-months"), lambda x: cells.number(say_tenths(self._months.get(x.lot_id, Fraction(0)))), 124,
                right=True, wide_only=True,
            ),
            Column[GiftLot](_("Left of it"), _lot_left, 190, right=True),
        ]  # fmt: skip
        self._no_lots = EmptyState(_("No lots came with this gift yet. They are received under Medicines, Receive."))
        return ListTable(columns, key=lambda x: x.lot_id, empty=self._no_lots, row_height=COMPACT_ROW)

    def _expires(self, lot: GiftLot) -> cells.Cell | str:
        day = say_day(lot.expires_on)
        if lot.fate.left <= 0:
            return day
        if lot.is_expired(self._today):
            return cells.warn(_("{day}, expired").format(day=day))
        return cells.warn(_("{day}, short").format(day=day)) if is_short(lot.expires_on, self._today) else day

    def _lay_out(self) -> None:
        head = row((self.words, 2), (self.told, 3), gap=S4, margins=(S3, 4, S3, 0))
        gifts = Card(head, (self.table, 1), margins=(1, 2, 1, 2), gap=2)
        lots = Card((self.lots, 1), margins=(1, 2, 1, 2))
        give_letters(self.correct, self.thanked, self.report)
        deeds = row(self.correct, self.thanked, self.letter, self.report, None, self.new, gap=S2)
        self._page = stack(self, (gifts, 1), (lots, 1), deeds, margins=(S4, S3, S4, S3), gap=S3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = self.height() < _LOW
        self._page.setSpacing(4 if low else S3)
        self._page.setContentsMargins(S4, 4 if low else S3, S4, 4 if low else S3)

    def _connect(self) -> None:
        self.words.textChanged.connect(self._show)
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(self._correct)
        self.new.clicked.connect(self._new)
        self.correct.clicked.connect(self._correct)
        self.thanked.clicked.connect(self._thank)
        self.letter.clicked.connect(self._print)
        self.report.clicked.connect(self._report)
        self._office.follow(queries.TABLES, self, self._show)

    def take_focus(self) -> None:
        self.table.setFocus()

    # showing

    def _show(self) -> None:
        self.table.show_rows(self._office.ask(queries.donations, self.words.text()))
        if self.table.row() is None:
            self.table.choose_at(0)
        self._choose(self.table.row())

    def _choose(self, gift: DonationRow | None) -> None:
        self.correct.setEnabled(gift is not None)
        self.letter.setEnabled(gift is not None)
        self.report.setEnabled(gift is not None)
        self.thanked.setEnabled(gift is not None and gift.thanked_on is None)
        of_medicine = gift is not None and gift.kind is Gift.MEDICINE
        self._months = self._office.ask(months_by_lot, gift.donation_id) if gift and of_medicine else {}
        self.lots.show_rows(self._office.ask(queries.lots_of, gift.donation_id) if gift and of_medicine else ())
        self._no_lots.sentence.setText(
            _("No lots came with this gift yet. They are received under Medicines, Receive.")
            if of_medicine or gift is None
            else _("A gift of money or goods has no lots.")
        )
        told = [say_terms(gift)] if gift else []
        if self._months:
            told.append(
                _("person-months covered: {months}").format(months=say_tenths(sum(self._months.values(), Fraction(0))))
            )
        self.told.setText(" · ".join(word for word in told if word))

    # doing

    def _new(self) -> None:
        DonationSheet(self._office, self._go_to, self).open()

    def _correct(self) -> None:
        gift = self.table.row()
        if gift is not None:
            DonationSheet(self._office, self._go_to, self, gift=gift).open()

    def _go_to(self, donation_id: str) -> None:
        self.words.clear()
        self._show()
        self.table.choose(donation_id)
        self.table.setFocus()

    def _thank(self) -> None:
        gift = self.table.row()
        if gift is not None:
            self._office.do(partial(service.note_thanked, donation_id=gift.donation_id), self)

    def _print(self) -> None:
        gift = self.table.row()
        if gift is not None:
            pdf = self._office.ask(letters.thank_you, gift.donation_id).pdf()
            show_letter(self._office, pdf, _("Thank you"), gift.partner_id, "thanks", self)

    def _report(self) -> None:
        gift = self.table.row()
        if gift is None:
            return
        if gift.may_count:
            self._show_report(gift)
        else:
            question = _("Nobody ticked under Partners that {donor} may receive counts in groups. Make the report?")
            ask_yes_no(
                question.format(donor=gift.partner), self, partial(self._show_report, gift), yes_text=_("Make it")
            )

    def _show_report(self, gift: DonationRow) -> None:
        pdf = self._office.ask(donor_paper, gift.partner_id).pdf()
        show_letter(self._office, pdf, _("Report to the donor"), gift.partner_id, "report", self)


def show_letter(
    office: Office,
    pdf: bytes,
    title: str,
    partner_id: str,
    letter: str,
    near: QWidget,
    then: Callable[[], object] | None = None,
) -> None:
    """A letter to a donor on the screen; `then` is called once it was printed or saved."""
    from clinic_desktop.printing.preview import Leaving, Preview

    def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
        noting: Callable[..., Any] = partial(
            service.note_letter_printed, partner_id=partner_id, letter=letter, way=leaving.way, copies=leaving.copies
        )

        def written(_done: object) -> None:
            proceed()
            if then is not None:
                then()

        office.do(noting, near, then=written)

    Preview(pdf, title, parent=near, record=record, suggested="carta.pdf").open()


def say_terms(gift: DonationRow) -> str:
    """What was agreed about it, in one line."""
    said = [
        gift.goods or "",
        _("only for the programme {name}").format(name=gift.programme) if gift.programme else "",
        _("lasts at least {count} days on arrival").format(count=f"{gift.least_days:,}") if gift.least_days else "",
        gift.condition or "",
        gift.note or "",
    ]
    return " · ".join(word for word in said if word)


def _value(gift: DonationRow) -> cells.Cell:
    return cells.number(say_money(gift.value) if gift.value is not None else "")


def _left(gift: DonationRow) -> cells.Cell:
    if gift.kind is not Gift.MEDICINE:
        return cells.number("—")
    return cells.number(say_units(gift.units_left, None) if gift.lots else _("nothing came yet"))


def _thanked(gift: DonationRow) -> cells.Cell | str:
    return say_day(gift.thanked_on) if gift.thanked_on else cells.chip(_("not yet"), "warning", "clock")


def _lot_left(lot: GiftLot) -> cells.Cell:
    return cells.number(say_packs(lot.fate.left, lot.pack_units, lot.unit))
