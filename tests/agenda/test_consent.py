"""The day's lists honour what a person said to being called."""

from functools import partial

import pytest

from clinic_desktop.features.agenda.letters import calls as letters
from clinic_desktop.features.agenda.queries import calls as queries
from clinic_desktop.features.agenda.rules.calls import CallList
from clinic_desktop.features.patients.queries import consents as consent_queries
from clinic_desktop.features.patients.rules.consents import ConsentPurpose, ConsentWay, Said, Talk
from clinic_desktop.features.patients.service import consents
from clinic_desktop.kernel.ids import new_id
from tests.printing.reading import texts


@pytest.fixture
def rosa(register, book) -> str:
    patient_id = register("Rosa", "Quispe")
    book(days=1, patient_id=patient_id)
    return patient_id


def answer(do, patient_id: str, *, yes: bool) -> None:
    talk = Talk(decided_on=do(lambda work: work.today), way=ConsentWay.SIGNATURE)
    said = [Said(ConsentPurpose.CALLS, yes)]
    do(partial(consents.record_answers, act_id=new_id(), patient_id=patient_id, answers=said, talk=talk))


def names(ask) -> list[str]:
    return [row.patient_id for row in ask(lambda reading: queries.calls(reading, CallList.TOMORROW)).rows]


def paper(ask) -> str:
    return "".join(texts(ask(lambda reading: letters.call_list(reading, CallList.TOMORROW)).pdf()))


def test_a_yes_to_calls_taken_back_leaves_the_next_call_list_and_its_paper(do, ask, rosa) -> None:
    assert names(ask) == [rosa], "not asked yet: called as before"
    answer(do, rosa, yes=True)
    assert names(ask) == [rosa] and "QUISPE" in paper(ask)
    (given,) = ask(lambda reading: consent_queries.of_patient(reading, rosa))
    do(partial(consents.withdraw, consent_id=given.id, act_id=new_id(), decided_on=given.decided_on))
    assert names(ask) == [] and "QUISPE" not in paper(ask)
    answer(do, rosa, yes=True)
    assert names(ask) == [rosa]
