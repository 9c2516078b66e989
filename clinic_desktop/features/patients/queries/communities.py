"""Which communities there are on the list of the clinics."""

import sqlalchemy as sa

from clinic_desktop.features.patients.records import Community
from clinic_desktop.features.patients.rules.communities import CommunityChoice
from clinic_desktop.features.patients.rules.places import municipality_name
from clinic_desktop.features.patients.rules.terms import begins_all, words_of
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = frozenset({"community"})

_OFFERED = (
    sa.select(Community.id, Community.name, Community.municipality_code, Community.minutes_to_clinic)
    .where(Community.voided_at.is_(None), Community.same_as_id.is_(None))
    .where(Community.retired.is_not(True))
)


def find(asker: Asker, typed: str, municipality_code: str = "", limit: int = 8) -> tuple[CommunityChoice, ...]:
    """Those of whose words each typed one begins some; of this municipality first, then shorter names."""
    asker.require(Permission.SEE_PATIENTS)
    words = words_of(typed)
    if not words:
        return ()
    hits = [row for row in asker.all(_OFFERED) if row.name and begins_all(row.name, words)]
    hits.sort(key=lambda row: (row.municipality_code != municipality_code, len(row.name), row.name))
    return tuple(
        CommunityChoice(
            row.id,
            row.name,
            row.municipality_code or "",
            ", ".join(part for part in (row.name, municipality_name(row.municipality_code)) if part),
            row.minutes_to_clinic,
        )
        for row in hits[:limit]
    )
