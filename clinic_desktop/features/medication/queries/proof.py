"""The proof at the start of the day: every balance is the sum of whole movements and as it was counted, none below 0."""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries import ledger, sums
from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.counts import StockCountLine
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.stock import StockDisposal, StockLot, StockMovement
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
    NOT_AS_COUNTED = "not-as-counted"
    COUNT_UNFIT = "count-unfit"
    ONE_NAME = "one-name"
    NOT_AS_SENT = "not-as-sent"
    KEPT_SUM = "kept-sum"


_SENTENCES: dict[Wrong, str] = {
    Wrong.BELOW_ZERO: N_("{medicine}, lot {lot}: {units} more left than came. Count it and look for the paper."),
    Wrong.WITHOUT_LOT: N_("Movements of {units} name a lot that is not on this computer; it may be on its way."),
    Wrong.NOT_A_MIRROR: N_("{medicine}, lot {lot}: a countered movement does not cancel what it counters."),
    Wrong.COUNTERED_TWICE: N_("{medicine}, lot {lot}: the same mistake was countered twice. Count this lot."),
    Wrong.NOT_WHAT_LEFT: N_("{medicine}: what a person was given is not what left the shelf ({units} apart)."),
    Wrong.EXPIRED_GIVEN: N_("{medicine}, lot {lot}: {units} were handed out after the lot had expired."),
    Wrong.NOT_AS_COUNTED: N_(
        "{medicine}, lot {lot}: at its last count the movements come to {units} more or less than was counted. "
        "Count this lot again."
    ),
    Wrong.COUNT_UNFIT: N_(
        "{medicine}, lot {lot}: a count was adjusted by {units} more or less than it differed. Count this lot again."
    ),
    Wrong.ONE_NAME: N_("{medicine}, lot {lot}: {units} were destroyed without an act with two names. Write the act."),
    Wrong.NOT_AS_SENT: N_(
        "{medicine}: what arrived from another of our clinics is not what was sent ({units} apart). Ask both."
    ),
    Wrong.KEPT_SUM: N_(
        "{medicine}, lot {lot}: lists show {units} more or less than there are. What is handed out is right. "
        "Close the program and open it again."
    ),
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
        (Wrong.COUNT_UNFIT, _count_unfit()),
        (Wrong.ONE_NAME, _one_name()),
        *([(Wrong.NOT_AS_SENT, _not_as_sent())] if asker.place.is_central else []),
    ):
        found += [_discrepancy(asker, what, *row) for row in asker.all(select)]
    found += [_discrepancy(asker, Wrong.NOT_AS_COUNTED, *row) for row in ledger.unsettled(asker)]
    kept = ((wrong.lot_id, wrong.kept - wrong.summed) for wrong in sums.wrong_sums(asker))
    found += [_discrepancy(asker, Wrong.KEPT_SUM, *row) for row in kept]
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


def _count_unfit() -> AnySelect:
    """The one movement of a counted line is the difference that the line tells."""
    adjusted = sa.func.coalesce(sa.func.sum(StockMovement.units), 0)
    apart = (adjusted - (StockCountLine.counted_units - StockCountLine.expected_units)).label("apart")
    is_its_own = sa.and_(StockMovement.count_line_id == StockCountLine.id, StockMovement.kind == MovementKind.COUNT)
    return (
        sa.select(StockCountLine.lot_id, apart)
        .outerjoin(StockMovement, is_its_own)
        .group_by(StockCountLine.id)
        .having(apart != 0)
    )


def _one_name() -> AnySelect:
    mirror = aliased(StockMovement)
    named = sa.and_(
        sa.func.trim(sa.func.coalesce(StockDisposal.first_name, "")) != "",
        sa.func.trim(sa.func.coalesce(StockDisposal.second_name, "")) != "",
    )
    return (
        sa.select(StockMovement.lot_id, StockMovement.units)
        .outerjoin(StockDisposal, StockDisposal.id == StockMovement.disposal_id)
        .where(StockMovement.kind == MovementKind.DESTRUCTION, sa.func.coalesce(named, False).is_(False))
        .where(~sa.exists().where(mirror.countered_id == StockMovement.id))
    )


def _not_as_sent() -> AnySelect:
    """Only the central holds both ends. What is still on its way is not wrong yet."""
    mirror = aliased(StockMovement)
    total = sa.func.sum(StockMovement.units)
    arrived = sa.func.sum(sa.case((StockMovement.kind == MovementKind.TRANSFER_IN, StockMovement.units), else_=0))
    ends = (MovementKind.TRANSFER_IN, MovementKind.TRANSFER_OUT)
    return (
        sa.select(sa.func.min(StockMovement.lot_id), total)
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .where(StockMovement.transfer_id.is_not(None), StockMovement.kind.in_(ends))
        .where(~sa.exists().where(mirror.countered_id == StockMovement.id))
        .group_by(StockMovement.transfer_id, StockLot.presentation_id)
        .having(arrived > 0, total != 0)
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
