"""A chart for reading: the story at the left, one note in the middle, the course at the right."""

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.rules.diagnoses import CLINICAL_WORDS, VERIFICATION_WORDS
from clinic_desktop.features.consults.rules.scoring import say_band, scale_of
from clinic_desktop.features.consults.screens import also, slots
from clinic_desktop.features.consults.screens.danger import Danger, DangerStrip, OutcomeSheet
from clinic_desktop.features.consults.screens.reading import NoteDeeds, NoteView
from clinic_desktop.features.consults.screens.timeline import Stop, TimelinePanel
from clinic_desktop.features.consults.screens.trend import Trend, course_of
from clinic_desktop.features.consults.screens.vitals import LastVitals
from clinic_desktop.features.consults.screens.whose import banner_of
from clinic_desktop.features.consults.service import encounters
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.keys import bind
from clinic_desktop.uikit.layouts import clear, row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Banner, Card, EmptyState
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi

SCALE = "phq9"


class ChartScreen(QWidget):
    def __init__(
        self, office: Office, *, patient_id: str, note_id: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._office, self._patient_id = office, patient_id
        self._today = office.today()
        self.chart = office.ask(charts.chart, patient_id)
        self.strip, self.story, self.view = DangerStrip(), TimelinePanel(), NoteView(office)
        self.deeds = NoteDeeds(office, self.view, self)
        self.trend = Trend(scale_of(SCALE))
        self.empty = EmptyState(_("Nothing is signed yet. Open the consultation to write the first note."))
        self.write = Button(_("Open the consultation"), key="save", kind="primary", icon="stethoscope")
        if not office.may(Permission.WRITE_NOTES):
            self.write.hide()
        self.also = also.make_button(office, lambda: self._patient_id, lambda: None, self)
        self._facts = QWidget()
        self._lines = stack(self._facts, gap=4)
        self.vitals = LastVitals(office)
        self._lay_out()
        self._connect(note_id)

    def _lay_out(self) -> None:
        note = Card((self.view, 1), self.empty, margins=(S4, 10, S3, S3))
        self._course_of_what = Text("", "small", color="quiet")
        head = row(Text(_("Course"), "head", "semi"), self._course_of_what, None, gap=6)
        self._course = Card(head, (self.trend, 1), margins=(S4, 10, S3, 8), gap=2)
        told = QWidget()
        stack(told, self._facts, self.vitals, *self._hung(), None, gap=S2)
        facts = Card((scrolled(told), 1), margins=(S4, 10, S4, 10))
        self._side = QWidget()
        stack(self._side, (self._course, 1), (facts, 1), gap=S2)
        body = QWidget()
        columns = row(self.story, (note, 1), self._side, gap=S2)
        stack(
            body,
            self.strip,
            (columns, 1),
            row(*self.deeds.all(), self.also, None, self.write, gap=S2),
            margins=(S3, S2, S3, S2),
            gap=S2,
        )
        self._outer = stack(self, (body, 1), gap=0)
        self._compact: bool | None = None
        self._arrange()

    def _connect(self, note_id: str | None) -> None:
        self.story.opened.connect(self._open)
        self.strip.pressed.connect(self._answer_danger)
        self.write.clicked.connect(lambda: self._office.go("consult", patient_id=self._patient_id))
        bind(self, "section_1", self.story.take_focus)
        self._office.follow(charts.TABLES, self, self.reload)
        # The line that says who looked is written after the page is painted.
        look = partial(encounters.look_at_chart, patient_id=self._patient_id)
        QTimer.singleShot(0, self, lambda: self._office.do(look, self))
        self._show()
        newest = next((line.note_id for line in self.chart.timeline if line.note_id), None)
        self._read(note_id or newest)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """A small window keeps the story, the note and what stands now; the course is for a larger one."""
        compact = is_compact(self.window().width())
        if compact == self._compact:
            return
        self._compact = compact
        self._course.setVisible(not compact)
        self._side.setFixedWidth(230 if compact else 320)
        self.story.setFixedWidth(168 if compact else 200)
        old = self.findChild(Banner)
        self._outer.insertWidget(0, banner_of(self.chart.header, compact=compact))
        if old is not None:
            self._outer.removeWidget(old)
            old.deleteLater()

    def _hung(self) -> list[QWidget]:
        """What upper rooms know of this person."""
        shown: list[QWidget] = []
        for panel in slots.chart_panels:
            here = self._office, PatientId(self._patient_id)
            if self._office.may(panel.permission) and (panel.wanted is None or panel.wanted(*here)):
                shown += [Text(_(panel.title), weight="semi"), panel.build(*here)]
        return shown

    def take_focus(self) -> None:
        self.story.take_focus()

    def reload(self) -> None:
        self.chart = self._office.ask(charts.chart, self._patient_id)
        self._show()

    def _show(self) -> None:
        self.strip.show_danger(Danger(self.chart.risk), self._today)
        self.story.show_chart(self.chart, None, self._today.year)
        self.trend.show_course(course_of(self.chart, scale_of(SCALE), self._today))
        self._course_of_what.setText(_("{scale} and medicines").format(scale=self.trend.scale.title))
        self.vitals.show_last(self._patient_id, self.chart.vitals)
        clear(self._lines)
        self._show_conditions()
        self._show_scores()
        self._show_medicines()
        if self.chart.next_booking is not None:
            day = say_day(self.chart.next_booking.day)
            self._lines.addWidget(Phrase(quiet(_("Next visit") + "  "), semi(day)))

    def _show_conditions(self) -> None:
        self._lines.addWidget(Text(_("Diagnosis"), weight="semi"))
        for row_ in self.chart.conditions:
            status = f"{_(VERIFICATION_WORDS[row_.verification_status])}, {_(CLINICAL_WORDS[row_.clinical_status])}"
            self._lines.addWidget(Phrase(semi(f"{row_.code or ''}  "), row_.title, quiet(f"  {status}")))
        if not self.chart.conditions:
            self._lines.addWidget(Text(_("None written yet."), color="quiet"))

    def _show_scores(self) -> None:
        last = self.chart.last_score(SCALE)
        if last is not None:
            said = f"{last.total} · {say_band(SCALE, last.band)}"
            self._lines.addWidget(
                Phrase(semi(f"{scale_of(SCALE).title}  "), said, quiet(f"  {say_day(last.occurred_on)}"))
            )

    def _show_medicines(self) -> None:
        self._lines.addSpacing(4)
        self._lines.addWidget(Text(_("Medicines"), weight="semi"))
        for line in self.chart.medicines:
            state = "" if line.running else "  " + _("ended")
            self._lines.addWidget(Phrase(semi(line.name), f" {line.product}  ", quiet(f"{line.course or ''}{state}")))
        if not self.chart.medicines:
            self._lines.addWidget(Text(_("No medicine is prescribed."), color="quiet"))

    def _open(self, stop: Stop) -> None:
        if stop.note_id is not None:
            self._read(stop.note_id)
        else:
            self._office.go("consult", encounter_id=stop.encounter_id)

    def _read(self, note_id: str | None) -> None:
        self.empty.setVisible(note_id is None)
        self.view.setVisible(note_id is not None)
        if note_id is not None:
            self.view.show_note(note_id)
        self.deeds.fit()

    def _answer_danger(self) -> None:
        if self.chart.risk is not None:
            OutcomeSheet(self._office, self._patient_id, self.chart.risk, self).open()
