"""Arriving: twice, again the same day, taken back, and on two laptops at once."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.agenda.queries import calls
from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.rules.calls import CallList
from clinic_desktop.features.agenda.rules.day import AppointmentStatus as Status
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.kernel.ids import new_id
from tests.makers.network import make_network
from tests.makers.people import register as make_person

TODAY = date(2026, 11, 23)


def arrive(patient_id: str) -> Callable[..., Any]:
    return partial(service.arrive, patient_id=patient_id, new_appointment_id=new_id())


def known(ask: Any, patient_id: str) -> list[tuple[int, Status]]:
    found = ask(lambda reading: queries.of_patient(reading, patient_id))
    return sorted(((one.day - TODAY).days, one.status) for one in found)


def seen(do: Any, appointment_id: str) -> None:
    do(partial(service.call_in, appointment_id=appointment_id))
    do(partial(service.send_out, appointment_id=appointment_id))


def test_who_was_seen_and_comes_again_the_same_day_keeps_the_next_visit(register, book, do, ask, clock) -> None:
    who = register("Ana")
    first = do(arrive(who))
    seen(do, first)
    book(days=42, patient_id=who)
    clock.advance(minutes=60)
    second = do(arrive(who))
    assert do(arrive(who)) == second != first
    assert known(ask, who) == [(0, Status.SEEN), (0, Status.WAITING), (42, Status.BOOKED)]


def test_who_left_and_comes_back_stands_in_the_same_line_with_a_new_turn(register, do, today) -> None:
    who = register("Ana")
    first = do(arrive(who))
    do(partial(service.leave, appointment_id=first))
    assert do(arrive(who)) == first
    assert [(row.status, row.turn) for row in today()] == [(Status.WAITING, 2)]


def test_an_arrival_taken_back_gives_the_booking_its_own_day_again(register, book, do, ask, today) -> None:
    who = register("Ana")
    later = book(days=42, patient_id=who)
    here = do(arrive(who))
    do(partial(service.undo_check_in, appointment_id=here))
    assert known(ask, who) == [(0, Status.CANCELLED), (42, Status.BOOKED)]
    assert ask(lambda reading: queries.next_booking(reading, who)).appointment_id == later
    again = do(arrive(who))
    assert again != here and known(ask, who)[-1] == (42, Status.MOVED)
    assert [row.status for row in today() if row.appointment_id == again] == [Status.WAITING]


def test_a_walk_in_taken_back_is_expected_no_more(register, do, today) -> None:
    here = do(arrive(register("Ana")))
    do(partial(service.undo_check_in, appointment_id=here))
    assert [row.status for row in today()] == [Status.CANCELLED]


def test_taking_back_an_arrival_does_not_touch_a_change_that_was_asked_for(register, book, do, ask, clock) -> None:
    who = register("Ana")
    later, drawn = book(days=42, patient_id=who), new_id()
    do(partial(service.move, appointment_id=later, new_appointment_id=drawn, day=TODAY))
    clock.advance(minutes=5)
    do(partial(service.check_in, appointment_id=drawn))
    do(partial(service.undo_check_in, appointment_id=drawn))
    assert known(ask, who) == [(0, Status.BOOKED), (42, Status.MOVED)]


@pytest.fixture
def laptops(tmp_path, made_vault, clock):
    net = make_network(tmp_path / "net", made_vault[1], made_vault[0], clock, 1)
    yield net
    net.close()


def meet(net: Any) -> None:
    net.round()
    net.round()


def test_two_laptops_that_check_in_one_booking_show_one_who_waits_and_has_one_turn(laptops, clock) -> None:
    first, second = laptops.clinics[0], laptops.central
    who, booked = first.do(make_person()), new_id()
    first.do(partial(service.book, appointment_id=booked, patient_id=who, day=TODAY))
    meet(laptops)
    for laptop in (first, second):
        laptop.do(partial(service.check_in, appointment_id=booked))
        clock.advance(minutes=3)
    meet(laptops)
    told = {
        tuple((row.appointment_id, row.status, row.turn) for row in one.ask(queries.today)) for one in laptops.all()
    }
    assert told == {((booked, Status.WAITING, 1),)}


@pytest.mark.parametrize("days", [None, 42])
def test_one_person_who_arrived_at_two_laptops_waits_once_and_is_seen_once(laptops, clock, days) -> None:
    """Without an appointment, or brought over from another day by both."""
    first, second = laptops.clinics[0], laptops.central
    who = first.do(make_person())
    if days:
        first.do(lambda work: service.book(work, appointment_id=new_id(), patient_id=who, day=work.in_days(days)))
    meet(laptops)
    for laptop in (first, second):
        laptop.do(arrive(who))
        clock.advance(minutes=3)
    meet(laptops)
    rows = [one.ask(queries.today) for one in laptops.all()]
    assert [len(row) for row in rows] == [1, 1] and rows[0][0].appointment_id == rows[1][0].appointment_id
    assert first.ask(lambda asker: queries.booked_between(asker, TODAY, TODAY)) == {TODAY: 1}
    seen(first.do, rows[0][0].appointment_id)
    meet(laptops)
    for laptop in laptops.all():
        assert [row.status for row in laptop.ask(queries.today)] == [Status.SEEN]
    clock.advance(minutes=60)
    first.do(arrive(who))
    assert sorted(row.status for row in first.ask(queries.today)) == [Status.SEEN, Status.WAITING], "came again"


def test_one_person_booked_for_one_day_by_two_laptops_is_expected_and_called_once(laptops) -> None:
    first, second = laptops.clinics[0], laptops.central
    who = first.do(make_person())
    meet(laptops)
    for laptop in (first, second):
        laptop.do(lambda work: service.book(work, appointment_id=new_id(), patient_id=who, day=work.in_days(1)))
    meet(laptops)
    tomorrow = first.do(lambda work: work.in_days(1))
    for laptop in laptops.all():
        assert len(laptop.ask(lambda asker: queries.today(asker, tomorrow))) == 1
        assert laptop.ask(partial(calls.calls, which=CallList.TOMORROW)).total == 1
    first.do(partial(service.close_for_death, patient_id=who, died=True))
    assert first.ask(lambda asker: queries.booked_between(asker, tomorrow, tomorrow)) == {}
