"""The demonstration's day is a day of its clinics, wherever it is shown."""

from datetime import UTC, datetime

import pytest

from clinic_desktop.app.demo.start import working_hour


@pytest.mark.parametrize(("utc_day", "hour", "there"), [(22, 18, 22), (23, 3, 22), (23, 6, 23)])
def test_the_walk_begins_at_ten_where_the_clinics_are(utc_day: int, hour: int, there: int) -> None:
    begun = working_hour(datetime(2026, 11, utc_day, hour, 30, tzinfo=UTC))
    assert begun.astimezone(UTC) == datetime(2026, 11, there, 16, tzinfo=UTC)
