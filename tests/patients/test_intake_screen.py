"""People from a sheet, taken in as somebody does it: real files, real keys, nothing kept before it is said."""

import csv
from pathlib import Path

import pytest
import sqlalchemy as sa
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from shiboken6 import isValid

from clinic_desktop.app import house
from clinic_desktop.features.patients.queries import intake as queries
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.intake import Field, Verdict
from clinic_desktop.features.patients.screens.intake import COLUMNS, RESULT, REVIEW, START, IntakeScreen
from clinic_desktop.features.patients.screens.intake_review import ADD, BY_LINE, LEAVE_OUT, ORDER, say_reasons
from clinic_desktop.features.patients.screens.persons import PersonsScreen
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.shell.frame import Frame
from clinic_desktop.shell.slots import Search, Slots
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs, theme
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from tests.makers import sheets

CTRL = Qt.KeyboardModifier.ControlModifier
HEADINGS = ("Expediente", "Nombres", "Apellidos", "Sexo", "Edad", "Aldea", "Observaciones")
ROWS = [
    ("E-1", "María", "Tzoc Pérez", "F", "39", "Pulay", ""),
    ("E-2", "Pedro", "Brito Ceto", "M", "50", "Acul", "vive con su tía"),
    ("E-3", "Ana", "Coc Raymundo", "F", "ciento veinte", "Pulay", ""),
    ("E-4", "", "", "F", "20", "Pulay", ""),
    ("E-2", "Pedro", "Brito Ceto", "M", "50", "Acul", "otra vez"),
]


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "lista vieja.csv"
    path.write_bytes(sheets.csv_of(ROWS, HEADINGS))
    return path


@pytest.fixture
def screen(open_screen):
    return open_screen(IntakeScreen)


@pytest.fixture
def at_review(screen, sheet):
    """Opened and looked at."""
    screen.open_file(sheet)
    screen.columns.go_on.click()
    assert screen.pages.currentIndex() == REVIEW, screen.columns.trouble.text()
    return screen


def tab(screen, verdict):
    screen.review.tabs.set_at(ORDER.index(verdict))
    return [screen.review.table.rows.row(at) for at in range(screen.review.table.count())]


def people(ask):
    return ask(lambda reading: reading.value(sa.select(sa.func.count(Patient.id)).where(Patient.voided_at.is_(None))))


def press(qtbot, screen, key, modifier=Qt.KeyboardModifier.NoModifier):
    QApplication.processEvents()
    qtbot.keyClick(screen.focusWidget() or screen, key, modifier)
    QApplication.processEvents()


def test_from_the_typed_path_to_the_people_with_the_keyboard_alone(screen, sheet, qtbot, ask):
    screen.take_focus()
    qtbot.keyClicks(screen.start.path, f'"{sheet}"')
    press(qtbot, screen, Qt.Key.Key_Return)
    assert screen.pages.currentIndex() == COLUMNS
    press(qtbot, screen, Qt.Key.Key_Return, CTRL)
    assert screen.pages.currentIndex() == REVIEW and people(ask) == 0
    press(qtbot, screen, Qt.Key.Key_Return, CTRL)
    assert screen.pages.currentIndex() == RESULT and people(ask) == 2
    assert screen.result.head.text() == "2 people came in."
    assert "2 have a fault" in screen.result.left_out.text()


def test_columns_are_proposed_with_samples_and_what_is_not_understood_has_the_focus(screen, sheet):
    screen.open_file(sheet)
    assert screen.columns.chosen() == (
        Field.FOLDER, Field.GIVEN, Field.FAMILIES, Field.SEX, Field.AGE, Field.COMMUNITY, Field.LEFT_OUT,
    )  # fmt: skip
    assert screen.focusWidget() is screen.columns.fields[6]
    assert "Observaciones" in screen.columns.fields[6].accessibleName()


def test_a_second_sheet_with_these_headings_is_read_like_the_first(at_review, sheet, tmp_path):
    at_review.review.take.click()
    other = tmp_path / "otra.csv"
    other.write_bytes(sheets.csv_of([("E-9", "Rosa", "Cuc Tum", "F", "30", "Acul", "x")], HEADINGS))
    at_review.result.more.click()
    at_review.open_file(other)
    assert "as the last time" in at_review.columns.said.text()


