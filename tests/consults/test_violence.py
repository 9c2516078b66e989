"""Violence at home is asked alone, and nothing is written of who did it."""

from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import violence
from clinic_desktop.features.consults.screens.violence import ViolenceSheet


def test_violence_is_asked_alone_with_a_key_each_and_corrected_by_a_new_answer(
    office: Any, ask: Any, qtbot: Any, patient: str
) -> None:
    behind = QWidget()
    qtbot.addWidget(behind)
    sheet = ViolenceSheet(office, patient, None, behind)
    sheet.answer.set_at(0)
    sheet.keep.click()
    assert sheet.form.fields["alone"].is_wrong()
    sheet.alone.set_at(0)
    sheet.helps.set_at(0)
    sheet.keep.click()
    sheet.links[0].click()
    sheet.answer.set_at(2)
    sheet.keep.click()
    assert [(r.answer, r.wants_help) for r in ask(partial(violence.violence_answers, patient_id=patient))] == [
        ("not-said", True)
    ]
    sheet.close()
