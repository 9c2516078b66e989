"""Who may be the same person: what speaks for it and against it, in words; judged on a small labelled set."""

import random
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clinic_desktop.features.patients.queries.search import Shelf
from clinic_desktop.features.patients.queries.similar_lines import pairs_within
from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.candidates import candidates
from clinic_desktop.features.patients.rules.closeness import Close, closeness, given_closeness
from clinic_desktop.features.patients.rules.comparing import USUAL_BITS, frequency
from clinic_desktop.features.patients.rules.likeness import WEIGHTS, compare
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.dates import PartialDate
from tests.makers.duplicates import HELD_OUT, NEWCOMERS, WRITTEN_FOR, make_region
from tests.makers.likeness_desk import Desk, judge
from tests.patients.conftest import TODAY, details

PULAY = {"community": "Pulay", "municipality_code": "1413"}


def test_likeness_says_its_reasons():
    known = details("Tzoc Pérez, María Ixchel", "14/7/87", **PULAY)
    new = details("Tzok Pérez, María Ixchel", "~39", **PULAY)
    close = compare(new, known)
    assert close.strong
    assert close.equal == ("family names", "given names", "year", "community")
    assert close.different == ("family name: Tzoc, not Tzok",)


@pytest.mark.parametrize(
    ("new", "known", "words"),
    [
        (("Coj Tum, Ana", "3/4/90"), ("Coj Tum, Ana", "4/3/90"), "day and month swapped"),
        (("Coj Tum, Ana", "3/4/90"), ("Tum Coj, Ana", "3/4/90"), "family names in another order"),
        (("Coj Tum, Ana Rosa", "3/4/90"), ("Coj Tum, Rosa Ana", "3/4/90"), "given names in another order"),
        (("Coj, Ana", "3/4/90"), ("Coj Tum, Ana", "3/4/90"), "only one family name"),
        (("Coj Tum, Ana", "3/4/90"), ("Coj Tum, Ana Rosa", "3/4/90"), "one given name is missing"),
        (("Coj Tum, Anarosa", "3/4/90"), ("Coj Tum, Ana Rosa", "3/4/90"), "given names written as one word"),
        (("Chavajay Tum, Ana", "3/4/90"), ("Chabajay Tum, Ana", "3/4/90"), "family name: Chabajay, not Chavajay"),
        (("Ana, Chavajay", "3/4/90"), ("Chavajay, Ana", "3/4/90"), "names and family names in each other's place"),
        (("Coj Tum, Chepe", "3/4/90"), ("Coj Tum, José", "3/4/90"), "given name: Jose, not Chepe"),
        (("Coj Tum, Ana", "3/4/92"), ("Coj Tum, Ana", "3/4/90"), "birth: 3-apr-1990"),
    ],
)
def test_what_differs_is_said(new, known, words):
    close = compare(details(*new, **PULAY), details(*known, **PULAY))
    assert close.shown
    assert words in close.different


def test_a_name_alone_is_no_strong_case():
    assert not compare(details("López, María"), details("López, María")).strong
    assert not compare(details("López Tum, María Ana"), details("López Tum, María Ana")).strong
    far = compare(details("López, María", "20", community="Pulay"), details("López, María", "60", community="Chajul"))
    assert not far.shown


def test_a_short_family_name_written_otherwise_needs_one_field_more():
    new, known = details("Cuc, Ana", "3/4/90"), details("Coc, Ana", "3/4/90")
    assert not compare(new, known).strong
    one, other = (replace(each, mother_name="Juana Tum") for each in (new, known))
    assert compare(one, other).strong
    assert compare(details("Chavajay, Ana", "3/4/90"), details("Chavajey, Ana", "3/4/90")).strong


def test_the_same_card_number_is_always_asked_about():
    known = details("Tzoc, María", "1987", national_id="2456 78901 0701")
    assert compare(details("Pérez, Juana", "1950", national_id="2456789010701"), known).strong


def test_twins_and_father_and_son_are_two_people():
    house = {**PULAY, "phone": "55124433", "mother_name": "Juana Tum"}
    twin = compare(details("Coj Tum, Ana Rosa", "3/4/90", **house), details("Coj Tum, Ana Elena", "3/4/90", **house))
    assert not twin.strong
    son = compare(details("Coj, Juan", "3/4/90", **PULAY), details("Coj, Juan", "5/8/62", **PULAY))
    assert not son.strong


def test_a_guessed_age_forgives_more_in_the_old():
    def apart(age: int, years: int) -> bool:
        year = TODAY.year - age
        guess = Birth(PartialDate(year + years), True, TODAY)
        return (
            "about the same age"
            in compare(
                replace(details("Coj, Ana"), birth=guess),
                replace(details("Coj, Ana"), birth=Birth(PartialDate(year, 3, 4))),
            ).equal
        )

    assert apart(75, 7)
    assert not apart(12, 7)
    assert apart(12, 2)


def test_a_rare_name_says_more_than_a_common_one():
    assert frequency(3, 10_000) > frequency(900, 10_000)
    assert frequency(0, 0) == USUAL_BITS
    new, known = (details("Racancoj, Ana", "3/4/90", **PULAY) for _one in range(2))
    rare, common = (compare(new, known, lambda _word, bits=bits: bits) for bits in (11.0, 3.0))
    assert rare.points > common.points


