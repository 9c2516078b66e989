"""Registering a person, or correcting what is known: one page, no mouse needed, nothing typed is lost."""

from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.features.patients.queries import similar as likely
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.told_again import told_again
from clinic_desktop.features.patients.screens.person_form import PersonForm
from clinic_desktop.features.patients.screens.similar_people import SimilarPeople
from clinic_desktop.features.patients.screens.told_again import MARKS, as_draft
from clinic_desktop.features.patients.service import registering as service
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.drafts import KeptDraft, drop_draft, find_draft, keep_draft, move_draft, my_drafts
from clinic_desktop.storage.work import ChangedMeanwhile
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.layouts import line_up, row, scrolled
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.privacy import are_names_hidden
from clinic_desktop.uikit.surfaces import Card, Line
from clinic_desktop.uikit.theme import S2, S3, S4, S6, is_compact
from clinic_desktop.uikit.words import Text

NEW, CORRECT = "registration", "correction"
_PAUSE_MS = 500
_SIDE_WIDE, _SIDE_NARROW = 384, 280
_ROOM_AROUND = 40


class RegistrationScreen(QWidget):
    """`words` come from the search box; with `patient_id` it corrects that person."""

    def __init__(
        self,
        office: Office,
        words: str = "",
        patient_id: PatientId | None = None,
        parent: QWidget | None = None,
        *,
        back_to: tuple[str, dict[str, Any]] | None = None,
        ask: str = "",
    ) -> None:
        super().__init__(parent)
        self._office = office
        self._asks = ask
        """The field to begin with, when what is missing there is asked later."""
        self._back_to = back_to
        """Another room's place that sent for this person and goes on with them; nobody arrives by that."""
        self._correcting = patient_id is not None
        self.patient_id = patient_id or PatientId(new_id())
        self._before: Details | None = None
        self._saving = False
        self._told: dict[str, str] = {}
        """Under which fields it is said what was told before the record was found."""
        self.form = PersonForm(office, registering=not self._correcting)
        self.similar = SimilarPeople()
        keeps_room = self.similar.sizePolicy()
        keeps_room.setRetainSizeWhenHidden(True)
        self.similar.setSizePolicy(keeps_room)
        self.saved_words = Text("", "small", color="quiet")
        self._saved_icon = Icon("circle-check", "well", 16)
        self._saved_icon.hide()
        self._make_buttons()
        self._lay_out()
        self._listen()
        self._fill(words)
        self._say_unnamed()

    # building

    def _make_buttons(self) -> None:
        may_arrive = bool(service.after_registering) and self._office.may(Permission.RECEPTION)
        arrives = may_arrive and not self._correcting and self._back_to is None
        if self._correcting:
            self._titles, icon = (N_("Save changes"),) * 2, "check"
        elif arrives:
            self._titles, icon = (N_("Save and arrived"), N_("Save, arrived")), "user-check"
        else:
            self._titles, icon = (N_("Save"),) * 2, "check"
        self.primary = Button(_(self._titles[0]), "save", "primary", icon, tall=True)
        self.primary.clicked.connect(partial(self.save, arrived=arrives))
        self.save_only = Button(_("Only save"), "save_only")
        if not arrives:
            self.save_only.hide()
        self.save_only.clicked.connect(partial(self.save, arrived=False))
        self._asks_consent = False
        self.ask_consent = Button(_("Save, ask for consent"), "consent", icon="signature")
        if self._correcting:
            self.ask_consent.hide()
        self.ask_consent.clicked.connect(partial(self.save, arrived=arrives, consent=True))
        self.back = Button(_("Go back"), "back", "quiet")
        self.back.clicked.connect(self._office.back)
        self.discard = Button(_("Discard"), "", "quiet")
        self.discard.clicked.connect(self._discard)
        self.discard.hide()
        self.unnamed = Link(_("Nobody knows who it is"))
        self.unnamed.clicked.connect(self._turn_unidentified)
        self.earlier = Link(_("Bring back the registration that was not finished"))
        self.earlier.hide()
        self.earlier.clicked.connect(self._bring_earlier)

    def _lay_out(self) -> None:
        title = Text(_("Correct data") if self._correcting else _("New person"), "title", "semi")
        head = row(title, S3, self.unnamed, self.earlier, None, self._saved_icon, self.saved_words, gap=6)
        self._moves_on = Text(_("Enter goes to the next field"), "small", color="quiet")
        foot = row(self.back, self.discard, None, self._moves_on, S2, self.save_only, gap=S2)
        self._page = scrolled(self.form)
        written = Card(head, (self._page, 1), Line(), foot, margins=(S6, S4, S6, S3), gap=S3)
        self.side = Card((self.similar, 1), self.ask_consent, self.primary, gap=S2)
        line_up(self, (written, 1), self.side, margins=(S4, S4, S4, S4), gap=S3)

    def _listen(self) -> None:
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.look_for_similar)
        self._keeping = QTimer(self)
        self._keeping.setSingleShot(True)
        self._keeping.setInterval(_PAUSE_MS)
        self._keeping.timeout.connect(self.keep_draft)
        self.form.edited.connect(self._edited)
        for field in self.form.fields.values():
            field.editor.installEventFilter(self)
        self.similar.same.connect(self._is_same)
        self.similar.opened.connect(self._see)
        self.similar.none.connect(self.primary.setFocus)

    def _edited(self) -> None:
        """Who types without a pause must not lose it all: kept twice a second, compared when the hand rests."""
        self._pause.start()
        if not self._keeping.isActive():
            self._keeping.start()

    def _rest(self) -> None:
        self._pause.stop()
        self._keeping.stop()

    def _fill(self, words: str) -> None:
        if self._correcting:
            self._before = self._office.ask(queries.details, self.patient_id).details
            self.form.show_details(self._before)
            self.look_for_similar()
            draft = self._office.ask(find_draft, CORRECT, self.patient_id)
            if draft is not None:
                self._bring_back(draft)
            return
        unfinished = self._unfinished()
        if words.strip():
            self.form.show_typed(self._office.ask(finding.split_name, words))
            self.look_for_similar()
            self.earlier.setVisible(unfinished is not None)
        elif unfinished is not None:
            self._bring_back(unfinished)

    def _unfinished(self) -> KeptDraft | None:
        return next((draft for draft in self._office.ask(my_drafts) if draft.screen == NEW), None)

    # without a name

    def _turn_unidentified(self) -> None:
        """Somebody is brought whom nobody knows: where and when is asked instead of the names, or no longer."""
        self.form.set_unidentified(not self.form.is_unidentified())
        self._say_unnamed()
        self.form.edited.emit()
        self.form.fields["met_where" if self.form.is_unidentified() else "family_name"].editor.setFocus()

    def _say_unnamed(self) -> None:
        unidentified = self.form.is_unidentified()
        self.unnamed.setText(_("The name is known") if unidentified else _("Nobody knows who it is"))
        self.unnamed.setVisible(not self._correcting)

    # the draft

    @property
    def _screen(self) -> str:
        return CORRECT if self._correcting else NEW

    def keep_draft(self) -> None:
        """Called while one types, and before a lock, the cover, and leaving."""
        self._keeping.stop()
        if self._saving or self.form.is_empty():
            return
        fields = self.form.kept() | ({MARKS: self._told} if self._told else {})
        kept = partial(keep_draft, screen=self._screen, record_id=self.patient_id, fields=fields, caret={})
        if not self._correcting or self.form.details(self._before) != self._before:
            self._office.do(kept, self, then=self._say_kept)

    def _say_kept(self, when: datetime) -> None:
        self.saved_words.setText(_("Draft kept {time}").format(time=f"{self._office.local(when):%H:%M:%S}"))
        self._saved_icon.show()
        self.discard.show()

    def _bring_back(self, draft: KeptDraft) -> None:
        self.patient_id = PatientId(draft.record_id)
        self.form.bring_back(draft.fields)
        self._say_unnamed()
        self._told = draft.fields.get(MARKS) or {}
        for name, said in self._told.items():
            self.form.fields[name].say(said, "warning")
        again, told = _("What was not finished is here again"), _("Told today: look at it, then save")
        self.saved_words.setText(told if self._told else again)
        self.earlier.hide()
        self.discard.show()
        self.look_for_similar()

    def _bring_earlier(self) -> None:
        draft = self._unfinished()
        if draft is not None:
            self._bring_back(draft)

    def _discard(self) -> None:
        self._forget_draft(then=self._leave)

    def _forget_draft(self, then: Any = None) -> None:
        self._saving = True
        self._rest()
        self._office.do(partial(drop_draft, screen=self._screen, record_id=self.patient_id), self, then=then)

    def _leave(self, *_done: object) -> None:
        self._office.back()

    # who is here already

    def look_for_similar(self) -> None:
        but = self.patient_id if self._correcting else None
        found = self._office.ask(likely.similar, self.form.details(self._before), but)
        if self._correcting:
            found = tuple(similar for similar in found if similar.strong)
            self.similar.setVisible(bool(found))
        self.similar.show_similar(found)

    def _is_same(self, other: str) -> None:
        """The person is here already: their page comes; with what is new in what was told, their correction.

        Of two records: compare first.
        """
        if self._correcting:
            self.keep_draft()
            self._office.go("persons", patient_id=self.patient_id, linking=True, other_id=other)
            return
        known = self._office.ask(queries.details, PatientId(other)).details
        told = told_again(known, self.form.details())
        if not told:
            self._forget_draft(then=partial(self._go_to, other, {}))
            return
        begun = self._office.ask(find_draft, CORRECT, other)
        fields = as_draft(told, known, self.form.kept(), begun.fields if begun else {})
        self._saving = True
        self._rest()
        move = partial(move_draft, screen=NEW, record_id=self.patient_id, to=(CORRECT, other), fields=fields)
        self._office.do(move, self, then=partial(self._go_to, other, {"correct": True}))

    def _go_to(self, other: str, arguments: dict[str, Any], *_done: object) -> None:
        if self._back_to is None:
            self._office.go("persons", patient_id=other, **arguments)
        elif arguments:
            self._office.go("persons", patient_id=other, back_to=self._back_to, **arguments)
        else:
            place, more = self._back_to
            self._office.go(place, patient_id=other, **more)

    def _see(self, other: str) -> None:
        self.keep_draft()
        self._office.go("persons", patient_id=other)

    # saving

    def save(self, *_clicked: object, arrived: bool = False, consent: bool = False) -> None:
        """With `consent` it is asked at once; else later, where the person's page has a quiet mark."""
        if self._saving or self.form.find_faults():
            return
        self._asks_consent = consent
        self.look_for_similar()
        if self.similar.must_answer() and not self._correcting:
            # Asked once: the same key again answers "none of these".
            self.similar.none_of_these.setFocus()
            self.similar.answered |= set(self.similar.unanswered())
            return
        self._saving = True
        self._office.do(self._use_case(arrived), self, then=partial(self._saved, arrived), failed=self._failed)

    def _use_case(self, arrived: bool) -> Any:
        details = self.form.details(self._before)
        if self._before is not None:
            return partial(service.correct, patient_id=self.patient_id, seen=self._before, to=details)
        return partial(
            service.register,
            patient_id=self.patient_id,
            details=details,
            arrived=arrived,
            different_from=tuple(self.similar.answered),
            allergies=self.form.allergy_status(),
        )

    def _saved(self, arrived: bool, _result: object) -> None:
        name = self._office.ask(queries.said_names, [self.patient_id])[self.patient_id]
        self._forget_draft()
        done = (_("{name}: changes saved") if self._correcting else _("{name} is registered")).format(name=name)
        if self._back_to is not None:
            place, arguments = self._back_to
            self._office.notice(done)
            self._office.go(place, patient_id=self.patient_id, **arguments)
            return
        if arrived:
            said = _("{name} is registered and in the waiting room").format(name=name)
            self._office.notice(_("Registered, and in the waiting room") if are_names_hidden() else said)
        if self._asks_consent:
            self._office.go("persons", patient_id=self.patient_id, consent=True)
        elif arrived:
            self._office.go("today")
        else:
            self._office.notice(done)
            self._office.go("persons", patient_id=self.patient_id)

    def _failed(self, error: ClinicError) -> None:
        self._saving = False
        if isinstance(error, ChangedMeanwhile) and self._correcting:
            self._take_new_values(error)
        else:
            self._office.voice.say(error, self)

    def _take_new_values(self, error: ChangedMeanwhile) -> None:
        """Show beside the typed words what somebody else wrote; saving again means to overwrite it."""
        now = self._office.ask(queries.details, self.patient_id).details
        for name in error.fields:
            field = self.form.fields.get(_FIELD_OF.get(name, name))
            if field is not None:
                there = getattr(now, name, "")
                field.say(_("Somebody wrote here meanwhile: {words}").format(words=there or "…"), "warning")
        self._before = now
        self._office.voice.say(error, self)

    # the window

    def take_focus(self) -> None:
        told = next((name for name in self.form.fields if name in self._told), "")
        first = self._asks if self._asks in self.form.fields else told or self.form.first_open()
        self.form.fields[first].editor.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            # An access key or a fault goes to a field that may be below the edge; it is laid out only afterwards.
            QTimer.singleShot(0, self, self._keep_in_sight)
        return super().eventFilter(watched, event)

    def _keep_in_sight(self) -> None:
        focused = self.focusWidget()
        if focused and self.form.isAncestorOf(focused):
            self._page.ensureWidgetVisible(focused, 0, _ROOM_AROUND)

    def hideEvent(self, event: QHideEvent) -> None:
        # Whoever hides this page (leaving, cover, lock) asked it to keep its draft before.
        super().hideEvent(event)
        self._rest()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = is_compact(self.window().width())
        self.side.setFixedWidth(_SIDE_NARROW if narrow else _SIDE_WIDE)
        self.similar.fit(narrow=narrow)
        self.primary.setText(_(self._titles[narrow]))
        self._moves_on.setVisible(not narrow)
        self.form.lay_out(2 if narrow else 3)
        QTimer.singleShot(0, self, self._keep_in_sight)


_FIELD_OF = {
    "birth_date": "birth",
    "birth_estimated": "birth",
    "birth_noted_on": "birth",
    "municipality_code": "municipality",
    "community_id": "community",
    "has_no_family_name": "family_name",
    "national_id_kind": "national_id",
    "functioning": "seeing",
    "functioning_asked_on": "seeing",
    "unidentified": "met_where",
}
"""The fields under which what somebody else wrote is shown, where they are not called as the column."""
