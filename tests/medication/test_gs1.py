"""What a scanner types is read as it was composed, or refused, or left to the person: never a wrong lot."""

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clinic_desktop.features.medication.rules.gs1 import (
    SEPARATOR,
    BarcodeUnclear,
    CartonCode,
    CheckDigitWrong,
    Scan,
    check_digit,
    read_day,
    read_gtin,
    read_scan,
)
from clinic_desktop.kernel.errors import Refused

TODAY = date(2026, 11, 23)
GTIN = "07501234567893"
PLAIN_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-./_"
ALL_SIGNS = PLAIN_SIGNS + "abcdefghijklmnopqrstuvwxyz!\"%&'()*+,:;<=>?"


def scan(text: str) -> Scan | None:
    return read_scan(text, TODAY)


@pytest.mark.parametrize(
    "typed",
    [
        f"01{GTIN}1727063010A-123",
        f"01{GTIN}1727060010A-123\x1d21SERIAL9",
        f"01{GTIN}21SERIAL9\x1d1727063010a-123",
        f"]d201{GTIN}10A-123{SEPARATOR}17270630",
        f"]C1\x1d01{GTIN}10A-123|17270630",
        f"01{GTIN}10A-123<GS>17270630<GS>712RN-1",
        f"01{GTIN}11250101172706003102001500\x1d10A-123",
        f"01{GTIN}1727063010A-123\x1d91WHAT-THE-MAKER-LIKES",
        f"(01){GTIN}(17)270630(10)A-123",
    ],
)
def test_product_lot_and_expiry_come_from_every_kind_of_scanner(typed: str) -> None:
    found = scan(typed)
    assert found is not None
    assert (found.gtin, found.lot_number, found.expires_on) == (GTIN, "A-123", date(2027, 6, 30))


@pytest.mark.parametrize("plain", ["7501234567893", "96385074", "036000291452", "10614141000415"])
def test_the_number_under_a_plain_barcode_says_only_the_product(plain: str) -> None:
    assert scan(plain) == Scan(plain.zfill(14))
    assert read_gtin(plain) == plain.zfill(14)
    wrong = plain[:-1] + str((int(plain[-1]) + 1) % 10)
    with pytest.raises(CheckDigitWrong):
        scan(wrong)


@pytest.mark.parametrize("typed", ["", "flu", "fluoxetina 20", "20", "100 mg", "0627", "3x20", "A0112", "10ABC", "½"])
def test_what_a_person_types_stays_typing(typed: str) -> None:
    assert scan(typed) is None


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("00123456789012345675", CartonCode),
        (f"01{GTIN[:-1]}0", BarcodeUnclear),
        (f"01{GTIN[:-1]}0\x1d10A1", CheckDigitWrong),
        (f"01{GTIN}\x1d1727", BarcodeUnclear),
        (f"01{GTIN}\x1d17271330", BarcodeUnclear),
        (f"01{GTIN}\x1d17270631", BarcodeUnclear),
        (f"01{GTIN}\x1d10" + "A" * 21, BarcodeUnclear),
        ("]d2", BarcodeUnclear),
        ("]d2ñandú", BarcodeUnclear),
        ("00000000", CheckDigitWrong),
        (f"01{GTIN}" + "1" * 500, BarcodeUnclear),
    ],
)
def test_what_is_no_whole_barcode_is_refused_in_one_sentence(typed: str, why: type[Refused]) -> None:
    with pytest.raises(why) as refused:
        scan(typed)
    assert refused.value.sentence().count(".") <= 2
    assert not any(sign.isdigit() for sign in refused.value.sentence())


def test_without_separators_a_lot_that_could_end_twice_is_left_to_the_person() -> None:
    found = scan(f"01{GTIN}1727063010A21B7")
    assert found is not None
    assert (found.lot_number, found.lot_unsure, found.expires_on) == (None, True, date(2027, 6, 30))
    sure = scan(f"01{GTIN}1727063010A21B7\x1d")
    assert sure is not None and sure.lot_number == "A21B7"


def test_a_lot_with_signs_that_another_keyboard_changes_is_left_to_the_person() -> None:
    for typed in (f"01{GTIN}1727063010A'123", f"+d201{GTIN}1727063010A-123"):
        found = scan(typed)
        assert found is not None and found.lot_number is None and found.lot_unsure
    told = scan(f"+d201{GTIN}1727063010A123")
    assert told is not None and told.lot_number == "A123"


