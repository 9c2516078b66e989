"""Scores checked against totals worked by hand from the published tables."""

from dataclasses import dataclass
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_desktop.features.consults.rules.change import ChangeKind, change_since
from clinic_desktop.features.consults.rules.scoring import (
    GivenScale,
    NoSuchAnswer,
    NoSuchScale,
    NoSuchTotal,
    Scale,
    Skip,
    find_scale,
    is_checked_in,
    is_for_others,
    say_band,
    say_cutoff,
    say_skipped,
    say_total,
    scale_of,
    scales,
    score,
    score_given,
    score_total,
    skipped_items,
    totals_only,
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
        ("phq2", "00", 0, None),
        ("phq2", "21", 3, None),
        ("phq2", "33", 6, None),
        ("gad2", "12", 3, None),
        ("gad2", "33", 6, None),
        ("audit", "0-------00", 0, "low-risk"),
        ("audit", "0-------24", 6, "low-risk"),
        ("audit", "100-----04", 5, "low-risk"),
        ("audit", "2111100020", 8, "hazardous"),
        ("audit", "2222200022", 14, "hazardous"),
        ("audit", "2222211022", 16, "harmful"),
        ("audit", "3333300022", 19, "harmful"),
        ("audit", "3333301022", 20, "probable-dependence"),
        ("audit", "4444444444", 40, "probable-dependence"),
        ("srq20", "00000000000000000000", 0, None),
        ("srq20", "10100000110000000100", 5, None),
        ("srq20", "11111111111111111111", 20, None),
        ("cgi-s", "4", 4, None),
        ("cgi-i", "2", 2, None),
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
    missing = {item.number for item in scale.items} - set(given_answers) - skipped_items(scale, given_answers)
    assert (result.total is None) == bool(missing)
    if missing:
        assert result.band is None
    else:
        total = result.total
        assert total is not None
        assert total == sum(given_answers.values()) * scale.factor
        assert scale.lowest <= total <= scale.highest


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


def test_an_unverified_table_adds_up_and_judges_nothing() -> None:
    for code in ("phq2", "gad2", "srq20", "cgi-s", "cgi-i"):
        scale = scale_of(code)
        assert (scale.bands, scale.cutoffs, scale.change) == ((), (), None)
    assert find_scale("cssrs") is None
    with pytest.raises(NoSuchScale):
        scale_of("cssrs")


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


@pytest.mark.parametrize("code", ["phq2", "gad2"])
def test_all_answers_of_two_questions_add_up_and_none_is_called_anything(code: str) -> None:
    for first, second in product((None, 0, 1, 2, 3), repeat=2):
        given_answers = {at: value for at, value in ((1, first), (2, second)) if value is not None}
        result = score(scale_of(code), given_answers)
        assert result.total == (None if first is None or second is None else first + second)
        assert (result.band, result.critical) == (None, ())


AUDIT = scale_of("audit")


@settings(deadline=None)
@given(st.lists(st.sampled_from(range(5)), min_size=8, max_size=8), st.sampled_from([0, 2, 4]))
def test_the_audit_leaves_out_what_the_first_three_questions_say(values: list[int], last: int) -> None:
    asked = {1: values[0]}
    if values[0]:
        asked |= {2: values[1], 3: values[2]}
        if values[1] + values[2]:
            asked |= {at: values[at - 1] for at in range(4, 9)}
    assert score(AUDIT, asked).total is None
    whole = score(AUDIT, asked | {9: 0, 10: last})
    assert whole.total == sum(asked.values()) + last
    assert bool(say_skipped(AUDIT, asked)) == (len(asked) < 8)


def test_the_audit_says_what_is_left_out_and_why() -> None:
    assert say_skipped(AUDIT, {1: 0}) == "Questions 2 to 8 are left out and count 0: question 1 is 0."
    assert say_skipped(AUDIT, {1: 2, 2: 0, 3: 0}) == "Questions 4 to 8 are left out and count 0: question 2 + 3 is 0."
    assert say_skipped(AUDIT, {1: 2, 2: 0}) == ""


def test_the_srq_asks_at_once_for_question_17_and_its_further_questions_never_count() -> None:
    srq = scale_of("srq20")
    assert score(srq, {17: 1}).critical == (17,)
    assert score(srq, {17: 0}).critical == ()
    complete = dict.fromkeys(range(1, 21), 1)
    assert score(srq, complete | {24: 1, 30: 1}).total == 20
    assert score(srq, dict.fromkeys(range(11, 31), 1)).total is None


def test_the_srq_is_not_judged_before_the_clinic_set_a_cut_off() -> None:
    srq = scale_of("srq20")
    assert say_total(srq, 12, None) == "12 of 20"
    assert say_cutoff(srq, 12, None) == "the clinic has set no cut-off"
    assert say_cutoff(srq, 8, 8) == "at or above the clinic's cut-off of 8"
    assert say_cutoff(srq, 7, 8) == "below the clinic's cut-off of 8"
    assert say_cutoff(PHQ9, 20, 8) == ""
    assert say_total(scale_of("phq2"), 6, None) == "6 of 6"


def test_a_total_from_paper_stays_within_its_scale_and_danger_is_asked_apart() -> None:
    epds = totals_only()["epds"]
    assert score_total(epds, None, None).total is None
    assert score_total(epds, 12, False).critical == ()
    assert score_given(epds, GivenScale("x", "epds", {}, total=3, flagged=True)).critical == (10,)
    assert score_total(epds, None, True).critical == (10,)
    assert not GivenScale("x", "epds", {}).is_given
    for wrong in (-1, 31):
        with pytest.raises(NoSuchTotal):
            score_total(epds, wrong, None)
    assert all(scale.bands == () and scale.cutoffs == () for scale in totals_only().values())


def test_a_scale_for_adults_is_marked_in_a_minor_and_an_unknown_age_is_not_one() -> None:
    assert [is_for_others(PHQ9, age) for age in (9, 17, 18, None)] == [True, True, False, False]
    assert not is_for_others(totals_only()["sdq"], 9)


@dataclass(frozen=True)
class Row:
    scale_code: str
    occurred_on: date
    total: int | None


def rows(*totals: int | None, code: str = "phq9") -> list[Row]:
    return [Row(code, date(2026, 1 + at, 5), total) for at, total in enumerate(totals)]


@pytest.mark.parametrize(
    ("totals", "kind"),
    [
        ((20, 18), ChangeKind.SAME),
        ((20, 16), ChangeKind.SAME),
        ((20, 15), ChangeKind.PARTIAL),
        ((24, 19), ChangeKind.LESS),
        ((20, 10), ChangeKind.RESPONSE),
        ((20, None, 10), ChangeKind.RESPONSE),
        ((20, 4), ChangeKind.REMISSION),
        ((20, 5), ChangeKind.RESPONSE),
        ((6, 3), ChangeKind.SAME),
        ((4, 0), ChangeKind.SAME),
        ((10, 15), ChangeKind.MORE),
        ((10, 10), ChangeKind.SAME),
    ],
)
def test_a_change_is_told_against_the_first_complete_score(totals: tuple[int | None, ...], kind: ChangeKind) -> None:
    change = change_since(rows(*totals))
    assert change is not None
    assert (change.kind, change.first) == (kind, totals[0])
    assert "Löwe 2004" in change.source


def test_no_change_is_told_of_one_score_of_halves_of_two_scales_or_without_a_source() -> None:
    assert change_since([]) is None
    assert change_since(rows(20)) is None
    assert change_since(rows(20, None)) is None
    assert change_since([*rows(20), Row("gad7", date(2026, 9, 1), 3)]) is None
    assert change_since(rows(20, 3, code="gad7")) is None
    assert change_since(rows(20, 3, code="srq20")) is None


def test_a_change_is_said_in_words() -> None:
    change = change_since(rows(20, 12))
    assert change is not None
    assert change.said() == "8 points lower than on 5-jan-2026 · a quarter lower or more: partial response"
