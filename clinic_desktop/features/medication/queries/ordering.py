"""What to ask for, what was asked for, and what of it has not come."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.agenda.queries import days
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.queries.consumption import Standing, standings
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.queries.who_may import SHELF
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.orders import StockLevel, StockOrder, StockOrderEvent, StockOrderLine
from clinic_desktop.features.medication.records.partners import Partner
from clinic_desktop.features.medication.records.stock import StockDelivery, StockLot, StockMovement
from clinic_desktop.features.medication.rules.consumption import Consumption
from clinic_desktop.features.medication.rules.kinds import Form, OrderStep, Route, Unit, say_product
from clinic_desktop.features.medication.rules.ordering import Need, OrderPlan, OrderState, Proposal, propose, state_of
from clinic_desktop.features.medication.rules.tall import shown_name
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

TABLES = shelf.TABLES | {"stock_order", "stock_order_line", "stock_order_event", "stock_level", "voucher_answer"}
READERS = (*SHELF, Permission.ORDER_STOCK)
_OVER = (OrderStep.CLOSED, OrderStep.CANCELLED)
_Step = tuple[OrderStep | None, date | None, str | None]
_NO_STEP: _Step = (None, None, None)


@dataclass(frozen=True, slots=True)
class Level:
    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class ProposedLine:
    """One product of a new order."""

    product: Product
    proposal: Proposal

    @property
    def presentation_id(self) -> str:
        return self.product.presentation_id


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """One product of an order, with what of it came."""

    line_id: str
    presentation_id: str
    name: str
    product: str
    unit: Unit | None
    pack_units: int | None
    proposed: int | None
    asked: int
    reason: str | None
    usable: int | None
    on_order: int | None
    came: int
    tall_name: str | None = None

    @property
    def shown_name(self) -> str:
        return shown_name(self.name, self.tall_name)

    @property
    def said(self) -> str:
        return f"{self.name} {self.product}".strip()

    @property
    def awaited(self) -> int:
        return max(self.asked - self.came, 0)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order with its lines; `partner` None: of the own central."""

    order_id: str
    number: str
    site_id: str
    site: str
    partner_id: str | None
    partner: str | None
    made_on: date
    delivered_by: date | None
    covers_until: date | None
    note: str | None
    is_ours: bool = True
    """Of this clinic, not of one whose orders the central sees."""
    step: OrderStep | None = None
    step_on: date | None = None
    why_over: str | None = None
    lines: tuple[OrderedLine, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether something of it is still waited for."""
        return self.step not in _OVER and any(line.awaited for line in self.lines)

    @property
    def state(self) -> OrderState:
        asked, came = sum(1 for line in self.lines if line.asked), [line for line in self.lines if line.came > 0]
        return state_of(self.step, some=bool(came), all_of_it=bool(asked) and not any(x.awaited for x in self.lines))


# -- a new order


def plan(asker: Asker) -> OrderPlan:
    """For when is asked: the next consultation day of this clinic, the delivery, and how long it shall last."""
    asker.require(*READERS)
    held = days.held_between(asker, asker.today + timedelta(days=1), asker.today + days.HORIZON)
    return OrderPlan.of(
        asker.today,
        delivery_days=setting(asker, "order_delivery_days"),
        months=setting(asker, "order_months"),
        safety_days=setting(asker, "order_safety_days"),
        next_clinic_on=min((one.day for one in held), default=None),
    )


def proposals(asker: Asker) -> tuple[ProposedLine, ...]:
    """Every product that stood here, was used or should stand here, by name, with what to ask for."""
    asker.require(*READERS)
    known, wanted, way = standings(asker), levels(asker), on_order(asker)
    ids = {*known, *wanted, *way}
    found = shelf.presentations(asker, sorted(ids), lasting=False) if ids else {}
    for_when = plan(asker)
    lines = (
        _line(product, known.get(key), wanted.get(key), way.get(key, 0), for_when) for key, product in found.items()
    )
    return tuple(lines)


def proposal_of(asker: Asker, presentation_id: str) -> ProposedLine:
    """Of one product, also one that never stood here."""
    asker.require(*READERS)
    product = shelf.presentation(asker, presentation_id)
    known, level = standings(asker, [presentation_id]), levels(asker).get(presentation_id)
    awaited = on_order(asker).get(presentation_id, 0)
    return _line(product, known.get(presentation_id), level, awaited, plan(asker))


def _line(product: Product, known: Standing | None, level: Level | None, awaited: int, plan: OrderPlan) -> ProposedLine:
    need = Need(
        consumption=known.consumption if known else Consumption(0, 0, 0),
        lots=known.lots if known else (),
        on_order=awaited,
        pack_units=product.pack_units,
        least=level.least if level else None,
        most=level.most if level else None,
    )
    return ProposedLine(product, propose(need, plan))


def levels(asker: Asker) -> dict[str, Level]:
    """What should stand here at least and at most, by product."""
    asker.require(*READERS)
    select = sa.select(StockLevel.presentation_id, StockLevel.least_units, StockLevel.most_units).where(
        StockLevel.site_id == asker.site_id, StockLevel.voided_at.is_(None)
    )
    return {
        product: Level(least, most)
        for product, least, most in asker.all(select)
        if product and (least is not None or most is not None)
    }


def on_order(asker: Asker) -> dict[str, int]:
    """Units that were asked for and have not come, by product."""
    awaited: dict[str, int] = defaultdict(int)
    for order in open_orders(asker):
        for line in order.lines:
            awaited[line.presentation_id] += line.awaited
    return {product: units for product, units in awaited.items() if units}


# -- orders


def open_orders(asker: Asker) -> tuple[OrderRow, ...]:
    """The orders of this clinic of which something is still to come, the oldest first."""
    asker.require(*READERS)
    found = _orders(asker, StockOrder.site_id == asker.site_id, ~_is_over())
    return tuple(order for order in reversed(found) if order.is_open)


def orders(asker: Asker, limit: int = 100) -> tuple[OrderRow, ...]:
    """The newest first; at the central those of every clinic."""
    asker.require(*READERS)
    here = sa.true() if asker.place.is_central else StockOrder.site_id == asker.site_id
    return _orders(asker, here, limit=limit)


def order(asker: Asker, order_id: str) -> OrderRow:
    asker.require(*READERS)
    found = _orders(asker, StockOrder.id == order_id)
    if not found:
        raise NotHere()
    return found[0]


def _is_over() -> sa.ColumnElement[bool]:
    return sa.exists().where(StockOrderEvent.order_id == StockOrder.id, StockOrderEvent.step.in_(_OVER))


def _orders(asker: Asker, *which: sa.ColumnElement[bool], limit: int = 500) -> tuple[OrderRow, ...]:
    select = (
        sa.select(
            StockOrder.id, StockOrder.number, StockOrder.site_id,
            StockOrder.partner_id, Partner.name, StockOrder.made_on, StockOrder.delivered_by, StockOrder.covers_until,
            StockOrder.note_text,
        )
        .outerjoin(Partner, Partner.id == StockOrder.partner_id)
        .where(*which)
        .order_by(StockOrder.made_on.desc(), StockOrder.id.desc())
        .limit(limit)
    )  # fmt: skip
    rows: Sequence[Any] = asker.all(select)
    ids = [row[0] for row in rows]
    lines, steps = _lines(asker, ids), _steps(asker, ids)
    names = {asker.site_id: asker.place.site_name} | {site.site_id: site.name for site in staff.sites(asker)}
    return tuple(
        _order(row, names.get(row[2], ""), steps.get(row[0], _NO_STEP), lines.get(row[0], ()), asker.site_id)
        for row in rows
    )


def _order(row: Sequence[Any], site: str, step: _Step, lines: tuple[OrderedLine, ...], here: str) -> OrderRow:
    order_id, number, site_id, partner_id, partner, made_on, delivered_by, covers_until, note = row
    head = OrderRow(order_id, number, site_id, site, partner_id, partner, made_on, delivered_by, covers_until, note)
    held, held_on, why = step
    return replace(head, step=held, step_on=held_on, why_over=why, lines=lines, is_ours=site_id == here)


def _steps(asker: Asker, ids: Sequence[str]) -> dict[str, _Step]:
    """The step that holds: an end holds over a later sending."""
    event = StockOrderEvent
    select = sa.select(event.order_id, event.step, event.happened_on, event.reason).where(event.order_id.in_(ids))
    found: dict[str, _Step] = {}
    for order_id, step, on, reason in asker.all(select.order_by(event.recorded_at, event.id)):
        if order_id is not None and (order_id not in found or found[order_id][0] not in _OVER):
            found[order_id] = (step, on, reason)
    return found


def _lines(asker: Asker, ids: Sequence[str]) -> dict[str, tuple[OrderedLine, ...]]:
    came = _came(asker, ids)
    select = (
        sa.select(
            StockOrderLine.order_id, StockOrderLine.id, StockOrderLine.presentation_id, Medicine.name,
            Presentation.form, Presentation.strength_text, Presentation.route, Presentation.unit,
            Presentation.pack_units, StockOrderLine.proposed_units, StockOrderLine.asked_units,
            StockOrderLine.reason, StockOrderLine.usable_units, StockOrderLine.on_order_units, Medicine.tall_name,
        )
        .outerjoin(Presentation, Presentation.id == StockOrderLine.presentation_id)
        .outerjoin(Medicine, Medicine.id == Presentation.medicine_id)
        .where(StockOrderLine.order_id.in_(ids), StockOrderLine.voided_at.is_(None))
        .order_by(Medicine.name, Presentation.strength_text, StockOrderLine.id)
    )  # fmt: skip
    found: dict[str, list[OrderedLine]] = defaultdict(list)
    for row in asker.all(select):
        found[str(row[0])].append(_ordered(row, came.get((str(row[0]), str(row[2])), 0)))
    return {key: tuple(lines) for key, lines in found.items()}


def _ordered(row: Sequence[Any], came: int) -> OrderedLine:
    line_id, product_id, name, form, strength, route, unit, pack, proposed, asked, reason, usable, way = row[1:14]
    said = say_product(Form(form) if form else None, strength, Route(route) if route else None)
    return OrderedLine(
        line_id,
        product_id,
        name or "",
        said,
        unit,
        pack,
        proposed,
        asked or 0,
        reason,
        usable,
        way,
        max(came, 0),
        row[14],
    )


def _came(asker: Asker, ids: Sequence[str]) -> dict[tuple[str, str], int]:
    """What the deliveries of each order brought of each product, without what was a mistake of typing."""
    wrong = aliased(StockMovement)
    direct = (
        sa.select(StockDelivery.order_id, StockMovement.lot_id, StockMovement.units)
        .join(StockMovement, StockMovement.delivery_id == StockDelivery.id)
        .where(StockDelivery.order_id.in_(ids))
    )
    mirrored = (
        sa.select(StockDelivery.order_id, StockMovement.lot_id, StockMovement.units)
        .join(wrong, wrong.delivery_id == StockDelivery.id)
        .join(StockMovement, StockMovement.countered_id == wrong.id)
        .where(StockDelivery.order_id.in_(ids), StockMovement.delivery_id.is_(None))
    )
    moved = sa.union_all(direct, mirrored).subquery()
    select = (
        sa.select(moved.c.order_id, StockLot.presentation_id, sa.func.sum(moved.c.units))
        .join(StockLot, StockLot.id == moved.c.lot_id)
        .group_by(moved.c.order_id, StockLot.presentation_id)
    )
    return {(str(order_id), str(product)): units or 0 for order_id, product, units in asker.all(select)}
