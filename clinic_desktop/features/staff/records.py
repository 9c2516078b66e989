"""The tables of this room."""

from datetime import date

from sqlalchemy.orm import Mapped

from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, Day, Flag, Id, JsonText, Words


class Site(Synced):
    """A clinic or the central office."""

    __tablename__ = "site"
    __merge__ = MergeClass.CENTRAL

    code: Mapped[str] = field(0, Code, nullable=False)
    name: Mapped[str] = field(1, Words, nullable=False)
    kind: Mapped[str] = field(2, Code, nullable=False)
    municipality_code: Mapped[str | None] = field(3, Code, group="address")
    address: Mapped[str | None] = field(4, Words, group="address")
    phone: Mapped[str | None] = field(5, Words)
    zone: Mapped[str] = field(6, Words, nullable=False)
    closed_on: Mapped[date | None] = field(7, Day, group="closed")
    successor_id: Mapped[str | None] = field(8, Id, group="closed")
    """The site that goes on with its people, if one does."""


class Role(Synced):
    """What somebody in this role may do."""

    __tablename__ = "role"
    __merge__ = MergeClass.CENTRAL

    code: Mapped[str] = field(0, Code, nullable=False)
    title: Mapped[str] = field(1, Words, nullable=False)
    permissions: Mapped[list[str]] = field(2, JsonText, nullable=False)


class StaffMember(Synced):
    """A person who signs in. The way in (a slot with its password) stays on each laptop and never travels."""

    __tablename__ = "staff_member"
    __merge__ = MergeClass.CENTRAL

    display_name: Mapped[str] = field(0, Words, nullable=False)
    full_name: Mapped[str] = field(1, Words, nullable=False)
    role_id: Mapped[str] = field(2, Id, nullable=False, references="role.id")
    licence: Mapped[str | None] = field(3, Words)
    supervisor_id: Mapped[str | None] = field(4, Id, references="staff_member.id")
    valid_until: Mapped[date | None] = field(5, Day)
    active: Mapped[bool] = field(6, Flag, nullable=False, ending=True)
    """Ended at any place, it is ended at all."""
