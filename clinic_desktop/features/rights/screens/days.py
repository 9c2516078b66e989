"""Days and hours as they are typed here."""

from datetime import date, time

from clinic_desktop.features.patients.rules.ages import read_birth
from clinic_desktop.features.staff.rules import read_last_day
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


def read_next_day(typed: str, today: date) -> date | None:
    """A day from today on: "3d", "1s", "2m", "5/12", "5/12/2026"; None if it is not one."""
    found = read_last_day(typed, today)
    return found if found is not None and found >= today else None


def read_time(typed: str) -> time | None:
    """ "14:30", "8.15" or "8"; None if it is not an hour of the clock."""
    parts = typed.strip().replace(".", ":").split(":")
    if len(parts) > 2 or not all(p.isascii() and p.isdigit() and len(p) < 3 for p in parts):
        return None
    try:
        return time(int(parts[0]), int(parts[1]) if len(parts) == 2 else 0)
    except ValueError:
        return None
