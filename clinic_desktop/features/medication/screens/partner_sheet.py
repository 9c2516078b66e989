"""One partner of the directory: who it is, how it is reached, and what it may be told."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import formulary
from clinic_desktop.features.medication.queries.partners import DirectoryRow
from clinic_desktop.features.medication.rules.kinds import (
    GIFT_WORDS,
    MAY_RECEIVE_WORDS,
    PARTNER_WORDS,
    Gift,
    MayReceive,
    PartnerKind,
)
from clinic_desktop.features.medication.rules.refusals import EmailUnclear
from clinic_desktop.features.medication.service import partners
from clinic_desktop.features.medication.service.partners import PartnerCard
from clinic_desktop.features.patients.rules.identity import phone_doubt
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Check, Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text

_FORM_HEIGHT = 264
_SEEN = ("kind", "name", "contact_text", "phone", "place_text", "email", "note_text")


class PartnerCardSheet(Sheet):
    def __init__(self, office: Office, known: DirectoryRow | None, parent: QWidget) -> None:
        self._office, self._known = office, known
        self._partner_id = known.partner_id if known else new_id()
        self._country = office.ask(formulary.country) or "GT"
        self.name = Edit(known.name if known else "")
        self.kind = Select([(kind, _(words)) for kind, words in PARTNER_WORDS.items()])
        self.place, self.contact = Edit(), Edit()
        self.phone, self.email, self.note = Edit(), Edit(), Edit()
        self.gives = {gift: Check(_(words)) for gift, words in GIFT_WORDS.items()}
        self.may_receive = {thing: Check(_(words)) for thing, words in MAY_RECEIVE_WORDS.items()}
        self.form = Form()
        self._fill()
        self._lay_out_form()
        title = known.said if known else _("New partner")
        super().__init__(title, parent, Text(title, "head", "semi", wrap=True), self.form, width=620)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Keep") if known else _("Add"), "save", "primary"), self._save)
        self.phone.textChanged.connect(self._doubt_phone)
        self.kind.activated.connect(self._show_gifts)
        self._show_gifts()
        self._doubt_phone(self.phone.text())
        self.name.setFocus()

    def _fill(self) -> None:
        known = self._known
        if known is None:
            return
        self.kind.set_value(known.kind)
        texts = (known.place_text, known.contact_text, known.phone, known.email, known.note_text)
        for edit, text in zip((self.place, self.contact, self.phone, self.email, self.note), texts, strict=True):
            edit.setText(text or "")
        for gift, check in self.gives.items():
            check.setChecked(gift in known.gives)
        for thing, check in self.may_receive.items():
            check.setChecked(thing in known.may_receive)

    def _lay_out_form(self) -> None:
        add, inside, checks = self.form.add, QWidget(), list(self.may_receive.values())
        self.gifts = QWidget()
        stack(self.gifts, row(Text(_("It gives")), *self.gives.values(), None, gap=S3))
        stack(
            inside,
            row((add("name", _("Name"), self.name), 3), (add("kind", _("Kind"), self.kind), 2), gap=S3),
            self.gifts,
            row(
                (add("place", _("Place"), self.place, optional=True), 1),
                (add("contact", _("Contact"), self.contact, optional=True), 1),
                gap=S3,
            ),
            row(
                (add("phone", _("Telephone"), self.phone, optional=True), 1),
                (add("email", _("E-mail"), self.email, optional=True), 1),
                gap=S3,
            ),
            Text(_("What it may be told or sent; what is not ticked, it is not told"), "small", color="quiet"),
            row(*checks[:2], None, gap=S3),
            row(*checks[2:], None, gap=S3),
            add("note", _("Notes"), self.note, optional=True),
            gap=S2,
        )
        stack(self.form, (scrolled(inside), 1))
        self.form.setMinimumHeight(_FORM_HEIGHT)

    def _show_gifts(self, _at: int = 0) -> None:
        self.gifts.setVisible(self.kind.value() == PartnerKind.DONOR or any(c.isChecked() for c in self.gives.values()))

    def _doubt_phone(self, text: str) -> None:
        self.form.fields["phone"].say(phone_doubt(text, self._country) or "", "warning")

    def _save(self) -> None:
        card = PartnerCard(
            PartnerKind(self.kind.value() or PartnerKind.OTHER),
            self.name.text(),
            self.contact.text(),
            self.phone.text(),
            self.place.text(),
            self.email.text(),
            tuple(gift for gift in Gift if self.gives[gift].isChecked()),
            tuple(thing for thing in MayReceive if self.may_receive[thing].isChecked()),
            self.note.text(),
        )
        seen = {name: getattr(self._known, name) for name in _SEEN} if self._known else None
        use_case = partial(partners.keep_partner, partner_id=self._partner_id, card=card, seen=seen)
        self._office.do(use_case, self, then=lambda _id: self.accept(), failed=self._failed)

    def _failed(self, error: ClinicError) -> None:
        self.form.complain("email" if isinstance(error, EmailUnclear) else "name", error.sentence())
