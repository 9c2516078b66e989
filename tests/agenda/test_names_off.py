"""What the room may read: names off the list, and people whose record is reserved."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.screens.booking import BookingSheet, ask_other_day
from clinic_desktop.features.agenda.screens.today import TodayScreen
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.service import restricting
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import privacy
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from clinic_desktop.uikit.words import Text

CTRL = Qt.KeyboardModifier.ControlModifier
DESK = frozenset({Permission.SEE_PATIENTS, Permission.REGISTER_PATIENTS, Permission.RECEPTION, Permission.SEE_DAY})


@pytest.fixture(autouse=True)
def names_shown() -> Iterator[None]:
    yield
    privacy.hide_names(False)


# -- names


def words_of(shown: Any) -> str:
    cells = [shown.table.rows.index(r, c).data() for r in range(shown.table.count()) for c in range(7)]
    labels = [w.text() for w in shown.findChildren(QLabel) if w.isVisible()]
    return " ".join([*map(str, cells), *labels, shown.windowTitle()])


def test_one_key_takes_every_name_off_the_screen_until_it_is_pressed_again(
    screen: Any, book: Any, waiting: Any, office: Any, qtbot: Any
) -> None:
    here = waiting("Ana")
    book("Beto")
    shown = screen()
    shown.table.choose(here)
    assert "QUISPE" in words_of(shown)
    qtbot.keyClick(shown.table, Qt.Key.Key_F9)
    assert "QUISPE" not in words_of(shown) and "Turn 1" in words_of(shown)
    assert shown.hidden_strip.isVisible()
    qtbot.keyClick(shown.table, Qt.Key.Key_I, CTRL)
    assert office.voice.notices[-1] == "Turn 1 is called first"
    sheet = ask_other_day(office, shown, shown.table.row())
    assert "QUISPE" not in sheet.windowTitle()
    sheet.reject()
    assert not TodayScreen(office).hidden_strip.isHidden(), "also on a screen that is built after the lock"
    with qtbot.waitActive(shown):
        shown.activateWindow()
    shown.take_focus()
    qtbot.keyClick(shown.table, Qt.Key.Key_J, CTRL)
    assert "QUISPE" in words_of(shown) and not shown.hidden_strip.isVisible()


def test_a_process_started_by_the_lock_keeps_names_hidden() -> None:
    import subprocess
    import sys

    privacy.hide_names(True)
    said = "from clinic_desktop.uikit import privacy; print(privacy.are_names_hidden())"
    ran = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "True"


# -- reserved


@pytest.fixture
def desk_screen(vault: Any, qapp: Any, qtbot: Any) -> Callable[[], TodayScreen]:
    def show() -> TodayScreen:
        desk = Actor("0193a000-0000-7000-8000-00000000000e", "Ana", DESK)
        shown = TodayScreen(Office(vault, desk, voice=RememberingVoice(), immediate=True))
        qtbot.addWidget(shown)
        shown.resize(1282, 611)
        shown.show()
        return shown

    return show


def test_a_reserved_record_has_no_name_no_number_and_no_facts_at_the_desk(
    desk_screen: Any, register: Any, do: Any, today: Any
) -> None:
    who = register("Ana", "Secreta")
    do(partial(service.arrive, patient_id=who, new_appointment_id=new_id()))
    do(
        lambda work: (
            work.revise(work.load(Patient, who), seen={}, to={"community": "Pulay", "mother_name": "Eva"}) and None
        )
    )
    called = do(partial(restricting.restrict, patient_id=who, reason="Pidió que nadie sepa"))
    assert today()[0].name == "SECRETA, Ana", "who may open it sees it as any other"
    shown = desk_screen()
    shown.table.choose_at(0)
    said = words_of(shown).casefold()
    assert f"reserved {called}".casefold() in said
    assert not any(word in said for word in ("secreta", "ana", "pulay", "eva", "pru-"))
    row = shown.table.row()
    assert row.reserved and row.number == "" and not shown.preview.open.isVisible()
    shown.open_row(row)
    assert shown._office.went is None
    shown.preview.first.click()
    assert shown._office.voice.notices[-1] == f"Reserved {called} is called first"


def test_the_next_visit_of_a_reserved_person_is_booked_from_the_row(
    desk_screen: Any, register: Any, do: Any, ask: Any
) -> None:
    who = register("Ana", "Secreta")
    do(partial(service.arrive, patient_id=who, new_appointment_id=new_id()))
    do(partial(restricting.restrict, patient_id=who, reason="Pidió que nadie sepa"))
    shown = desk_screen()
    shown.table.choose_at(0)
    shown.new_booking.click()
    sheet = next(one for one in shown.findChildren(BookingSheet) if one.isVisible())
    assert sheet.person.text() == shown.table.row().name and sheet.person.value() == who
    assert not sheet.apart.isVisible() and not sheet.with_card.isVisible()
    sheet.when.setText("10d")
    sheet.book.click()
    assert ask(lambda r: queries.next_booking(r, who)).day == date(2026, 11, 23), "here today"
    assert ask(lambda r: queries.booked_between(r, date(2026, 12, 3), date(2026, 12, 3))) == {date(2026, 12, 3): 1}


# -- hidden names, on all of the window


def test_hiding_names_also_takes_the_older_word_of_the_bar(office: Any, waiting: Any, qtbot: Any) -> None:
    from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

    from clinic_desktop.features.agenda.room import ROOM
    from clinic_desktop.shell.frame import Frame

    waiting("Ana"), waiting("Beto")
    frame = Frame(office, ROOM.places, role_words="Recepción")
    qtbot.addWidget(frame)
    frame.resize(1366, 697)
    with qtbot.waitActive(frame):
        frame.show()
    today = frame.page()
    assert isinstance(today, TodayScreen)
    today.table.choose_at(0)
    qtbot.keyClick(today.table, Qt.Key.Key_I, CTRL)
    assert "QUISPE" in frame.bar.words.text()
    qtbot.keyClick(today.table, Qt.Key.Key_F9)

    def said() -> str:
        everything = [w for w in [frame, *frame.findChildren(QWidget)] if w.isVisible()]
        told = [part for w in everything for part in (w.toolTip(), w.accessibleName(), w.windowTitle())]
        told += [w.text() for w in everything if isinstance(w, QLabel | QLineEdit | Text | Button)]
        return " ".join([*told, words_of(today)])

    assert "QUISPE" not in said() and "Ana" not in said()
    today.new_booking.click()
    sheet = next(one for one in today.findChildren(BookingSheet) if one.isVisible())
    assert sheet.person.text() == "Turn 1" or sheet.person.text() == "Turn 2"
    sheet.reject()
    today.toggle_names()
    assert frame.bar.words.text() == "Names are shown again."


def test_a_list_or_a_card_is_shown_only_after_a_yes_while_names_are_hidden(
    screen: Any, waiting: Any, office: Any
) -> None:
    waiting("Ana")
    shown = screen()
    shown.table.choose_at(0)
    shown.toggle_names()
    office.voice.answer = False
    shown.print.click()
    shown.make_card()
    assert office.voice.asked == ["This shows names on the screen. Is nobody else looking?"] * 2
    assert not [one for one in shown.findChildren(Sheet) if one.isVisible()]
