"""How names are written, split and spelled alike."""

import json
import unicodedata
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.patients.rules.naming import (
    Name,
    Typed,
    clean_line,
    name_of,
    said_name,
    split_typed,
)
from clinic_desktop.features.patients.rules.terms import matched, sound, typed_words, words_of
from clinic_desktop.kernel.assets import resource

GIVEN = {"maria": True, "ixchel": True, "juan": True, "juana": True, "tzoc": False, "perez": False}


def test_the_family_name_comes_first_in_capitals():
    assert said_name(Name("María Ixchel", "Tzoc", "Pérez")) == "TZOC PÉREZ, María Ixchel"
    assert said_name(Name("Ana", "Coj")) == "COJ, Ana"
    assert said_name(Name("Ana")) == "Ana"
    assert said_name(Name(family="Coj")) == "COJ"
    assert said_name(Name("Ana", "Coj", married="López")) == "COJ DE LÓPEZ, Ana"
    assert said_name(Name("Ana", "Coj", married="de León")) == "COJ DE LEÓN, Ana"
    assert said_name(Name(known_as="doña Tonita")) == "doña Tonita"
    assert said_name(Name()) == "Without name"


@pytest.mark.parametrize(
    ("typed", "split"),
    [
        ("tzok maria", Typed("Maria", "Tzok")),
        ("maria tzoc", Typed("Maria", "Tzoc")),
        ("tzoc pérez maría ixchel", Typed("María Ixchel", "Tzoc", "Pérez")),
        ("María Ixchel Tzoc Pérez", Typed("María Ixchel", "Tzoc", "Pérez")),
        ("Tzoc Pérez, María", Typed("María", "Tzoc", "Pérez")),
        ("maria de la cruz perez", Typed("Maria", "de la Cruz", "Perez")),
        ("tzok maria 1987", Typed("Maria", "Tzok", "", "1987")),
        ("maria juan", Typed("Maria", "Juan")),
        ("tzoc", Typed("", "Tzoc")),
        ("maria", Typed("Maria")),
        ("xol", Typed("", "Xol")),
        ("xol tuy", Typed("Tuy", "Xol")),
        ("k'iche' ana", Typed("Ana", "K'iche'")),
        ("", Typed()),
    ],
)
def test_typed_words_become_names(typed, split):
    assert split_typed(typed, GIVEN.get) == split


@given(st.text(max_size=60))
def test_no_typed_word_is_lost_or_breaks_the_split(typed):
    split = split_typed(typed, GIVEN.get)
    kept = " ".join((split.given, split.family, split.second_family))
    letters = [word for word in typed.split() if not any(c.isdigit() for c in word)]
    for word in " ".join(letters).replace(",", " ").split():
        assert set(words_of(word)) <= set(words_of(kept))


def test_spellings_that_registrars_took_for_the_same_sound_alike():
    rules = json.loads(resource("catalogs/name_rules.json").read_text(encoding="utf-8"))
    for names in [*rules["same"], ["Chavajay", "Chabajay"], ["Hernández", "Hdz"], ["Guarchaj", "Warchaj"]]:
        assert len({sound(word) for name in names for word in words_of(name)}) == 1, names


def test_names_that_mean_other_families_do_not_sound_alike():
    for one, other in (("Racancoj", "Recancoj"), ("Cuc", "Coc"), ("Tum", "Toj"), ("Tzoc", "Tzoy")):
        assert sound(words_of(one)[0]) != sound(words_of(other)[0])


def test_a_printed_number_is_one_word():
    assert typed_words("SOL-AB00012-K") == ("solab00012k",)
    assert typed_words("tzoc-perez") == ("tzoc", "perez")


def test_the_letters_that_match_are_known():
    assert matched("TZOC PÉREZ, María", ("tzok", "mar")) == (
        ("TZO", True),
        ("C PÉREZ, ", False),
        ("Mar", True),
        ("ía", False),
    )
    assert matched("K'iche'", ("kich",)) == (("K'ich", True), ("e'", False))


@given(st.text(max_size=60), st.text(max_size=20))
def test_marking_matches_never_changes_the_text(text, typed):
    assert "".join(piece for piece, _hit in matched(text, typed_words(typed))) == text


@given(st.text(max_size=60))
def test_a_name_is_kept_as_it_was_written_but_for_blanks_and_control_signs(text):
    kept = clean_line(text)
    assert words_of(kept) == words_of("".join(kept))
    assert kept == clean_line(kept)
    assert "\n" not in kept


TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(TURNING + "’ñ😀\u200f=<"))))
def test_what_is_kept_of_a_text_turns_no_words_around_and_loses_no_letter(text):
    kept = clean_line(text)
    assert not set(kept) & set(TURNING)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in kept)
    assert clean_line(kept) == kept
    letters = [c for c in unicodedata.normalize("NFC", "".join(c for c in text if c not in TURNING)) if c.isalpha()]
    assert [c for c in unicodedata.normalize("NFD", "".join(letters)) if c.isalpha()] == [
        c for c in unicodedata.normalize("NFD", kept) if c.isalpha()
    ]


def test_somebody_without_a_name_is_said_by_place_and_day_also_from_a_bare_row():
    row = SimpleNamespace(
        given_names=None, family_name=None, second_family_name=None, married_name=None, known_as=None,
        unidentified=1, met_where="mercado", met_on="2026-11-28",
    )  # fmt: skip
    assert said_name(name_of(row)) == "UNIDENTIFIED (mercado, 28-nov-2026)"
