"""The lists of people to reach, over 200,000 people and 12,000 appointments of the last two years."""

import random
import time
from datetime import date, timedelta
from functools import partial
from statistics import median
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_desktop.features.agenda.queries import calls as queries
from clinic_desktop.features.agenda.records import Appointment, AppointmentEvent, CallAttempt
from clinic_desktop.features.agenda.rules.calls import CallList, CallOutcome
from clinic_desktop.features.agenda.rules.day import EventKind, VisitKind
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.kernel.ids import new_id
from tests.benchmarks.test_day import times

pytestmark = pytest.mark.benchmark

PEOPLE, BOOKED, CALLED_OFF, TRIES, ROUNDS = 200_000, 12_000, 600, 900, 40
TODAY = date(2026, 11, 23)
DONE = (EventKind.ARRIVED, EventKind.CALLED, EventKind.SEEN)


def fill(work: Any) -> int:
    luck = random.Random(7)
    stamp = {"origin_site_id": work.site_id, "recorded_at": work.now, "recorded_by": work.actor.staff_id}
    people = [
        {"id": new_id(), "number": f"PRU-AB{at:05d}-X", "given_names": "María Ixchel", "family_name": "Tzoc", **stamp}
        for at in range(PEOPLE)
    ]
    work.session.execute(sa.insert(Patient), people)
    regulars = [one["id"] for one in luck.sample(people, 3_000)]
    held = [TODAY + timedelta(days=n) for n in range(-720, 60) if (TODAY + timedelta(days=n)).weekday() < 5]
    booked: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for at in range(BOOKED):
        day, appointment_id = luck.choice(held), new_id()
        who = luck.choice(regulars)
        booked.append({"id": appointment_id, "patient_id": who, "day": day, "kind": VisitKind.FOLLOW_UP, **stamp})
        kinds = (EventKind.CANCELLED,) if at < CALLED_OFF else DONE if day < TODAY else ()
        for step, kind in enumerate(kinds, 1):
            event = {"id": new_id(), "appointment_id": appointment_id, "kind": kind, "at": work.now, "step": step}
            events.append({**event, "turn": step if kind is EventKind.ARRIVED else None, **stamp})
    work.session.execute(sa.insert(Appointment), booked)
    work.session.execute(sa.insert(AppointmentEvent), events)
    outcomes = (CallOutcome.NO_ANSWER, CallOutcome.WILL_COME, CallOutcome.MOVED_AWAY)
    tries = [
        {
            "id": new_id(),
            "patient_id": luck.choice(regulars),
            "outcome": luck.choice(outcomes),
            "at": work.now - timedelta(days=luck.randrange(300)),
            **stamp,
        }
        for _ in range(TRIES)
    ]
    work.session.execute(sa.insert(CallAttempt), tries)
    return len(events)


def test_the_lists_of_people_to_reach(vault: Any, actor: Any) -> None:
    began = time.perf_counter()
    events = vault.do(fill, actor)
    vault.settle()
    print(f"\n{PEOPLE} people, {BOOKED} bookings, {events} events written in {time.perf_counter() - began:.0f} s")
    bare = "SELECT patient_id, max(day) FROM appointment GROUP BY patient_id"
    plain = median(times(vault, actor, lambda r: r.plain(bare)))
    print(f"a bare read of the last day of each person: {plain:.2f} ms")
    for which in CallList:
        total = vault.ask(partial(queries.calls, which=which), actor).total
        took = times(vault, actor, partial(queries.calls, which=which, most=queries.A_PAGE))
        at_most = took[int(0.95 * (ROUNDS - 1))]
        print(
            f"{which}, {total} people: p50 {median(took):.1f} ms ({median(took) / plain:.1f} x the bare read),"
            f" p95 {at_most:.1f} ms"
        )
