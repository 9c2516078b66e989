"""Taking a complaint, and answering one."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.rights.letters.receipt import receipt
from clinic_desktop.features.rights.queries import complaints as queries
from clinic_desktop.features.rights.rules.asking import ANSWERS
from clinic_desktop.features.rights.rules.complaints import (
    AnswerEmpty,
    ComplaintEmpty,
    ComplaintLine,
    ComplaintStepLine,
    NewDayMissing,
    ReasonEmpty,
)
from clinic_desktop.features.rights.rules.kinds import (
    COMPLAINT_STEP_WORDS,
    ComplaintStepKind,
    complaint_kinds,
    joined,
    say_answer,
    say_complaint,
)
from clinic_desktop.features.rights.screens.days import read_next_day
from clinic_desktop.features.rights.screens.form_sheet import FormSheet
from clinic_desktop.features.rights.screens.papers import show_paper
from clinic_desktop.features.rights.service import complaints as service
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.choices import Choice, Select
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import row
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text


class ComplaintSheet(FormSheet):
    """Of the person whose page it is, or of anybody who does not say who they are. Kept, its receipt is shown."""

    def __init__(self, office: Office, parent: QWidget, patient_id: str = "") -> None:
        self._complaint_id = new_id()
        name = office.ask(patients.header, PatientId(patient_id)).said if patient_id else _("Of nobody's record")
        super().__init__(office, parent, _("Complaint"), name, patient_id=patient_id)
        self.kind = Select([("", _("Not said")), *complaint_kinds()])
        kind = self.form.add("kind", _("What it is about"), self.kind)
        words = self.words("words", _("In their own words"), lines=4)
        whom = self.line("from_whom", _("From whom, if not the person"), hint=_("May be left empty"))
        self.about = Select([("", _("Nobody in particular")), *office.ask(queries.colleagues)])
        about = self.form.add("about", _("About whom of the clinic"), self.about)
        self.form.fields["about"].say(_("They will neither answer it nor read it."), "neutral")
        day = self.day("day", _("Day"))
        self.finish(row((kind, 2), (day, 1), gap=S3), words, row((whom, 1), (about, 1), gap=S3), keep=_("Take it"))
        self.kind.setFocus()

    def use_case(self) -> Callable[..., Any]:
        return partial(
            service.take_complaint,
            complaint_id=self._complaint_id,
            kind_code=self.kind.value() or "",
            words=self.text("words"),
            patient_id=self._patient_id or None,
            from_whom=self.text("from_whom"),
            about_id=self.about.value() or None,
            received_on=self.typed_day("day"),
        )

    def said(self, result: Any) -> str:
        return _("The complaint has the number {folio}").format(folio=result)

    def after(self, result: Any) -> None:
        show_receipt(self._office, self._complaint_id, self._over)

    def fields_of(self, error: ClinicError) -> str:
        return "words" if isinstance(error, ComplaintEmpty) else ""


def show_receipt(office: Office, complaint_id: str, screen: QWidget) -> None:
    pdf = office.ask(receipt, complaint_id).pdf()
    noting = partial(service.note_receipt_printed, complaint_id=complaint_id)
    show_paper(office, screen, pdf, _("Receipt of a complaint"), noting)


_STEPS = (ComplaintStepKind.ANSWERED, ComplaintStepKind.MOVED, ComplaintStepKind.CLOSED)


def _said(step: ComplaintStepLine) -> str:
    due = say_day(step.due_on) if step.due_on else ""
    return joined((_(COMPLAINT_STEP_WORDS[step.kind]), say_day(step.happened_on), due, step.words, step.by_name))


class ComplaintStepSheet(FormSheet):
    """Answered, moved to another day with a reason, or closed with whether that was enough."""

    def __init__(self, office: Office, line: ComplaintLine, parent: QWidget) -> None:
        self._line, self._step_id = line, new_id()
        about = " · ".join(part for part in (line.folio, line.person, say_complaint(line.kind_code)) if part)
        super().__init__(office, parent, about, line.words)
        self.kind = Choice([_(COMPLAINT_STEP_WORDS[step]) for step in _STEPS], moves_on=True)
        kind = self.form.add("kind", _("What is done"), self.kind)
        self.kind.set_at(2 if line.is_answered else 0)
        words = self.words("words", _("In words"), lines=3)
        due = self.form.add("due", _("New day of the answer"), Edit("", _("3d, 1s or a date")))
        self.satisfied = Choice([say_answer(answer) for answer in ANSWERS], moves_on=True)
        satisfied = self.form.add("satisfied", _("Was that enough for the person?"), self.satisfied)
        self.kind.chosen.connect(self._weigh)
        self.form.fields["due"].hide()
        self.form.fields["satisfied"].setHidden(not line.is_answered)
        so_far = [Text(_said(step), "small", color="quiet", wrap=True) for step in line.steps]
        self.finish(*so_far, kind, words, due, satisfied, keep=_("Keep"))
        self.form.fields["words"].editor.setFocus()

    def _weigh(self, at: int) -> None:
        self.form.fields["due"].setVisible(at == 1)
        self.form.fields["satisfied"].setVisible(at == 2)

    def use_case(self) -> Callable[..., Any]:
        at = self.at("satisfied")
        return partial(
            service.add_step,
            step_id=self._step_id,
            complaint_id=self._line.complaint_id,
            kind=_STEPS[self.at("kind") or 0],
            words=self.text("words"),
            due_on=read_next_day(self.text("due"), self._today),
            satisfied=None if at is None else ANSWERS[at],
        )

    def fields_of(self, error: ClinicError) -> str:
        if isinstance(error, NewDayMissing):
            return "due"
        return "words" if isinstance(error, AnswerEmpty | ReasonEmpty) else ""
