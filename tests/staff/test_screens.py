"""Adding, renewing and ending access by the keyboard, with real keys."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.settings import queries as settings
from clinic_desktop.features.settings import service as choosing
from clinic_desktop.features.settings.rules import names_an_illness
from clinic_desktop.features.settings.screens.settings import SettingsScreen
from clinic_desktop.features.staff import queries, service
from clinic_desktop.features.staff.letters.letterhead import letterhead
from clinic_desktop.features.staff.rules import read_last_day
from clinic_desktop.features.staff.screens.member import AddMember
from clinic_desktop.features.staff.screens.own import OwnPasswordScreen
from clinic_desktop.features.staff.screens.password import PasswordShown
from clinic_desktop.features.staff.screens.team import TeamScreen
from clinic_desktop.kernel.progress import finish
from clinic_desktop.storage import keys
from clinic_desktop.storage.header import read_header
from clinic_desktop.storage.throttle import Throttle
from clinic_desktop.uikit import dialogs
from tests.conftest import COORDINATOR_ID, PASSWORD

NEW = "ramas lagos pinos telas 7"


@pytest.fixture
def founded(do: Any) -> None:
    first = service.NewMember(COORDINATOR_ID, "Coordinación", "Marta Cobo", "coordinator")
    do(partial(service.found, first=first, municipality_code="1413", phone="7755 1234"))


@pytest.fixture
def team(founded: None, open_screen: Callable[..., Any], qtbot: Any) -> TeamScreen:
    shown = open_screen(TeamScreen)
    with qtbot.waitActive(shown):
        shown.activateWindow()
    return shown


def say_yes() -> None:
    question = dialogs.front()
    assert isinstance(question, dialogs.Question)
    question.yes.click()


def sheet_of(screen: Any, kind: type[Any]) -> Any:
    return next(child for child in screen.findChildren(kind) if child.isVisible())


def opens(vault: Any, name: str, password: str) -> keys.Opened:
    header = read_header(vault.folder)
    return keys.open_with_password(vault.folder, header.find(name), password, Throttle(vault.folder, vault.clock))


def test_a_person_added_on_the_spot_signs_in_at_once_with_the_words_shown(team, qtbot, vault) -> None:
    team.add.click()
    sheet = sheet_of(team, AddMember)
    qtbot.keyClicks(sheet.full_name, "Ana Brito")
    qtbot.keyClicks(sheet.display_name, "Ana")
    qtbot.keyClicks(sheet.last_day, "6m")
    assert "22-may-2027" in sheet._last.message()
    sheet.add.click()
    shown = sheet_of(team, PasswordShown)
    password = shown.words.text()
    assert len(password.split()) == 4
    opened = opens(vault, "Ana", password)
    assert opened.must_change
    shown.copied.click()
    assert team.table.count() == 2
    found = next(team.table.rows.row(at) for at in (0, 1) if team.table.rows.row(at).display_name == "Ana")
    assert found.valid_until == date(2027, 5, 22) and found.role_code == "receptionist"


def test_a_resident_needs_a_supervisor_and_is_told_so_at_the_field(team, qtbot, do) -> None:
    psychiatrist = service.NewMember("0193a000-0000-7000-8000-0000000000b1", "Dra. Pu", "Dra. Lucía Pu", "psychiatrist")
    do(partial(service.add_member, new=psychiatrist))
    team.add.click()
    sheet = sheet_of(team, AddMember)
    assert not sheet._by.isVisible()
    sheet.role.set_value("resident")
    qtbot.keyClicks(sheet.full_name, "Dr. Ruiz Paz")
    qtbot.keyClicks(sheet.display_name, "Dr. Ruiz")
    sheet.add.click()
    assert sheet._by.isVisible() and sheet._by.is_wrong()
    sheet.supervisor.set_value(psychiatrist.staff_id)
    sheet.add.click()
    sheet_of(team, PasswordShown).copied.click()
    assert team.table.count() == 3


def test_nothing_is_added_with_a_weak_password_or_a_name_that_signs_in_already(team, qtbot) -> None:
    team.add.click()
    sheet = sheet_of(team, AddMember)
    qtbot.keyClicks(sheet.full_name, "Otra Persona")
    sheet.display_name.setText("Coordinación")
    qtbot.keyClicks(sheet.password, "clinica2026")
    sheet.add.click()
    assert sheet.form.fields["password"].is_wrong()
    sheet.password.clear()
    sheet.add.click()
    assert "already signs in" in sheet.form.fields["display_name"].message()
    assert team.table.count() == 1 and sheet.isVisible()
    sheet.reject()


def add(vault: Any, actor: Any, name: str = "Ana") -> str:
    staff_id = "0193a000-0000-7000-8000-0000000000c1"
    finish(service.enroll(vault, actor, service.NewMember(staff_id, name, f"{name} Brito", "receptionist"), NEW))
    return staff_id


def test_a_forgotten_password_is_replaced_by_new_words(team, vault, actor) -> None:
    team.table.choose(add(vault, actor))
    team.renew.click()
    say_yes()
    QApplication.processEvents()
    words = sheet_of(team, PasswordShown).words.text()
    assert opens(vault, "Ana", words).must_change
    vault.clock.advance(seconds=3600)
    with pytest.raises(keys.WrongPassword):
        opens(vault, "Ana", NEW)


def test_an_access_that_ends_opens_nothing_here_any_more_and_stays_in_the_list(team, vault, actor) -> None:
    team.table.choose(add(vault, actor))
    team.end.click()
    say_yes()
    QApplication.processEvents()
    assert read_header(vault.folder).find("Ana") is None
    assert team.table.count() == 2
    team.table.choose_at(1)
    assert not team.end.isVisible() and not team.renew.isVisible()


def test_nobody_ends_the_own_access(team) -> None:
    team.table.choose(COORDINATOR_ID)
    assert not team.end.isVisible()


def test_the_same_person_is_added_once_however_often_it_is_tried(founded, vault, actor, ask) -> None:
    add(vault, actor)
    add(vault, actor)
    assert len(ask(queries.members)) == 2


# -- one's own password


@pytest.fixture
def own(founded: None, vault: Any, made_vault: Any, open_screen: Callable[..., Any]) -> OwnPasswordScreen:
    vault.opened = opens(vault, "Coordinación", PASSWORD)
    return open_screen(OwnPasswordScreen)


def test_the_own_password_changes_with_the_present_one(own, qtbot, vault, office) -> None:
    qtbot.keyClicks(own.old, PASSWORD)
    qtbot.keyClicks(own.new.first, NEW)
    qtbot.keyClicks(own.new.second, NEW)
    own.save.click()
    assert office.voice.notices == ["Your password is changed."]
    assert opens(vault, "Coordinación", NEW).staff_id == COORDINATOR_ID
    assert own.old.text() == "" and own.new.password() == ""


def test_a_wrong_present_password_changes_nothing(own, qtbot, vault) -> None:
    qtbot.keyClicks(own.old, "not this one at all")
    own.new.propose()
    own.save.click()
    assert own.form.fields["old"].is_wrong() and own.save.isEnabled()
    throttle = Throttle(vault.folder, vault.clock)
    vault.clock.advance(seconds=3600)
    slot_id = read_header(vault.folder).find("Coordinación")
    assert keys.open_with_password(vault.folder, slot_id, PASSWORD, throttle)


def test_a_second_that_differs_is_said_at_its_field(own, qtbot) -> None:
    qtbot.keyClicks(own.old, PASSWORD)
    qtbot.keyClicks(own.new.first, NEW)
    qtbot.keyClicks(own.new.second, NEW + "x")
    own.save.click()
    assert own.form.fields["again"].is_wrong()


def test_a_last_day_is_typed_as_it_is_spoken_of() -> None:
    today = date(2026, 11, 23)
    assert read_last_day("30d", today) == date(2026, 12, 23)
    assert read_last_day("5/12", today) == date(2026, 12, 5)
    assert read_last_day("5/1", today) == date(2027, 1, 5)
    assert read_last_day("31/02", today) is None and read_last_day("soon", today) is None


# -- settings


def test_only_what_was_changed_is_saved_and_it_is_in_force(open_screen, qtbot, ask, office) -> None:
    shown = open_screen(SettingsScreen)
    assert not shown.save.isEnabled()
    capacity = shown.form.fields["day_capacity"].editor
    capacity.clear()
    qtbot.keyClicks(capacity, "12")
    shown.form.fields["paper_size"].editor.choose(1)
    assert shown.changed() == {"day_capacity": 12, "paper_size": "a4"}
    shown.save.click()
    assert ask(lambda reading: settings.setting(reading, "day_capacity")) == 12
    assert ask(lambda reading: settings.setting(reading, "paper_size")) == "a4"
    assert not shown.save.isEnabled()


@pytest.mark.parametrize("typed", ["0", "900", "many", "-3", "²"])
def test_a_number_that_does_not_fit_is_said_at_its_field_and_nothing_is_saved(open_screen, qtbot, ask, typed) -> None:
    shown = open_screen(SettingsScreen)
    capacity = shown.form.fields["day_capacity"].editor
    capacity.clear()
    capacity.setText(typed)
    shown.form.edited.emit()
    shown.save.click()
    assert shown.form.fields["day_capacity"].is_wrong()
    assert ask(lambda reading: settings.setting(reading, "day_capacity")) == 25


def test_a_letterhead_that_names_an_illness_is_warned_of(open_screen, qtbot) -> None:
    shown = open_screen(SettingsScreen)
    qtbot.keyClicks(shown.form.fields["letterhead_name"].editor, "Centro de Salud Mental")
    assert "strangers" in shown.form.fields["letterhead_name"].message()
    assert names_an_illness("PSIQUIATRÍA Nebaj") and not names_an_illness("Clínica San Juan")


def test_what_somebody_types_is_not_overwritten_when_another_setting_changes(open_screen, qtbot, do) -> None:
    shown = open_screen(SettingsScreen)
    qtbot.keyClicks(shown.form.fields["letterhead_phone"].editor, "77")
    do(partial(choosing.choose, key="letterhead_address", value="3a calle"))
    assert shown.form.value("letterhead_phone") == "77"
    assert shown.form.value("letterhead_address") == "3a calle"


def test_the_letterhead_is_what_was_set_and_else_the_sites(founded, ask, do) -> None:
    assert ask(letterhead).name == "Clínica de prueba" and ask(letterhead).phone == "7755 1234"
    do(partial(choosing.choose, key="letterhead_name", value="Clínica San Juan"))
    assert ask(letterhead).name == "Clínica San Juan"


def test_the_screens_fit_the_old_laptop_at_150_percent(team, open_screen) -> None:
    team.table.choose_at(0)
    for shown in (team, open_screen(SettingsScreen)):
        shown.resize(851, 356)
        QApplication.processEvents()
        need = shown.minimumSizeHint()
        assert need.width() <= 851 and need.height() <= 356
