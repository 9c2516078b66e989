"""Passwords and codes that survive being read out, written by hand and typed by somebody else."""

import random
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.storage.cover_pin import CoverPin, WeakPin
from clinic_desktop.storage.recovery import MistypedCode, new_code, same_code, secret_of
from clinic_desktop.storage.words import (
    WeakPassword,
    check_password,
    made_of_words,
    normal_form,
    suggest_password,
    word_list,
)

CODE = new_code()


def test_the_word_list_is_long_and_free_of_what_people_spell_differently():
    words = word_list()
    assert len(words) == len(set(words)) >= 2048
    assert list(words) == sorted(words)
    for word in words:
        # No accent, ñ, h, b/v, s/z, ll/y; c only where it sounds as k; no ge, gi, je, ji.
        assert re.fullmatch(r"[acdefgijlmnopqrtu]{3,10}", word), word
        assert not re.search(r"ll|c(?![aourl])|[gj][ei]", word), word


def test_the_word_list_offends_nobody():
    offending = (
        "mierd pedo puta puto culo caca negr indio marica tarad tont idiot loco mongol perra verg pija mata muert"
    )
    found = {word for word in word_list() for part in offending.split() if part in word}
    assert found <= {"cacao"}


def test_a_suggested_password_is_strong_enough_and_never_twice_the_same():
    one, other = suggest_password(), suggest_password()
    assert one != other
    assert len(one.split()) == 4
    check_password(one)
    assert made_of_words(one)


@given(st.randoms(use_true_random=False))
def test_generated_words_are_the_same_whatever_the_accents_spaces_and_case(rng: random.Random):
    words = rng.sample(word_list(), 4)
    typed = [
        w.upper() if rng.random() < 0.5 else unicodedata.normalize("NFC", w.replace("a", "a\u0301")) for w in words
    ]
    sloppy = rng.choice([" ", "", "-", "   "]).join(typed)
    assert normal_form(sloppy, of_words=True) == normal_form(" ".join(words), of_words=True)


@given(st.text(min_size=1))
def test_any_other_password_is_taken_as_typed(text: str):
    assert normal_form(text, of_words=False) == normal_form(unicodedata.normalize("NFD", text), of_words=False)
    assert normal_form(text + "a", of_words=False) != normal_form(text + "A", of_words=False)


@pytest.mark.parametrize(
    "weak",
    [
        "once letras",
        "aaaaaaaaaaaaaaaa",
        "123456789012345",
        "abcdefghijklmnop",
        "abcabcabcabcabc",
        "Contraseña2026!!",
        "Guatemala 2026 2026",
        "María López 1985",
        "x" * 300,
    ],
)
def test_what_falls_to_the_first_guesses_is_refused(weak: str):
    with pytest.raises(WeakPassword):
        check_password(weak, names=("María López", "Clínica Nebaj"))


@pytest.mark.parametrize(
    "good", ["El perro de María come a las 5", "k'iche' ixchel 77", "тихий сад у реки", "a1!b2@c3#d4$"]
)
def test_a_long_password_of_ones_own_is_taken_in_any_writing(good: str):
    check_password(good, names=("María López",))


def test_a_code_is_seven_groups_of_four():
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}", CODE)


def test_a_code_copied_sloppily_is_the_same_code():
    sloppy = CODE.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert same_code(sloppy, CODE)
    assert secret_of(sloppy) == secret_of(CODE)


def test_a_slip_of_the_pen_is_found_before_the_slow_computation():
    rng = random.Random(7)
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    found = 0
    for _ in range(500):
        place = rng.choice([i for i, c in enumerate(CODE) if c != "-"])
        wrong = CODE[:place] + rng.choice(alphabet.replace(CODE[place], "")) + CODE[place + 1 :]
        try:
            secret_of(wrong)
        except MistypedCode:
            found += 1
    assert found >= 490
    for cut in (CODE[:-1], CODE + "A", "", CODE.replace(CODE[0], "Ñ", 1), CODE[:-1] + "U"):
        with pytest.raises(MistypedCode):
            secret_of(cut)


def test_the_cover_lifts_for_its_pin_and_locks_after_three_misses():
    cover = CoverPin("8302")
    assert not cover.check("8303")
    assert cover.check("8302")
    assert cover.tries_left == 3
    assert [cover.check("0000") for _ in range(3)] == [False] * 3
    assert cover.spent
    assert not cover.check("8302")


@pytest.mark.parametrize("pin", ["", "123", "1234", "9876", "0000", "12a4", "123456789", "١٢٣٥"])
def test_a_pin_everybody_tries_first_is_refused(pin: str):
    with pytest.raises(WeakPin):
        CoverPin(pin)
