"""The proof of the morning: every balance is the sum of whole movements and as it was counted, none below 0."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.queries import ledger, sums
from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.features.medication.records.counts import StockCount, StockCountLine
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.stock import ShelfSum, StockDisposal, StockLot, StockMovement
from clinic_desktop.features.medication.rules.kinds import MovementKind, Unit, say_product
from clinic_desktop.features.medication.rules.shelf import say_units
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.work import Actor, AnySelect, Asker, Reading


class Wrong(StrEnum):
    BELOW_ZERO = "below-zero"
    WITHOUT_LOT = "without-lot"
    NOT_A_MIRROR = "not-a-mirror"
    COUNTERED_TWICE = "countered-twice"
    NOT_WHAT_LEFT = "not-what-left"
    EXPIRED_GIVEN = "expired-given"
    NOT_AS_COUNTED = "not-as-counted"
    COUNT_UNFIT = "count-unfit"
    COUNTED_AHEAD = "counted-ahead"
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
    Wrong.COUNTED_AHEAD: N_(
        "{medicine}, lot {lot}: it was counted ({units}) with a clock that was ahead. Until that day nothing changes "
        "this number: look into the box, and tell whoever looks after the program."
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


class VaultLike(Protocol):
    def ask(self, query: Callable[[Reading], list[Discrepancy]], actor: Actor) -> list[Discrepancy]: ...


def check_in_steps(vault: VaultLike, actor: Actor) -> Generator[Progress, None, tuple[Discrepancy, ...]]:
    """A long job: the same as `check_sums`, one law at a time, so that nobody at work waits for it."""
    found: list[Discrepancy] = []
    for law in _LAWS:
        found += vault.ask(law, actor)
        yield Progress(0, 0, "")
    return tuple(found)


def check_sums(asker: Asker) -> tuple[Discrepancy, ...]:
    """What does not add up, on every shelf this computer knows; nothing if all is well.

    A merge may bring movements before their lot, or show that two laptops gave the same box: that is told here and
    mended by people, never refused and never hidden.
    """
    asker.require(*SHELF)
    return tuple(found for law in _LAWS for found in law(asker))


def _below_zero(asker: Asker) -> AnySelect:
    """A clinic knows of other shelves only what was sent from one to the other."""
    left = sa.select(ShelfSum.lot_id, ShelfSum.units).where(ShelfSum.units < 0)
    if not asker.place.is_central:
        left = left.where(ShelfSum.site_id == asker.site_id)
    return left.join(StockLot, StockLot.id == ShelfSum.lot_id)


def _without_lot() -> AnySelect:
    return sa.select(ShelfSum.lot_id, ShelfSum.units).where(~sa.exists().where(StockLot.id == ShelfSum.lot_id))


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


def _counted_ahead(asker: Asker) -> AnySelect:
    ahead = sa.select(StockCount.id).where(StockCount.counted_on > asker.today)
    return sa.select(StockCountLine.lot_id, StockCountLine.counted_units).where(StockCountLine.count_id.in_(ahead))


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


def _law(what: Wrong, select: Callable[[Asker], AnySelect]) -> Callable[[Asker], list[Discrepancy]]:
    def ask(asker: Asker) -> list[Discrepancy]:
        asker.require(*SHELF)
        return [_discrepancy(asker, what, *row) for row in asker.all(select(asker))]

    return ask


def _as_sent(asker: Asker) -> list[Discrepancy]:
    """Only the central sees both ends."""
    if not asker.place.is_central:
        return []
    return [_discrepancy(asker, Wrong.NOT_AS_SENT, *row) for row in asker.all(_not_as_sent())]


def _as_counted(asker: Asker) -> list[Discrepancy]:
    asker.require(*SHELF)
    return [_discrepancy(asker, Wrong.NOT_AS_COUNTED, *row) for row in ledger.unsettled(asker)]


def _as_kept(asker: Asker) -> list[Discrepancy]:
    kept = ((wrong.lot_id, wrong.kept - wrong.summed) for wrong in sums.wrong_sums(asker))
    return [_discrepancy(asker, Wrong.KEPT_SUM, *row) for row in kept]


_LAWS: tuple[Callable[[Asker], list[Discrepancy]], ...] = (
    _law(Wrong.BELOW_ZERO, _below_zero),
    _law(Wrong.WITHOUT_LOT, lambda _asker: _without_lot()),
    _law(Wrong.NOT_A_MIRROR, lambda _asker: _not_a_mirror()),
    _law(Wrong.COUNTERED_TWICE, lambda _asker: _countered_twice()),
    _law(Wrong.NOT_WHAT_LEFT, _not_what_left),
    _law(Wrong.EXPIRED_GIVEN, lambda _asker: _expired_given()),
    _law(Wrong.COUNT_UNFIT, lambda _asker: _count_unfit()),
    _law(Wrong.COUNTED_AHEAD, _counted_ahead),
    _law(Wrong.ONE_NAME, lambda _asker: _one_name()),
    _as_sent,
    _as_counted,
    _as_kept,
)
