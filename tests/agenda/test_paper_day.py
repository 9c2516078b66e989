"""A day kept on paper, typed afterwards: its real date, once only, from one laptop or two."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.queries import paper_day as paper
from clinic_desktop.features.agenda.rules.day import AppointmentStatus as Status
from clinic_desktop.features.agenda.rules.paper_day import CameOrNot, read_past_day
from clinic_desktop.features.agenda.screens.paper_day import PaperDayScreen
from clinic_desktop.features.agenda.service import day as booking
from clinic_desktop.features.agenda.service import paper_day as service
from clinic_desktop.features.patients.queries.restricted import ReservedRecord
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Actor
from tests.makers.network import make_network
from tests.makers.people import register as make_person

FRIDAY = date(2026, 11, 20)


@pytest.fixture
def type_line(do):
    def typed(patient_id: str, day: date = FRIDAY, came: CameOrNot = CameOrNot.SEEN, **more: Any) -> service.Typed:
        line = {"line_id": new_id(), "next_id": new_id()} | more
        return do(partial(service.type_line, patient_id=patient_id, day=day, came=came, **line))

    return typed


def known(ask, patient_id: str) -> list[tuple[date, Status]]:
    return [(a.day, a.status) for a in ask(partial(queries.of_patient, patient_id=patient_id))]


def of_day(ask, day: date = FRIDAY) -> list[Status]:
    return [row.status for row in ask(lambda asker: queries.today(asker, day))]


@pytest.mark.parametrize(
    ("came", "status"),
    [(CameOrNot.SEEN, Status.SEEN), (CameOrNot.LEFT, Status.LEFT), (CameOrNot.MISSED, Status.MISSED)],
)
def test_a_line_stands_on_its_day_and_says_when_it_was_typed(type_line, register, ask, came, status) -> None:
    who = register()
    type_line(who, came=came)
    assert known(ask, who) == [(FRIDAY, status)]

    def times(reading):
        return reading.connection.exec_driver_sql(
            "SELECT DISTINCT e.at, e.recorded_at, a.from_paper FROM appointment_event e JOIN appointment a"
            " ON a.id = e.appointment_id"
        ).all()

    ((at, recorded, from_paper),) = ask(times)
    assert at.startswith("2026-11-20T18:00") and recorded.startswith("2026-11-23") and from_paper == 1


def test_somebody_seen_on_paper_waited_no_days(type_line, register, ask) -> None:
    type_line(register())
    assert [row.waits_minutes for row in ask(lambda asker: queries.today(asker, FRIDAY))] == [0]


def test_the_booking_of_that_day_is_used_and_closed(type_line, register, do, ask, clock) -> None:
    clock.advance(days=-7)
    who, booked = register(), new_id()
    do(partial(booking.book, appointment_id=booked, patient_id=who, day=FRIDAY))
    clock.advance(days=7)
    assert type_line(who).appointment_id == booked
    assert known(ask, who) == [(FRIDAY, Status.SEEN)]


def test_who_was_marked_absent_at_closing_and_came_by_the_paper_was_seen(type_line, register, do, ask, clock) -> None:
    clock.advance(days=-7)
    who = register()
    do(partial(booking.book, appointment_id=new_id(), patient_id=who, day=FRIDAY))
    clock.advance(days=7)
    do(partial(booking.close_day, day=FRIDAY))
    assert not type_line(who).already
    assert known(ask, who) == [(FRIDAY, Status.SEEN)]


def test_the_same_line_typed_twice_adds_nothing_and_says_so(type_line, register, ask) -> None:
    who, next_day = register(), FRIDAY + timedelta(weeks=6)
    first = type_line(who, next_day=next_day)
    again = type_line(who, next_day=next_day)
    assert not first.already and first.next_id
    assert again.already and again.next_already and again.next_id is None
    assert known(ask, who) == [(next_day, Status.BOOKED), (FRIDAY, Status.SEEN)]


def test_enter_pressed_twice_is_one_line(type_line, register, ask) -> None:
    who = register()
    drawn = {"line_id": new_id(), "next_id": new_id()}
    for _press in range(2):
        type_line(who, **drawn, next_day=FRIDAY + timedelta(days=40))
    assert len(known(ask, who)) == 2


def test_a_paper_does_not_take_away_what_the_computer_saw(type_line, register, ask) -> None:
    who = register()
    type_line(who)
    told = type_line(who, came=CameOrNot.MISSED)
    assert told.already and told.status is Status.SEEN
    assert known(ask, who) == [(FRIDAY, Status.SEEN)]


def test_a_next_visit_is_added_to_a_line_that_stood_there(type_line, register, ask) -> None:
    who = register()
    type_line(who)
    assert type_line(who, next_day=FRIDAY + timedelta(days=28)).next_id
    assert len(known(ask, who)) == 2


def test_a_day_to_come_is_refused_and_an_old_one_asked(type_line, register) -> None:
    who = register()
    with pytest.raises(service.PaperOfTheFuture):
        type_line(who, day=date(2026, 11, 24))
    with pytest.raises(service.OldPaper) as asked:
        type_line(who, day=date(2026, 9, 1))
    type_line(who, day=date(2026, 9, 1), **asked.value.again)
    with pytest.raises(service.NextNotAfter):
        type_line(who, next_day=FRIDAY)


def test_who_died_before_that_day_is_another_person(type_line, register, do) -> None:
    who = register()
    do(partial(patients.mark_died, patient_id=who, died_on=PartialDate(2026, 10, 1)))
    with pytest.raises(service.DiedBefore):
        type_line(who)


def test_a_line_taken_back_leaves_what_was_before(type_line, register, do, ask, clock) -> None:
    clock.advance(days=-7)
    booked, walked_in = register("Ana"), register("Beto")
    do(partial(booking.book, appointment_id=new_id(), patient_id=booked, day=FRIDAY))
    clock.advance(days=7)
    for who in (booked, walked_in):
        typed = type_line(who, next_day=FRIDAY + timedelta(days=28))
        do(partial(service.take_back_line, typed=typed))
    assert known(ask, booked) == [(FRIDAY + timedelta(days=28), Status.CANCELLED), (FRIDAY, Status.BOOKED)]
    assert [status for _day, status in known(ask, walked_in)] == [Status.CANCELLED, Status.CANCELLED]
    type_line(walked_in)
    assert Status.SEEN in [status for _day, status in known(ask, walked_in)], "typed right this time"


def test_a_transcriber_may_and_a_nurse_may_not(vault, register) -> None:
    who = register()
    line = partial(
        service.type_line, line_id=new_id(), next_id=new_id(), patient_id=who, day=FRIDAY, came=CameOrNot.SEEN
    )
    with pytest.raises(NotAllowed):
        vault.do(line, Actor(new_id(), "Elsa", frozenset({Permission.SEE_DAY, Permission.SEE_PATIENTS})))
    vault.do(line, Actor(new_id(), "Rita", frozenset({Permission.SEE_PATIENTS, Permission.TRANSCRIBE})))


def test_a_reserved_person_is_typed_by_the_desk_only_where_the_days_list_has_them(vault, do) -> None:
    desk = Actor(new_id(), "Ana", frozenset({Permission.RECEPTION, Permission.SEE_PATIENTS, Permission.SEE_DAY}))
    who = do(make_person(given_names="Oculta", restricted=True, restricted_as="4"))
    today = date(2026, 11, 23)
    line = partial(
        service.type_line, line_id=new_id(), next_id=new_id(), patient_id=who, day=today, came=CameOrNot.SEEN
    )
    with pytest.raises(ReservedRecord):
        vault.do(line, desk)
    do(partial(booking.book, appointment_id=new_id(), patient_id=who, day=today, confirmed=True))
    assert [row.name for row in vault.ask(partial(paper.lines, day=today), desk)] == ["Reserved 4"]
    assert vault.do(line, desk).status is Status.SEEN


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("20/11", FRIDAY), ("20/11/26", FRIDAY), ("2011", FRIDAY), ("201126", FRIDAY), ("3d", FRIDAY),
        ("today", date(2026, 11, 23)), ("yesterday", date(2026, 11, 22)), ("24/11", date(2025, 11, 24)),
        ("31/2", None), ("", None), ("hola", None), ("99/99/99", None),
    ],
)  # fmt: skip
def test_the_day_of_a_paper_is_read_as_it_is_typed(typed: str, day: date | None) -> None:
    assert read_past_day(typed, date(2026, 11, 23)) == day


def test_two_laptops_that_type_one_paper_agree_after_the_merge(tmp_path, made_vault, clock) -> None:
    net = make_network(tmp_path / "net", made_vault[1], made_vault[0], clock, 1)
    try:
        first, second = net.clinics[0], net.central
        who = first.do(make_person())
        other = first.do(make_person(given_names="Beto"))
        booked = new_id()
        first.do(partial(booking.book, appointment_id=booked, patient_id=other, day=date(2026, 11, 24)))
        net.round()
        net.round()
        clock.advance(days=3)
        day, next_day = date(2026, 11, 24), date(2027, 1, 5)
        for laptop, came in ((first, CameOrNot.SEEN), (second, CameOrNot.MISSED)):
            for patient_id in (who, other):
                laptop.do(
                    partial(
                        service.type_line,
                        line_id=new_id(),
                        next_id=new_id(),
                        patient_id=patient_id,
                        day=day,
                        came=came,
                        next_day=next_day,
                    )
                )
        net.round()
        net.round()
        for laptop in net.all():
            assert {r.status for r in laptop.ask(lambda asker: queries.today(asker, day))} == {Status.SEEN}
            assert laptop.ask(lambda asker: queries.booked_between(asker, day, next_day)) == {day: 2, next_day: 2}
            assert laptop.sql("SELECT count(*) FROM finding WHERE kind = 'different-final'") == [(0,)]
        holds = {
            tuple(sorted(r.appointment_id for r in laptop.ask(lambda asker: queries.today(asker, day))))
            for laptop in net.all()
        }
        assert len(holds) == 1
    finally:
        net.close()


# -- the screen


@pytest.fixture
def screen(open_screen, qtbot):
    def show(**arguments: Any) -> PaperDayScreen:
        shown = open_screen(PaperDayScreen, **arguments)
        with qtbot.waitActive(shown):
            shown.activateWindow()
        QApplication.processEvents()
        return shown

    return show


def type_person(qtbot, shown: PaperDayScreen, letters: str) -> None:
    shown.person.setFocus()
    qtbot.keyClicks(shown.person, letters)
    qtbot.keyClick(shown.person, Qt.Key.Key_Return)


def test_a_paper_is_typed_by_the_keyboard_line_after_line(screen, register, ask, office, qtbot) -> None:
    first, second = register("Ana"), register("Beto")
    shown = screen()
    assert shown.when.hasFocus(), "the day first"
    qtbot.keyClicks(shown.when, "20/11")
    assert "Friday 20-nov-2026" in shown.form.fields["when"].message()
    type_person(qtbot, shown, "quispe ana")
    shown.came.setFocus()
    qtbot.keyClick(shown.came, Qt.Key.Key_1)
    qtbot.keyClicks(shown.next, "6s")
    qtbot.keyClick(shown.next, Qt.Key.Key_Return)
    assert known(ask, first) == [(FRIDAY + timedelta(weeks=6), Status.BOOKED), (FRIDAY, Status.SEEN)]
    assert shown.person.hasFocus() and shown.person.text() == "" and shown.when.text() == "20/11"
    type_person(qtbot, shown, "quispe beto")
    shown.came.setFocus()
    qtbot.keyClick(shown.came, Qt.Key.Key_3)
    qtbot.keyClick(shown.next, Qt.Key.Key_Return)
    assert known(ask, second) == [(FRIDAY, Status.MISSED)]
    assert [line.name for line in shown.lines] == ["QUISPE, Ana", "QUISPE, Beto"]
    assert "2 lines typed" in shown.form.fields["when"].message()
    assert len(office.voice.notices) == 2
    office.voice.undo()
    assert [line.name for line in shown.lines] == ["QUISPE, Ana"]


def test_a_line_typed_again_is_said_to_be_there(screen, register, type_line, office, qtbot) -> None:
    type_line(register("Ana"))
    shown = screen(day="2026-11-20")
    type_person(qtbot, shown, "quispe ana")
    shown.save()
    assert "already" in office.voice.notices[-1]


def test_of_several_people_alike_the_first_is_never_taken_unseen(screen, register, ask, qtbot) -> None:
    known_people = [register("Ana"), register("Beto")]
    shown = screen(day="2026-11-20")
    shown.person.setFocus()
    qtbot.keyClicks(shown.person, "quispe")
    shown.save()
    assert "Choose the person" in shown.form.fields["person"].message()
    assert [known(ask, who) for who in known_people] == [[], []]


def test_somebody_booked_for_that_day_is_taken_from_the_list(screen, register, do, ask, clock) -> None:
    clock.advance(days=-7)
    who = register("Ana")
    do(partial(booking.book, appointment_id=new_id(), patient_id=who, day=FRIDAY))
    clock.advance(days=7)
    shown = screen(day="2026-11-20")
    assert [line.typed for line in shown.lines] == [False]
    shown.table.choose_at(0)
    shown.table._open()
    shown.save()
    assert known(ask, who) == [(FRIDAY, Status.SEEN)]


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(screen, register, ask, qtbot) -> None:
    who = register("Ana")
    shown = screen()
    shown.when.setText("24/11/2026")
    shown.person.set_value(who, "QUISPE, Ana")
    shown.save()
    assert "has not come yet" in shown.form.fields["when"].message()
    shown.when.setText("20/11")
    shown.next.setText("19/11/26")
    shown.save()
    assert "must be after" in shown.form.fields["next"].message()
    assert shown.person.text() == "QUISPE, Ana" and known(ask, who) == []


def test_an_old_day_is_asked_once_for_the_whole_paper(screen, register, ask, office) -> None:
    shown = screen(day="2026-08-14")
    for name in ("Ana", "Beto"):
        who = register(name)
        shown.person.set_value(who, name)
        shown.save()
        assert known(ask, who) == [(date(2026, 8, 14), Status.SEEN)]
    assert len(office.voice.asked) == 1


def test_who_is_not_found_is_registered_and_comes_back_to_the_line(screen, office, qtbot, register) -> None:
    from clinic_desktop.features.patients.room import ROOM

    shown = screen(day="2026-11-20")
    shown.person.setText("Petzey Rosario")
    shown.new_person.click()
    place, arguments = office.went
    assert place == "persons" and arguments["words"] == "Petzey Rosario"
    registering: Any = ROOM.places[0].build(office, **arguments)
    qtbot.addWidget(registering)
    # As saving ends, once the person is in the database.
    registering.patient_id = register("Rosario")
    registering._saved(False, None)
    place, arguments = office.went
    assert place == "paper-day" and arguments["day"] == "2026-11-20"
    back = screen(**arguments)
    assert back.person.value() == arguments["patient_id"] and back.day() == FRIDAY


def test_the_screen_fits_at_150_percent_and_names_its_controls(screen, register, type_line) -> None:
    type_line(register("Ana"))
    shown = screen(day="2026-11-20")
    shown.resize(851, 356)
    QApplication.processEvents()
    need = shown.minimumSizeHint()
    assert need.width() <= 851 and need.height() <= 356
    fields = (shown.when, shown.clinician, shown.person, shown.came, shown.next)
    assert all(field.accessibleName() for field in fields)
