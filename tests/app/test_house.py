"""What the house hangs between the rooms."""

import gc
from functools import partial
from typing import Any

import pytest

from clinic_desktop.app import house, wiring
from clinic_desktop.app.home import get_ready
from clinic_desktop.features.agenda.queries import day as agenda_queries
from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.screens import slots
from clinic_desktop.features.patients.screens.person_page import PersonPage
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Reading


@pytest.fixture
def furnished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "panels", ())
    monkeypatch.setattr(slots, "deeds", ())
    house.furnish()


@pytest.mark.usefixtures("furnished")
def test_who_waits_already_cannot_arrive_again_until_it_is_taken_back(open_screen: Any, do: Any, ask: Any) -> None:
    patient_id = PatientId(new_id())
    do(partial(patients.register, patient_id=patient_id, details=Details(given_names="Rosa", family_name="Quispe")))
    page = open_screen(PersonPage, patient_id=patient_id)
    arrived = page._deed_buttons[-1][1]
    assert (arrived.text(), arrived.isEnabled()) == ("Arrived", True)
    arrived.click()
    assert (arrived.text(), arrived.isEnabled()) == ("Waiting", False)
    appointment_id = ask(agenda_queries.today)[0].appointment_id
    do(partial(agenda.undo_check_in, appointment_id=appointment_id))
    assert (arrived.text(), arrived.isEnabled()) == ("Arrived", True)
    arrived.click()
    appointment_id = next(row.appointment_id for row in ask(agenda_queries.today) if row.turn == 2)
    do(partial(agenda.call_in, appointment_id=appointment_id))
    assert (arrived.text(), arrived.isEnabled()) == ("In consultation", False)


def test_the_desk_is_not_told_that_somebody_takes_medicine(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prescriptions, "count_of", lambda _asker, _patient_id: 6)
    said = {
        role.code: vault.ask(
            lambda reading: wiring._count_medicines(reading, PatientId("any")),
            Actor("0193a000-0000-7000-8000-000000000009", "Ana", role.permissions),
        )
        for role in FIRST_ROLES
    }
    assert said["receptionist"] == said["transcriber"] == "clinical records"
    assert said["psychiatrist"] == said["pharmacy"] == "6 medicine lines"


@pytest.mark.parametrize("few", [False, True], ids=["all", "few"])
def test_what_is_fetched_for_later_changes_nothing_and_asks_nothing_that_is_not_allowed(
    vault: Vault, do: Any, ask: Any, *, few: bool
) -> None:
    patient_id = PatientId(new_id())
    do(partial(patients.register, patient_id=patient_id, details=Details(given_names="Rosa", family_name="Quispe")))
    do(partial(patients.look, patient_id=patient_id))
    before = ask(_lines)
    permissions = frozenset({Permission.SEE_PATIENTS}) if few else frozenset(Permission)
    for _step in get_ready(vault, Actor(new_id(), "Ana", permissions)):
        pass
    assert ask(_lines) == before


def test_what_stands_once_the_window_is_ready_is_not_looked_through_again(vault: Vault, actor: Actor) -> None:
    gc.unfreeze()
    try:
        for _step in get_ready(vault, actor):
            pass
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()


def _lines(reading: Reading) -> Any:
    return reading.plain("SELECT count(*) FROM ledger")
