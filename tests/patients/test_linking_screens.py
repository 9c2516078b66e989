"""Linking two records as a receptionist does it, and what their pages say afterwards."""

from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.queries import similar as likely
from clinic_desktop.features.patients.rules.patient import LinkKind
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.screens import slots
from clinic_desktop.features.patients.screens.linked_records import LinkedRecords
from clinic_desktop.features.patients.screens.linking import LinkingScreen
from clinic_desktop.features.patients.screens.person_page import PersonPage
from clinic_desktop.features.patients.screens.registration import RegistrationScreen
from clinic_desktop.features.patients.screens.search import SearchPage
from clinic_desktop.features.patients.screens.similar_people import SimilarPeople
from clinic_desktop.features.patients.service import linking
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.words import Text
from tests.patients.conftest import details

PULAY = {"community": "Pulay", "municipality_code": "1413", "sex": Sex.FEMALE}


@pytest.fixture
def pair(register):
    one = register("Tzoc Pérez, María", "14/7/87", **PULAY)
    other = register("Tzok Pérez, María", "~39", phone="55124433", **PULAY)
    return one, other


@pytest.fixture
def shown(open_screen, qtbot, monkeypatch):
    """A screen in front, without what other rooms hang on it."""
    monkeypatch.setattr(slots, "deeds", ())
    monkeypatch.setattr(slots, "panels", ())
    monkeypatch.setattr(queries, "marks", ())
    opened = []

    def show(screen_class, **arguments):
        for before in opened:
            before.hide()
        opened.append(open_screen(screen_class, **arguments))
        QApplication.processEvents()
        return opened[-1]

    yield show
    for screen in opened:
        screen.hide()


@pytest.fixture
def linking_of(shown):
    return lambda one, other=None: shown(LinkingScreen, patient_id=one, other_id=other)


def words_of(screen):
    QApplication.processEvents()
    return [text.text() for text in screen.findChildren(Text) if text.isVisible()]


def link(screen, words):
    return next(one for one in screen.findChildren(Link) if one.text() == words and one.isVisible())


def test_similar_people_are_there_to_choose_from_and_others_are_searched(linking_of, pair, register):
    one, other = pair
    far = register("Coj, Ana", "20")
    screen = linking_of(one)
    assert [screen.table.rows.id_at(at) for at in range(screen.table.count())] == [other]
    assert not screen.same.isEnabled()
    screen.search.setText("coj ana")
    screen.search.returnPressed.emit()
    assert screen.other_id == far
    assert "Coj" in words_of(screen)


def test_what_differs_stands_beside_each_other_with_a_mark(linking_of, pair):
    screen = linking_of(*pair)
    said = words_of(screen)
    assert {"Tzoc Pérez", "Tzok Pérez"} <= set(said)
    names = [text.accessibleName() for text in screen.findChildren(Text)]
    assert "Family names · Tzok Pérez · different" in names
    assert "Community · Santa María Nebaj, Pulay" in names
    assert "Telephone · 55124433" in names


def test_linking_asks_how_it_is_known_and_happens_once(linking_of, pair, ask, office, qtbot):
    one, other = pair
    screen = linking_of(one, other)
    qtbot.keyClick(screen, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert screen.why.message()
    assert ask(lambda r: likely.links(r, one)) == ()
    screen.reason.setText("el mismo DPI")
    qtbot.keyClick(screen, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    screen.same.click()
    (said,) = ask(lambda r: likely.links(r, other))
    assert (said.kind, said.reason) == (LinkKind.SAME, "el mismo DPI")
    assert office.went == ("persons", {"patient_id": one})


def test_that_they_are_two_is_kept_and_can_be_thought_over(linking_of, pair, ask):
    one, other = pair
    screen = linking_of(one, other)
    screen.different.click()
    assert [said.kind for said in ask(lambda r: likely.links(r, other))] == [LinkKind.DIFFERENT]
    screen = linking_of(one, other)
    assert not screen.different.isEnabled()
    assert any("two people" in words for words in words_of(screen))
    screen.reason.setText("se vio la cédula")
    screen.same.click()
    assert ask(lambda r: likely.same_person_ids(r, other)) == (one, other)


def test_each_page_says_the_other_number_and_one_key_goes_there(shown, pair, do, ask, office, qtbot):
    one, other = pair
    numbers = {who: ask(lambda r, who=who: queries.header(r, who)).number for who in pair}
    do(partial(linking.say_same, first=one, second=other))
    for here, there in ((one, other), (other, one)):
        page = shown(PersonPage, patient_id=here)
        assert any(numbers[there] in words for words in words_of(page.linked))
        qtbot.keyClick(page, Qt.Key.Key_J, Qt.KeyboardModifier.AltModifier)
        assert office.went == ("persons", {"patient_id": there})


def test_a_link_is_undone_on_the_other_page_with_a_reason(shown, pair, do, ask):
    one, other = pair
    do(partial(linking.say_same, first=one, second=other))
    records = shown(LinkedRecords, patient_id=other)
    link(records, "They are not the same person: undo").click()
    dialog: Any = dialogs.front()
    dialog.edit.setText("otra madre")
    dialog.yes.click()
    assert ask(lambda r: likely.same_person_ids(r, one)) == (one,)
    assert not records.isVisible()


def test_the_page_to_go_on_with_is_said_and_changed(shown, pair, do, ask):
    one, other = pair
    do(partial(linking.say_same, first=one, second=other))
    records = shown(LinkedRecords, patient_id=other)
    assert "This is the record to go on with" in words_of(records)
    link(records, "Go on with this page instead").click()
    assert "One goes on with this page" in words_of(records)
    assert ask(lambda r: likely.same_person_ids(r, one)) == (other, one)


def test_a_page_of_one_record_says_nothing_of_others(shown, pair):
    page = shown(PersonPage, patient_id=pair[0])
    assert not page.linked.isVisible()


def test_correcting_a_record_leads_to_the_comparison(shown, pair, office, qtbot):
    one, other = pair
    screen = shown(RegistrationScreen, patient_id=one)
    qtbot.keyClick(screen, Qt.Key.Key_Z, Qt.KeyboardModifier.AltModifier)
    assert office.went == ("persons", {"patient_id": one, "linking": True, "other_id": other})


def test_whoever_was_answered_for_makes_room_for_the_next(qtbot, register, ask):
    people = [register("Tzoc Pérez, María", "14/7/87", **PULAY) for _one in range(3)]
    found = ask(lambda r: likely.similar(r, details("Tzoc Pérez, María", "14/7/87", **PULAY)))
    assert {one.patient_id for one in found} == set(people)
    panel = SimilarPeople()
    qtbot.addWidget(panel)
    panel.show_similar(found)
    panel.none_of_these.click()
    assert panel.must_answer()
    assert panel.rows[0].patient_id not in panel.answered
    panel.none_of_these.click()
    assert panel.answered == set(people)
    assert not panel.must_answer()


def test_every_control_has_a_name(linking_of, pair):
    screen = linking_of(*pair)
    for control in (screen.search, screen.table, screen.area, screen.reason, *screen.findChildren(Button)):
        assert control.accessibleName() or control.text()


def test_a_search_says_the_other_number_of_who_is_registered_twice(shown, pair, do, ask):
    one, other = pair
    do(partial(linking.say_same, first=one, second=other))
    number = ask(lambda r: queries.header(r, other)).number
    page = shown(SearchPage)
    page.look_for("tzoc")
    page.show_rest()
    at = page.table.rows.index(page.table.rows.find(page.table.key()), 0)
    assert f"also {number}" in str(at.data())
