"""Doses: typed in three or four numbers, kept in quarters, said in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.medication.rules.courses import constant, units_of
from clinic_desktop.features.medication.rules.doses import (
    DaysImplausible,
    Dose,
    DoseTooLarge,
    DoseUnclear,
    Handed,
    read_dose,
    say_dose,
    still_covered,
)
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.kernel.i18n import set_language

QUARTERS = st.integers(0, 160)
DOSES = st.builds(
    lambda q, every: Dose(q[0], q[1], q[2], q[3], every),
    st.tuples(QUARTERS, QUARTERS, QUARTERS, QUARTERS).filter(any),
    st.integers(1, 60),
)


@pytest.mark.parametrize(
    ("typed", "quarters", "every"),
    [
        ("1-0-1", (4, 0, 0, 4), 1),
        ("½-0-1", (2, 0, 0, 4), 1),
        ("1/2-0-1", (2, 0, 0, 4), 1),
        ("0.5 - 0 - 1", (2, 0, 0, 4), 1),
        ("0,25-0-0", (1, 0, 0, 0), 1),
        ("1½-1 1/2-0-¾", (6, 6, 0, 3), 1),
        ("1–0–1–2", (4, 0, 4, 8), 1),
        ("1 c/28d", (4, 0, 0, 0), 28),
        ("1 cada 4 semanas", (4, 0, 0, 0), 28),
        ("½ c/2 días", (2, 0, 0, 0), 2),
        ("1-0-1 c/2d", (4, 0, 0, 4), 2),
    ],
)
def test_a_dose_is_typed_as_people_write_it(typed: str, quarters: tuple[int, ...], every: int) -> None:
    dose = read_dose(typed)
    assert (dose.quarters, dose.every_days) == (quarters, every)


@pytest.mark.parametrize(
    "typed", ["", "1", "1-1", "0-0-0", "a-0-1", "1-0-1-0-1", "-1-0-1", "0.3-0-1", "1/3-0-0", "1//2-0-0"]
)
def test_a_dose_that_could_mean_two_things_is_refused(typed: str) -> None:
    with pytest.raises(DoseUnclear):
        read_dose(typed)


def test_an_implausible_dose_is_refused() -> None:
    with pytest.raises(DoseTooLarge):
        read_dose("100-0-0")


@given(DOSES)
def test_what_is_shown_can_be_typed_again(dose: Dose) -> None:
    assert read_dose(str(dose)) == dose


def test_a_dose_is_said_in_words() -> None:
    set_language("es")
    assert say_dose(read_dose("½-0-1"), Unit.TABLET) == "½ tableta en la mañana y 1 tableta en la noche"
    assert say_dose(read_dose("1-1-1-2"), Unit.CAPSULE) == (
        "1 cápsula en la mañana, 1 cápsula al mediodía, 1 cápsula en la tarde y 2 cápsulas en la noche"
    )
    assert say_dose(read_dose("1 c/28d"), Unit.AMPOULE) == "1 ampolla cada 28 días"
    assert say_dose(read_dose("5-0-5"), Unit.BOTTLE) == "5 mL en la mañana y 5 mL en la noche"


@pytest.mark.parametrize(
    ("typed", "days", "units"),
    [("1-0-1", 30, 60), ("½-0-0", 30, 15), ("½-0-0", 31, 16), ("¼-0-0", 1, 1), ("1 c/28d", 28, 1), ("1 c/28d", 30, 2)],
)
def test_units_are_what_is_taken_rounded_up(typed: str, days: int, units: int) -> None:
    assert units_of(constant(read_dose(typed), days), Unit.TABLET) == units


@pytest.mark.parametrize("days", [0, -1, 367, 10**9])
def test_implausible_days_are_refused(days: int) -> None:
    with pytest.raises(DaysImplausible):
        constant(read_dose("1-0-1"), days)


def test_the_longest_lasting_handing_out_counts() -> None:
    from datetime import date

    first, second = Handed(date(2026, 11, 1), 60), Handed(date(2026, 11, 20), 7)
    assert still_covered([first, second], date(2026, 11, 23)) == first
    assert still_covered([second], date(2026, 11, 26)) == second
    assert still_covered([second], date(2026, 11, 27)) is None
