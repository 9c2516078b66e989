from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton, QWidget

from clinic_desktop.kernel.errors import NeedsConfirmation, Refused
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.shell.absence import Idle, Sleep
from clinic_desktop.shell.frame import Frame
from clinic_desktop.shell.help import HelpScreen, help_place
from clinic_desktop.shell.key_strip import strip_pdf
from clinic_desktop.shell.slots import Search, Slots, Status, StatusItem
from clinic_desktop.storage.cover_pin import CoverPin
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.fields import TextArea
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import Place
from clinic_desktop.uikit.voice import RememberingVoice


class Page(QWidget):
    """A place with a button, a field and a draft."""

    accepts_typing = True
    long_cover = False

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.kept, self.pressed, self.steps = name, 0, 0, 0
        self.arrived = Button("Arrived", key="arrived")
        self.arrived.clicked.connect(self._press)
        self.note = TextArea()
        stack(self, QPushButton("here"), self.note, self.arrived)

    def _press(self) -> None:
        self.pressed += 1

    def take_focus(self) -> None:
        self.arrived.setFocus()

    def keep_draft(self) -> None:
        self.kept += 1

    def step_back(self) -> bool:
        self.steps -= 1
        return self.steps >= 0


class Results(QWidget):
    def __init__(self, office: Office) -> None:
        super().__init__()
        self.words, self.moves, self.office = "", 0, office

    def look_for(self, words: str) -> None:
        self.words = words

    def move_choice(self, step: int) -> None:
        self.moves += step

    def open_chosen(self) -> None:
        self.office.go("chart", patient_id="p1")


def page(office: Office, *, name: str, **_arguments: str) -> QWidget:
    return Page(name)


PLACES = [
    Place("stick", "Stick", "device-usb", frozenset({Permission.CARRY_BUNDLES}), partial(page, name="stick"), order=5),
    Place("today", "Today", "home", frozenset(), partial(page, name="today"), order=1),
    Place("people", "People", "users", frozenset({Permission.SEE_PATIENTS}), partial(page, name="people"), order=3),
    Place("chart", "Chart", "users", frozenset(), partial(page, name="chart"), rail=False, under="people"),
]


@pytest.fixture
def office(vault, actor, qapp) -> Office:
    return Office(vault, actor, immediate=True)


@pytest.fixture
def frame(office, qtbot, tmp_path) -> Frame:
    status = Status(lambda _office: (StatusItem("Backup: yesterday", "circle-check", "well", place="stick"),))
    slots = Slots(Search("Search", Results), (status,))
    made = Frame(office, [*PLACES, help_place(tmp_path, "0.1")], slots, role_words="Reception", title="Clinic")
    qtbot.addWidget(made)
    made.resize(1366, 697)
    with qtbot.waitActive(made):
        made.show()
    return made


def front(frame: Frame) -> Page:
    shown = frame.page()
    assert isinstance(shown, Page)
    return shown


# places


def test_home_is_the_first_place_and_the_rail_keeps_the_order(frame) -> None:
    assert [button.place.code for button in frame.rail.buttons] == ["today", "people", "stick", "help"]
    assert (frame.here(), front(frame).arrived.hasFocus()) == ("today", True)


def test_a_place_that_is_not_allowed_is_not_there(vault, qtbot) -> None:
    nobody = Actor("x", "Nobody", frozenset())
    office = Office(vault, nobody, immediate=True)
    frame = Frame(office, PLACES)
    qtbot.addWidget(frame)
    assert [button.place.code for button in frame.rail.buttons] == ["today"]
    office.go("stick")
    assert frame.here() == "today"


