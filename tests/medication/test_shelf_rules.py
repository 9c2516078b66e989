"""Units and lots: what may be typed, and which lot goes first."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.medication.rules.kinds import Unit, look_alikes, matches
from clinic_desktop.features.medication.rules.shelf import (
    ExpiredAlready,
    ExpiryTooFar,
    ExpiryUnclear,
    NotEnough,
    ShelfLot,
    UnitsImplausible,
    UnitsUnclear,
    allocate,
    check_expiry,
    clean_lot_number,
    read_expiry,
    read_units,
    say_packs,
    say_usable,
)
from clinic_desktop.kernel.i18n import set_language

TODAY = date(2026, 11, 23)
LOTS = st.lists(
    st.builds(
        lambda i, days, units: ShelfLot(f"lot-{i}", None, TODAY + timedelta(days=days), units),
        st.integers(0, 10**6),
        st.integers(-400, 400),
        st.integers(-5, 50),
    ),
    unique_by=lambda lot: lot.lot_id,
    max_size=12,
)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("0627", date(2027, 6, 30)),
        ("06/27", date(2027, 6, 30)),
        ("6-2027", date(2027, 6, 30)),
        ("062027", date(2027, 6, 30)),
        ("0228", date(2028, 2, 29)),
        ("150627", date(2027, 6, 15)),
        ("15/06/2027", date(2027, 6, 15)),
        ("15062027", date(2027, 6, 15)),
    ],
)
def test_an_expiry_is_typed_as_on_the_box_and_lasts_to_the_end_of_its_month(typed: str, day: date) -> None:
    assert read_expiry(typed) == day


@pytest.mark.parametrize("typed", ["", "27", "1327", "0027", "junio 27", "310627", "-0627a", "1/2/3/4", "06 2"])
def test_an_unclear_expiry_is_refused(typed: str) -> None:
    with pytest.raises(ExpiryUnclear):
        read_expiry(typed)


def test_an_expired_lot_or_one_that_lasts_for_ever_is_not_received() -> None:
    with pytest.raises(ExpiredAlready):
        check_expiry(read_expiry("1026"), TODAY)
    with pytest.raises(ExpiryTooFar):
        check_expiry(read_expiry("0299"), TODAY)
    assert check_expiry(read_expiry("1126"), TODAY) == date(2026, 11, 30)


@pytest.mark.parametrize(("typed", "units"), [("60", 60), ("3x20", 60), ("3 × 20", 60), ("3*20", 60), ("1,000", 1000)])
def test_units_are_typed_as_a_number_or_as_boxes(typed: str, units: int) -> None:
    assert read_units(typed) == units


@pytest.mark.parametrize("typed", ["0", "-5", "1000000000", "3x0", "100001"])
def test_implausible_units_are_refused(typed: str) -> None:
    with pytest.raises(UnitsImplausible):
        read_units(typed)


@pytest.mark.parametrize("typed", ["", "2.5", "½", "x", "3x", "2x3x4", "1,00", "diez", "99999999999999"])
def test_fractions_and_words_are_not_units(typed: str) -> None:
    with pytest.raises(UnitsUnclear):
        read_units(typed)


def test_units_and_shelves_are_said_in_words() -> None:
    set_language("es")
    assert say_packs(60, 20, Unit.TABLET) == "3 cajas × 20 = 60 tabletas"
    assert say_packs(50, 20, Unit.TABLET) == "50 tabletas"
    assert say_usable(0, 40) == "0 utilizables (40 vencidas)"
    assert say_usable(240, 0) == "240 utilizables"


def test_a_lot_number_is_kept_as_printed_without_stray_spaces() -> None:
    assert clean_lot_number("  a 1123 ") == "A 1123"
    assert clean_lot_number("   ") is None
    assert clean_lot_number(None) is None


@given(LOTS, st.integers(1, 200))
def test_the_first_to_expire_goes_first_and_nothing_expired_ever_goes(lots: list[ShelfLot], units: int) -> None:
    usable = sum(lot.units for lot in lots if lot.units > 0 and lot.expires_on >= TODAY)
    if usable < units:
        with pytest.raises(NotEnough):
            allocate(lots, units, TODAY)
        return
    taken = allocate(lots, units, TODAY)
    assert sum(t.units for t in taken) == units
    assert all(0 < t.units <= t.lot.units and t.lot.expires_on >= TODAY for t in taken)
    assert [t.lot.expires_on for t in taken] == sorted(t.lot.expires_on for t in taken)
    left = [lot for lot in lots if lot.is_usable(TODAY) and lot not in [t.lot for t in taken]]
    assert all(lot.expires_on >= taken[-1].lot.expires_on for lot in left)
    assert all(t.units == t.lot.units for t in taken[:-1])


def test_names_that_sound_alike_are_known() -> None:
    assert look_alikes("Fluoxetina") == ("paroxetina", "duloxetina")
    assert look_alikes("haloperidol decanoato") == ("haloperidol",)
    assert look_alikes("sertralina") == ()


def test_a_medicine_is_found_by_the_beginnings_of_its_words() -> None:
    assert matches("flu 20", "fluoxetina 20 mg — cápsula")
    assert matches("ácido fol", "acido fólico 5 mg")
    assert not matches("flu 40", "fluoxetina 20 mg")
