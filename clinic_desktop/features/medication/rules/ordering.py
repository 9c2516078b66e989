"""How much to ask for: what will be used, less what is here and will not expire before, less what is on its way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from clinic_desktop.features.medication.rules.consumption import Consumption
from clinic_desktop.features.medication.rules.kinds import OrderStep, Unit
from clinic_desktop.features.medication.rules.shelf import say_lasting, say_packs, say_units
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _, ngettext

MONTH_DAYS = 30


class NothingToOrder(Refused):
    text = N_("This order has no products yet.")


class OrderedTwice(Refused):
    text = N_("{product} stands twice in this order.")


class OrderReasonMissing(Refused):
    text = N_("Write why another number is asked for {product} than proposed.")


class OrderOver(Refused):
    text = N_("This order is over.")


class LevelsUnclear(Refused):
    text = N_("The most must not be less than the least.")


class SupplierGone(Refused):
    text = N_("This partner is not on the list any more. Choose another.")


class OrderState(StrEnum):
    WRITTEN = "written"
    SENT = "sent"
    PART = "part"
    ALL = "all"
    CLOSED = "closed"
    CANCELLED = "cancelled"


STATE_WORDS: dict[OrderState, str] = {
    OrderState.WRITTEN: N_("Not sent yet"),
    OrderState.SENT: N_("Sent"),
    OrderState.PART: N_("Came in part"),
    OrderState.ALL: N_("Came in full"),
    OrderState.CLOSED: N_("Over: the rest is not expected"),
    OrderState.CANCELLED: N_("Cancelled order"),
}


def state_of(step: OrderStep | None, *, some: bool, all_of_it: bool) -> OrderState:
    """What holds of an order: that it came in full, then its end, then that something came, then that it left."""
    if all_of_it:
        return OrderState.ALL
    if step in (OrderStep.CLOSED, OrderStep.CANCELLED):
        # Cancelled where nobody knew what had come elsewhere.
        return OrderState.CLOSED if some or step is OrderStep.CLOSED else OrderState.CANCELLED
    if some:
        return OrderState.PART
    return OrderState.SENT if step is OrderStep.SENT else OrderState.WRITTEN


@dataclass(frozen=True, slots=True)
class UsableLot:
    """A lot of which something may be given today."""

    lot_id: str
    lot_number: str | None
    expires_on: date
    units: int

    def days_of_use(self, today: date) -> int:
        """On so many days, today among them, it may still be given."""
        return max((self.expires_on - today).days + 1, 0)


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a lot at the present pace, the one that expires first used first."""

    lot: UsableLot
    used: Fraction

    @property
    def at_risk(self) -> int:
        """Whole units that nobody will have used when it expires."""
        return self.lot.units - floor(self.used)


def fates(lots: Iterable[UsableLot], per_day: Fraction, today: date, within: int | None = None) -> tuple[Fate, ...]:
    """How much of each lot is used before it expires, or within so many days."""
    told: list[Fate] = []
    spent = Fraction(0)
    for lot in sorted(lots, key=lambda lot: (lot.expires_on, lot.lot_number or "", lot.lot_id)):
        days = lot.days_of_use(today) if within is None else min(lot.days_of_use(today), within)
        used = min(Fraction(max(lot.units, 0)), max(per_day * days - spent, Fraction(0)))
        spent += used
        told.append(Fate(lot, used))
    return tuple(told)


def used_within(lots: Iterable[UsableLot], per_day: Fraction, today: date, days: int) -> Fraction:
    return sum((fate.used for fate in fates(lots, per_day, today, days)), Fraction(0))


def usable_after(lots: Iterable[UsableLot], per_day: Fraction, today: date, days: int) -> int:
    """What may still be given so many days from now, at the present pace."""
    last = today + timedelta(days=days)
    left = (fate.lot.units - fate.used for fate in fates(lots, per_day, today, days) if fate.lot.expires_on >= last)
    return floor(sum(left, Fraction(0)))


def lasts(lots: Iterable[UsableLot], per_day: Fraction | None, today: date) -> int | None:
    """For how many days, today among them, there is enough; None where nothing is used or nobody can tell.

    Lots that expire unused do not lengthen it.
    """
    if not per_day:
        return None
    return floor(sum((fate.used for fate in fates(lots, per_day, today)), Fraction(0)) / per_day)


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """For when is asked."""

    today: date
    delivered_by: date
    covers_until: date
    next_clinic_on: date | None = None

    @classmethod
    def of(
        cls, today: date, delivery_days: int, months: int, safety_days: int, next_clinic_on: date | None
    ) -> "OrderPlan":
        delivered = today + timedelta(days=delivery_days)
        return cls(today, delivered, delivered + timedelta(days=months * MONTH_DAYS + safety_days), next_clinic_on)

    @property
    def days_before(self) -> int:
        return (self.delivered_by - self.today).days

    @property
    def days_covered(self) -> int:
        return (self.covers_until - self.delivered_by).days


