"""Reception's home, used by the keyboard."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt

from clinic_desktop.features.agenda.letters import day as papers
from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.rules.day import AppointmentStatus as Status
from clinic_desktop.features.agenda.screens.booking import BookingSheet, ask_booking
from clinic_desktop.features.agenda.screens.papers import print_day
from clinic_desktop.features.agenda.screens.today import TodayScreen
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.numbers import is_whole
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from tests.printing.reading import bare, texts

CTRL = Qt.KeyboardModifier.ControlModifier
DESK = frozenset({Permission.SEE_PATIENTS, Permission.REGISTER_PATIENTS, Permission.RECEPTION, Permission.SEE_DAY})


@pytest.fixture
def screen(open_screen: Callable[..., Any], qtbot: Any) -> Callable[[], TodayScreen]:
    def show() -> TodayScreen:
        shown = open_screen(TodayScreen)
        with qtbot.waitActive(shown):
            shown.activateWindow()
        shown.take_focus()
        return shown

    return show


def test_arrived_is_one_key_on_the_chosen_person_and_offers_its_undo(screen, book, office, qtbot, today) -> None:
    booked = book("Ana")
    shown = screen()
    shown.table.choose(booked)
    qtbot.keyClick(shown.table, Qt.Key.Key_F5)
    assert [row.status for row in today()] == [Status.WAITING]
    assert office.voice.notices == ["QUISPE, Ana is in the waiting room"]
    assert shown.table.key() == booked, "the person stays chosen"
    office.voice.undo()
    assert [row.status for row in today()] == [Status.BOOKED]


def test_the_letter_twin_of_f5_does_the_same(screen, book, qtbot, today) -> None:
    shown = screen()
    shown.table.choose(book())
    qtbot.keyClick(shown.table, Qt.Key.Key_G, CTRL)
    assert today()[0].status is Status.WAITING


def test_arrived_is_not_offered_to_who_may_not_check_in(book, vault, qapp, qtbot) -> None:
    booked = book()
    nurse = Actor(
        "0193a000-0000-7000-8000-00000000000d", "Elsa", frozenset({Permission.SEE_DAY, Permission.SEE_PATIENTS})
    )
    shown = TodayScreen(Office(vault, nurse, voice=RememberingVoice(), immediate=True))
    qtbot.addWidget(shown)
    shown.show()
    shown.table.choose(booked)
    assert not shown.preview.arrived.isVisible()
    assert not shown.print.isVisible()


def test_tabs_count_who_waits_who_is_to_come_and_who_was_seen(screen, book, do) -> None:
    first, second, _third, fourth = book("Ana"), book("Beto"), book("Carla"), book("Dora")
    for appointment_id in (first, second, fourth):
        do(partial(service.check_in, appointment_id=appointment_id))
    do(partial(service.call_in, appointment_id=first))
    do(partial(service.send_out, appointment_id=first))
    shown = screen()
    assert shown.tabs._counts == (4, 2, 1, 1)
    shown.tabs.set_at(1)
    assert shown.table.count() == 2
    shown.tabs.set_at(3)
    assert shown.table.count() == 1


def test_who_is_called_first_is_marked_and_goes_up(screen, book, do, qtbot) -> None:
    for name in ("Ana", "Beto"):
        do(partial(service.check_in, appointment_id=book(name)))
    shown = screen()
    shown.table.choose_at(1)
    qtbot.mouseClick(shown.preview.first, Qt.MouseButton.LeftButton)
    assert [shown.table.rows.row(at).name for at in (0, 1)] == ["QUISPE, Beto", "QUISPE, Ana"]
    assert "Priority" in shown.table.rows.index(0, 2).data()


def test_a_priority_is_seen_in_a_narrow_window_too(screen, book, do) -> None:
    booked = book("Ana")
    do(partial(service.check_in, appointment_id=booked, urgent=True))
    shown = screen()
    shown.resize(851, 356)
    shown.table.choose(booked)
    said = [shown.table.rows.index(0, at).data() for at in range(6)]
    assert any("Priority" in words for words in said)


def test_an_empty_day_says_what_to_do(screen) -> None:
    shown = screen()
    empty = shown.table._empty
    assert empty.isVisible() and "register a new person" in empty.sentence.text()
    assert shown.preview.nobody.isVisible() and not shown.preview.arrived.isVisible()


def test_nothing_on_the_screen_says_why_somebody_comes(screen, book, do) -> None:
    booked = book("Ana")
    do(partial(service.check_in, appointment_id=booked))
    shown = screen()
    heads = [column.title for column in shown.table.rows.columns]
    assert heads == ["Turn", "Time", "Person", "Kind of visit", "Queue", "State", "Waits"]


def test_enter_opens_the_record_of_the_chosen_person(screen, book, office, qtbot) -> None:
    shown = screen()
    shown.table.choose(book())
    qtbot.keyClick(shown.table, Qt.Key.Key_Return)
    place, arguments = office.went
    assert place == "chart" and arguments["patient_id"]


def test_the_screen_fits_the_old_laptop_at_150_percent(screen, book, do) -> None:
    booked = book("María Ixchel", "Tzoc")
    do(partial(service.check_in, appointment_id=booked))
    shown = screen()
    shown.resize(851, 356)
    shown.table.choose(booked)
    need = shown.minimumSizeHint()
    assert need.width() <= 851 and need.height() <= 356


def test_every_control_has_an_accessible_name(screen, book) -> None:
    from PySide6.QtWidgets import QAbstractButton, QLineEdit

    shown = screen()
    shown.table.choose(book())
    named = [*shown.findChildren(QAbstractButton), *shown.findChildren(QLineEdit)]
    assert named and all(w.accessibleName() or w.text() for w in named if w.isVisible())


# -- booking


@pytest.fixture
def sheet(office, qtbot, register) -> Iterator[BookingSheet]:
    from PySide6.QtWidgets import QWidget

    parent = QWidget()
    qtbot.addWidget(parent)
    stack(parent)
    parent.show()
    opened = ask_booking(office, parent, register("Ana"))
    with qtbot.waitActive(opened):
        opened.activateWindow()
    yield opened


def test_six_weeks_are_said_back_with_how_full_the_day_is(sheet, book, qtbot) -> None:
    book("Beto", days=42)
    qtbot.keyClicks(sheet.when, "6s")
    assert sheet._day_field.message() == "Monday 4-jan-2027 · 1 of 25 · 42 days"


def test_pressing_save_twice_books_once(sheet, ask, qtbot, clock) -> None:
    qtbot.keyClicks(sheet.when, "6s")
    sheet.book.click()
    sheet.book.click()
    day = date(2027, 1, 4)
    assert ask(lambda reading: queries.booked_between(reading, day, day)) == {day: 1}


def test_a_day_that_is_none_and_a_second_booking_are_said_at_the_field(sheet, office, qtbot) -> None:
    qtbot.keyClicks(sheet.when, "soon")
    sheet.book.click()
    assert "6s" in sheet._day_field.message() and sheet.isVisible()
    sheet.when.clear()
    qtbot.keyClicks(sheet.when, "10d")
    sheet.book.click()
    again = ask_booking(office, sheet.parentWidget(), sheet.person.value())
    qtbot.keyClicks(again.when, "10d")
    again.book.click()
    assert "already has an appointment" in again._day_field.message()


def test_a_time_that_is_none_is_said_at_its_field(sheet, qtbot) -> None:
    qtbot.keyClicks(sheet.when, "6s")
    qtbot.keyClicks(sheet.time, "25:00")
    sheet.book.click()
    assert sheet.isVisible() and "08:30" in sheet.form.fields["time"].message()


# -- papers


def test_the_desk_list_has_turns_and_room_for_who_comes_unannounced(book, do, ask) -> None:
    do(partial(service.check_in, appointment_id=book("<b>Ana</b>", "Quispe & Co")))
    book("Beto")
    said = bare("".join(texts(ask(papers.desk_list).pdf())))
    assert "QUISPE&CO,<b>Ana</b>" in said and "QUISPE,Beto" in said and "08:00" in said
    rows = next(block.rows for block in ask(papers.desk_list).blocks if hasattr(block, "rows"))
    assert len(rows) == 2 + papers.WALK_INS


def test_the_consulting_rooms_list_is_numbered_anew_each_time_and_to_be_shredded(book, do) -> None:
    book("Ana")
    first, second = do(papers.clinicians_list), do(papers.clinicians_list)
    assert is_whole(first.folio) and first.folio != second.folio
    assert "shredded" in "".join(texts(first.pdf()))


def test_the_numbered_list_is_not_for_the_desk(vault) -> None:
    desk = Actor("0193a000-0000-7000-8000-00000000000e", "Ana", DESK)
    with pytest.raises(NotAllowed):
        vault.do(papers.clinicians_list, desk)


def test_a_turn_has_no_name(book, do, ask, today) -> None:
    do(partial(service.check_in, appointment_id=book("Ana")))
    row = today()[0]
    said = "".join(texts(ask(lambda reading: papers.turn_slip(reading, row)).pdf()))
    assert "Turn 1" in said and "Quispe" not in said and "QUISPE" not in said


def test_a_day_of_two_hundred_people_is_printed_whole(ask, vault, actor, register) -> None:
    who = [register(f"Ana{n}") for n in range(60)]

    def fill(work) -> None:
        for n, patient_id in enumerate(who):
            service.book(work, appointment_id=f"0193a000-0000-7000-8000-0000000001{n:02d}", patient_id=patient_id,
                         day=work.today, confirmed=True)  # fmt: skip

    vault.do(fill, actor)
    pages = texts(ask(papers.desk_list).pdf())
    assert len(pages) > 1 and all(f"Ana{n}" in "".join(pages) for n in range(60))


def test_who_has_both_roles_is_asked_which_list(screen, office, book) -> None:
    book()
    shown = screen()
    sheet = print_day(office, shown)
    assert sheet is not None and sheet.isVisible()
    sheet.reject()


def test_that_a_list_left_is_in_the_ledger(do, vault, actor) -> None:
    do(partial(service.note_printed, what="desk-list", way="print", copies=1))

    def last(reading):
        return reading.connection.exec_driver_sql("SELECT act, detail FROM ledger ORDER BY seq DESC LIMIT 1").one()

    act, detail = vault.ask(last, actor)
    assert act == "agenda.note_printed" and "desk-list" in detail


def test_a_sheet_left_open_while_the_vault_closes_asks_nothing_any_more(sheet, qtbot, vault) -> None:
    qtbot.keyClicks(sheet.when, "6s")
    vault.close()
    sheet.time.setFocus()
    assert sheet.form.find_faults() == []
