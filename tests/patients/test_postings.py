"""Sets of people are stored small and come back whole."""

from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.patients.rules import postings
from clinic_desktop.features.patients.rules.likeness import compare
from clinic_desktop.features.patients.rules.terms import Findable, from_kept
from tests.patients.conftest import details

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


def test_likeness_says_its_reasons():
    known = details("Tzoc Pérez, María Ixchel", "14/7/87", community="Pulay", municipality_code="1413")
    new = details("Tzok Pérez, María Ixchel", "~39", community="Pulay", municipality_code="1413")
    close = compare(new, known)
    assert close.strong
    assert close.equal == ("family names", "given names", "year", "community")
    assert close.different == ("family name: Tzoc, not Tzok",)


def test_a_shared_name_alone_is_no_strong_case():
    assert not compare(details("López, María"), details("López, María")).strong
    far = compare(details("López, María", "20", community="Pulay"), details("López, María", "60", community="Chajul"))
    assert not far.shown


def test_day_and_month_swapped_speak_for_the_same_person():
    close = compare(details("Coj, Ana", "3/4/90"), details("Coj, Ana", "4/3/90"))
    assert close.strong
    assert "birth date, with day and month swapped" in close.equal