def test_the_year_of_two_digits_is_the_nearest_and_day_nought_the_end_of_the_month() -> None:
    assert read_day("280200", TODAY) == date(2028, 2, 29)
    assert [read_day(f"{year}0101", TODAY).year for year in ("76", "77", "26", "00", "99")] == [
        2076, 1977, 2026, 2000, 1999,
    ]  # fmt: skip
    assert read_day("010101", date(2080, 1, 1)).year == 2101


def gtins(first: str = "0123456789") -> st.SearchStrategy[str]:
    digits = st.text("0123456789", min_size=12, max_size=12)
    return st.builds(lambda a, b: a + b + check_digit(a + b), st.sampled_from(first), digits).filter(
        lambda whole: bool(whole.strip("0"))
    )


DAYS = st.dates(date(2000, 1, 1), date(2070, 12, 31))


@st.composite
def composed(draw: st.DrawFn, signs: str) -> tuple[list[tuple[str, str]], str, str | None, date | None]:
    """Elements in any order after the product; the lot and the expiry among them or not."""
    gtin = draw(gtins())
    lot = draw(st.none() | st.text(signs, min_size=1, max_size=20))
    day = draw(st.none() | DAYS)
    more = [("10", lot)] if lot else []
    more += [("17", f"{day:%y%m%d}")] if day else []
    more += draw(st.just([]) | DAYS.map(lambda made: [("11", f"{made:%y%m%d}")]))
    for code in draw(st.sets(st.sampled_from(["21", "240", "710", "715"]))):
        more.append((code, draw(st.text(signs, min_size=1, max_size=20))))
    if gtin.startswith("9") and draw(st.booleans()):
        more.append(("30", str(draw(st.integers(0, 99_999_999)))))
    return [("01", gtin), *draw(st.permutations(more))], gtin, lot, day


def join(elements: list[tuple[str, str]], separator: str) -> str:
    return "".join(
        code + value + (separator if code not in ("01", "11", "17") and at < len(elements) - 1 else "")
        for at, (code, value) in enumerate(elements)
    )


@settings(max_examples=250)
@given(composed(ALL_SIGNS), st.sampled_from(["\x1d", SEPARATOR, "|", "<GS>"]), st.sampled_from(["", "]d2", "]C1"]))
def test_whatever_is_composed_is_read_back(
    what: tuple[list[tuple[str, str]], str, str | None, date | None], separator: str, prefix: str
) -> None:
    elements, gtin, lot, day = what
    if separator == "<GS>" and any("<GS" in value for _code, value in elements):
        return
    text = prefix + join(elements, separator) + separator
    found = scan(text)
    assert found is not None
    assert (found.gtin, found.expires_on) == (gtin, day)
    if lot and all(sign in PLAIN_SIGNS + "abcdefghijklmnopqrstuvwxyz" for sign in lot):
        assert found.lot_number == lot.upper()
    else:
        assert found.lot_number is None
        assert found.lot_unsure is bool(lot)


@settings(max_examples=250)
@given(composed(PLAIN_SIGNS), st.sampled_from(["", "]d2"]))
@example(([("01", GTIN), ("10", "A"), ("21", "B7")], GTIN, "A", None), "")
@example(([("01", GTIN), ("21", "B"), ("17", "270630"), ("10", "A1")], GTIN, "A1", date(2027, 6, 30)), "")
def test_a_scanner_that_sends_no_separators_never_makes_a_wrong_lot_or_day(
    what: tuple[list[tuple[str, str]], str, str | None, date | None], prefix: str
) -> None:
    elements, gtin, lot, day = what
    try:
        found = scan(prefix + join(elements, ""))
    except Refused:
        return
    assert found is not None and found.gtin == gtin
    assert found.lot_number in (None, lot)
    assert found.expires_on in (None, day)
    if lot and found.lot_number is None:
        assert found.lot_unsure


@settings(max_examples=300)
@given(st.text(max_size=60) | st.text("01723()]dC|\x1dAB", max_size=40))
def test_any_garbage_is_refused_or_taken_as_typing(text: str) -> None:
    try:
        found = scan(text)
    except Refused as refused:
        assert refused.sentence()
        return
    assert found is None or read_gtin(found.gtin) == found.gtin
