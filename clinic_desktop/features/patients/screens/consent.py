"""Asking for consent: one purpose under the other, each answered by one key, and how the talk went beside them."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from clinic_desktop.features.patients.letters.consents import consent_paper
from clinic_desktop.features.patients.queries import consents as queries
from clinic_desktop.features.patients.queries import people, photos, restricted
from clinic_desktop.features.patients.rules.ages import read_birth
from clinic_desktop.features.patients.rules.banner import banner_words
from clinic_desktop.features.patients.rules.consents import (
    FREE_TO_REFUSE,
    PURPOSES,
    WAY_WORDS,
    AboutMissing,
    ConsentPurpose,
    ConsentWay,
    NothingAnswered,
    PurposeLine,
    PurposeRule,
    Said,
    Talk,
    WayMissing,
    WitnessMissing,
    check,
    lines,
    say_answer,
    text_version,
)
from clinic_desktop.features.patients.rules.places import languages
from clinic_desktop.features.patients.service import consents as service
from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.drafts import drop_draft, find_draft
from clinic_desktop.storage.drafts import keep_draft as keep
from clinic_desktop.uikit.banner import person_banner
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Choice, Select
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import column, line_up, row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card, Line
from clinic_desktop.uikit.theme import S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Text

DRAFT = "consent"
_PAUSE_MS = 800
_WAYS = tuple(ConsentWay)
_TOGETHER = "together"
"""The one question for care and the own central office, which go together with coming here."""


class PurposeRow(QWidget):
    """One purpose: its name, what a yes means, yes or no, and whom or what the yes names."""

    def __init__(self, form: Form, rule: PurposeRule, holds: PurposeLine | None) -> None:
        super().__init__()
        self.rule = rule
        self.choice = Choice([_("Yes"), _("No")], moves_on=True)
        self.field = form.add(rule.purpose, _(rule.title), self.choice)
        self._means = Text(_(rule.yes), "small", color="quiet", wrap=True)
        self._now = Text(_said_now(holds), "small", "semi", "accent")
        self._now.setVisible(bool(self._now.text()))
        self.about = Edit(placeholder=_(rule.about)) if rule.about else None
        words = column(self._means, self._now, gap=0)
        if self.about is not None:
            named = form.add(f"{rule.purpose}-about", _(rule.about), self.about)
            named.setVisible(False)
            self._named = named
            words.addWidget(named)
        self.choice.chosen.connect(self._weigh)
        self.choice.setAccessibleDescription(_(rule.yes))
        line_up(self, self.field, (words, 1), gap=S4)

    def _weigh(self, at: int) -> None:
        """The words say what the answer that was given means."""
        self._means.setText(_(self.rule.no if at == 1 else self.rule.yes))
        if self.about is not None:
            self._named.setVisible(at == 0)

    def show_again(self) -> None:
        at = self.choice.at()
        self._weigh(-1 if at is None else at)

    def about_words(self) -> str:
        """Whom or what a yes names; a no is to everybody."""
        return self.about.text().strip() if self.about is not None and self.choice.at() == 0 else ""

    def said(self) -> Said | None:
        at = self.choice.at()
        return None if at is None else Said(self.rule.purpose, at == 0, self.about_words())


class ConsentScreen(QWidget):
    """Ctrl+M from a person's page. Ctrl+P shows the paper to be signed, Ctrl+Enter keeps the answers."""

    def __init__(self, office: Office, patient_id: PatientId, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office, self.patient_id = office, patient_id
        self._act_id = new_id()
        # Asked once: fields are checked as they lose the focus, also while the program locks and the vault is closed.
        self._today = office.today()
        self._about = office.ask(queries.about_person, patient_id)
        self._header = office.ask(people.header, patient_id)
        self._unsaved = self._saving = False
        self.form = Form()
        self._make_purposes()
        self._make_talk()
        self._make_buttons()
        self._lay_out()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.keep_draft)
        self.form.edited.connect(self._edited)
        office.follow(restricted.TABLES, self, self._may_stay)
        self._bring_draft()

    # building

    def _make_purposes(self) -> None:
        held: dict[ConsentPurpose, PurposeLine] = {}
        for line in lines(self._office.ask(queries.of_patient, self.patient_id), with_photo=True):
            held.setdefault(line.rule.purpose, line)
        self._together = [rule for rule in PURPOSES if not rule.refusable]
        self.together = Choice([_("Yes")], moves_on=True)
        self._together_field = self.form.add(_TOGETHER, _("Being cared for here"), self.together)
        self._together_now = _said_now(held.get(ConsentPurpose.CARE))
        self._photo = held[ConsentPurpose.PHOTO].entry is not None or self._office.ask(photos.are_on)
        shown = [r for r in PURPOSES if r.refusable and (self._photo or r.purpose is not ConsentPurpose.PHOTO)]
        self.rows = [PurposeRow(self.form, rule, held.get(rule.purpose)) for rule in shown]

    def _make_talk(self) -> None:
        form, known = self.form, self._about
        self.way = Choice([_(WAY_WORDS[way]) for way in _WAYS], tick=False, moves_on=True)
        self.language = Select([("", _("Not known")), *languages()])
        self.language.set_value(known.language_code)
        self.read_aloud = Choice([_("Yes"), _("No")], moves_on=True)
        self.said_back = Choice([_("Yes"), _("No")], moves_on=True)
        self.interpreter = Edit(placeholder=_("Name, relation"))
        self.witness = Edit(placeholder=_("Name"))
        self.of_clinic = Choice([_("Yes"), _("No")], moves_on=True)
        self.guardian = Edit(known.guardian if known.is_minor else "")
        self.decided_on = Edit(say_day(self._today))
        self.recording = Edit()
        self.note = Edit()
        self._talk_fields = {
            "language": form.add("language", _("Language we spoke"), self.language),
            "decided_on": form.add("decided_on", _("Day"), self.decided_on, check=self._complain_of_day),
            "read_aloud": form.add("read_aloud", _("Read aloud"), self.read_aloud),
            "said_back": form.add("said_back", _("Said it back in own words"), self.said_back),
            "interpreter": form.add("interpreter", _("Interpreter"), self.interpreter, optional=True),
            "way": form.add("way", _("How the yes is given"), self.way),
            "witness": form.add("witness", _("Witness"), self.witness, optional=True),
            "of_clinic": form.add("of_clinic", _("Is the witness of the clinic?"), self.of_clinic),
            "guardian": form.add("guardian", _("Who decides with the person"), self.guardian, optional=True),
            "recording": form.add("recording", _("Recording that was played"), self.recording, optional=True),
            "note": form.add("note", _("Note"), self.note, optional=True),
        }
        self._talk_fields["interpreter"].say(_("Never a child. If it is family, ask again alone."), "neutral")
        if known.needs_interpreter:
            self._talk_fields["interpreter"].say(
                _("The person needs an interpreter. Never a child; if it is family, ask again alone."), "warning"
            )
        if known.is_minor:
            self._talk_fields["guardian"].say(_("Under 18: write who decides with the person."), "warning")
        self.decided_on.textEdited.connect(self._say_day)

    def _make_buttons(self) -> None:
        self.back = Button(_("Go back"), "back", "quiet")
        self.back.clicked.connect(self._leave)
        self.print = Button(_("Paper to sign"), "print", icon="printer")
        self.print.clicked.connect(self._show_paper)
        self.save = Button(_("Keep the answers"), "save", "primary", "check", tall=True)
        self.save.clicked.connect(self._save)
        self.kept = Text("", "small", color="quiet")

    def _lay_out(self) -> None:
        together = column(
            *(Text(_(rule.yes), "small", color="quiet", wrap=True) for rule in self._together),
            Text(self._together_now, "small", "semi", "accent"),
            gap=0,
        )
        first = QWidget()
        fields = [self._together_field, *(purpose.field for purpose in self.rows)]
        for field in fields:
            field.setFixedWidth(max(one.sizeHint().width() for one in fields))
        line_up(first, self._together_field, (together, 1), gap=S4)
        asked = QWidget()
        stack(asked, first, Line(), Callout(_(FREE_TO_REFUSE), "accent"), *self.rows, None, gap=S3)
        asked.setContentsMargins(0, 0, S2, 0)
        f = self._talk_fields
        talk = QWidget()
        self._pairs = [
            row((f["language"], 1), (f["decided_on"], 1), gap=S3),
            row(f["read_aloud"], f["said_back"], None, gap=S3),
        ]
        stack(
            talk,
            self._pairs[0],
            self._pairs[1],
            f["interpreter"],
            f["way"],
            f["witness"],
            f["of_clinic"],
            f["guardian"],
            f["recording"],
            f["note"],
            None,
            gap=S3,
        )
        talk.setContentsMargins(0, 0, S2, 0)
        stack(self.form, row((asked, 3), (self._side(talk), 2), gap=S4))
        asked_card = Card(scrolled(self.form), margins=(S4, S3, S2, S3))
        deeds = row(self.back, self.kept, None, self.print, self.save, gap=S3)
        body = column((asked_card, 1), deeds, margins=(S4, S3, S4, S3), gap=S3)
        stack(self, person_banner(banner_words(self._header)), (body, 1), gap=0)

    def _side(self, talk: QWidget) -> QWidget:
        side = QWidget()
        line_up(side, Line(upright=True, length=400), (talk, 1), gap=S4)
        return side

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = is_compact(self.window().width())
        for pair in self._pairs:
            pair.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def take_focus(self) -> None:
        self.together.setFocus()

    def _may_stay(self) -> None:
        """Refused once the record was reserved: the office then goes back; the draft is kept."""
        self._office.ask(restricted.must_open, self.patient_id)

    # what it holds

    def answers(self) -> tuple[Said, ...]:
        """The answers as they stand in the form; what was not asked is not among them."""
        found = [Said(rule.purpose, True) for rule in self._together] if self.together.at() == 0 else []
        return (*found, *(said for purpose in self.rows if (said := purpose.said()) is not None))

    def talk(self) -> Talk:
        version = text_version()
        recording = self.recording.text().strip()
        return Talk(
            decided_on=self.day() or self._today,
            way=None if self.way.at() is None else _WAYS[self.way.at() or 0],
            language_code=self.language.value() or "",
            read_aloud=_yes(self.read_aloud),
            said_back=_yes(self.said_back),
            interpreter=self.interpreter.text(),
            witness=self.witness.text(),
            witness_is_of_clinic=_yes(self.of_clinic),
            text_version=f"{version} · {recording}" if recording else version,
            guardian=self.guardian.text(),
            note=self.note.text(),
        )

    def day(self) -> date | None:
        """The day that was typed, if it is one and not still to come."""
        return read_day(self.decided_on.text(), self._today)

    def _complain_of_day(self, _typed: str) -> str | None:
        return None if self.day() else _("Write a day that is not still to come, like 5/12/2026.")

    def _say_day(self, _typed: str) -> None:
        day = self.day()
        self._talk_fields["decided_on"].say(f"{say_weekday(day)} {say_day(day)}" if day else "")

    # keeping

    def _edited(self) -> None:
        self._unsaved = True
        self._pause.start()

    def keep_draft(self) -> None:
        """Called at every pause, and before a lock, the cover, and leaving."""
        self._pause.stop()
        if not self._unsaved or self._saving:
            return
        self._unsaved = False
        fields = self.form.values() | {"act_id": self._act_id}
        keeping = partial(keep, screen=DRAFT, record_id=self.patient_id, fields=fields, caret={})
        self._office.do(keeping, self, then=self._say_kept)

    def _say_kept(self, when: datetime) -> None:
        self.kept.setText(_("Draft kept {time}").format(time=f"{self._office.local(when):%H:%M:%S}"))

    def _bring_draft(self) -> None:
        found = self._office.ask(find_draft, DRAFT, self.patient_id)
        if found is None:
            return
        fields: dict[str, Any] = dict(found.fields)
        self._act_id = fields.pop("act_id", self._act_id)
        self.form.fill(fields)
        for purpose in self.rows:
            purpose.show_again()
        self.kept.setText(_("What was not finished is here again"))

    def hideEvent(self, event: QHideEvent) -> None:
        # Whoever hides it asked it to keep its draft before.
        super().hideEvent(event)
        self._pause.stop()

    def _leave(self) -> None:
        self.keep_draft()
        self._office.back()

    # the deeds

    def _save(self) -> None:
        if self._saving or self.form.find_faults():
            return
        self._saving = True
        self._pause.stop()
        saving = partial(
            service.record_answers,
            act_id=self._act_id,
            patient_id=self.patient_id,
            answers=self.answers(),
            talk=self.talk(),
        )
        self._office.do(saving, self, then=self._saved, failed=self._refused)

    def _saved(self, _ids: object) -> None:
        self._office.do(partial(drop_draft, screen=DRAFT, record_id=self.patient_id), self)
        self._office.notice(_("{name}: the answers are kept").format(name=self._header.said))
        self._office.go("persons", patient_id=self.patient_id)

    def _refused(self, error: ClinicError) -> None:
        self._saving = False
        self.complain(error)

    def complain(self, error: ClinicError) -> None:
        """Say it beside the field it is about."""
        fields = ((WayMissing, "way"), (WitnessMissing, "witness"), (NothingAnswered, _TOGETHER))
        name = next((name for kind, name in fields if isinstance(error, kind)), "")
        if isinstance(error, AboutMissing):
            missing = [p for p in self.rows if p.rule.about and p.choice.at() == 0 and not p.about_words()]
            name = f"{missing[0].rule.purpose}-about" if missing else ""
        if name:
            self.form.complain(name, error.sentence())
        else:
            self._office.voice.say(error, self)

    def _show_paper(self) -> None:
        """With what is answered so far; what is not has empty boxes, to be filled in by hand."""
        answers = self.answers()
        if answers:
            try:
                check(answers, self.talk(), self._today)
            except (WayMissing, WitnessMissing):
                pass  # The paper is what will carry the signature; the witness signs it by hand.
            except Refused as error:
                self.complain(error)
                return
        talk = self.talk() if answers else None
        pdf = self._office.ask(consent_paper, self.patient_id, answers, talk, photo=self._photo).pdf()
        show_paper(self._office, self, self.patient_id, pdf, "consent")


def show_paper(office: Office, screen: QWidget, patient_id: str, pdf: bytes, what: str) -> None:
    """Shown first, written down before it leaves. The file's name names nobody and no illness."""
    from clinic_desktop.printing.preview import Leaving, Preview

    def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
        noting: Callable[..., Any] = partial(
            service.note_printed, patient_id=patient_id, what=what, way=leaving.way, copies=leaving.copies
        )
        office.do(noting, screen, then=lambda _done: proceed())

    Preview(pdf, _("What I agree to"), parent=screen, record=record, suggested="hoja.pdf").open()


def read_day(typed: str, today: date) -> date | None:
    """A whole day that is not still to come, as it is typed everywhere here; None if it is not one."""
    try:
        told = read_birth(typed, today)
    except Refused:
        return None
    if told.estimated or told.day.day is None:
        return None
    return told.day.earliest()


def _yes(choice: Choice) -> bool | None:
    return None if choice.at() is None else choice.at() == 0


def _said_now(line: PurposeLine | None) -> str:
    if line is None or line.entry is None:
        return ""
    answer, day = say_answer(line.entry.answer), say_day(line.entry.decided_on)
    return _("Now: {answer}, {day}").format(answer=answer, day=day)
