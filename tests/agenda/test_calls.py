"""Whom to call, what may be said, what came of it. Never the dead, never who does not want it."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.agenda.letters import calls as letters
from clinic_desktop.features.agenda.queries import calls as queries
from clinic_desktop.features.agenda.queries import day as days
from clinic_desktop.features.agenda.rules.calls import CallList, CallOutcome, Try, is_out_of_reach
from clinic_desktop.features.agenda.rules.day import AppointmentStatus as Status
from clinic_desktop.features.agenda.rules.paper_day import CameOrNot
from clinic_desktop.features.agenda.screens.calls import CallsScreen
from clinic_desktop.features.agenda.service import calls as service
from clinic_desktop.features.agenda.service import day as booking
from clinic_desktop.features.agenda.service import days as consultation_days
from clinic_desktop.features.agenda.service import paper_day
from clinic_desktop.features.patients.rules.consents import ConsentPurpose, ConsentWay, Said, Talk
from clinic_desktop.features.patients.service import consents, linking
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.features.settings import service as settings
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs
from tests.makers import people as make
from tests.printing.reading import bare, texts

TODAY = date(2026, 11, 23)
DESK = frozenset({Permission.SEE_PATIENTS, Permission.REGISTER_PATIENTS, Permission.RECEPTION, Permission.SEE_DAY})
NUMBER = "5512-3456"
Person = Callable[..., str]


@pytest.fixture
def desk() -> Actor:
    return Actor("0193a000-0000-7000-8000-00000000000e", "Ana", DESK)


@pytest.fixture
def person(do) -> Person:
    def make_one(given: str = "Rosa", **fields: Any) -> str:
        return do(make.register(given_names=given, family_name="Quispe", phone=NUMBER, **fields))

    return make_one


@pytest.fixture
def came(do):
    """Somebody was here so many days ago, or did not come."""

    def note(patient_id: str, days_ago: int, how: CameOrNot = CameOrNot.SEEN) -> str:
        line = partial(paper_day.type_line, line_id=new_id(), next_id=new_id(), confirmed=True)
        day = TODAY - timedelta(days=days_ago)
        return do(partial(line, patient_id=patient_id, day=day, came=how)).appointment_id

    return note


@pytest.fixture
def listed(vault, desk):
    def names(which: CallList = CallList.OVERDUE, actor: Actor = desk) -> list[str]:
        found = vault.ask(partial(queries.calls, which=which), actor)
        assert found.total == len(found.rows)
        return [row.name.removeprefix("QUISPE, ") for row in found.rows]

    return names


@pytest.fixture
def tell(do):
    def note(patient_id: str, outcome: CallOutcome, **more: Any) -> str:
        drawn = new_id()
        do(partial(service.note_try, attempt_id=drawn, patient_id=patient_id, outcome=outcome, **more))
        return drawn

    return note


# -- who is on the lists


def test_who_has_not_come_back_is_listed_after_the_days_of_the_setting(person, came, listed, do) -> None:
    for days_ago in (10, 29, 30, 31, 400):
        came(person(f"D{days_ago}"), days_ago)
    came(person("Falta"), 45, CameOrNot.MISSED)
    came(person("Viejo"), 800)
    assert listed() == ["D30", "D31", "Falta", "D400"]
    do(partial(settings.choose, key="overdue_days", value=40))
    assert listed() == ["Falta", "D400"]


def test_who_was_here_since_or_is_booked_again_is_not_overdue(person, came, listed, do) -> None:
    back, booked, moved = person("Vuelta"), person("Citada"), person("Movida")
    for who in (back, booked, moved):
        came(who, 90)
    came(back, 5)
    for who in (booked, moved):
        do(partial(booking.book, appointment_id=new_id(), patient_id=who, day=TODAY + timedelta(days=9)))
    assert listed() == []


def test_a_cancelled_booking_leaves_the_visit_before_it_to_count(person, came, listed, do) -> None:
    who, booked = person("Rosa"), new_id()
    came(who, 90)
    do(partial(booking.book, appointment_id=booked, patient_id=who, day=TODAY + timedelta(days=9)))
    do(partial(booking.cancel, appointment_id=booked, reason="viaje"))
    assert listed() == ["Rosa"]


def test_the_next_consultation_day_is_called_whenever_it_is(person, listed, do) -> None:
    for name, days_off in (("Hoy", 0), ("Pronto", 8), ("Tarde", 15)):
        do(
            partial(
                booking.book,
                appointment_id=new_id(),
                patient_id=person(name),
                day=TODAY + timedelta(days=days_off),
                confirmed=True,
            )
        )
    assert listed(CallList.TOMORROW) == ["Pronto"]


def test_whose_day_was_moved_is_called_until_told_and_who_asked_for_it_is_not(person, listed, do, tell, ask) -> None:
    day, later = TODAY + timedelta(days=3), TODAY + timedelta(days=10)
    with_the_day, asked = new_id(), new_id()
    told = person("Clínica")
    do(partial(booking.book, appointment_id=with_the_day, patient_id=told, day=day, confirmed=True))
    do(partial(booking.book, appointment_id=asked, patient_id=person("Ella"), day=day, confirmed=True))
    do(partial(booking.move, appointment_id=asked, new_appointment_id=new_id(), day=later, confirmed=True))
    do(partial(consultation_days.move_day, from_day=day, to_day=later, reason="no viene", confirmed=True))
    assert listed(CallList.CHANGED) == ["Clínica"]
    (row,) = ask(partial(queries.calls, which=CallList.CHANGED)).rows
    assert (row.was_on, row.day) == (day, later)
    tell(told, CallOutcome.NO_ANSWER, appointment_id=row.appointment_id)
    assert listed(CallList.CHANGED) == ["Clínica"]
    tell(told, CallOutcome.WILL_COME, appointment_id=row.appointment_id)
    assert listed(CallList.CHANGED) == []


def test_the_dead_the_voided_and_those_who_refuse_calls_are_on_no_list(person, came, listed, do) -> None:
    dead, voided, refusing, here = person("Muerta"), person("Anulada"), person("Niega"), person("Rosa")
    for who in (dead, voided, refusing, here):
        came(who, 90)
    do(partial(patients.mark_died, patient_id=dead, died_on=PartialDate(2026, 11)))
    do(make.void(voided))
    do(
        partial(
            consents.record_answers,
            act_id=new_id(),
            patient_id=refusing,
            answers=(Said(ConsentPurpose.CALLS, yes=False),),
            talk=Talk(decided_on=TODAY),
        )
    )
    assert listed() == ["Rosa"]


def test_a_reserved_record_is_neither_listed_nor_counted_for_the_desk(person, came, listed, vault, actor) -> None:
    came(person("Oculta", restricted=True, restricted_as="3"), 90)
    assert listed() == []
    assert listed(actor=actor) == ["Oculta"], "who may open it sees it"


@pytest.mark.parametrize("outcome", [CallOutcome.MOVED_AWAY, CallOutcome.DOES_NOT_WANT])
def test_who_moved_away_or_does_not_want_is_called_no_more_until_taken_back(
    person, came, listed, tell, do, outcome
) -> None:
    who = person("Rosa")
    came(who, 90)
    attempt = tell(who, outcome)
    assert listed() == []
    taking_back = partial(service.take_back_try, attempt_id=attempt, new_attempt_id=new_id())
    do(taking_back)
    do(taking_back)
    assert listed() == ["Rosa"]


def test_a_later_yes_to_calls_is_stronger_than_an_earlier_no_by_telephone(
    person, came, listed, tell, do, clock
) -> None:
    who = person("Rosa")
    came(who, 90)
    tell(who, CallOutcome.DOES_NOT_WANT)
    clock.advance(days=1)
    talk = Talk(decided_on=TODAY + timedelta(days=1), way=ConsentWay.SIGNATURE)
    yes = (Said(ConsentPurpose.CALLS, yes=True),)
    do(partial(consents.record_answers, act_id=new_id(), patient_id=who, answers=yes, talk=talk))
    assert listed() == ["Rosa"]


def test_who_came_again_after_moving_away_can_be_called_again(clock) -> None:
    away = [Try("a", "p", CallOutcome.MOVED_AWAY, clock.now())]
    assert is_out_of_reach(away, came_on=None, agreed_at=None)
    assert is_out_of_reach(away, came_on=TODAY, agreed_at=None)
    assert not is_out_of_reach(away, came_on=TODAY + timedelta(days=1), agreed_at=None)


def test_nobody_tried_yet_comes_first_then_whom_it_is_longest_ago(person, came, listed, tell, clock) -> None:
    people = {name: person(name) for name in ("Ana", "Beto", "Carla")}
    for who in people.values():
        came(who, 90)
    tell(people["Ana"], CallOutcome.NO_ANSWER)
    clock.advance(minutes=5)
    tell(people["Beto"], CallOutcome.NO_ANSWER)
    assert listed() == ["Carla", "Ana", "Beto"]


def test_somebody_with_two_records_is_one_person_alive_or_dead(person, came, listed, do) -> None:
    first, second = person("Rosa"), person("Rosita")
    came(first, 90)
    came(second, 60)
    do(partial(linking.say_same, first=first, second=second))
    assert listed() == ["Rosita"], "once, by the last visit"
    came(first, 5)
    assert listed() == [], "who was here under the other record was here"
    third, fourth = person("Eva"), person("Evita", do_not_call=True)
    came(third, 90)
    do(partial(linking.say_same, first=third, second=fourth))
    assert listed() == ["Eva"]
    do(partial(patients.mark_died, patient_id=fourth, died_on=PartialDate(2026)))
    assert listed() == [], "a death is noted on one record and holds for both"


def test_what_must_not_be_called_holds_for_both_records(person, came, do, ask) -> None:
    third, fourth = person("Eva"), person("Evita", do_not_call=True)
    came(third, 90)
    do(partial(linking.say_same, first=third, second=fourth))
    (row,) = ask(partial(queries.calls, which=CallList.OVERDUE)).rows
    assert row.phone == "" and not row.may_call


# -- what is written down


def test_a_death_told_by_telephone_is_noted_and_can_be_taken_back(person, came, listed, tell, do, ask) -> None:
    who = person("Rosa")
    came(who, 90)
    with pytest.raises(service.DayOfDeathMissing):
        tell(who, CallOutcome.DIED)
    attempt = tell(who, CallOutcome.DIED, died_on=PartialDate(2026, 10))
    assert ask(partial(days.has_died, patient_id=who)) and listed() == []
    with pytest.raises(booking.HasDied):
        tell(who, CallOutcome.NO_ANSWER)
    do(partial(service.take_back_try, attempt_id=attempt, new_attempt_id=new_id()))
    assert not ask(partial(days.has_died, patient_id=who)) and listed() == ["Rosa"]


def test_one_key_pressed_twice_is_one_try(person, do, ask) -> None:
    who, drawn = person(), new_id()
    for _press in range(2):
        do(partial(service.note_try, attempt_id=drawn, patient_id=who, outcome=CallOutcome.NO_ANSWER))
    assert len(ask(partial(queries.tries_of, patient_id=who))) == 1


def test_only_reception_calls(vault, person) -> None:
    nurse = Actor(new_id(), "Elsa", frozenset({Permission.SEE_DAY, Permission.SEE_PATIENTS, Permission.READ_CHART}))
    with pytest.raises(NotAllowed):
        vault.ask(partial(queries.calls, which=CallList.OVERDUE), nurse)
    with pytest.raises(NotAllowed):
        vault.do(
            partial(service.note_try, attempt_id=new_id(), patient_id=person(), outcome=CallOutcome.WILL_COME), nurse
        )


# -- what is shown


def test_a_number_that_must_not_be_called_is_nowhere_on_the_row(person, came, ask) -> None:
    came(person("Rosa", do_not_call=True, contact_hours="tardes", cover_words="soy la tía"), 90)
    came(person("Eva", do_not_call=True, do_not_visit=True, community="Panabaj"), 90)
    rows = ask(partial(queries.calls, which=CallList.OVERDUE)).rows
    assert all(NUMBER not in repr(row) for row in rows)
    said = {row.name: (letters.say_phone(row), letters.say_where(row)) for row in rows}
    assert said["QUISPE, Eva"] == ("Neither call nor visit", "Do not visit")
    assert said["QUISPE, Rosa"][0].startswith("Do not call")
    assert all("Panabaj" not in repr(row) for row in rows)


@pytest.mark.parametrize("size", ["letter", "a4", "half-letter"])
def test_the_printed_list_obeys_what_the_screen_obeys(person, came, ask, do, size) -> None:
    do(partial(settings.choose, key="paper_size", value=size))
    came(person("Rosa", shared_phone=True, cover_words="soy Ana de la tienda", contact_hours="por la tarde"), 90)
    came(do(make.register(given_names="Eva", family_name="Sicay", phone="7000-0000", do_not_call=True)), 90)
    paper = ask(lambda asker: letters.call_list(asker, CallList.OVERDUE))
    assert paper.pdf() == ask(lambda asker: letters.call_list(asker, CallList.OVERDUE)).pdf()
    said = bare("".join(texts(paper.pdf())))
    assert bare(NUMBER) in said and "7000-0000" not in said
    assert bare("Say: soy Ana de la tienda") in said and bare("por la tarde") in said


def test_a_clinic_whose_name_tells_is_not_named_on_the_list(person, came, ask, do) -> None:
    came(person(), 90)
    do(partial(settings.choose, key="letterhead_name", value="Clínica de Salud Mental"))
    said = "".join(texts(ask(lambda asker: letters.call_list(asker, CallList.OVERDUE)).pdf())).casefold()
    assert "mental" not in said and "clínica" not in said


@pytest.mark.parametrize("size", ["letter", "a4", "half-letter"])
@pytest.mark.parametrize(
    "name", ["", "x" * 200, "María " * 33, "<b>Ana</b> & Co", "Ana 😀", "ana\u202eanA", "=1+1", "Kʼicheʼ Ñ'"]
)
def test_any_name_and_any_empty_field_make_a_list(do, came, ask, size, name) -> None:
    do(partial(settings.choose, key="paper_size", value=size))
    fields = {"phone": name, "community": name, "cover_words": name, "contact_hours": name, "shared_phone": True}
    came(do(make.register(given_names=name, family_name=name or None, birth_date=None, **fields)), 90)
    pages = texts(ask(lambda asker: letters.call_list(asker, CallList.OVERDUE)).pdf())
    assert pages and "None" not in "".join(pages)
    if name.isascii() and name.strip():
        assert bare(name).upper() in bare("".join(pages)).upper()


def test_an_empty_list_says_so(ask) -> None:
    assert "nobody to reach" in texts(ask(lambda asker: letters.call_list(asker, CallList.CHANGED)).pdf())[0]


# -- the screen


@pytest.fixture
def screen(open_screen, qtbot):
    def show(which: CallList = CallList.OVERDUE) -> CallsScreen:
        shown = open_screen(CallsScreen, which=which)
        with qtbot.waitActive(shown):
            shown.activateWindow()
        shown.take_focus()
        return shown

    return show


def test_one_digit_writes_down_what_came_of_the_call_and_offers_its_undo(
    screen, person, came, ask, office, qtbot
) -> None:
    who = person("Rosa")
    came(who, 90)
    shown = screen()
    qtbot.keyClick(shown.table, Qt.Key.Key_1)
    assert [one.outcome for one in ask(partial(queries.tries_of, patient_id=who))] == [CallOutcome.NO_ANSWER]
    assert office.voice.notices == ["QUISPE, Rosa: No answer"]
    office.voice.undo()
    assert ask(partial(queries.tries_of, patient_id=who)) == ()


def test_the_digit_of_a_death_asks_its_day_and_the_person_leaves_the_list(screen, person, came, ask, qtbot) -> None:
    who = person("Rosa")
    came(who, 90)
    shown = screen()
    qtbot.keyClick(shown.table, Qt.Key.Key_5)
    asked = dialogs.front()
    assert isinstance(asked, dialogs.Asked)
    qtbot.keyClicks(asked.edit, "10/2026")
    qtbot.keyClick(asked.edit, Qt.Key.Key_Return)
    assert ask(partial(days.has_died, patient_id=who)) and shown.table.count() == 0


def test_another_day_is_booked_at_once(screen, person, do, ask, qtbot) -> None:
    who, booked = person("Rosa"), new_id()
    day = TODAY + timedelta(days=3)
    do(partial(booking.book, appointment_id=booked, patient_id=who, day=day, confirmed=True))
    shown = screen(CallList.TOMORROW)
    qtbot.keyClick(shown.table, Qt.Key.Key_3)
    sheet: Any = dialogs.front()
    qtbot.keyClicks(sheet.when, "20d")
    sheet.book.click()
    known = {a.day: a.status for a in ask(partial(days.of_patient, patient_id=who))}
    assert known == {day: Status.MOVED, TODAY + timedelta(days=20): Status.BOOKED}


def test_the_screen_shows_no_number_that_must_not_be_called(screen, person, came) -> None:
    came(person("Rosa", do_not_call=True), 90)
    shown = screen()
    assert shown.person.phone.text() == "" and not shown.person.phone.isVisible()
    assert "Do not call" in shown.person.no_phone.text() and shown.person.no_phone.isVisible()


def test_the_tabs_count_and_the_screen_fits_at_150_percent(screen, person, came) -> None:
    came(person("María Ixchel", shared_phone=True, cover_words="soy Ana, de la tienda de hilos"), 90)
    shown = screen()
    assert shown.tabs._counts == (0, 0, 1)
    shown.resize(851, 356)
    QApplication.processEvents()
    need = shown.minimumSizeHint()
    assert need.width() <= 851 and need.height() <= 356


def test_a_digit_pressed_twice_in_a_slip_is_not_noted_of_the_next_person(screen, do, ask, person, qtbot) -> None:
    who = [person(name) for name in ("Ana", "Beto")]
    friday, later = TODAY + timedelta(days=4), TODAY + timedelta(days=11)
    do(partial(consultation_days.add_days, drawn=new_id(), first=friday, count=2, capacity=9))
    for one in who:
        do(partial(booking.book, appointment_id=new_id(), patient_id=one, day=friday))
    do(partial(consultation_days.move_day, from_day=friday, to_day=later, reason="No viene"))
    shown = screen(CallList.CHANGED)
    assert shown.table.count() == 2
    qtbot.keyClick(shown.table, Qt.Key.Key_2)
    qtbot.keyClick(shown.table, Qt.Key.Key_2)
    noted = {one: len(ask(partial(queries.tries_of, patient_id=one))) for one in who}
    assert sorted(noted.values()) == [0, 1] and shown.table.count() == 1
    qtbot.wait(450)
    qtbot.keyClick(shown.table, Qt.Key.Key_2)
    assert shown.table.count() == 0


@pytest.mark.parametrize(
    ("sql", "values", "index"),
    [
        (queries._NEWEST, ("2024-11-23", "[]"), "COVERING INDEX ix_appointment_person"),
        (queries._ENDED, ("2024-11-23",), "ix_appointment_event_ended"),
        (queries._MOVED, ("2026-11-23", "2026-10-01"), "ix_appointment_event_ended"),
        (queries._GONE, (), "COVERING INDEX ix_patient_gone"),
    ],
)
def test_a_list_of_thousands_reads_an_index_and_not_every_row(ask, sql, values, index) -> None:
    plan = ask(lambda reading: reading.plain(f"EXPLAIN QUERY PLAN {sql}", values))
    assert any(index in step[-1] for step in plan), plan
