"""Whether a person is in care here, and who follows them in between."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.consults.queries.standing_rows import is_not_taken_back
from clinic_desktop.features.consults.records.encounters import Encounter
from clinic_desktop.features.consults.records.story import EpisodeEvent, LifeEvent, SharedCare
from clinic_desktop.features.consults.rules.story import EpisodeLine, LifeEventKind, standing_episode
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = frozenset(cls.__tablename__ for cls in (EpisodeEvent, LifeEvent, SharedCare))
_READERS = (Permission.READ_CHART, Permission.WRITE_NOTES)

_STEPS: AnySelect = sa.select(
    EpisodeEvent.patient_id, EpisodeEvent.id, EpisodeEvent.step, EpisodeEvent.happened_on,
    sa.func.coalesce(EpisodeEvent.reason, ""), sa.func.coalesce(EpisodeEvent.to_whom, ""),
    sa.func.coalesce(EpisodeEvent.by_name, ""),
).where(is_not_taken_back(EpisodeEvent.encounter_id))  # fmt: skip


def standing(asker: Asker, patient_id: str) -> EpisodeLine | None:
    """How the care of this person ended; None while they are in care."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    lines = [EpisodeLine(*row[1:]) for row in asker.all(_STEPS.where(EpisodeEvent.patient_id == patient_id))]
    if not lines:
        return None
    seen = asker.value(
        sa.select(sa.func.max(Encounter.occurred_on)).where(
            Encounter.patient_id == patient_id, Encounter.voided_at.is_(None)
        )
    )
    return standing_episode(lines, _day(seen))


def ended_people(asker: Asker) -> frozenset[str]:
    """Whose care here is over: nobody waits for them to come back. Ids and nothing else."""
    asker.require(Permission.RECEPTION, *_READERS)
    steps: dict[str, list[EpisodeLine]] = {}
    for row in asker.all(_STEPS.where(EpisodeEvent.patient_id.not_in(restricted.hidden_people(asker)))):
        steps.setdefault(row[0], []).append(EpisodeLine(*row[1:]))
    if not steps:
        return frozenset()
    told = sa.select(EpisodeEvent.patient_id).distinct()
    seen = dict(
        asker.all(
            sa.select(Encounter.patient_id, sa.func.max(Encounter.occurred_on))
            .where(Encounter.patient_id.in_(told), Encounter.voided_at.is_(None))
            .group_by(Encounter.patient_id)
        )
    )
    return frozenset(who for who, lines in steps.items() if standing_episode(lines, _day(seen.get(who))) is not None)


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class FollowerRow:
    shared_id: str
    who: str
    role_text: str
    phone: str
    may_change: str
    call_when: str
    since: date | None
    ended: date | None


def followers(asker: Asker, patient_id: str) -> tuple[FollowerRow, ...]:
    """Who follows the person between consultation days; those who no longer do come last."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    found = asker.all(
        sa.select(
            SharedCare.id, sa.func.coalesce(SharedCare.who, ""), sa.func.coalesce(SharedCare.role_text, ""),
            sa.func.coalesce(SharedCare.phone, ""), sa.func.coalesce(SharedCare.may_change, ""),
            sa.func.coalesce(SharedCare.call_when, ""), SharedCare.since, SharedCare.ended,
        )
        .where(SharedCare.patient_id == patient_id, SharedCare.voided_at.is_(None))
        .order_by(SharedCare.ended.is_not(None), SharedCare.id)
    )  # fmt: skip
    return tuple(FollowerRow(*row) for row in found)


@dataclass(frozen=True, slots=True)
class LifeEventRow:
    event_id: str
    kind: LifeEventKind
    happened_on: PartialDate
    words: str
    by_name: str


def life_events(asker: Asker, patient_id: str) -> tuple[LifeEventRow, ...]:
    """By their day, the newest first; of corrected ones the newest version."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    later = aliased(LifeEvent, name="later")
    found = asker.all(
        sa.select(
            LifeEvent.id, LifeEvent.kind, LifeEvent.happened_on, sa.func.coalesce(LifeEvent.words, ""),
            sa.func.coalesce(LifeEvent.by_name, ""),
        )
        .where(is_not_taken_back(LifeEvent.encounter_id))
        .where(LifeEvent.patient_id == patient_id, ~sa.exists().where(later.amends_id == LifeEvent.id))
        .order_by(LifeEvent.happened_on.desc(), LifeEvent.id.desc())
    )  # fmt: skip
    return tuple(LifeEventRow(*row) for row in found)
