"""A consultation day as it happens: who comes, who waits, who is called, and what is undone."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.rules.day import AppointmentStatus as Status
from clinic_desktop.features.agenda.rules.day import read_when
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.features.settings import service as settings
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor

Do = Callable[[Callable[..., Any]], Any]
Book = Callable[..., str]
Today = Callable[[], tuple[queries.DayRow, ...]]


def names(rows: tuple[queries.DayRow, ...]) -> list[str]:
    return [row.name for row in rows]


def test_who_waits_is_called_in_the_order_of_arrival_and_priority_first(
    book: Book, do: Do, today: Today, clock: StillClock
) -> None:
    first, second, third = book("Ana"), book("Beto"), book("Carla")
    for appointment_id in (second, first, third):
        do(partial(service.check_in, appointment_id=appointment_id, urgent=appointment_id == third))
        clock.advance(minutes=5)
    assert names(today()) == ["QUISPE, Carla", "QUISPE, Beto", "QUISPE, Ana"]
    called = do(service.call_next)
    assert called.appointment_id == third
    assert do(service.call_next).appointment_id == second


def test_the_order_of_the_queue_does_not_follow_a_clock_that_goes_back(
    book: Book, do: Do, today: Today, clock: StillClock
) -> None:
    first, second = book("Ana"), book("Beto")
    do(partial(service.check_in, appointment_id=first))
    clock.advance(minutes=-90)
    do(partial(service.check_in, appointment_id=second))
    assert names(today()) == ["QUISPE, Ana", "QUISPE, Beto"]


def test_arrived_pressed_twice_gives_one_turn(book: Book, do: Do, today: Today) -> None:
    booked = book()
    do(partial(service.check_in, appointment_id=booked))
    do(partial(service.check_in, appointment_id=booked))
    assert [row.turn for row in today()] == [1]


def test_arrived_can_be_taken_back_and_the_turn_is_not_given_again(book: Book, do: Do, today: Today) -> None:
    first, second = book("Ana"), book("Beto")
    do(partial(service.check_in, appointment_id=first))
    do(partial(service.undo_check_in, appointment_id=first))
    assert {row.status for row in today()} == {Status.BOOKED}
    do(partial(service.check_in, appointment_id=second))
    assert next(r for r in today() if r.appointment_id == second).turn == 2


def test_taking_back_is_refused_once_the_person_was_called(book: Book, do: Do) -> None:
    booked = book()
    do(partial(service.check_in, appointment_id=booked))
    do(partial(service.call_in, appointment_id=booked))
    with pytest.raises(service.NotNow):
        do(partial(service.undo_check_in, appointment_id=booked))


def test_taking_back_is_refused_for_who_was_called_and_waits_again(book: Book, do: Do, today: Today) -> None:
    booked = book()
    for deed in (service.check_in, service.call_in, service.send_back):
        do(partial(deed, appointment_id=booked))
    with pytest.raises(service.WasCalled):
        do(partial(service.undo_check_in, appointment_id=booked))
    assert [row.status for row in today()] == [Status.WAITING]


def test_moving_obeys_what_booking_obeys(book: Book, register: Any, do: Do) -> None:
    who, tuesday = register(), date(2026, 11, 24)
    later = book(days=7, patient_id=who)
    book(days=1, patient_id=who)
    with pytest.raises(service.AlreadyBooked):
        do(partial(service.move, appointment_id=later, new_appointment_id=new_id(), day=tuesday))
    do(partial(settings.choose, key="day_capacity", value=1))
    moving = partial(service.move, appointment_id=book(days=3), new_appointment_id=new_id(), day=tuesday)
    with pytest.raises(service.DayFull) as asked:
        do(moving)
    do(partial(moving, **asked.value.again))


def test_a_day_that_has_not_come_is_not_closed(do: Do) -> None:
    with pytest.raises(service.NotYet):
        do(partial(service.close_day, day=date(2026, 11, 24)))


def test_somebody_who_came_on_another_day_is_brought_to_today(book: Book, register: Any, do: Do, today: Today) -> None:
    who = register()
    later = book(days=7, patient_id=who)
    here = do(partial(service.arrive, patient_id=who, new_appointment_id=new_id()))
    assert here != later
    assert [row.status for row in today()] == [Status.WAITING]
    known = {a.appointment_id: a.status for a in do(partial(queries.of_patient, patient_id=who))}
    assert known == {later: Status.MOVED, here: Status.WAITING}


def test_a_walk_in_waits_like_the_others_and_arriving_twice_is_once(register: Any, do: Do, today: Today) -> None:
    who, drawn = register(), new_id()
    assert do(partial(service.arrive, patient_id=who, new_appointment_id=drawn)) == drawn
    assert do(partial(service.arrive, patient_id=who, new_appointment_id=drawn)) == drawn
    assert do(partial(service.arrive, patient_id=who, new_appointment_id=new_id())) == drawn
    assert len(today()) == 1


def test_a_second_booking_on_the_same_day_is_refused(book: Book, register: Any) -> None:
    who = register()
    book(days=3, patient_id=who)
    with pytest.raises(service.AlreadyBooked):
        book(days=3, patient_id=who)


def test_a_full_day_asks_and_goes_on_after_a_yes(book: Book, register: Any, do: Do) -> None:
    do(partial(settings.choose, key="day_capacity", value=1))
    book("Ana", days=1)
    booking = partial(service.book, appointment_id=new_id(), patient_id=register("Beto"), day=date(2026, 11, 24))
    with pytest.raises(service.DayFull) as asked:
        do(booking)
    do(partial(booking, **asked.value.again))
    assert (
        do(partial(queries.booked_between, first=date(2026, 11, 24), last=date(2026, 11, 24)))[date(2026, 11, 24)] == 2
    )


def test_nothing_is_booked_in_the_past_or_for_the_dead(book: Book, register: Any, do: Do) -> None:
    with pytest.raises(service.InThePast):
        book(days=-1)
    who = register()
    do(partial(patients.mark_died, patient_id=who, died_on=PartialDate(2026, 11)))
    with pytest.raises(service.HasDied):
        book(patient_id=who)


def test_the_day_is_closed_with_those_who_did_not_come(book: Book, do: Do, today: Today) -> None:
    book("Ana")
    here = book("Beto")
    do(partial(service.check_in, appointment_id=here))
    assert do(partial(service.close_day, day=date(2026, 11, 23))) == 1
    assert {row.status for row in today()} == {Status.MISSED, Status.WAITING}


def test_two_clinicians_do_not_call_the_same_person(book: Book, vault: Vault, actor: Actor, do: Do) -> None:
    booked = book()
    do(partial(service.check_in, appointment_id=booked))
    do(partial(service.call_in, appointment_id=booked))
    do(partial(service.call_in, appointment_id=booked))
    other = Actor(new_id(), "Otra", actor.permissions)
    with pytest.raises(service.NotNow):
        vault.do(partial(service.call_in, appointment_id=booked), other)


def test_reception_may_not_call_in_and_a_pharmacy_sees_no_day(book: Book, vault: Vault) -> None:
    booked = book()
    reception = Actor(new_id(), "Ana", frozenset({Permission.RECEPTION, Permission.SEE_DAY}))
    with pytest.raises(NotAllowed):
        vault.do(partial(service.call_in, appointment_id=booked), reception)
    with pytest.raises(NotAllowed):
        vault.ask(queries.today, Actor(new_id(), "Eva", frozenset({Permission.DISPENSE})))


@pytest.mark.parametrize(
    ("typed", "days"), [("6s", 42), ("10d", 10), ("1m", 28), ("24/11", 1), ("24/11/26", 1), ("1/11", 343)]
)
def test_a_day_is_read_as_reception_types_it(typed: str, days: int) -> None:
    monday = date(2026, 11, 23)
    assert read_when(typed, monday) == monday + timedelta(days=days)


@pytest.mark.parametrize("typed", ["", "s", "31/2", "hola", "9999s", "1/2/3/4", "-3d"])
def test_what_is_not_a_day_is_not_guessed(typed: str) -> None:
    assert read_when(typed, date(2026, 11, 23)) is None
