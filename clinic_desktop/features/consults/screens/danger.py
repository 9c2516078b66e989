"""What asks to be looked at first: the strip of an open risk, and the sheets in which a person answers it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.rules.day import read_when
from clinic_desktop.features.consults.rules.asking_danger import Assessment, DangerQuestion
from clinic_desktop.features.consults.rules.risk import (
    CONTACT_WORDS,
    ContactOutcome,
    OpenRisk,
    RiskAnswer,
    needs_words,
    next_after,
    next_contact,
    reason_item,
)
from clinic_desktop.features.consults.rules.scoring import CriticalAnswer, find_scale
from clinic_desktop.features.consults.screens.danger_questions import QuestionsForm
from clinic_desktop.features.consults.service import risk
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Button, Link, Tabs
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit, TextArea
from clinic_desktop.uikit.forms import Field, Form
from clinic_desktop.uikit.layouts import column, row, scrolled, stack
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Phrase, Piece, Text, quiet, semi


@dataclass(frozen=True, slots=True)
class Danger:
    """What the strip shows: an open risk, critical answers of today, and what was answered to them."""

    standing: OpenRisk | None = None
    critical: tuple[CriticalAnswer, ...] = ()
    answer: RiskAnswer | None = None
    died: bool = False
    """A death closes nothing by itself: that the risk still stands is said."""
    asked: bool = False
    """Something was answered to the clinic's questions today."""

    @property
    def is_there(self) -> bool:
        return self.standing is not None or bool(self.critical) or self.answer is not None

    @property
    def is_unanswered(self) -> bool:
        """A critical answer that nobody has answered yet: signing will ask."""
        return bool(self.critical) and self.standing is None and (self.answer is None or not self.answer.is_answered)


