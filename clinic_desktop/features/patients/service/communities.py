"""Keeping the list of communities."""

import sqlalchemy as sa

from clinic_desktop.features.patients.records import Community
from clinic_desktop.features.patients.rules.communities import community_id
from clinic_desktop.kernel.names import fold
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def community_named(work: Work, name: str, municipality_code: str) -> str:
    """The id of the row with this name in this municipality, whatever its accents; one that is not there is added.

    Of rows that were said to be one place, the one that holds.
    """
    work.require(Permission.REGISTER_PATIENTS)
    rows = _of(work, municipality_code)
    wanted = fold(name)
    found = next((row for row in rows.values() if fold(row.name or "") == wanted), None)
    seen: set[str] = set()
    while found is not None and found.same_as_id in rows and found.id not in seen:
        seen.add(found.id)
        found = rows[found.same_as_id]
    if found is not None:
        return found.id
    row_id = community_id(work.site_id, name, municipality_code)
    known = work.session.get(Community, row_id)
    return known.id if known else work.add(Community(id=row_id, name=name, municipality_code=municipality_code)).id


def _of(work: Work, municipality_code: str) -> dict[str, Community]:
    chosen = sa.select(Community).where(Community.municipality_code == municipality_code, Community.voided_at.is_(None))
    return {row.id: row for row in work.session.scalars(chosen)}
