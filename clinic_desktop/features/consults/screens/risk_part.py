"""Danger in the open consultation: the strip over the page, and the answer that is signed with the note."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.rules.scoring import CriticalAnswer
from clinic_desktop.features.consults.screens.danger import AnswerSheet, Danger, DangerStrip, OutcomeSheet
from clinic_desktop.features.consults.screens.parts import Here, kept_day, kept_dict, kept_text
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button


class RiskPart(QObject):
    """`strip` shows what is open or asked; `button` opens the same while the strip has nothing to show."""

    edited = Signal()

    def __init__(self, screen: QWidget) -> None:
        super().__init__(screen)
        self._screen = screen
        self._here: Here | None = None
        self._answer: RiskAnswer | None = None
        self._critical: tuple[CriticalAnswer, ...] = ()
        self.strip = DangerStrip()
        self.button = Button(_("Risk"), key="section_6", kind="quiet", icon="alert-triangle")
        self.strip.pressed.connect(self.open)
        self.button.clicked.connect(self.open)

    def set_critical(self, critical: tuple[CriticalAnswer, ...]) -> None:
        """Answers of today that ask to be looked at."""
        self._critical = critical
        self._show()

    def danger(self) -> Danger:
        first = self._critical[0] if self._critical else None
        item, value = (first.item, first.value) if first else (None, None)
        return Danger(self._here.chart.risk if self._here else None, item, value, self._answer)

    def _show(self) -> None:
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
            AnswerSheet(self._screen, here.today, self._keep, self._answer).open()

    def _keep(self, answer: RiskAnswer) -> None:
        self._answer = answer
        self._show()
        self.edited.emit()

    # as a part of the consultation

    def fill(self, draft: Mapping[str, Any]) -> None:
        found = kept_dict(draft, "risk")
        self._answer = _read_answer(found) if found else None
        self._show()

    def kept(self) -> Mapping[str, Any]:
        return {"risk": None if self._answer is None else _write_answer(self._answer)}

    def show_here(self, here: Here) -> None:
        self._here = here
        self._show()

    def written(self, so_far: Written) -> Written:
        return replace(so_far, risk=self._answer)

    def obstacle(self, so_far: Written) -> Callable[[], None] | None:
        return partial(self.open) if self.danger().is_unanswered else None


def _write_answer(answer: RiskAnswer) -> dict[str, Any]:
    day = answer.next_contact_on
    return asdict(answer) | {"next_contact_on": None if day is None else day.isoformat()}


def _read_answer(kept: Mapping[str, Any]) -> RiskAnswer:
    return RiskAnswer(
        bool(kept.get("opens")), kept_text(kept, "holder_name"), kept_day(kept, "next_contact_on"),
        kept_text(kept, "whom_to_look_for"), kept_text(kept, "words"),
    )  # fmt: skip
