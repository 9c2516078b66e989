"""The open consultation: the story, the note, the scale, diagnoses and prescription on one page."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.queries import notes
from clinic_desktop.features.consults.rules.merging import both
from clinic_desktop.features.consults.rules.scoring import scale_of
from clinic_desktop.features.consults.rules.sections import kind_words, section_title, template_named
from clinic_desktop.features.consults.rules.signing import NoteState
from clinic_desktop.features.consults.screens import also
from clinic_desktop.features.consults.screens.about import AboutLink, AboutSheet
from clinic_desktop.features.consults.screens.allergies import ask_allergies
from clinic_desktop.features.consults.screens.autosave import Autosave
from clinic_desktop.features.consults.screens.begun import BegunStrip
from clinic_desktop.features.consults.screens.consult_layout import ConsultLayout, Panels
from clinic_desktop.features.consults.screens.course_card import CourseCard
from clinic_desktop.features.consults.screens.diagnosis import DiagnosisPanel
from clinic_desktop.features.consults.screens.goals_part import GoalsPart
from clinic_desktop.features.consults.screens.meanwhile import said_meanwhile
from clinic_desktop.features.consults.screens.next_visit import NextVisitPart
from clinic_desktop.features.consults.screens.note import NoteEditor
from clinic_desktop.features.consults.screens.outside_papers import look_at_paper
from clinic_desktop.features.consults.screens.parts import Here, Part, kept_dict, kept_text
from clinic_desktop.features.consults.screens.plan_part import PlanPart
from clinic_desktop.features.consults.screens.prescription import PrescriptionPanel
from clinic_desktop.features.consults.screens.print_queue import show_papers
from clinic_desktop.features.consults.screens.reading import read_note
from clinic_desktop.features.consults.screens.risk_part import RiskPart
from clinic_desktop.features.consults.screens.safety_part import SafetyPart
from clinic_desktop.features.consults.screens.safety_plan import SafetyPlanPart
from clinic_desktop.features.consults.screens.scales_part import ScalePart
from clinic_desktop.features.consults.screens.timeline import Stop, TimelinePanel
from clinic_desktop.features.consults.screens.trend import open_large
from clinic_desktop.features.consults.screens.vitals import LastVitals
from clinic_desktop.features.consults.screens.whose import banner_of
from clinic_desktop.features.consults.screens.writing_deeds import WritingDeeds
from clinic_desktop.features.consults.screens.wrong_chart import WrongChartSheet
from clinic_desktop.features.consults.service import encounters, signing
from clinic_desktop.features.patients.rules.places import language_name
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Button, Tabs
from clinic_desktop.uikit.keys import bind
from clinic_desktop.uikit.layouts import Item, row
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Banner, Card
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text

SCALE = "phq9"


class ConsultScreen(QWidget):
    """Asks, does, follows. What is typed is kept on every pause and found again at the same caret."""

    def __init__(
        self,
        office: Office,
        *,
        patient_id: str | None = None,
        appointment_id: str | None = None,
        encounter_id: str | None = None,
        occurred_on: date | None = None,
        paper_folio: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._office = office
        self._today = office.today()
        # Drawn once and kept with the draft, so that signing twice, also after a crash, signs once.
        self._note_id = new_id()
        self.encounter: notes.EncounterRow | None = None
        self.chart: charts.Chart | None = None
        self._window_id = new_id()
        self._seen: Mapping[str, Any] = {}
        self._caret: Mapping[str, Any] = {}
        self._filling = False
        self._make_panels()
        self._autosave = Autosave(self._keep, self)
        self._autosave.saved.connect(self.note.say_saved)
        if encounter_id is not None:
            self._begin(encounter_id)
            # The line that says who looked is written after the page is painted.
            look = partial(encounters.look_at_chart, patient_id=self._patient_id)
            QTimer.singleShot(0, self, lambda: office.do(look, self))
        elif patient_id is not None:
            office.do(
                partial(
                    encounters.open_encounter, encounter_id=new_id(), patient_id=patient_id,
                    appointment_id=appointment_id, occurred_on=occurred_on, paper_folio=paper_folio,
                ),
                self,
                then=self._begin,
            )  # fmt: skip

    @property
    def _patient_id(self) -> str:
        assert self.encounter is not None
        return self.encounter.patient_id

    @property
    def _encounter_id(self) -> str | None:
        return self.encounter.encounter_id if self.encounter is not None else None

    # building

    def _make_panels(self) -> None:
        self.risk, self.story = RiskPart(self), TimelinePanel()
        self.about = AboutLink()
        self.goals, self.plan, self.begun = GoalsPart(self), PlanPart(self), BegunStrip()
        self.writing = WritingDeeds(self._office, self)
        self.note = NoteEditor(self.about, above_risk=self.goals.strip, below=(self.plan.strip, self.writing))
        self.writing.serve(self.note)
        self.scale, self.diagnosis = ScalePart(), DiagnosisPanel()
        self.prescription, self.safety = PrescriptionPanel(self._office), SafetyPart(self)
        self.safety_plan = SafetyPlanPart(self)
        self.vitals = LastVitals(self._office)
        self.vitals_card = Card(self.vitals, margins=(S4, 6, S3, 6))
        self.course = CourseCard(scale_of(SCALE), self._enlarge, self)
        self.repeat = Button(_("Repeat prescription"), key="repeat")
        self.refer = Button(_("Refer"), key="refer")
        self.next_visit = NextVisitPart(self._office, self)
        self.warning_icon, self.warning = Icon("alert-circle", "warning", 16), Text("", "small", color="quiet")
        may_sign = self._office.may(Permission.SIGN_NOTES)
        self.sign_button = Button(
            _("Sign and close") if may_sign else _("Send to be signed"), key="save", kind="primary", icon="check"
        )
        self._tabs = Tabs([_("Visits"), _("Scales"), _("Diagnosis"), _("Prescription")], 1)
        self.parts: tuple[Part, ...] = (
            self.risk, self.note, self.goals, self.plan, self.scale, self.diagnosis, self.prescription,
            self.safety, self.safety_plan, self.next_visit,
        )  # fmt: skip
        self.also = also.make_button(self._office, lambda: self._patient_id, lambda: self._encounter_id, self)
        panels = Panels(
            (self.risk.strip, self.begun, self.safety.strip), self.story, self.note, self.scale, self.diagnosis,
            self.course, self.vitals_card, self.prescription, self._actions, self.course.way,
        )  # fmt: skip
        self._layout = ConsultLayout(self, panels, self._tabs)
        self.begun.give_way_to(self.safety.strip)
        self._connect()

    def _connect(self) -> None:
        self.note.edited.connect(self._edited)
        self.safety_plan.edited.connect(self._edited)
        self.risk.plan_next.connect(self.safety_plan.open_first)
        self.risk.opens_today.connect(self.prescription.terms.set_opens_today)
        self.scale.edited.connect(self._answered)
        self.scale.needed.connect(partial(self.go_to, 1))
        self.diagnosis.needed.connect(partial(self.go_to, 2))
        for part in (self.goals, self.plan, self.diagnosis, self.prescription, self.risk, self.safety, self.next_visit):
            part.edited.connect(self._edited)
        self.next_visit.field.entered.connect(self.note.take_focus)
        self.prescription.edited.connect(self._check_safety)
        self.safety.answered.connect(partial(self.go_to, 3))
        self.story.opened.connect(self._read)
        self.story.look = lambda paper_id: look_at_paper(self._office, self._patient_id, self, paper_id)
        self.about.clicked.connect(self._tell_about)
        self.repeat.clicked.connect(self.prescription.repeat)
        self.refer.clicked.connect(self._refer)
        self.sign_button.clicked.connect(self.sign)
        self.begun.opened.connect(self._moved)
        bind(self, "section_2", self.note.take_focus)
        bind(self, "vitals", self.vitals.ask)
        bind(self, "safety_plan", self.safety_plan.open)
        bind(self, "allergies", lambda: ask_allergies(self._office, PatientId(self._patient_id), None, self))
        for number, at in ((1, 0), (3, 1), (4, 2), (5, 3)):
            bind(self, f"section_{number}", partial(self.go_to, at))

    def _begin(self, encounter_id: str) -> None:
        """The consultation is open: show what is known, then what was being typed."""
        self.encounter = self._office.ask(notes.encounter, encounter_id)
        self.chart = self._office.ask(charts.chart, self._patient_id)
        for part in self.parts:
            part.show_here(self._here)
        kept = self._office.ask(notes.draft_of, encounter_id)
        if kept is not None:
            self._seen, self._caret = kept.fields, kept.caret
            self._fill(kept.fields)
        self._show_chart()
        self._arrange()
        self._office.follow(charts.TABLES, self, self.reload)
        begun = self._office.ask(notes.begun_notes, self._patient_id)
        self.begun.show_notes([note for note in begun if note.encounter_id != encounter_id])
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
        self._check_safety()
        self._filling = False

    def take_focus(self) -> None:
        if not self.note.set_caret(self._caret):
            self.note.take_focus()

    # laying out

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.encounter is not None:
            self._arrange()

    def _arrange(self) -> None:
        writing = QApplication.focusWidget()
        if self._layout.arrange():
            self._show_banner()
            self._fit_permissions()
            self._show_state()
            self.begun.fit()
            if writing is not None and self.isAncestorOf(writing):
                # What moves to another place loses the keys, and the next letters would go astray.
                self._layout.bring_forward_of(writing)
                writing.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_banner(self) -> None:
        assert self.chart is not None
        old = self.findChild(Banner)
        self._layout.show_banner(banner_of(self.chart, compact=bool(self._layout.compact)), old)

    def _fit_permissions(self) -> None:
        """Nobody is shown a deed that is not theirs."""
        for deed in (self.prescription, self.repeat):
            if not self._office.may(Permission.PRESCRIBE):
                deed.hide()
        self.refer.setVisible(self._office.may(Permission.WRITE_LETTERS))

    def _actions(self, compact: bool) -> Item:
        # A low window has room for every deed only where each says its one word.
        may_sign = self._office.may(Permission.SIGN_NOTES)
        long, short = (_("Sign and close"), _("Sign")) if may_sign else (_("Send to be signed"), _("Send"))
        self.sign_button.setText(short if compact else long)
        self.repeat.setText(_("Repeat") if compact else _("Repeat prescription"))
        self.also.set_icon("" if compact else "plus")
        self.sign_button.set_icon("" if compact else "check")
        deeds = (self.repeat, self.refer, self.also, self.risk.button)
        label = () if compact else (Text(_("Next visit"), color="quiet"),)
        visit = (*label, self.next_visit.field, self.next_visit.said)
        # Nor for air between them: with a day said beside the field the deed that signs would be cut.
        air = () if compact else (S2,)
        end = (self.warning_icon, self.warning, *air, self.sign_button)
        return row(*deeds, *air, *visit, None, *end, gap=6 if compact else S2)

    def go_to(self, at: int) -> None:
        """In a small window the section's tab is shown first; the panel takes the focus itself."""
        panels = (self.story, self.scale, self.diagnosis, self.prescription)
        self._layout.bring_forward(at)
        panels[at].take_focus()

    # showing

    def reload(self) -> None:
        """Somebody changed this chart meanwhile. What is being typed is not touched."""
        if self.encounter is not None and self.chart is not None:
            before, was_voided = self.chart, self.encounter.voided
            self.encounter = self._office.ask(notes.encounter, self.encounter.encounter_id)
            self.chart = self._office.ask(charts.chart, self._patient_id)
            if self.chart.header != before.header:
                self._show_banner()
            self._show_chart()
            told = said_meanwhile(before, self.chart, self._note_id)
            if told:
                self._office.notice(told)
            if self.encounter.voided and not was_voided:
                self._office.notice(
                    _("This consultation was taken back meanwhile. What you typed stays; signing asks where it goes.")
                )

    def _whole_chart(self) -> charts.Chart:
        return self._office.ask(charts.chart, self._patient_id, whole_story=True)

    def _show_chart(self) -> None:
        assert self.chart is not None
        assert self.encounter is not None
        here = self.encounter
        self.story.show_chart(self.chart, here.encounter_id, self._today.year, self._whole_chart)
        self.vitals.show_last(self._patient_id, self.chart.vitals)
        for part in self.parts:
            part.show_here(self._here)
        spoken = language_name(here.language_code) if here.language_code else ""
        named = here.interpreter_name or ""
        told = [kind_words(here.kind), here.with_whom or "", spoken or _("language not noted"), named]
        if here.occurred_on != self._today:
            # Of a note typed later both days are said.
            told.insert(0, _("{day}, typed {today}").format(day=say_day(here.occurred_on), today=say_day(self._today)))
            told.append(_("sheet {folio}").format(folio=here.paper_folio) if here.paper_folio else "")
        self.about.say(" · ".join(words for words in told if words))
        self._show_state()

    def _show_state(self) -> None:
        assert self.chart is not None
        self.risk.set_critical(self.scale.critical())
        result = self.scale.score()
        pending = _("today no total") if result.answered and result.total is None else ""
        self.course.show_course(self.chart, self.scale.scale, self._today, pending)
        remark = self.scale.remark()
        self.warning_icon.setVisible(bool(remark) and not self._layout.compact)
        self.warning.setVisible(bool(remark) and not self._layout.compact)
        self.warning.setText(remark)

    def _check_safety(self) -> None:
        self.safety.set_lines(self.prescription.lines_to_check())
        self.begun.fit()

    # keeping

    def _edited(self) -> None:
        if not self._filling and self.encounter is not None:
            self.note.say_not_saved()
            self._autosave.touch()

    def _answered(self) -> None:
        self._edited()
        self._show_state()

    def _gather(self) -> dict[str, Any]:
        # What a newer program kept, and this one does not understand, stays in the draft.
        draft: dict[str, Any] = dict(self._seen) | {"note_id": self._note_id, encounters.WINDOW: self._window_id}
        for part in self.parts:
            draft |= part.kept()
        return draft

    def _keep(self, done: Callable[[datetime | None], None]) -> None:
        assert self.encounter is not None
        fields = self._gather()
        keep = partial(
            encounters.keep_note, encounter_id=self.encounter.encounter_id, fields=fields,
            caret=self.note.caret() or dict(self._caret), seen=self._seen,
        )  # fmt: skip

        def kept(found: encounters.Kept) -> None:
            self._seen = found.fields
            if found.from_elsewhere:
                self._take_in(fields, found)
            done(found.at)

        def failed(error: ClinicError) -> None:
            done(None)
            self._office.voice.say(error, self)

        self._office.do(keep, self, then=kept, failed=failed)

    def _take_in(self, sent: Mapping[str, Any], found: encounters.Kept) -> None:
        """Another window wrote in the same note: its words come in, those typed here stay."""
        mine, before, kept = self.note.values(), kept_dict(sent, "sections"), kept_dict(found.fields, "sections")
        changed = {code: both(before.get(code, ""), mine.get(code, ""), kept[code]) for code in found.from_elsewhere}
        self.note.take_in(changed)
        where = ", ".join(section_title(code) for code in found.from_elsewhere)
        self._office.notice(_("Also written in another window: {where}. Both words stay.").format(where=where))

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
            AboutSheet(self._office, self.encounter, self, self._about_changed, self._wrong_chart).open()

    def _wrong_chart(self) -> None:
        if self.encounter is not None:
            self.keep_draft()
            WrongChartSheet(self._office, self.encounter, self, self._moved, self._taken_back).open()

    def _taken_back(self) -> None:
        self._autosave.stop()
        self._office.go("consults")

    def _moved(self, encounter_id: str) -> None:
        self.keep_draft()
        self._autosave.stop()
        self._office.go("consult", encounter_id=encounter_id)

    def _about_changed(self) -> None:
        assert self.encounter is not None
        self.encounter = self._office.ask(notes.encounter, self.encounter.encounter_id)
        self._show_chart()

    def _enlarge(self) -> None:
        if self.chart is not None:
            open_large(self._office, self.chart, self)

    def _refer(self) -> None:
        if self.encounter is not None:
            self.keep_draft()
            self._office.go("referral", patient_id=self._patient_id, encounter_id=self.encounter.encounter_id)

    def written(self) -> signing.Written:
        """What would be signed now."""
        assert self.encounter is not None
        found = signing.Written(template=template_named(self.encounter.template, self.encounter.kind).code)
        for part in self.parts:
            found = part.written(found)
        return found

    def sign(self) -> None:
        """Sign, unless something must be answered first: then go there."""
        if self.encounter is None:
            return
        if self.encounter.voided:
            self._wrong_chart()
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
        show_papers(self._office, signed.note_id, self, lambda: self._office.go("consults"))
