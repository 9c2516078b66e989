"""The one box at the top: a hand and a scanner type into it, and the keys act from there."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from clinic_desktop.app import house
from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.patients.queries import memory
from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.screens.person_page import PersonPage
from clinic_desktop.features.patients.screens.registration import RegistrationScreen
from clinic_desktop.features.patients.screens.search import SearchPage
from clinic_desktop.features.patients.service import registering as service
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.shell.frame import Frame
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.office import Office
from tests.patients.conftest import details

Key = Qt.Key
PASTED = (
    "<b>Ana</b>", "=1+1", "\u202eanA\u200f", "😀 ʼ K’iche’", "a" * 200, "María\nTzoc\r\nPérez", "\t\x00\x07", "%_*?[]'",
    "9" * 200, "\ud800", " \u00a0 ", "ﷺ" * 50, "&&&", "{name}", "1-2-3-4-5-6-7-8-9",
)  # fmt: skip


@pytest.fixture
def window(office: Any, qtbot: Any) -> Any:
    house.furnish()
    shown = Frame(office, house.places(), house.frame_slots(lambda: None), home="persons")
    qtbot.addWidget(shown)
    shown.resize(1366, 697)
    shown.show()
    qtbot.waitExposed(shown)
    shown.activateWindow()
    return shown


@pytest.fixture
def tzoc(do: Any) -> PatientId:
    patient_id = PatientId(new_id())
    for who, name in ((patient_id, "Tzoc Pérez, María"), (PatientId(new_id()), "Coj, Ana")):
        do(lambda work, i=who, n=name: service.register(work, i, details(n, "1987", mother_name="Rosa Pérez")))
    return patient_id


def press(window: Any, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    target = window.top.search if window.top.search.hasFocus() else window
    QTest.keyClick(target, key, held)


def test_a_scanned_card_opens_its_person(window: Any, tzoc: PatientId, ask: Any) -> None:
    number = ask(lambda r: queries.header(r, tzoc)).number
    press(window, Key.Key_F2)
    QTest.keyClicks(window.top.search, number)
    press(window, Key.Key_Return)
    assert isinstance(window.page(), PersonPage)
    assert window.page().patient_id == tzoc
    assert window.top.search.text() == ""


def test_f5_checks_the_chosen_person_in_while_the_hand_is_in_the_box(window: Any, tzoc: PatientId, ask: Any) -> None:
    press(window, Key.Key_F2)
    QTest.keyClicks(window.top.search, "tzoc")
    press(window, Key.Key_F5)
    assert [row.patient_id for row in ask(agenda.today)] == [tzoc]


def test_ctrl_n_registers_with_the_words_that_were_typed(window: Any, tzoc: PatientId) -> None:
    press(window, Key.Key_F2)
    QTest.keyClicks(window.top.search, "juana xicay")
    press(window, Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert isinstance(window.page(), RegistrationScreen)


def test_esc_gives_the_page_back(window: Any, tzoc: PatientId) -> None:
    press(window, Key.Key_F2)
    QTest.keyClicks(window.top.search, "tzoc")
    assert window.is_searching()
    press(window, Key.Key_Escape)
    assert (window.is_searching(), window.top.search.text()) == (False, "")


def test_a_low_window_keeps_the_deeds_there_is_room_for_and_every_key(window: Any, tzoc: PatientId, ask: Any) -> None:
    window.resize(911, 442)
    press(window, Key.Key_F2)
    QTest.keyClicks(window.top.search, "tzoc")
    page = window.findChild(SearchPage)
    page.show_rest()
    preview = page.preview
    seen = [button for button in preview.findChildren(Button) if button.isVisible()]
    hidden = {deed.key for deed, button in preview._hung if not button.isVisible()}
    assert {preview.open_page, *(button for deed, button in preview._hung if deed.primary)} <= set(seen)
    assert "" not in hidden and {"card", "vitals"} <= hidden
    assert preview.minimumSizeHint().height() <= preview.height()
    assert all(preview.rect().contains(button.geometry()) for button in seen)
    asked: list[Any] = []
    for deed, button in preview._hung:
        button.clicked.disconnect()
        button.clicked.connect(lambda *_, key=deed.key: asked.append(key))
    for key in (Key.Key_O, Key.Key_T, Key.Key_G):
        press(window, key, Qt.KeyboardModifier.ControlModifier)
    press(window, Key.Key_V, Qt.KeyboardModifier.AltModifier)
    assert asked == ["card", "appointment", "arrived", "vitals"]
    window.resize(1366, 697)
    assert all(button.isVisible() for _deed, button in preview._hung)
    asked.clear()
    press(window, Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert asked == ["card"]


@pytest.mark.parametrize("text", PASTED, ids=range(len(PASTED)))
def test_whatever_is_pasted_is_text(window: Any, tzoc: PatientId, text: str) -> None:
    if text != "\ud800":
        QGuiApplication.clipboard().setText(text)
        press(window, Key.Key_F2)
        window.top.search.paste()
    window.top.search.setText(text)
    window.grab()
    press(window, Key.Key_Return)
    window.end_search()


def test_the_index_is_loaded_beside_the_window(vault: Any, actor: Any, tzoc: PatientId, qapp: Any, qtbot: Any) -> None:
    theme.start(qapp)
    office = Office(vault, actor)
    page = SearchPage(office)
    qtbot.addWidget(page)
    page.show()
    page.look_for("tzoc")
    assert page.table.count() == 1
    qtbot.waitUntil(lambda: vault.ask(memory.is_loaded, actor))
    qtbot.waitUntil(office.is_idle)
    page.look_for("coj")
    assert page.table.count() == 1
    office.close()
    page.look_for("tzoc")
    vault.close()
    page._rested()
    assert vault._remembered == {}
