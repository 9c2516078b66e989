"""Writing down a gift as its paper says it, or correcting it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import formulary
from clinic_desktop.features.medication.queries import partners as directory
from clinic_desktop.features.medication.queries.donations import DonationRow
from clinic_desktop.features.medication.rules.kinds import GIFT_WORDS, Gift
from clinic_desktop.features.medication.rules.money import CURRENCIES, Money, currency_of, read_money
from clinic_desktop.features.medication.rules.past_days import read_past_day
from clinic_desktop.features.medication.screens.catalog import PartnerSheet
from clinic_desktop.features.medication.service import donations as service
from clinic_desktop.features.medication.service.donations import NewGift, read_least_days
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.choices import Choice, Select, Suggest
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text

_KINDS = tuple(Gift)


class DonationSheet(Sheet):
    """`then` gets the id of the gift. From a delivery the donor and the kind are known; `gift` is one to correct."""

    def __init__(
        self,
        office: Office,
        then: Callable[[str], object],
        parent: QWidget | None,
        *,
        partner_id: str | None = None,
        kind: Gift | None = None,
        gift: DonationRow | None = None,
    ) -> None:
        self._office, self._then, self._gift = office, then, gift
        self._partner_id = gift.partner_id if gift else partner_id
        self._today = office.today()
        self._donation_id = gift.donation_id if gift else new_id()
        self._make_fields()
        self._lay_out_form()
        title = _("Correct the gift") if gift else _("New gift")
        super().__init__(title, parent, Text(title, "head", "semi"), self.form, width=640)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.save = self.add_deed(Button(_("Save") if gift else _("Write it down"), "save", "primary"), self._save)
        if self._partner_id is not None:
            self.form.fields["donor"].hide()
        if kind is not None:
            self.form.fields["kind"].hide()
        self.kind.set_at(_KINDS.index(kind or Gift.MEDICINE))
        if gift is not None:
            self._fill(gift)
        self._seen = self._typed() if gift else None
        self._fit_kind()
        (self.document if self._partner_id else self.donor).setFocus()

    def _make_fields(self) -> None:
        self.donor = Suggest(self._find, _("letters of the name"))
        self.kind = Choice([_(GIFT_WORDS[kind]) for kind in _KINDS])
        self.document, self.day = Edit(placeholder=_("as on the paper")), Edit(placeholder=_("today"))
        self.value = Edit(placeholder="1,250.50")
        self.currency = Select([(code, code) for code in CURRENCIES])
        self.currency.set_value(currency_of(self._office.ask(formulary.country)))
        self.goods, self.condition = Edit(), Edit()
        self.programme = Edit(placeholder=_("empty: for any use"))
        self.least_days = Edit(placeholder="180")
        self.note = Edit()
        self.form = Form()

    def _lay_out_form(self) -> None:
        new = Link(_("New"), small=True)
        new.clicked.connect(self._new_donor)
        add = self.form.add
        stack(
            self.form,
            row(
                (add("donor", _("Who gives it"), self.donor, check=self._check_donor, beside=[new]), 1),
                add("kind", _("What is given"), self.kind),
                gap=S3,
            ),
            row(
                (add("document", _("Document"), self.document, optional=True), 3),
                (add("day", _("Date of the gift"), self.day, optional=True, check=self._check_day), 3),
                (add("least", _("Least days"), self.least_days, optional=True, check=_check_days), 2),
                gap=S3,
            ),
            row(
                (add("value", _("Value"), self.value, optional=True, check=self._check_value), 3),
                (add("currency", _("Currency"), self.currency), 2),
                (add("goods", _("Which goods"), self.goods, optional=True), 3),
                gap=S3,
            ),
            row(
                (add("programme", _("Only for the programme"), self.programme, optional=True), 3),
                (add("condition", _("Condition of use"), self.condition, optional=True), 3),
                (add("note", _("Note"), self.note, optional=True), 2),
                gap=S3,
            ),
            gap=S2,
        )
        self.kind.chosen.connect(self._fit_kind)

    def _fit_kind(self) -> None:
        kind = self._kind()
        self.form.fields["goods"].setVisible(kind is Gift.GOODS)
        self.form.fields["least"].setVisible(kind is Gift.MEDICINE)

    def _kind(self) -> Gift:
        at = self.kind.at()
        return _KINDS[at] if at is not None else Gift.MEDICINE

    # finding

    def _find(self, words: str) -> list[tuple[Any, str]]:
        return [(one.partner_id, one.name) for one in self._office.ask(directory.partners, words, 8)]

    def _new_donor(self) -> None:
        PartnerSheet(self._office, self.donor.text(), self._take_donor, self).open()

    def _take_donor(self, partner_id: str, name: str) -> None:
        self.donor.set_value(partner_id, name)
        self.document.setFocus()

    # checking

    def _check_donor(self, _value: Any) -> str | None:
        if self._partner_id or self.donor.value() is not None:
            return None
        return _("Choose from the list, or «New».")

    def _check_day(self, typed: str) -> str | None:
        if not typed or read_past_day(typed, self._today) is not None:
            return None
        return _("Write a day that is not still to come, like 5/12/2026.")

    def _check_value(self, typed: str) -> str | None:
        try:
            self._money(typed)
        except Refused as refused:
            return refused.sentence()
        return None

    def _money(self, typed: str) -> Money | None:
        return read_money(typed, self.currency.value()) if typed.strip() else None

    # saving

    def _fill(self, gift: DonationRow) -> None:
        self.kind.set_at(_KINDS.index(gift.kind))
        self.document.setText(gift.document or "")
        self.day.setText(f"{gift.given_on:%d/%m/%Y}" if gift.given_on else "")
        if gift.value is not None:
            self.value.setText(f"{gift.value.amount:,.2f}")
            self.currency.set_options([(code, code) for code in dict.fromkeys((*CURRENCIES, gift.value.currency))])
            self.currency.set_value(gift.value.currency)
        self.least_days.setText(str(gift.least_days or ""))
        self.goods.setText(gift.goods or "")
        self.programme.setText(gift.programme or "")
        self.condition.setText(gift.condition or "")
        self.note.setText(gift.note or "")

    def _typed(self) -> NewGift:
        day = read_past_day(self.day.text().strip(), self._today) if self.day.text().strip() else None
        programme = self.programme.text().strip()
        return NewGift(
            self._partner_id or self.donor.value(),
            self._kind(),
            day or self._today,
            self.document.text(),
            self._money(self.value.text()),
            self.condition.text(),
            bool(programme),
            programme,
            read_least_days(self.least_days.text()),
            self.goods.text(),
            self.note.text(),
        )

    def _save(self) -> None:
        if self.form.find_faults():
            return
        typed = self._typed()
        use_case: Any = partial(service.add_donation, donation_id=self._donation_id, gift=typed)
        if self._seen is not None:
            use_case = partial(service.change_donation, donation_id=self._donation_id, seen=self._seen, to=typed)
        self._office.do(use_case, self, then=lambda _done: self._saved(), failed=self._failed)

    def _failed(self, error: ClinicError) -> None:
        named = {"AmountMissing": "value", "GoodsMissing": "goods", "ProgrammeMissing": "programme"}
        self.form.complain(named.get(type(error).__name__, "document"), error.sentence())

    def _saved(self) -> None:
        self.accept()
        self._then(self._donation_id)


def _check_days(typed: str) -> str | None:
    try:
        read_least_days(typed)
    except Refused as refused:
        return refused.sentence()
    return None
