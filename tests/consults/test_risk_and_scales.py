"""Open risks, scales outside a consultation, imported wordings; and that reception learns nothing of them."""

import inspect
import os
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.consults.queries import chart, courses, diagnoses, notes, public, risks, scales
from clinic_desktop.features.consults.rules.diagnoses import ConditionChange, find
from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.service import instruments, risk
from clinic_desktop.features.consults.service.risk import HolderMissing, NoOpenRisk, OutcomeMissing, RiskNotAnswered
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.kernel.errors import NotAllowed, Refused
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from tests.consults.conftest import HELD, phq9
from tests.consults.questionnaires import as_bytes, questionnaire


def test_an_open_risk_always_has_a_holder_and_a_next_day(do: Any, ask: Any, patient: str) -> None:
    with pytest.raises(HolderMissing):
        do(partial(risk.open_risk, patient_id=patient, answer=RiskAnswer(opens=True, words="said so")))
    do(partial(risk.open_risk, patient_id=patient, answer=HELD))
    standing = ask(partial(risks.risk_of, patient_id=patient))
    assert (standing.holder_name, standing.next_contact_on) == ("Juana Brito, promotora", date(2026, 11, 30))


def test_a_contact_moves_the_next_one_and_only_a_signing_clinician_closes(
    vault: Vault, do: Any, ask: Any, patient: str, resident: Actor, clock: Any
) -> None:
    do(partial(risk.open_risk, patient_id=patient, answer=HELD))
    clock.advance(days=8)
    assert [row.overdue for row in ask(chart.open_risks)] == [True]
    with pytest.raises(OutcomeMissing):
        do(partial(risk.note_risk_contact, patient_id=patient, outcome=" "))
    do(partial(risk.note_risk_contact, patient_id=patient, outcome="At her sister's, calm."))
    assert [row.overdue for row in ask(chart.open_risks)] == [False]
    with pytest.raises(NotAllowed):
        vault.do(partial(risk.close_risk, patient_id=patient, outcome="well"), resident)
    do(partial(risk.close_risk, patient_id=patient, outcome="No thoughts in a month."))
    assert ask(chart.open_risks) == ()
    with pytest.raises(NoOpenRisk):
        do(partial(risk.close_risk, patient_id=patient, outcome="again"))
    assert len(ask(partial(risks.risk_steps, patient_id=patient))) == 3


def test_the_contact_that_is_due_first_comes_first(do: Any, ask: Any, register: Any) -> None:
    later, sooner = register("Ana", "Brito"), register("Rosa", "Quispe")
    day = {later: date(2026, 12, 9), sooner: date(2026, 11, 25)}
    for patient_id, on in day.items():
        do(partial(risk.open_risk, patient_id=patient_id, answer=RiskAnswer(True, "Juana", on)))
    assert [row.patient_id for row in ask(chart.open_risks)] == [sooner, later]


def test_a_scale_given_at_home_is_kept_with_its_own_day(do: Any, ask: Any, patient: str) -> None:
    given = phq9("111111119".replace("9", "1"))
    home = partial(instruments.record_response, patient_id=patient, given=given, occurred_on=date(2026, 11, 20))
    with pytest.raises(RiskNotAnswered):
        do(home)
    for _ in range(2):
        do(partial(home, answer=HELD))
    assert [(s.total, s.occurred_on) for s in ask(partial(scales.scores, patient_id=patient))] == [
        (9, date(2026, 11, 20))
    ]


def test_an_imported_wording_is_kept_once(do: Any, ask: Any) -> None:
    data = as_bytes(questionnaire())
    first, second = (do(partial(instruments.import_instrument, data=data)) for _ in range(2))
    assert (first.scale_code, first.again, second.again) == ("phq9", False, True)
    assert len(ask(scales.instruments)) == 1
    row, items = ask(partial(scales.wording, scale_code="phq9"))
    assert (row.version, len(items), items[8].text) == ("2", 9, "Invented question 9")
    assert ask(partial(scales.wording, scale_code="gad7")) is None


def test_a_refused_questionnaire_changes_nothing(do: Any, ask: Any) -> None:
    with pytest.raises(Refused):
        do(partial(instruments.import_instrument, data=as_bytes(questionnaire(8))))
    assert ask(scales.instruments) == ()


