"""The papers of a day: for the desk, for the consulting room, a sheet for each person; numbered, in one print."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from clinic_desktop.app import wiring
from clinic_desktop.features.agenda.letters import day as lists
from clinic_desktop.features.agenda.letters import sheets
from clinic_desktop.features.agenda.queries import papers as queries
from clinic_desktop.features.agenda.screens.papers import PrintSheet, print_day
from clinic_desktop.features.agenda.service import day as booking
from clinic_desktop.features.agenda.service import papers as service
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.features.settings import service as settings
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import finish
from clinic_desktop.printing.preview import Preview
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from tests.makers import people as make
from tests.printing.reading import bare, texts

TUESDAY = date(2026, 11, 24)
SIZES = ("letter", "a4", "half-letter")
NAMES = ("", "x" * 200, "María de los Ángeles " * 10, "<b>Ana</b> & Co", "Ana 😀", "ana\u202eanA", "=1+1", "Kʼicheʼ")
DESK = frozenset({Permission.SEE_PATIENTS, Permission.REGISTER_PATIENTS, Permission.RECEPTION, Permission.SEE_DAY})
ROOM = frozenset({Permission.SEE_PATIENTS, Permission.SEE_DAY, Permission.READ_CHART, Permission.WRITE_NOTES})
PLAN = "Dormir mejor y volver con la hermana"
Expect = Callable[..., str]


@pytest.fixture(autouse=True)
def slots_filled() -> None:
    wiring.fill()


@pytest.fixture
def expect(do) -> Expect:
    """Somebody booked for Tuesday; the person's id."""

    def book(given: str | None = "Ana", *, time_text: str | None = None, **fields: Any) -> str:
        who = do(make.register(**({"given_names": given, "family_name": "Quispe"} | fields)))
        booked = partial(booking.book, appointment_id=new_id(), patient_id=who, day=TUESDAY, confirmed=True)
        do(partial(booked, time_text=time_text))
        return who

    return book


@pytest.fixture
def room() -> Actor:
    return Actor("0193a000-0000-7000-8000-00000000000f", "Dra. Sosof", ROOM)


def the_set(vault: Any, actor: Actor, day: date = TUESDAY) -> list[str]:
    return texts(finish(sheets.set_of_day(vault, actor, day=day)))


def desk_list(ask: Any, day: date = TUESDAY) -> str:
    return "".join(texts(ask(lambda asker: lists.desk_list(asker, day)).pdf()))


# -- for the desk


def test_the_desks_list_says_who_when_whence_and_what_to_arrange(expect, ask) -> None:
    expect("Ana", time_text="08:30", community="Panabaj", needs_interpreter=True, minutes_to_clinic=200)
    said = desk_list(ask)
    for words in ("QUISPE, Ana", "08:30", "Panabaj", "Interpreter", "From far", "1 person is booked"):
        assert words in " ".join(said.split())


def test_the_lines_for_who_comes_unannounced_go_on_with_the_number(expect, ask) -> None:
    expect("Ana")
    expect("Beto")
    rows = ask(lambda asker: lists.desk_list(asker, TUESDAY)).blocks[1].rows
    assert [row[0] for row in rows] == [str(number) for number in range(1, 3 + lists.WALK_INS)]
    assert all(not any(row[1:]) for row in rows[2:])


def test_neither_the_dead_nor_those_whose_day_changed_are_expected(expect, do, ask) -> None:
    dead, moved = expect("Muerta"), expect("Movida")
    expect("Ana")
    do(partial(patients.mark_died, patient_id=dead, died_on=PartialDate(2026, 11)))
    (booked,) = [a for a in ask(lambda asker: lists.expected(asker, TUESDAY)) if a.patient_id == moved]
    later = TUESDAY + timedelta(days=7)
    moving = partial(booking.move, new_appointment_id=new_id(), day=later, confirmed=True)
    do(partial(moving, appointment_id=booked.appointment_id))
    said = desk_list(ask)
    assert "Ana" in said and "Muerta" not in said and "Movida" not in said


def test_a_reserved_person_stands_there_by_number_only(expect, vault, ask) -> None:
    who = expect("Oculta", restricted=True, restricted_as="4", community="Panabaj", needs_interpreter=True)
    number = ask(lambda asker: queries.carried(asker, who)).number
    desk = Actor(new_id(), "Ana", DESK)
    said = "".join(texts(vault.ask(lambda asker: lists.desk_list(asker, TUESDAY), desk).pdf()))
    assert "Reserved 4" in said
    assert not any(word in said for word in ("Oculta", "Panabaj", number, "Interpreter", "QUISPE"))


