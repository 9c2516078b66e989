"""A talk of supervision is written down; its record and the case log of a trainee are printed."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries.supervision import Trainee
from clinic_desktop.features.consults.screens.beside import PastField
from clinic_desktop.features.consults.service import supervision as service
from clinic_desktop.features.consults.service.supervision import Talk
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.printing.paper import Paper
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit, TextArea
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text

_SOME_MONTHS = timedelta(days=183)


class TalkSheet(Sheet):
    """With whom, when, how long, about what, and what was said back. Nobody who is cared for is named."""

    def __init__(self, office: Office, trainees: Sequence[Trainee], parent: QWidget) -> None:
        self._office, self._session_id = office, new_id()
        today = office.today()
        self.trainee = Select([(one.staff_id, one.name) for one in trainees])
        self.day, self.minutes = PastField(today), Edit("60")
        self.day.setText(f"{today.day}/{today.month}/{today.year}")
        self.topic, self.feedback = Edit(), TextArea()
        self.feedback.setMinimumHeight(90)
        self.form = form = Form()
        stack(
            form,
            row(
                (form.add("trainee", _("With whom"), self.trainee), 3),
                (form.add("day", _("Day"), self.day, check=self._complain_of_day), 2),
                (form.add("minutes", _("Minutes"), self.minutes, check=_complain_of_minutes), 1),
                gap=S3,
            ),
            form.add("topic", _("About"), self.topic),
            form.add("feedback", _("What was said back"), self.feedback, optional=True),
            gap=S3,
        )
        asked = _("Name nobody who is cared for here: this sheet goes to the university.")
        told = Text(asked, color="quiet", wrap=True)
        title = _("Talk of supervision")
        super().__init__(title, parent, Text(title, "head", "semi"), told, form, width=600)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.keep = self.add_deed(Button(_("Keep"), "save", "primary", "check"), self._keep)
        self.topic.setFocus()

    def _complain_of_day(self, _shown: object) -> str | None:
        told = self.day.complaint()
        known = None if told else self.day.value()
        return told or (None if known and known.day else _("Write the whole day: 14/7/2026."))

    def _keep(self) -> None:
        if self.form.find_faults():
            return
        held = self.day.value()
        assert held is not None
        talk = Talk(
            self.trainee.value() or "", held.earliest(), int(self.minutes.text()), self.topic.text(),
            self.feedback.text(),
        )  # fmt: skip
        keep = partial(service.keep_session, session_id=self._session_id, talk=talk)
        self._office.do(keep, self, then=self._kept, failed=self._refused)

    def _kept(self, _session_id: str) -> None:
        self.accept()
        self._office.notice(_("It is kept"))

    def _refused(self, error: ClinicError) -> None:
        self.form.complain("topic", error.sentence())


def _complain_of_minutes(typed: str) -> str | None:
    text = typed.strip()
    fits = text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= service.MOST_MINUTES
    return None if fits else _("A number up to 600.")


class PeriodSheet(Sheet):
    """Of whom and of which days a paper is; then it is shown."""

    def __init__(
        self,
        office: Office,
        title: str,
        trainees: Sequence[Trainee],
        make: Callable[[str, date, date], Paper],
        what: str,
        parent: QWidget,
    ) -> None:
        self._office, self._title, self._make, self._what, self._near = office, title, make, what, parent
        today = office.today()
        self.trainee = Select([(one.staff_id, one.name) for one in trainees])
        self.first, self.last = PastField(today), PastField(today)
        for field, day in ((self.first, today - _SOME_MONTHS), (self.last, today)):
            field.setText(f"{day.day}/{day.month}/{day.year}")
        self.form = form = Form()
        stack(
            form,
            form.add("trainee", _("Of whom"), self.trainee),
            row(
                (form.add("first", _("First day"), self.first, check=self.first.complaint), 1),
                (form.add("last", _("Last day"), self.last, check=self.last.complaint), 1),
                gap=S3,
            ),
            gap=S3,
        )
        super().__init__(title, parent, Text(title, "head", "semi"), form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.look = self.add_deed(Button(_("Look and print"), "print", "primary", "printer"), self._look)
        self.trainee.setFocus()

    def _look(self) -> None:
        first, last = self.first.value(), self.last.value()
        if self.form.find_faults() or first is None or last is None or not self.trainee.value():
            return
        from clinic_desktop.printing.preview import Leaving, Preview

        office, near, trainee_id = self._office, self._near, str(self.trainee.value())
        noting: Callable[..., Any] = partial(service.note_paper_printed, trainee_id=trainee_id, what=self._what)

        def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
            noted = partial(noting, way=leaving.way, copies=leaving.copies)
            office.do(noted, near, then=lambda _done: proceed())

        paper = self._make(trainee_id, first.earliest(), last.earliest())
        self.accept()
        Preview(paper.pdf(), self._title, parent=near, record=record, suggested="hoja.pdf").open()
