"""A clinic with two people, a psychiatrist, a receptionist and a coordinator."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.consults.service import encounters, signing
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.service import registering
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor


@dataclass(frozen=True)
class People:
    """Roles as a clinic begins with them."""

    psychiatrist: Actor
    other_psychiatrist: Actor
    reception: Actor
    coordinator: Actor
    auditor: Actor


@pytest.fixture(scope="session")
def people() -> People:
    may = {role.code: role.permissions for role in FIRST_ROLES}
    return People(
        Actor(new_id(), "Dra. Chumil", may["psychiatrist"]),
        Actor(new_id(), "Dr. Sacalxot", may["psychiatrist"]),
        Actor(new_id(), "Recepción", may["receptionist"]),
        Actor(new_id(), "Coordinación", may["coordinator"]),
        Actor(new_id(), "Auditoría", may["auditor"]),
    )


@pytest.fixture
def patient_id(do: Any) -> PatientId:
    return register(do, "Juana", "Chavajay")


def register(do: Any, given: str, family: str) -> PatientId:
    patient_id = PatientId(new_id())
    details = Details(given_names=given, family_name=family, sex=Sex.FEMALE, municipality_code="0719")
    do(partial(registering.register, patient_id=patient_id, details=details))
    return patient_id


@pytest.fixture
def see(vault: Vault) -> Callable[..., str]:
    """A person is seen and their note is signed; returns the note."""

    def seen(actor: Actor, patient_id: str, **sections: str) -> str:
        appointment_id, encounter_id, note_id = new_id(), new_id(), new_id()
        desk = Actor(actor.staff_id, actor.name, frozenset(type(next(iter(actor.permissions)))))
        vault.do(partial(agenda.arrive, patient_id=PatientId(patient_id), new_appointment_id=appointment_id), desk)
        opening = partial(encounters.open_encounter, encounter_id=encounter_id, patient_id=patient_id)
        vault.do(partial(opening, appointment_id=appointment_id), desk)
        told = sections or {"plan": "Caminar cada día"}
        written = signing.Written("follow-up", sections={name.replace("_", "-"): told[name] for name in told})
        sign = partial(signing.sign_note, encounter_id=encounter_id, note_id=note_id, written=written, confirmed=True)
        vault.do(sign, actor)
        return note_id

    return seen
