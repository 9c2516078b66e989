"""Nobody can be known again in a small group, nor be found by taking the told groups from the total."""

from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.kernel.small_counts import FEWEST, tell

COUNTS = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 12), max_size=8)


@given(COUNTS)
def test_no_group_and_no_rest_is_small_and_nobody_is_lost(counts: dict[str, int]) -> None:
    told = tell(counts)
    assert all(count >= FEWEST and counts[name] == count for name, count in told.groups)
    assert told.others == 0 or told.others >= FEWEST
    everybody = sum(counts.values())
    if told.total is None:
        assert 0 < everybody < FEWEST and told.groups == ()
    else:
        assert told.total == everybody == sum(count for _, count in told.groups) + told.others


def test_a_small_group_takes_the_smallest_of_the_told_with_it() -> None:
    told = tell({"a": 20, "b": 6, "c": 2})
    assert told.groups == (("a", 20),) and told.others == 8
