"""Danger in the open consultation: the strip over the page, and the answer that is signed with the note."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Any, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import risks
from clinic_desktop.features.consults.rules.asking_danger import Assessment, kept_answers, read_answers
from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.rules.scoring import CriticalAnswer
from clinic_desktop.features.consults.screens.danger import (
    AnswerSheet,
    AskingSheet,
    Danger,
    DangerStrip,
    OutcomeSheet,
)
from clinic_desktop.features.consults.screens.parts import Here, kept_day, kept_dict, kept_list, kept_text
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button


class RiskPart(QObject):
    """`strip` shows what is open or asked; `button` opens the same while the strip has nothing to show."""

    edited = Signal()
    opens_today = Signal(bool)
    """Whether a risk opens when this note is signed."""
    plan_next = Signal()
    """The clinic's questions were answered, and the person is in danger: time for the safety plan."""

    def __init__(self, screen: QWidget) -> None:
        super().__init__(screen)
        self._screen = screen
        self._here: Here | None = None
        self._answer: RiskAnswer | None = None
        self._assessment: Assessment | None = None
        self._critical: tuple[CriticalAnswer, ...] = ()
        self.strip = DangerStrip()
        self.button = Button(_("Risk"), key="section_6", kind="quiet", icon="alert-triangle", parent=screen)
        self.strip.pressed.connect(self.open)
        self.strip.asking.connect(self.ask)
        self.button.clicked.connect(self.open)

    def set_critical(self, critical: tuple[CriticalAnswer, ...]) -> None:
        """Answers of today that ask to be looked at."""
        self._critical = critical
        self._show()

    def danger(self) -> Danger:
        chart = self._here.chart if self._here else None
        asked = self._assessment is not None and not self._assessment.is_empty
        died = chart is not None and chart.header.died_on is not None
        return Danger(chart.risk if chart else None, self._critical, self._answer, died=died, asked=asked)

    def _show(self) -> None:
        self.opens_today.emit(self._answer is not None and self._answer.opens)
        if self._here is not None:
            self.strip.show_danger(self.danger(), self._here.today)
            # One key, one deed: the strip has it while there is something to answer.
            self.button.setVisible(not self.danger().is_there)

    def open(self) -> None:
        """What came of an open risk, or the answer to what was said today."""
        if self._here is None:
            return
        here, standing = self._here, self._here.chart.risk
        if standing is not None:
            OutcomeSheet(here.office, here.encounter.patient_id, standing, self._screen).open()
        else:
            AnswerSheet(
                self._screen, here.today, self._keep, self._answer, questions=here.office.ask(risks.questions),
                assessment=self._assessment, asked=self._asked,
            ).open()  # fmt: skip

    def ask(self) -> None:
        """The clinic's own questions, where a risk is open already and today's answers speak of danger again."""
        if self._here is not None:
            questions = self._here.office.ask(risks.questions)
            AskingSheet(self._screen, questions, self._assessment, self._asked_alone).open()

    def _asked(self, assessment: Assessment) -> None:
        self._assessment = assessment

    def _asked_alone(self, assessment: Assessment) -> None:
        self._assessment = assessment
        self._show()
        self.edited.emit()
        self.plan_next.emit()

    def _keep(self, answer: RiskAnswer) -> None:
        opened_before = self._answer is not None and self._answer.opens
        self._answer = answer
        self._show()
        self.edited.emit()
        if answer.opens and not opened_before:
            self.plan_next.emit()

    # as a part of the consultation

    def fill(self, draft: Mapping[str, Any]) -> None:
        found = kept_dict(draft, "risk")
        self._answer = _read_answer(found) if found else None
        asked = kept_dict(draft, "assessment")
        self._assessment = _read_assessment(asked) if kept_text(asked, "id") else None
        self._show()

    def kept(self) -> Mapping[str, Any]:
        answer, asked = self._answer, self._assessment
        return {
            "risk": None if answer is None else _write_answer(answer),
            "assessment": None if asked is None else _write_assessment(asked),
        }

    def show_here(self, here: Here) -> None:
        self._here = here
        self._show()

    def written(self, so_far: Written) -> Written:
        return replace(so_far, risk=self._answer, assessment=self._assessment)

    def obstacle(self, so_far: Written) -> Callable[[], None] | None:
        return partial(self.open) if self.danger().is_unanswered else None


def _write_answer(answer: RiskAnswer) -> dict[str, Any]:
    day = answer.next_contact_on
    return asdict(answer) | {"next_contact_on": None if day is None else day.isoformat()}


def _read_answer(kept: Mapping[str, Any]) -> RiskAnswer:
    return RiskAnswer(
        bool(kept.get("opens")), kept_text(kept, "holder_name"), kept_day(kept, "next_contact_on"),
        kept_text(kept, "whom_to_look_for"), kept_text(kept, "words"),
        kept_text(kept, "holder_contact"),
    )  # fmt: skip


def _write_assessment(asked: Assessment) -> dict[str, Any]:
    told = {"id": asked.assessment_id, "words": asked.words, "done": asked.done_text}
    return {**told, "answers": kept_answers(asked.asked)}


def _read_assessment(kept: Mapping[str, Any]) -> Assessment:
    answers = read_answers(cast("dict[str, str]", one) for one in kept_list(kept, "answers") if isinstance(one, dict))
    return Assessment(kept_text(kept, "id"), answers, kept_text(kept, "words"), kept_text(kept, "done"))
