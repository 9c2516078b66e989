"""What was agreed with one partner: from when to when, up to how much, and what each thing costs."""

from datetime import date
from functools import partial
from typing import Any, NamedTuple

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import agreements as agreed
from clinic_desktop.features.medication.queries import formulary, shelf
from clinic_desktop.features.medication.queries.agreements import AgreementRow, AgreementStanding
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.money import CURRENCIES, Money, currency_of, read_money, say_money
from clinic_desktop.features.medication.rules.refusals import EndsBeforeItStarts, ItemMissing, ItemTwice
from clinic_desktop.features.medication.rules.shelf import read_units, say_units
from clinic_desktop.features.medication.service import agreements
from clinic_desktop.features.medication.service.agreements import AgreementTerms, ItemTerms
from clinic_desktop.features.staff.rules import read_last_day
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select, Suggest
from clinic_desktop.uikit.dialogs import Sheet, ask_yes_no
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import COMPACT_ROW, S2, S3
from clinic_desktop.uikit.words import Text, semi

_TWO_LINES = 46
_FORM_HEIGHT = 280
_SEEN = ("document_text", "starts_on", "ends_on", "currency", "condition_text")


class AgreementsSheet(Sheet):
    """The agreements of one partner, the one that ends last first."""

    def __init__(self, office: Office, partner_id: str, partner: str, parent: QWidget) -> None:
        self._office, self._partner_id, self._today = office, partner_id, office.today()
        columns = [
            Column[AgreementRow](_("Agreement"), _said, stretch=True),
            Column[AgreementRow](_("A month at most"), _limit, 130, right=True),
            Column[AgreementRow](_("State"), lambda a: say_standing(a, self._today), 220),
        ]
        empty = EmptyState(_("Nothing was agreed in writing yet."))
        self.table = ListTable(columns, key=lambda a: a.agreement_id, empty=empty, row_height=_TWO_LINES)
        self.table.setAccessibleName(_("Agreements"))
        self.table.setMinimumHeight(30 + 4 * _TWO_LINES)
        title = _("Agreements with {partner}").format(partner=partner)
        super().__init__(title, parent, Text(title, "head", "semi", wrap=True), self.table, width=620)
        self.add_deed(Button(_("Close"), "back", "quiet"))
        self.away = self.add_deed(Button(_("Put away")), self._put_away)
        self.change = self.add_deed(Button(_("Open")), self._change)
        self.add_deed(Button(_("New agreement"), kind="primary"), self._add)
        self.table.opened.connect(self._change)
        office.follow(agreed.TABLES, self, self.reload)
        self.reload()
        self.table.choose_at(0)
        self._weigh()

    def reload(self) -> None:
        self.table.show_rows(self._office.ask(agreed.agreements, self._partner_id))
        self._weigh()

    def _weigh(self) -> None:
        for button in (self.away, self.change):
            button.setEnabled(self.table.row() is not None)

    def _add(self) -> None:
        AgreementSheet(self._office, self._partner_id, None, self).open()

    def _change(self, _row: object = None) -> None:
        if chosen := self.table.row():
            AgreementSheet(self._office, self._partner_id, chosen, self).open()

    def _put_away(self) -> None:
        if chosen := self.table.row():
            question = _(
                "Put «{title}» away? It sets no price and no limit any more, and stays readable in the ledger."
            )
            use_case = partial(agreements.end_agreement, agreement_id=chosen.agreement_id)
            ask_yes_no(
                question.format(title=chosen.title),
                self,
                lambda: self._office.do(use_case, self),
                yes_text=_("Put away"),
            )


class _Item(NamedTuple):
    item_id: str
    presentation_id: str | None
    said: str
    unit: Unit | None
    price: Money | None
    price_units: int
    monthly_units: int | None


