"""How much more than a bare commit it costs to keep a draft, and to sign a note with all that belongs to it."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.rules.diagnoses import ConditionChange, find
from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.rules.scoring import GivenScale
from clinic_desktop.features.consults.service import encounters, signing
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.cipher import open_cipher
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor

pytestmark = pytest.mark.benchmark
TIMES = 40
WORDS = "Sleeps better, weaves again with her sister. " * 40


def spent(act: Callable[[int], object], times: int = TIMES) -> float:
    """Milliseconds of one act, the median."""
    found: list[float] = []
    for at in range(times):
        started = time.perf_counter()
        act(at)
        found.append((time.perf_counter() - started) * 1000)
    return median(found)


@pytest.fixture
def bare(tmp_path: Path) -> float:
    """One row of the same length, committed by SQLCipher alone, as durably."""
    connection = open_cipher(tmp_path / "bare.db", bytes(range(32)), create=True)
    connection.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT) STRICT")

    def commit(at: int) -> None:
        connection.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (at, WORDS))
        connection.commit()

    found = spent(commit)
    connection.close()
    return found


def test_keeping_and_signing_a_note_against_a_bare_commit(vault: Vault, actor: Actor, bare: float) -> None:
    def person(at: int) -> str:
        details = Details(given_names="Rosa", family_name=f"Quispe {at}")
        return vault.do(partial(patients.register, patient_id=PatientId(new_id()), details=details), actor).patient_id

    def begin(patient_id: str) -> str:
        start = partial(encounters.open_encounter, encounter_id=new_id(), patient_id=patient_id)
        return vault.do(start, actor)

    people = [person(at) for at in range(TIMES)]
    begun = [begin(patient_id) for patient_id in people]
    fields: dict[str, Any] = {"sections": {"how-are-you": WORDS}}
    diagnosis = find("F32.1")
    assert diagnosis is not None

    def sign(at: int) -> None:
        answers = dict.fromkeys(range(1, 10), 1)
        written = signing.Written(
            "follow-up", {"how-are-you": WORDS}, (GivenScale(new_id(), "phq9", answers),),
            (ConditionChange(diagnosis),), risk=RiskAnswer(True, "Juana Brito"),
        )  # fmt: skip
        vault.do(partial(signing.sign_note, encounter_id=begun[at], note_id=new_id(), written=written), actor)

    draft = spent(
        lambda at: vault.do(partial(encounters.keep_note, encounter_id=begun[at], fields=fields, caret={}), actor)
    )
    signed = spent(sign)
    print(f"\nbare commit {bare:.2f} ms")
    print(f"keep a draft {draft:.2f} ms, {draft / bare:.1f} x a bare commit")
    print(f"sign note, scale, diagnosis and risk {signed:.2f} ms, {signed / bare:.1f} x a bare commit")


def test_a_chart_of_ten_years(vault: Vault, actor: Actor, clock: Any) -> None:
    """120 visits, 40 scales: how long its questions take, and that their number does not grow with the years."""
    details = Details(given_names="Rosa", family_name="Quispe")
    done = vault.do(partial(patients.register, patient_id=PatientId(new_id()), details=details), actor)
    for at in range(120):
        clock.advance(days=30)
        start = partial(encounters.open_encounter, encounter_id=new_id(), patient_id=done.patient_id)
        encounter_id = vault.do(start, actor)
        answers = dict.fromkeys(range(1, 9), at % 4) | {9: 0}
        scales = (GivenScale(new_id(), "phq9", answers),) if at % 3 == 0 else ()
        written = signing.Written("follow-up", {"how-are-you": WORDS}, scales)
        vault.do(partial(signing.sign_note, encounter_id=encounter_id, note_id=new_id(), written=written), actor)
    found = spent(lambda _at: vault.ask(partial(charts.chart, patient_id=done.patient_id), actor), 20)
    print(f"\nchart of 120 visits and 40 scales: {found:.1f} ms for all of its questions")
