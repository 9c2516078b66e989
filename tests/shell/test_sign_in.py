import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.shell.recover import Recover
from clinic_desktop.shell.recovery_code import CodeShown
from clinic_desktop.shell.sign_in import SignIn
from clinic_desktop.shell.slowly import run_at_once
from tests.shell.doors_of_test import CODE, PEOPLE, THRESHOLD, PlainDoors


@pytest.fixture
def doors() -> PlainDoors:
    return PlainDoors()


@pytest.fixture
def shown(qtbot):
    def show(doors: PlainDoors, **kwargs) -> SignIn:
        window = SignIn(doors, run=run_at_once, **kwargs)
        qtbot.addWidget(window)
        window.resize(1366, 697)
        with qtbot.waitActive(window):
            window.show()
        return window

    return show


def test_the_last_person_is_chosen_and_the_password_has_the_focus(shown, doors, qtbot) -> None:
    window = shown(doors)
    assert (window.people.said(), window.password.hasFocus()) == ("Ana", True)
    qtbot.keyClicks(window.password, "arbol luna")
    with qtbot.waitSignal(window.entered) as told:
        qtbot.keyClick(window.password, Qt.Key.Key_Return)
    assert told.args[0].session == "session of s1"
    assert window.password.text() == ""


def test_a_digit_picks_a_person_while_the_cards_have_the_focus(shown, doors, qtbot) -> None:
    window = shown(doors)
    qtbot.keyClick(window.password, Qt.Key.Key_Escape)
    assert window.people.cards[0].hasFocus()
    qtbot.keyClicks(window.people.cards[0], "3")
    assert (window.people.said(), window.password.hasFocus()) == ("Rosa", True)
    assert window.asks.text() == "Password of Rosa"


def test_a_digit_in_the_password_is_part_of_the_password(shown, doors, qtbot) -> None:
    window = shown(doors)
    qtbot.keyClicks(window.password, "3x")
    assert (window.people.said(), window.password.text()) == ("Ana", "3x")


def test_somebody_else_types_the_name(shown, doors, qtbot) -> None:
    window = shown(doors)
    qtbot.keyClick(window.password, Qt.Key.Key_Escape)
    qtbot.keyClicks(window.people.cards[0], "0")
    qtbot.keyClicks(window.people.name, "Juana")
    qtbot.keyClick(window.people.name, Qt.Key.Key_Return)
    qtbot.keyClicks(window.password, "arbol luna")
    qtbot.keyClick(window.password, Qt.Key.Key_Return)
    assert doors.asked == [("open_by_name", "Juana", "arbol luna")]


def test_names_that_are_not_to_be_shown_are_nowhere(shown, qtbot) -> None:
    window = shown(PlainDoors(replace(THRESHOLD, names_shown=False)))
    assert window.people.cards == ()
    assert window.people.name.hasFocus()
    assert not any(known.name in window.people.name.placeholderText() for known in PEOPLE)


def test_a_wrong_password_is_told_in_a_sentence_and_can_be_typed_over(shown, doors, qtbot) -> None:
    window = shown(doors)
    qtbot.keyClicks(window.password, "wrong")
    window.enter.click()
    assert window.trouble.words.text() == "The password does not open these data."
    assert window.password.hasFocus()
    assert window.password.selectedText() != ""
    assert window.enter.isEnabled()


def test_without_a_password_nothing_is_tried(shown, doors) -> None:
    window = shown(doors)
    window.enter.click()
    assert doors.asked == []


def test_the_slow_opening_leaves_the_window_alive_and_waits_once(qtbot, doors) -> None:
    waiting = []
    window = SignIn(doors, run=lambda work, done, failed: waiting.append((work, done)))
    qtbot.addWidget(window)
    window.show()
    window.password.setText("arbol luna")
    window.enter.click()
    window.password.returnPressed.emit()
    assert (len(waiting), window.progress.isVisible(), window.enter.isEnabled()) == (1, True, False)


def test_the_key_is_derived_off_the_thread_of_the_windows(qtbot, doors) -> None:
    import threading

    threads = []
    doors.open = lambda slot_id, password: threads.append(threading.current_thread())
    window = SignIn(doors)
    qtbot.addWidget(window)
    window.password.setText("x")
    with qtbot.waitSignal(window.entered):
        window._try()
    assert threads[0] is not threading.main_thread()


def test_caps_lock_is_told_in_words(shown, doors, qtbot) -> None:
    window = shown(doors)
    qtbot.keyClick(window.password, Qt.Key.Key_A)
    assert window.caps.isHidden()
    qtbot.keyClick(window.password, "A", Qt.KeyboardModifier.NoModifier)
    assert window.caps.isVisible()
    qtbot.keyClick(window.password, Qt.Key.Key_B)
    assert window.caps.isHidden()


def test_the_recovery_code_gives_a_new_password_and_a_new_code_to_keep(shown, doors, qtbot) -> None:
    window = shown(doors)
    window.cannot.click()
    recover = window.findChildren(Recover)[0]
    recover.code.setText(CODE)
    recover.new.propose()
    words = recover.new.password()
    recover.go_on.click()
    assert doors.asked == [("recover", CODE, "s1", words)]
    code = window.findChildren(CodeShown)[0]
    with qtbot.assertNotEmitted(window.entered):
        code.typed.setText("AAAA-AAAA")
        code.go_on.click()
    assert code.field.is_wrong()
    with qtbot.waitSignal(window.entered):
        code.typed.setText("pqrs tvwl")
        code.go_on.click()


def test_a_weak_new_password_is_refused_before_the_code_is_spent(shown, doors) -> None:
    window = shown(doors)
    window.cannot.click()
    recover = window.findChildren(Recover)[0]
    recover.code.setText(CODE)
    for field in (recover.new.first, recover.new.second):
        field.setText("1234")
    recover.go_on.click()
    assert doors.asked == []
    assert recover.form.fields["password"].is_wrong()


def test_the_language_can_be_changed_before_signing_in(shown, doors, qtbot) -> None:
    set_language("es")
    window = shown(doors)
    assert window.enter.text() == "Entrar"
    with qtbot.waitSignal(window.language_chosen) as told:
        window.language.click()
    assert told.args == ["en"]


@pytest.mark.parametrize("size", [(1366, 697), (1093, 558), (911, 442)])
@pytest.mark.parametrize("count", [1, 4, 9])
def test_it_fits_small_windows_without_scrolling_sideways(qtbot, size: tuple[int, int], count: int) -> None:
    people = tuple(replace(PEOPLE[0], slot_id=str(at), name=f"Persona {at}") for at in range(count))
    window = SignIn(PlainDoors(replace(THRESHOLD, people=people)), run=run_at_once)
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    qtbot.wait(10)
    assert window._signing.horizontalScrollBar().maximum() == 0
    if count <= 4:
        assert window._signing.verticalScrollBar().maximum() == 0


def test_the_sign_in_loads_nothing_that_it_does_not_paint() -> None:
    code = (
        "import sys\n"
        "import clinic_desktop.shell.sign_in\n"
        "import clinic_desktop.shell.first_run\n"
        "import clinic_desktop.shell.frame\n"
        "found = {name.split('.')[0] for name in sys.modules}\n"
        "found |= {name for name in sys.modules if name.startswith('PySide6.')}\n"
        "bad = {'sqlalchemy', 'reportlab', 'asyncio', 'numpy', 'PIL', 'PySide6.QtQml', 'PySide6.QtNetwork',\n"
        "       'PySide6.QtSvg', 'PySide6.QtPrintSupport', 'sqlcipher3'}\n"
        "sys.exit(repr(found & bad) if found & bad else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
