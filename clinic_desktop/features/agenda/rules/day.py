"""Rules of the day: what an appointment is by what happened to it, who is called next, what may follow what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from clinic_desktop.kernel.i18n import N_


class AppointmentStatus(StrEnum):
    BOOKED = "booked"
    WAITING = "waiting"
    IN_CONSULT = "in-consult"
    SEEN = "seen"
    LEFT = "left"
    MISSED = "missed"
    CANCELLED = "cancelled"
    MOVED = "moved"


class EventKind(StrEnum):
    ARRIVED = "arrived"
    CALLED = "called"
    SENT_BACK = "sent-back"
    SEEN = "seen"
    LEFT = "left"
    MISSED = "missed"
    CANCELLED = "cancelled"
    MOVED = "moved"
    UNDONE = "undone"
    """Takes the event named in `undoes_id` back."""
    PRIORITY = "priority"
    NO_PRIORITY = "no-priority"
    ASSIGNED = "assigned"
    """Given to one clinician's queue, or to nobody's in particular."""


class VisitKind(StrEnum):
    FIRST = "first"
    FOLLOW_UP = "follow-up"
    WALK_IN = "walk-in"
    DELIVERY = "delivery"


STATUS_WORDS = {
    AppointmentStatus.BOOKED: N_("To come"),
    AppointmentStatus.WAITING: N_("Waiting"),
    AppointmentStatus.IN_CONSULT: N_("In consultation"),
    AppointmentStatus.SEEN: N_("Seen"),
    AppointmentStatus.LEFT: N_("Left"),
    AppointmentStatus.MISSED: N_("Did not come"),
    AppointmentStatus.CANCELLED: N_("Cancelled"),
    AppointmentStatus.MOVED: N_("Moved"),
}

KIND_WORDS = {
    VisitKind.FIRST: N_("First visit"),
    VisitKind.FOLLOW_UP: N_("Follow-up"),
    VisitKind.WALK_IN: N_("Without appointment"),
    VisitKind.DELIVERY: N_("Delivery"),
}

_LEADS_TO = {
    EventKind.ARRIVED: AppointmentStatus.WAITING,
    EventKind.CALLED: AppointmentStatus.IN_CONSULT,
    EventKind.SENT_BACK: AppointmentStatus.WAITING,
    EventKind.SEEN: AppointmentStatus.SEEN,
    EventKind.LEFT: AppointmentStatus.LEFT,
    EventKind.MISSED: AppointmentStatus.MISSED,
    EventKind.CANCELLED: AppointmentStatus.CANCELLED,
    EventKind.MOVED: AppointmentStatus.MOVED,
}

MAY_FOLLOW: dict[EventKind, frozenset[AppointmentStatus]] = {
    EventKind.ARRIVED: frozenset({AppointmentStatus.BOOKED, AppointmentStatus.MISSED, AppointmentStatus.LEFT}),
    EventKind.CALLED: frozenset({AppointmentStatus.WAITING}),
    EventKind.SENT_BACK: frozenset({AppointmentStatus.IN_CONSULT}),
    EventKind.SEEN: frozenset({AppointmentStatus.IN_CONSULT, AppointmentStatus.WAITING}),
    EventKind.LEFT: frozenset({AppointmentStatus.WAITING}),
    EventKind.MISSED: frozenset({AppointmentStatus.BOOKED}),
    EventKind.CANCELLED: frozenset({AppointmentStatus.BOOKED}),
    EventKind.MOVED: frozenset({AppointmentStatus.BOOKED, AppointmentStatus.MISSED}),
    EventKind.PRIORITY: frozenset({AppointmentStatus.WAITING, AppointmentStatus.BOOKED}),
    EventKind.NO_PRIORITY: frozenset({AppointmentStatus.WAITING, AppointmentStatus.BOOKED}),
    EventKind.ASSIGNED: frozenset({AppointmentStatus.WAITING, AppointmentStatus.BOOKED}),
}
"""From which states an event may be written here. A merge may bring others: they are folded all the same."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to an appointment. `step` counts the events known when it was written."""

    event_id: str
    kind: EventKind
    at: datetime
    step: int
    turn: int | None = None
    undoes_id: str | None = None
    clinician_id: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an appointment stands after its events."""

    status: AppointmentStatus = AppointmentStatus.BOOKED
    turn: int | None = None
    arrived_at: datetime | None = None
    called_at: datetime | None = None
    priority: bool = False
    last_event_id: str | None = None
    assigned: bool = False
    """Somebody said whose queue; otherwise the booking does."""
    clinician_id: str | None = None


def stand(events: Iterable[Event]) -> Standing:
    """Fold the events in causal order. Never by the wall clock: two laptops may disagree about the time."""
    ordered = sorted(events, key=lambda e: (e.step, e.at, e.event_id))
    undone = {e.undoes_id for e in ordered if e.kind is EventKind.UNDONE}
    status, turn, arrived_at, called_at, priority, last = AppointmentStatus.BOOKED, None, None, None, False, None
    assigned, clinician_id = False, None
    for event in ordered:
        if event.kind is EventKind.UNDONE or event.event_id in undone:
            continue
        if event.kind in (EventKind.PRIORITY, EventKind.NO_PRIORITY):
            priority = event.kind is EventKind.PRIORITY
            continue
        if event.kind is EventKind.ASSIGNED:
            assigned, clinician_id = True, event.clinician_id
            continue
        if event.kind not in _LEADS_TO:
            continue  # a kind of a newer program
        status, last = _LEADS_TO[event.kind], event.event_id
        if event.kind is EventKind.ARRIVED:
            turn, arrived_at = event.turn, event.at
        if event.kind is EventKind.CALLED:
            called_at = event.at
    return Standing(status, turn, arrived_at, called_at, priority, last, assigned, clinician_id)


def call_order(standing: Standing, *, from_far: bool = False) -> tuple[bool, bool, int, str]:
    """Sort key of those who wait: priority first, then who has the longest way home, then by turn.

    Two laptops may have given one turn twice: the event's own id decides then, everywhere alike.
    """
    return (not standing.priority, not from_far, standing.turn or 0, standing.last_event_id or "")


def comes_from_far(minutes: int | None, threshold: int) -> bool:
    """Whether somebody's way is long enough to be called before those who live near; a threshold of 0 turns it off."""
    return bool(threshold) and minutes is not None and minutes >= threshold


