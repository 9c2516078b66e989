"""A consultation in the wrong chart leaves nothing there that hurts, and no word of it is lost."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.agenda.rules.day import AppointmentStatus
from clinic_desktop.features.agenda.service import day as booking
from clinic_desktop.features.consults.queries import (
    chart,
    episodes,
    holding,
    notes,
    reactions,
    reproduction,
    results,
    safety_plans,
    violence,
)
from clinic_desktop.features.consults.records.findings import (
    AdverseReaction,
    LabResult,
    ReproductiveStatus,
    ViolenceAnswer,
)
from clinic_desktop.features.consults.records.risk import SafetyPlan
from clinic_desktop.features.consults.records.story import EpisodeEvent, LifeEvent
from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.screens.wrong_chart import WrongChartSheet
from clinic_desktop.features.consults.service import encounters, moving, signing
from clinic_desktop.features.consults.service.signing import NextVisit, Written
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.refusals import StoppedMeanwhile
from clinic_desktop.features.medication.service import dispensing
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice

NEXT = date(2027, 1, 4)


@pytest.fixture
def other(register: Callable[..., str]) -> str:
    return register("Rosa", "Cuc")


@pytest.fixture
def mistaken(do: Any, ask: Any, patient: str, arrive: Any, tablets: Any) -> tuple[str, str, str]:
    """Signed for the wrong person, with a prescription and a next visit: encounter, appointment, prescribed line."""
    appointment_id = arrive(patient)
    here = do(
        partial(encounters.open_encounter, encounter_id=new_id(), patient_id=patient, appointment_id=appointment_id)
    )
    line = PrescriptionLine(new_id(), tablets(), None, read_dose("1-0-0"), 30)
    written = Written("follow-up", {"plan": "Of Rosa."}, prescription=(line,), next_visit=NextVisit(new_id(), NEXT))
    do(partial(signing.sign_note, encounter_id=here, note_id=new_id(), written=written, confirmed=True))
    return here, appointment_id, line.request_id


def move(do: Any, encounter_id: str, to: str) -> str:
    named = {"patient_id": to, "new_encounter_id": new_id(), "reason": "of Rosa"}
    return do(partial(moving.move_note, encounter_id=encounter_id, **named))


def test_nothing_of_it_is_handed_out_the_visit_is_cancelled_and_the_person_waits_again(
    do: Any, ask: Any, patient: str, other: str, mistaken: tuple[str, str, str]
) -> None:
    here, appointment_id, request_id = mistaken
    assert ask(partial(agenda.standing, appointment_id=appointment_id)).status is AppointmentStatus.SEEN
    right = move(do, here, other)
    draft = ask(partial(notes.draft_of, encounter_id=right))
    assert draft is not None
    assert draft.fields["sections"] == {"plan": "Of Rosa."}
    with pytest.raises(StoppedMeanwhile):
        do(partial(dispensing.dispense, patient_id=patient, handouts=[dispensing.Handout(new_id(), request_id, 30)]))
    assert ask(partial(agenda.next_visit, patient_id=patient)) is None
    assert ask(partial(agenda.standing, appointment_id=appointment_id)).status is AppointmentStatus.WAITING


def test_a_visit_that_somebody_booked_apart_stays(
    do: Any, ask: Any, clock: StillClock, patient: str, mistaken: tuple[str, str, str]
) -> None:
    made = ask(partial(agenda.next_visit, patient_id=patient))
    do(partial(booking.cancel, appointment_id=made.appointment_id, reason="asked for"))
    clock.advance(minutes=5)
    again = partial(booking.book, appointment_id=new_id(), patient_id=patient, day=NEXT, confirmed=True)
    do(again)
    do(partial(encounters.void_encounter, encounter_id=mistaken[0], reason="of Rosa"))
    assert ask(partial(agenda.next_visit, patient_id=patient)).day == NEXT


def test_a_prescription_whose_days_are_over_is_repeated_for_nobody(
    do: Any, ask: Any, clock: StillClock, patient: str, mistaken: tuple[str, str, str]
) -> None:
    clock.advance(days=60)
    do(partial(encounters.void_encounter, encounter_id=mistaken[0], reason="of Rosa"))
    assert ask(partial(prescriptions.current_medicines, patient_id=patient)) == ()


def test_words_typed_in_a_second_window_meanwhile_are_found_and_taken_along(
    do: Any, ask: Any, office: Office, open_screen: Any, patient: str, other: str, begin: Any
) -> None:
    here = begin(patient)
    screen: ConsultScreen = open_screen(ConsultScreen, encounter_id=here)
    do(partial(encounters.void_encounter, encounter_id=here, reason="of Rosa"))
    assert isinstance(office.voice, RememberingVoice)
    assert any("taken back meanwhile" in said for said in office.voice.notices)
    screen.note.fields["plan"].setText("Typed behind its back.")
    screen.keep_draft()
    (left,) = ask(notes.begun_notes)
    assert left.voided
    screen.sign()
    sheet = dialogs.front()
    assert isinstance(sheet, WrongChartSheet)
    sheet.keep.click()
    assert ask(partial(chart.chart, patient_id=other)).timeline == (), "nobody was chosen yet"
    sheet.person.set_value(other, "Rosa Cuc")
    sheet.keep.click()
    (found,) = ask(notes.begun_notes)
    assert (found.patient_id, found.voided) == (other, False)
    draft = ask(partial(notes.draft_of, encounter_id=found.encounter_id))
    assert draft.fields["sections"]["plan"] == "Typed behind its back."


def test_a_name_half_typed_chooses_nobody(open_screen: Any, patient: str, other: str, begin: Any, ask: Any) -> None:
    screen: ConsultScreen = open_screen(ConsultScreen, encounter_id=begin(patient))
    screen._wrong_chart()
    sheet = dialogs.front()
    assert isinstance(sheet, WrongChartSheet)
    sheet.reason.setText("of Rosa")
    sheet.person.setText("Ros")
    sheet.keep.click()
    assert [row.voided for row in ask(partial(chart.chart, patient_id=patient)).timeline] == [False]
    sheet.reject()


def test_what_was_told_measured_and_noted_in_it_is_of_nobody_here(do: Any, ask: Any, patient: str, begin: Any) -> None:
    here = begin(patient)
    told = {"patient_id": patient, "encounter_id": here}
    by, day = told | {"by_id": "x"}, date(2026, 11, 23)
    for row in (
        ReproductiveStatus(told_on=day, pregnancy="yes", **told),
        LabResult(taken_on=day, test_code="anc", value_text="900", **by),
        ViolenceAnswer(asked_on=day, answer="yes", asked_alone=True, **by),
        AdverseReaction(medicine_text="clozapina", reaction_text="fiebre", **by),
        EpisodeEvent(step="discharged", happened_on=day, **by),
        LifeEvent(kind="loss", happened_on=PartialDate(2026), **by),
        SafetyPlan(made_on=day, warning_signs="no duermo", **by),
    ):
        do(lambda work, row=row: work.add(row).id)
    asked = {
        "pregnant": lambda r: reproduction.told(r, patient).pregnancy,
        "results": lambda r: results.results(r, patient),
        "violence": lambda r: violence.violence_answers(r, patient),
        "reactions": lambda r: reactions.reactions(r, patient),
        "ended": lambda r: episodes.standing(r, patient),
        "events": lambda r: episodes.life_events(r, patient),
        "plan": lambda r: safety_plans.newest(r, patient),
        "held": lambda r: holding.holding(r, patient).pregnancy,
        "held-results": lambda r: holding.holding(r, patient).results,
        "held-plan": lambda r: holding.holding(r, patient).plan_on,
    }
    assert [name for name, query in asked.items() if not ask(query)] == []
    do(partial(encounters.void_encounter, encounter_id=here, reason="of Rosa"))
    assert [name for name, query in asked.items() if ask(query)] == []
