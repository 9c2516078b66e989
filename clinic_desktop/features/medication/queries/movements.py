"""Every movement that made a number, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.counts import StockCount, StockCountLine
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.stock import StockDelivery, StockLot, StockMovement
from clinic_desktop.features.medication.rules.kinds import MOVEMENT_WORDS, MovementKind
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.storage.work import Asker


@dataclass(frozen=True, slots=True)
class LateMovement:
    """A movement from before a count that became known after it."""

    movement_id: str
    kind: MovementKind
    units: int
    occurred_on: date
    typed_on: date


@dataclass(frozen=True, slots=True)
class MovementRow:
    movement_id: str
    lot_id: str
    lot_number: str | None
    kind: MovementKind
    units: int
    occurred_on: date
    recorded_at: datetime
    recorded_by: str
    reason: str | None
    document: str | None
    partner: str | None
    dispense_id: str | None
    mirrors: bool
    countered: bool
    occurred_at: datetime | None = None
    """Empty: some time on that day."""
    typed_on: date | None = None
    """The day on which it was typed, as this clinic's calendar has it."""
    count_id: str | None = None
    count_number: str | None = None
    """Of the count that wrote it."""
    late: LateMovement | None = None
    """What this takes out of the balance, because that count had seen it already."""

    @property
    def typed_later(self) -> bool:
        """Whether both days should be shown."""
        return self.late is None and self.typed_on is not None and self.typed_on != self.occurred_on

    @property
    def is_final(self) -> bool:
        """It is not countered by hand: one counts again."""
        return self.mirrors or self.count_id is not None

    def says(self) -> str:
        """What its kind alone leaves open: when it was typed, of which count it is, what it takes out; often empty."""
        if self.late is not None:
            said = _("{what} of {day} ({units}), typed on {typed}: count {number} had seen it already")
            return said.format(
                what=_(MOVEMENT_WORDS[self.late.kind]),
                day=say_day(self.late.occurred_on),
                units=f"{self.late.units:+,}",
                typed=say_day(self.late.typed_on),
                number=self.count_number or "",
            )
        if self.count_number is not None:
            return _("Count {number}").format(number=self.count_number)
        if self.typed_later and self.typed_on is not None:
            return _("typed on {day}").format(day=say_day(self.typed_on))
        return ""


def movement_ids(asker: Asker, *, lot_id: str | None = None, presentation_id: str | None = None) -> tuple[str, ...]:
    """The movements of a lot, or of all lots of a presentation, on this shelf; newest first."""
    asker.require(*SHELF)
    select = (
        sa.select(StockMovement.id)
        .where(StockMovement.site_id == asker.site_id)
        .order_by(StockMovement.occurred_on.desc(), StockMovement.id.desc())
    )
    if lot_id is not None:
        select = select.where(StockMovement.lot_id == lot_id)
    if presentation_id is not None:
        lots_of = sa.select(StockLot.id).where(StockLot.presentation_id == presentation_id)
        select = select.where(StockMovement.lot_id.in_(lots_of))
    return tuple(row[0] for row in asker.all(select))


def movements(asker: Asker, ids: Sequence[str]) -> tuple[MovementRow, ...]:
    """These movements, newest first."""
    asker.require(*SHELF)
    mirror, late = aliased(StockMovement), aliased(StockMovement)
    countered = sa.exists().where(mirror.countered_id == StockMovement.id)
    select = (
        sa.select(
            StockMovement.id,
            StockMovement.lot_id,
            StockLot.lot_number,
            StockMovement.kind,
            StockMovement.units,
            StockMovement.occurred_on,
            StockMovement.recorded_at,
            StockMovement.recorded_by,
            StockMovement.reason,
            sa.func.coalesce(StockMovement.document_text, StockDelivery.document_text, MedicationDispense.paper_folio),
            Partner.name,
            StockMovement.dispense_id,
            StockMovement.countered_id.is_not(None),
            countered,
            StockMovement.occurred_at,
            StockCount.id,
            StockCount.number,
            late.id,
            late.kind,
            late.units,
            late.occurred_on,
            late.recorded_at,
        )
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .outerjoin(StockDelivery, StockDelivery.id == StockMovement.delivery_id)
        .outerjoin(MedicationDispense, MedicationDispense.id == StockMovement.dispense_id)
        .outerjoin(StockCountLine, StockCountLine.id == StockMovement.count_line_id)
        .outerjoin(StockCount, StockCount.id == StockCountLine.count_id)
        .outerjoin(late, late.id == StockMovement.late_id)
        .outerjoin(Partner, Partner.id == sa.func.coalesce(StockMovement.partner_id, StockDelivery.partner_id))
        .where(StockMovement.id.in_(ids))
        .order_by(StockMovement.occurred_on.desc(), StockMovement.id.desc())
    )
    return tuple(_row(asker, *row) for row in asker.all(select))


def _row(asker: Asker, *values: Any) -> MovementRow:
    *told, occurred_at, count_id, number, late_id, kind, units, day, recorded_at = values
    zone = asker.place.zone
    late = None
    if late_id is not None:
        late = LateMovement(late_id, kind, units, day, recorded_at.astimezone(zone).date())
    typed_on = told[6].astimezone(zone).date()
    then: Any = {"occurred_at": occurred_at, "typed_on": typed_on}
    return MovementRow(*told, **then, count_id=count_id, count_number=number, late=late)


def is_countered(asker: Asker, movement_id: str) -> bool:
    return asker.value(sa.select(StockMovement.id).where(StockMovement.countered_id == movement_id)) is not None
