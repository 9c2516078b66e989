"""People and bookings for the day's tests."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.agenda.screens.today import TodayScreen
from clinic_desktop.features.agenda.service import day as service
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.features.staff import service as staff
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work


@pytest.fixture
def register(vault: Vault, actor: Actor) -> Callable[..., PatientId]:
    def make(given: str = "Rosa", family: str = "Quispe") -> PatientId:
        details = Details(given_names=given, family_name=family)
        done = vault.do(partial(patients.register, patient_id=PatientId(new_id()), details=details), actor)
        return done.patient_id

    return make


@pytest.fixture
def book(vault: Vault, actor: Actor, register: Callable[..., PatientId]) -> Callable[..., str]:
    """Book somebody, by default a new person for today; returns the appointment's id."""

    def make(given: str = "Rosa", family: str = "Quispe", *, days: int = 0, patient_id: str | None = None) -> str:
        appointment_id, who = new_id(), patient_id or register(given, family)

        def booking(work: Work) -> None:
            service.book(work, appointment_id=appointment_id, patient_id=who, day=work.in_days(days))

        vault.do(booking, actor)
        return appointment_id

    return make


@pytest.fixture
def today(vault: Vault, actor: Actor) -> Callable[[], tuple[Any, ...]]:
    from clinic_desktop.features.agenda.queries import day as queries

    return lambda: vault.ask(queries.today, actor)


@pytest.fixture
def screen(open_screen: Any, qtbot: Any) -> Callable[[], TodayScreen]:
    def show() -> TodayScreen:
        shown = open_screen(TodayScreen)
        with qtbot.waitActive(shown):
            shown.activateWindow()
        shown.take_focus()
        return shown

    return show


@pytest.fixture
def doctors(do: Any, actor: Actor) -> tuple[str, str]:
    """Two who prescribe, by name."""
    do(partial(staff.found, first=staff.NewMember(actor.staff_id, "C", "C", "coordinator"), municipality_code=None))
    ids = []
    for name in ("Dr. Tum", "Dra. Pop"):
        ids.append(new_id())
        do(partial(staff.add_member, new=staff.NewMember(ids[-1], name, name, "psychiatrist", "0000")))
    return ids[0], ids[1]


@pytest.fixture
def waiting(book: Any, do: Any) -> Callable[..., str]:
    def make(name: str = "Ana", **more: Any) -> str:
        booked = book(name)
        do(partial(service.check_in, appointment_id=booked, **more))
        return booked

    return make


@pytest.fixture
def parent(qtbot: Any) -> Any:
    from PySide6.QtWidgets import QWidget

    from clinic_desktop.uikit.layouts import stack

    made = QWidget()
    qtbot.addWidget(made)
    stack(made)
    made.show()
    return made
