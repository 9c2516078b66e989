"""Registering on the real window, without a mouse: how many keys it takes, and what a hasty hand does."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.screens.person_page import PersonPage
from clinic_desktop.features.patients.screens.registration import RegistrationScreen
from clinic_desktop.features.patients.service import registering
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.shell.frame import Frame
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit.buttons import Link
from tests.makers.front import open_front
from tests.makers.keyboard import Keyboard, settle
from tests.patients.conftest import details

MOST_KEYS = 40
NAME = "chavajay xicay marta lucrec"
"""Of the usual length, from what birth registers hold."""


@pytest.fixture
def reception(actor: Actor) -> Actor:
    role = next(role for role in FIRST_ROLES if role.code == "receptionist")
    return Actor(actor.staff_id, "Ana", role.permissions)


@pytest.fixture
def frame(vault: Vault, reception: Actor, qapp: QApplication, qtbot: Any) -> Iterator[Frame]:
    shown, office = open_front(vault, reception, qapp, qtbot)
    yield shown
    office.close()


def test_a_new_person_costs_at_most_forty_keys_from_the_search_box_to_the_waiting_room(
    frame: Frame, vault: Vault, actor: Actor
) -> None:
    neighbour = details("Tzoc, Ana", "1990", municipality_code="1413", community="Pulay")
    vault.do(partial(registering.register, patient_id=PatientId(new_id()), details=neighbour), actor)
    keyboard = Keyboard(frame)
    keyboard.press("F2")
    keyboard.write(NAME)
    keyboard.press("Ctrl+N")
    page = frame.page()
    assert isinstance(page, RegistrationScreen)
    assert page.form.fields["birth"].editor.hasFocus(), "the names came along: the first open field is next"
    keyboard.write("34")
    keyboard.press("Enter")
    keyboard.write("m")
    keyboard.write("pul")
    keyboard.press("Enter", "Ctrl+Enter")
    settle()
    assert not isinstance(frame.page(), RegistrationScreen), "saved"
    known = vault.ask(lambda r: queries.details(r, page.patient_id), actor).details
    assert (known.family_name, known.second_family_name, known.given_names) == ("Chavajay", "Xicay", "Marta Lucrec")
    assert (known.community, known.municipality_code) == ("Pulay", "1413")
    assert known.community_id and known.birth is not None
    assert keyboard.letters + keyboard.keys <= MOST_KEYS


def test_two_quick_presses_register_once_and_arrive_once(vault: Vault, reception: Actor, qapp: Any, qtbot: Any) -> None:
    """With the real worker: the second press comes while the first is still being written."""
    frame, office = open_front(vault, reception, qapp, qtbot, immediate=False)
    keyboard = Keyboard(frame)
    keyboard.press("F2")
    keyboard.write("chavajay xicay marta")
    keyboard.press("Ctrl+N")
    keyboard.write("34")
    keyboard.press("Enter")
    keyboard.write("m")
    keyboard.write("pul")
    keyboard.press("Enter")
    form = frame.page()
    assert isinstance(form, RegistrationScreen)
    for _press in range(3):
        QTest.keyClick(form.primary, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not isinstance(frame.page(), RegistrationScreen))
    assert vault.ask(queries.count, reception) == 1
    assert [row.patient_id for row in vault.ask(agenda.today, reception)] == [form.patient_id]
    office.close()


def test_every_link_of_a_persons_page_is_reached_by_tab_and_shows_where_the_focus_is(
    frame: Frame, vault: Vault, actor: Actor
) -> None:
    who = PatientId(new_id())
    quiet = details("Tzoc, Ana", "1990", phone="55124433", do_not_call=True)
    vault.do(partial(registering.register, patient_id=who, details=quiet), actor)
    keyboard = Keyboard(frame)
    keyboard.press("F2")
    keyboard.write("tzoc ana")
    keyboard.press("Enter")
    page = frame.page()
    assert isinstance(page, PersonPage)
    wanted = [link for link in page.findChildren(Link) if link.isVisible()]
    assert {page.same, page.void, page.show_phone, *page.missing} <= set(wanted)
    reached: set[QWidget] = set()
    for _stroke in range(60):
        keyboard.press("Tab")
        focused = QApplication.focusWidget()
        assert focused is not None
        if isinstance(focused, Link) and focused not in reached:
            with_ring = focused.grab().toImage()
            focused.clearFocus()
            assert focused.grab().toImage() != with_ring, focused.text()
            focused.setFocus()
        reached.add(focused)
    assert set(wanted) <= reached
