"""Complaints: a folio, a day, an answer; and none by whom it is about."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.patients.service import restricting
from clinic_desktop.features.rights.letters.receipt import receipt
from clinic_desktop.features.rights.queries import complaints as queries
from clinic_desktop.features.rights.queries import strip
from clinic_desktop.features.rights.rules.complaints import (
    AboutOneself,
    AnswerEmpty,
    ClosedAlready,
    ComplaintEmpty,
    NewDayMissing,
    NotAnsweredYet,
    ReasonEmpty,
)
from clinic_desktop.features.rights.rules.kinds import ComplaintStepKind, RightsAnswerKind
from clinic_desktop.features.rights.service import complaints
from clinic_desktop.features.settings import service as settings
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.vault import Vault
from tests.printing.reading import texts
from tests.rights.conftest import People

TODAY = date(2026, 11, 23)
ANSWERED, MOVED, CLOSED = ComplaintStepKind.ANSWERED, ComplaintStepKind.MOVED, ComplaintStepKind.CLOSED


@pytest.fixture
def taken(vault: Vault, people: People, patient_id: str) -> str:
    complaint_id = new_id()
    take = partial(complaints.take_complaint, complaint_id=complaint_id, patient_id=patient_id, kind_code="waiting")
    folio = vault.do(partial(take, words="Esperé seis horas"), people.reception)
    assert vault.do(partial(take, words="Esperé seis horas"), people.reception) == folio
    return complaint_id


def step(vault: Vault, actor: Any, complaint_id: str, kind: ComplaintStepKind, **more: Any) -> None:
    vault.do(partial(complaints.add_step, step_id=new_id(), complaint_id=complaint_id, kind=kind, **more), actor)


def test_a_complaint_has_a_day_by_the_setting_and_is_late_the_day_after(
    vault: Vault, do: Any, people: People, taken: str, clock: StillClock
) -> None:
    (line,) = vault.ask(queries.register, people.coordinator)
    assert (line.due_on, line.person) == (TODAY + timedelta(days=30), "CHAVAJAY, Juana")
    assert not line.is_overdue(TODAY + timedelta(days=30))
    assert line.is_overdue(TODAY + timedelta(days=31))
    do(partial(settings.choose, key="complaint_days", value=3))
    do(partial(complaints.take_complaint, complaint_id=new_id(), words="Nadie habló quiché"))
    assert vault.ask(queries.register, people.coordinator)[0].due_on == TODAY + timedelta(days=3)


def test_an_answer_closes_nothing_by_itself_and_closing_says_whether_it_was_enough(
    vault: Vault, people: People, taken: str
) -> None:
    may = people.coordinator
    with pytest.raises(NotAnsweredYet):
        step(vault, may, taken, CLOSED)
    with pytest.raises(AnswerEmpty):
        step(vault, may, taken, ANSWERED, words=" ")
    step(vault, may, taken, ANSWERED, words="Habrá otra mesa")
    step(vault, may, taken, CLOSED, satisfied=RightsAnswerKind.NO)
    (line,) = vault.ask(queries.register, may)
    assert (line.is_closed, line.satisfied, line.steps[0].by_name) == (True, RightsAnswerKind.NO, "Coordinación")
    with pytest.raises(ClosedAlready):
        step(vault, may, taken, ANSWERED, words="Otra cosa")


def test_the_day_moves_with_a_reason_only(vault: Vault, people: People, taken: str) -> None:
    later = TODAY + timedelta(days=60)
    with pytest.raises(ReasonEmpty):
        step(vault, people.coordinator, taken, MOVED, due_on=later)
    with pytest.raises(NewDayMissing):
        step(vault, people.coordinator, taken, MOVED, words="Falta preguntar")
    step(vault, people.coordinator, taken, MOVED, words="Falta preguntar", due_on=later)
    assert vault.ask(queries.register, people.coordinator)[0].due_on == later


def test_whom_it_is_about_neither_answers_nor_reads_it(vault: Vault, do: Any, people: People, actor: Any) -> None:
    complaint_id = new_id()
    about = partial(complaints.take_complaint, complaint_id=complaint_id, words="Me gritó")
    vault.do(partial(about, about_id=people.coordinator.staff_id, from_whom="Una vecina"), people.reception)
    with pytest.raises(AboutOneself):
        step(vault, people.coordinator, complaint_id, ANSWERED, words="No es cierto")
    (line,) = vault.ask(queries.register, people.coordinator)
    assert (line.withheld, line.words, line.from_whom) == (True, "", "")
    do(partial(complaints.add_step, step_id=new_id(), complaint_id=complaint_id, kind=ANSWERED, words="Se habló"))
    assert not vault.ask(queries.register, actor)[0].withheld


def test_whom_it_is_about_does_not_learn_from_a_persons_page_who_complained(
    vault: Vault, people: People, patient_id: str, ask: Any
) -> None:
    take = partial(complaints.take_complaint, complaint_id=new_id(), words="Me gritó", patient_id=patient_id)
    vault.do(partial(take, about_id=people.coordinator.staff_id), people.reception)
    of_her = partial(queries.of_patient, patient_id=patient_id)
    assert vault.ask(of_her, people.coordinator) == ()
    assert not [m for m in vault.ask(partial(strip.marks, patient_id=patient_id), people.coordinator) if m.is_urgent]
    assert len(ask(of_her)) == 1


def test_who_treats_does_not_read_complaints_and_reception_does_not_answer_them(
    vault: Vault, people: People, taken: str, patient_id: str
) -> None:
    for actor in (people.psychiatrist, people.reception):
        with pytest.raises(NotAllowed):
            vault.ask(queries.register, actor)
        with pytest.raises(NotAllowed):
            vault.ask(lambda asker: queries.of_patient(asker, patient_id), actor)
        with pytest.raises(NotAllowed):
            step(vault, actor, taken, ANSWERED, words="Sí")
    with pytest.raises(NotAllowed):
        vault.ask(lambda asker: queries.taken(asker, taken), people.psychiatrist)


def test_a_complaint_of_a_reserved_person_waits_without_name_and_words(
    vault: Vault, do: Any, people: People, taken: str, patient_id: str
) -> None:
    do(partial(restricting.restrict, patient_id=patient_id, reason="Trabaja aquí"))
    (line,) = vault.ask(queries.register, people.coordinator)
    assert line.person.startswith("Reserved")
    assert (line.words, line.patient_id, line.withheld) == ("", None, True)


def test_a_complaint_of_nobody_and_without_a_kind_is_taken_but_never_an_empty_one(do: Any, ask: Any) -> None:
    with pytest.raises(ComplaintEmpty):
        do(partial(complaints.take_complaint, complaint_id=new_id(), words=" "))
    do(partial(complaints.take_complaint, complaint_id=new_id(), words="</para> & <b>=1+1"))
    (line,) = ask(queries.register)
    assert (line.patient_id, line.person, line.words) == (None, "", "</para> & <b>=1+1")


def test_the_receipt_says_the_folio_and_the_day_and_no_name(vault: Vault, people: People, taken: str) -> None:
    pdf = vault.ask(lambda asker: receipt(asker, taken).pdf(), people.reception)
    said = "\n".join(texts(pdf))
    folio = vault.ask(queries.register, people.coordinator)[0].folio
    assert folio in said
    assert "23-dec-2026" in said
    assert "Chavajay" not in said