def test_two_names_that_many_bear_are_not_one_with_a_slip():
    house = {**PULAY, "phone": "55124433", "mother_name": "Juana Tum"}
    new, known = (details(f"Coj Tum, {name}", "3/4/90", **house) for name in ("María", "Marina"))
    borne = {"maria": 4.0, "marina": 7.0}
    assert not compare(new, known, lambda word: borne.get(word, 10.0)).strong
    assert compare(new, known, lambda word: {"maria": 4.0}.get(word, 10.0)).strong


def test_words_that_go_together_and_words_that_do_not():
    assert closeness("chavajay", "chabajay") is Close.SOUND
    assert closeness("chavajay", "chavajey") is Close.SLIP
    assert closeness("cuc", "coc") is Close.SHORT
    assert closeness("tum", "perez") is Close.NO
    assert given_closeness("chepe", "jose") is Close.PET
    assert given_closeness("juanito", "juan") is Close.PET
    assert given_closeness("j", "juan") is Close.PET
    assert given_closeness("francisco", "francisca") is Close.NO
    assert given_closeness("juan", "juana") is Close.NO


NAMES = st.sampled_from(
    ["", "Tzoc", "Tzok", "Coj", "Tum", "de León", "Ana", "Ana Rosa", "K'iche' 😀", "y", "O'Neil", "1"]
)
PEOPLE = st.builds(
    Details,
    given_names=NAMES,
    family_name=NAMES,
    second_family_name=NAMES,
    married_name=NAMES,
    known_as=NAMES,
    sex=st.sampled_from(Sex),
    birth=st.none()
    | st.builds(
        lambda year, day, guess: Birth(PartialDate(year, *day), guess, TODAY if guess else None),
        st.integers(1920, 2026),
        st.sampled_from([(), (3,), (3, 4), (4, 3)]),
        st.booleans(),
    ),
    municipality_code=st.sampled_from(["", "1413", "0701"]),
    community=st.sampled_from(["", "Pulay", "Cantón Pulay", "Barrio Norte"]),
    phone=st.sampled_from(["", "55124433", "vecina"]),
    national_id=st.sampled_from(["", "2456789010701", "2456789010702"]),
    mother_name=NAMES,
)


@given(PEOPLE, PEOPLE)
def test_likeness_is_the_same_from_both_sides(one, other):
    there, back = compare(one, other), compare(other, one)
    # Which of the two was typed into the wrong fields is not known, and is weighed from the new one's side.
    assume("names and family names in each other's place" not in there.different)
    assert there.points == pytest.approx(back.points)
    assert there.strong == back.strong


@given(PEOPLE)
def test_nobody_is_unlike_oneself(one):
    assert not compare(one, one).different


def test_every_weight_is_of_a_sign_that_is_given_and_differences_never_speak_for_it():
    against = ("none", "some", "other", "far", "generation", "slip", "short", "alike", "missing", "wide", "mixed")
    for name, weight in WEIGHTS.items():
        if name.startswith(("given_", "family_", "mother_", "phone_", "sex_", "id_o")) and name.endswith(against):
            assert weight <= 0 or name == "family_one_missing", name


def test_the_set_that_nobody_fitted_on_is_found():
    """A small part of what tests/benchmarks/test_likeness.py counts."""
    region, luck = make_region(31, 3000), random.Random(32)
    desk = Desk(region.registered)
    again = [desk.ask(region.again(luck, error)) for error in WRITTEN_FOR for _case in range(10)]
    new = [desk.ask(region.new(luck, kind)) for kind in NEWCOMERS for _case in range(20)]
    told = judge([*again, *new])
    assert (told.again, told.compared) == (250, 250)
    assert told.found >= 240
    assert told.wrong <= 2
    held_out = judge([desk.ask(region.again(luck, error)) for error in HELD_OUT for _case in range(10)])
    assert held_out.compared >= 68
    assert held_out.found >= 56


def test_similar_lines_of_one_list_are_found_without_being_kept(ask):
    maria = details("Tzoc Pérez, María", "14/7/87", **PULAY)
    lines = [maria, details("Coj Tum, Ana", "30", **PULAY), details("Tzok Pérez, María", "~39", **PULAY)]
    (pair,) = ask(lambda r: pairs_within(r, lines))
    assert (pair.first, pair.second) == (0, 2)
    assert "community" in pair.equal
    assert pair.different == ("family name: Tzoc, not Tzok",)


@settings(max_examples=5)
@given(st.integers(0, 10_000))
def test_the_region_is_the_same_for_a_seed(seed):
    one, other = make_region(seed, 60), make_region(seed, 60)
    assert one.registered == other.registered


def test_a_telephone_written_with_the_code_of_the_country_is_compared_with_the_one_without(ask, register):
    register("Xicay Coj, Berta", phone="5512 4433")
    new = Details(given_names="Zoila", family_name="Coj", phone="+502 5512-4433")
    assert ask(lambda reading: candidates(Shelf(reading), new))
