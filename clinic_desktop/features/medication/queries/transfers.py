"""What was sent from shelf to shelf: what left here, and what is on its way to here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.stock import StockDelivery, StockLot, StockMovement, StockTransfer
from clinic_desktop.features.medication.rules.kinds import Form, MayReceive, MovementKind, Route, Unit, matches
from clinic_desktop.features.medication.rules.kinds import say_product as say
from clinic_desktop.features.medication.rules.tall import shown_name
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.storage.work import AnySelect, Asker

TABLES = frozenset({"stock_transfer", "stock_movement", "stock_delivery", "stock_lot", "site", "partner"})


@dataclass(frozen=True, slots=True)
class LeftLine:
    """One lot of a sending or of an act, in positive units."""

    movement_id: str
    lot_id: str
    presentation_id: str
    name: str
    form: Form | None
    strength_text: str | None
    route: Route | None
    unit: Unit | None
    pack_units: int | None
    lot_number: str | None
    expires_on: date
    units: int
    countered: bool = False
    """It was a mistake and never left."""
    tall_name: str | None = None

    @property
    def shown_name(self) -> str:
        return shown_name(self.name, self.tall_name)

    @property
    def product(self) -> str:
        return say(self.form, self.strength_text, self.route)


@dataclass(frozen=True, slots=True)
class Sending:
    transfer_id: str
    number: str
    from_site_id: str
    from_name: str
    to_site_id: str | None
    to_name: str
    to_partner_id: str | None
    sent_on: date
    carrier: str | None
    reason: str | None
    recorded_by: str
    recorded_at: datetime
    lots: int
    received_on: date | None
    """The day on which the other clinic took it in, as far as that is known here."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where something can be sent: one of our clinics, or a partner that may receive medicines."""

    name: str
    site_id: str | None = None
    partner_id: str | None = None


def receivers(asker: Asker, words: str = "", limit: int = 8) -> tuple[Receiver, ...]:
    """Our other clinics, then the partners that may receive medicines, by name."""
    asker.require(*SHELF)
    clinics = [
        Receiver(site.name, site_id=site.site_id)
        for site in staff.sites(asker)
        if site.site_id != asker.site_id and matches(words, site.name)
    ]
    select = (
        sa.select(Partner.id, Partner.name, Partner.may_receive)
        .where(Partner.retired_at.is_(None), Partner.voided_at.is_(None))
        .order_by(Partner.name)
    )
    partners = [
        Receiver(name or "", partner_id=partner_id)
        for partner_id, name, may in asker.all(select)
        if MayReceive.STOCK in (may or ()) and matches(words, name or "")
    ]
    return (*clinics, *partners)[:limit]


def awaited(asker: Asker) -> tuple[Sending, ...]:
    """What another of our clinics sent to this one, as far as its data arrived, and nobody received yet; oldest first.

    Its lines: `sent_lines`. A sending of which every line was countered never left.
    """
    asker.require(*SHELF)
    here = StockTransfer.to_site_id == asker.site_id
    rows = asker.all(_sendings(asker).where(here).order_by(StockTransfer.sent_on, StockTransfer.id))
    found = (Sending(*row) for row in rows)
    return tuple(one for one in found if one.received_on is None and one.lots)


def sendings(asker: Asker, limit: int = 100) -> tuple[Sending, ...]:
    """What this clinic sent, the newest first."""
    asker.require(*SHELF)
    mine = _sendings(asker).where(StockTransfer.origin_site_id == asker.site_id)
    rows = asker.all(mine.order_by(StockTransfer.sent_on.desc(), StockTransfer.id.desc()).limit(limit))
    return tuple(Sending(*row) for row in rows)


def sending(asker: Asker, transfer_id: str) -> Sending:
    asker.require(*SHELF)
    row = asker.first(_sendings(asker).where(StockTransfer.id == transfer_id))
    if row is None:
        raise NotHere()
    return Sending(*row)


def sent_lines(asker: Asker, transfer_id: str) -> tuple[LeftLine, ...]:
    """What left with this sending and was not countered since, by medicine."""
    asker.require(*SHELF)
    out = StockMovement.kind == MovementKind.TRANSFER_OUT
    lines = left_lines(asker, sa.and_(StockMovement.transfer_id == transfer_id, out))
    return tuple(line for line in lines if not line.countered)


def left_lines(asker: Asker, which: sa.ColumnElement[bool]) -> Sequence[LeftLine]:
    """The movements of one paper."""
    asker.require(*SHELF)
    select = (
        sa.select(
            StockMovement.id,
            StockLot.id,
            Presentation.id,
            Medicine.name,
            Presentation.form,
            Presentation.strength_text,
            Presentation.route,
            Presentation.unit,
            Presentation.pack_units,
            StockLot.lot_number,
            StockLot.expires_on,
            -StockMovement.units,
            _countered(),
            Medicine.tall_name,
        )
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .join(Presentation, Presentation.id == StockLot.presentation_id)
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .where(which, StockMovement.countered_id.is_(None))
        .order_by(Medicine.name, Presentation.strength_text, StockLot.expires_on, StockMovement.id)
    )
    return [LeftLine(*row) for row in asker.all(select)]


def _countered() -> sa.ColumnElement[bool]:
    mirror = aliased(StockMovement)
    return sa.exists().where(mirror.countered_id == StockMovement.id)


def _sendings(asker: Asker) -> AnySelect:
    sender, receiver = aliased(Site), aliased(Site)
    lots = (
        sa.select(sa.func.count())
        .where(StockMovement.transfer_id == StockTransfer.id, StockMovement.kind == MovementKind.TRANSFER_OUT)
        .where(sa.not_(_countered()))
        .correlate(StockTransfer)
        .scalar_subquery()
    )
    received = (
        sa.select(sa.func.min(StockDelivery.received_on))
        .where(StockDelivery.transfer_id == StockTransfer.id)
        .correlate(StockTransfer)
        .scalar_subquery()
    )
    to_name = sa.func.coalesce(receiver.name, Partner.name, StockTransfer.to_text, "")
    return (
        sa.select(
            StockTransfer.id,
            sa.func.coalesce(StockTransfer.number, ""),
            StockTransfer.origin_site_id,
            sa.func.coalesce(sender.name, ""),
            StockTransfer.to_site_id,
            to_name,
            StockTransfer.to_partner_id,
            StockTransfer.sent_on,
            StockTransfer.carrier_text,
            StockTransfer.reason,
            StockTransfer.recorded_by,
            StockTransfer.recorded_at,
            lots,
            received,
        )
        .outerjoin(sender, sender.id == StockTransfer.origin_site_id)
        .outerjoin(receiver, receiver.id == StockTransfer.to_site_id)
        .outerjoin(Partner, Partner.id == StockTransfer.to_partner_id)
    )