class AgreementSheet(Sheet):
    """One agreement and its items. Enter in the last field of an item puts it into the list."""

    def __init__(self, office: Office, partner_id: str, known: AgreementRow | None, parent: QWidget) -> None:
        self._office, self._partner_id, self._known = office, partner_id, known
        self._today = office.today()
        self._agreement_id = known.agreement_id if known else new_id()
        self._units: dict[str, Unit | None] = {}
        self.title, self.document, self.condition = Edit(), Edit(), Edit()
        self.starts, self.ends = Edit(placeholder="1/1/2026"), Edit(placeholder="31/12/2026")
        self.limit = Edit(placeholder="5,000")
        code = known.currency if known else currency_of(office.ask(formulary.country))
        self.currency = Select([(one, one) for one in dict.fromkeys((code, *CURRENCIES))])
        self.what = Suggest(self._find, _("three letters, or words of your own"))
        self.price, self.per = Edit(placeholder="45.00"), Edit(placeholder="20")
        self.monthly = Edit(placeholder="200")
        self.add, self.remove = Button(_("Add the line"), icon="plus"), Button(_("Take out the line"), icon="minus")
        self.items: list[_Item] = []
        self.table = self._make_table()
        self.form, self.line = Form(), Form()
        self._fill()
        self._lay_out()
        title = known.title if known else _("New agreement")
        super().__init__(title, parent, Text(title, "head", "semi", wrap=True), self.body_of_form, width=640)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Keep"), "save", "primary"), self._save)
        self.add.clicked.connect(self._add_line)
        self.monthly.returnPressed.connect(self._add_line)
        self.remove.clicked.connect(self._take_out)
        # Enter in the last field of a line enters the line; the form's own habit would only move on.
        self.monthly.removeEventFilter(self.line)
        self._show()
        self.title.setFocus()

    def _fill(self) -> None:
        known = self._known
        if known is None:
            return
        self.title.setText(known.title)
        self.document.setText(known.document_text or "")
        self.condition.setText(known.condition_text or "")
        self.starts.setText(f"{known.starts_on:%d/%m/%Y}" if known.starts_on else "")
        self.ends.setText(f"{known.ends_on:%d/%m/%Y}" if known.ends_on else "")
        self.limit.setText(f"{known.monthly_limit.amount:,.2f}" if known.monthly_limit else "")
        found = self._office.ask(agreed.items, known.agreement_id)
        ids = [item.presentation_id for item in found if item.presentation_id]
        products = self._office.ask(shelf.presentations, ids)
        for item in found:
            product = products.get(item.presentation_id or "")
            said = product.said if product else item.item_text or ""
            unit = product.unit if product else None
            per = item.price_units or 1
            self.items.append(
                _Item(item.item_id, item.presentation_id, said, unit, item.price, per, item.monthly_units)
            )

    def _lay_out(self) -> None:
        add, inside = self.form.add, QWidget()
        stack(
            self.form,
            row(
                (add("title", _("What it is called"), self.title), 3),
                (add("document", _("Document"), self.document, optional=True), 2),
                gap=S3,
            ),
            row(
                (add("starts", _("From"), self.starts, optional=True, check=self._check_day), 2),
                (add("ends", _("Until"), self.ends, optional=True, check=self._check_day), 2),
                (add("limit", _("A month at most"), self.limit, optional=True, check=self._check_money), 3),
                (add("currency", _("Currency"), self.currency), 1),
                gap=S3,
            ),
            add("condition", _("Condition"), self.condition, optional=True),
            gap=S2,
        )
        add = self.line.add
        stack(
            self.line,
            row(
                (add("what", _("Medicine or thing"), self.what), 4),
                (add("price", _("Price"), self.price, optional=True, check=self._check_money), 2),
                (add("per", _("of units"), self.per, optional=True), 1),
                (add("monthly", _("Units a month"), self.monthly, optional=True), 2),
                gap=S2,
            ),
            row(self.remove, None, self.add, gap=S2),
            gap=S2,
        )
        self.table.setFixedHeight(30 + 3 * COMPACT_ROW + 4)
        stack(inside, self.form, self.table, self.line, gap=S2)
        self.body_of_form = QWidget()
        stack(self.body_of_form, (scrolled(inside), 1))
        self.body_of_form.setMinimumHeight(_FORM_HEIGHT)

    def _make_table(self) -> ListTable[_Item]:
        columns = [
            Column[_Item](_("Medicine or thing"), lambda i: cells.strong(i.said), stretch=True),
            Column[_Item](_("Price"), _price, 190, right=True),
            Column[_Item](_("Units a month"), _monthly, 130, right=True),
        ]
        table = ListTable(columns, key=lambda i: i.item_id, row_height=COMPACT_ROW)
        table.setAccessibleName(_("What was agreed"))
        return table

    # one line

    def _find(self, words: str) -> list[tuple[Any, str]]:
        found = self._office.ask(shelf.find_presentation, words)
        self._units |= {product.presentation_id: product.unit for product in found}
        return [(product.presentation_id, product.said) for product in found]

    def _add_line(self) -> bool:
        """Put what is typed into the list; False if something of it cannot be."""
        said = self.what.text()
        chosen = self.what.value()
        presentation_id = chosen if isinstance(chosen, str) and chosen in self._units else None
        try:
            if not said:
                raise ItemMissing()
            if any(i.said.casefold() == said.casefold() for i in self.items):
                raise ItemTwice()
        except Refused as refused:
            self.line.complain("what", refused.sentence())
            return False
        price = self._read("price", partial(_read_amount, currency=self.currency.value()))
        per, monthly = self._read("per", read_units), self._read("monthly", read_units)
        if any(field.is_wrong() for field in self.line.fields.values()):
            return False
        unit = self._units.get(presentation_id or "")
        self.items.append(_Item(new_id(), presentation_id, said, unit, price, per or 1, monthly))
        self.line.clear()
        self.what.set_value(None, "")
        self._show()
        self.what.setFocus()
        return True

    def _read(self, name: str, read: Any) -> Any:
        """The value of an optional field of the line; what cannot be is said beside it."""
        field = self.line.fields[name]
        text = str(self.line.value(name) or "").strip()
        try:
            value = read(text) if text else None
        except Refused as refused:
            field.complain(refused.sentence())
            return None
        field.complain(None)
        return value

    def _take_out(self) -> None:
        self.items = [item for item in self.items if item.item_id != self.table.key()]
        self._show()

    def _show(self) -> None:
        self.table.show_rows(self.items)
        self.remove.setEnabled(bool(self.items))

    # the whole

    def _check_day(self, typed: str) -> str | None:
        if not typed or read_last_day(typed, self._today) is not None:
            return None
        return _("Write the day, month and year, like 31/12/2026.")

    def _check_money(self, typed: str) -> str | None:
        try:
            _read_amount(typed, self.currency.value())
        except Refused as refused:
            return refused.sentence()
        return None

    def _save(self) -> None:
        # What is typed below and not yet in the list is meant as well.
        if self.what.text() and not self._add_line():
            return
        if self.form.find_faults():
            return
        code = self.currency.value()
        terms = AgreementTerms(
            self.title.text(),
            code,
            self._day(self.starts),
            self._day(self.ends),
            self.document.text(),
            _read_amount(self.limit.text(), code),
            self.condition.text(),
        )
        use_case = partial(
            agreements.keep_agreement,
            agreement_id=self._agreement_id,
            partner_id=self._partner_id,
            terms=terms,
            items=[_terms(item, code) for item in self.items],
            seen={name: getattr(self._known, name) for name in _SEEN} if self._known else None,
        )
        self._office.do(use_case, self, then=lambda _id: self.accept(), failed=self._failed)

    def _day(self, edit: Edit) -> date | None:
        return read_last_day(edit.text(), self._today) if edit.text() else None

    def _failed(self, error: ClinicError) -> None:
        self.form.complain("ends" if isinstance(error, EndsBeforeItStarts) else "title", error.sentence())


