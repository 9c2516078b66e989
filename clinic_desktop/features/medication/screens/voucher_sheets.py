"""Writing vouchers for what one person cannot be given here, and typing what a pharmacy answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import vouchers as queries
from clinic_desktop.features.medication.queries.vouchers import Lacking, Offer, VoucherRow
from clinic_desktop.features.medication.rules.money import Money, nothing, read_money, say_money
from clinic_desktop.features.medication.rules.shelf import read_expiry, read_units, say_units
from clinic_desktop.features.medication.rules.vouchers import STATE_WORDS, VoucherState, read_day, read_outcome
from clinic_desktop.features.medication.screens.voucher_paper import print_vouchers
from clinic_desktop.features.medication.service import vouchers as service
from clinic_desktop.features.medication.service.vouchers import GivenAnswer, NewVoucher
from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Check, Select
from clinic_desktop.uikit.dialogs import Sheet, ask_text
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import Item, row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi

_LINE, _MOST, _MOST_LOW = 64, 4, 2
_LOW = 560
_SAID = 84


def ask_vouchers(
    office: Office,
    lacking: Sequence[Lacking],
    screen: QWidget,
    written: Callable[[], object] | None = None,
) -> Sheet | None:
    """Offer vouchers for these lines of one person; says so where there is nothing to write one for."""
    if not lacking:
        office.notice(_("There is nothing to write a voucher for. Of a reserved record its prescriber writes it."))
        return None
    sheet = VoucherSheet(office, lacking, screen, written)
    sheet.open()
    return sheet


@dataclass(frozen=True, slots=True)
class _Line:
    lacking: Lacking
    voucher_id: str
    chosen: Check
    units: Edit
    cost: Text


class VoucherSheet(Sheet):
    """All lines are ticked and the pharmacy used last is chosen: Enter prints."""

    def __init__(
        self, office: Office, lacking: Sequence[Lacking], screen: QWidget, written: Callable[[], object] | None = None
    ) -> None:
        self._office, self._screen, self._written = office, screen, written
        self._patient_id = lacking[0].item.line.patient_id
        products = [one.item.line.presentation_id or "" for one in lacking]
        self._offers: dict[str, Offer] = {o.partner_id: o for o in office.ask(queries.offers, products)}
        self.pharmacy = Select([(offer.partner_id, offer.name) for offer in self._offers.values()])
        self.pharmacy.setAccessibleName(_("Pharmacy"))
        self.lines = [self._line(one) for one in lacking]
        self.terms = Phrase("")
        self.wrong = Text("", "small", "semi", "danger", wrap=True)
        self.wrong.hide()
        safe = _("Ask the person first: can this paper be carried home without danger?")
        super().__init__(
            _("Voucher for a pharmacy"),
            screen,
            Text(_("Voucher for a pharmacy"), "head", "semi"),
            self.pharmacy,
            self._listed(),
            self.terms,
            self.wrong,
            Text(safe, "small", "semi", "warning", wrap=True),
            width=600,
        )
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.go = self.add_deed(Button(_("Print the voucher"), "save", "primary", "printer"), self._go)
        self.pharmacy.currentIndexChanged.connect(self._weigh)
        self._weigh()
        self.go.setFocus() if self._offers else self.pharmacy.setFocus()

    def _line(self, one: Lacking) -> _Line:
        line = one.item.line
        units = Edit(str(one.units), height=30)
        units.setFixedWidth(72)
        units.setAlignment(Qt.AlignmentFlag.AlignRight)
        units.setAccessibleName(_("How many of {medicine}").format(medicine=line.name))
        found = _Line(one, new_id(), Check(f"{line.name} {line.product}", checked=True), units, Text("", color="quiet"))
        found.chosen.toggled.connect(self._weigh)
        units.textEdited.connect(self._weigh)
        units.returnPressed.connect(lambda: self.go.setFocus())
        return found

    def _listed(self) -> QWidget:
        listed = QWidget()
        rows: list[Item] = []
        for line in self.lines:
            owed = say_units(line.lacking.item.owed, line.lacking.item.line.unit)
            here = ngettext("{count} usable here", "{count} usable here", line.lacking.usable)
            told = _("{owed} owed, {here}").format(owed=owed, here=here.format(count=f"{line.lacking.usable:,}"))
            under = row(28, (Text(told, "small", color="quiet"), 1), line.cost, line.units, gap=S2)
            rows += [line.chosen, under]
        stack(listed, *rows, gap=2)
        area = scrolled(listed)
        low = self._screen.window().height() < _LOW
        area.setFixedHeight(_LINE * min(len(self.lines), _MOST_LOW if low else _MOST) + 6)
        return area

    def _chosen(self) -> list[tuple[_Line, int]]:
        """What is ticked, with its units; refuses where a number is none."""
        return [(line, read_units(line.units.text())) for line in self.lines if line.chosen.isChecked()]

    def _weigh(self, _changed: object = None) -> None:
        offer = self._offers.get(self.pharmacy.value())
        if offer is None:
            self._say_nobody()
            return
        try:
            chosen, wrong = self._chosen(), ""
        except Refused as refused:
            chosen, wrong = [], refused.sentence()
        for line in self.lines:
            line.units.setEnabled(line.chosen.isChecked())
            line.cost.setText("")
        self.wrong.setText(wrong)
        self.wrong.setVisible(bool(wrong))
        self.go.setEnabled(bool(chosen)) if hasattr(self, "go") else None
        self._say_terms(offer, chosen)

    def _say_terms(self, offer: Offer, chosen: list[tuple[_Line, int]]) -> None:
        total: Money = nothing(offer.agreement.currency)
        for line, units in chosen:
            price = offer.price(line.lacking.item.line.presentation_id or "", units)
            line.cost.setText(say_money(price) if price else _("no price was agreed"))
            total = total + price if price and price.currency == total.currency else total
        last = self._office.ask(queries.valid_until, offer.agreement.ends_on)
        count = ngettext("{count} voucher", "{count} vouchers", len(chosen)).format(count=len(chosen))
        cost = (quiet("  ·  "), semi(say_money(total))) if total.amount else ()
        until = _("valid until {day}").format(day=say_day(last))
        self.terms.set_pieces(semi(count), quiet(f"  ·  {until}"), *cost)

    def _say_nobody(self) -> None:
        told = _("No pharmacy may receive vouchers with an agreement in force today. Coordination writes it down.")
        self.wrong.setText(told)
        self.wrong.show()
        if hasattr(self, "go"):
            self.go.setEnabled(False)

    def _go(self) -> None:
        wanted = [NewVoucher(line.voucher_id, line.lacking.item.line.request_id, n) for line, n in self._chosen()]
        use_case = partial(
            service.issue_vouchers, patient_id=self._patient_id, partner_id=self.pharmacy.value(), wanted=wanted
        )
        ids = [new.voucher_id for new in wanted]
        self._office.do(use_case, self, then=lambda _folios: self._print(ids))

    def _print(self, voucher_ids: Sequence[str]) -> None:
        if self.result():
            # The second Enter of an impatient hand: written once, printed once.
            return
        office, screen, written = self._office, self._screen, self._written
        self.accept()
        shown = print_vouchers(office, voucher_ids, screen, at_once=True)
        if written is not None and shown is not None:
            dialogs.when_closed(shown, written)


class AnswerSheet(Sheet):
    """What stands on the half that came back, in its own order. What is usual is filled in: all of it, handed out."""

    def __init__(self, office: Office, parent: QWidget, voucher: VoucherRow) -> None:
        self._office, self._voucher, self._drawn = office, voucher, new_id()
        self._today = office.today()
        answer = voucher.answer
        of = _("{name} · {partner}").format(name=voucher.said, partner=voucher.partner)
        super().__init__(
            _("Answer to voucher {folio}").format(folio=voucher.folio),
            parent,
            Text(_("Voucher {folio}").format(folio=voucher.folio), "head", "semi"),
            Phrase(semi(voucher.what), quiet(f"  ·  {of}")),
            *self._differing(),
            width=560,
        )
        self.form = Form()
        self.units = Edit(str(answer.units if answer else voucher.units))
        self.day = Edit(say_short(answer.answered_on) if answer and answer.answered_on else "", placeholder="5/12")
        self.lot = Edit((answer.lot_number or "") if answer else "")
        self.expiry = Edit(f"{answer.expires_on:%m%y}" if answer and answer.expires_on else "", placeholder="0627")
        self.price = Edit(say_money(answer.price) if answer and answer.price else "")
        form = self.form
        units = form.add("units", _("Units handed out, 0 for none"), self.units, check=self._wrong_units)
        day = form.add("day", _("Day"), self.day, check=self._wrong_day)
        lot = form.add("lot", _("Lot"), self.lot, optional=True)
        expiry = form.add("expiry", _("Expires"), self.expiry, optional=True, check=_wrong_expiry)
        price = form.add("price", _("Price"), self.price, optional=True, check=self._wrong_price)
        stack(form, row((units, 3), (day, 2), gap=S4), row((lot, 5), (expiry, 4), (price, 8), gap=S4), None, gap=S3)
        # Room for what is said under the fields: an open sheet does not grow.
        form.setMinimumHeight(form.sizeHint().height() + _SAID)
        self.body.addWidget(form)
        self.units.textEdited.connect(self._say_back)
        self.day.textEdited.connect(self._say_back)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.save = self.add_deed(Button(_("Save the answer"), "save", "primary", "check"), self._save)
        self._say_back()
        self.units.setFocus()
        self.units.selectAll()

    def _differing(self) -> tuple[Text, ...]:
        if not self._voucher.differ:
            return ()
        told = "; ".join(service.say_answer(self._voucher, one) for one in self._voucher.standing)
        words = _("Two different answers were written down: {answers}. The one that is saved now counts.")
        return (Text(words.format(answers=told), "small", "semi", "warning", wrap=True),)

    def _say_back(self, _typed: str = "") -> None:
        try:
            outcome = read_outcome(self._read_units(), self._voucher.units)
            self.form.fields["units"].say(_(STATE_WORDS[VoucherState(outcome.value)]))
        except Refused:
            self.form.fields["units"].say("")
        try:
            day = read_day(self.day.text(), self._today)
            self.form.fields["day"].say(f"{say_weekday(day)} {say_day(day)}")
        except Refused:
            self.form.fields["day"].say("")

    def _read_units(self) -> int:
        typed = self.units.text().strip()
        return 0 if typed == "0" else read_units(typed)

    def _wrong_units(self, _typed: str) -> str | None:
        return _sentence(lambda: read_outcome(self._read_units(), self._voucher.units))

    def _wrong_day(self, typed: str) -> str | None:
        return _sentence(lambda: read_day(typed, self._today))

    def _wrong_price(self, typed: str) -> str | None:
        return _sentence(lambda: read_money(typed, self._voucher.currency)) if typed else None

    def _save(self) -> None:
        if self.form.find_faults():
            return
        expiry, price = self.expiry.text().strip(), self.price.text().strip()
        given = GivenAnswer(
            self._drawn,
            self._voucher.voucher_id,
            self._read_units(),
            read_day(self.day.text(), self._today),
            self.lot.text(),
            read_expiry(expiry) if expiry else None,
            read_money(price, self._voucher.currency) if price else None,
        )
        saving = partial(service.answer_voucher, given=given)
        self._office.do(saving, self, then=lambda _outcome: self._saved(), failed=self._refused)

    def _saved(self) -> None:
        self._office.notice(_("The answer to voucher {folio} is kept.").format(folio=self._voucher.folio))
        self.accept()

    def _refused(self, error: ClinicError) -> None:
        self.form.complain("day", error.sentence())


def say_short(day: date) -> str:
    """As it is typed."""
    return f"{day.day}/{day.month}/{day:%y}"


def _sentence(read: Callable[[], object]) -> str | None:
    try:
        read()
    except Refused as refused:
        return refused.sentence()
    return None


def _wrong_expiry(typed: str) -> str | None:
    return _sentence(lambda: read_expiry(typed)) if typed else None


def cancel(office: Office, voucher: VoucherRow, screen: QWidget) -> None:
    """Ask why; what it was for is owed here again."""

    def go(reason: str) -> None:
        cancelling = partial(service.cancel_voucher, answer_id=answer_id, voucher_id=voucher.voucher_id, reason=reason)
        said = _("Voucher {folio} is cancelled. Tell the pharmacy.").format(folio=voucher.folio)
        office.do(cancelling, screen, then=lambda _done: office.notice(said))

    answer_id = new_id()
    question = _("Why is voucher {folio} cancelled?").format(folio=voucher.folio)
    ask_text(question, screen, go, yes_text=_("Cancel the voucher"))
