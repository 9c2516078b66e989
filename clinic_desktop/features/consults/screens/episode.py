"""That care here ends, and how: discharge, transfer, or somebody who was looked for and not found; and coming back."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import episodes as queries
from clinic_desktop.features.consults.queries import risks
from clinic_desktop.features.consults.rules.story import EPISODE_WORDS, EpisodeLine, EpisodeStep
from clinic_desktop.features.consults.screens.beside import PastField
from clinic_desktop.features.consults.service import story as service
from clinic_desktop.features.consults.service.story import WhereToMissing
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text

_ENDS = (EpisodeStep.DISCHARGED, EpisodeStep.TRANSFERRED, EpisodeStep.LOST)


def say_standing(line: EpisodeLine | None) -> str:
    """ "In care here", or how it ended."""
    if line is None:
        return _("In care here")
    said = f"{_(EPISODE_WORDS[line.step])} · {say_day(line.happened_on)}"
    return " · ".join(part for part in (said, line.to_whom, line.reason) if part)


class EpisodeSheet(Sheet):
    def __init__(self, office: Office, patient_id: str, encounter_id: str | None, parent: QWidget) -> None:
        self._office, self._patient_id, self._encounter_id = office, patient_id, encounter_id
        self._event_id = new_id()
        standing = office.ask(queries.standing, patient_id)
        self._steps = _ENDS if standing is None else (EpisodeStep.RETURNED, *_ENDS)
        self.step = Choice([_(EPISODE_WORDS[step]) for step in self._steps])
        self.when = PastField(office.today(), _("today"))
        self.to_whom, self.reason = Edit(), Edit()
        form = self.form = Form()
        needed = _("Choose one.")
        what = form.add("step", _("What happens"), self.step, check=lambda at: needed if at is None else None)
        when = form.add("when", _("When"), self.when, optional=True, check=self._day_complaint)
        to_whom = form.add("to_whom", _("Where to, or who looks after the person now"), self.to_whom, optional=True)
        why = form.add("reason", _("Why, in a few words"), self.reason, optional=True)
        # Side by side, so that all of it stands in a low window also while a risk is open.
        stack(form, what, row((when, 2), (to_whom, 5), gap=S3), why, gap=S3)
        now = Text(say_standing(standing), color="quiet", wrap=True)
        self.danger = Text(
            _("A risk is open. It stays open, with who keeps an eye on the person, until a clinician closes it."),
            "small", color="danger", wrap=True,
        )  # fmt: skip
        self.danger.setVisible(office.ask(risks.risk_of, patient_id) is not None)
        title = _("End of care, or coming back")
        super().__init__(title, parent, Text(title, "head", "semi"), now, form, self.danger, width=640)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.keep = self.add_deed(Button(_("Keep"), "save", "primary", "check"), self._keep)
        self.step.setFocus()

    def _day_complaint(self, shown: object) -> str | None:
        wrong = self.when.complaint(shown)
        if wrong is not None:
            return wrong
        when = self.when.value()
        return _("Write the whole day, for example 5/11.") if when is not None and when.day is None else None

    def _keep(self) -> None:
        at, when = self.step.at(), None
        if self.form.find_faults() or at is None:
            return
        when = self.when.value()
        note = partial(
            service.note_episode, event_id=self._event_id, patient_id=self._patient_id, step=self._steps[at],
            happened_on=when.earliest() if when else self._office.today(), reason=self.reason.text(),
            to_whom=self.to_whom.text(), encounter_id=self._encounter_id,
        )  # fmt: skip
        self._office.do(note, self, then=self._kept, failed=self._refused)

    def _kept(self, _none: None) -> None:
        self.accept()
        self._office.notice(_("It is kept"))

    def _refused(self, error: ClinicError) -> None:
        self.form.complain("to_whom" if isinstance(error, WhereToMissing) else "reason", error.sentence())


def open_episode(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    EpisodeSheet(office, patient_id, encounter_id, screen).open()
