"""Booking in a few keys, and the screen of the consultation days."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.queries import days as day_queries
from clinic_desktop.features.agenda.records import Appointment
from clinic_desktop.features.agenda.rules.day import VisitKind
from clinic_desktop.features.agenda.screens.booking import BookingSheet, ask_booking, ask_kept_apart
from clinic_desktop.features.agenda.screens.consultation_days import DaysScreen
from clinic_desktop.features.agenda.screens.day_sheets import ask_capacity, ask_days, ask_places
from clinic_desktop.features.agenda.screens.moving_day import ask_move
from clinic_desktop.features.agenda.screens.today import TodayScreen
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.features.agenda.service import days as day_service
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.office import Office

# -- booking


@pytest.fixture
def sheet(office: Office, parent: Any, register: Any, qtbot: Any) -> BookingSheet:
    opened = ask_booking(office, parent, register("Ana"))
    with qtbot.waitActive(opened):
        opened.activateWindow()
    return opened


def test_six_weeks_are_the_next_consultation_day_and_arrows_step(
    do: Any, office: Any, parent: Any, register: Any, qtbot: Any
) -> None:
    place = do(partial(day_service.add_place, name="Santiago"))
    first = date(2027, 1, 8)
    do(partial(day_service.add_days, drawn=new_id(), first=first, place_id=place, capacity=25, every_weeks=2, count=3))
    sheet = ask_booking(office, parent, register("Ana"))
    qtbot.keyClicks(sheet.when, "6s")
    assert sheet._day_field.message() == "Friday 8-jan-2027 · Santiago · 0 of 25 · 46 days"
    qtbot.keyClick(sheet.when, Qt.Key.Key_Up)
    assert sheet.day() == date(2027, 1, 22)
    qtbot.keyClick(sheet.when, Qt.Key.Key_Plus)
    assert sheet.day() == date(2027, 2, 5)
    qtbot.keyClick(sheet.when, Qt.Key.Key_Minus)
    qtbot.keyClick(sheet.when, Qt.Key.Key_Down)
    assert sheet.day() == first
    sheet.book.click()
    assert office.voice.asked == [] and office.voice.notices[-1] == "Booked for Friday 8-jan-2027"


def test_a_date_with_dashes_is_typed_and_not_stepped(sheet: BookingSheet, qtbot: Any) -> None:
    qtbot.keyClicks(sheet.when, "5-12-26")
    assert sheet.day() == date(2026, 12, 5)


def test_a_question_is_asked_before_a_day_that_is_none_and_the_yes_books(
    sheet: BookingSheet, do: Any, office: Any, qtbot: Any
) -> None:
    do(partial(day_service.add_days, drawn=new_id(), first=date(2026, 11, 27)))
    qtbot.keyClicks(sheet.when, "5/12")
    sheet.book.click()
    assert office.voice.asked == ["5-dec-2026 is not a consultation day. Book it all the same?"]
    assert office.ask(queries.booked_between, date(2026, 12, 5), date(2026, 12, 5)) == {date(2026, 12, 5): 1}


def test_a_pair_is_kept_apart_from_the_booking_sheet(office: Any, parent: Any, register: Any, qtbot: Any) -> None:
    first, second = register("Ana"), register("Beto")
    opened = ask_kept_apart(office, parent, first)
    opened.add.click()
    assert opened.form.fields["person"].is_wrong()
    opened.person.set_value(second, "QUISPE, Beto")
    opened.add.click()
    opened.add.click()
    known = office.ask(day_queries.kept_apart_from, second)
    assert [other for _row, other in known] == [first]


# -- the screen of days


def test_days_are_added_in_a_few_keys_and_said_back(office: Any, parent: Any, qtbot: Any) -> None:
    opened = ask_days(office, parent)
    with qtbot.waitActive(opened):
        opened.activateWindow()
    qtbot.keyClicks(opened.when, "4/12")
    opened.weeks.setText("2")
    opened.times.clear()
    qtbot.keyClicks(opened.times, "6")
    assert opened.meant.text() == "Friday 4-dec-2026, 6 days until 12-feb-2027"
    opened.save.click()
    opened.save.click()
    assert office.voice.notices[0] == "6 consultation days added"
    assert len(office.ask(day_queries.coming)) == 6


def test_a_faulty_number_is_said_at_its_field_and_nothing_is_lost(office: Any, parent: Any, qtbot: Any) -> None:
    opened = ask_days(office, parent)
    for words in ("mañana", "\u00b2s", "99999999/1"):
        opened.when.setText(words)
        opened.capacity.setText("0")
        opened.save.click()
        assert opened.isVisible() and opened.form.fields["when"].is_wrong()
    assert opened.form.fields["capacity"].is_wrong()


def test_the_list_of_days_changes_calls_off_and_moves(open_screen: Any, do: Any, office: Any, register: Any) -> None:
    do(partial(day_service.add_days, drawn=new_id(), first=date(2026, 11, 27), count=2, capacity=9))
    making = partial(service.book, appointment_id=new_id(), patient_id=register(), day=date(2026, 11, 27))
    do(making)
    shown = open_screen(DaysScreen)
    shown.take_focus()
    changing = ask_capacity(office, shown, shown.table.row())
    changing.capacity.setText("11")
    changing.save.click()
    assert shown.table.rows.index(0, 4).data() == "1 of 11"
    moving = ask_move(office, shown, shown.table.row())
    assert moving.day() == date(2026, 12, 4)
    moving.reason.setText("La doctora no viene")
    moving.save.click()
    assert office.voice.notices[-1] == "1 person moved. Call them."
    assert office.went == ("calls", {"which": "changed"}), "the list of those to be told"
    assert [line.day for line in office.ask(day_queries.coming)] == [date(2026, 12, 4)]


def test_a_day_of_a_hundred_and_thirty_people_is_moved_whole(
    open_screen: Any, do: Any, office: Any, register: Any
) -> None:
    do(partial(day_service.add_days, drawn=new_id(), first=date(2026, 11, 27), count=2, capacity=200))
    people = [register() for _n in range(3)]

    def many(work: Any) -> None:
        for n in range(130):
            work.add(Appointment(patient_id=people[n % 3], day=date(2026, 11, 27), kind=VisitKind.FOLLOW_UP))

    do(many)
    shown = open_screen(DaysScreen)
    shown.take_focus()
    moving = ask_move(office, shown, shown.table.row())
    moving.reason.setText("No viene")
    moving.save.click()
    assert office.voice.notices[-1] == "130 people moved. Call them."


def test_places_are_added_and_retired_with_a_way_back(office: Any, parent: Any) -> None:
    opened = ask_places(office, parent)
    opened.name.setText("Santiago")
    opened.save.click()
    assert [p.name for p in office.ask(day_queries.places)] == ["Santiago"]
    opened._retire(office.ask(day_queries.places)[0].place_id, "Santiago")
    assert office.ask(day_queries.places) == ()
    office.voice.undo()
    assert [p.name for p in office.ask(day_queries.places)] == ["Santiago"]


@pytest.mark.parametrize("size", [(1282, 611), (851, 356)], ids=["100 %", "150 %"])
def test_the_screens_fit_with_everything_shown(
    open_screen: Any, waiting: Any, do: Any, register: Any, doctors: tuple[str, str], size: tuple[int, int]
) -> None:
    for name in ("Santiago Atitlán", "San Juan Cotzal"):
        do(partial(day_service.add_place, name=name))
    old = register()
    do(lambda work: work.add(Appointment(patient_id=old, day=date(2026, 11, 20), kind=VisitKind.FIRST)) and None)
    here = waiting("María Ixchel")
    for kind in (TodayScreen, DaysScreen):
        shown = open_screen(kind)
        shown.resize(*size)
        if kind is TodayScreen:
            shown.table.choose(here)
        QApplication.processEvents()
        need = shown.minimumSizeHint()
        assert need.width() <= size[0] and need.height() <= size[1], (kind.__name__, need)


def test_every_control_has_a_name_for_the_screen_reader(open_screen: Any, office: Any, do: Any, register: Any) -> None:
    do(partial(day_service.add_place, name="Santiago"))
    do(partial(day_service.add_days, drawn=new_id(), first=date(2026, 11, 27)))
    shown = open_screen(DaysScreen)
    shown.take_focus()
    line = shown.table.row()
    for page in (
        shown,
        open_screen(TodayScreen),
        ask_days(office, shown),
        ask_places(office, shown),
        ask_capacity(office, shown, line),
        ask_move(office, shown, line),
        ask_booking(office, shown, register()),
        ask_kept_apart(office, shown, register()),
    ):
        inside = [w for w in page.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible()]
        names = [w.accessibleName() for w in inside if not isinstance(w, QAbstractItemView)]
        assert names and all(names), type(page).__name__


def test_a_moved_day_is_offered_back_on_the_list_of_days(open_screen: Any, do: Any, office: Any, register: Any) -> None:
    friday, later = date(2026, 11, 27), date(2026, 12, 4)
    do(partial(day_service.add_days, drawn=new_id(), first=friday, count=2, capacity=9))
    do(partial(service.book, appointment_id=new_id(), patient_id=register("Ana"), day=friday))
    shown = open_screen(DaysScreen)
    assert not shown.moved_strip.isVisible()
    do(partial(day_service.move_day, from_day=friday, to_day=later, reason="No viene"))
    shown.reload()
    assert "1 person moved from 27-nov-2026 to 4-dec-2026" in shown.moved_strip.head.text()
    shown.take_back.click()
    assert office.ask(queries.booked_between, friday, later) == {friday: 1}
    assert not shown.moved_strip.isVisible() and shown.table.count() == 2


def test_every_button_without_a_key_has_a_letter_that_nothing_else_has(
    open_screen: Any, do: Any, office: Any, register: Any, qtbot: Any
) -> None:
    from clinic_desktop.kernel.i18n import set_language
    from clinic_desktop.uikit.keys import taken_letters

    set_language("es")
    do(partial(day_service.add_days, drawn=new_id(), first=date(2026, 11, 27)))
    shown = open_screen(DaysScreen)
    with qtbot.waitActive(shown):
        shown.activateWindow()
    shown.take_focus()
    buttons = (shown.add, shown.move_all, shown.call_off, shown.places)
    letters = [button.accessibleDescription().removeprefix("Alt+") for button in buttons]
    assert all(letters) and len(set(letters)) == 4 and not taken_letters() & set(letters)
    opened: list[str] = []
    for button in buttons:
        button.clicked.disconnect()
        button.clicked.connect(partial(lambda words, *_how: opened.append(words), button.text()))
    for letter in letters:
        qtbot.keyClick(shown.table, Qt.Key[f"Key_{letter}"], Qt.KeyboardModifier.AltModifier)
    assert opened == [button.text() for button in buttons]
    reached = {QApplication.focusWidget()}
    for _step in range(20):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    assert reached >= set(buttons)
