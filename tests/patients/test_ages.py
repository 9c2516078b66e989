"""Ages and birth dates as they are typed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.patients.rules.ages import (
    Birth,
    BornInTheFuture,
    NoSuchDay,
    TooOld,
    UnreadableBirth,
    read_birth,
    say_birth,
    say_born,
    says_unknown,
)
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.dates import PartialDate, age_on
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import set_language

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "day", "estimated"),
    [
        ("45", "1981", True),
        ("45a", "1981", True),
        ("45 años", "1981", True),
        ("~45", "1981", True),
        ("8m", "2026-03", True),
        ("1a3m", "2025-08", True),
        ("10 d", "2026-11", True),
        ("1/3/84", "1984-03-01", False),
        ("1-3-1984", "1984-03-01", False),
        ("010384", "1984-03-01", False),
        ("01031984", "1984-03-01", False),
        ("1984-03-01", "1984-03-01", False),
        ("14-jul-1987", "1987-07-14", False),
        ("14 de julio de 1987", "1987-07-14", False),
        ("1984", "1984", False),
        ("3/1984", "1984-03", False),
        ("~1984", "1984", True),
        ("1/3/25", "2025-03-01", False),
        ("1/3/27", "1927-03-01", False),
    ],
)
def test_an_age_or_a_date_is_read_as_people_write_it(typed, day, estimated):
    birth = read_birth(typed, TODAY)
    assert (str(birth.day), birth.estimated) == (day, estimated)
    assert birth.noted_on == (TODAY if estimated else None)


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("31/2/84", NoSuchDay),
        ("1/13/84", NoSuchDay),
        ("2030", BornInTheFuture),
        ("24/11/2026", BornInTheFuture),
        ("130", TooOld),
        ("1850", TooOld),
        ("999999999", UnreadableBirth),
        ("mañana", UnreadableBirth),
        ("3/84", UnreadableBirth),
    ],
)
def test_what_cannot_be_is_refused_with_one_sentence(typed, error):
    with pytest.raises(error) as refused:
        read_birth(typed, TODAY)
    assert refused.value.sentence().count(".") == 1


def test_what_was_understood_is_said_back_in_words():
    set_language("es")
    assert say_birth(read_birth("~39", TODAY), Sex.FEMALE, TODAY) == "Nacida hacia 1987 · edad estimada, 39 años"
    assert say_birth(read_birth("1/3/84", TODAY), Sex.MALE, TODAY) == "Nacido el 1 de marzo de 1984 · 42 años"
    assert say_birth(read_birth("3/1984", TODAY), None, TODAY) == "Nació en marzo de 1984 · 42 años"
    assert say_born(read_birth("14/7/87", TODAY), TODAY) == "14-jul-1987 (39 a)"
    assert say_born(read_birth("8m", TODAY), TODAY) == "mar-2026 estimado (~8 m)"
    assert say_born(None, TODAY) == "No consta"


def test_an_estimate_grows_older_from_the_day_it_was_told():
    birth = read_birth("39", TODAY)
    assert age_on(birth.day, date(2030, 1, 1)) == 43


def test_not_knowing_is_an_answer():
    assert all(says_unknown(answer) for answer in ("", "?", "No se sabe", "desconocida"))
    assert not says_unknown("45")


@given(st.dates(date(1910, 1, 1), TODAY))
def test_every_date_comes_back_as_it_was_written(born):
    for written in (f"{born.day}/{born.month}/{born.year}", f"{born:%d%m%Y}", PartialDate.of(born).said()):
        assert read_birth(written, TODAY) == Birth(PartialDate.of(born))


@given(st.integers(0, 120))
def test_every_age_comes_back_as_that_age(years):
    assert age_on(read_birth(str(years), TODAY).day, TODAY) == years


@given(st.text(max_size=30))
def test_nothing_typed_breaks_the_reading(typed):
    try:
        birth = read_birth(typed, TODAY)
    except Refused:
        return
    assert birth.day.earliest() <= TODAY
    assert say_birth(birth, None, TODAY)


@pytest.mark.parametrize("typed", ["-1", "- 5", "+5", "~-3", "-84"])
def test_a_sign_before_an_age_is_asked_about_and_never_dropped(typed: str) -> None:
    with pytest.raises(UnreadableBirth):
        read_birth(typed, TODAY)
