"""A day that is over, as it stands on a paper."""

from datetime import date

from clinic_desktop.features.patients.rules.ages import read_birth
from clinic_desktop.kernel.errors import Refused


def read_past_day(typed: str, today: date) -> date | None:
    """A whole day that is not still to come; None if it is not one."""
    try:
        told = read_birth(typed, today)
    except Refused:
        return None
    return None if told.estimated or told.day.day is None else told.day.earliest()
