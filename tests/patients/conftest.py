"""Registering people in a few words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.patients.rules.ages import read_birth
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering as service
from clinic_desktop.kernel.ids import PatientId, new_id
from tests.patients.talking import allowed, entry_of, maria, say, take_back

__all__ = ["allowed", "entry_of", "maria", "say", "take_back"]

TODAY = date(2026, 11, 23)


def details(said: str, born: str = "", **more: Any) -> Details:
    """ "Tzoc Pérez, María" as a form would hold it."""
    families, _comma, given = said.partition(", ")
    first, _blank, second = families.partition(" ")
    birth = read_birth(born, TODAY) if born else None
    return replace(Details(given_names=given, family_name=first, second_family_name=second, birth=birth), **more)


@pytest.fixture
def register(do: Any) -> Callable[..., PatientId]:
    def registering(said: str, born: str = "", **more: Any) -> PatientId:
        patient_id = PatientId(new_id())
        do(partial(service.register, patient_id=patient_id, details=details(said, born, **more)))
        return patient_id

    return registering
