"""Typing a signed paper for its author: whose it is, of which day, what stands on it. Of the chart nothing is shown."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.queries import days
from clinic_desktop.features.agenda.rules.paper_day import read_past_day
from clinic_desktop.features.consults.queries import notes, supervision
from clinic_desktop.features.consults.queries.phrases import my_phrases
from clinic_desktop.features.consults.rules.sections import FOLLOW_UP, TEMPLATES, EncounterKind, kind_words
from clinic_desktop.features.consults.screens.autosave import Autosave
from clinic_desktop.features.consults.screens.note import NoteEditor
from clinic_desktop.features.consults.screens.parts import kept_dict, kept_text
from clinic_desktop.features.consults.screens.returned_sheets import ReturnedStrip
from clinic_desktop.features.consults.screens.wrong_chart import find_people
from clinic_desktop.features.consults.service import transcribing
from clinic_desktop.features.consults.service.transcribing import PaperNote
from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select, Suggest
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text


class TranscribeScreen(QWidget):
    """Kept on every pause like a note of one's own; handed on, it waits for its author."""

    accepts_typing = False

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office, self._today = office, office.today()
        self._encounter_id, self._note_id = new_id(), new_id()
        self._amends = ""
        self._filling = False
        self.form, self.note = Form(), NoteEditor()
        self.note.set_template(FOLLOW_UP)
        self.note.set_phrases(office.ask(my_phrases))
        self._make_fields()
        self.send = Button(_("Send to its author"), key="save", kind="primary", icon="check")
        self.send.clicked.connect(self.hand_on)
        self.returned = ReturnedStrip()
        self.returned.opened.connect(self._put_right)
        told = Text(_("It counts as signed once its author has confirmed it."), "small", color="quiet")
        head = Card(self.form, margins=(16, 6, 16, 8))
        stack(
            self,
            self.returned,
            head,
            (self.note, 1),
            row(told, None, self.send, gap=S2),
            margins=(S3, S2, S3, S2),
            gap=S2,
        )
        self._autosave = Autosave(self._keep, self)
        self._autosave.saved.connect(self.note.say_saved)
        back = office.ask(supervision.returned_to_typist)
        self._resume(frozenset(note.note_id for note in back))
        self.returned.show_notes(() if self._amends else back)
        self.note.edited.connect(self._edited)
        self.form.edited.connect(self._form_changed)

    def _make_fields(self) -> None:
        self.person = Suggest(partial(find_people, self._office), _("Name, year, community or record"), "search")
        self.author = Select([(None, "—"), *((c.clinician_id, c.name) for c in self._office.ask(days.clinicians))])
        self.day = Edit(placeholder=_("20/11, yesterday"))
        self.folio = Edit()
        self.kind = Select([(kind, kind_words(kind)) for kind in EncounterKind])
        self.kind.set_value(EncounterKind.FOLLOW_UP)
        self.template = Select([(template.code, template.title) for template in TEMPLATES.values()])
        add = self.form.add
        person = add("person", _("Person"), self.person, check=lambda _v: self._missing(self.person.value()))
        author = add("author", _("Who wrote it"), self.author, check=self._missing)
        self._day_field = add("day", _("Day of the paper"), self.day, check=self._complain_of_day)
        folio = add("folio", _("Number of the sheet"), self.folio, optional=True)
        kind, parts = add("kind", _("Kind of visit"), self.kind), add("template", _("Parts of the note"), self.template)
        first = row((person, 4), (author, 3), gap=S3)
        stack(self.form, first, row(*((f, 1) for f in (self._day_field, folio, kind, parts)), gap=S3), gap=4)

    def _missing(self, value: object) -> str | None:
        return None if value else _("Choose one.")

    def _complain_of_day(self, _typed: object) -> str | None:
        return None if self.said_day() else _("Write the day of the paper like 20/11 or 20/11/26.")

    def said_day(self) -> date | None:
        day = read_past_day(self.day.text(), self._today)
        return None if day is None or day > self._today else day

    def take_focus(self) -> None:
        if self.person.value() is None:
            self.person.setFocus()
        else:
            self.note.take_focus()

    # what came back

    def _put_right(self, note_id: str) -> None:
        """The sheet as it was typed; whose it is and of which day stands. What was being typed is kept first."""
        self.keep_draft()
        back = self._office.ask(supervision.returned_sheet, note_id)
        fields: dict[str, Any] = {
            "note_id": new_id(), "patient_id": back.patient_id, "person": back.name, "author": back.author_id,
            "day": f"{back.occurred_on:%d/%m/%y}", "folio": back.folio, "kind": str(back.kind),
            "template": back.template, "sections": dict(back.sections), "amends": note_id,
        }  # fmt: skip
        self._show_draft(back.encounter_id, fields)
        self.returned.hide()
        self.note.take_focus()

    def _lock_form(self) -> None:
        for editor in (self.person, self.author, self.day, self.folio, self.kind, self.template):
            editor.setEnabled(not self._amends)

    # keeping

    def _form_changed(self) -> None:
        self.note.set_template(TEMPLATES.get(str(self.template.value()), FOLLOW_UP))
        day = self.said_day()
        self._day_field.say(f"{say_weekday(day)} {say_day(day)}" if day else "")
        self._edited()

    def _edited(self) -> None:
        if not self._filling:
            self.note.say_not_saved()
            self._autosave.touch()

    def _gather(self) -> dict[str, Any]:
        return {
            "note_id": self._note_id, "patient_id": self.person.value(), "person": self.person.text(),
            "author": self.author.value(), "day": self.day.text(), "folio": self.folio.text(),
            "kind": str(self.kind.value()), "template": self.template.value(), "sections": self.note.values(),
            "amends": self._amends,
        }  # fmt: skip

    def _resume(self, back: frozenset[str]) -> None:
        """What was typed and not handed on stands here again."""
        kept = self._office.ask(notes.paper_draft)
        if kept is None or kept_text(kept.fields, "amends") not in {"", *back}:
            # Its author confirmed it after all.
            return
        self._show_draft(kept.record_id, kept.fields)
        self.note.set_caret(kept.caret)

    def _show_draft(self, encounter_id: str, draft: Mapping[str, Any]) -> None:
        self._filling = True
        self._encounter_id = encounter_id
        self._amends = kept_text(draft, "amends")
        self._note_id = kept_text(draft, "note_id", self._note_id)
        if isinstance(draft.get("patient_id"), str):
            self.person.set_value(draft["patient_id"], kept_text(draft, "person"))
        self.author.set_value(draft.get("author"))
        self.day.setText(kept_text(draft, "day"))
        self.folio.setText(kept_text(draft, "folio"))
        self.kind.set_value(kept_text(draft, "kind"))
        self.template.set_value(draft.get("template"))
        self.note.set_template(TEMPLATES.get(kept_text(draft, "template"), FOLLOW_UP))
        self.note.fill({"sections": kept_dict(draft, "sections")})
        self._lock_form()
        self._filling = False

    def _keep(self, done: Callable[[datetime | None], None]) -> None:
        keep = partial(
            transcribing.keep_paper, encounter_id=self._encounter_id, fields=self._gather(), caret=self.note.caret()
        )

        def failed(error: ClinicError) -> None:
            done(None)
            self._office.voice.say(error, self)

        self._office.do(keep, self, then=done, failed=failed)

    def keep_draft(self) -> None:
        self._autosave.flush(at_once=True)

    def hideEvent(self, event: QHideEvent) -> None:
        self.keep_draft()
        super().hideEvent(event)

    # handing on

    def hand_on(self) -> None:
        if self._amends:
            again = partial(
                transcribing.retype_note, note_id=self._amends, new_note_id=self._note_id, sections=self.note.values()
            )
            self._office.do(again, self, then=self._handed_on)
            return
        day = self.said_day()
        if self.form.find_faults() or day is None:
            return
        paper = PaperNote(
            patient_id=str(self.person.value()), clinician_id=str(self.author.value()), occurred_on=day,
            kind=EncounterKind(self.kind.value()), template=str(self.template.value()), folio=self.folio.text(),
            sections=self.note.values(),
        )  # fmt: skip
        send = partial(
            transcribing.transcribe_note, encounter_id=self._encounter_id, note_id=self._note_id, paper=paper
        )
        self._office.do(send, self, then=self._handed_on)

    def _handed_on(self, _note_id: str) -> None:
        self._autosave.stop()
        self._office.notice(_("It waits for its author."))
        self._office.go("paper-notes")
