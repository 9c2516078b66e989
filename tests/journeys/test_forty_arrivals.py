"""A morning at the desk, with forty people at the door: real keys on the real window, nobody lost and nobody twice."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.agenda.rules.day import AppointmentStatus as Status
from clinic_desktop.features.agenda.screens.today import TodayScreen
from clinic_desktop.features.agenda.service import day as agenda_service
from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.patients.rules.ages import read_birth
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.screens.registration import RegistrationScreen
from clinic_desktop.features.patients.screens.search import SearchPage
from clinic_desktop.features.patients.service import registering
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.shell.frame import Frame
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work
from tests.makers.front import open_front
from tests.makers.keyboard import Keyboard, settle

pytestmark = pytest.mark.whole

SURNAMES = (
    "Chavajay", "Tzunún", "Guarchaj", "Xicay", "Sicajau", "Batz", "Cojtín", "Ajcalón", "Yaxón", "Quiejú", "Mendoza",
    "Tuy",
)  # fmt: skip
GIVEN = ("María", "Pedro", "Juana", "Ana Lucía")
RETURNING_LETTERS, RETURNING_KEYS = 12, 3
BOOKED, EARLY, WALK_IN, STAY_AWAY, LEAVE = 30, 2, 6, 2, 2
NEW = ("cumatz rigoberta", "panjoj eulalia", "ixtós fermina", "julajuj bonifacia")


@pytest.fixture
def reception(actor: Actor) -> Actor:
    role = next(role for role in FIRST_ROLES if role.code == "receptionist")
    return Actor(actor.staff_id, "Ana", role.permissions)


@pytest.fixture
def villagers(vault: Vault, actor: Actor) -> list[PatientId]:
    """Forty-eight people who were here before."""
    known: list[PatientId] = []
    for at in range(len(SURNAMES) * len(GIVEN)):
        family, given = SURNAMES[at % len(SURNAMES)], GIVEN[at // len(SURNAMES)]
        who = PatientId(new_id())
        details = Details(
            given_names=given,
            family_name=family,
            second_family_name=SURNAMES[(at * 5 + 3) % len(SURNAMES)],
            sex=Sex.MALE if given == "Pedro" else Sex.FEMALE,
            birth=read_birth(str(1950 + at), vault.ask(lambda r: r.today, actor)),
            municipality_code="0701",
            community="Chaquijyá",
        )
        vault.do(partial(registering.register, patient_id=who, details=details), actor)
        known.append(who)
    return known


@pytest.fixture
def frame(vault: Vault, reception: Actor, qapp: QApplication, qtbot: Any) -> Iterator[Frame]:
    shown, office = open_front(vault, reception, qapp, qtbot)
    yield shown
    office.close()


def sought(vault: Vault, actor: Actor, who: PatientId) -> str:
    """What reception types: a few letters of the surname and the name, and the year."""
    header = vault.ask(lambda r: people.header(r, who), actor)
    year = f"{header.birth.day.year}"[2:] if header.birth else ""
    return f"{header.name.family[:5]} {header.name.given[:3]} {year}".lower()


def found_by_typing(frame: Frame, keyboard: Keyboard, words: str, who: PatientId) -> None:
    """F2, the words, and where a namesake stands first, the arrow."""
    keyboard.press("F2")
    keyboard.write(words)
    results = frame.pages.currentWidget()
    assert isinstance(results, SearchPage)
    for _namesake in range(RETURNING_KEYS - 2):
        row = results.table.row()
        if row is not None and row.patient_id == who:
            break
        keyboard.press("Down")
    row = results.table.row()
    assert row is not None and row.patient_id == who, words


def test_a_morning_with_forty_arrivals(
    frame: Frame,
    vault: Vault,
    actor: Actor,
    clock: StillClock,
    villagers: list[PatientId],
) -> None:
    booked, early = villagers[:BOOKED], villagers[BOOKED : BOOKED + EARLY]
    walk_ins = villagers[BOOKED + EARLY : BOOKED + EARLY + WALK_IN]
    for who in [*booked, *early]:
        days = 9 if who in early else 0
        vault.do(partial(booking, who=who, days=days), actor)
    keyboard = Keyboard(frame)
    coming = [*booked[: BOOKED - STAY_AWAY], *early, *walk_ins]
    for at, who in enumerate(coming):
        clock.advance(seconds=70)
        keyboard.forget()
        found_by_typing(frame, keyboard, sought(vault, actor, who), who)
        keyboard.press("F5")
        assert keyboard.letters <= RETURNING_LETTERS
        assert keyboard.keys <= RETURNING_KEYS
        if at % 7 == 0:
            keyboard.press("F5")
    for words in NEW:
        clock.advance(seconds=90)
        register_new(frame, keyboard, words)

    rows = vault.ask(agenda.today, actor)
    here = [row for row in rows if row.status is Status.WAITING]
    assert len(here) == BOOKED - STAY_AWAY + EARLY + WALK_IN + len(NEW) == 40
    assert sorted(row.turn or 0 for row in here) == list(range(1, 41)), "each turn once"
    assert len({row.patient_id for row in here}) == 40, "nobody twice"
    for who in early:
        states = {a.day: a.status for a in vault.ask(lambda r, who=who: agenda.of_patient(r, who), actor)}
        assert sorted(states.values()) == [Status.MOVED, Status.WAITING], "the old booking is closed as moved"

    leave(frame, keyboard, here[-LEAVE:])
    for _called in range(5):
        clock.advance(seconds=600)
        row = vault.do(agenda_service.call_next, actor)
        assert row is not None
        vault.do(partial(agenda_service.send_out, appointment_id=row.appointment_id), actor)
    vault.do(lambda work: agenda_service.close_day(work, work.today), actor)
    counts: dict[Status, int] = {}
    for row in vault.ask(agenda.today, actor):
        counts[row.status] = counts.get(row.status, 0) + 1
    assert counts == {Status.WAITING: 33, Status.SEEN: 5, Status.LEFT: LEAVE, Status.MISSED: STAY_AWAY}


def booking(work: Work, *, who: PatientId, days: int) -> None:
    """More people than the day is meant for: asked, and answered with yes."""
    day = work.in_days(days)
    agenda_service.book(work, appointment_id=new_id(), patient_id=who, day=day, confirmed=True)


def register_new(frame: Frame, keyboard: Keyboard, words: str) -> None:
    """Nobody is found; Ctrl+N carries the words; sex, age, community; saved with the arrival."""
    keyboard.press("F2")
    keyboard.write(words)
    keyboard.press("Ctrl+N")
    page = frame.page()
    assert isinstance(page, RegistrationScreen)
    fill(page, keyboard)
    keyboard.press("Ctrl+Enter")
    settle()
    assert isinstance(frame.page(), TodayScreen), "registered and in the waiting room"


def fill(page: RegistrationScreen, keyboard: Keyboard) -> None:
    for name, text in (("sex", "1"), ("birth", "~34"), ("community", "chaq")):
        page.form.fields[name].editor.setFocus()
        keyboard.write(text)
        if name == "community":
            keyboard.press("Enter")


def leave(frame: Frame, keyboard: Keyboard, rows: list[agenda.DayRow]) -> None:
    page = frame.page()
    assert isinstance(page, TodayScreen)
    for row in rows:
        page.table.choose(row.appointment_id)
        page.table.setFocus()
        keyboard.press("Alt+R")
