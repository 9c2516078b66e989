"""Who is called when, by whom, and what the room may read: queues, the long way home, names off the list."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from clinic_desktop.app import house
from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.records import Appointment
from clinic_desktop.features.agenda.rules.day import AppointmentStatus as Status
from clinic_desktop.features.agenda.rules.day import Event, EventKind, VisitKind, comes_from_far, stand
from clinic_desktop.features.agenda.screens.booking import BookingSheet, ask_other_day
from clinic_desktop.features.agenda.screens.today import TodayScreen
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.features.agenda.service import days as day_service
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.screens import slots
from clinic_desktop.features.patients.service import restricting
from clinic_desktop.features.settings import service as settings_service
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import privacy
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from clinic_desktop.uikit.words import Text

MONDAY = date(2026, 11, 23)
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
DESK = frozenset({Permission.SEE_PATIENTS, Permission.REGISTER_PATIENTS, Permission.RECEPTION, Permission.SEE_DAY})


@pytest.fixture(autouse=True)
def names_shown() -> Iterator[None]:
    yield
    privacy.hide_names(False)


def in_order(today: Any) -> list[str]:
    return [row.name.removeprefix("QUISPE, ") for row in today()]


def change(do: Any, today: Any, name: str, **to: Any) -> None:
    who = next(row.patient_id for row in today() if row.name == f"QUISPE, {name}")
    do(lambda work: work.revise(work.load(Patient, who), seen={}, to=to) and None)


# -- the order


def test_priority_comes_first_then_the_long_way_home_then_the_turn(waiting: Any, do: Any, today: Any) -> None:
    for name in ("Ana", "Beto", "Carla", "Dora"):
        waiting(name)
    change(do, today, "Carla", minutes_to_clinic=90)
    urgent = next(row.appointment_id for row in today() if row.name == "QUISPE, Dora")
    do(partial(service.set_priority, appointment_id=urgent, urgent=True))
    assert in_order(today) == ["Dora", "Carla", "Ana", "Beto"]
    do(partial(settings_service.choose, key="far_minutes", value=0))
    assert in_order(today) == ["Dora", "Ana", "Beto", "Carla"]


def test_the_way_is_that_of_the_community_where_the_person_told_none(waiting: Any, do: Any, today: Any) -> None:
    from clinic_desktop.features.patients.records import Community

    waiting("Ana"), waiting("Beto"), waiting("Carla")
    far, same = new_id(), new_id()
    do(lambda work: work.add(Community(id=far, name="Pulay", minutes_to_clinic=200)) and None)
    do(lambda work: work.add(Community(id=same, name="Pulai", same_as_id=far)) and None)
    change(do, today, "Beto", community_id=same)
    change(do, today, "Carla", community_id=far, minutes_to_clinic=10)
    assert in_order(today) == ["Beto", "Ana", "Carla"]
    assert not comes_from_far(None, 90)


def test_a_clinician_calls_from_ones_own_queue_and_from_nobodys(
    waiting: Any, do: Any, today: Any, doctors: tuple[str, str]
) -> None:
    tum, pop = doctors
    first, second, third = waiting("Ana"), waiting("Beto"), waiting("Carla")
    do(partial(service.assign, appointment_id=first, clinician_id=pop))
    assert do(partial(service.call_next, clinician_id=tum)).appointment_id == second
    do(partial(service.assign, appointment_id=third, clinician_id=pop))
    assert do(partial(service.call_next, clinician_id=tum)) is None
    do(partial(service.assign, appointment_id=third, clinician_id=None))
    assert do(partial(service.call_next, clinician_id=tum)).appointment_id == third


def test_who_left_unseen_can_be_brought_back_with_the_same_turn(waiting: Any, do: Any, today: Any) -> None:
    here = waiting()
    for _twice in (1, 2):
        do(partial(service.leave, appointment_id=here))
    assert today()[0].status is Status.LEFT
    do(partial(service.undo_leave, appointment_id=here))
    assert (today()[0].status, today()[0].turn) == (Status.WAITING, 1)
    with pytest.raises(service.NotNow):
        do(partial(service.undo_leave, appointment_id=here))


def test_a_closed_day_can_be_opened_again(book: Any, do: Any, today: Any) -> None:
    book()
    do(partial(service.close_day, day=MONDAY))
    assert do(partial(service.reopen_day, day=MONDAY)) == 1
    assert today()[0].status is Status.BOOKED


def test_the_list_asks_no_more_for_sixty_people_than_for_three(
    vault: Any, actor: Actor, register: Any, do: Any
) -> None:
    counts: list[int] = []
    for many in (3, 57):
        people = [register() for _n in range(many)]
        rows = [Appointment(patient_id=who, day=MONDAY, kind=VisitKind.FIRST) for who in people]
        do(lambda work, rows=rows: [work.add(row) for row in rows] and None)
        counts.append(asked(vault, actor))
    assert counts[0] == counts[1] <= 5


def asked(vault: Any, actor: Actor) -> int:
    """How many statements the day's list takes."""
    told: list[str] = []

    def counted(reading: Any) -> None:
        sa.event.listen(reading.connection, "before_cursor_execute", note)
        queries.today(reading)
        sa.event.remove(reading.connection, "before_cursor_execute", note)

    def note(*about: Any) -> None:
        told.append(about[2])

    vault.ask(counted, actor)
    return len(told)


