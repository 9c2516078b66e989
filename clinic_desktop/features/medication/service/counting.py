"""Closing a count: what two people counted at one moment becomes the balance of that moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinic_desktop.features.medication.queries import ledger, shelf
from clinic_desktop.features.medication.queries.counting import DRAFT
from clinic_desktop.features.medication.records.counts import StockCount, StockCountLine
from clinic_desktop.features.medication.records.formulary import Presentation
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.stock import StockLot
from clinic_desktop.features.medication.rules.kinds import MovementKind
from clinic_desktop.features.medication.rules.refusals import (
    ClockDoubted,
    CountedLater,
    CountedTwice,
    CountedWithoutSecond,
    CountImplausible,
    CountUnexplained,
    LotNumberMissing,
    NothingCounted,
    SecondIsFirst,
)
from clinic_desktop.features.medication.rules.shelf import (
    FAR_EXPIRY_YEARS,
    MOST_UNITS,
    ExpiryTooFar,
    clean_lot_number,
)
from clinic_desktop.features.medication.service.movements import move
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.names import fold
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.drafts import drop_draft
from clinic_desktop.storage.work import Work

LONG_UNUSED = timedelta(days=120)
"""A shelf on which nothing moved for so long is rather a clock that is ahead."""


@dataclass(frozen=True, slots=True)
class CountedLot:
    """A lot of the sheet. `reason` where the number differs from what was noted."""

    line_id: str
    lot_id: str
    units: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class FoundLot:
    """A box that was not on the sheet, or the opening stock of a clinic; an expired one too.

    If this very lot is known here it is that one, and `lot_id` is not used.
    """

    lot_id: str
    presentation_id: str
    lot_number: str | None
    expires_on: date
    units: int
    without_number: bool = False
    """The box carries no lot number, and whoever counted said so."""
    partner_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ClosedCount:
    """The first name is that of whoever is signed in; the second is somebody of the staff or a written name."""

    count_id: str
    counted_at: datetime
    """The moment of the sheet: what moved afterwards is not part of it."""
    lots: Sequence[CountedLot]
    found: Sequence[FoundLot] = ()
    second_id: str | None = None
    second_name: str = ""
    scope: str | None = None
    """What was counted, if not everything."""
    note: str | None = None


def close_count(work: Work, count: ClosedCount, *, sure_of_today: bool = False) -> str:
    """All its lots or none; returns the count's id. A second Enter finds it and does nothing."""
    work.require(Permission.COUNT_STOCK)
    if shelf.is_there(work, StockCount, count.count_id):
        return count.count_id
    if not count.lots and not count.found:
        raise NothingCounted()
    if count.counted_at > work.now:
        raise CountedLater()
    if not sure_of_today:
        _ask_for_today(work)
    first_name = staff.name_of(work, work.actor.staff_id) or work.actor.name
    second_name = _second(work, count, first_name)
    lots = [*count.lots, *(_found(work, one) for one in count.found)]
    if len({lot.lot_id for lot in lots}) != len(lots):
        raise CountedTwice()
    row = StockCount(
        id=count.count_id,
        number=work.next_number("count"),
        site_id=work.site_id,
        counted_on=count.counted_at.astimezone(work.place.zone).date(),
        counted_at=count.counted_at,
        first_id=work.actor.staff_id,
        first_name=first_name,
        second_id=count.second_id,
        second_name=second_name,
        scope_text=(count.scope or "").strip() or None,
        note_text=(count.note or "").strip() or None,
    )
    work.add(row)
    work.about("stock_count", count.count_id)
    new = {one.lot_id for one in count.found}
    for lot in lots:
        _close_line(work, row, lot, explained=lot.lot_id in new)
    # In the same transaction: a power cut leaves no draft of a closed count, whose numbers would count nothing.
    drop_draft(work, DRAFT, count.count_id)
    return count.count_id


def _ask_for_today(work: Work) -> None:
    """A count holds for its moment: with a clock that is behind, what was given since is taken off a second time; with
    one that is ahead, nothing that is given until then changes the balance."""
    last = ledger.last_used(work)
    if last is not None and not timedelta() <= work.today - last <= LONG_UNUSED:
        raise ClockDoubted(today=say_day(work.today), day=say_day(last), again={"sure_of_today": True})


def _second(work: Work, count: ClosedCount, first_name: str) -> str:
    """Never the same person twice."""
    name = " ".join(count.second_name.split())
    if count.second_id is not None:
        name = staff.name_of(work, count.second_id) or name
    if not name:
        raise CountedWithoutSecond()
    own = {fold(first_name), fold(work.actor.name)}
    if count.second_id == work.actor.staff_id or fold(name) in own:
        raise SecondIsFirst()
    return name


def _found(work: Work, found: FoundLot) -> CountedLot:
    """The lot that this box belongs to; a count adjusts a lot, it never makes a second one of it."""
    number = clean_lot_number(found.lot_number)
    if number is None and not found.without_number:
        raise LotNumberMissing()
    if found.expires_on.year > work.today.year + FAR_EXPIRY_YEARS:
        raise ExpiryTooFar(day=say_day(found.expires_on))
    work.load(Presentation, found.presentation_id)
    if found.partner_id is not None:
        work.load(Partner, found.partner_id)
    known = ledger.lot_of_box(work, found.presentation_id, number, found.expires_on, found.partner_id)
    if known is None:
        work.add(
            StockLot(
                id=found.lot_id, presentation_id=found.presentation_id, lot_number=number,
                expires_on=found.expires_on, partner_id=found.partner_id,
            )
        )  # fmt: skip
    return CountedLot(work.new_id(), known or found.lot_id, found.units, found.reason)


def _close_line(work: Work, count: StockCount, lot: CountedLot, *, explained: bool) -> None:
    if not 0 <= lot.units <= MOST_UNITS:
        raise CountImplausible(most=f"{MOST_UNITS:,}")
    of_lot = work.load(StockLot, lot.lot_id)
    assert count.counted_at is not None and count.counted_on is not None
    known = ledger.known_at(work, lot.lot_id, count.counted_at, lot.line_id)
    reason = (lot.reason or "").strip() or None
    difference = lot.units - known.units
    if difference and reason is None and not explained:
        raise CountUnexplained(lot=of_lot.lot_number or "–")
    work.add(
        StockCountLine(
            id=lot.line_id, count_id=count.id, lot_id=lot.lot_id, counted_units=lot.units,
            expected_units=known.units, reason=reason, previous_id=known.previous_id, known=list(known.since),
        )
    )  # fmt: skip
    if difference:
        move(
            work,
            lot.lot_id,
            MovementKind.COUNT,
            difference,
            count.counted_on,
            occurred_at=count.counted_at,
            count_line_id=lot.line_id,
            reason=reason,
        )
