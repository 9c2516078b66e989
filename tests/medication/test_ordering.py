"""What is asked for, what of it came, and what is still on its way."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.medication.queries import ordering, shelf
from clinic_desktop.features.medication.rules.kinds import MovementKind, OrderStep
from clinic_desktop.features.medication.rules.ordering import (
    LevelsUnclear,
    NothingToOrder,
    OrderedTwice,
    OrderOver,
    OrderReasonMissing,
    OrderState,
)
from clinic_desktop.features.medication.rules.shelf import UnitsImplausible
from clinic_desktop.features.medication.service import correcting, levels, receiving
from clinic_desktop.features.medication.service import ordering as service
from clinic_desktop.features.medication.service.ordering import AskedLine
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import ReasonMissing
from tests.medication.counter import Counter


def line_of(counter: Counter, asked: int | None = None, reason: str = "") -> AskedLine:
    known = counter.ask(partial(ordering.proposal_of, presentation_id=counter.fluoxetine)).proposal
    return AskedLine(counter.fluoxetine, known.units or 0 if asked is None else asked, known, reason)


def place(counter: Counter, *lines: AskedLine, order_id: str | None = None) -> str:
    order_id = order_id or new_id()
    plan = counter.ask(ordering.plan)
    use_case = partial(
        service.place_order, order_id=order_id, partner_id=counter.pharmacy, lines=lines, plan=plan, note="urgente"
    )
    counter.do(use_case)
    return order_id


def order(counter: Counter, order_id: str) -> ordering.OrderRow:
    return counter.ask(partial(ordering.order, order_id=order_id))


def used_for_sixty_days(counter: Counter, clock: Any) -> None:
    """Two capsules a day on sixty days, then nothing on the shelf for a month."""
    counter.receive(120, "A1")
    counter.give(counter.prescribe("1-0-1", 30, note=new_id()), 60)
    clock.advance(days=30)
    counter.give(counter.prescribe("1-0-1", 30, note=new_id()), 60, accept_early=True)
    clock.advance(days=59)


@pytest.fixture
def used(counter: Counter, clock: Any) -> Counter:
    used_for_sixty_days(counter, clock)
    return counter


def test_the_month_without_stock_does_not_halve_the_order(used: Counter) -> None:
    known = used.ask(partial(ordering.proposal_of, presentation_id=used.fluoxetine))
    consumption = known.proposal.need.consumption
    assert (consumption.given, consumption.days_with, consumption.per_day) == (120, 31, pytest.approx(120 / 31))
    assert known.proposal.units == 300, "120 capsules in 31 days with stock, for 75 days, in boxes of 20"
    assert [line.presentation_id for line in used.ask(ordering.proposals)] == [used.fluoxetine]


def test_what_is_on_its_way_is_not_asked_for_again_until_it_came(used: Counter) -> None:
    order_id = place(used, line_of(used))
    assert used.ask(ordering.on_order) == {used.fluoxetine: 300}
    assert line_of(used, 0).proposal.units == 0  # type: ignore[union-attr]
    arriving = receiving.DeliveryLine(used.fluoxetine, "B2", date(2027, 8, 31), 100)
    delivery = used.receive_lines(arriving, order_id=order_id)
    assert (order(used, order_id).state, used.ask(ordering.on_order)) == (OrderState.PART, {used.fluoxetine: 200})
    wrong = next(m for m in used.movements() if m.lot_number == "B2")
    used.do(partial(correcting.counter_movement, movement_id=wrong.movement_id, reason="era otra caja"))
    assert used.ask(ordering.on_order) == {used.fluoxetine: 300}, delivery
    used.receive_lines(replace(arriving, units=400), order_id=order_id)
    assert (order(used, order_id).state, used.ask(ordering.on_order)) == (OrderState.ALL, {})
    assert used.ask(ordering.open_orders) == ()


def test_an_order_is_written_once_and_names_why_another_number(used: Counter) -> None:
    with pytest.raises(OrderReasonMissing):
        place(used, line_of(used, 100))
    with pytest.raises(NothingToOrder):
        place(used)
    with pytest.raises(OrderedTwice):
        place(used, line_of(used), line_of(used))
    with pytest.raises(UnitsImplausible):
        place(used, line_of(used, 10**9, "todo"))
    order_id = new_id()
    for _twice in range(2):
        place(used, line_of(used, 100, "no hay más dinero"), order_id=order_id)
    (row,) = used.ask(ordering.orders)
    (asked,) = row.lines
    assert (asked.proposed, asked.asked, asked.reason, row.state) == (300, 100, "no hay más dinero", OrderState.WRITTEN)
    assert row.number.startswith("PRU-") and row.partner == "Farmacia Nueva" and row.note == "urgente"


def test_an_order_ends_once_with_a_reason_and_awaits_nothing_more(used: Counter) -> None:
    order_id = place(used, line_of(used))
    used.do(partial(service.note_sent, order_id=order_id, way="print"))
    assert order(used, order_id).state is OrderState.SENT
    with pytest.raises(ReasonMissing):
        used.do(partial(service.end_order, event_id=new_id(), order_id=order_id, reason=" "))
    event = new_id()
    for _twice in range(2):
        end = partial(service.end_order, event_id=event, order_id=order_id, reason="la farmacia cerró")
        assert used.do(end) is OrderStep.CANCELLED
    assert (order(used, order_id).state, used.ask(ordering.on_order)) == (OrderState.CANCELLED, {})
    with pytest.raises(OrderOver):
        used.do(partial(service.end_order, event_id=new_id(), order_id=order_id, reason="otra vez"))


def test_levels_hold_the_order_between_least_and_most(used: Counter) -> None:
    none = ordering.Level(None, None)
    use_case = partial(levels.set_level, presentation_id=used.fluoxetine)
    with pytest.raises(LevelsUnclear):
        used.do(partial(use_case, least=100, most=50, seen=none))
    used.do(partial(use_case, least=None, most=150, seen=none))
    assert line_of(used, 0).proposal.units == 140  # type: ignore[union-attr]
    used.do(partial(use_case, least=500, most=None, seen=ordering.Level(None, 150)))
    assert line_of(used, 0).proposal.units == 500  # type: ignore[union-attr]


def test_lots_that_were_lost_or_called_back_are_no_days_with_stock(used: Counter) -> None:
    used.receive(50, "C3")
    lot = used.ask(partial(shelf.lots_first_expiring, presentation_id=used.fluoxetine))[0]
    off = partial(correcting.take_off, lot_id=lot.lot_id, units=50, kind=MovementKind.LOSS, reason="se mojó")
    used.do(partial(off, movement_id=new_id()))
    known = used.ask(partial(ordering.proposal_of, presentation_id=used.fluoxetine)).proposal.need
    assert (known.usable, known.consumption.days_with) == (0, 31)
