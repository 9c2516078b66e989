"""Time is handed in, never fetched: tests stand still and a wrong laptop clock is one place to suspect."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back, for delays."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class StillClock:
    """A clock that moves only when told; for tests and for writing generated history."""

    start: datetime
    _passed: timedelta = field(default=timedelta(), init=False)

    def __post_init__(self) -> None:
        if self.start.tzinfo is None:
            raise ValueError("a clock needs an aware instant")

    def now(self) -> datetime:
        return self.start.astimezone(UTC) + self._passed

    def monotonic(self) -> float:
        return self._passed.total_seconds()

    def advance(self, *, seconds: float = 0, minutes: float = 0, days: float = 0) -> None:
        self._passed += timedelta(seconds=seconds, minutes=minutes, days=days)

    def set(self, instant: datetime) -> None:
        self._passed = instant.astimezone(UTC) - self.start.astimezone(UTC)


_LATEST_MS = 2**46 - 1


def unix_ms(instant: datetime) -> int:
    """Milliseconds since 1970, for ids and for the order of changes.

    Never negative and never past the year 4199: a laptop whose clock has died must still be able to save.
    """
    return min(max(int(instant.timestamp() * 1000), 0), _LATEST_MS)
