"""One visit that stands in two rows: two laptops wrote of one person and day without knowing of each other.

Rows are final, so nothing is thrown away: the same row holds everywhere, and the others are neither shown nor counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clinic_desktop.features.agenda.rules.day import AppointmentStatus as Status
from clinic_desktop.features.agenda.rules.day import is_open


@dataclass(frozen=True, slots=True)
class Booked:
    """One appointment as far as telling twins apart needs it."""

    appointment_id: str
    patient_id: str
    day: date
    from_paper: bool
    status: Status
    made_at: datetime | None = None
    begun_at: datetime | None = None
    """When the person was called in, else when the person came."""


_TELLS_MOST = (Status.IN_CONSULT, Status.WAITING, Status.SEEN, Status.LEFT, Status.MISSED, Status.BOOKED)
_GONE = (Status.CANCELLED, Status.MOVED)
_EMPTY = (Status.BOOKED, Status.MISSED)


def twins(appointments: Iterable[Booked]) -> frozenset[str]:
    """Appointments that say again what another one of the same person and day says."""
    groups: dict[tuple[str, date], list[Booked]] = defaultdict(list)
    for one in appointments:
        if one.status not in _GONE:
            groups[one.patient_id, one.day].append(one)
    again: set[str] = set()
    for group in groups.values():
        if len(group) > 1:
            again |= _typed_again(group) if any(one.from_paper for one in group) else _open_again(group)
    return frozenset(again)


def _typed_again(group: Sequence[Booked]) -> set[str]:
    """Of each person and day with a line from paper the one that tells most holds, whatever came first; among equals
    the one that was booked, then the smallest id."""
    holds = min(group, key=lambda one: (_TELLS_MOST.index(one.status), one.from_paper, one.appointment_id))
    # A second visit that was booked on the computer is no twin of the first.
    return {one.appointment_id for one in group if one is not holds and (one.from_paper or one.status in _EMPTY)}


def _open_again(group: Sequence[Booked]) -> set[str]:
    """Nobody is expected twice on a day, or waits twice: a second one is made only when the first is over."""
    again: set[str] = set()
    by_telling = sorted(group, key=lambda one: (_TELLS_MOST.index(one.status), one.appointment_id))
    expected = [one for one in by_telling if is_open(one.status)]
    again.update(one.appointment_id for one in expected[1:])
    for over in (one for one in group if not is_open(one.status) and one.begun_at is not None):
        # Made while the other still stood open: the same visit, which meanwhile is over.
        again.update(one.appointment_id for one in expected if _made_before(one, over))
    return again


def _made_before(one: Booked, over: Booked) -> bool:
    return one.made_at is not None and over.begun_at is not None and one.made_at < over.begun_at
