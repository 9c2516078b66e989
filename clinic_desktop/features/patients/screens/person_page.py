"""The page of one person: who it is, how to reach them, allergies, and what upper rooms know."""

from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clinic_desktop.features.patients.queries import consents
from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.rules.ages import read_birth
from clinic_desktop.features.patients.rules.banner import banner_words
from clinic_desktop.features.patients.rules.identity import is_same_phone, said_id
from clinic_desktop.features.patients.rules.patient import AllergyStatus, Details, say_allergies
from clinic_desktop.features.patients.rules.places import language_name, said_place
from clinic_desktop.features.patients.rules.rows import AllergyRow, Known
from clinic_desktop.features.patients.rules.self_told import identification_name, say_functioning, way_found
from clinic_desktop.features.patients.screens import slots
from clinic_desktop.features.patients.screens.linked_records import LinkedRecords
from clinic_desktop.features.patients.screens.preview import tone_of
from clinic_desktop.features.patients.service import registering as service
from clinic_desktop.kernel.dates import PartialDate, say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _, ngettext
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.banner import person_banner
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.layouts import clear, column, page, row, scrolled, stack
from clinic_desktop.uikit.marks import Chip, Icon
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Bar, Callout, Card
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Facts, Text

_MAY_NOTE_ALLERGIES = (Permission.REGISTER_PATIENTS, Permission.WRITE_NOTES, Permission.PRESCRIBE, Permission.DISPENSE)


_ASKED_LATER = (
    ("phone", N_("Telephone")),
    ("community", N_("Community")),
    ("language_code", N_("Language")),
    ("contact_name", N_("Trusted person")),
    ("mother_name", N_("Mother's name")),
    ("self_identification_code", N_("How the person identifies")),
    ("found_by_code", N_("How the person found the clinic")),
)
_LINKS_A_LINE = 2
_LONG_NAME = 32