def test_two_columns_of_one_kind_and_a_day_to_come_are_said_and_nothing_is_lost(screen, sheet):
    screen.open_file(sheet)
    screen.columns.fields[6].set_value(Field.SEX)
    screen.columns.go_on.click()
    assert screen.pages.currentIndex() == COLUMNS and "Sex" in screen.columns.trouble.text()
    screen.columns.fields[6].set_value(Field.LEFT_OUT)
    for wrong in ("24/11/2026", "mañana", "", "45"):
        screen.columns.day.setText(wrong)
        screen.columns.go_on.click()
        assert screen.pages.currentIndex() == COLUMNS and screen.columns.trouble.text()
    screen.columns.day.setText("1/3/2020")
    screen.columns.go_on.click()
    assert screen.pages.currentIndex() == REVIEW
    assert "1981" in tab(screen, Verdict.NEW)[0].said


def test_every_line_is_on_one_tab_with_its_number_and_why(at_review):
    assert [len(tab(at_review, verdict)) for verdict in ORDER] == [2, 0, 1, 2]
    faulty = tab(at_review, Verdict.FAULTY)
    assert [line.number for line in faulty] == [4, 5] and "ciento veinte" in say_reasons(faulty[0].reasons)
    (doubtful,) = tab(at_review, Verdict.DOUBTFUL)
    assert doubtful.number == 6 and doubtful.reasons
    assert at_review.review.detail.text().startswith(doubtful.said)


def test_doubtful_lines_stay_out_unless_all_or_the_chosen_ones_are_added(at_review, qtbot):
    review = at_review.review
    tab(at_review, Verdict.DOUBTFUL)
    assert review.doubtful() == "leave-out" and review.take.text() == "Bring 2 people"
    review.table.setFocus()
    qtbot.keyClick(review.table, Qt.Key.Key_Space)
    assert review.doubtful() == frozenset({6}) and review.take.text() == "Bring 3 people"
    assert review.choice.at() == BY_LINE and "Comes in" in review.table.rows.data(review.table.rows.index(0, 3))
    qtbot.keyClick(review.table, Qt.Key.Key_Space)
    assert review.doubtful() == frozenset() and review.take.text() == "Bring 2 people"
    review.choice.choose(ADD)
    assert review.doubtful() == "add" and review.take.text() == "Bring 3 people"
    qtbot.keyClick(review.choice, Qt.Key.Key_Delete)
    assert review.choice.at() == LEAVE_OUT and review.doubtful() == "leave-out"


def test_a_chosen_doubtful_line_comes_in(at_review, qtbot, ask):
    tab(at_review, Verdict.DOUBTFUL)
    at_review.review.table.setFocus()
    qtbot.keyClick(at_review.review.table, Qt.Key.Key_Space)
    at_review.review.take.click()
    assert people(ask) == 3


def test_space_on_a_line_that_is_not_doubtful_does_nothing(at_review, qtbot):
    tab(at_review, Verdict.FAULTY)
    qtbot.keyClick(at_review.review.table, Qt.Key.Key_Space)
    assert at_review.review.doubtful() == "leave-out"


def test_a_double_enter_takes_in_once(at_review, ask):
    at_review.review.ready.emit()
    at_review.review.ready.emit()
    assert people(ask) == 2 and len(ask(queries.runs)) == 1


def test_lines_with_a_fault_are_saved_with_their_reasons(at_review, tmp_path):
    to = tmp_path / "corregir"
    at_review.save_faulty(to)
    with to.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as written:
        rows = list(csv.reader(written))
    assert len(rows) == 3 and rows[1][0] == "E-3" and "ciento veinte" in rows[1][-1]


def test_where_nothing_can_be_written_it_is_said_and_the_lines_are_still_there(at_review, tmp_path):
    at_review.save_faulty(tmp_path / "nowhere" / "x.csv")
    assert at_review.trouble.text() and len(tab(at_review, Verdict.FAULTY)) == 2


def test_a_load_is_undone_from_its_result_with_a_reason(at_review, ask):
    at_review.review.take.click()
    at_review.result.undo.click()
    asked = dialogs.front()
    assert isinstance(asked, dialogs.Asked) and not asked.yes.isEnabled()
    asked.edit.setText("la hoja equivocada")
    asked.yes.click()
    assert people(ask) == 0 and at_review.pages.currentIndex() == START
    (run,) = ask(queries.runs)
    assert run.undone and run.still_there == 0


def test_a_load_is_undone_from_the_list_and_not_twice(at_review, ask, office):
    at_review.review.take.click()
    at_review.result.more.click()
    start = at_review.start
    start.table.choose_at(0)
    assert start.undo.isEnabled()
    start.undo.click()
    asked = dialogs.front()
    assert isinstance(asked, dialogs.Asked)
    asked.edit.setText("la hoja equivocada")
    asked.yes.click()
    assert people(ask) == 0 and office.voice.notices == ["2 people were taken out again."]
    start.table.choose_at(0)
    assert not start.undo.isEnabled()


