"""A chart on one screen: the story at the left, one note in the middle, the course and what holds today at the right.

A small window keeps the story and shows the others one at a time.
"""

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.screens import also, slots
from clinic_desktop.features.consults.screens.allergies import ask_allergies
from clinic_desktop.features.consults.screens.danger import Danger, DangerStrip, OutcomeSheet
from clinic_desktop.features.consults.screens.outside_papers import look_at_paper
from clinic_desktop.features.consults.screens.prescription_paper import ask_paper
from clinic_desktop.features.consults.screens.reading import NoteDeeds, NoteView
from clinic_desktop.features.consults.screens.safety_plan import open_plan
from clinic_desktop.features.consults.screens.standing import Standing
from clinic_desktop.features.consults.screens.timeline import Stop, TimelinePanel
from clinic_desktop.features.consults.screens.trend import Trend, course_of, open_large, what_of
from clinic_desktop.features.consults.screens.vitals import LastVitals
from clinic_desktop.features.consults.screens.whose import banner_of
from clinic_desktop.features.consults.service import encounters
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Button, Tabs
from clinic_desktop.uikit.keys import bind, cap
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.marks import KeyCap
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Banner, Card, EmptyState
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Text

_STORY, _SMALL_STORY, _SIDE = 232, 208, 312


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
        self.trend = Trend(None)
        self.standing = Standing()
        self.empty = EmptyState(_("Nothing is signed yet. Open the consultation to write the first note."))
        self.write = Button(_("Open the consultation"), key="save", kind="primary", icon="stethoscope")
        if office.may(Permission.WRITE_NOTES):
            self.deeds.gives_way = self.write
        else:
            self.write.hide()
        self.also = also.make_button(office, lambda: self._patient_id, lambda: None, self)
        self.vitals = LastVitals(office)
        self._icons = {self.deeds.take_back: "ban", self.deeds.correct: "edit", self.deeds.cosign: "signature"}
        self._icons |= {self.deeds.addendum: "plus", self.also: "plus", self.write: "stethoscope"}
        self.tabs = Tabs([_("Note"), _("Today"), _("Course")])
        self._compact: bool | None = None
        self._lay_out()
        self._connect(note_id)

    def _lay_out(self) -> None:
        self._note = Card((self.view, 1), self.empty, margins=(S4, 10, S3, S3))
        self._course_of_what = Text("", "small", color="quiet")
        head = row(Text(_("Course"), "head", "semi"), self._course_of_what, None, KeyCap(cap("section_9")), gap=6)
        self._course = Card(head, (self.trend, 1), margins=(S4, S2, S3, 6), gap=2)
        told = QWidget()
        self._told_lines = stack(told, self.standing, self.vitals, None, gap=S2)
        self._told = scrolled(told)
        self._told.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._told.setAccessibleName(_("What holds today"))
        self._facts = Card((self._told, 1), margins=(S4, S2, S2, S2))
        self._facts.setMinimumWidth(_SIDE)
        # In a small window one of the three at a time; in a wide one the note over the course, and the facts beside.
        self._pages, self._small, self._wide = QWidget(), QStackedWidget(), QWidget()
        stack(self._pages, self.tabs, (self._small, 1), gap=4)
        self._over = stack(self._wide, gap=S2)
        self._middle = row((self._pages, 1), (self._wide, 1), gap=S2)
        body = QWidget()
        columns = row(self.story, (self._middle, 1), gap=S2)
        deeds = row(*self.deeds.all(), self.also, None, self.write, gap=S2)
        self._body = stack(body, self.strip, (columns, 1), deeds, margins=(S3, S2, S3, S2), gap=S2)
        self._outer = stack(self, (body, 1), gap=0)
        self._arrange()

    def _connect(self, note_id: str | None) -> None:
        self.story.opened.connect(self._open)
        self.story.look = lambda paper_id: look_at_paper(self._office, self._patient_id, self, paper_id)
        self.strip.pressed.connect(self._answer_danger)
        self.write.clicked.connect(lambda: self._office.go("consult", patient_id=self._patient_id))
        self.tabs.chosen.connect(self._small.setCurrentIndex)
        bind(self, "section_1", self.story.take_focus)
        if self._office.may(Permission.PRESCRIBE):
            bind(self, "print", lambda: ask_paper(self._office, self._patient_id, self))
        bind(self, "allergies", lambda: ask_allergies(self._office, PatientId(self._patient_id), None, self))
        for number, at in ((2, 0), (3, 1), (4, 2)):
            bind(self, f"section_{number}", partial(self.go_to, at))
        if self._office.may(Permission.WRITE_LETTERS):
            bind(self, "refer", lambda: self._office.go("referral", patient_id=self._patient_id))
        if self._office.may(Permission.WRITE_NOTES):
            bind(self, "safety_plan", lambda: open_plan(self._office, PatientId(self._patient_id), None, self))
        bind(self, "section_9", lambda: open_large(self._office, self.chart, self))
        self._office.follow(charts.TABLES, self, self.reload)
        # The line that says who looked is written after the page is painted.
        look = partial(encounters.look_at_chart, patient_id=self._patient_id)
        QTimer.singleShot(0, self, lambda: self._office.do(look, self))
        QTimer.singleShot(0, self, self._hang)
        self._show()
        newest = next((line.note_id for line in self.chart.timeline if line.note_id), None)
        self._read(note_id or newest)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        # Before it stands in a window it is laid out for a wide one, which most are.
        compact = self.isVisible() and is_compact(self.window().width())
        if compact == self._compact:
            return
        self._compact = compact
        self.story.setFixedWidth(_SMALL_STORY if compact else _STORY)
        panels = (self._note, self._facts, self._course)
        if compact:
            for panel in panels:
                self._small.addWidget(panel)
            self._small.setCurrentIndex(self.tabs.at())
        else:
            self._over.addWidget(self._note, 1)
            self._over.addWidget(self._course, 1)
            self._middle.addWidget(self._facts)
            for panel in panels:
                # A page that was not in front does not show itself.
                panel.show()
        self._facts.setMaximumWidth(16_777_215 if compact else _SIDE)
        self._body.setContentsMargins(*((S2, 4, S2, 4) if compact else (S3, S2, S3, S2)))
        self._body.setSpacing(4 if compact else S2)
        self._pages.setVisible(compact)
        self._wide.setVisible(not compact)
        for deed, icon in self._icons.items():
            deed.set_icon("" if compact else icon)
        self._show_banner(compact)

    def _show_banner(self, compact: bool) -> None:
        old = self.findChild(Banner)
        self._outer.insertWidget(0, banner_of(self.chart, compact=compact))
        if old is not None:
            self._outer.removeWidget(old)
            old.deleteLater()

    def go_to(self, at: int) -> None:
        """The note, what holds today, the course; in a small window its page comes to the front first."""
        self.tabs.set_at(at)
        (self.view, self._told, self.trend)[at].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _hang(self) -> None:
        """What upper rooms know of this person stands last, and is asked once the page is painted."""
        here = self._office, PatientId(self._patient_id)
        for panel in slots.chart_panels:
            if self._office.may(panel.permission) and (panel.wanted is None or panel.wanted(*here)):
                first = panel.first is not None and panel.first(*here)
                for at, shown in enumerate((Text(_(panel.title), weight="semi"), panel.build(*here))):
                    self._told_lines.insertWidget(at if first else self._told_lines.count() - 1, shown)

    def take_focus(self) -> None:
        self.story.take_focus()

    def reload(self) -> None:
        before = self.chart.header
        self.chart = self._office.ask(charts.chart, self._patient_id)
        if self.chart.header != before:
            self._show_banner(bool(self._compact))
        self._show()

    def _show(self) -> None:
        self.strip.show_danger(Danger(self.chart.risk, died=self.chart.header.died_on is not None), self._today)
        self.story.show_chart(self.chart, None, self._today.year, self._whole)
        self.trend.show_course(course_of(self.chart, None, self._today))
        self._course_of_what.setText(what_of(self.trend))
        self.vitals.show_last(self._patient_id, self.chart.vitals)
        self.standing.show_chart(self.chart, self._today)

    def _whole(self) -> charts.Chart:
        return self._office.ask(charts.chart, self._patient_id, whole_story=True)

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