@dataclass(frozen=True, slots=True)
class Need:
    """What is known of one product when it is asked for."""

    consumption: Consumption
    lots: tuple[UsableLot, ...]
    on_order: int = 0
    pack_units: int | None = None
    least: int | None = None
    most: int | None = None

    @property
    def usable(self) -> int:
        return sum(lot.units for lot in self.lots)


@dataclass(frozen=True, slots=True)
class Proposal:
    """How much to ask for, with every number it was made of."""

    plan: OrderPlan
    need: Need
    wanted: int | None
    """What will be used from the delivery until the order is used up."""
    here_then: int
    """What of today's shelf will be left at the delivery and used before it expires."""
    wasted: int
    """What of today's shelf will expire unused."""
    lasts: int | None
    units: int | None
    """None: too few days to tell, and no least level says how much should stand here."""

    @property
    def days_without(self) -> int:
        """So many days before the delivery there will be nothing."""
        return 0 if self.lasts is None else max(self.plan.days_before - self.lasts, 0)

    def words(self, unit: Unit | None) -> tuple[str, ...]:
        return tuple(_tell(self, unit))


def propose(need: Need, plan: OrderPlan) -> Proposal:
    """Corrected use times the days to cover, less what will be here then, less what is on its way, in whole packs."""
    per_day, today = need.consumption.per_day, plan.today
    rate = per_day or Fraction(0)
    before = used_within(need.lots, rate, today, plan.days_before)
    whole = used_within(need.lots, rate, today, plan.days_before + plan.days_covered)
    wanted = None if per_day is None else ceil(per_day * plan.days_covered)
    # Rounded once: a shelf that covers all of it leaves nothing to ask for.
    missing = ceil(rate * plan.days_covered - (whole - before))
    here = (wanted or 0) - missing
    left = usable_after(need.lots, rate, today, plan.days_before)
    wasted = sum(fate.at_risk for fate in fates(need.lots, rate, today)) if per_day is not None else 0
    asked = None if wanted is None else max(missing - need.on_order, 0)
    if need.least is not None:
        asked = max(asked or 0, need.least - left - need.on_order)
    units = None if asked is None else _in_packs(asked, need, left + need.on_order)
    return Proposal(plan, need, wanted, here, wasted, lasts(need.lots, per_day, today), units)


def _in_packs(units: int, need: Need, there: int) -> int:
    """Whole packs: one more rather than one too few, unless that would be more than should stand here.

    What should stand here at least holds before the most; and where there would be none, one pack is asked for, however
    big it is.
    """
    pack = need.pack_units if need.pack_units and need.pack_units > 1 else 1
    packs = -(-units // pack)
    if need.most is None or not units:
        return pack * packs
    fewest = -(-max((1 if need.least is None else need.least) - there, 0) // pack)
    return pack * max(min(packs, max(need.most - there, 0) // pack), fewest)


def _tell(proposal: Proposal, unit: Unit | None) -> Iterable[str]:
    plan, need = proposal.plan, proposal.need
    yield from need.consumption.words(unit)
    yield _lasting(proposal)
    if proposal.wanted is not None:
        days = ngettext("{count} day", "{count} days", plan.days_covered).format(count=plan.days_covered)
        yield _("From the delivery ({delivery}) until {until}, {days}, {units} will be used.").format(
            delivery=say_day(plan.delivered_by), until=say_day(plan.covers_until), days=days,
            units=say_units(proposal.wanted, unit),
        )  # fmt: skip
        yield _("Less what will still be here and used before it expires: {units}.").format(
            units=say_units(proposal.here_then, unit)
        )
    if proposal.wasted:
        yield _("Not counted, because it will expire before it is used: {units}.").format(
            units=say_units(proposal.wasted, unit)
        )
    yield _("Less what is on order and has not come: {units}.").format(units=say_units(need.on_order, unit))
    yield from _levels(need, unit)
    if proposal.units is None:
        yield _("No number is proposed. Write how much to ask for, and why.")
    else:
        yield _("Proposed, in whole packs: {units}.").format(units=say_packs(proposal.units, need.pack_units, unit))


def _levels(need: Need, unit: Unit | None) -> Iterable[str]:
    if need.least is not None:
        yield _("At least {units} should stand here.").format(units=say_units(need.least, unit))
    if need.most is not None:
        yield _("At most {units} should stand here.").format(units=say_units(need.most, unit))


def _lasting(proposal: Proposal) -> str:
    plan = proposal.plan
    if not proposal.need.usable:
        return _("Nothing usable is here.")
    if proposal.lasts is None:
        return (
            _("How long it lasts cannot be told.") if proposal.need.consumption.per_day is None else _("None is used.")
        )
    until = plan.today + timedelta(days=proposal.lasts)
    said = _("What is here lasts {days}, until {day}.").format(days=say_lasting(proposal.lasts), day=say_day(until))
    if proposal.days_without:
        gap = ngettext("{count} day without it before the delivery.", "{count} days without it before the delivery.",
                       proposal.days_without).format(count=proposal.days_without)  # fmt: skip
        said += " " + gap
    elif plan.next_clinic_on is not None and until < plan.next_clinic_on:
        said += " " + _("The next consultation day is {day}.").format(day=say_day(plan.next_clinic_on))
    return said
