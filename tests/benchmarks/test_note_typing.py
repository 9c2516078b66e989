"""Typing in a note of 20,000 letters: a key and its frame, and the longest gap while the note is being kept."""

import time
from functools import partial
from statistics import median
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.service import encounters
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.fields import TextArea
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice

pytestmark = pytest.mark.benchmark
FRAME_MS, KEYS = 16.0, 120
SENTENCE = "Duerme mejor, teje con su hermana. "
LONG = {"one paragraph": SENTENCE * 580, "many paragraphs": "\n".join([SENTENCE * 4] * 145)}


def keys(field: TextArea, count: int = KEYS) -> list[float]:
    """Milliseconds from each key to the painted field."""
    found: list[float] = []
    for _ in range(count):
        started = time.perf_counter()
        QTest.keyClick(field, Qt.Key.Key_A)
        field.viewport().repaint()
        QApplication.processEvents()
        found.append((time.perf_counter() - started) * 1000)
    return found


def bare(qtbot: Any, words: str) -> float:
    field = TextArea(words)
    qtbot.addWidget(field)
    field.resize(400, 240)
    field.show()
    field.moveCursor(field.textCursor().MoveOperation.End)
    return median(keys(field))


@pytest.mark.parametrize("shape", list(LONG))
def test_a_key_and_a_save_in_a_note_of_20000_letters(
    vault: Vault, actor: Actor, qtbot: Any, qapp: QApplication, shape: str
) -> None:
    theme.start(qapp)
    office = Office(vault, actor, voice=RememberingVoice())
    details = Details(given_names="Rosa", family_name="Quispe")
    who = vault.do(partial(patients.register, patient_id=PatientId(new_id()), details=details), actor).patient_id
    begun = vault.do(partial(encounters.open_encounter, encounter_id=new_id(), patient_id=who), actor)
    screen = ConsultScreen(office, encounter_id=begun)
    qtbot.addWidget(screen)
    screen.resize(1282, 611)
    screen.show()
    field = screen.note.fields["plan"]
    field.setText(LONG[shape])
    field.setFocus()
    field.moveCursor(field.textCursor().MoveOperation.End)
    qtbot.waitUntil(screen._autosave.is_clean, timeout=5000)
    typed = keys(field)
    gaps = longest_gaps_while_saving(screen, field)
    plain = bare(qtbot, LONG[shape])
    print(f"\n{shape}: {len(field.text()):,} letters")
    print(f"a key {median(typed):.2f} ms, worst {max(typed):.2f}; {median(typed) / plain:.1f} x a bare field")
    print(
        f"longest gap of a save {median(gaps):.2f} ms, {median(gaps) / FRAME_MS:.2f} of a frame; worst {max(gaps):.2f}"
    )
    qtbot.waitUntil(screen._autosave.is_clean, timeout=5000)


def longest_gaps_while_saving(screen: ConsultScreen, field: TextArea) -> list[float]:
    """Of each of twenty saves: the longest that the event loop was away until it had come back."""
    found: list[float] = []
    for _ in range(20):
        QTest.keyClick(field, Qt.Key.Key_B)
        QApplication.processEvents()
        worst, started = 0.0, time.perf_counter()
        screen._autosave.flush()
        while not screen._autosave.is_clean():
            worst = max(worst, time.perf_counter() - started)
            started = time.perf_counter()
            QApplication.processEvents()
        found.append(max(worst, time.perf_counter() - started) * 1000)
    return found
