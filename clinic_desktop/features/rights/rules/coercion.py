"""When somebody was held, locked in, chained or taken by force: what must be told, and what is still open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from clinic_desktop.features.rights.rules.kinds import CoercionKind, CoercionStepKind
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _

REVIEW_WITHIN = timedelta(hours=72)

NEEDED = {
    "legal_basis": N_("Legal basis"),
    "decided_by": N_("Who decided it"),
    "less_tried": N_("What else was tried before"),
    "own_words": N_("The person's own words"),
}
"""What must have been told, in the beginning or later, before it can be closed. "Did not want to say" is an answer."""


class NotToldYet(Refused):
    text = N_("It cannot be closed yet. Still to be written: {missing}.")


class WordsMissing(Refused):
    text = N_("Write in words what happened.")


class InsteadMissing(Refused):
    text = N_("Write what was done instead, so that the person is not chained.")


class VisitMissing(Refused):
    text = N_("Write the day of the next visit: somebody chained at home is visited until free.")


class OverAlready(Refused):
    text = N_("This has ended already. A review can still be written.")


@dataclass(frozen=True, slots=True)
class Told:
    """What a form holds of the four things that must be told. Empty means not told yet."""

    legal_basis: str = ""
    decided_by: str = ""
    less_tried: str = ""
    own_words: str = ""


NOTHING_TOLD = Told()


@dataclass(frozen=True, slots=True)
class StepLine:
    step_id: str
    kind: CoercionStepKind
    happened_on: date
    words: str
    done_instead: str
    told: Told
    next_visit_on: date | None
    by_name: str


@dataclass(frozen=True, slots=True)
class Event:
    """One event with all that came after it, as it stands."""

    event_id: str
    patient_id: str
    kind: CoercionKind
    began_on: date
    began_at: datetime | None
    where: str
    told: Told
    written_by: str
    steps: tuple[StepLine, ...] = ()

    def _has(self, kind: CoercionStepKind) -> bool:
        return any(step.kind is kind for step in self.steps)

    @property
    def is_mistake(self) -> bool:
        return self._has(CoercionStepKind.MISTAKE)

    @property
    def has_ended(self) -> bool:
        return self._has(CoercionStepKind.ENDED)

    @property
    def is_reviewed(self) -> bool:
        return self._has(CoercionStepKind.REVIEWED)

    @property
    def is_open(self) -> bool:
        """Somebody must still do something about it."""
        return not self.is_mistake and not (self.has_ended and self.is_reviewed)

    @property
    def is_freed(self) -> bool:
        return self.kind is CoercionKind.CHAINED and self.has_ended and not self.is_mistake

    @property
    def next_visit_on(self) -> date | None:
        """The visit that was agreed last, while it has not ended."""
        if self.has_ended or self.is_mistake:
            return None
        return next((s.next_visit_on for s in reversed(self.steps) if s.next_visit_on), None)

    @property
    def whole(self) -> Told:
        """What was told in the beginning or by any later step; what was told first stays."""
        tellings = (self.told, *(step.told for step in self.steps))

        def first(name: str) -> str:
            return next((words for told in tellings if (words := getattr(told, name).strip())), "")

        return Told(first("legal_basis"), first("decided_by"), first("less_tried"), first("own_words"))

    @property
    def done_instead(self) -> str:
        return next((step.done_instead for step in reversed(self.steps) if step.done_instead.strip()), "")

    def review_due(self, zone: tzinfo) -> datetime:
        """72 hours after it began; where nobody knows the hour, after the beginning of that day."""
        return (self.began_at or datetime.combine(self.began_on, time.min, zone)) + REVIEW_WITHIN

    def review_is_late(self, now: datetime, zone: tzinfo) -> bool:
        return not self.is_mistake and not self.is_reviewed and now > self.review_due(zone)

    def visit_is_due(self, today: date) -> bool:
        return self.next_visit_on is not None and self.next_visit_on <= today


def missing(told: Told) -> tuple[str, ...]:
    """Which of the four things nobody has told yet, in words."""
    return tuple(_(title) for name, title in NEEDED.items() if not getattr(told, name).strip())


def must_be_told(event: Event, more: Told) -> None:
    """Refuse to close something blank."""
    whole = Told(*(getattr(event.whole, n).strip() or getattr(more, n).strip() for n in NEEDED))
    left = missing(whole)
    if left:
        raise NotToldYet(missing=", ".join(left))


@dataclass(frozen=True, slots=True)
class Chained:
    """How many people were found chained at home, and how many of them are free."""

    found: int
    freed: int


def count_chained(events: Sequence[Event]) -> Chained:
    """People, not events: who was chained twice counts once, and is free when no such event is open."""
    of_person: dict[str, list[Event]] = {}
    for event in events:
        if event.kind is CoercionKind.CHAINED and not event.is_mistake:
            of_person.setdefault(event.patient_id, []).append(event)
    return Chained(len(of_person), sum(all(e.has_ended for e in mine) for mine in of_person.values()))
