"""Those who give medicines, take them, or work with the clinic."""

from dataclasses import dataclass

import sqlalchemy as sa

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.rules.kinds import PartnerKind, matches
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class PartnerRow:
    partner_id: str
    kind: PartnerKind
    name: str
    contact_text: str | None
    phone: str | None


def partners(asker: Asker, words: str = "", limit: int = 50) -> tuple[PartnerRow, ...]:
    """Those who give or take medicines, by name."""
    asker.require(*SHELF)
    select = (
        sa.select(Partner.id, Partner.kind, Partner.name, Partner.contact_text, Partner.phone)
        .where(Partner.retired_at.is_(None), Partner.voided_at.is_(None))
        .order_by(Partner.name)
    )
    found = (PartnerRow(*row) for row in asker.all(select))
    return tuple(row for row in found if matches(words, row.name or ""))[:limit]
