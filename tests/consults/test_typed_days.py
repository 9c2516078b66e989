"""What is typed as a day or a number may be anything, pasted by mistake: it is read or refused, never a fault."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest

from clinic_desktop.features.agenda.rules.day import read_when
from clinic_desktop.features.agenda.rules.paper_day import read_past_day
from clinic_desktop.features.consults.rules import story, vitals
from clinic_desktop.features.medication.rules import courses, doses, shelf
from clinic_desktop.features.patients.rules.ages import read_birth
from clinic_desktop.features.referrals import rules as referrals
from clinic_desktop.features.rights.screens import days
from clinic_desktop.features.staff.rules import read_last_day
from clinic_desktop.kernel.errors import ClinicError

TODAY = date(2026, 11, 23)
MANY = "9" * 5000
TYPED = (
    "\0", "31/2", "29/2", "0/0", "-1", "²", "²d", "6²d", "٣d", "½", "nan", "1e999", "1_000", "=1+1", "<b>", "\ud800",
    MANY, MANY + "d", "1/1/" + MANY, "1:" + MANY, MANY + "-0-1", "9" * 20, "5/99999999999", "99999999999/5",
    "5/11/99999999999", "120/99999999999", "9999a", "2/" + MANY,
)  # fmt: skip
OF_DAYS = (
    story.read_past, vitals.read_taken_on, days.read_day, days.read_next_day, read_when, read_past_day, read_birth,
    read_last_day, referrals.read_past, courses.read_start,
)  # fmt: skip
OF_NUMBERS = (
    vitals.read_weight, vitals.read_height, vitals.read_pressure, vitals.read_pulse, vitals.read_temperature,
    vitals.read_weeks, days.read_time, doses.read_dose, courses.read_days, shelf.read_units, shelf.read_expiry,
)  # fmt: skip


@pytest.mark.parametrize("reader", OF_DAYS)
def test_no_typed_day_is_a_fault_of_the_program(reader: Callable[[str, date], Any]) -> None:
    for typed in TYPED:
        with suppress(ClinicError):
            reader(typed, TODAY)


@pytest.mark.parametrize("reader", OF_NUMBERS)
def test_no_typed_number_is_a_fault_of_the_program(reader: Callable[[str], Any]) -> None:
    for typed in TYPED:
        with suppress(ClinicError):
            reader(typed)