def _read_amount(typed: str, currency: str) -> Money | None:
    return read_money(typed, currency) if typed.strip() else None


def _terms(item: _Item, currency: str) -> ItemTerms:
    # The amounts are of the agreement: whoever changes its currency means all of them.
    price = None if item.price is None else Money(item.price.amount, currency)
    text = item.said if item.presentation_id is None else None
    return ItemTerms(item.item_id, item.presentation_id, text, price, item.price_units, item.monthly_units)


def say_standing(found: AgreementRow, today: date) -> cells.Cell:
    """Whether it holds today, and until when."""
    day = say_day(found.ends_on) if found.ends_on else ""
    match found.standing(today):
        case AgreementStanding.ENDED:
            return cells.chip(_("ended on {day}").format(day=day), "danger", "alert-circle")
        case AgreementStanding.ENDS_SOON:
            return cells.chip(_("ends on {day}").format(day=day), "warning", "alert-triangle")
        case AgreementStanding.TO_COME:
            begins = say_day(found.starts_on) if found.starts_on else ""
            return cells.chip(_("from {day}").format(day=begins), "neutral")
        case _:
            said = _("in force until {day}").format(day=day) if day else _("in force")
            return cells.chip(said, "accent", "circle-check")


def _said(shown: AgreementRow) -> cells.Cell | str:
    days = " – ".join(say_day(day) for day in (shown.starts_on, shown.ends_on) if day)
    return cells.two_lines(semi(shown.title), under=" · ".join(part for part in (shown.document_text, days) if part))


def _limit(shown: AgreementRow) -> cells.Cell | str:
    return cells.number("–" if shown.monthly_limit is None else say_money(shown.monthly_limit))


def _price(item: _Item) -> cells.Cell | str:
    if item.price is None:
        return cells.number("–", "quiet")
    return cells.number(
        _("{price} of {units}").format(price=say_money(item.price), units=_count(item, item.price_units))
    )


def _monthly(item: _Item) -> cells.Cell | str:
    return cells.number("–" if item.monthly_units is None else _count(item, item.monthly_units))


def _count(item: _Item, units: int) -> str:
    return f"{units:,}" if item.unit is None else say_units(units, item.unit)
