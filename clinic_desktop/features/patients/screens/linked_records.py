"""On a person's page: the other records of the same person, which of them to go on with, and the way back."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.queries import similar as queries
from clinic_desktop.features.patients.rules.rows import LinkedRecord
from clinic_desktop.features.patients.service import linking as service
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.layouts import clear, column, row, stack
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import Text


class LinkedRecords(QWidget):
    """Hidden where there is only this record. The first of the others is one key away."""

    def __init__(self, office: Office, patient_id: PatientId, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office, self._patient_id = office, patient_id
        self._cards = column(gap=S2)
        stack(self, self._cards)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def reload(self) -> None:
        clear(self._cards)
        records = self._office.ask(queries.linked_records, self._patient_id)
        if not (records and self.isWindow()):
            # Shown while it lies in no page yet, it would be a window of its own for a blink.
            self.setVisible(bool(records))
        for at, record in enumerate(records):
            self._cards.addWidget(self._card(record, "" if at else "other_record"))

    def _card(self, record: LinkedRecord, key: str) -> Card:
        said = _("Somebody else says that this is another person") if record.doubted else _("Also registered as")
        name = Text(f"{record.number} · {record.said}", weight="semi", wrap=True)
        goes_on = _("This is the record to go on with") if record.leading else _("One goes on with this page")
        words = column(Text(said, "small", color="quiet"), name, gap=0)
        if not record.doubted:
            words.addWidget(Text(goes_on, "small", color="quiet"))
        tone = "warning" if record.doubted else "accent"
        look = Button(_("Go there"), key)
        look.clicked.connect(partial(self._go, record))
        words.addLayout(row(look, None))
        for deed in self._deeds(record):
            words.addLayout(row(deed, None))
        words.setSpacing(4)
        icon = column(Icon("alert-triangle" if record.doubted else "users", tone), None)
        return Card(row(icon, (words, 1), gap=S2), bar=tone, gap=S2)

    def _deeds(self, record: LinkedRecord) -> list[Link]:
        if not self._office.may(Permission.REGISTER_PATIENTS):
            return []
        if record.doubted:
            return [self._link(_("Compare and decide"), partial(self._compare, record))]
        deeds: list[Link] = []
        if record.leading:
            deeds.append(self._link(_("Go on with this page instead"), self._lead))
        if record.link_id:
            deeds.append(self._link(_("They are not the same person: undo"), partial(self._ask_undo, record)))
        return deeds

    def _link(self, words: str, act: object) -> Link:
        link = Link(words, small=True)
        link.clicked.connect(act)
        return link

    def _go(self, record: LinkedRecord) -> None:
        self._office.go("persons", patient_id=record.patient_id)

    def _compare(self, record: LinkedRecord) -> None:
        self._office.go("persons", patient_id=self._patient_id, linking=True, other_id=record.patient_id)

    def _lead(self) -> None:
        self._office.do(partial(service.go_on_with, patient_id=self._patient_id), self)

    def _ask_undo(self, record: LinkedRecord) -> None:
        dialogs.ask_text(
            _("Why are these two people? Both pages stay as they are."),
            self,
            partial(self._undo, record),
            hint=_("Another mother, another date of birth"),
            yes_text=_("Undo"),
        )

    def _undo(self, record: LinkedRecord, reason: str) -> None:
        self._office.do(partial(service.undo_link, link_id=record.link_id, reason=reason), self)
