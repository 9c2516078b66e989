"""A signed note as it is read."""

from typing import Any

from PySide6.QtWidgets import QLabel

from clinic_desktop.features.consults.screens.reading import NoteView
from clinic_desktop.kernel.clock import StillClock


def words_of(open_screen: Any, note_id: str) -> list[str]:
    view = open_screen(NoteView)
    view.show_note(note_id)
    return [label.text() for label in view.findChildren(QLabel)]


def test_a_note_signed_in_the_evening_was_typed_that_day(
    sign: Any, patient: str, open_screen: Any, clock: StillClock
) -> None:
    # In Greenwich it is tomorrow already.
    clock.advance(seconds=11 * 3600)
    assert not [words for words in words_of(open_screen, sign(patient).note_id) if "typed on" in words]
