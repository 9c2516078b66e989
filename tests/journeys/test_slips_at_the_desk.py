"""A tired receptionist and a full room: keys struck twice, the wrong person, a stranger who looks at the screen."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from clinic_desktop.app import house
from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.agenda.rules.day import AppointmentStatus as Status
from clinic_desktop.features.agenda.screens.booking import BookingSheet
from clinic_desktop.features.agenda.screens.today import TodayScreen
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering, restricting
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.shell.frame import Frame
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import privacy, theme
from clinic_desktop.uikit.office import Office
from tests.makers.keyboard import Keyboard, settle

pytestmark = pytest.mark.whole


@pytest.fixture
def frame(vault: Vault, actor: Actor, qapp: QApplication, qtbot: Any) -> Iterator[Frame]:
    set_language("es")
    theme.start(qapp)
    house.furnish()
    role = next(role for role in FIRST_ROLES if role.code == "receptionist")
    office = Office(vault, Actor(actor.staff_id, "Ana Sical", role.permissions), immediate=True)
    shown = Frame(office, house.places(), house.frame_slots(lambda: None), home="today")
    qtbot.addWidget(shown)
    shown.resize(911, 442)
    shown.show()
    with qtbot.waitActive(shown):
        shown.activateWindow()
    yield shown
    privacy.hide_names(False)
    office.close()


def register(**fields: Any) -> Any:
    """As the desk registers, so that the person is found by typing."""
    details = Details(**fields)
    return lambda work: registering.register(work, patient_id=PatientId(new_id()), details=details).patient_id


def rows(ask: Any) -> list[tuple[str, Status]]:
    return sorted((row.name, row.status) for row in ask(agenda.today))


def days_of(ask: Any, who: str) -> list[tuple[int, Status]]:
    today = ask(lambda reading: reading.today)
    known = ask(lambda reading: agenda.of_patient(reading, who))
    return sorted(((one.day - today).days, one.status) for one in known)


def said_on(window: QWidget) -> str:
    """Every word on the screen, also those that only a mouse or a screen reader finds."""
    seen = [w for w in [window, *window.findChildren(QWidget)] if w.isVisible()]
    told = [part for w in seen for part in (w.toolTip(), w.accessibleName(), w.accessibleDescription())]
    told += [str(text()) for w in seen if (text := getattr(w, "text", None)) is not None and callable(text)]
    told += [w.text() for w in seen if isinstance(w, QLabel | QLineEdit)]
    page = window.page() if isinstance(window, Frame) else None
    if isinstance(page, TodayScreen):
        count, columns = page.table.count(), len(page.table.rows.columns)
        cells = [page.table.rows.index(at, column) for at in range(count) for column in range(columns)]
        roles = (0, 3, 11, 12)  # shown, tip, said, described
        told += [str(cell.data(role)) for cell in cells for role in roles]
    return " ".join([window.windowTitle(), *told])


def test_arrived_struck_twice_and_then_again_is_one_arrival(frame: Frame, do: Any, ask: Any) -> None:
    do(register(given_names="Petrona", family_name="Chavajay"))
    keyboard = Keyboard(frame)
    for _time in range(3):
        keyboard.press("F2")
        keyboard.write("chabajay petro")
        keyboard.press("F5", "F5")
    assert rows(ask) == [("CHAVAJAY, Petrona", Status.WAITING)]


def test_the_wrong_person_is_taken_back_and_keeps_the_appointment(frame: Frame, do: Any, ask: Any) -> None:
    who = do(register(given_names="Petrona", family_name="Chavajay"))
    do(lambda work: service.book(work, appointment_id=new_id(), patient_id=who, day=work.in_days(42)))
    keyboard = Keyboard(frame)
    keyboard.press("F2")
    keyboard.write("chavajay")
    keyboard.press("F5")
    assert days_of(ask, who) == [(0, Status.WAITING), (42, Status.MOVED)]
    keyboard.press("Ctrl+U")
    assert days_of(ask, who) == [(0, Status.CANCELLED), (42, Status.BOOKED)]


def test_a_booking_saved_twice_is_one_and_a_double_enter_books_nothing(frame: Frame, do: Any, ask: Any) -> None:
    who = do(register(given_names="Petrona", family_name="Chavajay"))
    do(partial(service.arrive, patient_id=who, new_appointment_id=new_id()))
    page = frame.page()
    assert isinstance(page, TodayScreen)
    page.table.choose_at(0)
    keyboard = Keyboard(frame)
    keyboard.press("Ctrl+T")
    keyboard.write("6s")
    keyboard.press("Enter", "Enter")
    keyboard.press("Ctrl+Enter", "Ctrl+Enter")
    assert days_of(ask, who) == [(0, Status.WAITING), (42, Status.BOOKED)]
    assert not [one for one in page.findChildren(BookingSheet) if one.isVisible()]


def test_one_key_takes_every_name_off_the_whole_window(frame: Frame, do: Any, ask: Any, qtbot: Any) -> None:
    for given in ("Petrona", "Antonia"):
        who = do(register(given_names=given, family_name="Chavajay", mother_name="Candelaria"))
        do(partial(service.arrive, patient_id=who, new_appointment_id=new_id()))
    page = frame.page()
    assert isinstance(page, TodayScreen)
    page.table.choose_at(1)
    keyboard = Keyboard(frame)
    keyboard.press("F2")
    keyboard.write("chavajay")
    keyboard.press("Esc")
    page.table.choose_at(1)
    page.table.setFocus()
    keyboard.press("Alt+R")
    assert "CHAVAJAY" in frame.bar.words.text()
    for size in ((1366, 697), (1093, 558), (911, 442)):
        frame.resize(*size)
        settle()
        keyboard.press("F9")
        said = said_on(frame).casefold()
        assert not any(word in said for word in ("chavajay", "petrona", "antonia", "candelaria", "pru-")), size
        keyboard.press("Ctrl+J")
        assert "chavajay" in said_on(frame).casefold()


def test_a_reserved_person_is_received_moved_and_booked_again_without_a_name(frame: Frame, do: Any, ask: Any) -> None:
    who, drawn = do(register(given_names="Petrona", family_name="Chavajay")), new_id()
    do(lambda work: service.book(work, appointment_id=drawn, patient_id=who, day=work.today))
    do(partial(restricting.restrict, patient_id=who, reason="Pidió que nadie sepa"))
    page = frame.page()
    assert isinstance(page, TodayScreen)
    page.reload()
    page.table.choose_at(0)
    page.table.setFocus()
    keyboard = Keyboard(frame)
    keyboard.press("Alt+C")
    assert "chavajay" not in said_on(frame).casefold()
    keyboard.press("Esc")
    page.table.setFocus()
    frame.activateWindow()  # no window manager does it here
    settle()
    keyboard.press("F5", "F5")
    assert days_of(ask, who) == [(0, Status.WAITING)]
    keyboard.press("Ctrl+T")
    keyboard.write("6s")
    assert "chavajay" not in said_on(frame).casefold() and "petrona" not in said_on(frame).casefold()
    keyboard.press("Ctrl+Enter")
    assert days_of(ask, who) == [(0, Status.WAITING), (42, Status.BOOKED)]
    assert "chavajay" not in said_on(frame).casefold()
    frame.activateWindow()
    settle()
    keyboard.press("F2")
    keyboard.write("chavajay petrona")
    keyboard.press("F5", "Enter")
    assert days_of(ask, who) == [(0, Status.WAITING), (42, Status.BOOKED)]


def test_a_clock_that_goes_back_gives_no_turn_twice_and_no_wait_below_nothing(
    frame: Frame, do: Any, ask: Any, clock: Any
) -> None:
    who = [do(register(given_names=name, family_name="Chavajay")) for name in ("Petrona", "Antonia")]
    do(partial(service.arrive, patient_id=who[0], new_appointment_id=new_id()))
    clock.advance(minutes=-45)
    do(partial(service.arrive, patient_id=who[1], new_appointment_id=new_id()))
    assert sorted(row.turn for row in ask(agenda.today)) == [1, 2]
    assert all((row.waits_minutes or 0) >= 0 for row in ask(agenda.today))
