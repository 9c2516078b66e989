"""What happened beside the consultation: days as people tell them, the end of care, papers from elsewhere."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.consults.rules.story import (
    EpisodeLine,
    EpisodeStep,
    PastUnclear,
    StillToCome,
    read_past,
    standing_episode,
)
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import Refused

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2019", "2019"), ("3/2024", "2024-03"), ("5/11", "2026-11-05"), ("5/12", "2025-12-05"),
        ("5/11/24", "2024-11-05"), ("5-11-2024", "2024-11-05"), ("3d", "2026-11-25"), ("2s", "2026-11-14"),
        ("6m", "2026-05"), ("11m", "2025-12"), ("2a", "2024"), ("2 años", "2024"), ("0d", "2026-11-28"),
        ("1/1/85", None), ("99", None), ("", None), ("ayer", None), ("31/2/2024", None), ("13/2024", None),
        ("1/2/3/4", None), ("²/3", None), ("1800", None), ("5/0", None),
    ],
)  # fmt: skip
def test_a_past_day_is_read_as_people_tell_it(typed: str, meant: str | None) -> None:
    if meant is None:
        with pytest.raises(PastUnclear):
            read_past(typed, TODAY)
    else:
        assert read_past(typed, TODAY) == PartialDate.parse(meant)


def test_a_day_to_come_is_refused() -> None:
    with pytest.raises(StillToCome):
        read_past("2027", TODAY)
    with pytest.raises(StillToCome):
        read_past("12/2026", TODAY)


@given(st.text(max_size=12))
def test_whatever_is_typed_is_a_past_day_or_refused(typed: str) -> None:
    try:
        assert read_past(typed, TODAY).earliest() <= TODAY
    except Refused:
        pass


def step(number: int, kind: EpisodeStep, day: int) -> EpisodeLine:
    return EpisodeLine(f"e{number}", kind, TODAY - timedelta(days=day), "", "", "")


def test_the_end_of_care_holds_until_the_person_comes_back_said_or_not() -> None:
    gone = step(1, EpisodeStep.DISCHARGED, 30)
    assert standing_episode([], TODAY) is None
    assert standing_episode([gone], gone.happened_on) is gone
    assert standing_episode([gone, step(2, EpisodeStep.RETURNED, 10)], None) is None
    assert standing_episode([gone], gone.happened_on + timedelta(days=1)) is None
    again = step(3, EpisodeStep.LOST, 5)
    assert standing_episode([gone, step(2, EpisodeStep.RETURNED, 10), again], None) is again


def test_the_end_of_care_is_the_same_in_whatever_order_clinics_write_it() -> None:
    lines = [
        step(1, EpisodeStep.LOST, 9), step(2, EpisodeStep.RETURNED, 9), step(3, EpisodeStep.TRANSFERRED, 3),
        step(4, EpisodeStep.DISCHARGED, 3),
    ]  # fmt: skip
    assert {standing_episode(order, None) for order in permutations(lines)} == {lines[3]}
