"""The chosen person beside a list: enough to be sure who it is, and what can be done."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.queries import photos
from clinic_desktop.features.patients.rules.ages import born_label
from clinic_desktop.features.patients.rules.rows import Found, Header, Mark
from clinic_desktop.features.patients.screens.photo import Face
from clinic_desktop.features.patients.screens.slots import Deed, deeds_for
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.keys import bind
from clinic_desktop.uikit.layouts import clear, column, row
from clinic_desktop.uikit.marks import Chip
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card
from clinic_desktop.uikit.theme import CONTROL, PRIMARY, S1, S2, S3, S4, TONES, Tone, is_compact
from clinic_desktop.uikit.words import Facts, Piece, Text, quiet, semi

WIDE, NARROW = 320, 250
_FACTS_WHEN_NARROW = 2
_LOW = 430
_WORDS_WHEN_LOW = 170
"""The name on two lines, the chips, two facts and how to call."""


class PersonPreview(Card):
    """Built once; only its words change while one moves through the list."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(gap=S2, parent=parent)
        self._office = office
        self.patient_id: PatientId | None = None
        self.face = Face(96)
        self.name = Text("", "head", "semi", wrap=True)
        self._chips = row(gap=4)
        self.facts = Facts(label_width=92)
        self._phone = column(gap=0)
        self.open_page = Button(_("Open page"), key="open")
        self.open_page.clicked.connect(self._open)
        self._buttons = [self.open_page, *self._deed_buttons()]
        for item in (self.face, self.name, self._chips, self.facts, self._phone):
            self.body.addWidget(item) if isinstance(item, QWidget) else self.body.addLayout(item)
        self.body.addStretch(1)
        for button in self._buttons:
            self.body.addWidget(button)
        self._keys = [
            (button, shortcut)
            for deed, button in self._hung
            if deed.key
            for shortcut in bind(self, deed.key, button.click)
        ]
        self.fit(1366, 697)
        self.show_person(None)

    def _deed_buttons(self) -> list[Button]:
        buttons: list[Button] = []
        self._hung: list[tuple[Deed, Button]] = []
        for deed in deeds_for(self._office, "preview"):
            kind = "primary" if deed.primary else "secondary"
            button = Button(_(deed.title), deed.key, kind, deed.icon, tall=deed.primary)
            button.clicked.connect(partial(self._run, deed.run))
            buttons.append(button)
            self._hung.append((deed, button))
        return buttons

    def _run(self, run: object, *_clicked: object) -> None:
        if self.patient_id is not None and callable(run):
            run(self._office, self.patient_id, self)

    def _open(self) -> None:
        if self.patient_id is not None:
            self._office.go("persons", patient_id=self.patient_id)

    def fit(self, width: int, height: int) -> None:
        """In a narrow window it is narrower and says less; on a low screen it keeps the deeds there is room for."""
        self._narrow = is_compact(width)
        self._low = height < _LOW
        self.setFixedWidth(NARROW if self._narrow else WIDE)
        self.body.setSpacing(S1 if self._narrow else S2)
        self._fit_deeds(height)

    def _fit_deeds(self, height: int) -> None:
        lesser = [(deed, button) for deed, button in self._hung if not deed.primary]
        # One without a key is missed most when its button is not there.
        lesser.sort(key=lambda hung: bool(hung[0].key))
        taken = 2 * (S4 + S3) + PRIMARY + S1 + CONTROL + S1 + _WORDS_WHEN_LOW
        room = max(0, height - taken) // (CONTROL + S1) if self._low else len(lesser)
        for at, (_deed, button) in enumerate(lesser):
            button.setVisible(at < room)
        for button, shortcut in self._keys:
            shortcut.setEnabled(button.isHidden())

    def expect(self, found: Found | None) -> None:
        """Somebody is chosen: at once what the list knows and the keys; `show_person` follows when the hand rests."""
        if found is None or found.patient_id == self.patient_id:
            if found is None:
                self.show_person(None)
            return
        self.patient_id = found.patient_id
        for button in self._buttons:
            button.setEnabled(True)
        for deed, button in self._hung:
            button.setText(_(deed.title))
        clear(self._chips)
        clear(self._phone)
        self.face.show_jpeg(None)
        self.name.setText(found.said)
        self.facts.show_facts(((born_label(found.sex), found.born), (_("Record"), found.number)))

    def show_person(self, found: Found | None) -> None:
        self.patient_id = found.patient_id if found else None
        for button in self._buttons:
            button.setEnabled(found is not None)
        clear(self._chips)
        clear(self._phone)
        self.face.show_jpeg(self._office.ask(photos.photo_of, found.patient_id) if found and not self._low else None)
        if found is None:
            self.name.setText(_("Nobody chosen"))
            self.facts.show_facts(())
            return
        header = self._office.ask(queries.header, found.patient_id)
        marks = self._office.ask(queries.marks_of, [found.patient_id])[found.patient_id]
        for deed, button in self._hung:
            deed.show_on(button, self._office, found.patient_id)
        self.name.setText(header.said)
        for mark in marks:
            if not mark.label:
                self._chips.addWidget(Chip(mark.text, tone_of(mark), mark.icon))
        self._chips.addStretch(1)
        facts = facts_of(header, marks)
        self.facts.show_facts(facts[:_FACTS_WHEN_NARROW] if self._narrow else facts)
        if header.phone_note:
            self._phone.addWidget(Callout(header.phone_note, "neutral", "phone"))


def tone_of(mark: Mark) -> Tone:
    """An upper room may name a tone that this program does not have yet."""
    return mark.tone if mark.tone in TONES else "neutral"


def facts_of(header: Header, marks: tuple[Mark, ...]) -> list[tuple[str, Piece | list[Piece]]]:
    facts: list[tuple[str, Piece | list[Piece]]] = [
        (born_label(header.sex), header.born),
        (_("Record"), header.number),
        (_("Community"), header.place or _("Not known")),
    ]
    if header.mother:
        facts.append((_("Mother"), header.mother))
    if header.language:
        spoken: list[Piece] = [semi(header.language)]
        if header.needs_interpreter:
            spoken.append(quiet(_(", with interpreter")))
        facts.append((_("Language"), spoken))
    if header.phone:
        facts.append((_("Phone"), header.phone))
    facts += [(mark.label, mark.text) for mark in marks if mark.label]
    return facts
