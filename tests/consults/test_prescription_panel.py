"""The prescription in the open consultation: typed in one line, repeated in two keys."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from clinic_desktop.features.consults.queries import diagnoses
from clinic_desktop.features.consults.rules.diagnoses import ConditionChange, find
from clinic_desktop.features.consults.screens.chart import ChartScreen
from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.screens.prescription import PrescriptionPanel
from clinic_desktop.features.consults.screens.prescription_paper import ask_paper, said_diagnosis
from clinic_desktop.features.consults.screens.prescription_sheets import DoseGridSheet, StopSheet
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.kinds import Form, Unit
from clinic_desktop.features.medication.service import formulary
from clinic_desktop.features.medication.service.formulary import NewPresentation
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.words import Phrase
from tests.consults.conftest import HELD


def typed(panel: PrescriptionPanel, medicine: str, dose: str, days: str = "") -> None:
    """As hands do it: each field ends with Enter."""
    panel.take_focus()
    QTest.keyClicks(panel.medicine, medicine)
    QTest.keyClick(panel.medicine, Qt.Key.Key_Return)
    panel.dose.insert(dose)
    QTest.keyClick(panel.dose, Qt.Key.Key_Return)
    if days:
        QTest.keyClicks(panel.days, days)
    if panel.medicine.text():
        QTest.keyClick(panel.days, Qt.Key.Key_Return)


def words(panel: PrescriptionPanel) -> str:
    return "\n".join(phrase.accessibleName() for phrase in panel.findChildren(Phrase))


@pytest.fixture
def treated(sign: Any, patient: str, tablets: Any) -> str:
    lines = tuple(
        PrescriptionLine(new_id(), tablets(name), None, read_dose(dose), 30)
        for name, dose in (("fluoxetina", "1-0-0"), ("tiamina", "0-0-1"))
    )
    sign(patient, prescription=lines)
    return patient


@pytest.fixture
def show(open_screen: Any) -> Callable[[str], ConsultScreen]:
    def make(patient_id: str) -> ConsultScreen:
        return open_screen(ConsultScreen, patient_id=patient_id)

    return make


def current(ask: Any, patient_id: str) -> dict[str, prescriptions.CurrentMedicine]:
    return {line.name: line for line in ask(partial(prescriptions.current_medicines, patient_id=patient_id))}


def test_as_needed_steps_and_weeks_are_typed_without_a_mouse(ask: Any, show: Any, patient: str, tablets: Any) -> None:
    for name in ("fluoxetina", "piridoxina", "tiamina"):
        tablets(name)
    screen = show(patient)
    panel = screen.prescription
    typed(panel, "fluo", "½-0-1", "6s")
    typed(panel, "piri", "1 sos 2", "10")
    typed(panel, "tiam", "½-0-0 7d > 1-0-0 3s")
    assert [line.in_short() for line in panel.lines()] == [
        "½-0-1 · 42 d", "1 sos 2 · 10 d", "½-0-0 7d → 1-0-0 21d · 28 d",
    ]  # fmt: skip
    screen.sign()
    found = current(ask, patient)
    assert {name: line.units for name, line in found.items()} == {"fluoxetina": 63, "piridoxina": 20, "tiamina": 25}


def test_a_changed_repeat_says_before_and_now_and_an_unchanged_one_nothing(show: Any, treated: str) -> None:
    panel = show(treated).prescription
    panel.repeat()
    assert "before" not in words(panel)
    line = next(line for line in panel.lines() if line.dose == "1-0-0")
    panel.change(line)
    panel.dose.setText("1-0-1")
    panel.add_typed()
    assert len(panel.lines()) == 2
    assert "before 1-0-0 · 30 d → now 1-0-1 · 30 d" in words(panel)


def test_a_repeat_says_what_is_no_longer_on_the_list(do: Any, ask: Any, show: Any, treated: str) -> None:
    gone = current(ask, treated)["tiamina"].presentation_id
    assert gone is not None
    do(partial(formulary.retire, presentation_id=gone, reason="Not bought any more"))
    panel = show(treated).prescription
    panel.repeat()
    assert len(panel.lines()) == 2 and panel.complaint.text() == "No longer on the list of medicines: tiamina"


def test_what_is_neither_repeated_nor_stopped_is_said(show: Any, treated: str) -> None:
    panel = show(treated).prescription
    typed(panel, "fluo", "1-0-0", "30")
    assert "Neither repeated nor stopped: tiamina 0-0-1" in words(panel)


def test_a_medicine_ends_with_a_reason_that_is_signed_with_the_note(ask: Any, show: Any, treated: str) -> None:
    screen = show(treated)
    panel = screen.prescription
    panel.repeat()
    panel.open_stop()
    sheet = screen.findChild(StopSheet)
    sheet.medicine.set_value(next(old for old in panel.left_over() or panel._current if old.name == "tiamina"))
    sheet.stop.click()
    assert not panel.stops()
    sheet.reason.setText("Too sleepy")
    sheet.stop.click()
    assert [line.dose for line in panel.lines()] == ["1-0-0"]
    assert any(line.stops and line.name == "tiamina" for line in panel.lines_to_check())
    screen.sign()
    assert list(current(ask, treated)) == ["fluoxetina"]


def test_the_grid_says_the_days_of_each_step(show: Any, patient: str, tablets: Any) -> None:
    tablets("sertralina")
    screen = show(patient)
    panel = screen.prescription
    panel.take_focus()
    QTest.keyClicks(panel.medicine, "sert")
    QTest.keyClick(panel.medicine, Qt.Key.Key_Return)
    QTest.keyClick(screen, Qt.Key.Key_T, Qt.KeyboardModifier.AltModifier)
    sheet = screen.findChild(DoseGridSheet)
    for at, (amount, lasts) in enumerate((("½", "7"), ("1", "2s"))):
        sheet.rows[at].times[0].setText(amount)
        sheet.rows[at].lasts.setText(lasts)
    sheet._say()
    assert sheet.rows[1].said.text()
    sheet.take.click()
    (line,) = panel.lines()
    assert (line.dose, line.days) == ("½-0-0 7d > 1-0-0 14d", 21)


def test_a_medicine_of_no_formulary_is_written_and_says_so(ask: Any, show: Any, patient: str) -> None:
    screen = show(patient)
    typed(screen.prescription, "litio de accion lenta", "1-0-1", "30")
    assert "not in the formulary" in words(screen.prescription)
    screen.sign()
    (line,) = current(ask, patient).values()
    assert (line.name, line.presentation_id, line.units) == ("litio de accion lenta", None, 60)


def test_a_bottle_of_unknown_content_asks_how_many(do: Any, show: Any, patient: str) -> None:
    new = NewPresentation("tiamina", Form.SOLUTION, "1 mg/mL", Unit.BOTTLE)
    do(partial(formulary.add_presentation, new=new))
    panel = show(patient).prescription
    typed(panel, "tiam", "2-0-2", "30")
    assert "how many" in panel.complaint.text()
    panel.days.setText("30 x2")
    panel.add_typed()
    assert [line.units for line in panel.lines()] == [2]


def test_a_bottle_whose_content_is_known_is_counted(do: Any, ask: Any, show: Any, patient: str) -> None:
    new = NewPresentation("tiamina", Form.SOLUTION, "1 mg/mL", Unit.BOTTLE, content_tenths_ml=600)
    do(partial(formulary.add_presentation, new=new))
    screen = show(patient)
    typed(screen.prescription, "tiam", "2-0-2", "30")
    screen.sign()
    assert current(ask, patient)["tiamina"].units == 2


def test_portions_and_a_keeper_are_asked_only_when_a_risk_is_open(show: Any, sign: Any, treated: str) -> None:
    panel = show(treated).prescription
    panel.repeat()
    assert not panel.terms.cap.isVisible()
    sign(treated, risk=HELD, sections={"plan": "Comes weekly."})
    screen = show(treated)
    panel = screen.prescription
    panel.repeat()
    assert panel.terms.cap.isVisible()
    panel.terms.cap.setText("7d")
    panel.terms.keeper.setText("Rosa, la hermana")
    lines = screen.written().prescription
    assert {(line.days_per_pickup, line.keeper_name) for line in lines} == {(7, "Rosa, la hermana")}


def test_portions_are_asked_too_when_the_risk_opens_with_this_very_note(show: Any, treated: str, qtbot: Any) -> None:
    screen = show(treated)
    panel = screen.prescription
    panel.repeat()
    screen.risk.fill({"risk": {"opens": True, "holder_name": "Juana Brito"}})
    assert panel.terms.cap.isVisible()
    qtbot.waitUntil(lambda: panel.terms.cap.visibleRegion().boundingRect().height() > 20)
    screen.risk.fill({"risk": {"opens": False, "words": "Tranquila"}})
    assert not panel.terms.cap.isVisible()


def test_the_draft_brings_lines_ends_and_terms_back(show: Any, treated: str) -> None:
    panel = show(treated).prescription
    panel.repeat()
    old = panel._current[0]
    panel._stop(old, "no effect")
    kept = panel.kept()
    again = show(treated).prescription
    again.fill(kept)
    assert again.lines() == panel.lines()
    assert again.stops() == {old.request_id: "no effect"}


def test_a_draft_of_another_program_does_no_harm(show: Any, patient: str) -> None:
    panel = show(patient).prescription
    panel.fill({"lines": [{"request_id": "x"}, "?", {"from": "tomorrow"}], "stops": []})
    assert panel.lines() == ()


def test_from_the_chart_too_a_prescription_goes_home_only_after_the_question(
    sign: Any, patient: str, open_screen: Any
) -> None:
    line = PrescriptionLine(new_id(), None, "Pasiflora", read_dose("1-0-1"), 30, units=60)
    sign(patient, prescription=(line,))
    chart = open_screen(ChartScreen, patient_id=patient)
    sheet = ask_paper(chart._office, patient, chart)
    assert sheet is not None
    assert not sheet.with_certainty.isEnabled(), "first the diagnosis, then how sure it is"
    sheet.with_diagnoses.setChecked(True)
    sheet.with_certainty.setChecked(True)
    sheet.show_paper.click()
    question = dialogs.front()
    assert isinstance(question, dialogs.Question)
    question.reject()
    assert dialogs.front() is None


def test_how_sure_a_diagnosis_is_stands_on_the_prescription_only_where_chosen(
    sign: Any, ask: Any, patient: str
) -> None:
    found = find("F32.1")
    assert found is not None
    sign(patient, conditions=(ConditionChange(found),))
    (row,) = ask(partial(diagnoses.conditions, patient_id=patient))
    assert said_diagnosis(row, sure=False) == f"{row.title} (F32.1)"
    assert said_diagnosis(row, sure=True) == f"{row.title} (F32.1), presumptive"
