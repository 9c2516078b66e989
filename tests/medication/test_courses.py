"""A course says how many units it needs and how long units last; whatever is typed is said back the same."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.medication.rules.courses import (
    Course,
    DaysUnclear,
    MostPerDayMissing,
    Step,
    StepDaysMissing,
    StepsOverlap,
    TooManySteps,
    constant,
    course_from,
    days_covered,
    days_until,
    is_depot,
    kept_steps,
    read_course,
    read_days,
    say_course,
    says_its_days,
    units_of,
    units_until,
)
from clinic_desktop.features.medication.rules.doses import DaysImplausible, Dose, DoseTooLarge, read_dose
from clinic_desktop.features.medication.rules.kinds import Route, Unit
from clinic_desktop.features.medication.rules.portions import Portions
from clinic_desktop.kernel.errors import Refused

TODAY = date(2026, 11, 2)
QUARTERS = st.integers(0, 24)
DOSES = st.builds(Dose, QUARTERS, QUARTERS, QUARTERS, st.integers(1, 24), st.sampled_from((1, 1, 1, 2, 7, 14, 28)))
STEPPED = st.lists(st.builds(Step, DOSES, st.integers(1, 90)), min_size=1, max_size=4).map(lambda s: Course(tuple(s)))
AS_NEEDED = st.builds(
    lambda each, more, days: Course((Step(Dose(each, 0, 0, 0), days),), most_per_day=each + more),
    st.integers(1, 16), st.integers(0, 40), st.integers(1, 366),
)  # fmt: skip
COURSES = st.one_of(STEPPED, AS_NEEDED)
SHELVED = st.sampled_from(((Unit.TABLET, None), (Unit.AMPOULE, None), (Unit.BOTTLE, 600), (Unit.BOTTLE, 1205)))


@given(COURSES, SHELVED)
def test_units_cover_the_days_and_never_less(course: Course, shelved: tuple[Unit, int | None]) -> None:
    unit, content = shelved
    units = units_of(course, unit, content)
    taken = course.quarters_until(course.days)
    held = units * 4 * content // 10 if unit is Unit.BOTTLE and content else units * 4
    assert held >= taken
    assert days_covered(course, units, unit, content) == course.days
    if units > 1:
        assert days_covered(course, units - 1, unit, content) < course.days


@given(COURSES, SHELVED, st.integers(0, 500))
def test_what_lasts_so_many_days_is_enough_for_them(
    course: Course, shelved: tuple[Unit, int | None], units: int
) -> None:
    days = days_covered(course, units, *shelved)
    assert units_until(course, days, *shelved) <= units


@given(COURSES)
def test_what_was_said_reads_as_the_same(course: Course) -> None:
    assert read_course(course.typed(), course.days) == course
    assert read_course(str(course), course.days) == course


@given(COURSES)
def test_what_was_kept_reads_as_the_same(course: Course) -> None:
    first = course.first
    kept = course_from(first.quarters, first.every_days, course.days, kept_steps(course), course.most_per_day)
    assert kept == course


@given(STEPPED, st.integers(1, 366))
def test_a_course_for_another_time_is_as_long_as_asked(course: Course, days: int) -> None:
    assert course.for_days(days).days == days


@given(COURSES)
def test_steps_follow_one_another_without_a_gap(course: Course) -> None:
    steps = course.dated(TODAY)
    assert steps[0].begins == TODAY
    assert steps[-1].last_day + timedelta(days=1) == course.ends_on(TODAY)
    for one, following in pairwise(steps):
        assert following.begins == one.last_day + timedelta(days=1)


@given(st.text(max_size=40), st.integers(1, 366))
def test_whatever_is_typed_is_read_or_refused_in_a_sentence(text: str, days: int) -> None:
    try:
        read_course(text, days)
    except Refused as refused:
        assert refused.sentence()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1-0-1", "1-0-1"),
        ("sos 2", "1 sos 2"),
        ("½ si hace falta, máximo 2 al día", "½ sos 2"),
        ("1 PRN 3", "1 sos 3"),
        ("1 c/28d", "1 c/28d"),
        ("1 cada 4 semanas", "1 c/28d"),
        ("1-0-1 7d > 1-0-0 2s; ½-0-0 por 1 mes", "1-0-1 7d → 1-0-0 14d → ½-0-0 30d"),
    ],
)
def test_one_line_says_it_all(typed: str, shown: str) -> None:
    assert str(read_course(typed, 28)) == shown


@pytest.mark.parametrize(("typed", "days"), [("30", 30), ("6s", 42), ("6 semanas", 42), ("2m", 60), ("10d", 10)])
def test_days_are_typed_as_days_weeks_or_months(typed: str, days: int) -> None:
    assert read_days(typed) == days


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ("1-0-1 7d > 1-0-0 7d > ½-0-0 7d > ¼-0-0 7d > 0-0-¼ 7d", TooManySteps),
        ("1-0-1 > 1-0-0", StepDaysMissing),
        ("1-0-1 200d > 1-0-0 200d", DaysImplausible),
        ("1-0-1 0d", DaysImplausible),
        ("sos", MostPerDayMissing),
        ("2 sos 1", MostPerDayMissing),
        ("1 sos 999", DoseTooLarge),
        ("999-0-0", DoseTooLarge),
    ],
)
def test_what_cannot_be_is_refused(typed: str, refused: type[Refused]) -> None:
    with pytest.raises(refused):
        read_course(typed, 28)


def test_days_that_are_no_days_are_refused() -> None:
    with pytest.raises(DaysUnclear):
        read_days("mañana")
    with pytest.raises(DaysImplausible):
        read_days("0")
    with pytest.raises(DaysImplausible):
        read_days("14m")


def test_a_step_cannot_end_before_it_begins() -> None:
    with pytest.raises(StepsOverlap):
        days_until(TODAY, TODAY - timedelta(days=1))
    assert days_until(TODAY, TODAY) == 1


def test_a_bottle_is_counted_by_what_it_holds() -> None:
    course = constant(read_dose("5-0-5"), 30)
    assert units_of(course, Unit.BOTTLE, 1000) == 3
    assert units_of(course, Unit.BOTTLE, 1005) == 3
    assert units_of(course, Unit.BOTTLE, 3000) == 1


def test_only_an_injection_with_a_long_rhythm_is_a_depot() -> None:
    assert is_depot(Route.INTRAMUSCULAR, read_dose("1 c/28d"))
    assert not is_depot(Route.INTRAMUSCULAR, read_dose("1 c/2d"))
    assert not is_depot(Route.ORAL, read_dose("1 c/7d"))


def test_a_dose_that_says_its_days_needs_no_days_beside_it() -> None:
    assert says_its_days("1-0-1 7d > 1-0-0 7d")
    assert not says_its_days("1-0-1")
    assert not says_its_days("1 c/28d")


def test_steps_are_said_with_their_days() -> None:
    said = say_course(read_course("1-0-1 7d > 1-0-0 7d", 1), Unit.TABLET, TODAY)
    assert said.count("from") == 2 and "8" in said and "9" in said


# -- portions


def portions(given: int, first: date | None, cap: int = 7) -> Portions:
    return Portions(constant(read_dose("1-0-1"), 28), Unit.TABLET, None, cap, given, first)


def test_a_portion_is_for_the_days_of_the_cap() -> None:
    assert portions(0, None).most_now(TODAY) == 14
    assert portions(0, None).next_on(TODAY, 14) == TODAY + timedelta(days=7)


def test_coming_back_early_adds_only_the_days_that_passed() -> None:
    assert portions(14, TODAY).most_now(TODAY) == 0
    assert portions(14, TODAY).next_on(TODAY, 0) == TODAY + timedelta(days=7)
    assert portions(14, TODAY - timedelta(days=3)).most_now(TODAY) == 6


def test_coming_late_gives_no_more_than_the_cap() -> None:
    assert portions(14, TODAY - timedelta(days=20)).most_now(TODAY) == 14


@given(STEPPED, st.integers(1, 60), st.lists(st.integers(0, 40), max_size=8))
def test_nobody_ever_holds_more_than_the_cap_and_rounding(course: Course, cap: int, waits: list[int]) -> None:
    day, first, given_units = TODAY, None, 0
    for wait in waits:
        day += timedelta(days=wait)
        here = Portions(course, Unit.TABLET, None, cap, given_units, first)
        now = here.most_now(day)
        before = days_covered(course, given_units, Unit.TABLET)
        assert now + given_units <= units_of(course, Unit.TABLET)
        assert now <= units_until(course, min(before + cap, course.days), Unit.TABLET) - given_units
        given_units += now
        first = first or (day if now else None)
