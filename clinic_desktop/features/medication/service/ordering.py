"""Asking for medicines. An order is final; what comes of it are events and deliveries that name it."""

from collections.abc import Sequence
from dataclasses import dataclass

from clinic_desktop.features.medication.queries import ordering, shelf
from clinic_desktop.features.medication.queries.who_may import SHELF
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.orders import StockOrder, StockOrderEvent, StockOrderLine
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.rules.kinds import OrderStep
from clinic_desktop.features.medication.rules.ordering import (
    NothingToOrder,
    OrderedTwice,
    OrderOver,
    OrderPlan,
    OrderReasonMissing,
    Proposal,
    SupplierGone,
)
from clinic_desktop.features.medication.rules.shelf import check_units
from clinic_desktop.features.medication.service.movements import cleaned_reason
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One product as it is asked for, beside what was proposed."""

    presentation_id: str
    asked: int
    proposal: Proposal | None
    reason: str = ""

    @property
    def differs(self) -> bool:
        return self.proposal is None or self.proposal.units != self.asked


def place_order(
    work: Work, order_id: str, partner_id: str | None, lines: Sequence[AskedLine], plan: OrderPlan, *, note: str = ""
) -> str:
    """Write an order to a partner, or without one to the own central; returns its printed number."""
    work.require(Permission.ORDER_STOCK)
    if shelf.is_there(work, StockOrder, order_id):
        return ordering.order(work, order_id).number
    _check(work, partner_id, lines)
    number = work.next_number("order")
    work.add(
        StockOrder(
            id=order_id, number=number, site_id=work.site_id, partner_id=partner_id, made_on=work.today,
            next_clinic_on=plan.next_clinic_on, delivered_by=plan.delivered_by, covers_until=plan.covers_until,
            note_text=note.strip() or None,
        )
    )  # fmt: skip
    work.about("stock_order", order_id)
    for line in lines:
        _add(work, order_id, line)
    return number


def _check(work: Work, partner_id: str | None, lines: Sequence[AskedLine]) -> None:
    if not lines:
        raise NothingToOrder()
    if partner_id is not None and work.load(Partner, partner_id).retired_at is not None:
        raise SupplierGone()
    seen = set[str]()
    for line in lines:
        check_units(line.asked)
        if line.presentation_id in seen:
            raise OrderedTwice(product=_said(work, line.presentation_id))
        seen.add(line.presentation_id)
        if line.differs and not line.reason.strip():
            raise OrderReasonMissing(product=_said(work, line.presentation_id))


def _said(work: Work, presentation_id: str) -> str:
    row = work.load(Presentation, presentation_id)
    name = work.load(Medicine, row.medicine_id).name if row.medicine_id else ""
    return f"{name} {row.strength_text or ''}".strip()


def _add(work: Work, order_id: str, line: AskedLine) -> None:
    work.load(Presentation, line.presentation_id)
    known = line.proposal
    used = known.need.consumption if known else None
    work.add(
        StockOrderLine(
            order_id=order_id, presentation_id=line.presentation_id,
            proposed_units=known.units if known else None, asked_units=line.asked,
            reason=line.reason.strip() or None if line.differs else None,
            usable_units=known.need.usable if known else None,
            on_order_units=known.need.on_order if known else None,
            used_units=used.given + used.by_voucher if used else None,
            days_with=used.days_with if used else None, days_looked=used.days_looked if used else None,
        )
    )  # fmt: skip


def note_sent(work: Work, order_id: str, way: str, copies: int = 1) -> None:
    """Note that the order left, on paper or as a file; the first time it counts as sent."""
    work.require(Permission.ORDER_STOCK)
    known = ordering.order(work, order_id)
    work.about("stock_order", order_id)
    work.act, work.detail = "medication.note_sent", {"way": way, "copies": copies}
    if known.step is None:
        work.add(StockOrderEvent(order_id=order_id, step=OrderStep.SENT, happened_on=work.today))


def end_order(work: Work, event_id: str, order_id: str, reason: str) -> OrderStep:
    """Nothing more of it is expected: cancelled if nothing came, else closed."""
    work.require(Permission.ORDER_STOCK)
    known = ordering.order(work, order_id)
    came = any(line.came > 0 for line in known.lines)
    step = OrderStep.CLOSED if came else OrderStep.CANCELLED
    if shelf.is_there(work, StockOrderEvent, event_id):
        return step
    if known.step in (OrderStep.CLOSED, OrderStep.CANCELLED):
        raise OrderOver()
    why = cleaned_reason(reason)
    work.about("stock_order", order_id)
    work.add(StockOrderEvent(id=event_id, order_id=order_id, step=step, happened_on=work.today, reason=why))
    return step


def note_stock_printed(work: Work, what: str, way: str, copies: int) -> None:
    """A picture or list of the shelf was printed or saved as a file."""
    work.require(*SHELF)
    work.act, work.detail = "medication.note_stock_printed", {"what": what, "way": way, "copies": copies}
    work.about("site", work.site_id)
