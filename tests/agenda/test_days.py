"""Consultation days: where and whose they are, how full, who is moved when nobody comes to hold one."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic_desktop.app import wiring
from clinic_desktop.features.agenda.queries import day as day_queries
from clinic_desktop.features.agenda.queries import days as queries
from clinic_desktop.features.agenda.rules.calls import CallOutcome
from clinic_desktop.features.agenda.rules.day import AppointmentStatus as Status
from clinic_desktop.features.agenda.rules.days import DayRecord, Expected, HeldDay, fold_days, room_left
from clinic_desktop.features.agenda.service import calls
from clinic_desktop.features.agenda.service import day as booking
from clinic_desktop.features.agenda.service import days as service
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import finish
from clinic_desktop.storage.work import Actor, ChangedMeanwhile, ReasonMissing

MONDAY = date(2026, 11, 23)
FRIDAY, NEXT = date(2026, 11, 27), date(2026, 12, 4)
ANA, BETO = "0193a000-0000-7000-8000-0000000000a1", "0193a000-0000-7000-8000-0000000000b2"


@pytest.fixture
def hold(do: Any) -> Callable[..., int]:
    """Hold a day, by default on Friday, with room for two."""

    def make(first: date = FRIDAY, **more: Any) -> int:
        return do(partial(service.add_days, drawn=new_id(), first=first, **{"capacity": 2, **more}))

    return make


@pytest.fixture
def wired() -> Iterator[None]:
    before = patients.after_death
    wiring.fill()
    yield
    patients.after_death = before


@pytest.fixture
def booked(do: Any, register: Any) -> Callable[..., str]:
    def make(day: date = FRIDAY, patient_id: str | None = None, **more: Any) -> str:
        drawn = new_id()
        who = patient_id or register()
        do(partial(booking.book, appointment_id=drawn, patient_id=who, day=day, confirmed=True, **more))
        return drawn

    return make


def lines(ask: Any) -> tuple[queries.DayLine, ...]:
    return ask(queries.coming)


# -- days and places


def test_a_series_is_added_once_however_often_enter_is_pressed(do: Any, ask: Any) -> None:
    adding = partial(service.add_days, drawn=new_id(), first=FRIDAY, every_weeks=2, count=3)
    assert do(adding) == 3
    assert do(adding) == 0
    assert do(partial(adding, drawn=new_id())) == 0, "the same days from another form"
    assert [line.day for line in lines(ask)] == [FRIDAY, date(2026, 12, 11), date(2026, 12, 25)]


def test_two_laptops_that_added_one_day_show_it_once(do: Any, ask: Any) -> None:
    from clinic_desktop.features.agenda.records import ConsultationDay

    for capacity in (None, 12):
        do(lambda work, capacity=capacity: work.add(ConsultationDay(day=FRIDAY, clinician_id=ANA, capacity=capacity)))
    (line,) = lines(ask)
    assert len(line.held.ids) == 2 and line.capacity == 12
    with pytest.raises(ChangedMeanwhile):
        do(partial(service.revise_day, day_id=line.day_id, seen_capacity=20, capacity=9))
    do(partial(service.revise_day, day_id=line.day_id, seen_capacity=12, capacity=9))
    assert lines(ask)[0].capacity == 9
    do(partial(service.call_off, day_id=line.day_id, reason="Enferma"))
    assert lines(ask) == ()


def test_a_place_typed_twice_is_one_place_and_a_retired_one_comes_back(do: Any, ask: Any) -> None:
    first = do(partial(service.add_place, name="Santiago  Atitlán"))
    assert do(partial(service.add_place, name="santiago atitlan")) == first
    do(partial(service.retire_place, place_id=first))
    assert ask(queries.places) == ()
    do(partial(service.add_place, name="Santiago Atitlán"))
    assert [row.name for row in ask(queries.places)] == ["Santiago Atitlán"]
    with pytest.raises(service.PlaceNameMissing):
        do(partial(service.add_place, name=" "))


def test_a_day_that_was_called_off_can_be_held_after_all(hold: Any, do: Any, ask: Any) -> None:
    hold(begins_text="08:30")
    day_id, again = lines(ask)[0].day_id, new_id()
    do(partial(service.call_off, day_id=day_id, reason="Bloqueo en la carretera"))
    for _twice in (1, 2):
        do(partial(service.hold_after_all, day_id=day_id, new_day_id=again))
    assert [(line.day, line.held.begins_text) for line in lines(ask)] == [(FRIDAY, "08:30")]


def test_calling_off_a_day_with_people_asks_and_needs_its_reason(hold: Any, booked: Any, do: Any, ask: Any) -> None:
    hold()
    booked()
    day_id = lines(ask)[0].day_id
    with pytest.raises(service.StillBooked) as asked:
        do(partial(service.call_off, day_id=day_id, reason="Enferma"))
    with pytest.raises(ReasonMissing):
        do(partial(service.call_off, day_id=day_id, reason=" ", **asked.value.again))
    do(partial(service.call_off, day_id=day_id, reason="Enferma", **asked.value.again))
    assert lines(ask) == ()


def test_days_are_not_planned_in_the_past_nor_without_measure_nor_by_everybody(hold: Any, vault: Any) -> None:
    with pytest.raises(booking.InThePast):
        hold(date(2026, 11, 20))
    with pytest.raises(service.WrongSeries):
        hold(count=500)
    with pytest.raises(service.WrongCapacity):
        hold(capacity=0)
    pharmacy = Actor(new_id(), "Eva", frozenset({Permission.DISPENSE}))
    with pytest.raises(NotAllowed):
        vault.do(partial(service.add_days, drawn=new_id(), first=FRIDAY), pharmacy)


# -- the next one with room


def test_six_weeks_means_the_next_consultation_day_with_room(hold: Any, booked: Any, ask: Any) -> None:
    hold(count=3, capacity=1)
    assert ask(lambda r: queries.next_free_day(r, MONDAY)) == FRIDAY
    booked()
    assert ask(lambda r: queries.next_free_day(r, MONDAY)) == NEXT
    assert ask(lambda r: queries.next_free_day(r, date(2027, 6, 1))) is None


def test_the_next_free_day_is_that_of_the_clinician_and_the_place(hold: Any, booked: Any, do: Any, ask: Any) -> None:
    santiago, nahuala = (do(partial(service.add_place, name=name)) for name in ("Santiago", "Nahualá"))
    hold(clinician_id=ANA, place_id=santiago, capacity=1)
    hold(NEXT, clinician_id=BETO, place_id=nahuala, capacity=1)
    free = lambda *of: ask(lambda r: queries.next_free_day(r, MONDAY, *of))  # noqa: E731
    assert free(ANA) == FRIDAY and free(BETO) == NEXT
    assert free(None, nahuala) == NEXT and free(ANA, nahuala) is None
    booked(clinician_id=ANA)
    assert free(ANA) is None and free() == NEXT


def test_stepping_goes_from_one_consultation_day_to_the_next_and_not_before_today(hold: Any, ask: Any) -> None:
    hold(count=2)
    step = lambda day, by: ask(lambda r: queries.step_day(r, day, by))  # noqa: E731
    assert step(FRIDAY, 1) == NEXT and step(NEXT, -1) == FRIDAY
    assert step(NEXT, 1) == NEXT and step(FRIDAY, -1) == FRIDAY


def test_where_no_days_are_planned_every_date_is_like_another(booked: Any, ask: Any, do: Any, register: Any) -> None:
    assert ask(lambda r: queries.next_free_day(r, MONDAY)) is None
    do(partial(booking.book, appointment_id=new_id(), patient_id=register(), day=FRIDAY))
    assert ask(lambda r: queries.step_day(r, FRIDAY, 1)) == FRIDAY + timedelta(days=1)


def test_a_date_that_is_no_consultation_day_asks_and_never_blocks(hold: Any, register: Any, do: Any) -> None:
    hold()
    making = partial(booking.book, appointment_id=new_id(), patient_id=register(), day=NEXT)
    with pytest.raises(booking.NotAConsultationDay) as asked:
        do(making)
    do(partial(making, **asked.value.again))


def test_the_capacity_of_the_day_comes_before_that_of_the_settings(
    hold: Any, booked: Any, register: Any, do: Any
) -> None:
    hold(capacity=1)
    booked()
    with pytest.raises(booking.DayFull):
        do(partial(booking.book, appointment_id=new_id(), patient_id=register(), day=FRIDAY))


def test_a_booking_learns_its_place_where_there_is_only_one(hold: Any, booked: Any, do: Any, ask: Any) -> None:
    place = do(partial(service.add_place, name="Santiago"))
    hold(place_id=place)
    booked()
    assert [row.place_id for row in ask(lambda r: day_queries.today(r, FRIDAY))] == [place]


_DAYS = st.lists(
    st.builds(
        HeldDay,
        st.just(()),
        st.just(FRIDAY),
        st.sampled_from([None, "x", "y"]),
        st.sampled_from([None, ANA, BETO]),
        st.one_of(st.none(), st.integers(1, 9)),
    ),
    max_size=4,
)
_BOOKINGS = st.lists(
    st.builds(Expected, st.just(FRIDAY), st.sampled_from([None, "x", "y"]), st.sampled_from([None, ANA, BETO])),
    max_size=12,
)


@given(_DAYS, _BOOKINGS, st.sampled_from([None, ANA, BETO]), st.sampled_from([None, "x", "y"]), _BOOKINGS)
def test_more_bookings_never_leave_more_room(
    held: list[HeldDay], expected: list[Expected], clinician: str | None, place: str | None, more: list[Expected]
) -> None:
    assert room_left(held, expected, 5, clinician, place) >= room_left(held, expected + more, 5, clinician, place)
    assert room_left(held, expected, 5, clinician, place) <= room_left(held, expected, 5, None, place)


@given(st.permutations([DayRecord(str(n), FRIDAY, None, (ANA, BETO)[n % 2], n or None, None) for n in range(5)]))
def test_the_order_in_which_rows_come_changes_nothing(rows: list[DayRecord]) -> None:
    assert fold_days(rows) == fold_days(sorted(rows))


# -- two who are not booked together


def test_a_pair_kept_apart_is_asked_about_without_a_reason_and_passed_over(
    hold: Any, booked: Any, register: Any, do: Any, ask: Any
) -> None:
    first, second, row = register("Ana"), register("Beto"), new_id()
    hold(count=2)
    do(partial(service.keep_apart, row_id=row, first_id=first, second_id=second))
    do(partial(service.keep_apart, row_id=new_id(), first_id=second, second_id=first))
    assert len(ask(lambda r: queries.kept_apart_from(r, first))) == 1
    booked(patient_id=first)
    making = partial(booking.book, appointment_id=new_id(), patient_id=second, day=FRIDAY)
    with pytest.raises(booking.BetterAnotherDay) as asked:
        do(making)
    assert asked.value.facts == {}
    assert ask(lambda r: queries.next_free_day(r, MONDAY, patient_id=second)) == NEXT
    do(partial(service.let_together, row_id=row))
    do(making)


def test_nobody_is_kept_apart_from_herself(register: Any, do: Any) -> None:
    who = register()
    with pytest.raises(service.SamePerson):
        do(partial(service.keep_apart, row_id=new_id(), first_id=who, second_id=who))


# -- a whole day


MOVE = partial(service.move_day, from_day=FRIDAY, to_day=NEXT, reason="La doctora no viene")


def test_a_day_that_is_not_held_takes_everybody_along_once(hold: Any, booked: Any, do: Any, ask: Any) -> None:
    hold(count=2, capacity=9)
    old = [booked() for _n in range(3)]
    assert do(MOVE).moved == 3
    assert do(MOVE).moved == 0, "a second Enter"
    assert ask(lambda r: day_queries.booked_on(r, [FRIDAY, NEXT])[FRIDAY]) == []
    assert len(ask(lambda r: day_queries.today(r, NEXT))) == 3
    assert {ask(lambda r, i=i: day_queries.standing(r, i)).status for i in old} == {Status.MOVED}
    assert [line.day for line in lines(ask)] == [NEXT]


BACK = partial(service.take_back_move, **MOVE.keywords)


def test_a_moved_day_is_moved_back_the_same_evening_and_can_be_moved_again(
    hold: Any, booked: Any, register: Any, do: Any, ask: Any
) -> None:
    hold(count=2, capacity=9)
    both = register("Ana")
    old = [booked(), booked(patient_id=both)]
    kept = booked(NEXT, patient_id=both)

    def standing() -> tuple[int, int, int]:
        on = ask(lambda r: day_queries.booked_on(r, [FRIDAY, NEXT]))
        return len(on[FRIDAY]), len(on[NEXT]), len(lines(ask))

    assert standing() == (2, 1, 2)
    do(MOVE)
    assert standing() == (0, 2, 1)
    (move,) = ask(queries.moved_today)
    assert (move.from_day, move.to_day, set(move.old_ids)) == (FRIDAY, NEXT, set(old))
    assert do(BACK).moved == 2
    assert do(BACK).moved == 0, "a second Enter"
    assert standing() == (2, 1, 2) and ask(queries.moved_today) == ()
    assert ask(lambda r: day_queries.standing(r, kept)).status is Status.BOOKED, "it was there before"
    assert ask(lambda r: queries.moved_from(r, FRIDAY)) == ()
    assert do(MOVE).moved == 2
    assert standing() == (0, 2, 1), "moved again to the same day"


def test_who_was_told_of_the_new_day_is_asked_about_before_the_day_is_moved_back(
    hold: Any, booked: Any, do: Any, ask: Any
) -> None:
    hold(count=2, capacity=9)
    booked(), booked()
    do(MOVE)
    told = ask(lambda r: queries.moved_from(r, FRIDAY))[0]
    saying = partial(calls.note_try, attempt_id=new_id(), outcome=CallOutcome.WILL_COME)
    do(partial(saying, patient_id=told.patient_id, appointment_id=told.appointment_id))
    with pytest.raises(service.AlreadyTold) as asked:
        do(BACK)
    assert do(partial(BACK, **asked.value.again)).moved == 2


def test_the_next_morning_a_moved_day_stays_moved(hold: Any, booked: Any, do: Any, ask: Any, clock: Any) -> None:
    hold(count=2, capacity=9)
    booked()
    do(MOVE)
    clock.advance(days=1)
    assert ask(queries.moved_today) == () and do(BACK).moved == 0


def test_who_has_come_on_the_new_day_already_is_not_moved_back(hold: Any, booked: Any, do: Any, ask: Any) -> None:
    hold(count=1, capacity=9)
    booked(), booked()
    do(partial(MOVE, to_day=MONDAY, confirmed=True))
    here = ask(lambda r: day_queries.today(r))[0].appointment_id
    do(partial(booking.check_in, appointment_id=here))
    assert do(partial(BACK, to_day=MONDAY)).moved == 1


def test_who_is_to_be_told_comes_with_a_telephone_first(
    hold: Any, booked: Any, register: Any, do: Any, ask: Any
) -> None:
    hold(count=2, capacity=9)
    silent, rung, never = register("Ana"), register("Beto"), register("Carla")

    def phones(work: Any) -> None:
        from clinic_desktop.features.patients.records import Patient

        work.load(Patient, rung).phone = "5555 0000"
        work.load(Patient, never).phone, work.load(Patient, never).do_not_call = "5555 1111", True

    do(phones)
    for who in (silent, rung, never):
        booked(patient_id=who)
    do(MOVE)
    told = ask(lambda r: queries.moved_from(r, FRIDAY))
    assert [(one.name, one.phone) for one in told] == [
        ("QUISPE, Beto", "5555 0000"),
        ("QUISPE, Ana", ""),
        ("QUISPE, Carla", ""),
    ]


def test_who_asked_for_another_day_need_not_be_told(hold: Any, booked: Any, do: Any, ask: Any) -> None:
    hold(count=2)
    do(partial(booking.move, appointment_id=booked(), new_appointment_id=new_id(), day=NEXT))
    assert ask(lambda r: queries.moved_from(r, FRIDAY)) == ()


def test_bookings_that_somebody_else_can_see_stay(hold: Any, booked: Any, do: Any, ask: Any) -> None:
    for who in (ANA, BETO):
        hold(clinician_id=who, count=2)
    with_ana, with_beto, with_anybody = booked(clinician_id=ANA), booked(clinician_id=BETO), booked()
    assert do(partial(MOVE, clinician_id=ANA)).moved == 1
    states = ask(lambda r: {i: day_queries.standing(r, i).status for i in (with_ana, with_beto, with_anybody)})
    assert states == {with_ana: Status.MOVED, with_beto: Status.BOOKED, with_anybody: Status.BOOKED}
    assert {line.held.clinician_id for line in lines(ask) if line.day == FRIDAY} == {BETO}


def test_moving_a_day_asks_where_there_is_no_room_and_needs_a_reason(hold: Any, booked: Any, do: Any) -> None:
    hold(capacity=5)
    hold(NEXT, capacity=1)
    booked(), booked()
    with pytest.raises(service.NotEnoughRoom) as asked:
        do(MOVE)
    with pytest.raises(ReasonMissing):
        do(partial(MOVE, reason=" "))
    with pytest.raises(service.SameDay):
        do(partial(MOVE, to_day=FRIDAY))
    with pytest.raises(booking.NotAConsultationDay):
        do(partial(MOVE, to_day=date(2026, 12, 8)))
    assert do(partial(MOVE, **asked.value.again)).moved == 2


def test_who_is_booked_on_the_new_day_already_has_one_booking_there(
    hold: Any, booked: Any, register: Any, do: Any, ask: Any
) -> None:
    hold(count=2)
    who = register()
    booked(patient_id=who), booked(NEXT, patient_id=who)
    do(MOVE)
    assert [a.day for a in ask(lambda r: day_queries.of_patient(r, who)) if a.is_open] == [NEXT]


def test_a_full_day_is_moved_in_steps_and_is_called_off_by_the_last(
    hold: Any, vault: Any, actor: Actor, booked: Any, ask: Any
) -> None:
    hold(count=2, capacity=99)
    for _n in range(45):
        booked()
    told = list(service.move_day_in_steps(vault, actor, expected=45, **MOVE.keywords))
    assert [one.done for one in told] == [20, 40, 45]
    again = service.move_day_in_steps(vault, actor, expected=45, **MOVE.keywords)
    assert finish(again) == 0
    assert [line.day for line in lines(ask)] == [NEXT]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["move", "move-ana", "step"]), min_size=1, max_size=4))
def test_moving_again_in_any_way_never_doubles_anybody(
    vault: Any, actor: Actor, register: Any, ways: list[str]
) -> None:
    start = MONDAY + timedelta(weeks=next(_WEEKS))
    later = start + timedelta(days=1)
    people = [register() for _n in range(3)]
    for who, clinician in zip(people, (ANA, None, BETO), strict=True):
        making = partial(booking.book, appointment_id=new_id(), patient_id=who, day=start, clinician_id=clinician)
        vault.do(partial(making, confirmed=True), actor)
    move = partial(service.move_day, from_day=start, to_day=later, reason="No viene", confirmed=True)
    for way in [*ways, "move"]:
        more = {"move": {}, "move-ana": {"clinician_id": ANA}, "step": {"at_most": 1}}[way]
        vault.do(partial(move, **more), actor)
    for who in people:
        open_days = [a.day for a in vault.ask(partial(day_queries.of_patient, patient_id=who), actor) if a.is_open]
        assert open_days == [later]


_WEEKS = count(2, 2)


# -- a death


def test_a_death_ends_what_was_booked_and_the_lists_show_nothing(
    wired: None, booked: Any, register: Any, do: Any, ask: Any, today: Any
) -> None:
    who = register()
    later = booked(patient_id=who)
    here = do(partial(booking.arrive, patient_id=who, new_appointment_id=new_id()))
    assert here != later
    again = booked(NEXT, patient_id=who)
    do(partial(patients.mark_died, patient_id=who, died_on=PartialDate(2026, 11)))
    assert today() == ()
    assert ask(lambda r: day_queries.standing(r, again)).status is Status.CANCELLED
    do(partial(patients.mark_died, patient_id=who, died_on=None, seen=PartialDate(2026, 11)))
    assert ask(lambda r: day_queries.standing(r, again)).status is Status.BOOKED, "the note was wrong"