def test_the_desks_list_holds_nothing_clinical(expect, do, ask) -> None:
    do(make.note(expect("Ana"), PLAN))
    assert bare(PLAN) not in bare(desk_list(ask))


def test_in_the_evening_the_next_day_is_printed_and_in_the_morning_todays(expect, do, ask, clock) -> None:
    expect("Ana")
    assert ask(queries.day_to_print) == TUESDAY, "nobody is booked today"
    today = partial(booking.book, appointment_id=new_id(), patient_id=do(make.register()), day=date(2026, 11, 23))
    do(partial(today, confirmed=True))
    assert ask(queries.day_to_print) == date(2026, 11, 23)
    clock.advance(minutes=8 * 60)
    assert ask(queries.day_to_print) == TUESDAY


# -- a sheet for each person


def test_each_person_has_a_sheet_of_their_own_numbered_of_how_many(expect, vault, room, do) -> None:
    for name in ("Ana", "Beto", "Carla"):
        do(make.note(expect(name), f"{PLAN}. {name}"))
    pages = the_set(vault, room)
    assert len(pages) == 4
    for number, name in enumerate(("Ana", "Beto", "Carla"), 1):
        page = bare(pages[number])
        assert bare(f"QUISPE, {name}") in page and bare(f"sheet {number} of 3") in page
        assert bare(f"{PLAN}. {name}") in page and bare("shredded") in page
        assert sum(bare(f"QUISPE, {other}") in page for other in ("Ana", "Beto", "Carla")) == 1


def test_a_sheet_has_allergies_and_room_to_write_whatever_is_known(expect, vault, room, do) -> None:
    who = expect("Ana")
    do(make.allergy(who, "penicilina"))
    page = bare(the_set(vault, room)[1])
    for words in ("Known allergies: penicilina", "Note", "Next visit", "Folio", "No consultation is on record"):
        assert bare(words) in page


def test_a_long_plan_is_shortened_and_says_so(expect, vault, room, do) -> None:
    do(make.note(expect("Ana"), "palabra " * 2000))
    pages = the_set(vault, room)
    assert len(pages) == 2 and bare("the rest is in the record") in bare(pages[1])


def test_sheets_are_not_for_the_desk(expect, vault) -> None:
    expect("Ana")
    with pytest.raises(NotAllowed):
        the_set(vault, Actor(new_id(), "Ana", DESK))


def test_a_reserved_record_has_an_empty_sheet_for_who_may_not_open_it(expect, vault, room, do) -> None:
    who = expect("Oculta", restricted=True, restricted_as="4")
    do(make.note(who, PLAN))
    page = the_set(vault, room)[1]
    assert "Reserved 4" in page and "Note" in page
    assert not any(bare(word) in bare(page) for word in ("Oculta", "QUISPE", PLAN, "Allergies"))
    allowed = Actor(new_id(), "Dra. Batz", ROOM | {Permission.OPEN_RESTRICTED})
    assert bare(PLAN) in bare(the_set(vault, allowed)[1])


def test_a_set_of_forty_says_how_far_it_is_and_can_be_left_between_two_sheets(expect, vault, room) -> None:
    for number in range(40):
        expect(f"Ana{number}")
    job = sheets.set_of_day(vault, room, day=TUESDAY)
    first = next(job)
    assert (first.done, first.total) == (1, 81)
    job.close()
    seen = [first]
    job = sheets.set_of_day(vault, room, day=TUESDAY)
    while True:
        try:
            seen.append(next(job))
        except StopIteration as end:
            assert len(texts(end.value)) >= 41
            break
    assert [report.done for report in seen[1:]] == list(range(1, 82))


def test_a_day_with_nobody_gives_its_list_alone(vault, room) -> None:
    assert len(the_set(vault, room)) == 1


