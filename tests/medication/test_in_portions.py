"""What leaves in parts: whom to serve when the next portion is due, how long parts last, what it costs to ask."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from clinic_desktop.features.medication.queries import handing
from clinic_desktop.features.medication.rules.courses import Course, read_course, units_of
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.portions import lasts_until
from clinic_desktop.features.medication.rules.refusals import StillCovered
from clinic_desktop.features.medication.service import prescribing
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from tests.medication.counter import Counter
from tests.medication.test_courses import STEPPED, TODAY

TAPER = "2-0-2 7d > 1-0-0 21d"


def waiting(counter: Counter) -> list[str]:
    return [item.line.request_id for person in counter.ask(handing.to_dispense) for item in person.lines]


def test_whose_next_portion_is_due_stands_on_the_list_that_day(counter: Counter, clock: StillClock) -> None:
    counter.receive(200)
    request_id = counter.prescribe("1-0-1", 28, days_per_pickup=7)
    assert waiting(counter) == [request_id]
    counter.give(request_id, 14)
    clock.advance(days=6)
    assert waiting(counter) == []
    clock.advance(days=1)
    assert waiting(counter) == [request_id]
    counter.give(request_id, 14)
    assert waiting(counter) == []
    clock.advance(days=7)
    counter.do(partial(prescribing.stop_medicine, request_id=request_id, reason="tremor"))
    assert waiting(counter) == []


def test_a_portion_is_not_asked_for_beside_the_prescription_that_took_its_place(
    counter: Counter, clock: StillClock
) -> None:
    counter.receive(200)
    counter.give(counter.prescribe("1-0-1", 28, days_per_pickup=7), 14)
    clock.advance(days=8)
    newer = counter.prescribe("1-0-1", 28, days_per_pickup=7)
    assert waiting(counter) == [newer]


def test_a_part_given_in_a_later_step_lasts_as_long_as_that_step_needs(counter: Counter, clock: StillClock) -> None:
    counter.receive(200)
    begun = counter.ask(lambda asker: asker.today)
    line = PrescriptionLine(new_id(), counter.fluoxetine, None, read_course(TAPER, 1), 1)
    counter.do(partial(prescribing.prescribe, patient_id=counter.patient, lines=[line], note_id=new_id()))
    counter.give(line.request_id, 28)
    clock.advance(days=7)
    counter.give(line.request_id, 21)
    clock.advance(days=14)
    newer = counter.prescribe("1-0-0", 30)
    with pytest.raises(StillCovered) as asked:
        counter.give(newer, 30)
    assert say_day(begun + timedelta(days=28)) in asked.value.sentence()
    clock.advance(days=7)
    counter.give(newer, 30)


@given(STEPPED, st.lists(st.integers(1, 400), max_size=6))
def test_parts_of_a_course_last_together_as_long_as_all_of_it(course: Course, cuts: list[int]) -> None:
    left, parts = units_of(course, Unit.TABLET), list[int]()
    for cut in cuts:
        parts.append(min(cut, left))
        left -= parts[-1]
    handed = [(TODAY, part) for part in (*parts, left)]
    assert lasts_until(course, TODAY, handed, Unit.TABLET) == course.ends_on(TODAY)


def test_what_is_fetched_late_lasts_from_the_day_it_is_fetched() -> None:
    course = read_course("1-0-0", 28)
    handed: list[tuple[date, int]] = [(TODAY, 14), (TODAY + timedelta(days=20), 14)]
    assert lasts_until(course, TODAY, handed, Unit.TABLET) == TODAY + timedelta(days=34)


def test_a_long_prescription_costs_as_few_questions_as_a_short_one(
    counter: Counter, vault: Vault, actor: Actor
) -> None:
    counter.receive(2000)
    counts: list[int] = []
    for many in (2, 30):
        made = [
            PrescriptionLine(new_id(), counter.fluoxetine, None, read_course("1-0-0", 30), 30) for _n in range(many)
        ]
        counter.do(partial(prescribing.prescribe, patient_id=counter.patient, lines=made, note_id=new_id()))
        counter.give(made[0].request_id, 30, accept_early=True)
        counts.append(asked(vault, actor, partial(handing.owed_to, patient_id=counter.patient)))
    assert counts[0] == counts[1] <= 4


def asked(vault: Vault, actor: Actor, query: Any) -> int:
    told: list[str] = []

    def note(*about: Any) -> None:
        told.append(about[2])

    def counted(reading: Any) -> None:
        event.listen(reading.connection, "before_cursor_execute", note)
        query(reading)
        event.remove(reading.connection, "before_cursor_execute", note)

    vault.ask(counted, actor)
    return len(told)
