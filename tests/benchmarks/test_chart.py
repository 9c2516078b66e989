"""Opening the chart of somebody who has come for ten years, in the window, beside a bare read of the same rows; and
drawing the course of those years."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any

import pytest
import sqlalchemy as sa
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from clinic_desktop.app import house
from clinic_desktop.app.home import get_ready
from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.records.conditions import Condition
from clinic_desktop.features.consults.records.encounters import ConsultNote, Encounter
from clinic_desktop.features.consults.records.findings import LabResult, VitalSigns
from clinic_desktop.features.consults.records.risk import SafetyPlan
from clinic_desktop.features.consults.records.scales import InstrumentResponse
from clinic_desktop.features.consults.records.story import LifeEvent
from clinic_desktop.features.consults.rules.diagnoses import ClinicalStatus, VerificationStatus
from clinic_desktop.features.consults.rules.scoring import HowGiven
from clinic_desktop.features.consults.rules.sections import EncounterKind
from clinic_desktop.features.consults.rules.story import LifeEventKind
from clinic_desktop.features.consults.screens.chart import ChartScreen
from clinic_desktop.features.consults.screens.home import ConsultsHome
from clinic_desktop.features.consults.screens.trend import Trend
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest
from clinic_desktop.features.medication.rules.kinds import DispenseKind, Form, Unit
from clinic_desktop.features.medication.service import formulary
from clinic_desktop.features.medication.service.formulary import NewPresentation
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.patient import Details, as_columns
from clinic_desktop.features.patients.service import registering
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work

pytestmark = pytest.mark.benchmark
PEOPLE, OTHERS_VISITS, VISITS, TIMES = 200_000, 1, 120, 15
NOTE = "Duerme mejor, teje otra vez con su hermana. " * 20
GOAL, TREND_GOAL = 60, 50


def _visit(
    patient_id: str, at: int, day: date, tablets: str, signed: datetime
) -> list[tuple[type[Any], dict[str, Any]]]:
    """One consultation as it is kept: encounter, note, answers, prescription, measurements."""
    encounter, note = new_id(), new_id()
    answers = {str(item): (item + at) % 4 for item in range(1, 10)}
    author = {"author_id": "0193a000-0000-7000-8000-00000000000b", "author_name": "Dra. Supervisora"}
    return [
        (Encounter, {
            "id": encounter, "patient_id": patient_id, "kind": EncounterKind.FOLLOW_UP, "occurred_on": day,
            "clinician_id": author["author_id"],
        }),
        (ConsultNote, {
            "id": note, "encounter_id": encounter, "patient_id": patient_id, "template": "follow-up",
            "sections": {"how-are-you": NOTE, "plan": NOTE}, "occurred_on": day, "signed_at": signed,
            "supervisor_wanted": False, **author,
        }),
        *((InstrumentResponse, {
            "id": new_id(), "patient_id": patient_id, "encounter_id": encounter, "note_id": note,
            "scale_code": ("phq9", "gad7")[at // 3 % 2], "answers": answers, "occurred_on": day,
            "how_given": HowGiven.PAPER, "total": sum(answers.values()), "band": "moderate",
        }) for _once in range(at % 3 == 0)),
        *((MedicationRequest, {
            "id": new_id(), "patient_id": patient_id, "note_id": note, "encounter_id": encounter,
            "presentation_id": tablets if first else None, "medicine_text": None if first else f"medicina {at // 24}",
            "morning_quarters": 2 + at // 30, "days": 30, "units": 30, "folio": f"PRU-{at}",
            "signed_on": day, "prescriber_id": author["author_id"], "prescriber_text": "Dra. Supervisora",
        }) for first in (True, False)),
        (MedicationDispense, {
            "id": new_id(), "patient_id": patient_id, "kind": DispenseKind.GIVEN, "presentation_id": tablets,
            "units": 30, "given_on": day,
        }),
        (VitalSigns, {
            "id": new_id(), "patient_id": patient_id, "taken_on": day, "weight_grams": 54_000 + at,
            "systolic_mmhg": 118, "diastolic_mmhg": 76,
        }),
    ]  # fmt: skip


def _beside(patient_id: str, today: date) -> list[tuple[type[Any], dict[str, Any]]]:
    """What ten years bring beside the notes."""
    of: dict[str, Any] = {"patient_id": patient_id}
    by: dict[str, Any] = {"by_id": "0193a000-0000-7000-8000-00000000000b", "by_name": "Dra. Supervisora"}
    found: list[tuple[type[Any], dict[str, Any]]] = []
    for at in range(20):
        day = today - timedelta(days=180 * at)
        found += [
            (LifeEvent, {"id": new_id(), **of, **by, "kind": tuple(LifeEventKind)[at % 6],
                         "happened_on": PartialDate.of(day), "words": "Se lo contó a su hermana"}),
            (LabResult, {"id": new_id(), **of, **by, "test_text": ("Litio", "TSH")[at % 2], "value_text": "0.7",
                         "unit_text": "mmol/L", "taken_on": day}),
            (SafetyPlan, {"id": new_id(), **of, **by, "made_on": day}),
        ]  # fmt: skip
    return found


def _fill(work: Work, tablets: str) -> str:
    rows: dict[type[Any], list[dict[str, Any]]] = {}
    stamps = {"origin_site_id": work.site_id, "recorded_at": work.now, "recorded_by": work.actor.staff_id}
    somebody = new_id()
    for number in range(PEOPLE):
        patient_id = somebody if number == 0 else new_id()
        columns = as_columns(Details(given_names="Rosa", family_name=f"Tzoc {number}"))
        rows.setdefault(Patient, []).append({"id": patient_id, "number": f"PRU-{number}", **columns})
        visits = VISITS if number == 0 else OTHERS_VISITS
        for at in range(visits):
            day = work.today - timedelta(days=30 * (visits - at))
            for table, row in _visit(patient_id, at, day, tablets, work.now):
                rows.setdefault(table, []).append(row)
    diagnosis = {
        "id": new_id(), "patient_id": somebody, "code": "F32.1", "title": "Episodio depresivo moderado",
        "clinical_status": ClinicalStatus.ACTIVE, "verification_status": VerificationStatus.CONFIRMED,
    }  # fmt: skip
    rows[Condition] = [diagnosis]
    for table, row in _beside(somebody, work.today):
        rows.setdefault(table, []).append(row)
    for table, found in rows.items():
        work.session.execute(sa.insert(table), [stamps | row for row in found])
    work.about("patient", somebody)
    return somebody


def spent(act: Callable[[], object], times: int = TIMES) -> tuple[float, float]:
    """Milliseconds of one act: the median and the worst."""
    found: list[float] = []
    for _at in range(times):
        started = time.perf_counter()
        act()
        found.append((time.perf_counter() - started) * 1000)
    return median(found), max(found)


def _look_at_somebody_else(vault: Vault, actor: Actor, tablets: str) -> None:
    """Ana was here last: her chart is the one that is rehearsed."""
    other = PatientId(new_id())
    ana = Details(given_names="Ana", family_name="Brito")
    vault.do(partial(registering.register, patient_id=other, details=ana), actor)
    vault.do(partial(_visited, patient_id=other, tablets=tablets), actor)
    vault.do(partial(registering.look, patient_id=other), actor)


def _visited(work: Work, patient_id: str, tablets: str) -> None:
    stamps = {"origin_site_id": work.site_id, "recorded_at": work.now, "recorded_by": work.actor.staff_id}
    for table, row in _visit(patient_id, 1, work.today - timedelta(days=30), tablets, work.now):
        work.session.execute(sa.insert(table), [stamps | row])
    work.about("patient", patient_id)


def test_opening_a_ten_year_chart_against_a_bare_read(vault: Vault, actor: Actor, office: Any, qtbot: Any) -> None:
    house.furnish()
    tablets = vault.do(
        partial(formulary.add_presentation, new=NewPresentation("fluoxetina", Form.TABLET, "20 mg", Unit.TABLET)), actor
    )
    patient_id = vault.do(partial(_fill, tablets=tablets), actor)
    bare, _worst = spent(lambda: vault.ask(lambda r: _bare(r, patient_id), actor))
    opened: list[ChartScreen] = []

    def open_it() -> None:
        screen = ChartScreen(office, patient_id=patient_id)
        screen.resize(1366 - 84, 697 - 86)
        screen.show()
        screen.grab()
        opened.append(screen)

    home = ConsultsHome(office)
    qtbot.addWidget(home)
    home.show()
    home.grab()
    # What the program does a moment after somebody signed in, then the first chart of the day.
    _look_at_somebody_else(vault, actor, tablets)
    ready, _same = spent(lambda: list(get_ready(vault, actor)), times=1)
    first, _same = spent(open_it, times=1)
    asked, asked_worst = spent(lambda: vault.ask(partial(charts.chart, patient_id=patient_id), actor))
    other = Actor(actor.staff_id, actor.name, frozenset(Permission) - {Permission.OPEN_RESTRICTED})
    as_other, _worst = spent(lambda: vault.ask(partial(charts.chart, patient_id=patient_id), other))
    whole, worst = spent(open_it)
    for screen in opened:
        qtbot.addWidget(screen)
    QApplication.processEvents()
    assert len(opened[0].chart.timeline) == VISITS
    print(f"\nchart of {VISITS} visits among {PEOPLE:,} people ({PEOPLE * OTHERS_VISITS:,} visits)")
    print(f"  bare read of its rows      {bare:7.2f} ms")
    print(f"  the chart's questions      {asked:7.2f} ms  x{asked / bare:5.1f}   worst {asked_worst:.2f}")
    print(f"  the same, reserved asked   {as_other:7.2f} ms  x{as_other / bare:5.1f}")
    print(f"  in the window, painted     {whole:7.2f} ms  x{whole / bare:5.1f}   worst {worst:.2f}, first {first:.2f}")
    print(f"  made ready before          {ready:7.2f} ms, while nobody waits")
    print(f"  goal                       {GOAL:7d} ms")
    _draw_the_course(opened[0], asked)


def _draw_the_course(chart: ChartScreen, asked: float) -> None:
    """The whole course, each time laid out and painted anew."""
    course, trend = chart.chart.course, Trend(None, large=True)
    trend.resize(1120, 460)
    image = QImage(1120, 460, QImage.Format.Format_ARGB32_Premultiplied)

    def draw() -> None:
        trend.show_course(replace(course, pending=""))
        trend.forget()
        trend.render(image)

    drawn, worst = spent(draw)
    marks = sum(len(one.points) for one in course.series) + sum(len(bar.stretches) for bar in course.bars)
    marks += len(course.events)
    print(f"  the trend, {marks:3d} marks      {drawn:7.2f} ms  x{drawn / asked:5.1f}   worst {worst:.2f}")
    print(f"  goal                       {TREND_GOAL:7d} ms")


_TABLES = ("encounter", "consult_note", "instrument_response", "medication_request", "vital_signs", "condition")


def _bare(reading: Any, patient_id: str) -> None:
    for table in _TABLES:
        reading.plain(f"SELECT * FROM {table} WHERE patient_id = ?", (patient_id,))
