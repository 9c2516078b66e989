"""Writing down that somebody was held, locked in, chained or taken by force, and what came after; for good."""

from datetime import date, datetime

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.rules.naming import clean, clean_line
from clinic_desktop.features.rights.queries import coercion as queries
from clinic_desktop.features.rights.records import CoercionEvent, CoercionStep
from clinic_desktop.features.rights.rules.coercion import (
    NOTHING_TOLD,
    Event,
    InsteadMissing,
    OverAlready,
    Told,
    VisitMissing,
    WordsMissing,
    must_be_told,
)
from clinic_desktop.features.rights.rules.kinds import CoercionKind, CoercionStepKind, InTheFuture
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def record_event(
    work: Work,
    event_id: str,
    patient_id: str,
    kind: CoercionKind,
    *,
    began_on: date | None = None,
    began_at: datetime | None = None,
    where: str = "",
    told: Told = NOTHING_TOLD,
    next_visit_on: date | None = None,
    encounter_id: str | None = None,
) -> None:
    """Write the event down, also if little is known yet: what is missing is asked before it is closed.

    Somebody chained at home gets a day for the next visit at once. The same `event_id` twice writes it once.
    """
    work.require(Permission.WRITE_NOTES)
    restricted.must_open(work, patient_id)
    if work.session.get(CoercionEvent, event_id) is not None:
        return
    day = began_on or work.today
    if day > work.today or (began_at is not None and began_at > work.now):
        raise InTheFuture()
    if kind is CoercionKind.CHAINED and (next_visit_on is None or next_visit_on < work.today):
        raise VisitMissing()
    name = staff.name_of(work, work.actor.staff_id) or work.actor.name
    work.add(
        CoercionEvent(
            id=event_id,
            patient_id=patient_id,
            encounter_id=encounter_id,
            kind=kind,
            began_on=day,
            began_at=began_at,
            where_text=clean_line(where) or None,
            **_told(told),
            written_by_id=work.actor.staff_id,
            written_by_name=name,
        )
    )
    if kind is CoercionKind.CHAINED:
        _add(work, work.new_id(), event_id, patient_id, CoercionStepKind.PLANNED, next_visit_on=next_visit_on)
    work.about(CoercionEvent.__tablename__, event_id)


def add_step(
    work: Work,
    step_id: str,
    event_id: str,
    kind: CoercionStepKind,
    *,
    words: str = "",
    done_instead: str = "",
    told: Told = NOTHING_TOLD,
    next_visit_on: date | None = None,
    happened_on: date | None = None,
) -> None:
    """A visit, the end, the review, or that it was written by mistake. The same `step_id` twice writes it once."""
    work.require(Permission.WRITE_NOTES)
    event = queries.event(work, event_id)
    if work.session.get(CoercionStep, step_id) is not None:
        return
    day = happened_on or work.today
    if day > work.today:
        raise InTheFuture()
    _check(event, kind, words, done_instead, told, next_visit_on, work.today)
    _add(
        work, step_id, event_id, event.patient_id, kind,
        day=day, words=words, done_instead=done_instead, told=told, next_visit_on=next_visit_on,
    )  # fmt: skip
    work.about(CoercionEvent.__tablename__, event_id)


def _check(
    event: Event,
    kind: CoercionStepKind,
    words: str,
    done_instead: str,
    told: Told,
    next_visit_on: date | None,
    today: date,
) -> None:
    chained = event.kind is CoercionKind.CHAINED
    if not words.strip() and kind is not CoercionStepKind.PLANNED:
        raise WordsMissing()
    if kind is CoercionStepKind.MISTAKE:
        return
    if kind is not CoercionStepKind.REVIEWED and event.has_ended:
        raise OverAlready()
    visits = chained and kind in (CoercionStepKind.VISIT, CoercionStepKind.PLANNED)
    if visits and (next_visit_on is None or next_visit_on < today):
        raise VisitMissing()
    if kind is CoercionStepKind.ENDED:
        if chained and not (done_instead.strip() or event.done_instead):
            raise InsteadMissing()
        must_be_told(event, told)


def _told(told: Told) -> dict[str, str | None]:
    return {
        "legal_basis": clean(told.legal_basis) or None,
        "decided_by": clean(told.decided_by) or None,
        "less_tried": clean(told.less_tried) or None,
        "own_words": clean(told.own_words) or None,
    }


def _add(
    work: Work,
    step_id: str,
    event_id: str,
    patient_id: str,
    kind: CoercionStepKind,
    *,
    day: date | None = None,
    words: str = "",
    done_instead: str = "",
    told: Told = NOTHING_TOLD,
    next_visit_on: date | None = None,
) -> None:
    work.add(
        CoercionStep(
            id=step_id,
            event_id=event_id,
            patient_id=patient_id,
            kind=kind,
            happened_on=day or work.today,
            words=clean(words) or None,
            done_instead=clean(done_instead) or None,
            **_told(told),
            next_visit_on=next_visit_on,
            by_id=work.actor.staff_id,
            by_name=staff.name_of(work, work.actor.staff_id) or work.actor.name,
        )
    )