# -- any text, any size


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_any_name_and_any_empty_field_make_papers(expect, do, ask, vault, room, size, name) -> None:
    do(partial(settings.choose, key="paper_size", value=size))
    fields = {"community": name, "mother_name": name, "known_as": name}
    who = expect(name, family_name=name or None, birth_date=None, time_text=name or None, **fields)
    do(make.allergy(who, name or "-"))
    do(make.note(who, name))
    set_language("es")
    listed = ask(lambda asker: lists.desk_list(asker, TUESDAY))
    assert listed.pdf() == ask(lambda asker: lists.desk_list(asker, TUESDAY)).pdf()
    pages = the_set(vault, room)
    assert len(pages) >= 2
    assert "None" not in "".join(pages) and "None" not in "".join(texts(listed.pdf()))
    if name.startswith("<b>"):
        assert bare(name) in bare("".join(pages))


def test_the_same_facts_give_the_same_sheet(expect, vault, room) -> None:
    expect("Ana")
    rows = vault.ask(lambda asker: lists.expected(asker, TUESDAY), room)
    make_sheet = partial(sheets.consult_sheet, row=rows[0], day=TUESDAY, number=1, count=1, folio="PRU-AA00001-1")
    assert vault.ask(make_sheet, room).pdf() == vault.ask(make_sheet, room).pdf()


# -- the screen


@pytest.fixture
def sheet_for(vault, qapp, qtbot, open_screen):
    from PySide6.QtWidgets import QWidget

    from clinic_desktop.uikit.layouts import stack

    def show(permissions: frozenset[Permission]) -> tuple[QWidget, PrintSheet]:
        office = Office(vault, Actor(new_id(), "Ana", permissions), voice=RememberingVoice(), immediate=True)
        screen = QWidget()
        qtbot.addWidget(screen)
        stack(screen)
        screen.resize(1100, 600)
        screen.show()
        return screen, print_day(office, screen)

    return show


def words_on(sheet: PrintSheet) -> list[str]:
    return [button.text() for button in sheet._deeds]


def test_the_day_stands_there_and_only_what_the_role_needs_is_offered(expect, sheet_for) -> None:
    expect("Ana")
    _screen, desk = sheet_for(DESK)
    assert desk.day() == TUESDAY and words_on(desk) == ["For the desk"]
    assert "1 person" in desk.form.fields["when"].message()
    _screen, room = sheet_for(ROOM)
    assert words_on(room) == ["With consult sheets", "Numbered"]
    for sheet in (desk, room):
        sheet.close()


def test_one_deed_makes_the_whole_set_and_shows_it(expect, sheet_for) -> None:
    expect("Ana")
    screen, sheet = sheet_for(ROOM)
    sheet._deeds[0].click()
    (shown,) = screen.findChildren(Preview)
    assert not sheet.isVisible()
    shown.close()


def test_a_day_that_is_none_is_said_at_the_field_and_nothing_is_printed(sheet_for) -> None:
    screen, sheet = sheet_for(DESK)
    sheet.when.setText("pronto")
    sheet._deeds[0].click()
    assert sheet.isVisible() and "6s" in sheet.form.fields["when"].message()
    assert not screen.findChildren(Preview)
    sheet.close()


def test_that_the_set_left_is_in_the_ledger(vault, room, actor) -> None:
    noting = partial(service.note_set_printed, day="2026-11-24", way="print", copies=1, pages=41)
    vault.do(noting, room)

    def last(reading):
        return reading.connection.exec_driver_sql("SELECT act, detail FROM ledger ORDER BY seq DESC LIMIT 1").one()

    act, detail = vault.ask(last, actor)
    assert act == "agenda.note_set_printed" and "2026-11-24" in detail
    with pytest.raises(NotAllowed):
        vault.do(noting, Actor(new_id(), "Ana", DESK))


def test_going_back_while_the_set_is_made_leaves_it(expect, vault, qtbot, qapp) -> None:
    from PySide6.QtWidgets import QWidget

    for number in range(12):
        expect(f"Ana{number}")
    office = Office(vault, Actor(new_id(), "Dra.", ROOM), voice=RememberingVoice())
    screen = QWidget()
    qtbot.addWidget(screen)
    screen.show()
    try:
        sheet = print_day(office, screen)
        sheet._deeds[0].click()
        assert sheet.progress.isVisible() and sheet.back.text() == "Cancel"
        sheet.back.click()
        qtbot.waitUntil(office.is_idle)
        assert not screen.findChildren(Preview)
        again = print_day(office, screen)
        again._deeds[0].click()
        qtbot.waitUntil(lambda: bool(screen.findChildren(Preview)), timeout=20_000)
        screen.findChildren(Preview)[0].close()
    finally:
        office.close()
