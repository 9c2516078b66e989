"""Answers of a person, in a few words; the fixtures are María, who is asked, and what is done with her answers."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.patients.queries import consents as queries
from clinic_desktop.features.patients.rules.consents import ConsentPurpose, ConsentWay, Entry, Said, Talk
from clinic_desktop.features.patients.service import consents as service
from clinic_desktop.kernel.ids import new_id

TODAY = date(2026, 11, 23)
TALK = Talk(
    decided_on=TODAY,
    way=ConsentWay.THUMBPRINT,
    language_code="ixl",
    read_aloud=True,
    said_back=True,
    interpreter="Catarina Brito, vecina",
    witness="Pedro Cobo",
    witness_is_of_clinic=False,
    text_version="es-1",
)


def yes(purpose: ConsentPurpose, about: str = "") -> Said:
    return Said(purpose, True, about)


def no(purpose: ConsentPurpose, about: str = "") -> Said:
    return Said(purpose, False, about)


@pytest.fixture
def maria(register) -> str:
    return register("Tzoc Pérez, María", "14/7/1987", language_code="ixl")


@pytest.fixture
def say(do, maria):
    """María answers in one talk; returns the ids of her answers."""

    def saying(*answers: Said, talk: Talk = TALK, act_id: str = "", patient_id: str = maria) -> tuple[str, ...]:
        recording = partial(service.record_answers, act_id=act_id or new_id(), patient_id=patient_id)
        return do(partial(recording, answers=answers, talk=talk))

    return saying


@pytest.fixture
def entry_of(ask, maria):
    """María's newest answer to a purpose."""

    def finding(purpose: ConsentPurpose) -> Entry:
        return next(e for e in ask(lambda reading: queries.of_patient(reading, maria)) if e.purpose is purpose)

    return finding


@pytest.fixture
def allowed(ask, maria):
    return lambda purpose, about="": ask(lambda reading: queries.allowed(reading, maria, purpose, about))


@pytest.fixture
def take_back(do):
    def taking(consent_id: str, **more: Any) -> str:
        return do(partial(service.withdraw, consent_id=consent_id, act_id=new_id(), decided_on=TODAY, **more))

    return taking
