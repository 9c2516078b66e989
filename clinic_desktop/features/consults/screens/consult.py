"""The open consultation: the story, the note, the scale, diagnoses and prescription on one page."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.queries import notes, scales
from clinic_desktop.features.consults.rules.scoring import scale_of
from clinic_desktop.features.consults.rules.sections import kind_words, template_for
from clinic_desktop.features.consults.rules.signing import NoteState
from clinic_desktop.features.consults.screens.about import AboutSheet
from clinic_desktop.features.consults.screens.autosave import Autosave
from clinic_desktop.features.consults.screens.diagnosis import DiagnosisPanel
from clinic_desktop.features.consults.screens.next_visit import NextVisitPart
from clinic_desktop.features.consults.screens.note import NoteEditor
from clinic_desktop.features.consults.screens.parts import Here, Part, kept_text
from clinic_desktop.features.consults.screens.prescription import PrescriptionPanel
from clinic_desktop.features.consults.screens.reading import read_note
from clinic_desktop.features.consults.screens.risk_part import RiskPart
from clinic_desktop.features.consults.screens.scale import ScaleGrid
from clinic_desktop.features.consults.screens.timeline import Stop, TimelinePanel
from clinic_desktop.features.consults.screens.trend import Trend, course_of
from clinic_desktop.features.consults.screens.vitals import LastVitals
from clinic_desktop.features.consults.screens.whose import banner_of
from clinic_desktop.features.consults.service import encounters, signing
from clinic_desktop.features.patients.rules.places import language_name
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Button, Link, Tabs
from clinic_desktop.uikit.keys import bind
from clinic_desktop.uikit.layouts import Item, column, row, scrolled, stack
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Banner, Card
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Text

SCALE = "phq9"
_STORY_WIDTH, _MIDDLE_WIDTH, _RIGHT_WIDTH = 180, 284, 328


class ConsultScreen(QWidget):
    """Asks, does, follows. What is typed is kept on every pause and found again at the same caret."""

    def __init__(
        self,
        office: Office,
        *,
        patient_id: str | None = None,
        appointment_id: str | None = None,
        encounter_id: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._office = office
        self._today = office.today()
        # Drawn once and kept with the draft, so that signing twice, also after a crash, signs once.
        self._note_id = new_id()
        self.encounter: notes.EncounterRow | None = None
        self.chart: charts.Chart | None = None
        self._compact: bool | None = None
        self._areas: tuple[QScrollArea, ...] = ()
        self._filling = False
        self._make_panels()
        self._autosave = Autosave(self._keep, self)
        self._autosave.saved.connect(self.note.say_saved)
        self._outer = stack(self, gap=0)
        if encounter_id is not None:
            self._begin(encounter_id)
            # The line that says who looked is written after the page is painted.
            look = partial(encounters.look_at_chart, patient_id=self._patient_id)
            QTimer.singleShot(0, self, lambda: office.do(look, self))
        elif patient_id is not None:
            office.do(
                partial(
                    encounters.open_encounter, encounter_id=new_id(), patient_id=patient_id,
                    appointment_id=appointment_id,
                ),
                self,
                then=self._begin,
            )  # fmt: skip

    @property
    def _patient_id(self) -> str:
        assert self.encounter is not None
        return self.encounter.patient_id

    # building

    def _make_panels(self) -> None:
        scale = scale_of(SCALE)
        self.risk, self.story = RiskPart(self), TimelinePanel()
        self.about = Link("", small=True)
        self.note = NoteEditor(self.about)
        self.scale, self.diagnosis, self.trend = ScaleGrid(scale), DiagnosisPanel(), Trend(scale)
        self.prescription = PrescriptionPanel(self._office)
        self.vitals = LastVitals(self._office)
        self.vitals_card = Card(self.vitals, margins=(S4, 6, S3, 6))
        self.course_of_what = Text("", "small", color="quiet")
        head = row(Text(_("Course"), "head", "semi"), self.course_of_what, None, gap=6)
        self.trend_card = Card(head, (self.trend, 1), margins=(S4, 10, S3, 8), gap=2)
        self.repeat = Button(_("Repeat prescription"), key="repeat")
        self.refer = Button(_("Refer"), key="refer")
        self.next_visit = NextVisitPart(self._office, self)
        self.warning_icon, self.warning = Icon("alert-circle", "warning", 16), Text("", "small", color="quiet")
        may_sign = self._office.may(Permission.SIGN_NOTES)
        self.sign_button = Button(
            _("Sign and close") if may_sign else _("Send to be signed"), key="save", kind="primary", icon="check"
        )
        self._tabs = Tabs([_("Visits"), scale.title, _("Diagnosis"), _("Prescription")], 1)
        self.parts: tuple[Part, ...] = (
            self.risk, self.note, self.scale, self.diagnosis, self.prescription, self.next_visit,
        )  # fmt: skip
        self._connect()

    def _connect(self) -> None:
        self.note.edited.connect(self._edited)
        self.scale.edited.connect(self._answered)
        for part in (self.diagnosis, self.prescription, self.risk, self.next_visit):
            part.edited.connect(self._edited)
        self.next_visit.field.entered.connect(self.note.take_focus)
        self.story.opened.connect(self._read)
        self.about.clicked.connect(self._tell_about)
        self.repeat.clicked.connect(self.prescription.repeat)
        self.refer.clicked.connect(self._refer)
        self.sign_button.clicked.connect(self.sign)
        self._tabs.chosen.connect(self._show_tab)
        bind(self, "section_2", self.note.take_focus)
        bind(self, "vitals", self.vitals.ask)
        for number, at in ((1, 0), (3, 1), (4, 2), (5, 3)):
            bind(self, f"section_{number}", partial(self.go_to, at))

    def _begin(self, encounter_id: str) -> None:
        """The consultation is open: show what is known, then what was being typed."""
        self.encounter = self._office.ask(notes.encounter, encounter_id)
        self.chart = self._office.ask(charts.chart, self._patient_id)
        found = self._office.ask(scales.wording, SCALE)
        if found is not None:
            self.scale.show_wording(found[1])
        for part in self.parts:
            part.show_here(self._here)
        kept = self._office.ask(notes.draft_of, encounter_id)
        if kept is not None:
            self._fill(kept.fields)
        self._show_chart()
        self._arrange()
        self._office.follow(charts.TABLES, self, self.reload)
        self._caret = kept.caret if kept is not None else {}
        self.take_focus()

    @property
    def _here(self) -> Here:
        assert self.chart is not None
        assert self.encounter is not None
        return Here(self._office, self.chart, self.encounter, self._today)

    def _fill(self, draft: Mapping[str, Any]) -> None:
        self._filling = True
        self._note_id = kept_text(draft, "note_id", self._note_id)
        for part in self.parts:
            part.fill(draft)
        self._filling = False

    def take_focus(self) -> None:
        if not self.note.set_caret(self.__dict__.get("_caret", {})):
            self.note.take_focus()

    # laying out

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.encounter is not None:
            self._arrange()

    def _arrange(self) -> None:
        compact = is_compact(self.window().width())
        if compact == self._compact:
            return
        self._compact = compact
        old = self.findChild(QWidget, "columns")
        columns = QWidget()
        columns.setObjectName("columns")
        fill: Callable[[QWidget], QVBoxLayout] = self._two_columns if compact else self._four_columns
        fill(columns)
        self._outer.addWidget(columns, 1)
        self._show_banner(compact)
        self._fit_permissions()
        if old is not None:
            self._outer.removeWidget(old)
            old.deleteLater()
        self._show_state()

    def _show_banner(self, compact: bool) -> None:
        assert self.chart is not None
        old = self.findChild(Banner)
        self._outer.insertWidget(0, banner_of(self.chart.header, compact=compact))
        if old is not None:
            self._outer.removeWidget(old)
            old.deleteLater()

    def _fit_permissions(self) -> None:
        """Nobody is shown a deed that is not theirs."""
        for deed in (self.prescription, self.repeat):
            if not self._office.may(Permission.PRESCRIBE):
                deed.hide()
        self.refer.setVisible(self._office.may(Permission.WRITE_LETTERS))

    def _actions(self) -> Item:
        deeds = (self.repeat, self.refer, self.risk.button)
        label = () if self._compact else (Text(_("Next visit"), color="quiet"),)
        visit = (*label, self.next_visit.field, self.next_visit.said)
        return row(*deeds, S2, *visit, None, self.warning_icon, self.warning, S2, self.sign_button, gap=S2)

    def _four_columns(self, host: QWidget) -> QVBoxLayout:
        # A scroll area goes on placing what it once held, also when it stands elsewhere.
        for area in self._areas:
            area.takeWidget()
        self._areas = ()
        self.story.setFixedWidth(_STORY_WIDTH)
        for panel in (self.scale, self.diagnosis):
            panel.setFixedWidth(_MIDDLE_WIDTH)
        for panel in (self.trend_card, self.vitals_card, self.prescription):
            panel.setFixedWidth(_RIGHT_WIDTH)
        middle = column(self.scale, (self.diagnosis, 1), gap=S2)
        right = column((self.trend_card, 4), self.vitals_card, (self.prescription, 5), gap=S2)
        columns = row(self.story, (self.note, 1), middle, right, gap=S2)
        self._tabs.setParent(self)
        self._tabs.hide()
        # A panel that was a hidden page of the tabs does not show itself.
        for panel in (self.story, self.scale, self.diagnosis, self.trend_card, self.vitals_card, self.prescription):
            panel.show()
        return stack(host, self.risk.strip, (columns, 1), self._actions(), margins=(S3, S2, S3, S2), gap=S2)

    def _two_columns(self, host: QWidget) -> QVBoxLayout:
        """A small window: the note stays, the rest is one section at a time."""
        for panel in (self.story, self.scale, self.diagnosis, self.trend_card, self.vitals_card, self.prescription):
            panel.setMinimumWidth(0)
            panel.setMaximumWidth(16_777_215)
        self._stack = QStackedWidget()
        self._areas = (scrolled(self.scale), scrolled(self.diagnosis))
        visits = QWidget()
        stack(visits, (self.story, 1), self.vitals_card, gap=4)
        for panel in (visits, *self._areas, self.prescription):
            self._stack.addWidget(panel)
        self.trend_card.setParent(self)
        self.trend_card.hide()
        self._stack.setCurrentIndex(self._tabs.at())
        self._tabs.show()
        side = QWidget()
        side.setFixedWidth(352)
        stack(side, self._tabs, (self._stack, 1), gap=4)
        columns = row((self.note, 1), side, gap=S2)
        return stack(host, self.risk.strip, (columns, 1), self._actions(), margins=(S2, 6, S2, 6), gap=6)

    def _show_tab(self, at: int) -> None:
        if self._compact:
            self._stack.setCurrentIndex(at)

    def go_to(self, at: int) -> None:
        """In a small window the section's tab is shown first; the panel takes the focus itself."""
        panels = (self.story, self.scale, self.diagnosis, self.prescription)
        if self._compact:
            self._tabs.set_at(at)
        panels[at].take_focus()

    # showing

    def reload(self) -> None:
        """Somebody changed this chart meanwhile. What is being typed is not touched."""
        if self.encounter is not None:
            self.encounter = self._office.ask(notes.encounter, self.encounter.encounter_id)
            self.chart = self._office.ask(charts.chart, self._patient_id)
            self._show_chart()

    def _show_chart(self) -> None:
        assert self.chart is not None
        assert self.encounter is not None
        here = self.encounter
        self.story.show_chart(self.chart, here.encounter_id, self._today.year)
        self.vitals.show_last(self._patient_id, self.chart.vitals)
        for part in self.parts:
            part.show_here(self._here)
        spoken = language_name(here.language_code) if here.language_code else ""
        told = [kind_words(here.kind), spoken or _("language not noted"), here.interpreter_name or ""]
        if here.occurred_on != self._today:
            told.insert(0, say_day(here.occurred_on))
        self.about.setText(" · ".join(words for words in told if words))
        self.about.updateGeometry()
        self._show_state()

    def _show_state(self) -> None:
        assert self.chart is not None
        self.risk.set_critical(self.scale.critical())
        result = self.scale.score()
        pending = _("today no total") if result.answered and result.total is None else ""
        self.trend.show_course(course_of(self.chart, self.scale.scale, self._today, pending))
        self.course_of_what.setText(_("{scale} and medicines").format(scale=self.trend.scale.title))
        remark = self.scale.remark()
        self.warning_icon.setVisible(bool(remark) and not self._compact)
        self.warning.setVisible(bool(remark) and not self._compact)
        self.warning.setText(remark)

    # keeping

    def _edited(self) -> None:
        if not self._filling and self.encounter is not None:
            self.note.say_not_saved()
            self._autosave.touch()

    def _answered(self) -> None:
        self._edited()
        self._show_state()

    def _gather(self) -> dict[str, Any]:
        draft: dict[str, Any] = {"note_id": self._note_id}
        for part in self.parts:
            draft |= part.kept()
        return draft

    def _keep(self, done: Callable[[datetime | None], None]) -> None:
        assert self.encounter is not None
        keep = partial(
            encounters.keep_note, encounter_id=self.encounter.encounter_id, fields=self._gather(),
            caret=self.note.caret() or self.__dict__.get("_caret", {}),
        )  # fmt: skip

        def failed(error: ClinicError) -> None:
            done(None)
            self._office.voice.say(error, self)

        self._office.do(keep, self, then=done, failed=failed)

    def keep_draft(self) -> None:
        """Before the window is covered, locked or left."""
        self._autosave.flush(at_once=True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Leaving the page, by whichever way, saves at once."""
        self.keep_draft()
        super().hideEvent(event)

    # deeds

    def _read(self, stop: Stop) -> None:
        if stop.note_id is not None:
            read_note(self._office, stop.note_id, self)

    def _tell_about(self) -> None:
        if self.encounter is not None:
            AboutSheet(self._office, self.encounter, self, self._about_changed).open()

    def _about_changed(self) -> None:
        assert self.encounter is not None
        self.encounter = self._office.ask(notes.encounter, self.encounter.encounter_id)
        self._show_chart()

    def _refer(self) -> None:
        if self.encounter is not None:
            self.keep_draft()
            self._office.go("referral", patient_id=self._patient_id, encounter_id=self.encounter.encounter_id)

    def written(self) -> signing.Written:
        """What would be signed now."""
        assert self.encounter is not None
        found = signing.Written(template=template_for(self.encounter.kind).code)
        for part in self.parts:
            found = part.written(found)
        return found

    def sign(self) -> None:
        """Sign, unless something must be answered first: then go there."""
        if self.encounter is None:
            return
        written = self.written()
        for part in self.parts:
            answer = part.obstacle(written)
            if answer is not None:
                if part is self.prescription:
                    self.go_to(3)
                answer()
                return
        sign: Any = partial(
            signing.sign_note, encounter_id=self.encounter.encounter_id, note_id=self._note_id, written=written
        )
        self._office.do(sign, self, then=self._signed)

    def _signed(self, signed: signing.Signed) -> None:
        self._autosave.stop()
        waits = signed.state is NoteState.WAITING
        self._office.notice(_("Waiting to be signed by a supervisor.") if waits else _("Signed."))
        self._office.go("consults")
