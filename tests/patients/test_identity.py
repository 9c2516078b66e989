"""National numbers are doubted, never refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.patients.rules.identity import (
    CUI,
    CURP,
    DUI,
    doubt,
    kind_of,
    phone_doubt,
    said_id,
    tidy_id,
)

CUIS = (
    "5260181510701",
    "9083016690719",
    "1318609170413",
    "3909960331401",
    "9482199390101",
    "5181909351332",
    "4323194840514",
    "7865797571333",
)


@pytest.mark.parametrize("number", CUIS)
def test_a_true_cui_raises_no_doubt(number):
    assert doubt(CUI, number) is None
    assert doubt(CUI, said_id("GT_CUI", number)) is None


def test_a_wrong_sign_of_a_card_is_noticed():
    assert doubt(CUI, "5260181520701")
    assert doubt(CURP, "BOXW310820HNERXN08")
    assert doubt(CURP, "BOXW310820HNERXN09") is None
    assert doubt(CUI, "52601815107")
    assert doubt(CUI, "52601815107012")
    assert doubt(CUI, "") is None


@given(st.sampled_from(CUIS), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_figure_of_a_cui_is_always_noticed(number, at, more):
    wrong = number[:at] + str((int(number[at]) + more) % 10) + number[at + 1 :]
    assert doubt(CUI, wrong)


@given(st.integers(0, 99_999_999))
def test_the_check_figure_of_a_dui_is_one_of_ten(body):
    right = [figure for figure in range(10) if doubt(DUI, f"{body:08d}-{figure}") is None]
    assert len(right) == 1


@given(st.text(max_size=40))
def test_nothing_written_breaks_the_check(text):
    for kind in (CUI, CURP, DUI):
        doubt(kind, text)
        said_id(kind.code, text)
    kind_of(text)
    phone_doubt(text)


def test_a_card_is_written_as_on_the_card():
    assert said_id("GT_CUI", "5260181510701") == "5260 18151 0701"
    assert said_id("SV_DUI", "012345678") == "01234567-8"
    assert tidy_id(" 5260-18151 0701") == "5260181510701"
    assert kind_of("5260 18151 0701") is CUI
    assert kind_of("boxw310820hnerxn09") is CURP


def test_a_short_telephone_number_says_how_far_it_is():
    assert phone_doubt("5512 44") == "2 missing: 6 of 8"
    assert phone_doubt("5512 4433") is None
    assert phone_doubt("+502 5512 44") == "2 missing: 6 of 8"
    assert phone_doubt("preguntar a la vecina") is None
