"""Guessing at the window is slow, and switching the computer off makes it no faster."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage.files import TRIES
from clinic_desktop.storage.throttle import SlotStopped, Throttle, TooManyTries


@pytest.fixture
def clock() -> StillClock:
    return StillClock(datetime(2026, 11, 23, 14, tzinfo=UTC))


def miss(throttle: Throttle, clock: StillClock, times: int) -> None:
    for _ in range(times):
        clock.advance(seconds=throttle.seconds_left("a"))
        throttle.begin("a")


def test_a_try_is_counted_on_disk_before_it_is_judged(tmp_path: Path, clock: StillClock):
    Throttle(tmp_path, clock).begin("a")
    assert Throttle(tmp_path, clock).misses("a") == 1


def test_delays_double_up_to_five_minutes(tmp_path: Path, clock: StillClock):
    throttle = Throttle(tmp_path, clock)
    seen: list[int] = []
    for _ in range(9):
        miss(throttle, clock, 1)
        seen.append(throttle.seconds_left("a"))
    assert seen == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    with pytest.raises(TooManyTries) as refused:
        throttle.begin("a")
    assert refused.value.sentence() == "Wait 300 seconds before trying again."


def test_a_restart_waits_again_and_the_date_helps_nobody(tmp_path: Path, clock: StillClock):
    miss(Throttle(tmp_path, clock), clock, 4)
    again = Throttle(tmp_path, clock)
    assert again.seconds_left("a") == 40
    clock.set(datetime(2031, 1, 1, tzinfo=UTC))
    fresh = Throttle(tmp_path, StillClock(datetime(2031, 1, 1, tzinfo=UTC)))
    assert fresh.seconds_left("a") == 40


def test_the_right_password_clears_the_count_of_that_name_only(tmp_path: Path, clock: StillClock):
    throttle = Throttle(tmp_path, clock)
    throttle.begin("a")
    throttle.begin("b")
    throttle.succeeded("a")
    again = Throttle(tmp_path, clock)
    assert (again.misses("a"), again.misses("b")) == (0, 1)
    assert again.seconds_left("a") == 0


def test_at_a_hundred_misses_the_name_stops_until_somebody_gives_a_new_password(tmp_path: Path, clock: StillClock):
    throttle = Throttle(tmp_path, clock)
    miss(throttle, clock, 100)
    clock.advance(days=1)
    with pytest.raises(SlotStopped):
        throttle.begin("a")
    throttle.succeeded("a")
    throttle.begin("a")


def test_in_a_day_nobody_makes_more_than_295_guesses(tmp_path: Path, clock: StillClock):
    throttle, waited = Throttle(tmp_path, clock), 0
    for _ in range(99):
        miss(throttle, clock, 1)
        waited += throttle.seconds_left("a")
    # The stop at a hundred comes first; were there none, every further guess would cost the longest delay.
    assert 99 + (86_400 - waited) / throttle.seconds_left("a") <= 295


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1, "misses": {}}', b'{"version": 1, "base": -1}'])
def test_a_damaged_count_is_no_invitation(tmp_path: Path, clock: StillClock, content: bytes):
    (tmp_path / TRIES).write_bytes(content)
    throttle = Throttle(tmp_path, clock)
    assert throttle.seconds_left("a") == 80
    clock.advance(seconds=80)
    throttle.begin("a")
    throttle.succeeded("a")
    assert Throttle(tmp_path, clock).seconds_left("a") == 0


def test_a_folder_that_cannot_be_written_keeps_nobody_out_but_still_counts(tmp_path: Path, clock: StillClock):
    throttle = Throttle(tmp_path / "not there", clock)
    throttle.begin("a")
    assert throttle.seconds_left("a") == 5
