"""A clinic was updated and its central not yet: what the central had no place for is there after its own update."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.exchange.format.shape import shapes
from clinic_desktop.exchange.merge import applying, integrating
from clinic_desktop.features.bundles.queries import conflicts, findings
from clinic_desktop.features.consults.records.conditions import Condition
from clinic_desktop.features.consults.records.encounters import ConsultNote, Encounter
from clinic_desktop.features.consults.records.story import OutsideMedicine
from clinic_desktop.features.consults.rules.goals import GoalChange, GoalStanding
from clinic_desktop.features.consults.service import goals
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage import ledger
from clinic_desktop.storage.work import Work
from tests.makers.network import Network
from tests.makers.people import change, register
from tests.makers.state import of_site

DAY = date(2026, 11, 23)
NEW_TABLES = {"goal", "goal_mark", "outside_medicine"}
NEW_COLUMNS = {
    "condition": {"ended", "note_text", "official_title"},
    "encounter": {"template", "with_whom", "interpreter_is_family", "asked_again_alone", "paper_folio"},
    "consult_note": {"plan_items", "transcribed_by_id", "transcribed_by_name"},
}


def as_before() -> dict[str, Any]:
    """The tables of the version before, as that program knew them."""
    old = {name: shape for name, shape in shapes().items() if name not in NEW_TABLES}
    for name, new in NEW_COLUMNS.items():
        old[name] = old[name].limited_to(frozenset(old[name].columns) - new)
    return old


def see(work: Work, patient: str) -> str:
    met = Encounter(
        patient_id=patient, kind="follow-up", occurred_on=DAY, clinician_id="x", template="follow-up",
        with_whom="su madre", language_code="ixl", interpreter_name="Ana", interpreter_is_family=True,
    )  # fmt: skip
    encounter = work.add(met).id
    note = ConsultNote(
        encounter_id=encounter, patient_id=patient, template="follow-up", sections={"plan": "x"}, occurred_on=DAY,
        author_id="x", signed_at=work.now, supervisor_wanted=False, plan_items=["sleep"],
    )  # fmt: skip
    note_id = work.add(note).id
    goals.keep_goals(work, encounter, note_id, [GoalChange(new_id(), "tejer", GoalStanding.SAME, True)])
    return encounter


def test_what_an_older_central_had_no_place_for_is_there_once_it_is_updated(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    told = {"clinical_status": "active", "verification_status": "confirmed", "note_text": "desde niña"}
    held = clinic.do(lambda work: work.add(Condition(patient_id=patient, code="F32.1", title="x", **told)).id)
    with monkeypatch.context() as before:
        before.setattr(applying, "shapes", as_before)
        encounter = clinic.do(partial(see, patient=patient))
        other = clinic.do(lambda work: work.add(OutsideMedicine(patient_id=patient, name="té", dose_text="1")).id)
        network.round()
        clinic.do(change(held, Condition, clinical_status="resolved", ended="2026"))
        clinic.do(change(encounter, Encounter, with_whom="su hermana", paper_folio="7"))
        clinic.do(change(other, OutsideMedicine, dose_text="2"))
        network.round()
    assert central.sql("SELECT count(*) FROM outside_medicine") == [(0,)]
    assert of_site(central, clinic) != of_site(clinic, clinic)
    for _ in range(2):
        integrating.take_up(central.vault)
        assert of_site(central, clinic) == of_site(clinic, clinic)
    assert central.sql("SELECT count(*) FROM held_change") == [(0,)]
    assert central.ask(findings.findings) == () and central.ask(conflicts.count_conflicts) == 0
    assert central.do(lambda work: list(ledger.stale_rows(work.cursor))) == []
    assert central.do(lambda work: ledger.broken_at(work.cursor)) is None
    central.do(change(other, OutsideMedicine, dose_text="3"))
    central.do(change(encounter, Encounter, paper_folio="8"))
    network.round()
    assert of_site(central, clinic) == of_site(clinic, clinic)
    assert central.ask(conflicts.count_conflicts) == clinic.ask(conflicts.count_conflicts) == 0