def test_only_a_keeper_of_catalogs_imports(vault: Vault, supervisor: Actor) -> None:
    with pytest.raises(NotAllowed):
        vault.do(partial(instruments.import_instrument, data=as_bytes(questionnaire())), supervisor)


@pytest.mark.skipif("CLINIC_INSTRUMENTS" not in os.environ, reason="no folder with official questionnaires")
def test_the_official_questionnaires_are_imported(do: Any, ask: Any) -> None:
    files = sorted(Path(os.environ["CLINIC_INSTRUMENTS"]).glob("*.json"))
    for file in files:
        do(partial(instruments.import_instrument, data=file.read_bytes()))
    found = {row.scale_code for row in ask(scales.instruments)}
    assert found == {"phq9", "phq2", "gad7", "gad2", "audit", "srq20", "who5"}
    assert len(ask(scales.instruments)) == len(files)


@pytest.fixture
def marked(sign: Any, arrive: Any, patient: str) -> str:
    """Somebody with a diagnosis, a scale and an open risk, booked for today."""
    diagnosis = find("F32.1")
    assert diagnosis is not None
    said = {"how-are-you": "SECRETWORD", "risk": "SECRETWORD"}
    sign(patient, sections=said, scales=(phq9("333333333"),), conditions=(ConditionChange(diagnosis),), risk=HELD)
    arrive(patient)
    return patient


SECRETS = ("risk", "Juana Brito", "hermana", "Depres", "F32", "severe", "SECRETWORD", "27", "phq")


def test_what_reception_may_ask_says_nothing_of_risk_diagnosis_or_scores(
    vault: Vault, reception: Actor, marked: str
) -> None:
    shown = [
        vault.ask(agenda.today, reception),
        vault.ask(
            partial(agenda.row_of, appointment_id=vault.ask(agenda.today, reception)[0].appointment_id), reception
        ),
        vault.ask(partial(agenda.of_patient, patient_id=marked), reception),
        vault.ask(partial(patients.header, patient_id=PatientId(marked)), reception),
        vault.ask(partial(finding.find, words="tzoc"), reception),
        vault.ask(partial(patients.details, patient_id=PatientId(marked)), reception),
        vault.ask(partial(public.last_visit_marks, patient_ids=[PatientId(marked)]), reception),
        vault.ask(partial(public.what_is_here, patient_id=PatientId(marked)), reception),
    ]
    for answer in shown:
        told = repr(answer).replace("2027", "").replace(marked, "")
        assert [secret for secret in SECRETS if secret.lower() in told.lower() and secret not in ("27", "phq")] == []


# What everybody may learn: that somebody was here and when. And what is no question about a person at all.
_HARMLESS = {
    "last_visits", "count_of", "instruments", "instrument_with", "wording", "forms", "printed", "scale_here",
}  # fmt: skip
# Parts that services ask inside a use case that has its own permission; they give ids and states only.
_INNER = {
    "has_notes", "spans_of", "note_of", "notes_of", "is_amended", "supervisor_steps", "patients_of", "conditions_from",
    "draft_of",
}  # fmt: skip


def test_every_question_about_a_chart_is_refused_to_reception(vault: Vault, reception: Actor, marked: str) -> None:
    asked = 0
    for module in (chart, courses, diagnoses, notes, risks, scales):
        for name, query in vars(module).items():
            if not inspect.isfunction(query) or query.__module__ != module.__name__ or name.startswith("_"):
                continue
            if name in _HARMLESS | _INNER:
                continue
            whose, *others = inspect.signature(query).parameters.values()
            if whose.name not in ("asker", "reading"):
                continue
            needed = [p for p in others if p.default is p.empty]
            with pytest.raises(NotAllowed):
                vault.ask(partial(query, **{p.name: marked for p in needed}), reception)
            asked += 1
    assert asked >= 12


def test_the_clinicians_list_marks_who_has_an_open_risk_and_who_has_a_draft(
    do: Any, ask: Any, marked: str, register: Any, arrive: Any, begin: Any
) -> None:
    from clinic_desktop.features.consults.service import encounters

    other = register("Ana", "Brito")
    arrive(other)
    encounter_id = begin(other)
    do(partial(encounters.keep_note, encounter_id=encounter_id, fields={}, caret={}))
    rows = {row.row.patient_id: row for row in ask(chart.clinicians_list)}
    assert rows[marked].risk is not None
    assert not rows[marked].draft
    assert rows[other].risk is None
    assert rows[other].draft