# -- whatever happens


_EVENTS = st.lists(
    st.builds(
        Event,
        st.uuids().map(str),
        st.sampled_from([kind for kind in EventKind if kind is not EventKind.UNDONE]),
        st.integers(0, 90).map(lambda n: datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=n)),
        st.integers(1, 6),
        st.one_of(st.none(), st.integers(1, 9)),
        st.none(),
        st.one_of(st.none(), st.just("pop"), st.just("tum")),
    ),
    max_size=9,
)


@given(_EVENTS, st.data())
def test_events_merged_in_any_order_say_the_same(events: list[Event], data: Any) -> None:
    undone = [
        Event(f"u{n}", EventKind.UNDONE, one.at, one.step + 1, undoes_id=one.event_id)
        for n, one in enumerate(events[::3])
    ]
    every = events + undone
    assert stand(every) == stand(data.draw(st.permutations(every))) == stand([*every, *every[:2]])


_DEEDS = ("arrive", "undo", "leave", "back", "call", "send_back", "seen", "first", "give", "close", "open")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(_DEEDS), st.integers(0, 2)), max_size=14))
def test_no_turn_is_ever_given_twice(vault: Any, actor: Actor, register: Any, deeds: list[tuple[str, int]]) -> None:
    people = [register() for _n in range(3)]
    for deed, at in deeds:
        there = [a for a in vault.ask(partial(queries.of_patient, patient_id=people[at]), actor) if a.day == MONDAY]
        appointment_id = there[0].appointment_id if there else new_id()
        use_cases: dict[str, Callable[..., Any]] = {
            "arrive": partial(service.arrive, patient_id=people[at], new_appointment_id=new_id()),
            "undo": partial(service.undo_check_in, appointment_id=appointment_id),
            "leave": partial(service.leave, appointment_id=appointment_id),
            "back": partial(service.undo_leave, appointment_id=appointment_id),
            "call": partial(service.call_in, appointment_id=appointment_id),
            "send_back": partial(service.send_back, appointment_id=appointment_id),
            "seen": partial(service.send_out, appointment_id=appointment_id),
            "first": partial(service.set_priority, appointment_id=appointment_id, urgent=True),
            "give": partial(service.assign, appointment_id=appointment_id, clinician_id=people[at]),
            "close": partial(service.close_day, day=MONDAY),
            "open": partial(service.reopen_day, day=MONDAY),
        }
        try:
            vault.do(use_cases[deed], actor)
        except (service.Refused, service.ReasonMissing):
            continue
    told = "SELECT turn, count(*) FROM appointment_event WHERE turn IS NOT NULL GROUP BY turn HAVING count(*) > 1"
    assert vault.ask(lambda reading: reading.plain(told), actor) == []


# -- the screen


def test_one_key_gives_a_person_to_the_next_clinician_and_can_be_taken_back(
    screen: Any, waiting: Any, today: Any, office: Office, doctors: tuple[str, str], qtbot: Any
) -> None:
    here = waiting()
    shown = screen()
    shown.table.choose(here)
    assert shown.preview.queue.text() == "Give to Dr. Tum"
    qtbot.keyClick(shown.table, Qt.Key.Key_Q, ALT)
    assert today()[0].clinician_id == doctors[0]
    assert office.voice.notices[-1] == "QUISPE, Ana: queue of Dr. Tum"  # type: ignore[attr-defined]
    office.voice.undo()  # type: ignore[attr-defined]
    assert today()[0].clinician_id is None


