"""Allergies from the consultation and the chart: one key, Enter adds, and the four things that can be said of them."""

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QWidget

from clinic_desktop.features.consults.screens.prescription import StepField
from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.rules.patient import AllergyStatus, say_allergies
from clinic_desktop.features.patients.rules.rows import AllergyRow
from clinic_desktop.features.patients.service import registering as service
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.forms import Field
from clinic_desktop.uikit.layouts import clear, row, stack
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi

TABLES = frozenset({"allergy", "patient"})
WRITERS = (Permission.WRITE_NOTES, Permission.PRESCRIBE, Permission.REGISTER_PATIENTS)
_OTHERS = (AllergyStatus.NONE_KNOWN, AllergyStatus.UNAVAILABLE, AllergyStatus.NOT_RECORDED)


def ask_allergies(
    office: Office, patient_id: PatientId, _encounter_id: str | None, screen: QWidget
) -> "AllergiesSheet | None":
    if not office.may(*WRITERS):
        return None
    sheet = AllergiesSheet(office, patient_id, screen)
    sheet.open()
    sheet.substance.setFocus()
    return sheet


class AllergiesSheet(Sheet):
    """What is on the list counts; "none known" is said by a person and never follows from an empty list."""

    def __init__(self, office: Office, patient_id: PatientId, parent: QWidget | None) -> None:
        self._office, self._patient_id = office, patient_id
        self._list = QWidget()
        self._lines = stack(self._list, gap=S2)
        self.substance, self.reaction = StepField(placeholder=_("Medicine, food or other")), StepField()
        self.adding = row(
            (Field(_("What the person does not bear"), self.substance), 3),
            (Field(_("What it did"), self.reaction, optional=True), 3),
            gap=S3,
        )
        self.statuses: dict[AllergyStatus, Link] = {}
        self._said = row(gap=S3)
        title = _("Allergies")
        super().__init__(title, parent, Text(title, "head", "semi"), self._list, self.adding, self._said, width=580)
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        self.add = self.add_deed(Button(_("Add"), key="save", kind="primary", icon="check"), self._add)
        self.substance.entered.connect(self.reaction.setFocus)
        self.reaction.entered.connect(self._add)
        office.follow(TABLES, self, self.reload)
        self.reload()

    def reload(self) -> None:
        known = self._office.ask(queries.details, self._patient_id)
        clear(self._lines)
        clear(self._said)
        self.statuses = {}
        for allergy in known.allergies:
            self._lines.addLayout(self._line(allergy))
        if known.allergies:
            return
        self._lines.addWidget(Text(say_allergies(known.allergy_status), weight="semi"))
        for status in _OTHERS:
            if status is not known.allergy_status:
                said = Link(say_allergies(status))
                said.clicked.connect(partial(self._say_status, status))
                self.statuses[status] = said
                self._said.addWidget(said)
        self._said.addStretch(1)

    def _line(self, allergy: AllergyRow) -> QHBoxLayout:
        wrong = Link(_("This is wrong"), small=True)
        wrong.setAccessibleName(f"{allergy.substance}: {_('This is wrong')}")
        wrong.clicked.connect(partial(self._ask_wrong, allergy))
        reaction = quiet(f"  {allergy.reaction}") if allergy.reaction else quiet("")
        return row(Icon("alert-triangle", "danger"), (Phrase(semi(allergy.substance), reaction), 1), wrong, gap=S2)

    def _add(self) -> None:
        if not self.substance.text().strip():
            self.substance.set_wrong(True)
            self.substance.setFocus()
            return
        self.substance.set_wrong(False)
        use_case = partial(
            service.add_allergy,
            patient_id=self._patient_id,
            substance=self.substance.text(),
            reaction=self.reaction.text(),
        )
        self._office.do(use_case, self, then=self._added)

    def _added(self, _allergy_id: str) -> None:
        for field in (self.substance, self.reaction):
            field.setText("")
        self.substance.setFocus()

    def _ask_wrong(self, allergy: AllergyRow, *_clicked: object) -> None:
        dialogs.ask_text(
            _("Why is «{substance}» wrong?").format(substance=allergy.substance),
            self,
            lambda why: self._office.do(partial(service.void_allergy, allergy_id=allergy.allergy_id, reason=why), self),
            yes_text=_("Take off the list"),
        )

    def _say_status(self, status: AllergyStatus, *_clicked: object) -> None:
        say = partial(service.set_allergy_status, patient_id=self._patient_id, status=status)
        self._office.do(say, self)
