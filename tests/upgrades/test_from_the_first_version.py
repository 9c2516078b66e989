"""Data written by the first version open with this one: nobody is lost, nothing is signed anew, everybody is found."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.agenda.service import day as agenda_service
from clinic_desktop.features.patients.queries import people, search
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage import ledger, migrate
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault, vault_keys
from clinic_desktop.storage.work import Actor
from tests.upgrades.older import as_version

ROSA = PatientId(new_id())


@pytest.fixture
def used(vault_folder: Path, made_vault: tuple[Path, Opened], clock: StillClock, actor: Actor) -> Path:
    """A clinic with a person and a booking, as this version writes them."""
    vault = open_vault(vault_folder, made_vault[1], clock)
    details = Details(given_names="Rosa", family_name="Quispe", community="Chaquijyá")
    vault.do(partial(registering.register, patient_id=ROSA, details=details), actor)
    vault.do(lambda w: agenda_service.book(w, appointment_id=new_id(), patient_id=ROSA, day=w.in_days(7)), actor)
    vault.close()
    return vault_folder


def test_data_of_the_first_version_come_through_whole(
    used: Path,
    made_vault: tuple[Path, Opened],
    clock: StillClock,
    actor: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    as_version("0001", used, vault_keys(made_vault[1]).cipher, monkeypatch, tmp_path / "scripts")
    vault = open_vault(used, made_vault[1], clock)
    raw: Any = vault._raw
    assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (migrate.HEAD,)
    assert vault.ask(lambda r: people.header(r, ROSA), actor).place == "Chaquijyá"
    assert [found.patient_id for found in vault.ask(lambda r: search.find(r, "quispe"), actor)] == [ROSA]
    assert len(vault.ask(lambda r: agenda.of_patient(r, ROSA), actor)) == 1
    assert ledger.broken_at(raw.cursor()) is None
    with raw:
        assert list(ledger.stale_rows(raw.cursor())) == [], "a new empty column changes no row's digest"
    vault.close()
