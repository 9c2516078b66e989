"""The proof at the start of the day: every balance is the sum of whole movements, and none is below zero."""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.stock import StockLot, StockMovement
from clinic_desktop.features.medication.rules.kinds import MovementKind, Unit, say_product
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.storage.work import AnySelect, Asker


class Wrong(StrEnum):
    BELOW_ZERO = "below-zero"
    WITHOUT_LOT = "without-lot"
    NOT_A_MIRROR = "not-a-mirror"
    COUNTERED_TWICE = "countered-twice"
    NOT_WHAT_LEFT = "not-what-left"
    EXPIRED_GIVEN = "expired-given"


_SENTENCES: dict[Wrong, str] = {
    Wrong.BELOW_ZERO: N_("{medicine}, lot {lot}: {units} more left than came. Count it and look for the paper."),
    Wrong.WITHOUT_LOT: N_("Movements of {units} name a lot that is not on this computer; it may be on its way."),
    Wrong.NOT_A_MIRROR: N_("{medicine}, lot {lot}: a countered movement does not cancel what it counters."),
    Wrong.COUNTERED_TWICE: N_("{medicine}, lot {lot}: the same mistake was countered twice. Count this lot."),
    Wrong.NOT_WHAT_LEFT: N_("{medicine}: what a person was given is not what left the shelf ({units} apart)."),
    Wrong.EXPIRED_GIVEN: N_("{medicine}, lot {lot}: {units} were handed out after the lot had expired."),
}


@dataclass(frozen=True, slots=True)
class Discrepancy:
    what: Wrong
    units: int
    name: str | None
    product: str
    unit: Unit | None
    lot_id: str | None
    lot_number: str | None
    presentation_id: str | None

    def sentence(self) -> str:
        return _(_SENTENCES[self.what]).format(
            medicine=f"{self.name or _('Unknown medicine')} {self.product}".strip(),
            lot=self.lot_number or _("without number"),
            units=say_units(abs(self.units), self.unit),
        )


def check_sums(asker: Asker) -> tuple[Discrepancy, ...]:
    """What does not add up, on every shelf this computer knows; nothing if all is well.

    A merge may bring movements before their lot, or show that two laptops gave the same box: that is told here and
    mended by people, never refused and never hidden.
    """
    asker.require(*SHELF)
    found: list[Discrepancy] = []
    for what, select in (
        (Wrong.BELOW_ZERO, _below_zero()),
        (Wrong.WITHOUT_LOT, _without_lot()),
        (Wrong.NOT_A_MIRROR, _not_a_mirror()),
        (Wrong.COUNTERED_TWICE, _countered_twice()),
        (Wrong.NOT_WHAT_LEFT, _not_what_left(asker)),
        (Wrong.EXPIRED_GIVEN, _expired_given()),
    ):
        found += [_discrepancy(asker, what, *row) for row in asker.all(select)]
    return tuple(found)


def _below_zero() -> AnySelect:
    total = sa.func.sum(StockMovement.units).label("units")
    shelves = sa.select(StockMovement.lot_id, total).group_by(StockMovement.site_id, StockMovement.lot_id)
    short = shelves.having(total < 0).subquery()
    return sa.select(short.c.lot_id, short.c.units).join(StockLot, StockLot.id == short.c.lot_id)


def _without_lot() -> AnySelect:
    total = sa.func.sum(StockMovement.units).label("units")
    shelves = sa.select(StockMovement.lot_id, total).group_by(StockMovement.site_id, StockMovement.lot_id).subquery()
    unknown = ~sa.exists().where(StockLot.id == shelves.c.lot_id)
    return sa.select(shelves.c.lot_id, shelves.c.units).where(unknown)


def _not_a_mirror() -> AnySelect:
    whole = aliased(StockMovement)
    fits = sa.and_(
        whole.units == -StockMovement.units,
        whole.lot_id == StockMovement.lot_id,
        whole.site_id == StockMovement.site_id,
    )
    return (
        sa.select(StockMovement.lot_id, StockMovement.units)
        .outerjoin(whole, whole.id == StockMovement.countered_id)
        .where(StockMovement.countered_id.is_not(None), sa.func.coalesce(fits, False).is_(False))
    )


def _countered_twice() -> AnySelect:
    by_mistake = sa.select(StockMovement.lot_id, StockMovement.units).where(StockMovement.countered_id.is_not(None))
    return by_mistake.group_by(StockMovement.countered_id).having(sa.func.count() > 1)


def _not_what_left(asker: Asker) -> AnySelect:
    """Another clinic's handing out may be here without its movements: only where both are recorded is it compared."""
    left = (
        sa.select(sa.func.coalesce(sa.func.sum(StockMovement.units), 0))
        .where(StockMovement.dispense_id == MedicationDispense.id)
        .scalar_subquery()
    )
    apart = MedicationDispense.units + left
    lot = sa.select(StockLot.id).where(StockLot.presentation_id == MedicationDispense.presentation_id).limit(1)
    select = sa.select(lot.scalar_subquery(), apart).where(apart != 0)
    return select if asker.place.is_central else select.where(MedicationDispense.origin_site_id == asker.site_id)


def _expired_given() -> AnySelect:
    mirror = aliased(StockMovement)
    return (
        sa.select(StockMovement.lot_id, StockMovement.units)
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .where(StockMovement.kind == MovementKind.DISPENSE, StockMovement.occurred_on > StockLot.expires_on)
        .where(~sa.exists().where(mirror.countered_id == StockMovement.id))
    )


def _discrepancy(asker: Asker, what: Wrong, lot_id: str | None, units: int) -> Discrepancy:
    select = (
        sa.select(
            Medicine.name,
            Presentation.form,
            Presentation.strength_text,
            Presentation.unit,
            StockLot.lot_number,
            Presentation.id,
        )
        .select_from(StockLot)
        .outerjoin(Presentation, Presentation.id == StockLot.presentation_id)
        .outerjoin(Medicine, Medicine.id == Presentation.medicine_id)
        .where(StockLot.id == lot_id)
    )
    row = asker.first(select) if lot_id else None
    if row is None:
        return Discrepancy(what, units, None, "", None, lot_id, None, None)
    name, form, strength, unit, lot_number, presentation_id = row
    product = say_product(form, strength, None)
    return Discrepancy(what, units, name, product, unit, lot_id, lot_number, presentation_id)
