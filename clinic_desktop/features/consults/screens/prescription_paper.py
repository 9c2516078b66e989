"""The prescription on paper: on a half sheet without a diagnosis, unless somebody asks for something else."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import diagnoses
from clinic_desktop.features.consults.queries.diagnoses import ConditionRow
from clinic_desktop.features.consults.rules.diagnoses import VERIFICATION_WORDS
from clinic_desktop.features.medication.letters import prescription as letters
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.features.medication.service import prescribing
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Check
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text


def wanted(office: Office, note_id: str) -> bool:
    """Whether a prescription was signed with this note and may be printed now."""
    if not office.may(Permission.READ_CHART, Permission.PRESCRIBE):
        return False
    lines = [line for line in office.ask(prescriptions.prescribed_in, note_id) if line.stopped_on is None]
    return bool(lines) and not any(line.unsigned for line in lines)


def open_paper(office: Office, note_id: str, screen: QWidget) -> None:
    """On a half sheet, without a diagnosis."""
    _show(office, note_id, screen, full_page=False, told=())


def ask_paper(office: Office, patient_id: str, screen: QWidget) -> "PaperSheet | None":
    """The newest prescription of a person, with the choices."""
    newest = next((line for line in office.ask(prescriptions.current_medicines, patient_id) if line.note_id), None)
    if newest is None or newest.note_id is None:
        office.notice(_("No medicine is prescribed."))
        return None
    sheet = PaperSheet(office, patient_id, newest.note_id, screen)
    sheet.open()
    return sheet


class PaperSheet(Sheet):
    def __init__(self, office: Office, patient_id: str, note_id: str, screen: QWidget) -> None:
        self._office, self._patient_id, self._note_id, self._screen = office, patient_id, note_id, screen
        self.full_page = Check(_("On a whole sheet"))
        self.with_diagnoses = Check(_("With the diagnosis"))
        self.with_certainty = Check(_("With how sure it is"))
        self.with_certainty.setEnabled(False)
        self.with_diagnoses.toggled.connect(self.with_certainty.setEnabled)
        choices = QWidget()
        stack(choices, self.full_page, self.with_diagnoses, self.with_certainty, gap=S3)
        words = Text(_("Whoever sees the paper reads what stands on it."), "small", color="quiet", wrap=True)
        title, who = _("Print the prescription"), office.ask(patients.header, PatientId(patient_id)).said
        line = office.ask(prescriptions.prescribed_in, note_id)[0]
        of = _("{name}, signed on {day}").format(name=who, day=say_day(line.signed_on))
        about = Text(of, color="quiet", wrap=True)
        super().__init__(title, screen, Text(title, "head", "semi"), about, choices, words)
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        self.show_paper = self.add_deed(Button(_("Show the paper"), key="save", kind="primary"), self._go)
        self.show_paper.setFocus()

    def _go(self) -> None:
        told: tuple[str, ...] = ()
        if self.with_diagnoses.isChecked():
            rows = self._office.ask(diagnoses.conditions, self._patient_id)
            told = tuple(said_diagnosis(row, sure=self.with_certainty.isChecked()) for row in rows if row.is_active)
        show = partial(_show, full_page=self.full_page.isChecked(), told=told)
        office, note_id, screen = self._office, self._note_id, self._screen
        self.accept()
        dialogs.ask_yes_no(
            _("Ask the person: can this paper be carried home without danger?"),
            screen,
            partial(show, office, note_id, screen),
            yes_text=_("Yes, print it"),
            no_text=_("No, no paper"),
        )


def said_diagnosis(row: ConditionRow, *, sure: bool) -> str:
    words = row.title + (f" ({row.code})" if row.code else "")
    return f"{words}, {_(VERIFICATION_WORDS[row.verification_status])}" if sure else words


def _show(office: Office, note_id: str, screen: QWidget, *, full_page: bool, told: tuple[str, ...]) -> None:
    from clinic_desktop.printing.preview import Leaving, Preview

    paper = office.ask(letters.prescription_paper, note_id, full_page=full_page, diagnoses=told)

    def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
        noted: Callable[..., Any] = partial(
            prescribing.note_printed, note_id=note_id, with_diagnoses=bool(told), way=leaving.way, copies=leaving.copies
        )
        office.do(noted, screen, then=lambda _done: proceed())

    Preview(paper.pdf(), _("Prescription"), parent=screen, record=record, suggested="receta.pdf").open()
