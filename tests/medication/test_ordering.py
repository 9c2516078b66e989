"""What is asked for, what of it came, and what is still on its way."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.medication.letters.stock_picture import say_what_to_do
from clinic_desktop.features.medication.queries import expiring, ordering, shelf
from clinic_desktop.features.medication.records.dispensing import MedicationDispense
from clinic_desktop.features.medication.records.stock import StockLot, StockMovement
from clinic_desktop.features.medication.records.vouchers import Voucher, VoucherAnswer
from clinic_desktop.features.medication.rules.kinds import MovementKind, OrderStep, Unit, VoucherOutcome
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
from clinic_desktop.features.staff.records import Site
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


def test_what_will_expire_unused_goes_to_the_clinic_that_uses_it(counter: Counter, clock: Any) -> None:
    """As the central sees it: the movements of another clinic are on this computer too."""
    elsewhere, soon = new_id(), date(2027, 4, 30)
    counter.receive(300, "A1", soon)

    def other_clinic(work: Any) -> None:
        work.add(Site(id=elsewhere, code="SJU", name="San Juan", kind="clinic", zone="America/Guatemala"))
        lot = StockLot(presentation_id=counter.fluoxetine, lot_number="Z9", expires_on=date(2028, 1, 31))
        lot_id = work.add(lot).id
        moved = partial(StockMovement, lot_id=lot_id, site_id=elsewhere, occurred_on=work.today)
        work.add(moved(kind=MovementKind.RECEIPT, units=200))
        work.add(moved(kind=MovementKind.DISPENSE, units=-180))
        given = MedicationDispense(presentation_id=counter.fluoxetine, units=180, given_on=work.today)
        given.origin_site_id = elsewhere
        work.add(given)

    counter.do(other_clinic)
    clock.advance(days=29)
    (row,) = counter.ask(expiring.expiring_soon)
    (taker,) = row.expiring.takers
    # Nothing is used here. There 180 on 30 days, so 6 a day until the end of April, and 20 they have.
    assert (row.expiring.at_risk, taker.name, taker.per_day, taker.usable) == (300, "San Juan", 6, 20)
    assert taker.could_use(soon, row.expiring.today) == 6 * 130 - 20
    assert say_what_to_do(row) == "Use first; send 300 to San Juan, which uses it"


def test_vouchers_were_wanted_too_once_by_the_answer_that_counts(used: Counter) -> None:
    def answered(work: Any) -> None:
        voucher = Voucher(
            patient_id=used.patient, presentation_id=used.fluoxetine, units=60, issued_on=work.today, folio="V"
        )
        voucher_id = work.add(voucher).id
        answer = partial(VoucherAnswer, voucher_id=voucher_id, answered_on=work.today)
        first = work.add(answer(outcome=VoucherOutcome.FILLED, units=60)).id
        work.add(answer(outcome=VoucherOutcome.PART, units=45, amends_id=first))
        work.add(answer(outcome=VoucherOutcome.NOT_FILLED, units=0))

    used.do(answered)
    known = used.ask(partial(ordering.proposal_of, presentation_id=used.fluoxetine)).proposal
    assert known.need.consumption.by_voucher == 45
    assert "Pharmacies gave 45 capsules for our vouchers." in known.words(Unit.CAPSULE)
