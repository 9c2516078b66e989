"""The morning of the day on which a demonstration is opened: some were seen, some wait, others are still to come."""

from datetime import date, datetime, time, timedelta
from random import Random

from clinic_desktop.app.demo.consultation import Consultation, Visit
from clinic_desktop.app.demo.illness import COURSES, Burden, Course
from clinic_desktop.app.demo.people import Region, invent
from clinic_desktop.app.demo.shelf import Shelf
from clinic_desktop.app.demo.supplies import Supplies
from clinic_desktop.app.demo.team import Team
from clinic_desktop.features.agenda.queries import day as agenda_queries
from clinic_desktop.features.agenda.rules.day import AppointmentStatus, VisitKind
from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.agenda.service import days as planning
from clinic_desktop.features.consults.queries import diagnoses, scales
from clinic_desktop.features.patients.queries import people as patients_queries
from clinic_desktop.features.patients.rules.places import municipality_name
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.work import Work

SEEN, WAITING, TO_COME = 3, 4, 4
MORNING = timedelta(minutes=100)
BEGINS, ENDS = timedelta(minutes=1), timedelta(minutes=4)


def live_morning(work: Work, *, team: Team, region: Region, seed: int) -> None:
    """Everything up to now, at times that lie behind us; `work.now` is the present moment."""
    rng, now = Random(seed), work.now
    first = max(datetime.combine(work.today, time(), work.place.zone) + BEGINS, now - MORNING)
    stock = Shelf(rng, work.today)
    work.actor = team.coordinator
    stock.take_names(work)
    supplies = Supplies(Random(seed + 1), team)
    supplies.remember(work)
    supplies.call_back(work, stock.find("N06AB03", "20 mg").presentation_id)
    holds = Consultation(rng, team, stock, supplies)
    _plan(work, team, region)
    expected = _expected(work, team, rng)
    here = expected[: SEEN + 1 + WAITING]
    pace = (now - first - ENDS) / (len(here) + 3)
    work.now = first
    for patient_id in here[:SEEN]:
        work.now += pace / 2
        appointment_id = _arrive(work, team, patient_id)
        course, burden = _story(work, team, patient_id)
        booked = agenda_queries.of_patient(work, patient_id)
        again = None if any(a.is_open and a.day > work.today for a in booked) else _in_weeks(work, rng)
        holds.hold(work, Visit(patient_id, course, burden, 2, appointment_id, again, pace))
    arrived = [_arrive_later(work, team, patient_id, pace) for patient_id in here[SEEN:]]
    new = PatientId(new_id(unix_ms(work.now)))
    work.actor = team.reception
    patients.register(work, new, invent(rng, region, work.today))
    arrived.append(agenda.arrive(work, patient_id=new, new_appointment_id=new_id(), kind=VisitKind.FIRST))
    if len(arrived) > 3:
        agenda.set_priority(work, arrived[3], True)
    work.now += pace / 2
    for appointment_id, doctor in zip(
        arrived[1:4], (team.psychiatrist, team.resident, team.psychiatrist), strict=False
    ):
        agenda.assign(work, appointment_id, doctor.staff_id)
    if arrived:
        work.actor = team.resident
        agenda.call_in(work, arrived[0])
    work.now = now
    work.act = "demo.live_morning"
    work.about("site", work.site_id)


def _plan(work: Work, team: Team, region: Region) -> None:
    """Where and on which days people are seen from now on: each week here, now and then in the next village."""
    work.actor = team.coordinator
    here, there = (planning.add_place(work, municipality_name(code), code) for code in region.municipalities[:2])
    for doctor, place_id, first, weeks, count, room in (
        (team.psychiatrist, here, work.today, 1, 26, 25),
        (team.resident, here, work.today, 2, 13, 12),
        (team.psychiatrist, there, work.today + timedelta(days=3), 4, 6, 15),
    ):
        planning.add_days(
            work, drawn=new_id(), first=first, place_id=place_id, clinician_id=doctor.staff_id, capacity=room,
            begins_text="08:00", every_weeks=weeks, count=count,
        )  # fmt: skip


def _expected(work: Work, team: Team, rng: Random) -> list[PatientId]:
    """Whom today expects. A quiet day gets a few more bookings, a full one keeps some for later."""
    work.actor = team.reception
    rows = [r for r in agenda_queries.today(work) if r.status is AppointmentStatus.BOOKED]
    found = [PatientId(r.patient_id) for r in rows]
    missing = SEEN + 1 + WAITING + TO_COME - len(found)
    if missing > 0:
        known = [f.patient_id for f in patients_queries.recent(work, 60) if f.patient_id not in found and not f.died]
        for patient_id in rng.sample(known, min(missing, len(known))):
            agenda.book(work, appointment_id=new_id(), patient_id=patient_id, day=work.today, confirmed=True)
            found.append(patient_id)
    rng.shuffle(found)
    return found[: max(SEEN + 1, len(found) - TO_COME)]


def _in_weeks(work: Work, rng: Random) -> date:
    return work.today + timedelta(weeks=rng.choice((4, 6)))


def _arrive(work: Work, team: Team, patient_id: PatientId) -> str:
    work.actor = team.reception
    return agenda.arrive(work, patient_id=patient_id, new_appointment_id=new_id(unix_ms(work.now)))


def _arrive_later(work: Work, team: Team, patient_id: PatientId, pace: timedelta) -> str:
    work.now += pace / 2
    return _arrive(work, team, patient_id)


def _story(work: Work, team: Team, patient_id: PatientId) -> tuple[Course, Burden]:
    """Which story a person has, read back from the chart."""
    work.actor = team.psychiatrist
    codes = {c.code for c in diagnoses.conditions(work, patient_id)}
    course = next((c for c in COURSES if c.code in codes), COURSES[0])
    known = [s for s in scales.scores(work, patient_id, course.scale) if s.total is not None] if course.scale else []
    now = float(known[-1].total or 0) if known else 9.0
    return course, Burden(now, 2.0, 0.85, troubled=False)
