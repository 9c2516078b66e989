"""Who works here, and what each may do."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa

from clinic_desktop.features.staff.records import Role, Site, StaffMember
from clinic_desktop.features.staff.rules import in_service
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Actor, Asker

_CLINIC = "clinic"
TABLES = frozenset({StaffMember.__tablename__, Role.__tablename__, Site.__tablename__})


@dataclass(frozen=True, slots=True)
class Member:
    staff_id: str
    display_name: str
    full_name: str
    role_code: str
    role_title: str
    licence: str | None
    supervisor_id: str | None
    valid_until: date | None
    active: bool


@dataclass(frozen=True, slots=True)
class RoleRow:
    role_id: str
    code: str
    title: str
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class SiteRow:
    site_id: str
    code: str
    name: str
    kind: str
    municipality_code: str | None
    address: str | None
    phone: str | None


_MEMBER = sa.select(
    StaffMember.id,
    StaffMember.display_name,
    StaffMember.full_name,
    Role.code,
    Role.title,
    StaffMember.licence,
    StaffMember.supervisor_id,
    StaffMember.valid_until,
    StaffMember.active,
).join(Role, Role.id == StaffMember.role_id)


def members(asker: Asker) -> tuple[Member, ...]:
    """Everybody of this organisation who has not been taken back, by name."""
    asker.require(Permission.KEEP_STAFF)
    rows = asker.all(_MEMBER.where(in_team(asker)).order_by(StaffMember.display_name))
    return tuple(Member(*row) for row in rows)


def in_team(asker: Asker) -> sa.ColumnElement[bool]:
    """Not taken back; at a clinic without those of other clinics, who are here by name beside what they wrote."""
    kept = StaffMember.voided_at.is_(None)
    if asker.place.is_central:
        return kept
    others = sa.select(Site.id).where(Site.kind == _CLINIC, Site.id != asker.site_id)
    return sa.and_(kept, StaffMember.origin_site_id.not_in(others))


def member(asker: Asker, staff_id: str) -> Member | None:
    row = asker.first(_MEMBER.where(StaffMember.id == staff_id))
    return None if row is None else Member(*row)


def name_of(asker: Asker, staff_id: str) -> str:
    """The full name for papers and notes; empty if this device does not know the person."""
    return asker.value(sa.select(StaffMember.full_name).where(StaffMember.id == staff_id)) or ""


def prescribers(asker: Asker) -> tuple[Member, ...]:
    """Those in service who may prescribe, by name: for choosing whose queue a person waits in."""
    found = asker.all(_MEMBER.where(in_team(asker)).order_by(StaffMember.display_name))
    may = {r.code for r in roles(asker) if Permission.PRESCRIBE in r.permissions}
    rows = [Member(*row) for row in found]
    return tuple(m for m in rows if m.role_code in may and in_service(m.active, m.valid_until, asker.today))


def roles(asker: Asker) -> tuple[RoleRow, ...]:
    found = asker.all(sa.select(Role.id, Role.code, Role.title, Role.permissions).where(Role.voided_at.is_(None)))
    return tuple(RoleRow(i, code, title, _known(names)) for i, code, title, names in found)


def actor(asker: Asker, staff_id: str) -> Actor | None:
    """The person with today's permissions, or None if the person is not in service."""
    row = asker.first(
        sa.select(StaffMember.display_name, StaffMember.active, StaffMember.valid_until, Role.permissions)
        .join(Role, Role.id == StaffMember.role_id)
        .where(StaffMember.id == staff_id, StaffMember.voided_at.is_(None))
    )
    if row is None or not in_service(row[1], row[2], asker.today):
        return None
    return Actor(staff_id, row[0], _known(row[3]))


def site(asker: Asker, site_id: str | None = None) -> SiteRow | None:
    """A site, by default this one."""
    row = asker.first(_SITE.where(Site.id == (site_id or asker.site_id)))
    return None if row is None else SiteRow(*row)


def sites(asker: Asker) -> tuple[SiteRow, ...]:
    return tuple(SiteRow(*row) for row in asker.all(_SITE.where(Site.voided_at.is_(None)).order_by(Site.name)))


def role_id(code: str) -> str:
    """The first roles have the same id at every clinic, so that merging two clinics does not double them."""
    return str(uuid5(NAMESPACE_URL, f"clinic-desktop:role:{code}"))


_SITE = sa.select(Site.id, Site.code, Site.name, Site.kind, Site.municipality_code, Site.address, Site.phone)


def _known(names: Any) -> frozenset[Permission]:
    """A permission of a newer program is not one that this program could check."""
    known = {str(p): p for p in Permission}
    return frozenset(known[n] for n in names if n in known)
