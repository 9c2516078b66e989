"""The course over time: what is a point, what is a bar, what is a letter, and that it can be read without colour."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from clinic_desktop.features.consults.letters.trend import trend_paper
from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.queries import courses
from clinic_desktop.features.consults.records.encounters import Encounter
from clinic_desktop.features.consults.records.scales import InstrumentResponse
from clinic_desktop.features.consults.records.story import LifeEvent
from clinic_desktop.features.consults.rules.course import (
    Answered,
    Course,
    Event,
    Prescribed,
    Stretch,
    course_of,
    only,
    spots,
)
from clinic_desktop.features.consults.rules.course_drawing import draw, spread
from clinic_desktop.features.consults.rules.scoring import HowGiven
from clinic_desktop.features.consults.rules.sections import EncounterKind
from clinic_desktop.features.consults.rules.story import LifeEventKind
from clinic_desktop.features.consults.screens.chart import ChartScreen
from clinic_desktop.features.consults.screens.trend import TrendSheet, open_large
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.printing.drawing import Dot, Form, Letters, Wording
from clinic_desktop.storage.work import Work
from tests.printing.reading import texts

TODAY = date(2026, 11, 23)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def made(
    answered: tuple[Answered, ...] = (), prescribed: tuple[Prescribed, ...] = (), events: tuple[Event, ...] = ()
) -> Course:
    return course_of(answered, prescribed, events, TODAY)


def line(name: str, start: int, days: int, dose: str, stop: int | None = None, why: str = "") -> Prescribed:
    return Prescribed(name, ago(start), ((days, dose),), ago(stop) if stop is not None else None, why)


# -- scores


def test_a_scale_without_a_total_is_a_day_and_never_a_value() -> None:
    course = made((Answered("phq9", ago(60), 18), Answered("phq9", ago(30), None), Answered("phq9", ago(1), 9)))
    assert [point.total for point in course.points] == [18, 9]
    assert course.series[0].without_total == (ago(30),)
    drawn = draw(course, 800, 400, LETTERS, large=True)
    assert "no total" in [shape.text for shape in drawn.shapes if isinstance(shape, Wording)]


def test_the_scale_that_was_asked_most_stands_first_and_others_can_be_chosen() -> None:
    course = made((Answered("gad7", ago(9), 5), Answered("phq9", ago(8), 9), Answered("phq9", ago(2), 7)))
    assert [series.scale_code for series in course.series] == ["phq9", "gad7"]
    assert [series.scale_code for series in only(course, ["gad7"]).series] == ["gad7"]


def test_a_scale_of_a_newer_program_is_drawn_by_what_was_seen() -> None:
    course = made((Answered("from-2031", ago(9), 40), Answered("from-2031", ago(2), 20)))
    assert (course.series[0].title, course.series[0].highest, course.series[0].bands) == ("from-2031", 40, ())


# -- medicines


def test_a_dose_that_goes_on_is_one_stretch_and_a_change_begins_another() -> None:
    bar = made(prescribed=(line("fluoxetina", 90, 30, "½-0-0"), line("fluoxetina", 61, 30, "1-0-0"),
                           line("fluoxetina", 31, 40, "1-0-0"))).bars[0]  # fmt: skip
    assert bar.stretches == (Stretch(ago(90), ago(61), "½-0-0"), Stretch(ago(61), TODAY, "1-0-0"))


def test_a_taper_is_drawn_in_its_steps() -> None:
    taper = Prescribed("diazepam", ago(20), ((7, "1-0-1"), (7, "1-0-0"), (30, "½-0-0")))
    assert [one.dose for one in made(prescribed=(taper,)).bars[0].stretches] == ["1-0-1", "1-0-0", "½-0-0"]


def test_a_long_time_without_any_is_a_gap() -> None:
    bar = made(prescribed=(line("litio", 300, 30, "1-0-1"), line("litio", 100, 30, "1-0-1"))).bars[0]
    assert [one.start for one in bar.stretches] == [ago(300), ago(100)]


def test_a_stop_ends_the_bar_and_says_why() -> None:
    course = made(prescribed=(line("trazodona", 60, 60, "0-0-1", stop=20, why="Mucho sueño"),))
    assert course.bars[0].end == ago(20)
    assert course.bars[0].stops == ((ago(20), "Mucho sueño"),)
    crosses = [s for s in draw(course, 800, 400, LETTERS, large=True).shapes if isinstance(s, Dot)]
    assert [cross.form for cross in crosses] == [Form.CROSS]


def test_two_strengths_of_one_medicine_from_one_day_on_are_one_dose() -> None:
    both = (line("litio", 30, 30, "300 mg · 1-0-1"), line("litio", 30, 30, "150 mg · 0-0-1"))
    assert made(prescribed=both).bars[0].stretches[0].dose == "300 mg · 1-0-1 + 150 mg · 0-0-1"


prescriptions = st.lists(
    st.builds(
        line,
        st.sampled_from(["litio", "Litio", "fluoxetina"]),
        st.integers(-20, 900),
        st.integers(0, 120),
        st.sampled_from(["1-0-0", "1-0-1", ""]),
        st.none() | st.integers(0, 900),
    ),
    max_size=12,
)


@given(prescriptions)
def test_stretches_follow_one_another_and_none_reaches_beyond_today(lines: list[Prescribed]) -> None:
    course = made(prescribed=tuple(lines))
    assert len(course.bars) == len({one.name.casefold() for one in lines if one.start <= TODAY} - empty(course, lines))
    for bar in course.bars:
        for one, other in pairwise(bar.stretches):
            assert one.start <= one.end <= other.start
        assert bar.end <= TODAY


def empty(course: Course, lines: list[Prescribed]) -> set[str]:
    """Medicines of which nothing was ever to be taken."""
    return {one.name.casefold() for one in lines} - {bar.name.casefold() for bar in course.bars}


# -- events, and what is said


def test_each_kind_of_event_has_one_letter_and_the_legend_says_its_days() -> None:
    events = (Event(ago(50), "Crisis"), Event(ago(40), "Admission"), Event(ago(3), "Crisis"), Event(ago(-3), "Later"))
    course = made(events=events)
    assert [one.letter for one in course.events] == ["A", "B", "A"]
    assert course.legend() == (("A", "Crisis", (ago(50), ago(3))), ("B", "Admission", (ago(40),)))


def test_walking_says_each_day_with_everything_that_was_on_it() -> None:
    course = made(
        (Answered("phq9", ago(10), 18, "moderately-severe", "read through an interpreter"),),
        (line("fluoxetina", 10, 30, "1-0-0"),),
        (Event(ago(3), "Crisis", "En la feria"),),
    )
    assert [spot.words for spot in spots(course)] == [
        "13-nov-2026: PHQ-9 18, moderately severe, read through an interpreter; fluoxetina begins: 1-0-0",
        "20-nov-2026: A Crisis: En la feria",
    ]


# -- drawing

LETTERS = Letters(lambda words, small, strong: 6.0 * len(words), 18.0, 14.0)


@given(st.lists(st.floats(0, 500), max_size=30))
def test_letters_never_lie_on_each_other(wanted: list[float]) -> None:
    places = spread(sorted(wanted), 15.0, 520.0)
    assert all(other - one >= 14.99 for one, other in pairwise(places))
    assert all(place <= 520.0 for place in places)


@given(st.integers(220, 1400), st.integers(64, 700), st.booleans(), prescriptions)
def test_a_drawing_of_any_size_keeps_within_its_frame(
    width: int, height: int, large: bool, lines: list[Prescribed]
) -> None:
    course = made(
        (Answered("phq9", ago(400), 27), Answered("phq9", ago(2), None), Answered("gad7", ago(1), 3)),
        tuple(lines), (Event(ago(5), "Crisis"), Event(TODAY, "Risk opened")),
    )  # fmt: skip
    drawn = draw(course, width, height, LETTERS, large=large)
    for shape in drawn.shapes:
        if isinstance(shape, Dot | Wording):
            assert -10 <= shape.y <= height + 10
            assert -1 <= shape.x <= width + 1


def test_scales_are_told_apart_by_their_mark_and_line_and_never_by_colour_alone() -> None:
    course = made((Answered("phq9", ago(9), 5), Answered("phq9", ago(2), 7), Answered("gad7", ago(9), 5)))
    dots = {shape.form for shape in draw(course, 800, 400, LETTERS, large=False).shapes if isinstance(shape, Dot)}
    assert dots == {Form.CIRCLE, Form.SQUARE}


# -- from the vault, in the window and on paper


def _lived(work: Work, patient_id: str) -> None:
    by = {"by_id": work.actor.staff_id, "by_name": "Dra. Supervisora"}
    for at, total in enumerate((21, None, 14)):
        day = ago(120 - 40 * at)
        visit = work.add(
            Encounter(patient_id=patient_id, kind=EncounterKind.FOLLOW_UP, occurred_on=day,
                      clinician_id=work.actor.staff_id)
        )  # fmt: skip
        work.add(
            InstrumentResponse(patient_id=patient_id, encounter_id=visit.id, scale_code="phq9", answers={"1": 1},
                               occurred_on=day, how_given=HowGiven.PAPER, total=total)
        )  # fmt: skip
        work.add(
            MedicationRequest(patient_id=patient_id, encounter_id=visit.id, medicine_text="fluoxetina", days=40,
                              signed_on=day, morning_quarters=2 + 2 * at)
        )  # fmt: skip
    for kind in (LifeEventKind.CRISIS, LifeEventKind.ADMISSION):
        work.add(LifeEvent(patient_id=patient_id, kind=kind, happened_on=PartialDate(2026, 9), **by))
    work.about("patient", patient_id)


@pytest.fixture
def lived(patient: str, do: Callable[..., Any]) -> str:
    do(partial(_lived, patient_id=patient))
    return patient


def test_a_prescription_of_a_visit_that_was_taken_back_is_in_no_course(
    lived: str, do: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    before = ask(partial(courses.prescribed, patient_id=lived))
    assert [one.line.doses[0][1] for one in before] == ["½-0-0", "1-0-0", "1½-0-0"]
    do(lambda work: [work.void(row, "otra persona") for row in work.session.query(Encounter).all()])
    assert ask(partial(courses.prescribed, patient_id=lived)) == ()


def test_the_arrows_walk_through_the_large_trend_and_each_day_is_said(
    lived: str, open_screen: Callable[..., Any], office: Any, qtbot: Any
) -> None:
    chart = open_screen(ChartScreen, patient_id=lived)
    sheet = open_large(office, chart.chart, chart)
    assert isinstance(sheet, TrendSheet)
    qtbot.keyClick(sheet.trend, Qt.Key.Key_Home)
    assert sheet.said.text().startswith("26-jul-2026: PHQ-9 21")
    qtbot.keyClick(sheet.trend, Qt.Key.Key_Right)
    assert sheet.said.text() == sheet.trend.accessibleDescription()
    assert "A Admission to hospital; B Crisis" in sheet.said.text()
    sheet.checks["phq9"].setChecked(False)
    assert sheet.trend.spot() is None
    sheet.close()


def test_the_paper_of_the_course_is_one_page_and_empty_it_prints_too(
    lived: str, register: Callable[..., str], ask: Callable[..., Any]
) -> None:
    full = texts(ask(partial(trend_paper, patient_id=lived)).pdf())
    assert len(full) == 1
    assert "Crisis" in full[0]
    assert "TZOC" in full[0]
    assert len(texts(ask(partial(trend_paper, patient_id=register("Ana", "B" * 90))).pdf())) == 1


def test_the_chart_says_kindly_what_is_not_there(register: Callable[..., str], open_screen: Callable[..., Any]) -> None:
    chart = open_screen(ChartScreen, patient_id=register("Ana", "Brito"))
    said = chart.standing.text()
    assert "None written yet." in said
    assert "nobody is named" in said
    assert "None" not in said.replace("None written yet.", "")


def test_the_chart_shows_what_holds_today(lived: str, open_screen: Callable[..., Any], ask: Callable[..., Any]) -> None:
    chart = open_screen(ChartScreen, patient_id=lived)
    assert "fluoxetina" in chart.standing.text()
    assert "since 26-jul-2026" in chart.standing.text()
    assert "PHQ-9  14" in chart.standing.text()
    assert ask(partial(charts.course, patient_id=lived)) == chart.chart.course


@pytest.mark.parametrize("size", [(1366 - 84, 697 - 86), (1093 - 60, 558 - 86), (911 - 60, 442 - 86)])
def test_the_chart_fits_every_window_and_each_part_has_a_key(
    lived: str, open_screen: Callable[..., Any], size: tuple[int, int]
) -> None:
    chart = open_screen(ChartScreen, patient_id=lived)
    chart.resize(*size)
    needs = chart.minimumSizeHint()
    assert needs.width() <= size[0]
    assert needs.height() <= size[1]
    for at, part in enumerate((chart.empty, chart.standing, chart.trend)):
        chart.go_to(at)
        assert part.isVisible()
