import subprocess
import sys
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QWidget

from clinic_desktop.uikit import dialogs, qt_words
from clinic_desktop.uikit.fields import TextArea


@pytest.fixture
def window(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
    return made


def test_enter_answers_with_the_visible_default_and_esc_says_no(window, qtbot) -> None:
    told = []
    first = dialogs.ask_yes_no(
        "¿Guardar?", window, lambda: told.append("yes"), lambda: told.append("no"), default_yes=True
    )
    qtbot.keyClick(first.yes, Qt.Key.Key_Return)
    second = dialogs.ask_yes_no("¿Anular?", window, lambda: told.append("yes"), lambda: told.append("no"))
    qtbot.keyClick(second.no, Qt.Key.Key_Escape)
    assert told == ["yes", "no"]


def test_words_are_asked_for_until_there_are_some(window, qtbot) -> None:
    told = []
    asked = dialogs.ask_text("¿Por qué?", window, told.append)
    assert not asked.yes.isEnabled()
    qtbot.keyClicks(asked.edit, " otra persona ")
    qtbot.keyClick(asked.edit, Qt.Key.Key_Return)
    assert told == ["otra persona"]


def test_a_sentence_is_plain_text_and_leads_on(window, qtbot) -> None:
    told = []
    said = dialogs.say("<b>x</b>", window, then=lambda: told.append(1))
    assert said.sentence.textFormat() == Qt.TextFormat.PlainText
    said.yes.click()
    assert told == [1]


@pytest.mark.parametrize("opened", ["words", "question", "sentence"])
def test_a_dialog_that_is_done_holds_the_screen_behind_it_no_more(qtbot, opened) -> None:
    """Otherwise Qt, deleting the dialog, deletes its own parent on the way, and the program ends."""

    class Screen(QWidget):
        def heard(self, *_words: str) -> None: ...

    screen = Screen()
    screen.show()
    if opened == "words":
        dialogs.ask_text("¿Por qué?", screen, screen.heard, text="x").yes.click()
    elif opened == "question":
        dialogs.ask_yes_no("¿Seguro?", screen, screen.heard).yes.click()
    else:
        dialogs.say("Algo.", screen, then=screen.heard).yes.click()
    gone = weakref.ref(screen)
    del screen
    assert gone() is None
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_qt_speaks_spanish(qapp) -> None:
    assert qt_words.speak(qapp, "es")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancelar"
    qt_words.speak(qapp, "en")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


def test_python_keeps_its_own_import_after_qt() -> None:
    code = (
        "import builtins; own = builtins.__import__\n"
        "from clinic_desktop.uikit.quick_import import fetch_qt\n"
        "fetch_qt()\n"
        "from PySide6.QtWidgets import QApplication\n"
        "assert builtins.__import__ is own\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_sheet_with_many_words_asks_before_it_is_left_and_the_lock_is_never_asked(qtbot) -> None:
    for typed, asks in (("short", False), ("x" * dialogs.LONG, True)):
        behind = QWidget()
        qtbot.addWidget(behind)
        behind.show()
        area = TextArea("here before " * 10)
        sheet = dialogs.Sheet("Words", behind, area)
        sheet.open()
        area.setText(typed)
        qtbot.keyClick(sheet, Qt.Key.Key_Escape)
        question = dialogs.front()
        assert isinstance(question, dialogs.Question) == asks
        if isinstance(question, dialogs.Question):
            question.no.click()
            assert sheet.isVisible()
            sheet.reject()
        assert not sheet.isVisible()
