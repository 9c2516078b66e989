"""Events of coercion with what came after, for those who read charts; and how many people were found chained."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.patients.queries import people, restricted
from clinic_desktop.features.rights.records import CoercionEvent, CoercionStep
from clinic_desktop.features.rights.rules.coercion import Chained, Event, StepLine, Told, count_chained
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({CoercionEvent.__tablename__, CoercionStep.__tablename__})
_READERS = (Permission.READ_CHART, Permission.WRITE_NOTES)


@dataclass(frozen=True, slots=True)
class OpenEvent:
    """A line of the worklist."""

    name: str
    event: Event
    review_is_late: bool
    visit_is_due: bool


def event(asker: Asker, event_id: str) -> Event:
    asker.require(*_READERS)
    found = _events(asker, CoercionEvent.id == event_id)
    if not found:
        raise NotHere()
    restricted.must_open(asker, found[0].patient_id)
    return found[0]


def events(asker: Asker, patient_id: str) -> tuple[Event, ...]:
    """All of a person, newest first, also those written by mistake: they are marked, not removed."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    return _events(asker, CoercionEvent.patient_id == patient_id)


def open_events(asker: Asker) -> tuple[OpenEvent, ...]:
    """What somebody must still do something about: late reviews first, then visits that are due, then the oldest."""
    asker.require(*_READERS)
    here = CoercionEvent.patient_id.not_in(restricted.hidden_people(asker))
    standing = [one for one in _events(asker, here) if one.is_open]
    names = people.said_names(asker, [PatientId(one.patient_id) for one in standing]) if standing else {}
    lines = [
        OpenEvent(
            names.get(PatientId(one.patient_id), ""),
            one,
            one.review_is_late(asker.now, asker.place.zone),
            one.visit_is_due(asker.today),
        )
        for one in standing
    ]
    return tuple(sorted(lines, key=lambda o: (not o.review_is_late, not o.visit_is_due, o.event.began_on)))


def chained(asker: Asker) -> Chained:
    """People found chained at home and people freed: two numbers, which is what those who are not clinicians learn."""
    asker.require(*_READERS, Permission.ANSWER_COMPLAINTS, Permission.SEE_REPORTS)
    return count_chained(_events(asker, CoercionEvent.patient_id.not_in(restricted.hidden_people(asker))))


def _events(asker: Asker, where: sa.ColumnElement[bool]) -> tuple[Event, ...]:
    rows: Sequence[Any] = asker.all(
        sa.select(
            CoercionEvent.id, CoercionEvent.patient_id, CoercionEvent.kind, CoercionEvent.began_on,
            CoercionEvent.began_at, CoercionEvent.where_text, CoercionEvent.legal_basis, CoercionEvent.decided_by,
            CoercionEvent.less_tried, CoercionEvent.own_words, CoercionEvent.written_by_name,
        )
        .where(where)
        .order_by(CoercionEvent.began_on.desc(), CoercionEvent.id.desc())
    )  # fmt: skip
    steps = _steps(asker, where) if rows else {}
    return tuple(
        Event(
            row[0], row[1], row[2], row[3], row[4], row[5] or "", _told(row[6:10]), row[10] or "",
            tuple(steps.get(row[0], ())),
        )
        for row in rows
    )  # fmt: skip


def _steps(asker: Asker, where: sa.ColumnElement[bool]) -> dict[str, list[StepLine]]:
    told: dict[str, list[StepLine]] = defaultdict(list)
    found: Sequence[Any] = asker.all(
        sa.select(
            CoercionStep.event_id, CoercionStep.id, CoercionStep.kind, CoercionStep.happened_on, CoercionStep.words,
            CoercionStep.done_instead, CoercionStep.legal_basis, CoercionStep.decided_by, CoercionStep.less_tried,
            CoercionStep.own_words, CoercionStep.next_visit_on, CoercionStep.by_name,
        )
        .join(CoercionEvent, CoercionEvent.id == CoercionStep.event_id)
        .where(where)
        .order_by(CoercionStep.happened_on, CoercionStep.id)
    )  # fmt: skip
    for row in found:
        told[row[0]].append(
            StepLine(row[1], row[2], row[3], row[4] or "", row[5] or "", _told(row[6:10]), row[10], row[11] or "")
        )
    return told


def _told(columns: Sequence[Any]) -> Told:
    return Told(*(words or "" for words in columns))
