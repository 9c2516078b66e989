"""The head of a delivery: from whom, which paper, which day, which gift."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import deliveries, donations, senders
from clinic_desktop.features.medication.queries.donations import DonationRow
from clinic_desktop.features.medication.queries.senders import Found
from clinic_desktop.features.medication.rules.kinds import Gift
from clinic_desktop.features.medication.rules.past_days import read_past_day
from clinic_desktop.features.medication.screens.catalog import PartnerSheet
from clinic_desktop.features.medication.screens.donation_sheet import DonationSheet
from clinic_desktop.features.medication.screens.receiving_keys import EnterLeads
from clinic_desktop.features.medication.service.receiving import Sender
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Link
from clinic_desktop.uikit.choices import Select, Suggest
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text


class Head(NamedTuple):
    sender: Sender
    document: str
    received_on: date | None


class DeliveryHead(Form):
    """Found by letters: pharmacies, donors, our other clinics and what they sent, orders that wait."""

    gift_chosen = Signal()
    sender_chosen = Signal(object)
    """The sender, a `Sender`."""

    def __init__(self, office: Office, leave: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office, self._today, self._leave = office, office.today(), leave
        self._gifts: dict[str, DonationRow] = {}
        self._asks_gift = False
        self.partner = Suggest(self._find, _("Pharmacy, donor, clinic or order"))
        self.document = Edit(placeholder=_("as on the paper"))
        self.day = Edit(placeholder=_("today"))
        self.gift = Select()
        self._new_partner, self._new_gift = Link(_("New"), small=True), Link(_("New"), small=True)
        self._lay_out()
        leads: dict[QWidget, Callable[[], object]] = {
            self.partner: self._leave_partner,
            self.gift: partial(_focus, self.document),
            self.document: partial(_focus, self.day),
            self.day: self._leave,
        }
        EnterLeads(leads, self)
        self.partner.picked.connect(self._picked)
        self.gift.activated.connect(self.gift_chosen)
        self.document.editingFinished.connect(self._look_for_document)
        self._new_partner.clicked.connect(self._add_partner)
        self._new_gift.clicked.connect(self._add_gift)

    def _lay_out(self) -> None:
        partner = self.add("partner", _("From whom"), self.partner, check=_known, beside=[self._new_partner])
        gift = self.add("gift", _("Gift"), self.gift, check=self._check_gift, beside=[self._new_gift])
        document = self.add("document", _("Document"), self.document, optional=True)
        day = self.add("day", _("Received on"), self.day, optional=True, check=self._check_day)
        gift.hide()
        self._whole, self._short = QWidget(), QWidget()
        stack(self._whole, row((partner, 4), (gift, 3), (document, 2), (day, 2), gap=S3))
        self._brief, change = Text("", weight="semi"), Link(_("Change"), small=True)
        change.clicked.connect(self._unfold)
        stack(self._short, row((self._brief, 1), change, gap=S3))
        self._short.hide()
        stack(self, self._whole, self._short)
        order = (self.partner, self.gift, self.document, self.day, self._new_partner, self._new_gift)
        for before, after in pairwise(order):
            self.setTabOrder(before, after)

    def fold(self, folded: bool) -> None:
        """On a low screen the lines need the room: what was said of the whole delivery is then one line of words."""
        head = self.head()
        day = say_day(head.received_on) if head.received_on else ""
        said = (self.partner.text(), self.gift.currentText() if self._asks_gift else "", head.document, day)
        self._brief.setText(" · ".join(dict.fromkeys(word for word in said if word)))
        known = _known(self.partner.value()) is None and self._check_gift(self.gift.value()) is None
        self._whole.setVisible(not (folded and known))
        self._short.setVisible(folded and known)

    def _unfold(self) -> None:
        self.fold(False)
        _focus(self.partner)

    # from whom

    def _find(self, words: str) -> list[tuple[Any, str]]:
        return [(_sender(one), say_found(one)) for one in self._office.ask(senders.senders, words)]

    def _leave_partner(self) -> None:
        if self.partner.value() is not None:
            self._go_on()
        elif not self.partner.take_best() and self.partner.text().strip():
            self.complain("partner", _known(None))

    def _picked(self, sender: Sender) -> None:
        self.partner.setCursorPosition(0)
        self.fields["partner"].say("")
        self._show_gifts()
        self._go_on()
        self.sender_chosen.emit(sender)
        self.edited.emit()

    def _go_on(self) -> None:
        _focus(self.gift if self._asks_gift else self.document)

    def set_partner(self, partner_id: str, name: str) -> None:
        self.partner.set_value(Sender(partner_id), name)
        self._show_gifts()
        self._go_on()
        self.sender_chosen.emit(Sender(partner_id))

    def _add_partner(self) -> None:
        PartnerSheet(self._office, self.partner.text(), self.set_partner, self).open()

    # the gift

    def _show_gifts(self, chosen: str | None = None) -> None:
        """A donor's delivery names its gift: one that was written down, or a new one."""
        partner_id = self._sender().partner_id
        found = self._office.ask(donations.donations, kind=Gift.MEDICINE, partner_id=partner_id) if partner_id else ()
        self._gifts = {one.donation_id: one for one in found}
        self._asks_gift = bool(partner_id) and self._office.ask(senders.is_donor, partner_id)
        options: list[tuple[Any, str]] = [(None, _("Choose"))]
        self.gift.set_options(options + [(one.donation_id, say_gift(one)) for one in found])
        self.gift.set_value(chosen)
        self.fields["gift"].say("")
        self.fields["gift"].setVisible(self._asks_gift)
        self.gift_chosen.emit()

    def _add_gift(self) -> None:
        partner_id = self._sender().partner_id
        if partner_id is not None:
            DonationSheet(self._office, self._take_gift, self, partner_id=partner_id, kind=Gift.MEDICINE).open()

    def _take_gift(self, donation_id: str) -> None:
        self._show_gifts(donation_id)
        gift = self._gifts.get(donation_id)
        if gift is not None and gift.document and not self.document.text().strip():
            self.document.setText(gift.document)
        _focus(self.document)

    def least_days(self) -> int | None:
        gift = self._gifts.get(self.gift.value() or "")
        return gift.least_days if gift else None

    def _check_gift(self, value: Any) -> str | None:
        if not self._asks_gift or value is not None:
            return None
        return _("Choose the gift, or «New».")

    # the paper and its day

    def _look_for_document(self) -> None:
        sender, document = self._sender(), self.document.text()
        seen = self._office.ask(deliveries.document_seen, sender.partner_id, sender.from_site_id, document)
        said = _("This paper was received on {day} already.").format(day=say_day(seen)) if seen else ""
        self.fields["document"].say(said, "warning")

    def _check_day(self, typed: str) -> str | None:
        if not typed or read_past_day(typed, self._today) is not None:
            return None
        return _("Write a day that is not still to come, like 5/12/2026.")

    # values

    def _sender(self) -> Sender:
        value = self.partner.value()
        if isinstance(value, str):
            return Sender(value)
        return value if isinstance(value, Sender) else Sender()

    def head(self) -> Head:
        sender, gift = self._sender(), self.gift.value() if self._asks_gift else None
        typed = self.day.text().strip()
        day = read_past_day(typed, self._today) if typed else None
        return Head(Sender(**(asdict(sender) | {"donation_id": gift})), self.document.text().strip(), day)

    def is_empty(self) -> bool:
        return not (self.partner.text().strip() or self.document.text().strip() or self.day.text().strip())

    def begin_anew(self) -> None:
        self.clear()
        self.partner.set_value(None, "")
        self._show_gifts()

    def typed(self) -> dict[str, Any]:
        return {
            "sender": asdict(self._sender()),
            "from": self.partner.text(),
            "gift": self.gift.value(),
            "document": self.document.text(),
            "day": self.day.text(),
        }

    def bring_back(self, typed: dict[str, Any]) -> None:
        sender = Sender(**typed.get("sender", {}))
        known = sender if sender.partner_id or sender.from_site_id else None
        self.partner.set_value(known, typed.get("from") or "")
        self._show_gifts(typed.get("gift"))
        self.document.setText(typed.get("document") or "")
        self.day.setText(typed.get("day") or "")


def say_found(one: Found) -> str:
    return f"{one.name} — {one.what}" if one.what else one.name


def say_gift(gift: DonationRow) -> str:
    day = say_day(gift.given_on) if gift.given_on else ""
    return " · ".join(part for part in (gift.document or _("without document"), day) if part)


def _sender(one: Found) -> Sender:
    return Sender(one.partner_id, one.from_site_id, one.transfer_id, None, one.order_id)


def _known(value: Any) -> str | None:
    """A sender is a value that was picked; words of one's own are not."""
    picked = isinstance(value, Sender) or (isinstance(value, str) and len(value) == 36)
    return None if picked else _("Choose from the list, or «New».")


def _focus(editor: QWidget) -> None:
    editor.setFocus(Qt.FocusReason.OtherFocusReason)