def waited_minutes(standing: Standing, now: datetime) -> int | None:
    """Whole minutes since arrival, until called; None for somebody who is not here."""
    if standing.arrived_at is None or standing.status in (AppointmentStatus.BOOKED, AppointmentStatus.MOVED):
        return None
    until = standing.called_at if standing.called_at and standing.status is not AppointmentStatus.WAITING else now
    return max(0, int((until - standing.arrived_at).total_seconds() // 60))


def is_open(status: AppointmentStatus) -> bool:
    """Whether the person is still expected or here."""
    return status in (AppointmentStatus.BOOKED, AppointmentStatus.WAITING, AppointmentStatus.IN_CONSULT)


def is_span(typed: str) -> bool:
    """Whether "in six weeks" was typed rather than a date: then the next day that suits is meant."""
    return typed.strip()[-1:].isalpha()


def read_when(typed: str, today: date) -> date | None:
    """A day as reception types it: "6s" in six weeks, "10d", "3m", "5/12", "5/12/26"; None if it is not one."""
    text = typed.strip().lower().replace("-", "/").replace(".", "/")
    if text[:-1].isascii() and text[:-1].isdigit() and len(text) < 6 and text[-1:] in ("d", "s", "m", "w"):
        count = int(text[:-1])
        if count > 400:
            return None
        days = {"d": count, "s": 7 * count, "w": 7 * count, "m": 28 * count}[text[-1]]
        return today + timedelta(days=days)
    parts = text.split("/")
    if len(parts) not in (2, 3) or not all(p.isascii() and p.isdigit() and len(p) < 5 for p in parts):
        return None
    day, month = int(parts[0]), int(parts[1])
    year = today.year if len(parts) == 2 else int(parts[2]) + (2000 if int(parts[2]) < 100 else 0)
    try:
        found = date(year, month, day)
        return found.replace(year=year + 1) if len(parts) == 2 and found < today else found
    except ValueError:
        return None
