"""The list of communities, kept without a mouse."""

from functools import partial
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.patients import room
from clinic_desktop.features.patients.queries import communities as queries
from clinic_desktop.features.patients.records import Community
from clinic_desktop.features.patients.screens.communities import CommunitiesScreen, say_road
from clinic_desktop.features.patients.screens.community_sheets import ChangedCommunity, NewCommunity, SameCommunity
from clinic_desktop.features.patients.screens.persons import PersonsScreen
from clinic_desktop.features.patients.service import communities as service
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice

Kind = TypeVar("Kind", bound=dialogs.Sheet)

NEBAJ = "1413"
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def add(do):
    return lambda name, minutes=None: do(
        partial(service.add_community, name=name, municipality_code=NEBAJ, minutes=minutes)
    )


@pytest.fixture
def screen(open_screen, add):
    add("Pulay", 90)
    add("Pulai")
    add("Acul")
    shown = open_screen(CommunitiesScreen)
    shown.take_focus()
    return shown


@pytest.fixture
def press(qtbot):
    """A key on whatever has the focus, in the sheet that is open or in the screen."""

    def pressing(widget, key, modifier=Qt.KeyboardModifier.NoModifier):
        QApplication.processEvents()
        front = dialogs.front()
        target = (front.focusWidget() or front) if front is not None else (widget.focusWidget() or widget)
        qtbot.keyClick(target, key, modifier)
        QApplication.processEvents()

    return pressing


def names(screen):
    return [screen.table.rows.row(at).name for at in range(screen.table.count())]


def sheet(kind: type[Kind]) -> Kind:
    front = dialogs.front()
    assert isinstance(front, kind)
    return front


def test_enter_changes_the_name_and_the_minutes_of_the_chosen_place(screen, press, qtbot, ask):
    screen.table.choose_at(names(screen).index("Acul"))
    press(screen, Qt.Key.Key_Return)
    change = sheet(ChangedCommunity)
    qtbot.keyClicks(change.name, "Acul Grande")
    press(screen, Qt.Key.Key_Return)
    field = change.focusWidget()
    assert field is not None
    qtbot.keyClicks(field, "1:15")
    press(screen, Qt.Key.Key_Return, CTRL)
    assert dialogs.front() is None
    (line,) = [line for line in ask(queries.listed) if line.name == "Acul Grande"]
    assert line.minutes_to_clinic == 75
    assert "Acul Grande" in names(screen)


def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(screen, press, qtbot):
    screen.table.choose_at(names(screen).index("Acul"))
    press(screen, Qt.Key.Key_Return)
    change = sheet(ChangedCommunity)
    change.minutes.setText("mucho")
    change.save.click()
    assert change.form.fields["minutes"].is_wrong() and change.isVisible()
    change.minutes.clear()
    change.name.setText("pulay")
    change.save.click()
    assert "on the list already" in change.form.fields["name"].message() and change.name.text() == "pulay"
    change.reject()


def test_the_likely_double_is_proposed_and_undone_they_are_two_again(screen, press, office, add):
    screen.tabs.set_at(1)
    assert set(names(screen)) == {"Pulay", "Pulai"}
    screen.table.choose_at(names(screen).index("Pulai"))
    screen.same.click()
    assert sheet(SameCommunity).other.text() == "Pulay"
    press(screen, Qt.Key.Key_Return, CTRL)
    screen.tabs.set_at(0)
    assert set(names(screen)) == {"Acul", "Pulay"}
    assert office.voice.notices == ["Pulai is the same place as Pulay"]
    office.voice.undo()
    assert set(names(screen)) == {"Acul", "Pulay", "Pulai"}


def test_same_as_nothing_is_asked_again(screen):
    screen.table.choose_at(names(screen).index("Acul"))
    screen.same.click()
    same = sheet(SameCommunity)
    same.save.click()
    assert same.form.fields["other"].is_wrong() and same.isVisible()
    same.reject()


def test_a_double_enter_adds_one_place_and_shows_it(screen, qtbot, press, ask):
    screen.add.click()
    new = sheet(NewCommunity)
    qtbot.keyClicks(new.name, "Salquil")
    new.municipality.set_value(NEBAJ, "Nebaj")
    new.save.click()
    new.save.click()
    assert [line.name for line in ask(queries.listed)].count("Salquil") == 1
    assert screen.table.row().name == "Salquil"


def test_a_new_place_without_name_or_municipality_is_said_beside_the_field(screen):
    screen.add.click()
    new = sheet(NewCommunity)
    new.municipality.set_value(NEBAJ, "Nebaj")
    new.save.click()
    assert new.form.fields["name"].is_wrong()
    new.name.setText("Salquil")
    new.municipality.set_value(None, "Nowhere")
    new.save.click()
    assert new.form.fields["municipality"].is_wrong() and new.isVisible()
    new.reject()


def test_a_retired_place_leaves_the_list_and_undo_brings_it_back(screen, office):
    screen.table.choose_at(names(screen).index("Acul"))
    screen.retire.click()
    assert "Acul" not in names(screen)
    office.voice.undo()
    assert "Acul" in names(screen)


def test_the_list_is_narrowed_by_parts_of_names(screen, qtbot):
    qtbot.keyClicks(screen.filter, "pul")
    assert set(names(screen)) == {"Pulay", "Pulai"}
    screen.filter.clear()
    assert len(names(screen)) == 3


def test_a_place_of_another_clinic_can_be_seen_and_not_changed(screen, do, press):
    do(
        lambda work: (
            work.add(Community(id=new_id(), name="Xexuxcap", municipality_code=NEBAJ, origin_site_id=new_id())).id
        )
    )
    screen.table.choose_at(names(screen).index("Xexuxcap"))
    assert not (screen.change.isEnabled() or screen.same.isEnabled() or screen.retire.isEnabled())
    press(screen, Qt.Key.Key_Return)
    assert dialogs.front() is None


def test_who_may_only_see_people_sees_the_list_and_no_deeds(vault, add, qtbot, qapp):
    add("Pulay")
    looker = Office(
        vault, Actor(new_id(), "Ana", frozenset({Permission.SEE_PATIENTS})), voice=RememberingVoice(), immediate=True
    )
    shown = CommunitiesScreen(looker)
    qtbot.addWidget(shown)
    shown.show()
    assert names(shown) == ["Pulay"]
    assert not any(button.isVisible() for button in (shown.add, shown.change, shown.same, shown.retire))
    shown.table.setFocus()
    qtbot.keyClick(shown.table, Qt.Key.Key_Return)
    assert dialogs.front() is None


def test_the_list_is_reached_from_the_people_and_every_control_has_a_name(open_screen, office, screen):
    people = open_screen(PersonsScreen)
    people.communities.click()
    assert office.went == ("communities", {})
    assert "communities" in {place.code for place in room.ROOM.places}
    for widget in (screen.filter, screen.table, screen.tabs, screen.add, screen.change, screen.same, screen.retire):
        assert widget.accessibleName()


def test_the_screen_fits_the_smallest_window(screen):
    needs = screen.minimumSizeHint()
    assert needs.width() <= 911 - 60 and needs.height() <= 442 - 86


@pytest.mark.parametrize(("minutes", "said"), [(None, "–"), (5, "5 min"), (60, "1 h"), (90, "1 h 30 min")])
def test_minutes_on_the_road_are_said_in_hours(minutes, said):
    assert say_road(minutes) == said
