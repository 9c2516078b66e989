"""What is written of one person at a clinic and at its central: it reaches both, and both may go on with it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from clinic_desktop.exchange.records import SegmentState
from clinic_desktop.features.bundles import queries
from clinic_desktop.features.consults.records.conditions import Condition
from clinic_desktop.features.consults.records.encounters import Encounter, Goal, NoteSignature
from clinic_desktop.features.consults.records.story import OutsideMedicine, OutsidePaper, SharedCare
from clinic_desktop.features.rights.records import Complaint, ComplaintStep
from clinic_desktop.storage.base import MergeClass, Synced, synced_classes
from clinic_desktop.storage.work import Work
from tests.makers.network import Network, Office
from tests.makers.people import change, note, register, void
from tests.makers.state import of_site

DAY = date(2026, 11, 23)

ROWS: dict[type[Synced], tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    Condition: (
        {"code": "F32.1", "title": "x", "clinical_status": "active", "verification_status": "provisional"},
        {"clinical_status": "remission"},
        {"note_text": "ya casi no"},
    ),
    Goal: ({"words": "volver a tejer", "set_on": DAY}, {"words": "volver a tejer huipiles"}, {"set_on": DAY}),
    OutsideMedicine: ({"name": "valeriana", "dose_text": "un té"}, {"ended": "2026"}, {"from_whom": "su tía"}),
    SharedCare: ({"who": "Juana", "phone": "1"}, {"ended": DAY}, {"call_when": "no duerme"}),
    OutsidePaper: ({"title": "alta", "pages": 1}, {"title": "Alta"}, {"from_whom": "hospital"}),
    Encounter: (
        {"kind": "follow-up", "occurred_on": DAY, "clinician_id": "x"},
        {"with_whom": "su madre"},
        {"template": "first"},
    ),
}
"""Of each table of a person that can change: a row, what one side changes of it, what the other does meanwhile."""


def made(cls: type[Synced], patient: str) -> Callable[[Work], str]:
    return lambda work: work.add(cls(patient_id=patient, **ROWS[cls][0])).id


def nothing_kept_aside(*offices: Office) -> None:
    for office in offices:
        assert not office.sql("SELECT reason FROM segment WHERE state = ?", [SegmentState.QUARANTINED.value])
        assert office.ask(queries.findings) == ()


def test_every_table_of_a_person_that_can_change_is_among_these() -> None:
    can_change = {MergeClass.REGISTERS, MergeClass.SET}
    found = {c for c in synced_classes() if c.__beside__ and c.__merge__ in can_change}
    assert {c.__tablename__ for c in found} - {"allergy"} == {c.__tablename__ for c in ROWS}


def test_what_one_side_wrote_of_a_person_the_other_changes_and_takes_back(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    there = {cls: clinic.do(made(cls, patient)) for cls in ROWS}
    at_central = {cls: central.do(made(cls, patient)) for cls in ROWS}
    network.round()
    for cls, (_, one, other) in ROWS.items():
        central.do(change(there[cls], cls, **one))
        clinic.do(change(there[cls], cls, **other))
        clinic.do(change(at_central[cls], cls, **one))
    network.round()
    for cls in ROWS:
        clinic.do(void(at_central[cls], cls))
        central.do(void(there[cls], cls))
    network.round()
    network.round()
    nothing_kept_aside(central, *network.clinics)
    assert of_site(central, clinic) == of_site(clinic, clinic)
    for cls in ROWS:
        assert clinic.sql(f"SELECT count(*), count(voided_at) FROM {cls.__tablename__}") == [(2, 2)]
    assert network.clinics[1].sql("SELECT count(*) FROM encounter") == [(0,)], "it is nobody else's"


@pytest.mark.parametrize("cls", [c for c in synced_classes() if c.__beside__], ids=lambda c: c.__tablename__)
def test_a_record_beside_which_a_row_stands_is_named_by_a_column_of_it(cls: type[Synced]) -> None:
    assert cls.__beside__ is not None
    column, table = cls.__beside__
    assert column in cls.__table__.columns and table in cls.metadata.tables


def test_nothing_of_a_person_is_left_out_of_what_travels_to_their_clinic() -> None:
    here = {"medication_dispense", "appointment", "service_request", "call_attempt"}
    """Of the place that gives, receives or refers: its shelf, its days, its letters."""
    explicit = {"consent"}
    silent = {c.__tablename__ for c in synced_classes() if "patient_id" in c.__table__.columns and not c.__beside__}
    assert silent == here | explicit


def test_a_signature_of_the_central_reaches_the_note_that_waits_for_it(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    waits = clinic.do(note(clinic.do(register())))
    complaint = clinic.do(_complaint)
    network.round()
    signed = NoteSignature(note_id=waits, kind="signed", signed_at=central.clock.now(), supervisor_id="x")
    central.do(lambda work: work.add(signed).id)
    answered = ComplaintStep(complaint_id=complaint, kind="answered", happened_on=DAY, by_id="x")
    central.do(lambda work: work.add(answered).id)
    network.round()
    nothing_kept_aside(central, clinic)
    assert clinic.sql("SELECT note_id FROM note_signature") == [(waits,)]
    assert clinic.sql("SELECT kind FROM complaint_step") == [("answered",)]


def _complaint(work: Work) -> str:
    return work.add(Complaint(folio="1", received_on=DAY, answer_due_on=DAY, received_by_id="x")).id
