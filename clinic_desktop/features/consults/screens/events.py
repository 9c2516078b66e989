"""An event of a life, as the course should show it."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import episodes as queries
from clinic_desktop.features.consults.queries.episodes import LifeEventRow
from clinic_desktop.features.consults.rules.story import LIFE_EVENT_WORDS, LifeEventKind
from clinic_desktop.features.consults.screens.beside import LinesSheet, PastField, Standing
from clinic_desktop.features.consults.service import story as service
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import quiet, semi


class EventsSheet(LinesSheet):
    """Every event with its day; a wrong one is corrected by a new one that names it."""

    def __init__(self, office: Office, patient_id: str, encounter_id: str | None, parent: QWidget) -> None:
        self._office, self._patient_id, self._encounter_id = office, patient_id, encounter_id
        self._event_id = new_id()
        self._amends: LifeEventRow | None = None
        self.kind = Select([(kind, _(words)) for kind, words in LIFE_EVENT_WORDS.items()])
        self.when, self.words = PastField(office.today()), Edit()
        form = Form()
        first = row(
            (form.add("kind", _("What happened"), self.kind), 1),
            (form.add("when", _("When"), self.when, check=self.when.complaint), 1),
            gap=S3,
        )
        stack(form, first, form.add("words", _("In a few words"), self.words, optional=True), gap=S3)
        super().__init__(
            _("Events"), parent, form, empty=_("No event is written yet. They stand on the course beside the scores."),
            keep=_("Keep the event"),
        )  # fmt: skip
        office.follow(queries.TABLES, self, self.reload)
        self.reload()
        self.kind.setFocus()

    def reload(self) -> None:
        rows = self._office.ask(queries.life_events, self._patient_id)
        self.show_lines([self._line(row_) for row_ in rows])

    def _line(self, event: LifeEventRow) -> Standing:
        said = (semi(event.happened_on.said()), f"  {_(LIFE_EVENT_WORDS[event.kind])}", quiet(f"  {event.words}"))
        return Standing(said, ((_("Correct"), partial(self._correct, event)),))

    def _correct(self, event: LifeEventRow) -> None:
        self._amends = event
        self.kind.set_value(event.kind)
        self.when.setText(str(event.happened_on) if event.happened_on.month is None else _typed(event))
        self.words.setText(event.words)
        self.when.setFocus()

    def keep_form(self) -> None:
        if self.form.find_faults():
            return
        when = self.when.value()
        if when is None:
            self.form.complain("when", _("Write when it was."))
            return
        note = partial(
            service.note_event, event_id=self._event_id, patient_id=self._patient_id,
            kind=LifeEventKind(str(self.kind.value())), happened_on=when, words=self.words.text(),
            encounter_id=self._encounter_id, amends_id=self._amends.event_id if self._amends else None,
        )  # fmt: skip
        self._office.do(note, self, then=self._kept, failed=lambda error: self.form.complain("words", error.sentence()))

    def _kept(self, _none: None) -> None:
        self._event_id, self._amends = new_id(), None
        self.when.setText("")
        self.words.setText("")
        self._office.notice(_("The event is kept"))
        self.kind.setFocus()


def _typed(event: LifeEventRow) -> str:
    """The day as it would be typed."""
    parts = (event.happened_on.day, event.happened_on.month, event.happened_on.year)
    return "/".join(str(part) for part in parts if part is not None)


def open_events(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    EventsSheet(office, patient_id, encounter_id, screen).open()
