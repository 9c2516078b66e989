from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.printing.render import _ruler
from clinic_desktop.printing.words import MISSING, said

GLYPHS = _ruler().glyphs


def of(text: str) -> str:
    return said(text, GLYPHS)


def test_words_of_the_region_are_untouched() -> None:
    for text in (
        "ñandú, Güisquil, ¿qué?",
        "K'iche', Kꞌiche', Tzʼutujil",
        "½ tableta · 25 °C «así»",
        "<b>Ana & José</b>",
    ):
        assert of(text) == text


def test_accents_typed_apart_are_joined() -> None:
    assert of("Jose\u0301") == "José"


def test_control_characters_vanish_and_line_breaks_stay() -> None:
    assert of("a\x00b\x07c\r\nd\re\u2028f\x0bg\tz") == "abc\nd\ne\nf\ng    z"


def test_marks_that_turn_the_reading_direction_are_seen() -> None:
    assert of("abc\u202edef\u200f") == f"abc{MISSING}def{MISSING}"


def test_one_emoji_of_many_characters_is_one_sign() -> None:
    assert of("hola 👩🏽‍⚕️ doctora") == f"hola {MISSING} doctora"
    assert of("👩\u200dAna") == f"{MISSING}Ana"


def test_signs_of_medicine_that_the_font_lacks_are_spelled() -> None:
    assert of("≥ 3 → 5, ≤ 2") == ">= 3 -> 5, <= 2"


def test_soft_hyphens_and_joiners_leave_no_trace() -> None:
    assert of("tra\u00adba\u200bjo\ufeff") == "trabajo"


def test_half_of_a_pair_of_code_units_is_shown_missing() -> None:
    assert of("a\ud83db") == f"a{MISSING}b"


@given(st.text())
def test_whatever_is_typed_can_be_drawn(text: str) -> None:
    assert all(char == "\n" or ord(char) in GLYPHS for char in of(text))


@given(st.text())
def test_said_twice_is_said_once(text: str) -> None:
    assert of(of(text)) == of(text)