def test_the_list_shows_one_queue_or_those_of_nobody(
    screen: Any, waiting: Any, do: Any, doctors: tuple[str, str]
) -> None:
    mine = waiting("Ana")
    waiting("Beto")
    do(partial(service.assign, appointment_id=mine, clinician_id=doctors[1]))
    shown = screen()
    assert shown.queue.isVisible() and shown.table.count() == 2
    for value, names in ((doctors[1], ["QUISPE, Ana"]), (doctors[0], []), ("-", ["QUISPE, Beto"])):
        shown.queue.set_value(value)
        shown.queue.activated.emit(0)
        assert [shown.table.rows.row(at).name for at in range(shown.table.count())] == names


def test_with_one_clinician_and_one_place_nothing_is_asked(screen: Any, waiting: Any) -> None:
    waiting()
    shown = screen()
    assert not shown.queue.isVisible() and not shown.place.isVisible() and not shown.preview.queue.isVisible()


def test_a_laptop_of_several_villages_shows_the_one_of_today(screen: Any, book: Any, register: Any, do: Any) -> None:
    here, there = (do(partial(day_service.add_place, name=name)) for name in ("Santiago", "Nahualá"))
    do(partial(day_service.add_days, drawn=new_id(), first=MONDAY, place_id=here))
    book("Ana")
    elsewhere, who = new_id(), register("Beto")

    def at_other_place(work: Any) -> None:
        work.add(Appointment(id=elsewhere, patient_id=who, day=MONDAY, kind=VisitKind.FIRST, place_id=there))

    do(at_other_place)
    shown = screen()
    assert shown.place.isVisible() and shown.chosen_place() == here
    assert shown.table.count() == 1
    shown.place.set_value("")
    shown.place.activated.emit(0)
    assert shown.table.count() == 2


def test_keys_call_first_and_say_that_somebody_left(
    screen: Any, waiting: Any, today: Any, office: Any, qtbot: Any
) -> None:
    here = waiting()
    shown = screen()
    shown.table.choose(here)
    qtbot.keyClick(shown.table, Qt.Key.Key_I, CTRL)
    assert today()[0].priority
    office.voice.undo()
    assert not today()[0].priority
    qtbot.keyClick(shown.table, Qt.Key.Key_R, ALT)
    assert today()[0].status is Status.LEFT
    office.voice.undo()
    assert today()[0].status is Status.WAITING


def test_a_long_wait_and_an_interpreter_are_marked_without_a_clinical_word(
    screen: Any, waiting: Any, do: Any, today: Any, clock: Any
) -> None:
    waiting("Ana")
    change(do, today, "Ana", needs_interpreter=True, minutes_to_clinic=120)
    clock.advance(minutes=61)
    shown = screen()
    said = [shown.table.rows.index(0, at).data() for at in range(7)]
    assert said[2] == "QUISPE, Ana Interpreter From far"
    assert shown.table.rows.columns[6].cell(shown.table.rows.row(0)).ink == "warn"


def test_coming_on_another_day_is_said_with_the_day_it_was_for(
    office: Any, register: Any, do: Any, parent: Any
) -> None:
    house.furnish()
    who = register("Ana")
    do(partial(service.book, appointment_id=new_id(), patient_id=who, day=date(2026, 12, 5)))
    arrived = next(deed for deed in slots.deeds if deed.key == "arrived")
    arrived.run(office, who, parent)
    said = "QUISPE, Ana is in the waiting room; the appointment was for 5-dec-2026"
    assert office.voice.notices[-1] == said
    privacy.hide_names(True)
    other = register("Beto")
    arrived.run(office, other, parent)
    assert office.voice.notices[-1] == "Turn 2 is in the waiting room"


# -- closing


def test_closing_asks_with_its_counts_and_can_be_taken_back(
    screen: Any, book: Any, waiting: Any, office: Any, today: Any
) -> None:
    book("Ana"), waiting("Beto")
    shown = screen()
    shown.close_today()
    assert office.voice.asked == ["Close 23-nov-2026? 1 person did not come; 1 is still here and stays so."]
    assert {row.status for row in today()} == {Status.MISSED, Status.WAITING}
    office.voice.undo()
    assert {row.status for row in today()} == {Status.BOOKED, Status.WAITING}


def test_in_the_morning_a_day_that_nobody_closed_is_offered(screen: Any, register: Any, do: Any, office: Any) -> None:
    who, friday = register(), date(2026, 11, 20)
    do(lambda work: work.add(Appointment(patient_id=who, day=friday, kind=VisitKind.FIRST)) and None)
    shown = screen()
    assert shown.open_strip.isVisible() and "Friday 20-nov-2026" in shown.open_strip.head.text()
    shown.close_that_day.click()
    assert not shown.open_strip.isVisible()
    assert office.ask(queries.today, friday)[0].status is Status.MISSED


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