def test_taking_the_same_file_again_asks_first_and_brings_nobody_twice(screen, tmp_path, office, ask):
    path = tmp_path / "lista.csv"
    path.write_bytes(sheets.csv_of([*ROWS, ("E-7", "Pedro", "Brito Seto", "M", "50", "Acul", "")], HEADINGS))
    for asked, come in ((0, 2), (1, 3)):
        screen.open_file(path)
        screen.columns.go_on.click()
        # The first time whoever may be somebody else stays out, the second time is chosen after all.
        screen.review.choice.choose(ADD if asked else LEAVE_OUT)
        screen.review.take.click()
        assert len(office.voice.asked) == asked and people(ask) == come
        screen.result.more.click()
    screen.open_file(path)
    screen.columns.go_on.click()
    assert len(tab(screen, Verdict.NEW)) == 0 and not screen.review.take.isEnabled()


def test_a_no_to_the_question_leaves_everything_as_it_was(screen, tmp_path, office, ask):
    path = tmp_path / "lista.csv"
    path.write_bytes(sheets.csv_of([*ROWS, ("E-7", "Pedro", "Brito Seto", "M", "50", "Acul", "")], HEADINGS))
    office.voice.answer = False
    for choice in (LEAVE_OUT, ADD):
        screen.open_file(path)
        screen.columns.go_on.click()
        screen.review.choice.choose(choice)
        screen.review.take.click()
    assert people(ask) == 2 and screen.pages.currentIndex() == REVIEW and screen.review.take.isEnabled()


def test_the_lines_left_out_can_be_looked_at_afterwards_and_taken_in_no_more(at_review):
    at_review.review.take.click()
    at_review.result.see.click()
    assert at_review.pages.currentIndex() == REVIEW and not at_review.review.take.isVisible()
    assert at_review.step_back() and at_review.pages.currentIndex() == RESULT


