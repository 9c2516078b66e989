import re
from collections import Counter
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

from clinic_desktop.uikit import keys
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.fields import Edit, TextArea
from clinic_desktop.uikit.layouts import stack

PROGRAM = Path(keys.__file__).parents[1]
BOUND = [(known.name, stroke) for known in keys.KEYS if not known.by_hand for stroke in known.strokes]


def test_no_key_has_two_meanings() -> None:
    strokes = Counter(QKeySequence(stroke).toString() for known in keys.KEYS for stroke in known.strokes)
    assert [stroke for stroke, count in strokes.items() if count > 1] == []
    assert len({known.name for known in keys.KEYS}) == len(keys.KEYS)


def test_no_key_is_promised_that_nothing_acts_on() -> None:
    files = [file for file in PROGRAM.rglob("*.py") if file.name != "keys.py"]
    written = {literal for file in files for literal in re.findall(r'"(\w+)"', file.read_text(encoding="utf-8"))}
    named = {known.name for known in keys.KEYS if not known.by_hand and not known.name[-1].isdigit()}
    assert sorted(named - written) == []


def test_every_function_key_has_a_letter_twin() -> None:
    for known in keys.KEYS:
        if known.strokes[0][0] == "F" and known.strokes[0][1:].isdigit():
            assert known.strokes[1].startswith("Ctrl+"), known.name


def test_no_key_takes_what_writing_needs() -> None:
    editing = {"Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+Z", "Ctrl+Y", "Ctrl+A", "Tab", "Backspace", "Del"}
    assert editing.isdisjoint(stroke for _name, stroke in BOUND)
    assert [stroke for _name, stroke in BOUND if "+" not in stroke and not stroke.startswith("F")] == []


def _override(widget: QWidget, stroke: str) -> bool:
    """Whether the widget wants the stroke for itself, as Qt asks before any shortcut."""
    pressed = cast(Any, QKeySequence(stroke))[0]
    event = QKeyEvent(QEvent.Type.ShortcutOverride, pressed.key(), pressed.keyboardModifiers())
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


@pytest.mark.parametrize("make", [Edit, TextArea])
def test_a_text_field_swallows_no_registered_key(qtbot, make: type[QWidget]) -> None:
    field = make()
    qtbot.addWidget(field)
    assert [stroke for _name, stroke in BOUND if _override(field, stroke)] == []


def test_a_button_is_pressed_by_its_key_while_it_can_be_seen(qtbot) -> None:
    window, pressed = QWidget(), []
    arrived = Button("Arrived", key="arrived")
    field = Edit()
    stack(window, field, arrived)
    qtbot.addWidget(window)
    arrived.clicked.connect(lambda: pressed.append(1))
    with qtbot.waitActive(window):
        window.show()
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_F5)
    qtbot.keyClick(field, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert len(pressed) == 2
    arrived.setEnabled(False)
    qtbot.keyClick(field, Qt.Key.Key_F5)
    arrived.setEnabled(True)
    arrived.hide()
    qtbot.keyClick(field, Qt.Key.Key_F5)
    assert len(pressed) == 2


def test_the_help_names_every_key_once() -> None:
    lines = [line for _group, group_lines in keys.help_lines() for line in group_lines]
    assert len(lines) == len([known for known in keys.KEYS if not keys._is_repeat(known)])
    assert any(line.caps == ("Alt+1-9",) for line in lines)
