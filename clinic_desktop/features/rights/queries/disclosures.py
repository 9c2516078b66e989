"""What of a person's record was given to whom, and who on this computer looked at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.rights.records import Disclosure
from clinic_desktop.features.rights.rules.disclosures import DisclosureLine
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.ledger import LOOKED
from clinic_desktop.storage.work import Asker

TABLES = frozenset({Disclosure.__tablename__})
_READERS = (Permission.READ_CHART, Permission.ANSWER_COMPLAINTS)


def disclosures(asker: Asker, patient_id: str) -> tuple[DisclosureLine, ...]:
    """Newest first."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    found: Sequence[Any] = asker.all(
        sa.select(
            Disclosure.id, Disclosure.kind_code, Disclosure.happened_on, Disclosure.to_whom, Disclosure.order_seen,
            Disclosure.given_text, Disclosure.coordinator_told, Disclosure.by_name,
        )
        .where(Disclosure.patient_id == patient_id, Disclosure.voided_at.is_(None))
        .order_by(Disclosure.happened_on.desc(), Disclosure.id.desc())
    )  # fmt: skip
    return tuple(DisclosureLine(r[0], r[1], r[2], r[3] or "", r[4] or "", r[5] or "", r[6], r[7] or "") for r in found)


@dataclass(frozen=True, slots=True)
class Looked:
    """On which days somebody of the clinic opened the record, first and last, and how often."""

    name: str
    first: date
    last: date
    days: int


def who_looked(asker: Asker, patient_id: str) -> tuple[Looked, ...]:
    """Who opened the record on this computer, whoever looked last first."""
    asker.require(*_READERS)
    restricted.must_open(asker, patient_id)
    rows = asker.plain(
        "SELECT actor_id, at FROM ledger WHERE row_id = ? AND act = ? ORDER BY seq", (patient_id, LOOKED)
    )
    days: dict[str, set[date]] = {}
    for actor_id, at in rows:
        local = datetime.fromisoformat(at).astimezone(asker.place.zone)
        days.setdefault(actor_id, set()).add(local.date())
    told = [_looked(asker, actor_id, sorted(seen)) for actor_id, seen in days.items()]
    return tuple(sorted(told, key=lambda one: one.last, reverse=True))


def _looked(asker: Asker, actor_id: str, days: Sequence[date]) -> Looked:
    return Looked(staff.name_of(asker, actor_id), days[0], days[-1], len(days))
