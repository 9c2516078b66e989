"""The day's list, the next day with room and the coming days, over 200,000 people and ten years of appointments."""

import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from statistics import median
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from clinic_desktop.features.agenda.queries import day as queries
from clinic_desktop.features.agenda.queries import days
from clinic_desktop.features.agenda.records import Appointment, AppointmentEvent, ConsultationDay
from clinic_desktop.features.agenda.rules.day import EventKind, VisitKind
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.kernel.ids import new_id

pytestmark = pytest.mark.benchmark

PEOPLE, YEARS, A_DAY, ROUNDS = 200_000, 10, 25, 40
TODAY = date(2026, 11, 23)
DONE = (EventKind.ARRIVED, EventKind.CALLED, EventKind.SEEN)


def fill(work: Any) -> tuple[int, int]:
    luck = random.Random(5)
    stamp = {"origin_site_id": work.site_id, "recorded_at": work.now, "recorded_by": work.actor.staff_id}
    people = [
        {"id": new_id(), "number": f"PRU-AB{at:05d}-X", "given_names": "María Ixchel", "family_name": "Tzoc", **stamp}
        for at in range(PEOPLE)
    ]
    work.session.execute(sa.insert(Patient), people)
    held = [TODAY + timedelta(days=n) for n in range(-365 * YEARS, 200) if (TODAY + timedelta(days=n)).weekday() < 5]
    booked: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for day in held:
        for turn in range(1, A_DAY + 1 if day != TODAY else 61):
            appointment_id = new_id()
            who = luck.choice(people)["id"]
            booked.append({"id": appointment_id, "patient_id": who, "day": day, "kind": VisitKind.FOLLOW_UP, **stamp})
            if day > TODAY or (day == TODAY and turn > 30):
                continue
            done = DONE[:1] if day == TODAY and turn > 10 else DONE
            for step, kind in enumerate(done, 1):
                given = turn if kind is EventKind.ARRIVED else None
                event = {"id": new_id(), "appointment_id": appointment_id, "kind": kind, "at": work.now, "step": step}
                events.append({**event, "turn": given, **stamp})
    work.session.execute(sa.insert(Appointment), booked)
    work.session.execute(sa.insert(AppointmentEvent), events)
    ahead = [{"id": new_id(), "day": day, "capacity": A_DAY, **stamp} for day in held if day > TODAY]
    work.session.execute(sa.insert(ConsultationDay), ahead)
    return len(booked), len(events)


def statements(vault: Any, actor: Any, query: Callable[[Any], Any]) -> int:
    told: list[str] = []

    def counted(reading: Any) -> None:
        note = lambda *args: told.append(args[2])  # noqa: E731
        event.listen(reading.connection, "before_cursor_execute", note)
        try:
            query(reading)
        finally:
            event.remove(reading.connection, "before_cursor_execute", note)

    vault.ask(counted, actor)
    return len(told)


def times(vault: Any, actor: Any, query: Callable[[Any], Any]) -> list[float]:
    took: list[float] = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        vault.ask(query, actor)
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)


def test_the_day_after_ten_years(vault: Any, actor: Any) -> None:
    began = time.perf_counter()
    booked, events = vault.do(fill, actor)
    vault.settle()
    print(f"\n{PEOPLE} people, {booked} bookings, {events} events written in {time.perf_counter() - began:.0f} s")
    sixty = "SELECT id FROM appointment WHERE day = ?"
    plain = median(times(vault, actor, lambda r: r.plain(sixty, (TODAY.isoformat(),))))
    print(f"a bare read of today's {len(vault.ask(queries.today, actor))} ids: {plain:.2f} ms")
    in_six_weeks = TODAY + timedelta(weeks=6)
    for title, query, most in (
        ("today's list", queries.today, 5),
        ("whom to call", queries.next_waiting, 5),
        ("next day with room", partial(days.next_free_day, on_or_after=in_six_weeks), 60),
        ("the coming days", days.coming, 30),
        ("a day left open", queries.left_open, 4),
    ):
        took = times(vault, actor, query)
        asked = statements(vault, actor, query)
        assert asked <= most, title
        print(
            f"{title}: p50 {median(took):.1f} ms ({median(took) / plain:.0f} x the bare read),"
            f" p95 {took[int(0.95 * (ROUNDS - 1))]:.1f} ms, {asked} statements"
        )
