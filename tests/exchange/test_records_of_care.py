"""What is written of one person at a clinic and at its central: it reaches both, both may go on with it, and both say
the same of what stands."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.app import wiring
from clinic_desktop.exchange.records import SegmentState
from clinic_desktop.features.bundles.queries import conflicts, findings
from clinic_desktop.features.consults.records.conditions import Condition
from clinic_desktop.features.consults.records.encounters import Encounter, Goal, NoteSignature
from clinic_desktop.features.consults.records.story import OutsideMedicine, OutsidePage, OutsidePaper, SharedCare
from clinic_desktop.features.consults.rules.sections import SECTIONS, is_restricted
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest, StopOrder
from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.rights.queries import coercion, complaints
from clinic_desktop.features.rights.queries import wishes as told_wishes
from clinic_desktop.features.rights.records import CoercionEvent, CoercionStep, Complaint, ComplaintStep
from clinic_desktop.features.rights.rules.wishes import Wishes
from clinic_desktop.features.rights.service import wishes
from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.base import MergeClass, Synced, synced_classes
from clinic_desktop.storage.work import Actor, Work
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
        assert office.ask(findings.findings) == ()


def test_every_table_of_a_person_that_can_change_is_among_these() -> None:
    can_change = {MergeClass.REGISTERS, MergeClass.SET}
    found = {c for c in synced_classes() if c.__beside__ and c.__merge__ in can_change}
    assert {c.__tablename__ for c in found} - {"allergy", "record_share"} == {c.__tablename__ for c in ROWS}


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
    silent = {c.__tablename__ for c in synced_classes() if "patient_id" in c.__table__.columns and not c.__beside__}
    assert silent == here


def test_a_note_that_tells_of_violence_goes_back_in_no_bundle(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    secret = next(code for code in SECTIONS if is_restricted(code))
    central.do(note(patient, "se ve"))
    central.do(note(patient, "no se ve", secret))
    network.round()
    assert clinic.sql("SELECT sections FROM consult_note") == [('{"plan":"se ve"}',)]


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


def said(patient: str, wants: str, *, days_off: int = 0) -> Callable[[Office], None]:
    """A wish for a crisis, written on a computer whose clock is so many days off."""

    def keep(office: Office) -> None:
        office.clock.advance(days=days_off)
        office.do(partial(wishes.keep_wishes, wishes_id=office_id(office), patient_id=patient, wishes=Wishes(wants)))
        office.clock.advance(days=-days_off)

    return keep


def office_id(office: Office) -> str:
    return new_id(unix_ms(office.clock.now()))


def test_what_a_person_wants_in_a_crisis_is_the_same_everywhere_and_what_was_taken_back_stays_so(
    network: Network,
) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    said(patient, "que llamen a Rosa")(clinic)
    network.round()
    clinic.clock.advance(days=1)
    said(patient, "que nadie llame")(clinic)
    said(patient, "ir a casa de su tía")(central)
    network.round()
    network.round()
    held = {office.ask(partial(told_wishes.newest, patient_id=patient)).wishes.wants for office in (clinic, central)}
    assert held == {"ir a casa de su tía"}, "of one day what was written last"
    # The clock of the clinic fell back by years: what it takes back is taken back all the same.
    clinic.clock.advance(days=-2000)
    clinic.do(partial(wishes.withdraw_wishes, wishes_id=office_id(clinic), patient_id=patient))
    clinic.clock.advance(days=2000)
    network.round()
    for office in (clinic, central):
        assert office.ask(partial(told_wishes.newest, patient_id=patient)) is None
    nothing_kept_aside(clinic, central)


def test_an_older_paper_typed_later_does_not_replace_what_the_person_said_since(network: Network) -> None:
    clinic = network.clinics[0]
    patient = clinic.do(register())
    said(patient, "hoy")(clinic)
    older = partial(wishes.keep_wishes, patient_id=patient, wishes=Wishes("hace un año"), said_on=date(2025, 1, 1))
    clinic.do(partial(older, wishes_id=office_id(clinic)))
    newest = clinic.ask(partial(told_wishes.newest, patient_id=patient))
    assert newest is not None and newest.wishes.wants == "hoy"


def test_steps_of_a_complaint_and_of_coercion_stand_in_the_order_of_their_days(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    complaint, event = clinic.do(_complaint), clinic.do(_chained(clinic.do(register())))
    network.round()
    # The central's clock is a year ahead when it writes; the days are those that were said.
    for office, days_off, day in ((central, 365, 24), (clinic, 0, 25)):
        office.clock.advance(days=days_off)
        on = date(2026, 11, day)
        moved = ComplaintStep(complaint_id=complaint, kind="moved", happened_on=on, due_on=on, by_id="x")
        office.do(lambda work, row=moved: work.add(row).id)
        office.do(lambda work, day=on: _visited(work, event, day))
        office.clock.advance(days=-days_off)
    network.round()
    for office in (clinic, central):
        assert office.ask(partial(complaints.complaint, complaint_id=complaint)).due_on == date(2026, 11, 25)
        assert office.ask(partial(coercion.event, event_id=event)).next_visit_on == date(2026, 11, 25)


def _chained(patient: str) -> Callable[[Work], str]:
    told = {"kind": "chained", "began_on": DAY, "written_by_id": "x"}
    return lambda work: work.add(CoercionEvent(patient_id=patient, **told)).id


def _visited(work: Work, event: str, day: date) -> str:
    patient = work.load(CoercionEvent, event).patient_id
    told = {"kind": "visit", "happened_on": day, "next_visit_on": day, "by_id": "x"}
    return work.add(CoercionStep(event_id=event, patient_id=patient, **told)).id


def test_when_something_was_last_confirmed_is_no_question_to_anybody(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    told, held = clinic.do(made(OutsideMedicine, patient)), clinic.do(made(Condition, patient))
    network.round()
    for office, day in ((clinic, 24), (central, 25)):
        office.do(change(told, OutsideMedicine, told_on=date(2026, 11, day)))
        office.do(change(held, Condition, confirmed_on=date(2026, 11, day)))
    network.round()
    network.round()
    for office in (clinic, central):
        assert office.ask(conflicts.count_conflicts) == 0
        assert office.sql("SELECT told_on FROM outside_medicine") == [("2026-11-25",)]
        assert office.sql("SELECT confirmed_on FROM condition") == [("2026-11-25",)]


def test_two_doses_of_a_medicine_from_elsewhere_are_marked_in_the_chart_and_not_at_the_desk(
    network: Network,
) -> None:
    wiring.fill()
    clinic, central = network.clinics[0], network.central
    patient = PatientId(clinic.do(register()))
    told = clinic.do(made(OutsideMedicine, patient))
    network.round()
    clinic.do(change(told, OutsideMedicine, dose_text="una taza"))
    central.do(change(told, OutsideMedicine, name="Valeriana", dose_text="dos"))
    network.round()
    (conflict,) = central.ask(conflicts.open_conflicts)
    assert (conflict.unit, conflict.blocking) == ("medicine", True), "the name of one is never mixed with the dose"
    for office in (clinic, central):
        assert office.ask(lambda r: people.header(r, patient)).doubted == ("outside_medicine",)
    desk = Actor("x", "Recepción", frozenset({Permission.SEE_PATIENTS, Permission.RECEPTION}))
    assert clinic.vault.ask(lambda r: people.header(r, patient), desk).doubted == ()


def test_pictures_travel_after_everything_else(network: Network) -> None:
    clinic = network.clinics[0]
    patient = clinic.do(register())
    clinic.do(partial(_with_a_page, patient=patient))
    clinic.do(note(patient))
    clinic.export()
    parts = "SELECT s.number, group_concat(DISTINCT p.tbl) FROM segment s JOIN segment_part p ON p.segment_key = s.key"
    told = clinic.sql(parts + " GROUP BY s.key ORDER BY s.number")
    assert [tables for _, tables in told][-1] == "outside_page"
    assert all("outside_page" not in tables for _, tables in told[:-1])
    network.round()
    assert of_site(network.central, clinic) == of_site(clinic, clinic)


def _with_a_page(work: Work, patient: str) -> str:
    paper = work.add(OutsidePaper(patient_id=patient, title="alta", pages=1)).id
    return work.add(OutsidePage(paper_id=paper, patient_id=patient, number=1, jpeg="abcd", sha256="0")).id


def test_a_medicine_stopped_at_two_places_is_stopped_on_the_same_day_for_the_same_reason_everywhere(
    network: Network,
) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    written = {"note_id": "n", "folio": "F", "medicine_text": "té", "morning_quarters": 4, "every_days": 1, "days": 30}
    zero = dict.fromkeys(("noon_quarters", "evening_quarters", "night_quarters"), 0)
    told = written | zero | {"signed_on": DAY, "units": 30}
    line = clinic.do(lambda work: work.add(MedicationRequest(patient_id=patient, **told)).id)
    network.round()
    stops = ((central, 25, "mareo", "m"), (clinic, 24, "taken back", "n"))
    for office, day, reason, note_id in stops:
        end = {"stopped_on": date(2026, 11, day), "reason": reason, "note_id": note_id}
        office.do(lambda work, end=end: work.add(StopOrder(request_id=line, patient_id=patient, **end)).id)
    network.round()
    network.round()
    for office in (clinic, central):
        (found,) = office.ask(lambda reading: prescriptions.prescribed_in(reading, "n"))
        assert (found.stopped_on, found.stop_reason, found.taken_back) == (date(2026, 11, 24), "taken back", True)