class DangerStrip(Card):
    """Over the whole page, never in a list that others see."""

    pressed = Signal()
    asking = Signal()
    """The clinic's own questions, where the risk is open already."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="danger_soft", bar="danger", margins=(S4, 4, S2, 4), parent=parent)
        self.button = Button(_("Note the outcome"), key="section_6")
        self.button.clicked.connect(self.pressed.emit)
        self._head = Text("", weight="semi", color="danger")
        self.words = Phrase()
        self.ask = Link(_("Ask the questions"), small=True)
        self.ask.clicked.connect(self.asking.emit)
        icon = Icon("alert-triangle", "danger", 20)
        self.body.addLayout(row(icon, self._head, (self.words, 1), self.ask, self.button, gap=S3))

    def show_danger(self, danger: Danger, today: date) -> None:
        self.setVisible(danger.is_there)
        self.ask.setVisible(danger.standing is not None and bool(danger.critical))
        self.ask.setText(_("Questions answered") if danger.asked else _("Ask the questions"))
        if danger.standing is not None:
            self._head.setText(_("Open risk"))
            self.words.set_pieces(*_said_open(danger, danger.standing, today))
            self.button.setText(_("Note the outcome"))
        elif danger.answer is not None and danger.answer.is_answered:
            self._head.setText(_("Risk opens on signing") if danger.answer.opens else _("Risk looked at"))
            self.words.set_pieces(*_said_answer(danger.answer, today))
            self.button.setText(_("Change"))
        elif danger.critical:
            self._head.setText(say_critical(danger.critical))
            self.words.set_pieces(_("Say who keeps an eye on the person, or what you found."))
            self.button.setText(_("Answer"))


def _said_open(danger: Danger, standing: OpenRisk, today: date) -> list[Piece]:
    dot = quiet("  ·  ")
    said: list[Piece] = []
    item = reason_item(standing.reason_code)
    if danger.died:
        said += [semi(_("The person died. Nobody closed this risk.")), dot]
    last = say_last_contact(standing)
    if last:
        said += [semi(last), dot]
    if danger.critical:
        said += [_("today {answers}").format(answers=say_critical(danger.critical)), dot]
    elif item is not None:
        said += [_("Question {item} on {day}").format(item=item, day=say_day(standing.reason_on)), dot]
    contact = say_day(standing.next_contact_on)
    late = standing.is_overdue(today)
    said += [quiet(_("Held by") + " "), semi(say_holder(standing)), dot]
    said += [quiet(_("Next contact") + " "), semi(_("{day}, overdue").format(day=contact) if late else contact)]
    # Of a low window the strip takes no more than it must.
    if standing.whom_to_look_for and not danger.critical:
        said += [dot, quiet(_("Whom to look for") + " "), semi(standing.whom_to_look_for)]
    return said


def say_last_contact(standing: OpenRisk) -> str:
    """That somebody looked for the person and did not find them well: what a clinician must not overlook."""
    told = next((one for one in ContactOutcome if one == standing.last_contact), None)
    if told in (None, ContactOutcome.REACHED_WELL) or standing.last_contact_on is None:
        return ""
    return f"{_(CONTACT_WORDS[told])}, {say_day(standing.last_contact_on)}"


def say_holder(standing: OpenRisk) -> str:
    """Everybody who keeps an eye on the person; two clinics may each have named somebody."""
    return ", ".join((standing.holder_name or _("nobody"), *standing.also_held_by))


def say_critical(critical: Sequence[CriticalAnswer]) -> str:
    """ "PHQ-9, question 9: 2", of every scale that asks to be looked at."""
    said: list[str] = []
    for answer in critical:
        scale = find_scale(answer.scale_code)
        words = _("{scale}, question {item}: {value}")
        title = scale.title if scale else answer.scale_code
        said.append(words.format(scale=title, item=answer.item, value=answer.value))
    return " · ".join(said)


def _said_answer(answer: RiskAnswer, today: date) -> list[Piece]:
    if not answer.opens:
        return [answer.words]
    day = say_day(answer.next_contact_on or next_contact(today))
    said: list[Piece] = [
        quiet(_("Held by") + " "),
        semi(answer.holder_name),
        quiet(f"  ·  {_('Next contact')} "),
        semi(day),
    ]
    if answer.whom_to_look_for:
        said += [quiet(f"  ·  {_('Whom to look for')} "), semi(answer.whom_to_look_for)]
    return said


class _RiskForm(Form):
    """Who holds it, when next, whom to look for, in words."""

    def __init__(self, today: date, *, words: str, words_optional: bool) -> None:
        super().__init__()
        self._today = today
        self.words = TextArea()
        self.words.setMinimumHeight(56)
        self._holder = Edit()
        holder = self.add(
            "holder", _("Who keeps an eye on them, nearby"), self._holder, optional=False,
            check=lambda text: None if str(text).strip() else _("Name somebody nearby."),
        )  # fmt: skip
        reach = self.add("reach", _("How to reach them"), Edit(), optional=True)
        self._day = self.add("day", _("Next contact"), Edit(placeholder="7d"), optional=True, check=self._check_day)
        whom = self.add("whom", _("Whom to look for"), Edit(), optional=True)
        told = self.add("words", words, self.words, optional=words_optional)
        self.rest: tuple[Field, ...] = (holder, reach, self._day, whom)
        pairs = row((holder, 3), (reach, 2), gap=S3), row((whom, 3), (self._day, 2), gap=S3)
        stack(self, *pairs, told, gap=S2)
        self._day.say(say_day(next_contact(today)))
        self.edited.connect(self._say_day)

    def _check_day(self, typed: object) -> str | None:
        text = str(typed or "").strip()
        found = read_when(text, self._today) if text else next_contact(self._today)
        if found is None:
            return _("Write 7d, 2s or 5/12.")
        return _("This day is over.") if found < self._today else None

    def _say_day(self) -> None:
        self._day.say(say_day(self.next_day()))

    def next_day(self) -> date:
        typed = str(self.value("day") or "").strip()
        return (read_when(typed, self._today) if typed else None) or next_contact(self._today)

    def typed_day(self) -> date | None:
        """Only what somebody wrote."""
        return self.next_day() if str(self.value("day") or "").strip() else None

    def say_day(self, words: str) -> None:
        self._day.say(words)

    def take_focus(self) -> None:
        self._holder.setFocus()

    def text(self, name: str) -> str:
        return str(self.value(name) or "").strip()

    def answer(self, *, opens: bool) -> RiskAnswer:
        told = self.text("holder"), self.next_day(), self.text("whom"), self.text("words"), self.text("reach")
        return RiskAnswer(opens, *told)


NOTHING_DECIDED = N_("The program decides nothing and tells nobody. It keeps what you say.")


_AROUND, _LEAST = 190, 160


def room_for(parent: QWidget | None) -> int:
    """How high what scrolls in a sheet may be, so that the sheet is no higher than the window under it."""
    return max(_LEAST, (parent.window().height() if parent else 697) - _AROUND)


class AnswerSheet(Sheet):
    """The clinician's answer to a critical question: the clinic's own questions at the left; at the right a risk is
    opened, or words say what was found. `asked` is told what was answered and done, before `then`."""

    def __init__(
        self,
        parent: QWidget | None,
        today: date,
        then: Callable[[RiskAnswer], object],
        known: RiskAnswer | None = None,
        *,
        questions: Sequence[DangerQuestion] = (),
        assessment: Assessment | None = None,
        asked: Callable[[Assessment], object] | None = None,
    ) -> None:
        self._then, self._asked = then, asked
        self.tabs = Tabs([_("Open the risk"), _("Looked at, not opened")], 0 if known is None or known.opens else 1)
        self.form = _RiskForm(today, words=_("In words"), words_optional=True)
        self.questions = QuestionsForm(questions, assessment)
        why = Text(_(NOTHING_DECIDED), "small", color="quiet", wrap=True)
        right = column(self.tabs, (self.form, 1), gap=S2)
        asks = scrolled(self.questions)
        asks.setMaximumHeight(room_for(parent))
        asks.setMinimumWidth(330)
        body = row((asks, 4), (right, 5), gap=S4) if questions else right
        super().__init__(_("An answer about danger"), parent, body, why, width=860 if questions else 560)
        if known is not None:
            told = {"holder": known.holder_name, "whom": known.whom_to_look_for, "words": known.words}
            self.form.fill({**told, "reach": known.holder_contact})
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        self.keep = self.add_deed(Button(_("Keep the answer"), key="save", kind="primary"), self._keep)
        self.tabs.chosen.connect(self._shape)
        self._shape(self.tabs.at())
        if questions:
            self.questions.take_focus()
        else:
            self.form.take_focus()

    def _shape(self, at: int) -> None:
        for field in self.form.rest:
            field.setVisible(at == 0)

    def _keep(self) -> None:
        answer = self.form.answer(opens=self.tabs.at() == 0)
        if not answer.is_answered:
            self.form.complain(
                "holder" if answer.opens else "words",
                _("Name somebody nearby.") if answer.opens else _("Write what you found."),
            )
            return
        if answer.opens and self.form.find_faults():
            return
        self.accept()
        if self._asked is not None:
            self._asked(self.questions.assessment(answer.words))
        self._then(answer)


class AskingSheet(Sheet):
    """The clinic's own questions alone, where the risk is open already."""

    def __init__(
        self,
        parent: QWidget,
        questions: Sequence[DangerQuestion],
        assessment: Assessment | None,
        then: Callable[[Assessment], object],
    ) -> None:
        self._then = then
        self.questions = QuestionsForm(questions, assessment, words=True)
        area = scrolled(self.questions)
        area.setMinimumHeight(min(self.questions.sizeHint().height() + 4, room_for(parent)))
        area.setMaximumHeight(room_for(parent))
        why = Text(_(NOTHING_DECIDED), "small", color="quiet", wrap=True)
        super().__init__(_("Questions about danger"), parent, (area, 1), why, width=560)
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        self.keep = self.add_deed(Button(_("Keep the answers"), key="save", kind="primary"), self._keep)
        self.questions.take_focus()

    def _keep(self) -> None:
        self.accept()
        self._then(self.questions.assessment())


