"""Asking the four questions, one key each: large enough to be read by the person, who may also answer alone."""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from clinic_desktop.features.patients.queries import consents
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.rules.places import languages
from clinic_desktop.features.rights.rules.asking import ANSWERS, FREE, OWN_WORDS, QUESTIONS, Answers
from clinic_desktop.features.rights.rules.kinds import RightsAnswerKind, say_answer
from clinic_desktop.features.rights.screens.form_sheet import FormSheet
from clinic_desktop.features.rights.service import asking as service
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.buttons import Button, presses
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit, TextArea
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.painting import focus_ring, rounded
from clinic_desktop.uikit.theme import RADIUS, S2, S3, S4, S6, col, font, metrics
from clinic_desktop.uikit.words import Text


class AskSheet(FormSheet):
    """Read aloud by somebody who did not treat the person. What is left alone was not asked."""

    def __init__(self, office: Office, patient_id: str, parent: QWidget) -> None:
        self._answer_id = new_id()
        name = office.ask(patients.header, PatientId(patient_id)).said
        super().__init__(office, parent, name, _(FREE), width=640, patient_id=patient_id)
        about = office.ask(consents.about_person, patient_id)
        questions = [self.choice(q.name, _(q.asked), [say_answer(a) for a in ANSWERS]) for q in QUESTIONS]
        self.language = Select([("", _("Not known")), *languages()])
        self.language.set_value(about.language_code)
        language = self.form.add("language", _("Language we spoke"), self.language)
        self.interpreter = Edit(placeholder=_("Name, relation; never a child"))
        interpreter = self.form.add("interpreter", _("Interpreter"), self.interpreter, optional=True)
        words = self.words("words", _("What else do you want to tell us?"))
        self.finish(*questions, words, row((language, 1), (interpreter, 1), gap=S3), keep=_("Keep the answers"))
        self.form.fields[QUESTIONS[0].name].editor.setFocus()

    def use_case(self) -> Callable[..., Any]:
        said = {question.name: self._said(question.name) for question in QUESTIONS}
        return partial(
            service.keep_answers,
            answer_id=self._answer_id,
            patient_id=self._patient_id,
            answers=Answers(**said, words=self.text("words")),
            language_code=self.language.value() or "",
            interpreter_name=self.interpreter.text(),
        )

    def _said(self, name: str) -> RightsAnswerKind | None:
        at = self.at(name)
        return None if at is None else ANSWERS[at]

    def said(self, _result: Any) -> str:
        return _("The answers are kept. Whoever treated the person does not see them.")


class BigAnswer(QAbstractButton):
    """An answer to be read from a lap: large words, its digit above them. Enter, Space, the digit or a click."""

    def __init__(self, digit: str, words: str) -> None:
        super().__init__()
        self._digit = digit
        self.setText(words)
        self.setAccessibleName(words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(max(140, metrics("title", "semi").horizontalAdvance(self.text()) + 48), 88)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if presses(event):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, area = QPainter(self), QRectF(self.rect()).adjusted(1, 1, -1, -1)
        rounded(painter, area, col("surface"), col("accent"), RADIUS, 1.5)
        painter.setPen(col("quiet"))
        painter.setFont(font("small"))
        painter.drawText(area.adjusted(0, 8, 0, 0), Qt.AlignmentFlag.AlignHCenter, self._digit)
        painter.setPen(col("text"))
        painter.setFont(font("title", "semi"))
        painter.drawText(area.adjusted(0, 14, 0, 0), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            focus_ring(painter, area)


@runtime_checkable
class Coverable(Protocol):
    """The frame around the rooms, which can hide what it shows until its person says the PIN."""

    def cover(self) -> None: ...


class AloneView(Sheet):
    """Handed over: one question at a time over the whole screen, and nothing else. At the end a thank you, which stays.

    Esc does nothing, and whoever ends it meets the cover: what lies behind is not for the person who answers.
    """

    def __init__(self, office: Office, patient_id: str, parent: QWidget) -> None:
        super().__init__(_("How were you treated?"), parent)
        self._office, self._patient_id, self._answer_id = office, patient_id, new_id()
        self._given: dict[str, RightsAnswerKind] = {}
        self._at = 0
        self.setMaximumSize(16_777_215, 16_777_215)
        self.question = Text("", "title", "bold", wrap=True)
        self.question.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.said = Text(_(FREE), "head", color="quiet", wrap=True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.choices = [BigAnswer(str(at + 1), _(OWN_WORDS[answer])) for at, answer in enumerate(ANSWERS)]
        for at, choice in enumerate(self.choices):
            choice.clicked.connect(partial(self._chosen, at))
        self.words = TextArea()
        self.words.setAccessibleName(_("What else do you want to tell us?"))
        self.words.setMinimumHeight(120)
        self.words.hide()
        self.next = self.add_deed(Button(_("Go on"), "save", "primary", tall=True), self._next)
        self.leave = Button(_("Take the computer back"), kind="quiet")
        self.leave.clicked.connect(self.reject)
        self.leave.hide()
        self.deeds.insertWidget(0, self.leave)
        self.body.setContentsMargins(S6, S6, S6, S6)
        holder = QWidget()
        stack(
            holder,
            None,
            self.question,
            S4,
            row(None, *self.choices, None, gap=S3),
            self.words,
            S3,
            self.said,
            None,
            gap=S2,
        )
        self.body.addWidget(holder, 1)
        self.finished.connect(self._cover)
        self._show()

    def open(self) -> None:
        self.setWindowState(Qt.WindowState.WindowFullScreen)
        super().open()
        self.choices[0].setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self.leave.isVisible():
            event.accept()
        elif event.text() in ("1", "2", "3") and self._at < len(QUESTIONS):
            self._chosen(int(event.text()) - 1)
        else:
            super().keyPressEvent(event)

    def _show(self) -> None:
        if self._at < len(QUESTIONS):
            question = QUESTIONS[self._at]
            self.question.setText(_(question.asked))
            for choice in self.choices:
                choice.setAccessibleDescription(_(question.asked))
            self.choices[0].setFocus()
        elif self._at == len(QUESTIONS):
            self.question.setText(_("What else do you want to tell us?"))
            for choice in self.choices:
                choice.hide()
            self.words.show()
            self.words.setFocus()
            self.next.setText(_("Done"))

    def _chosen(self, at: int, *_clicked: object) -> None:
        self._given[QUESTIONS[self._at].name] = ANSWERS[at]
        self._next()

    def _next(self) -> None:
        if self._at < len(QUESTIONS):
            self._at += 1
            self._show()
        elif not self._given and not self.words.text().strip():
            self._thank()
        else:
            keeping = partial(
                service.keep_answers,
                answer_id=self._answer_id,
                patient_id=self._patient_id,
                answers=Answers(**self._given, words=self.words.text()),
                by_the_person=True,
            )
            self._office.do(keeping, self, then=lambda _none: self._thank(), failed=self._failed)

    def _failed(self, error: ClinicError) -> None:
        self._office.voice.say(error, self)

    def _cover(self) -> None:
        around = self.parentWidget()
        while around is not None and not isinstance(around, Coverable):
            around = around.parentWidget()
        if around is not None:
            around.cover()

    def _thank(self) -> None:
        for widget in (*self.choices, self.words, self.next):
            widget.hide()
        self.words.clear()
        self.question.setText(_("Thank you."))
        self.said.setText(_("Please give the computer back."))
        self.leave.show()
        self.leave.setFocus()
