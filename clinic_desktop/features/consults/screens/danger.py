"""What asks to be looked at first: the strip of an open risk, and the sheets in which a person answers it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.agenda.rules.day import read_when
from clinic_desktop.features.consults.rules.risk import OpenRisk, RiskAnswer, next_contact, reason_item
from clinic_desktop.features.consults.service import risk
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Button, Tabs
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit, TextArea
from clinic_desktop.uikit.forms import Field, Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Phrase, Piece, Text, quiet, semi


@dataclass(frozen=True, slots=True)
class Danger:
    """What the strip shows: an open risk, a critical answer of today, and what was answered to it."""

    standing: OpenRisk | None = None
    item: int | None = None
    value: int | None = None
    answer: RiskAnswer | None = None

    @property
    def is_there(self) -> bool:
        return self.standing is not None or self.item is not None or self.answer is not None

    @property
    def is_unanswered(self) -> bool:
        """A critical answer that nobody has answered yet: signing will ask."""
        return self.item is not None and self.standing is None and (self.answer is None or not self.answer.is_answered)


class DangerStrip(Card):
    """Over the whole page, never in a list that others see."""

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="danger_soft", bar="danger", margins=(S4, 4, S2, 4), parent=parent)
        self.button = Button(_("Note the outcome"), key="section_6")
        self.button.clicked.connect(self.pressed.emit)
        self._head = Text("", weight="semi", color="danger")
        self.words = Phrase()
        self.body.addLayout(row(Icon("alert-triangle", "danger", 20), self._head, (self.words, 1), self.button, gap=S3))

    def show_danger(self, danger: Danger, today: date) -> None:
        self.setVisible(danger.is_there)
        if danger.standing is not None:
            self._head.setText(_("Open risk"))
            self.words.set_pieces(*_said_open(danger, danger.standing, today))
            self.button.setText(_("Note the outcome"))
        elif danger.answer is not None and danger.answer.is_answered:
            self._head.setText(_("Risk opens on signing") if danger.answer.opens else _("Risk looked at"))
            self.words.set_pieces(*_said_answer(danger.answer, today))
            self.button.setText(_("Change"))
        elif danger.item is not None:
            self._head.setText(_("Question {item}: {value}").format(item=danger.item, value=danger.value))
            self.words.set_pieces(_("Say who keeps an eye on the person, or what you found."))
            self.button.setText(_("Answer"))


def _said_open(danger: Danger, standing: OpenRisk, today: date) -> list[Piece]:
    dot = quiet("  ·  ")
    said: list[Piece] = []
    item = danger.item or reason_item(standing.reason_code)
    if danger.item is not None:
        said += [_("Question {item}: {value} today").format(item=item, value=danger.value), dot]
    elif item is not None:
        said += [_("Question {item} on {day}").format(item=item, day=say_day(standing.reason_on)), dot]
    contact = say_day(standing.next_contact_on)
    late = standing.is_overdue(today)
    said += [quiet(_("Held by") + " "), semi(standing.holder_name or _("nobody")), dot]
    said += [quiet(_("Next contact") + " "), semi(_("{day}, overdue").format(day=contact) if late else contact)]
    if standing.whom_to_look_for:
        said += [dot, quiet(_("Whom to look for") + " "), semi(standing.whom_to_look_for)]
    return said


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
        self.words.setMinimumHeight(72)
        self._holder = Edit()
        holder = self.add(
            "holder", _("Who keeps an eye on them, nearby"), self._holder, optional=False,
            check=lambda text: None if str(text).strip() else _("Name somebody nearby."),
        )  # fmt: skip
        self._day = self.add("day", _("Next contact"), Edit(placeholder="7d"), optional=True, check=self._check_day)
        whom = self.add("whom", _("Whom to look for"), Edit(), optional=True)
        told = self.add("words", words, self.words, optional=words_optional)
        self.rest: tuple[Field, ...] = (holder, self._day, whom)
        stack(self, row((holder, 2), (self._day, 1), gap=S3), whom, told, gap=S3)
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

    def take_focus(self) -> None:
        self._holder.setFocus()

    def text(self, name: str) -> str:
        return str(self.value(name) or "").strip()

    def answer(self, *, opens: bool) -> RiskAnswer:
        return RiskAnswer(opens, self.text("holder"), self.next_day(), self.text("whom"), self.text("words"))


class AnswerSheet(Sheet):
    """The clinician's answer to a critical question: a risk is opened, or words say what was found."""

    def __init__(
        self,
        parent: QWidget | None,
        today: date,
        then: Callable[[RiskAnswer], object],
        known: RiskAnswer | None = None,
    ) -> None:
        self._then = then
        self.tabs = Tabs([_("Open the risk"), _("Looked at, not opened")], 0 if known is None or known.opens else 1)
        self.form = _RiskForm(today, words=_("In words"), words_optional=True)
        why = Text(_("The program decides nothing and tells nobody. It keeps what you say."), "small", color="quiet")
        super().__init__(_("An answer about danger"), parent, self.tabs, self.form, why, width=560)
        if known is not None:
            self.form.fill({"holder": known.holder_name, "whom": known.whom_to_look_for, "words": known.words})
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        self.keep = self.add_deed(Button(_("Keep the answer"), key="save", kind="primary"), self._keep)
        self.tabs.chosen.connect(self._shape)
        self._shape(self.tabs.at())
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
        self._then(answer)


class OutcomeSheet(Sheet):
    """What came of the contact that was due; or that it is over."""

    def __init__(self, office: Office, patient_id: str, standing: OpenRisk, parent: QWidget | None) -> None:
        self._office, self._patient_id = office, patient_id
        self.form = _RiskForm(office.today(), words=_("What came of it"), words_optional=False)
        self.form.fill({"holder": standing.holder_name, "whom": standing.whom_to_look_for})
        super().__init__(_("Open risk"), parent, self.form, width=560)
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        if office.may(Permission.SIGN_NOTES):
            self.close_risk = self.add_deed(Button(_("It is over")), self._close_risk)
        self.keep = self.add_deed(Button(_("Note the outcome"), key="save", kind="primary"), self._keep)

    def _keep(self) -> None:
        if self._has_words() and not self.form.find_faults():
            note = partial(
                risk.note_risk_contact, patient_id=self._patient_id, outcome=self.form.text("words"),
                holder_name=self.form.text("holder"), next_contact_on=self.form.next_day(),
                whom_to_look_for=self.form.text("whom"),
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