_OUTCOMES = tuple(ContactOutcome)


class OutcomeSheet(Sheet):
    """What came of the contact that was due, with one key and words; or that it is over."""

    def __init__(self, office: Office, patient_id: str, standing: OpenRisk, parent: QWidget | None) -> None:
        self._office, self._patient_id = office, patient_id
        self.outcome = Choice([_(CONTACT_WORDS[one]) for one in _OUTCOMES], tick=False, moves_on=True)
        self.outcome.setAccessibleName(_("What came of it"))
        self.form = _RiskForm(office.today(), words=_("In words"), words_optional=True)
        told = {"holder": standing.holder_name, "whom": standing.whom_to_look_for, "reach": standing.holder_contact}
        self.form.fill(told)
        label = Text(_("What came of it"), weight="semi")
        super().__init__(_("Open risk"), parent, label, row(self.outcome, None), self.form, width=640)
        self.setMaximumWidth(max(640, self.outcome.width() + 60))
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        if office.may(Permission.SIGN_NOTES):
            self.close_risk = self.add_deed(Button(_("It is over")), self._close_risk)
        self.keep = self.add_deed(Button(_("Note the outcome"), key="save", kind="primary"), self._keep)
        self.outcome.chosen.connect(self._say_next)
        self.form.edited.connect(self._say_next)
        self.outcome.setFocus()

    def _chosen(self) -> ContactOutcome | None:
        at = self.outcome.at()
        return None if at is None else _OUTCOMES[at]

    def _say_next(self, _at: int = 0) -> None:
        """Who was not found, or is not well, stays due unless somebody names a day."""
        chosen = self._chosen()
        stays = chosen is not None and next_after(chosen, self._office.today()) is None
        self.form.say_day(_("stays due") if stays and not self.form.typed_day() else say_day(self.form.next_day()))

    def _keep(self) -> None:
        chosen = self._chosen()
        if (chosen is None or needs_words(chosen)) and not self._has_words():
            return
        if self.form.find_faults():
            return
        note = partial(
            risk.note_risk_contact, patient_id=self._patient_id, outcome=self.form.text("words"), outcome_code=chosen,
            holder_name=self.form.text("holder"), next_contact_on=self.form.typed_day(),
            whom_to_look_for=self.form.text("whom"), holder_contact=self.form.text("reach"),
        )  # fmt: skip
        self._office.do(note, self, then=lambda _none: self.accept())

    def _close_risk(self) -> None:
        if self._has_words():
            close = partial(risk.close_risk, patient_id=self._patient_id, outcome=self.form.text("words"))
            self._office.do(close, self, then=lambda _none: self.accept())

    def _has_words(self) -> bool:
        if not self.form.text("words"):
            self.form.complain("words", _("Write what came of it."))
            return False
        return True
