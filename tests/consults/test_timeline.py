"""The story of a person: everything by date, newest first, in a few questions however many years."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_desktop.app import wiring
from clinic_desktop.features.agenda.records import Appointment, AppointmentEvent, CallAttempt
from clinic_desktop.features.agenda.rules.calls import CallOutcome
from clinic_desktop.features.agenda.rules.day import EventKind, VisitKind
from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.queries.chart import Chart
from clinic_desktop.features.consults.records.encounters import Goal, GoalMark
from clinic_desktop.features.consults.records.findings import (
    AdverseReaction,
    LabResult,
    ReproductiveStatus,
    VitalSigns,
)
from clinic_desktop.features.consults.records.risk import RiskEvent, SafetyPlan
from clinic_desktop.features.consults.records.story import (
    EpisodeEvent,
    LifeEvent,
    OutsideMedicine,
    OutsidePaper,
    SharedCare,
)
from clinic_desktop.features.consults.rules.goals import GoalStanding
from clinic_desktop.features.consults.rules.risk import RiskStep
from clinic_desktop.features.consults.rules.story import EpisodeStep, LifeEventKind
from clinic_desktop.features.consults.rules.telling import StoryKind, StoryLine, in_story_order, sifted, told_together
from clinic_desktop.features.consults.rules.vitals import Pregnancy
from clinic_desktop.features.consults.service import encounters
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.prescriptions import (
    MedicationAdministration,
    MedicationRequest,
    StopOrder,
)
from clinic_desktop.features.medication.rules.kinds import DispenseKind
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work

TODAY = date(2026, 11, 23)
BY = {"by_id": "0193a000-0000-7000-8000-00000000000b", "by_name": "Dra. Supervisora"}


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def _everything(work: Work, patient_id: str) -> None:
    """One row of each kind, each on a day of its own."""
    of: dict[str, Any] = {"patient_id": patient_id}
    goal = work.add(Goal(**of, words="Volver a tejer", set_on=ago(300)))
    request = work.add(
        MedicationRequest(**of, medicine_text="fluoxetina", folio="PRU-1", signed_on=ago(5), days=30, units=30,
                          morning_quarters=4)
    )  # fmt: skip
    missed = work.add(Appointment(**of, day=ago(15), kind=VisitKind.FOLLOW_UP))
    for row in (
        LifeEvent(**of, **BY, kind=LifeEventKind.CRISIS, happened_on=PartialDate(2026, 11), words="En la feria"),
        EpisodeEvent(**of, **BY, step=EpisodeStep.RETURNED, happened_on=ago(2)),
        RiskEvent(**of, **BY, step=RiskStep.OPENED, occurred_on=ago(3), reason_text="Pregunta 9"),
        SafetyPlan(**of, **BY, made_on=ago(4)),
        StopOrder(**of, request_id=request.id, stopped_on=ago(1), reason="Náusea"),
        MedicationDispense(**of, kind=DispenseKind.GIVEN, units=30, given_on=ago(6), request_id=request.id),
        MedicationAdministration(**of, given_on=ago(7), next_due_on=ago(-21), dose_text="50 mg"),
        VitalSigns(**of, taken_on=ago(8), weight_grams=54_500),
        LabResult(**of, **BY, test_text="Litio", value_text="0.7", unit_text="mmol/L", taken_on=ago(9)),
        AdverseReaction(**of, **BY, medicine_text="litio", reaction_text="Temblor", began_on=PartialDate.of(ago(10))),
        OutsidePaper(**of, title="Alta del hospital", written_on=PartialDate.of(ago(11))),
        OutsideMedicine(**of, name="té de valeriana", since=PartialDate.of(ago(12))),
        GoalMark(**of, goal_id=goal.id, standing=GoalStanding.REACHED, marked_on=ago(13)),
        ReproductiveStatus(**of, told_on=ago(14), pregnancy=Pregnancy.YES),
        AppointmentEvent(appointment_id=missed.id, kind=EventKind.MISSED, at=work.now, step=1),
        CallAttempt(**of, outcome=CallOutcome.NO_ANSWER, at=work.now - timedelta(days=16)),
        SharedCare(**of, who="Juana Brito", role_text="promotora", since=ago(100)),
    ):
        work.add(row)
    work.about("patient", patient_id)


@pytest.fixture
def full(patient: str, do: Callable[..., Any], ask: Callable[..., Any]) -> Chart:
    do(partial(_everything, patient_id=patient))
    return ask(partial(charts.chart, patient_id=patient))


def test_everything_stands_in_the_story_the_newest_first(full: Chart) -> None:
    told = [f"{(TODAY - line.earliest).days} {line.title}" for line in full.story.lines]
    assert told == [
        "1 Stopped: fluoxetina", "2 Came back", "3 Risk opened", "4 Safety plan", "5 Prescribed", "6 Handed out",
        "7 Injected", "8 Vital signs", "9 Litio 0.7 mmol/L", "10 Adverse reaction: litio", "11 Alta del hospital",
        "12 Elsewhere: té de valeriana", "13 Goal reached", "14 Pregnant", "15 Did not come",
        "16 Somebody tried to reach them", "22 Crisis",
    ]  # fmt: skip


def test_what_holds_now_stands_beside_the_note(full: Chart) -> None:
    now = full.holding
    assert now.standing is None
    assert now.plan_on == ago(4)
    assert (now.pregnancy, now.pregnancy_on) == (Pregnancy.YES, ago(14))
    assert [one.words for one in now.shared] == ["Juana Brito, promotora"]
    assert [one.words for one in now.outside] == ["té de valeriana"]
    assert [(one.words, one.more) for one in now.results] == [("Litio", "0.7 mmol/L")]
    assert [one.next_due_on for one in now.depots] == [ago(-21)]


def test_who_was_seen_again_is_not_said_to_be_lost(do: Any, ask: Any, patient: str) -> None:
    lost = EpisodeEvent(patient_id=patient, **BY, step=EpisodeStep.LOST, happened_on=ago(9), reason="No vive allí")
    do(lambda work: (work.add(lost), work.about("patient", patient)))
    assert ask(partial(charts.chart, patient_id=patient)).holding.standing is not None
    do(partial(encounters.open_encounter, encounter_id=new_id(), patient_id=patient))
    assert ask(partial(charts.chart, patient_id=patient)).holding.standing is None


def test_coming_to_a_group_stands_on_the_course(do: Any, ask: Any, patient: str) -> None:
    came = LifeEvent(patient_id=patient, **BY, kind=LifeEventKind.GROUP, happened_on=PartialDate.of(ago(2)))
    do(lambda work: (work.add(came), work.about("patient", patient)))
    (mark,) = ask(partial(charts.chart, patient_id=patient)).course.events
    assert (mark.event.words, mark.event.day) == ("Came to a group", ago(2))


def test_an_appointment_somebody_came_to_after_all_was_not_missed(
    full: Chart, do: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    def came(work: Work) -> None:
        found = work.one(sa.select(Appointment.id).where(Appointment.patient_id == full.header.patient_id))[0]
        work.add(AppointmentEvent(appointment_id=found, kind=EventKind.ARRIVED, at=work.now, step=2))

    do(came)
    again = ask(partial(charts.chart, patient_id=full.header.patient_id))
    assert "Did not come" not in [line.title for line in again.story.lines]


def test_what_was_corrected_is_told_once_and_what_was_taken_back_as_such(
    full: Chart, do: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    def correct(work: Work) -> None:
        crisis = work.one(sa.select(LifeEvent.id).where(LifeEvent.patient_id == full.header.patient_id))[0]
        work.add(
            LifeEvent(**BY, patient_id=full.header.patient_id, kind=LifeEventKind.LOSS,
                      happened_on=PartialDate(2026, 11), amends_id=crisis)
        )  # fmt: skip
        paper = work.one(sa.select(OutsidePaper.id).where(OutsidePaper.patient_id == full.header.patient_id))[0]
        work.void(work.load(OutsidePaper, paper), "otra persona")

    do(correct)
    lines = ask(partial(charts.chart, patient_id=full.header.patient_id)).story.lines
    assert [line.title for line in lines if line.earliest == date(2026, 11, 1)] == ["Loss of somebody"]
    paper = next(line for line in lines if line.title == "Alta del hospital")
    assert paper.voided
    assert paper.under.startswith("taken back")


def test_the_lines_of_one_prescription_are_one_line() -> None:
    def line(at: int, under: str, join: str) -> StoryLine:
        return StoryLine(StoryKind.MEDICINE, PartialDate.of(TODAY), str(at), "Prescribed", under, join=join)

    told = told_together(in_story_order([line(1, "fluoxetina", "A"), line(2, "trazodona", "A"), line(3, "litio", "B")]))
    assert [one.under for one in told] == ["litio", "fluoxetina, trazodona"]


def test_the_story_is_sifted_by_kind(full: Chart) -> None:
    danger = sifted(full.story.lines, StoryKind.DANGER)
    assert [line.title for line in danger] == ["Risk opened", "Safety plan"]
    assert sifted(full.story.lines, None) == full.story.lines


def test_of_a_long_story_the_newest_part_is_read_and_all_of_it_when_asked(
    patient: str, do: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    def weigh(work: Work) -> None:
        for at in range(300):
            work.add(VitalSigns(patient_id=patient, taken_on=ago(at), weight_grams=50_000 + at))
        work.add(LifeEvent(**BY, patient_id=patient, kind=LifeEventKind.CRISIS, happened_on=PartialDate(2019)))

    do(weigh)
    part = ask(partial(charts.chart, patient_id=patient))
    assert part.story.has_more
    assert len(part.story.lines) == 120
    # What the trend marks is never cut.
    assert [one.event.words for one in part.course.events] == ["Crisis"]
    whole = ask(partial(charts.chart, patient_id=patient, whole_story=True))
    assert not whole.story.has_more
    assert len(whole.story.lines) == 301


class Counting:
    """Counts what is asked of the database."""

    def __init__(self, reading: Any) -> None:
        self.asked = 0
        self._reading = reading

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._reading, name)
        if name in ("all", "first", "one", "value", "plain"):
            self.asked += 1
        return found


MOST_QUESTIONS = 26


def test_the_chart_asks_as_much_for_ten_years_as_for_a_day(
    vault: Vault, actor: Actor, patient: str, do: Callable[..., Any], register: Callable[..., str]
) -> None:
    wiring.fill()
    do(partial(_everything, patient_id=patient))
    somebody = register("Rosa", "Brito")

    def count(reading: Any, patient_id: str) -> int:
        counting: Any = Counting(reading)
        charts.chart(counting, patient_id)
        return counting.asked

    before = vault.ask(partial(count, patient_id=somebody), actor)
    for _time in range(5):
        do(partial(_everything, patient_id=patient))
    assert vault.ask(partial(count, patient_id=patient), actor) <= before + 3
    assert before <= MOST_QUESTIONS
