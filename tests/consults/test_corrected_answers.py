"""Answers that were signed are corrected by new ones with a reason; and a scale is given outside a consultation."""

from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from clinic_desktop.features.consults.queries import risks, scales
from clinic_desktop.features.consults.rules.scoring import GivenScale, HowGiven
from clinic_desktop.features.consults.screens.answers import CorrectAnswersSheet, GivenElsewhereSheet
from clinic_desktop.features.consults.screens.danger import AnswerSheet
from clinic_desktop.features.consults.screens.reading import NoteView
from clinic_desktop.features.consults.screens.safety_plan import ChartPlanSheet
from clinic_desktop.features.consults.screens.scale_total import TotalEntry
from clinic_desktop.features.consults.service import instruments
from clinic_desktop.features.consults.service.instruments import AnswersCorrected, NotYourAnswers
from clinic_desktop.features.consults.service.risk import RiskNotAnswered
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, ReasonMissing
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.buttons import Link
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.words import Phrase
from tests.consults.conftest import HELD, phq9


def correction(do: Any, response_id: str, digits: str, reason: str = "read from the wrong sheet", **more: Any) -> None:
    do(partial(instruments.correct_response, response_id=response_id, given=phq9(digits), reason=reason, **more))


def test_corrected_answers_hold_and_those_before_stay_readable(do: Any, ask: Any, sign: Any, patient: str) -> None:
    first = phq9("333333330")
    sign(patient, scales=(first,))
    with pytest.raises(ReasonMissing):
        correction(do, first.response_id, "11111111-", reason="  ")
    correction(do, first.response_id, "11111111-")
    (row,) = ask(partial(scales.scores, patient_id=patient))
    assert (row.total, row.band, row.amend_reason) == (None, None, "read from the wrong sheet")
    (before,) = ask(partial(scales.corrected, patient_id=patient, response_id=row.response_id))
    assert (before.total, before.note_id, before.occurred_on) == (24, row.note_id, row.occurred_on)
    with pytest.raises(AnswersCorrected):
        correction(do, first.response_id, "000000000")
    correction(do, row.response_id, "111111110")
    (newest,) = ask(partial(scales.scores, patient_id=patient))
    told = ask(partial(scales.corrected, patient_id=patient, response_id=newest.response_id))
    assert [one.total for one in (newest, *told)] == [8, None, 24]


def test_a_correction_that_speaks_of_danger_asks_once(do: Any, ask: Any, sign: Any, patient: str) -> None:
    first = phq9("111111110")
    sign(patient, scales=(first,))
    with pytest.raises(RiskNotAnswered):
        correction(do, first.response_id, "111111112")
    assert [row.total for row in ask(partial(scales.scores, patient_id=patient))] == [8]
    correction(do, first.response_id, "111111112", answer=HELD)
    assert ask(partial(risks.risk_of, patient_id=patient)) is not None


def test_only_who_wrote_them_or_signs_corrects_answers(
    vault: Vault, sign: Any, patient: str, resident: Actor, supervisor: Actor
) -> None:
    first = phq9("000000000")
    sign(patient, scales=(first,))
    correct = partial(
        instruments.correct_response, response_id=first.response_id, given=phq9("100000000"), reason="slip"
    )
    with pytest.raises(NotYourAnswers):
        vault.do(correct, resident)
    vault.do(correct, supervisor)


def test_the_note_says_the_correction_what_stood_before_and_why(
    ask: Any, sign: Any, patient: str, office: Office, open_screen: Any
) -> None:
    signed = sign(patient, scales=(phq9("111111110"),))
    view = open_screen(NoteView)
    view.show_note(signed.note_id)
    QApplication.processEvents()
    next(link for link in view.findChildren(Link) if link.text() == "Correct the answers").click()
    sheet = view.findChild(CorrectAnswersSheet)
    assert isinstance(sheet, CorrectAnswersSheet)
    sheet.grid.choices[1].choose(3)
    assert sheet.state.text() == "10 of 27 · moderate"
    sheet.keep.click()
    assert sheet.reason.is_wrong()
    sheet.reason.setText("he said it again")
    sheet.keep.click()
    QApplication.processEvents()
    said = " ".join(phrase.text() for phrase in view.findChildren(Phrase) if not phrase.isHidden())
    assert "10 of 27 · moderate" in said
    assert "he said it again  before: 8 of 27 · mild" in said


def test_a_scale_outside_a_consultation_is_kept_with_how_it_was_asked_and_asks_for_danger(
    office: Office, ask: Any, patient: str, qtbot: Any
) -> None:
    behind = QWidget()
    qtbot.addWidget(behind)
    behind.show()
    sheet = GivenElsewhereSheet(office, patient, "phq9", behind)
    with qtbot.waitActive(sheet):
        sheet.open()
    for digit in "000000001":
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClicks(focused, digit)
    sheet.how.choose(2)
    sheet.language.set_value("ixl")
    assert sheet.remark.text() == "not validated in ixil"
    sheet.reader.setText("Rosa Brito")
    sheet.day.setText("20/11")
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    question = dialogs.front()
    assert isinstance(question, dialogs.Question)
    question.no.click()
    sheet.keep.click()
    assert ask(partial(scales.scores, patient_id=patient)) == ()
    asked = sheet.findChild(AnswerSheet)
    assert isinstance(asked, AnswerSheet)
    asked.tabs.set_at(1)
    asked._shape(1)
    asked.form.words.setText("asked again alone: no thought of it")
    asked.keep.click()
    (row,) = ask(partial(scales.scores, patient_id=patient))
    assert (row.total, row.how_given, row.language_code, row.read_by, row.interpreter_name) == (
        1, HowGiven.INTERPRETER, "ixl", "Rosa Brito", "Rosa Brito",
    )  # fmt: skip
    assert str(row.occurred_on) == "2026-11-20"
    assert not sheet.isVisible()


def test_a_danger_told_outside_a_consultation_leads_to_the_safety_plan_as_well(
    office: Office, patient: str, qtbot: Any
) -> None:
    behind = QWidget()
    qtbot.addWidget(behind)
    sheet = GivenElsewhereSheet(office, patient, "epds", behind)
    assert isinstance(sheet.grid, TotalEntry)
    sheet.grid.set_given("9", flagged=True)
    sheet.keep.click()
    asked = sheet.findChild(AnswerSheet)
    assert isinstance(asked, AnswerSheet)
    asked.form.fill({"holder": "Juana Brito"})
    asked.keep.click()
    assert behind.findChild(ChartPlanSheet) is not None


def test_a_total_only_is_corrected_too(do: Any, ask: Any, patient: str) -> None:
    first = GivenScale(new_id(), "epds", {}, total=12, flagged=False)
    do(partial(instruments.record_response, patient_id=patient, given=first))
    again = GivenScale(new_id(), "epds", {}, total=21, flagged=False)
    do(partial(instruments.correct_response, response_id=first.response_id, given=again, reason="21, not 12"))
    assert [row.total for row in ask(partial(scales.scores, patient_id=patient))] == [21]
