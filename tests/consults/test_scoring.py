"""Scores checked against totals worked by hand from the published tables."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_desktop.features.consults.rules.scoring import (
    NoSuchAnswer,
    NoSuchScale,
    Scale,
    Skip,
    find_scale,
    is_checked_in,
    say_band,
    scale_of,
    scales,
    score,
    skipped_items,
)
from clinic_desktop.kernel.i18n import set_language

PHQ9 = scale_of("phq9")


def answers(text: str) -> dict[int, int]:
    """ "121-": item 1 is 1, item 2 is 2, item 3 is 1, item 4 has no answer."""
    return {at: int(digit) for at, digit in enumerate(text, 1) if digit != "-"}


@pytest.mark.parametrize(
    ("code", "digits", "total", "band"),
    [
        ("phq9", "000000000", 0, "minimal"),
        ("phq9", "111100000", 4, "minimal"),
        ("phq9", "111110000", 5, "mild"),
        ("phq9", "111111111", 9, "mild"),
        ("phq9", "222211000", 10, "moderate"),
        ("phq9", "121211111", 11, "moderate"),
        ("phq9", "333311000", 14, "moderate"),
        ("phq9", "333330000", 15, "moderately-severe"),
        ("phq9", "333333100", 19, "moderately-severe"),
        ("phq9", "333333200", 20, "severe"),
        ("phq9", "333333333", 27, "severe"),
        ("gad7", "0000000", 0, "minimal"),
        ("gad7", "1111100", 5, "mild"),
        ("gad7", "2222200", 10, "moderate"),
        ("gad7", "3333300", 15, "severe"),
        ("gad7", "3333333", 21, "severe"),
        ("who5", "00000", 0, None),
        ("who5", "33322", 52, None),
        ("who5", "55555", 100, None),
    ],
)
def test_a_complete_scale_has_the_total_and_band_of_the_table(
    code: str, digits: str, total: int, band: str | None
) -> None:
    result = score(scale_of(code), answers(digits))
    assert (result.total, result.band) == (total, band)


def test_no_incomplete_phq9_has_a_total_or_a_band() -> None:
    for missing in range(1, 2**9):
        given_answers = {item: 3 for item in range(1, 10) if not missing & (1 << (item - 1))}
        result = score(PHQ9, given_answers)
        assert (result.total, result.band, result.is_complete) == (None, None, False)
        assert result.answered == len(given_answers)


@st.composite
def partial_answers(draw: st.DrawFn) -> tuple[Scale, dict[int, int]]:
    scale = draw(st.sampled_from(sorted(scales().values(), key=lambda s: s.code)))
    chosen = draw(st.sets(st.sampled_from([item.number for item in scale.items])))
    return scale, {n: draw(st.sampled_from(scale.items[n - 1].values)) for n in chosen}


@settings(deadline=None)
@given(partial_answers())
def test_a_total_stands_exactly_when_every_item_is_answered(case: tuple[Scale, dict[int, int]]) -> None:
    scale, given_answers = case
    result = score(scale, given_answers)
    if len(given_answers) < len(scale.items):
        assert result.total is None
        assert result.band is None
    else:
        total = result.total
        assert total is not None
        assert total == sum(given_answers.values()) * scale.factor
        assert 0 <= total <= scale.highest


@settings(deadline=None)
@given(partial_answers())
def test_every_total_lies_in_one_band_where_the_scale_has_bands(case: tuple[Scale, dict[int, int]]) -> None:
    scale, given_answers = case
    complete = {item.number: given_answers.get(item.number, item.values[0]) for item in scale.items}
    total = score(scale, complete).total
    assert total is not None
    holding = [band for band in scale.bands if band.low <= total <= band.high]
    assert len(holding) == (1 if scale.bands else 0)


@pytest.mark.parametrize("value", [0, 1, 2, 3])
def test_question_nine_asks_at_once_from_one_on_also_when_it_is_the_only_answer(value: int) -> None:
    assert score(PHQ9, {9: value}).critical == ((9,) if value else ())


@pytest.mark.parametrize("wrong", [{0: 1}, {10: 1}, {1: 4}, {1: -1}])
def test_an_answer_that_the_question_does_not_have_is_refused(wrong: dict[int, int]) -> None:
    with pytest.raises(NoSuchAnswer):
        score(PHQ9, wrong)


def test_only_verified_tables_are_scored() -> None:
    assert {"phq9", "gad7", "who5"} <= set(scales())
    assert "srq20" not in scales()
    assert find_scale("srq20") is None
    with pytest.raises(NoSuchScale):
        scale_of("srq20")


def test_every_scale_names_its_source() -> None:
    assert all(scale.source for scale in scales().values())


def test_a_skip_rule_answers_with_zero_and_never_more_than_it_says() -> None:
    base = PHQ9
    scale = Scale("own", "Own", base.items[:4], 1, 12, (), (), (Skip((1,), 0, (2, 3)),), None, (), "made for this test")
    assert skipped_items(scale, {1: 0}) == {2, 3}
    assert score(scale, {1: 0}).total is None
    assert score(scale, {1: 0, 4: 2}).total == 2
    assert score(scale, {1: 1, 4: 2}).total is None
    assert score(scale, {1: 0, 2: 3, 4: 2}).total == 5


def test_labels_and_bands_are_our_own_words_in_the_spoken_language() -> None:
    set_language("es")
    assert [str(item.label) for item in PHQ9.items][:3] == ["Interés", "Ánimo", "Sueño"]
    assert str(PHQ9.items[8].label) == "Muerte o daño"
    assert say_band("phq9", "moderate") == "moderado"
    set_language("en")
    assert say_band("phq9", "moderate") == "moderate"
    assert say_band("phq9", None) == ""
    assert say_band("a newer scale", "high") == "high"


def test_a_language_in_which_nobody_checked_the_scale_is_said() -> None:
    assert is_checked_in("spa")
    assert not is_checked_in("ixl")
    assert is_checked_in(None)


def test_all_answers_of_two_items_add_up() -> None:
    for first, second in product(range(4), repeat=2):
        complete = dict.fromkeys(range(3, 10), 0) | {1: first, 2: second}
        assert score(PHQ9, complete).total == first + second