def test_alt_and_a_number_go_to_a_place(frame, qtbot) -> None:
    qtbot.keyClick(front(frame), Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert frame.here() == "people"
    assert [button.isChecked() for button in frame.rail.buttons] == [False, True, False, False]


def test_a_place_of_the_rail_is_kept_and_a_record_is_built_anew(frame, office) -> None:
    home = frame.page()
    office.go("chart", patient_id="p1")
    chart = frame.page()
    assert frame.rail.buttons[1].isChecked()
    office.go("today")
    assert frame.page() is home
    office.go("chart", patient_id="p1")
    assert frame.page() is not chart


def test_esc_goes_back_where_one_came_from_and_at_last_home(frame, office, qtbot) -> None:
    office.go("people")
    office.go("chart", patient_id="p1")
    qtbot.keyClick(front(frame).arrived, Qt.Key.Key_Escape)
    assert frame.here() == "people"
    qtbot.keyClick(front(frame).arrived, Qt.Key.Key_Escape)
    assert frame.here() == "today"
    office.back()
    assert frame.here() == "today"


def test_a_screen_may_step_back_itself_first(frame, office, qtbot) -> None:
    office.go("people")
    front(frame).steps = 1
    qtbot.keyClick(front(frame).arrived, Qt.Key.Key_Escape)
    assert frame.here() == "people"


def test_leaving_keeps_the_draft(frame, office) -> None:
    home = front(frame)
    office.go("people")
    assert home.kept == 1


class ReservedHere(Refused):
    text = "This record is reserved."


def test_a_record_that_may_not_be_opened_is_told_and_one_stays(office, qtbot) -> None:
    def refused(office: Office, **_arguments: str) -> QWidget:
        raise ReservedHere

    closed = Place("closed", "Closed", "users", frozenset(), refused, rail=False, under="people")
    frame = Frame(office, [*PLACES, closed])
    qtbot.addWidget(frame)
    frame.show()
    office.go("people")
    home = frame.page()
    office.voice = RememberingVoice()
    office.go("closed", patient_id="p1")
    assert (frame.here(), frame.page()) == ("people", home)
    assert office.voice.said == ["This record is reserved."]
    office.back()
    assert frame.here() == "today"


# searching


def test_letters_typed_outside_any_field_go_to_the_search_box(frame, qtbot) -> None:
    box = frame.top.search
    qtbot.keyClicks(front(frame).arrived, "t")
    qtbot.keyClicks(box, "z")
    assert (box.text(), box.hasFocus(), frame.is_searching()) == ("tz", True, True)
    results = frame.pages.currentWidget()
    assert isinstance(results, Results)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert (results.words, results.moves) == ("tz", 1)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert (frame.here(), box.text(), frame.is_searching()) == ("chart", "", False)


def test_letters_typed_in_a_field_stay_there(frame, qtbot) -> None:
    note = front(frame).note
    note.setFocus()
    qtbot.keyClicks(note, "tz")
    assert (note.text(), frame.top.search.text()) == ("tz", "")


def test_esc_in_the_search_box_gives_the_page_back(frame, qtbot) -> None:
    qtbot.keyClick(front(frame), Qt.Key.Key_F2)
    box = frame.top.search
    qtbot.keyClicks(box, "tz")
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert (box.text(), frame.is_searching(), front(frame).arrived.hasFocus()) == ("", False, True)


# the bar


class Full(Refused):
    text = "The day is full."


class Sure(NeedsConfirmation):
    text = "Really?"


def test_success_is_said_quietly_with_its_undo(frame, office, qtbot) -> None:
    told = []
    office.notice("Arrived", lambda: told.append("undone"))
    assert (frame.bar.words.text(), frame.bar.isVisible()) == ("Arrived", True)
    qtbot.keyClick(front(frame), Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    assert (told, frame.bar.isVisible()) == (["undone"], False)


def test_a_refusal_stays_until_it_was_read(frame, office) -> None:
    def refuse(_work) -> None:
        raise Full()

    office.do(refuse, frame)
    assert (frame.bar.words.text(), frame.bar.undo.isVisible()) == ("The day is full.", False)
    frame.bar.understood.click()
    assert not frame.bar.isVisible()


def test_a_question_is_asked_over_the_frame(frame, office) -> None:
    told = []

    def change(_work, *, confirmed: bool = False) -> None:
        if not confirmed:
            raise Sure()

    office.do(change, frame, then=told.append)
    question = dialogs.front()
    assert isinstance(question, dialogs.Question)
    question.yes.click()
    assert told == [None]


def test_a_bug_is_told_without_what_was_typed(frame, office) -> None:
    def broken(_work) -> None:
        raise ValueError("María Ixchel")

    office.do(broken, frame)
    dialog = dialogs.front()
    assert dialog is not None
    words = " ".join(text.text() for text in dialog.findChildren(type(frame.bar.words)))
    assert "ValueError" in words
    assert "María" not in words
    dialog.accept()


def test_the_bar_never_covers_a_button_of_a_page(frame, office) -> None:
    office.notice("Arrived")
    top_of_bar = frame.bar.mapTo(frame, frame.bar.rect().topLeft()).y()
    footer = frame.footer.mapTo(frame, frame.footer.rect().topLeft()).y()
    assert footer - top_of_bar <= 16


# cover and lock


def test_the_cover_blanks_the_window_and_no_key_beneath_it_acts(frame, qtbot) -> None:
    home = front(frame)
    other = QDialog(frame)
    other.show()
    frame.set_pin(CoverPin("2580"))
    qtbot.keyClick(home.note, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert frame.is_covered()
    assert (home.isVisible(), other.isVisible(), frame.windowTitle()) == (False, False, "")
    assert home.kept == 1
    qtbot.keyClick(frame.cover_page.typed, Qt.Key.Key_F5)
    assert home.pressed == 0
    qtbot.keyClicks(frame.cover_page.typed, "2580")
    qtbot.keyClick(frame.cover_page.typed, Qt.Key.Key_Return)
    assert (frame.is_covered(), home.isVisible(), other.isVisible()) == (False, True, True)
    assert frame.windowTitle() == "Clinic"


def test_three_misses_of_the_pin_lock(frame, qtbot) -> None:
    frame.set_pin(CoverPin("2580"))
    frame.cover()
    asked = []
    frame.lock_asked.connect(lambda: asked.append(1))
    for _try in range(3):
        qtbot.keyClicks(frame.cover_page.typed, "1111")
        qtbot.keyClick(frame.cover_page.typed, Qt.Key.Key_Return)
    assert asked == [1]
    assert frame.is_covered()


def test_without_a_pin_only_the_password_uncovers(frame, qtbot) -> None:
    frame.cover()
    assert not frame.cover_page.typed.isVisible()
    with qtbot.waitSignal(frame.lock_asked):
        frame.cover_page.leave.click()


def test_a_weak_pin_is_not_taken(frame, qtbot) -> None:
    frame.choose_pin()
    dialog = dialogs.front()
    assert dialog is not None
    dialog.typed.setText("1234")  # type: ignore[attr-defined]
    dialog.yes.click()  # type: ignore[attr-defined]
    frame.cover()
    assert not frame.cover_page.typed.isVisible()


def test_locking_keeps_the_draft_and_blanks_before_it_is_told(frame, qtbot) -> None:
    home = front(frame)
    seen = []
    frame.lock_asked.connect(lambda: seen.append((frame.is_covered(), home.kept)))
    qtbot.keyClick(home, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert seen == [(True, 1)]


def test_idle_covers_first_and_locks_later(qapp, qtbot) -> None:
    idle = Idle(qapp, lambda: False, cover_after=20, lock_after=60)
    order = []
    idle.cover.connect(lambda: order.append("cover"))
    idle.lock.connect(lambda: order.append("lock"))
    qtbot.waitUntil(lambda: len(order) == 2)
    assert order == ["cover", "lock"]
    idle.deleteLater()


def test_an_open_consultation_may_stay_covered_longer(qapp) -> None:
    idle = Idle(qapp, lambda: True, cover_after=10_000, lock_after=50_000, long_lock_after=900_000)
    assert idle._lock.interval() == 900_000
    idle.deleteLater()


def test_a_passer_by_cannot_hold_the_lock_back_under_the_cover(qapp, qtbot) -> None:
    idle, window, locked = Idle(qapp, lambda: False, cover_after=10_000, lock_after=80), QLineEdit(), []
    qtbot.addWidget(window)
    window.show()
    idle.lock.connect(lambda: locked.append(1))
    idle.set_covered(True)
    for _key in range(10):
        qtbot.keyClick(window, Qt.Key.Key_A)
        qtbot.wait(10)
    qtbot.waitUntil(lambda: bool(locked))
    idle.deleteLater()


def test_a_sleep_of_the_machine_is_noticed(qapp) -> None:
    now = {"wall": 1000.0, "running": 10.0}
    sleep, told = Sleep(lambda: now["wall"], lambda: now["running"]), []
    sleep.woke.connect(lambda: told.append(1))
    now.update(wall=1005.0, running=15.0)
    sleep.look()
    assert told == []
    now.update(wall=4605.0, running=20.0)
    sleep.look()
    assert told == [1]
    sleep.deleteLater()


# small windows, help


@pytest.mark.parametrize("size", [(1366, 697), (1093, 558), (911, 442)])
def test_the_frame_fits_the_windows_it_is_made_for(frame, qtbot, size) -> None:
    frame.resize(*size)
    qtbot.wait(10)
    assert (frame.width(), frame.height()) == size
    assert frame.rail.width() == (60 if size[0] < 1100 else 84)
    assert frame.top.day.isVisible() == (size[0] >= 1100)


def test_every_f_key_works_in_a_narrow_window_too(frame, qtbot) -> None:
    frame.resize(911, 442)
    qtbot.wait(10)
    qtbot.keyClick(front(frame), Qt.Key.Key_F1)
    assert frame.here() == "help"


def test_a_word_of_the_footer_leads_to_its_place(frame) -> None:
    button = next(b for b in frame.footer.findChildren(type(frame.footer.help)) if b.text() == "Backup: yesterday")
    button.click()
    assert frame.here() == "stick"


def test_the_diagnosis_shows_versions_and_the_log_and_copies_both(frame, tmp_path, qtbot) -> None:
    (tmp_path / "clinic-desktop.log").write_text("2026-11-23 INFO opened\n", encoding="utf-8")
    frame.go("help", {})
    screen = frame.page()
    assert isinstance(screen, HelpScreen)
    screen.tabs.set_at(1)
    copied = screen.diagnosis()
    assert "Python" in copied
    assert "SQLCipher" in copied
    assert "INFO opened" in copied


def test_the_keys_can_be_had_on_paper(qapp) -> None:
    assert strip_pdf().startswith(b"%PDF")


def test_somebody_may_begin_elsewhere_and_esc_leads_there_at_last(office, qtbot) -> None:
    made = Frame(office, PLACES, home="people")
    qtbot.addWidget(made)
    assert made.here() == "people"
    office.go("today")
    office.back()
    assert made.here() == "people"


def test_long_words_of_the_footer_and_a_long_name_do_not_keep_the_window_from_becoming_narrow(vault, qtbot) -> None:
    named = Actor("x", "María Fernanda Guadalupe Hernández de León", frozenset(Permission))
    long = [StatusItem(f"Something rather long that is told in the footer, number {n}", "flag") for n in range(5)]
    slots = Slots(Search("Search", Results), (Status(lambda _office: long),))
    frame = Frame(Office(vault, named, immediate=True), PLACES, slots, role_words="Psychiatrist, coordination")
    qtbot.addWidget(frame)
    frame.resize(1366, 697)
    frame.show()
    qtbot.wait(10)
    frame.resize(911, 442)
    qtbot.wait(10)
    assert (frame.width(), frame.height()) == (911, 442)
    told = [b for b in frame.footer.findChildren(type(frame.footer.help)) if b.isVisible()]
    assert all(b.geometry().right() <= frame.footer.width() for b in told)
    assert "number 4" in told[4].toolTip(), "what has no room is said on the tip"
