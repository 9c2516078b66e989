"""The law of the count: whatever becomes known after a count, the balance at its moment stays what was counted.

A movement from before a count that the count did not know is *late* to it. It stays, and one more movement takes it out
of the balance. What is late depends only on rows that never change, so that every computer finds the very same, in
whatever order a merge brings them.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid5


@dataclass(frozen=True, slots=True)
class Point:
    """Where one counted lot stands in time: the moment to which its number belongs."""

    counted_at: datetime
    counted_on: date
    line_id: str

    @property
    def place(self) -> tuple[datetime, str]:
        """Two counts of one moment have an order too, or each would wait for the other."""
        return self.counted_at, self.line_id


@dataclass(frozen=True, slots=True)
class Seen:
    """A movement as far as the law looks at it."""

    movement_id: str
    units: int
    occurred_on: date
    occurred_at: datetime | None = None
    """Empty: some time on that day."""
    written_by: Point | None = None
    """The counted lot that it adjusts, or for which it takes out what was late."""

    def is_before(self, point: Point) -> bool:
        """Whether it lay on the shelf, or was gone from it, when people counted; a count's own rows are."""
        if self.written_by is not None:
            return self.written_by.place <= point.place
        if self.occurred_at is not None:
            return self.occurred_at <= point.counted_at
        return self.occurred_on <= point.counted_on


@dataclass(frozen=True, slots=True)
class Counted:
    """One counted lot with what was known of it when it was closed."""

    point: Point
    previous: Point | None = None
    known: frozenset[str] = field(default_factory=frozenset[str])
    """Movements since the previous one."""

    def holds(self, seen: Seen) -> bool:
        """Whether it belongs to the time since the previous count of this lot, as far as it was known."""
        return seen.is_before(self.point) and not (self.previous is not None and seen.is_before(self.previous))

    def is_late(self, seen: Seen) -> bool:
        if seen.movement_id in self.known or not self.holds(seen):
            return False
        return seen.written_by is None or seen.written_by.line_id != self.point.line_id


def counter_id(line_id: str, movement_id: str) -> str:
    """The id of the row that takes this movement out: the same on every computer that writes it."""
    return str(uuid5(UUID(line_id), movement_id))
