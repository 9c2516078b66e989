"""Nobody can be known again in a small group, nor be found by taking the told groups from the total."""

from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.kernel.small_counts import FEWEST, lowered, say_step, tell

COUNTS = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 12), max_size=8)


@given(COUNTS)
def test_no_group_and_no_rest_is_small_and_no_number_is_exact(counts: dict[str, int]) -> None:
    told = tell(counts)
    assert all(count >= FEWEST and count == lowered(counts[name]) for name, count in told.groups)
    assert told.others == 0 or told.others >= FEWEST
    everybody = sum(counts.values())
    if told.total is None:
        assert 0 < everybody < FEWEST and told.groups == ()
    else:
        assert told.total == lowered(everybody)


@given(st.integers(1, 60), st.integers(1, 60), st.booleans())
def test_one_person_more_is_not_seen_by_comparing_two_reports(women: int, men: int, one_woman: bool) -> None:
    before, after = {"women": women, "men": men}, {"women": women + one_woman, "men": men + (not one_woman)}
    steps = [lowered(count) for count in (*before.values(), women + men)]
    if steps == [lowered(count) for count in (*after.values(), women + men + 1)]:
        assert tell(before) == tell(after)


def test_a_small_group_takes_the_smallest_of_the_told_with_it() -> None:
    told = tell({"a": 20, "b": 6, "c": 2})
    assert (told.groups, told.others, told.total) == ((("a", 20),), 5, 25)
    assert (say_step(20), say_step(0), say_step(1_000)) == ("20–24", "0", "1,000–1,004")
