"""Answers given at two places that did not know of each other become one everywhere, and it is the careful one."""

from functools import partial

import pytest

from clinic_desktop.features.patients.queries import consents as queries
from clinic_desktop.features.patients.rules.consents import ConsentPurpose, ConsentWay, Said, Talk
from clinic_desktop.features.patients.service import consents as service
from clinic_desktop.kernel.ids import new_id
from tests.makers.network import Network, Office
from tests.makers.people import register

P = ConsentPurpose


def answer(office: Office, patient_id: str, *said: Said) -> tuple[str, ...]:
    talk = Talk(decided_on=office.ask(lambda reading: reading.today), way=ConsentWay.SIGNATURE)
    return office.do(partial(service.record_answers, act_id=new_id(), patient_id=patient_id, answers=said, talk=talk))


def standing(office: Office, patient_id: str):
    return office.ask(lambda reading: queries.standing_of(reading, patient_id))


@pytest.fixture
def known(network: Network) -> str:
    """A person whom the clinic and the central both know, with one answer."""
    clinic = network.clinics[0]
    patient_id = clinic.do(register())
    answer(clinic, patient_id, Said(P.TEACHING, True), Said(P.CALLS, True))
    network.round()
    assert standing(network.central, patient_id) == standing(clinic, patient_id)
    return patient_id


def test_two_answers_that_did_not_know_of_each_other_converge_on_the_one_that_protects(
    network: Network, known: str
) -> None:
    clinic, central = network.clinics[0], network.central
    answer(clinic, known, Said(P.TEACHING, True))
    answer(central, known, Said(P.TEACHING, False))
    network.round()
    network.round()
    assert standing(central, known) == standing(clinic, known)
    for office in (clinic, central):
        assert office.ask(lambda r: queries.allowing(r, P.TEACHING, [known])) == frozenset()


def test_a_yes_taken_back_at_the_clinic_leaves_the_next_list_of_the_central(network: Network, known: str) -> None:
    clinic, central = network.clinics[0], network.central
    assert central.ask(lambda r: queries.allowing(r, P.TEACHING, [known])) == {known}
    given = next(e for e in clinic.ask(lambda r: queries.of_patient(r, known)) if e.purpose is P.TEACHING)
    taking = partial(service.withdraw, consent_id=given.id, act_id=new_id(), decided_on=given.decided_on)
    clinic.do(taking)
    network.round()
    assert central.ask(lambda r: queries.allowing(r, P.TEACHING, [known])) == frozenset()
    assert standing(central, known) == standing(clinic, known)
