"""Sets of people are stored small and come back whole."""

from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.patients.rules import postings
from clinic_desktop.features.patients.rules.terms import Findable, from_kept

ENTRIES = st.sets(st.integers(1, 40_000), max_size=600)


@given(st.sets(st.integers(0, postings.CHUNK - 1), max_size=900))
def test_a_chunk_comes_back_as_it_was(inside):
    bits = sum(1 << position for position in inside)
    packed = postings.pack(bits)
    assert postings.unpack(packed) == bits
    assert len(packed) <= postings.CHUNK // 8
    assert list(postings.positions(bits)) == sorted(inside)


@given(ENTRIES, ENTRIES)
def test_sets_of_people_behave_as_sets(one, other):
    a, b = postings.of_entries(one), postings.of_entries(other)
    assert set(postings.newest(postings.common([a, b]), 9999)) == one & other
    assert set(postings.newest(postings.united(a, b), 9999)) == one | other
    assert set(postings.newest(postings.without(a, b), 9999)) == one - other
    assert postings.newest(a, 9999) == sorted(one, reverse=True)
    assert postings.size(a) == len(one)


def test_what_a_person_is_filed_under_comes_back_from_its_text():
    filed = Findable(("maria",), ("tzoc", "perez"), (), ("nebaj",), ("1987", "87"))
    assert from_kept(filed.kept()) == filed
    assert from_kept(Findable().kept()) == Findable()
