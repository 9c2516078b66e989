"""Diagnoses and what stands in a list that opens while one types: what the keys mark is what is taken."""

from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.consults.queries import diagnoses
from clinic_desktop.features.consults.rules.diagnoses import (
    ClinicalStatus,
    ConditionChange,
    Diagnosis,
    VerificationStatus,
    find,
)
from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.screens.diagnosis import DiagnosisPanel, SinceField
from clinic_desktop.uikit.choices import Suggest


@pytest.fixture
def consult(open_screen: Any, patient: str, arrive: Any) -> ConsultScreen:
    return open_screen(ConsultScreen, patient_id=patient, appointment_id=arrive(patient))


def choose(field: Suggest, letters: str, downs: int) -> None:
    field.setFocus()
    QTest.keyClicks(field, letters)
    for _step in range(downs):
        QTest.keyClick(field._popup, Qt.Key.Key_Down)
    QTest.keyClick(field._popup, Qt.Key.Key_Return)
    QApplication.processEvents()


def codes(panel: DiagnosisPanel) -> list[str | None]:
    return [change.diagnosis.code for change in panel.changes()]


def key(does: str) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, {"tab": Qt.Key.Key_Tab, "space": Qt.Key.Key_Space}[does])
    QApplication.processEvents()


def test_enter_takes_the_diagnosis_that_is_marked_and_a_second_enter_takes_no_other(consult: ConsultScreen) -> None:
    field = consult.diagnosis.field
    choose(field, "dep", 2)
    assert codes(consult.diagnosis) == ["F32.2"]
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert codes(consult.diagnosis) == ["F32.2"]


def test_enter_takes_the_medicine_that_is_marked(open_screen: Any, patient: str, tablets: Any) -> None:
    for name in ("fluoxetina", "flufenazina"):
        tablets(name)
    medicine = open_screen(ConsultScreen, patient_id=patient).prescription.medicine
    choose(medicine, "flu", 0)
    first = medicine.value()
    medicine.clear()
    choose(medicine, "flu", 1)
    assert medicine.value() not in (None, first)


def test_standing_and_since_when_are_said_by_keys_alone(consult: ConsultScreen, ask: Any, patient: str) -> None:
    choose(consult.diagnosis.field, "dep", 0)
    key("tab")
    key("space")
    key("space")
    key("space")
    key("tab")
    key("space")
    key("tab")
    focused = QApplication.focusWidget()
    assert isinstance(focused, SinceField)
    QTest.keyClicks(focused, "2019")
    consult.sign()
    (row,) = ask(partial(diagnoses.conditions, patient_id=patient))
    assert (row.clinical_status, row.verification_status) == (ClinicalStatus.REMISSION, VerificationStatus.CONFIRMED)
    assert str(row.since) == "2019"


def test_a_since_that_is_no_day_is_not_signed_as_nothing(consult: ConsultScreen, ask: Any, patient: str) -> None:
    choose(consult.diagnosis.field, "dep", 0)
    (field,) = consult.diagnosis.findChildren(SinceField)
    QTest.keyClicks(field, "31/2")
    consult.sign()
    assert field.hasFocus()
    assert field.is_wrong()
    assert ask(partial(diagnoses.conditions, patient_id=patient)) == ()


def test_reading_the_chart_again_takes_nothing_from_the_hand(consult: ConsultScreen, sign: Any, patient: str) -> None:
    choose(consult.diagnosis.field, "dep", 0)
    (field,) = consult.diagnosis.findChildren(SinceField)
    field.setFocus()
    QTest.keyClicks(field, "20")
    consult.diagnosis.show_here(consult._here)
    assert field.hasFocus()
    assert field.text() == "20"


def test_one_code_is_one_diagnosis_whatever_word_stands_for_it(
    sign: Any, ask: Any, patient: str, open_screen: Any
) -> None:
    official = Diagnosis("F32.1", "Episodio depresivo moderado", "Episodio depresivo moderado")
    sign(patient, conditions=(ConditionChange(official),))
    screen = open_screen(ConsultScreen, patient_id=patient)
    usual = find("F32.1")
    assert usual is not None
    assert usual.title != official.title
    screen.diagnosis._picked(usual)
    screen.diagnosis._picked(usual)
    screen.sign()
    assert [row.code for row in ask(partial(diagnoses.conditions, patient_id=patient))] == ["F32.1"]


def test_what_was_over_and_begins_again_is_a_line_of_its_own(sign: Any, ask: Any, patient: str) -> None:
    usual = find("F32.1")
    assert usual is not None
    sign(patient, conditions=(ConditionChange(usual),))
    sign(patient, conditions=(ConditionChange(usual, ClinicalStatus.RESOLVED),))
    sign(patient, conditions=(ConditionChange(usual),))
    shown = [row.clinical_status for row in ask(partial(diagnoses.conditions, patient_id=patient))]
    assert shown == [ClinicalStatus.ACTIVE, ClinicalStatus.RESOLVED]
