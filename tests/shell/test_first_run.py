from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from clinic_desktop.shell.first_run import FirstRun, Invitation, Restore
from clinic_desktop.shell.new_clinic import NewClinicWizard, propose_code
from clinic_desktop.shell.recovery_code import CodeShown
from clinic_desktop.shell.slowly import run_at_once
from tests.shell.doors_of_test import CODE, PlainDoors, Wrong


@pytest.fixture
def doors() -> PlainDoors:
    return PlainDoors()


@pytest.fixture
def first(qtbot, doors) -> FirstRun:
    window = FirstRun(doors, run=run_at_once)
    qtbot.addWidget(window)
    window.resize(1366, 697)
    with qtbot.waitActive(window):
        window.show()
    return window


def fill(wizard: NewClinicWizard) -> None:
    wizard.name.setText("Clínica San Juan")
    wizard.code.setText("SJU")
    wizard.place.set_value("1413", "Nebaj, Quiché")


def test_a_digit_chooses_one_of_the_ways(first, qtbot) -> None:
    assert [button.way.code for button in first.ways] == ["new", "join", "beside", "restore", "replace"]
    qtbot.keyClicks(first.ways[0], "4")
    assert first.findChildren(Restore)


def test_a_new_clinic_is_made_and_entered_after_its_code_was_kept(first, doors, qtbot) -> None:
    first.take("new")
    wizard = first.findChildren(NewClinicWizard)[0]
    fill(wizard)
    wizard.step_on()
    wizard.first.setText("Juana Brito")
    wizard.new.propose()
    words = wizard.new.password()
    with qtbot.assertNotEmitted(first.entered):
        wizard.step_on()
    answers = doors.answers
    assert answers is not None
    assert (answers.site_name, answers.site_code, answers.role) == ("Clínica San Juan", "SJU", "clinic")
    assert (answers.municipality_code, answers.coordinator_name, answers.password) == ("1413", "Juana Brito", words)
    assert wizard.new.password() == ""
    code = first.findChildren(CodeShown)[0]
    code.typed.setText(CODE[-9:])
    with qtbot.waitSignal(first.entered) as told:
        code.go_on.click()
    assert told.args[0].session == "founded"


def test_one_more_computer_begins_from_the_invitation_of_the_first(first, doors) -> None:
    first.take("beside")
    page = first.findChildren(Invitation)[0]
    page.take(Path("otra.txt"))
    assert page.trouble.words.text() == Wrong.text
    page.take(Path("SJU-invitacion.txt"))
    wizard = first.findChildren(NewClinicWizard)[0]
    assert (wizard.name.text(), wizard.code.text(), wizard.code.isEnabled()) == ("Clínica San Juan", "SJU", False)
    wizard.place.set_value("1413", "Nebaj, Quiché")
    wizard.step_on()
    wizard.first.setText("Juana Brito")
    wizard.new.propose()
    wizard.step_on()
    assert doors.answers is not None and doors.answers.site_id.endswith("aa")


def test_a_password_is_not_in_the_words_of_the_answers(first, doors) -> None:
    first.take("new")
    wizard = first.findChildren(NewClinicWizard)[0]
    wizard.new.propose()
    assert wizard.new.password() not in repr(wizard.answers())


def test_the_first_page_is_left_only_when_it_is_whole(first) -> None:
    first.take("join")
    wizard = first.findChildren(NewClinicWizard)[0]
    wizard.step_on()
    assert wizard.pages.currentIndex() == 0
    assert [name for name, field in wizard.site.fields.items() if field.is_wrong()] == ["name", "code", "place"]
    fill(wizard)
    wizard.step_on()
    assert wizard.pages.currentIndex() == 1
    assert wizard.answers().joins_central


def test_the_place_must_be_one_that_exists(first, qtbot) -> None:
    first.take("new")
    wizard = first.findChildren(NewClinicWizard)[0]
    fill(wizard)
    wizard.place.setFocus()
    wizard.place.clear()
    qtbot.keyClicks(wizard.place, "Atlantis")
    wizard.step_on()
    assert wizard.site.fields["place"].is_wrong()


def test_the_code_is_proposed_until_somebody_types_one(first, qtbot) -> None:
    first.take("new")
    wizard = first.findChildren(NewClinicWizard)[0]
    qtbot.keyClicks(wizard.name, "Nebaj")
    assert wizard.code.text() == "NEB"
    wizard.code.clear()
    qtbot.keyClicks(wizard.code, "xyz")
    qtbot.keyClicks(wizard.name, " Norte")
    assert wizard.code.text() == "XYZ"


@pytest.mark.parametrize(
    ("name", "code"),
    [("Clínica San Juan", "JUA"), ("Centro de Salud Santa María Nebaj", "SMN"), ("Ñá", ""), ("", "")],
)
def test_a_code_is_made_of_the_clinic_s_own_words(name: str, code: str) -> None:
    assert propose_code(name) == code


def test_esc_goes_back_to_the_four_ways(first, qtbot) -> None:
    first.take("restore")
    qtbot.keyClick(first.findChildren(Restore)[0], Qt.Key.Key_Escape)
    assert first.pages.count() == 1


def test_a_backup_is_brought_back_with_the_recovery_code(first, doors, qtbot, tmp_path) -> None:
    file = tmp_path / "20261123-0900.vault"
    file.mkdir()
    first.take("replace")
    page = first.findChildren(Restore)[0]
    page.go_on.click()
    assert page.form.fields["file"].is_wrong()
    page.file.setText(str(file))
    page.secret.setText("wrong")
    page.go_on.click()
    assert page.trouble.isVisible()
    page.secret.setText(CODE)
    with qtbot.waitSignal(first.restored):
        page.go_on.click()
    assert doors.asked[-1] == ("restore", "20261123-0900.vault", "", CODE, "True")
