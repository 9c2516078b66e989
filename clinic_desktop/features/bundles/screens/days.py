"""Days as they are typed."""

from datetime import date

from clinic_desktop.features.patients.rules.ages import read_birth
from clinic_desktop.kernel.errors import Refused


def read_day(typed: str, today: date) -> date | None:
    """A whole day that is not still to come, as it is typed everywhere here; None if it is not one."""
    try:
        told = read_birth(typed, today)
    except Refused:
        return None
    if told.estimated or told.day.day is None:
        return None
    return told.day.earliest()