def test_going_back_keeps_what_was_chosen_and_changes_nothing(at_review, ask):
    at_review.columns.fields[6].set_value(Field.KNOWN_AS)
    assert at_review.step_back() and at_review.pages.currentIndex() == COLUMNS
    assert at_review.columns.chosen()[6] is Field.KNOWN_AS
    assert at_review.step_back() and at_review.pages.currentIndex() == START
    assert not at_review.step_back() and people(ask) == 0


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"Nombres;Sexo\r\n", b"\xff\xd8\xff\xe0"])
def test_a_file_that_is_no_list_of_people_is_said_in_one_sentence(screen, tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    screen.open_file(path)
    assert screen.pages.currentIndex() == START and "x.csv" in screen.trouble.text()
    assert screen.pages.isEnabled()


def test_a_path_that_leads_nowhere_and_no_path_are_said(screen, tmp_path):
    screen.start.path.setText(str(tmp_path / "gone.xlsx"))
    screen.start.open.click()
    assert "gone.xlsx" in screen.trouble.text()
    screen.start.path.clear()
    screen.start.open.click()
    assert screen.start.field.is_wrong()


def test_what_stands_in_a_sheet_is_shown_as_text(screen, tmp_path):
    path = tmp_path / "x.csv"
    odd = ["=1+1", "<b>Ana</b>", "Ñ" * 200, "كلمة\u202e", "K’iche’ 😀"]
    path.write_bytes(sheets.csv_of([(name, "Coc") for name in odd], ("Nombres", "Apellidos")))
    screen.open_file(path)
    screen.columns.go_on.click()
    assert sum(len(tab(screen, verdict)) for verdict in ORDER) == len(odd)


def test_an_xlsx_is_taken_in_too(screen, tmp_path, ask):
    path = tmp_path / "lista.xlsx"
    path.write_bytes(sheets.xlsx([HEADINGS, *ROWS[:2]]))
    screen.open_file(path)
    screen.columns.go_on.click()
    screen.review.take.click()
    assert people(ask) == 2


# -- with the worker beside the window


@pytest.fixture
def working(vault, actor, qapp):
    theme.start(qapp)
    office = Office(vault, actor, voice=RememberingVoice())
    shown = IntakeScreen(office)
    shown.show()
    yield shown
    office.close()
    if isValid(shown):
        shown.close()


def test_the_window_goes_on_and_stopping_leaves_nobody(working, tmp_path, qtbot, ask):
    path = tmp_path / "larga.csv"
    path.write_bytes(sheets.csv_of(sheets.people(400)))
    working.open_file(path)
    assert working.stop.isVisible() and not working.pages.isEnabled()
    qtbot.waitUntil(lambda: working.pages.currentIndex() == COLUMNS, timeout=20_000)
    working.columns.go_on.click()
    working.stop.click()
    qtbot.waitUntil(lambda: not working.stop.isVisible(), timeout=20_000)
    assert working.pages.currentIndex() == COLUMNS and working.pages.isEnabled()
    working.columns.go_on.click()
    qtbot.waitUntil(lambda: working.pages.currentIndex() == REVIEW, timeout=60_000)
    working.review.take.click()
    working.review.take.click()
    working.step_back()
    qtbot.waitUntil(lambda: not working.stop.isVisible(), timeout=60_000)
    assert people(ask) in (0, working.review._judgement.counts[Verdict.NEW])
    assert (working.pages.currentIndex() == RESULT) == (people(ask) > 0)


def test_a_preview_ends_with_the_screen_that_was_left(working, tmp_path, qtbot, ask):
    path = tmp_path / "larga.csv"
    path.write_bytes(sheets.csv_of(sheets.people(400)))
    working.open_file(path)
    qtbot.waitUntil(lambda: working.pages.currentIndex() == COLUMNS, timeout=20_000)
    office = working._office
    working.columns.go_on.click()
    job = working._job
    working.deleteLater()
    qtbot.waitUntil(lambda: job.stopping, timeout=20_000)
    qtbot.waitUntil(office.is_idle, timeout=60_000)
    assert people(ask) == 0


def test_whoever_leaves_while_people_are_taken_in_finds_all_of_them(working, tmp_path, qtbot, ask):
    path = tmp_path / "larga.csv"
    path.write_bytes(sheets.csv_of(sheets.people(150)))
    working.open_file(path)
    qtbot.waitUntil(lambda: working.pages.currentIndex() == COLUMNS, timeout=20_000)
    working.columns.go_on.click()
    qtbot.waitUntil(lambda: working.pages.currentIndex() == REVIEW, timeout=60_000)
    office, new = working._office, working.review._judgement.counts[Verdict.NEW]
    working.review.take.click()
    working.deleteLater()
    qtbot.waitUntil(office.is_idle, timeout=60_000)
    assert people(ask) == new and ask(queries.runs)[0].people == new


# -- where it is, how it looks


def test_esc_goes_one_look_back_and_leaves_from_the_first(office, qtbot, sheet):
    window = Frame(office, house.places(), Slots(Search("", lambda _office: QLabel()), ()), role_words="", title="")
    qtbot.addWidget(window)
    office.set_navigator(window)
    window.show()
    office.go("persons")
    office.go("import-people")
    page = window.page()
    assert isinstance(page, IntakeScreen)
    page.open_file(sheet)
    page.columns.go_on.click()
    for step in (REVIEW, COLUMNS, START):
        assert page.pages.currentIndex() == step
        qtbot.keyClick(window.focusWidget() or page, Qt.Key.Key_Escape)
    assert window.here() == "persons"


def test_only_who_may_import_is_shown_the_way(open_screen, office, vault, qtbot):
    people_screen = open_screen(PersonsScreen)
    assert people_screen.intake.isVisible()
    people_screen.intake.click()
    assert office.went == ("import-people", {})
    reception = Office(
        vault, Actor(new_id(), "Ana", frozenset({Permission.SEE_PATIENTS})), voice=RememberingVoice(), immediate=True
    )
    other = PersonsScreen(reception)
    qtbot.addWidget(other)
    other.show()
    assert not other.intake.isVisible()


def test_every_step_fits_the_smallest_window_in_spanish(office, qtbot, sheet):
    set_language("es")
    screen = IntakeScreen(office)
    qtbot.addWidget(screen)
    screen.resize(911 - 60, 442 - 86)
    screen.show()
    screen.open_file(sheet)
    for go_on in (screen.columns.go_on, screen.review.take, screen.result.more):
        QApplication.processEvents()
        needs = screen.minimumSizeHint()
        assert needs.width() <= 911 - 60 and needs.height() <= 442 - 86
        go_on.click()


def test_every_control_has_a_name_for_the_screen_reader(at_review):
    for page in (at_review.start, at_review.columns, at_review.review, at_review.result):
        at_review.pages.setCurrentWidget(page)
        QApplication.processEvents()
        for widget in page.findChildren(type(at_review.stop)):
            assert widget.accessibleName()
        for table in (at_review.start.table, at_review.review.table, at_review.review.choice, at_review.columns.day):
            assert table.accessibleName()


def test_reasons_are_read_as_one_sentence():
    assert say_reasons(("May be Ana (1).", "surnames", "year")) == "May be Ana (1): surnames, year"
    assert say_reasons(("There is no name.", "“x” is not a day.")) == "There is no name. “x” is not a day."