class PersonPage(QWidget):
    accepts_typing = True

    def __init__(self, office: Office, patient_id: PatientId, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self.patient_id = patient_id
        # Narrow until the window says otherwise, so that nothing ever asks for more room than there is.
        self._narrow = True
        self._shows_phone = False
        self._top, self._cards, self._side = column(gap=0), column(gap=S3), column(gap=S3)
        self._hung_panels = column(gap=S3)
        left, right = QWidget(), QWidget()
        self.linked = LinkedRecords(office, patient_id)
        stack(left, self.linked, self._cards, None, gap=S3)
        stack(right, self._side, self._hung_panels, None, gap=S3)
        body = page(row((left, 1), (right, 1), gap=S3), None)
        stack(self, self._top, (scrolled(body), 1), self._deeds(), gap=0)
        self._show_icons()
        self._panels()
        office.follow(queries.TABLES | consents.TABLES, self, self.reload)
        office.follow(frozenset[str]().union(*(deed.tables for deed, _b in self._deed_buttons)), self, self._show_deeds)
        self.reload()
        # The page first, the note of who looked after it.
        QTimer.singleShot(0, self._look)

    def _look(self) -> None:
        self._office.do(partial(service.look, patient_id=self.patient_id), self)

    # building

    def _deeds(self) -> Bar:
        self.back = Button(_("Go back"), "back", "quiet")
        self.back.clicked.connect(self._office.back)
        self.correct = Button(_("Correct data"))
        self.correct.clicked.connect(lambda: self._office.go("persons", patient_id=self.patient_id, correct=True))
        if not self._office.may(Permission.REGISTER_PATIENTS):
            self.correct.hide()
        bar = Bar(62, "top")
        foot = row(self.back, None, self.correct, *self._hung(), gap=S2)
        foot.setContentsMargins(S4, S2, S4, S2)
        stack(bar, foot)
        return bar

    def _hung(self) -> list[Button]:
        self._deed_buttons: list[tuple[slots.Deed, Button]] = []
        for deed in slots.deeds_for(self._office, "page"):
            kind = "primary" if deed.primary else "secondary"
            button = Button(_(deed.title), deed.key, kind, deed.icon, tall=deed.primary)
            button.clicked.connect(partial(self._run, deed))
            self._deed_buttons.append((deed, button))
        return [button for _deed, button in self._deed_buttons]

    def _run(self, deed: slots.Deed, *_clicked: object) -> None:
        deed.run(self._office, self.patient_id, self)

    def _panels(self) -> None:
        for panel in slots.panels_for(self._office):
            if panel.of_person is not None and not panel.of_person(self._office, self.patient_id):
                continue
            built = panel.build(self._office, self.patient_id)
            self._hung_panels.addWidget(Card(Text(_(panel.title), "head", "semi"), built))

    # showing

    def reload(self) -> None:
        self._header = self._office.ask(queries.header, self.patient_id)
        known = self._office.ask(queries.details, self.patient_id)
        self._show_banner()
        clear(self._cards)
        if known.voided:
            self._cards.addWidget(Callout(_("Taken back: {reason}").format(reason=known.void_reason), "warning"))
        self._cards.addWidget(self._data(known))
        clear(self._side)
        self._side.addWidget(self._allergies(known))
        self._side.addWidget(self._reaching(known.details))
        for button in (self.void, self.correct, self.add_allergy, self.died):
            button.setEnabled(not known.voided)
        self._show_deeds()

    def _show_deeds(self) -> None:
        for deed, button in self._deed_buttons:
            deed.show_on(button, self._office, self.patient_id)

    def _show_icons(self) -> None:
        """In a narrow window the lesser deeds keep their words and keys and give up their pictures."""
        for deed, button in self._deed_buttons:
            button.set_icon("" if self._narrow and not deed.primary else deed.icon)

    def _show_banner(self) -> None:
        """A narrow window leaves the last fact to the card below, and one more where the name is long."""
        words = banner_words(self._header)
        clear(self._top)
        ask = _("Ask") if self._office.may(*_MAY_NOTE_ALLERGIES) else ""
        left_out = 2 if len(words.name) > _LONG_NAME else 1
        self._top.addWidget(
            person_banner(replace(words, facts=words.facts[:-left_out]) if self._narrow else words, ask)
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._narrow != is_compact(self.window().width()):
            self._narrow = not self._narrow
            self._show_banner()
            self._show_icons()

    def _data(self, known: Known) -> Card:
        details = known.details
        unknown = _("Not known")
        no_family = _("Has no family name") if details.has_no_family_name else unknown
        facts: list[tuple[str, str]] = [
            (_("Given names"), details.given_names or unknown),
            (_("Family names"), f"{details.family_name} {details.second_family_name}".strip() or no_family),
            (_("Married name"), details.married_name),
            (_("Known as"), details.known_as),
            (_("CUI (DPI)"), said_id(details.national_id_kind, details.national_id) or unknown),
            (_("Community"), said_place(details.municipality_code, details.community) or unknown),
            (_("On the way here"), _say_minutes(details.minutes_to_clinic)),
            (_("Language"), language_name(details.language_code) or unknown),
            (_("Mother"), details.mother_name),
            (_("Met"), ", ".join(part for part in (details.met_where, _say(details.met_on)) if part)),
            (_("Identifies as"), identification_name(details.self_identification_code)),
            (_("Found the clinic by"), way_found(details.found_by_code, details.found_by_text)),
            *say_functioning(details.functioning),
            (_("Paper chart"), details.folder_number),
            (_("Registered"), say_day(self._office.local(known.registered_at).date())),
        ]
        marks = self._office.ask(queries.marks_of, [self.patient_id])[self.patient_id]
        chips = [Chip(mark.text, tone_of(mark), mark.icon) for mark in marks if not mark.label]
        facts += [(mark.label, mark.text) for mark in marks if mark.label]
        head = row(Text(_("Data"), "head", "semi"), *chips, None, gap=S2)
        card = Card(head, Facts([fact for fact in facts if fact[1]], 130))
        if not known.voided and self._office.may(Permission.REGISTER_PATIENTS):
            self._offer_missing(card, details)
        card.body.addLayout(self._apart(known))
        return card

    def _offer_missing(self, card: Card, details: Details) -> None:
        """A quiet mark of what was not asked yet; each word goes to its field."""
        missing = [(name, title) for name, title in _ASKED_LATER if not getattr(details, name)]
        self.missing: list[Link] = []
        for name, title in missing:
            link = Link(_(title), small=True)
            link.setAccessibleName(_("Ask still: {what}").format(what=_(title)))
            link.clicked.connect(partial(self._ask_later, name))
            self.missing.append(link)
        if missing:
            card.body.addWidget(Text(_("Ask still:"), "small", color="quiet"))
        for at in range(0, len(self.missing), _LINKS_A_LINE):
            card.body.addLayout(row(*self.missing[at : at + _LINKS_A_LINE], None, gap=S3))

    def _ask_later(self, field: str, *_clicked: object) -> None:
        self._office.go("persons", patient_id=self.patient_id, correct=True, ask=field)

    def _apart(self, known: Known) -> QVBoxLayout:
        """What is seldom done and weighs much: in small words, away from the other deeds."""
        self.died = Link(_("Take back the note of the death") if known.died_on else _("The person died"), small=True)
        self.died.clicked.connect(self._ask_died)
        if not self._office.may(Permission.REGISTER_PATIENTS, Permission.PRESCRIBE):
            self.died.hide()
        self.void = Link(_("Take back the registration"), small=True)
        self.void.clicked.connect(self._ask_void)
        if not self._office.may(Permission.REGISTER_PATIENTS):
            self.void.hide()
        self.same = Link(_("It is the same person as…"), small=True)
        self.same.clicked.connect(lambda: self._office.go("persons", patient_id=self.patient_id, linking=True))
        if not self._office.may(Permission.REGISTER_PATIENTS):
            self.same.hide()
        return column(row(self.died, self.void, None, gap=S4), row(self.same, None), gap=S2)

    def _reaching(self, details: Details) -> Card:
        contact = ", ".join(part for part in (details.contact_name, details.contact_kinship) if part)
        guardian = ", ".join(part for part in (details.guardian_name, details.guardian_kinship) if part)
        # The header has no number to call where the person, or an answer about calls, said no.
        no_calls = bool(details.do_not_call or (details.phone and not self._header.phone))
        hidden = bool(details.phone and no_calls and not self._shows_phone)

        def beside(phone: str) -> str:
            return _("Kept hidden") if hidden and is_same_phone(details.phone, phone) else phone

        facts = [
            (_("Telephone"), _("Kept hidden") if hidden else details.phone or _("Not known")),
            (_("When to call"), details.contact_hours),
            (_("About calling"), details.phone_note),
            (_("If somebody else answers"), details.cover_words),
            (_("Trusted person"), contact or _("Not known")),
            (_("Telephone"), beside(details.contact_phone)),
            (_("May be told"), details.contact_may_know),
            (_("Answers for the person"), guardian),
            (_("Telephone"), beside(details.guardian_phone)),
            (_("Proof seen"), details.guardian_proof),
        ]
        card = Card(Text(_("How to reach the person"), "head", "semi"))
        for said, words in (
            (no_calls, _("Do not call this person")),
            (details.do_not_visit, _("Do not visit at home")),
        ):
            if said:
                card.body.addWidget(Callout(words, "warning", "alert-triangle"))
        if details.shared_phone:
            card.body.addWidget(Callout(_("Others use this telephone: say nothing of the clinic"), "neutral", "phone"))
        card.body.addWidget(Facts([f for f in facts if f[1]], 130))
        self.show_phone = Link(_("Show the number all the same"))
        if not hidden:
            self.show_phone.hide()
        self.show_phone.clicked.connect(self._show_phone)
        card.body.addLayout(row(self.show_phone, None))
        return card

    def _show_phone(self) -> None:
        """Only on purpose, and only until the page is left."""
        self._shows_phone = True
        self.reload()

    def _allergies(self, known: Known) -> Card:
        card = Card(Text(_("Allergies"), "head", "semi"))
        for allergy in known.allergies:
            card.body.addLayout(self._allergy_line(allergy))
        if not known.allergies:
            card.body.addWidget(Text(say_allergies(known.allergy_status), color="quiet"))
        deeds = row(self._new_allergy_button(), gap=S2)
        if not known.allergies and self._office.may(*_MAY_NOTE_ALLERGIES):
            for status in (AllergyStatus.NONE_KNOWN, AllergyStatus.UNAVAILABLE):
                if status is not known.allergy_status:
                    said = Link(say_allergies(status))
                    said.clicked.connect(partial(self._say_status, status))
                    deeds.addWidget(said)
        deeds.addStretch(1)
        card.body.addLayout(deeds)
        return card

    def _new_allergy_button(self) -> Button:
        """Made anew with its card: Qt deletes it with the card."""
        self.add_allergy = Button(_("Add an allergy"), "allergies")
        if not self._office.may(*_MAY_NOTE_ALLERGIES):
            self.add_allergy.hide()
        self.add_allergy.clicked.connect(self._ask_allergy)
        return self.add_allergy

    def _allergy_line(self, allergy: AllergyRow) -> QHBoxLayout:
        wrong = Link(_("This is wrong"), small=True)
        wrong.clicked.connect(partial(self._ask_void_allergy, allergy))
        if not self._office.may(*_MAY_NOTE_ALLERGIES):
            wrong.hide()
        said = f"{allergy.substance} ({allergy.reaction})" if allergy.reaction else allergy.substance
        return row(Icon("alert-triangle", "danger"), (Text(said, weight="semi", wrap=True), 1), wrong, gap=S2)

    # doing

    def _ask_allergy(self) -> None:
        dialogs.ask_text(
            _("What does the person not bear?"),
            self,
            lambda words: self._office.do(
                partial(service.add_allergy, patient_id=self.patient_id, substance=words), self
            ),
            hint=_("Medicine, food or other"),
            yes_text=_("Add"),
        )

    def _ask_void_allergy(self, allergy: AllergyRow, *_clicked: object) -> None:
        dialogs.ask_text(
            _("Why is «{substance}» wrong?").format(substance=allergy.substance),
            self,
            lambda reason: self._office.do(
                partial(service.void_allergy, allergy_id=allergy.allergy_id, reason=reason), self
            ),
            yes_text=_("Take off the list"),
        )

    def _say_status(self, status: AllergyStatus, *_clicked: object) -> None:
        self._office.do(partial(service.set_allergy_status, patient_id=self.patient_id, status=status), self)

    def _ask_void(self) -> None:
        dialogs.ask_text(
            _("Why is this registration taken back? It stays readable and is found no more."),
            self,
            self._void,
            hint=_("Registered twice, wrong person"),
            yes_text=_("Take back"),
        )

    def _void(self, reason: str) -> None:
        use_case = partial(service.void_registration, patient_id=self.patient_id, reason=reason)
        self._office.do(use_case, self, then=lambda _none: self._office.go("persons"))

    def _ask_died(self) -> None:
        seen = self._office.ask(queries.details, self.patient_id).died_on
        if seen is not None:
            self._office.do(
                partial(service.mark_died, patient_id=self.patient_id, died_on=None, seen=seen),
                self,
                then=lambda _changed: self._office.notice(_("The note of the death was taken back")),
            )
            return
        dialogs.ask_text(
            _("When did the person die? A day, a month or a year."),
            self,
            self._note_death,
            hint="3/10/2026, 10/2026, 2026",
            yes_text=_("Note the death"),
        )

    def _note_death(self, words: str) -> None:
        try:
            day: PartialDate = read_birth(words, self._office.today()).day
        except Refused as refused:
            dialogs.say(refused.sentence(), self)
            return
        self._office.do(partial(service.mark_died, patient_id=self.patient_id, died_on=day), self)


def _say(day: date | None) -> str:
    return say_day(day) if day else ""


def _say_minutes(minutes: int | None) -> str:
    if minutes is None:
        return ""
    return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
