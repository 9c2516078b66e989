"""Who is called when and by whom: queues, the long way home, closing a day."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from sqlalchemy import event

from clinic_desktop.app import house
from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.records import Appointment
from clinic_desktop.features.agenda.rules.day import AppointmentStatus as Status
from clinic_desktop.features.agenda.rules.day import Event, EventKind, VisitKind, comes_from_far, stand
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.features.agenda.service import days as day_service
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.screens import slots
from clinic_desktop.features.settings import service as settings_service
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import privacy
from clinic_desktop.uikit.office import Office

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
    assert counts[0] == counts[1] <= 6


def asked(vault: Any, actor: Actor) -> int:
    """How many statements the day's list takes."""
    told: list[str] = []

    def counted(reading: Any) -> None:
        event.listen(reading.connection, "before_cursor_execute", note)
        queries.today(reading)
        event.remove(reading.connection, "before_cursor_execute", note)

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
