"""Those who give medicines, take them, or work with the clinic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.rules.kinds import Gift, MayReceive, PartnerKind, matches
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import AnySelect, Asker

CHOOSERS = (*SHELF, Permission.SEND_VOUCHERS, Permission.KEEP_PARTNERS)
TABLES = frozenset({"partner", "agreement"})


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """Somebody to be chosen."""

    partner_id: str
    kind: PartnerKind
    name: str
    contact_text: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """Somebody with all that is written down."""

    partner_id: str
    kind: PartnerKind
    name: str
    contact_text: str | None
    phone: str | None
    place_text: str | None
    email: str | None
    gives: tuple[Gift, ...]
    may_receive: tuple[MayReceive, ...]
    note_text: str | None
    retired_at: datetime | None

    @property
    def said(self) -> str:
        """ "Farmacia Nueva, Sololá"."""
        return ", ".join(part for part in (self.name, self.place_text) if part)


def partners(
    asker: Asker, words: str = "", limit: int = 50, *, kinds: Sequence[PartnerKind] = ()
) -> tuple[PartnerRow, ...]:
    """Those who give or take medicines, by name; of some kinds, or of all."""
    asker.require(*CHOOSERS)
    select = (
        sa.select(Partner.id, Partner.kind, Partner.name, Partner.contact_text, Partner.phone)
        .where(Partner.retired_at.is_(None), Partner.voided_at.is_(None))
        .order_by(Partner.name)
    )
    if kinds:
        select = select.where(Partner.kind.in_(kinds))
    found = (PartnerRow(*row) for row in asker.all(select))
    return tuple(row for row in found if matches(words, row.name or ""))[:limit]


def directory(
    asker: Asker, words: str = "", kind: PartnerKind | None = None, *, retired: bool = False
) -> tuple[DirectoryRow, ...]:
    """Everybody by name, in force or retired; the words are looked for in name, contact, place and telephone."""
    asker.require(Permission.KEEP_PARTNERS)
    standing = Partner.retired_at.is_not(None) if retired else Partner.retired_at.is_(None)
    select = _whole().where(standing, Partner.voided_at.is_(None))
    if kind is not None:
        select = select.where(Partner.kind == kind)
    found = [_row(row) for row in asker.all(select)]
    return tuple(row for row in found if matches(words, _searched(row)))


def partner(asker: Asker, partner_id: str) -> DirectoryRow:
    asker.require(Permission.KEEP_PARTNERS)
    row = asker.first(_whole().where(Partner.id == partner_id))
    if row is None:
        raise NotHere()
    return _row(row)


def _searched(row: DirectoryRow) -> str:
    return " ".join(part for part in (row.name, row.contact_text, row.place_text, row.phone) if part)


def _whole() -> AnySelect:
    return sa.select(
        Partner.id,
        Partner.kind,
        Partner.name,
        Partner.contact_text,
        Partner.phone,
        Partner.place_text,
        Partner.email,
        Partner.gives,
        Partner.may_receive,
        Partner.note_text,
        Partner.retired_at,
    ).order_by(Partner.name, Partner.id)


def _row(row: Any) -> DirectoryRow:
    partner_id, kind, name, contact, phone, place, email, gives, may, note, retired_at = row
    return DirectoryRow(
        partner_id,
        kind or PartnerKind.OTHER,
        name or "",
        contact,
        phone,
        place,
        email,
        # A newer program may know more than this one.
        tuple(gift for gift in Gift if gift.value in (gives or ())),
        tuple(thing for thing in MayReceive if thing.value in (may or ())),
        note,
        retired_at,
    )
