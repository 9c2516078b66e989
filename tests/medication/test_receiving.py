"""Taking in a delivery: all its lines or none, and the paper's own numbers."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.rules.kinds import MovementKind, PartnerKind
from clinic_desktop.features.medication.rules.refusals import (
    LotNumberMissing,
    NameMissing,
    NothingToReceive,
    NotYet,
    ShortExpiry,
)
from clinic_desktop.features.medication.rules.shelf import ExpiredAlready, UnitsImplausible
from clinic_desktop.features.medication.service import formulary, partners
from clinic_desktop.features.medication.service.receiving import DeliveryLine
from clinic_desktop.kernel.errors import NotAllowed, NotHere
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from tests.medication.counter import Counter


def test_a_delivery_fills_the_shelf_by_movements(counter: Counter) -> None:
    counter.receive_lines(
        DeliveryLine(counter.fluoxetine, " a1123 ", date(2027, 3, 31), 60),
        DeliveryLine(counter.fluoxetine, "B0090", date(2027, 9, 30), 240),
    )
    assert counter.lots() == {"A1123": 60, "B0090": 240}
    balance = counter.balance()
    assert (balance.units, balance.usable, balance.expired) == (300, 300, 0)
    assert balance.next_expiry == date(2027, 3, 31)
    assert {(m.kind, m.document, m.partner) for m in counter.movements()} == {
        (MovementKind.RECEIPT, "F-1", "Farmacia Nueva")
    }


def test_the_second_enter_of_a_form_receives_nothing(counter: Counter) -> None:
    delivery_id, line = new_id(), DeliveryLine(counter.fluoxetine, "A1", date(2027, 6, 30), 60)
    for _ in range(2):
        assert counter.receive_lines(line, delivery_id=delivery_id) == delivery_id
    assert counter.balance().units == 60


def test_more_of_the_same_lot_is_a_second_movement_not_a_second_lot(counter: Counter) -> None:
    counter.receive(60)
    counter.receive(40)
    assert counter.lots() == {"A1": 100}
    assert len(counter.movements()) == 2


def test_one_bad_line_keeps_the_whole_delivery_out(counter: Counter) -> None:
    good = DeliveryLine(counter.fluoxetine, "A1", date(2027, 6, 30), 60)
    for bad, error in (
        (DeliveryLine(counter.fluoxetine, "A2", date(2026, 10, 31), 60), ExpiredAlready),
        (DeliveryLine(counter.fluoxetine, "A2", date(2027, 6, 30), 0), UnitsImplausible),
        (DeliveryLine(counter.fluoxetine, "A2", date(2027, 6, 30), -5), UnitsImplausible),
        (DeliveryLine(counter.fluoxetine, "A2", date(2027, 6, 30), 10**9), UnitsImplausible),
        (DeliveryLine(counter.fluoxetine, "  ", date(2027, 6, 30), 60), LotNumberMissing),
        (DeliveryLine(new_id(), "A2", date(2027, 6, 30), 60), NotHere),
    ):
        with pytest.raises(error):
            counter.receive_lines(good, bad)
    with pytest.raises(NothingToReceive):
        counter.receive_lines()
    with pytest.raises(NotYet):
        counter.receive_lines(good, received_on=date(2026, 11, 24))
    assert counter.balance().units == 0
    assert counter.movements() == ()


def test_a_box_without_lot_number_is_received_when_that_is_said(counter: Counter) -> None:
    line = DeliveryLine(counter.fluoxetine, None, date(2027, 6, 30), 60, without_number=True)
    counter.receive_lines(line)
    assert counter.lots() == {None: 60}


def test_a_short_expiry_asks_first(counter: Counter) -> None:
    line = DeliveryLine(counter.fluoxetine, "A1", date(2026, 12, 31), 60)
    with pytest.raises(ShortExpiry) as asked:
        counter.receive_lines(line)
    assert "31-dec-2026" in asked.value.sentence()
    counter.receive_lines(line, **asked.value.again)
    assert counter.balance().usable == 60


def test_what_expired_between_its_coming_and_its_typing_is_written_down_and_never_usable(counter: Counter) -> None:
    line = DeliveryLine(counter.fluoxetine, "A1", date(2026, 10, 31), 60)
    with pytest.raises(ExpiredAlready):
        counter.receive_lines(line, received_on=date(2026, 11, 1))
    with pytest.raises(ShortExpiry) as asked:
        counter.receive_lines(line, received_on=date(2026, 2, 1))
    counter.receive_lines(line, received_on=date(2026, 2, 1), **asked.value.again)
    assert (counter.balance().usable, counter.balance().expired) == (0, 60)
    assert [m.occurred_on for m in counter.movements()] == [date(2026, 2, 1)]


def test_a_partner_is_not_put_in_twice(do: Callable[..., Any], counter: Counter) -> None:
    add = partial(partners.add_partner, kind=PartnerKind.PHARMACY, name=" farmacia  nueva ")
    assert do(add) == counter.pharmacy
    with pytest.raises(NameMissing):
        do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="  "))


def test_the_formulary_is_the_same_in_every_clinic_and_put_in_once(
    do: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    assert do(partial(formulary.take_formulary, demonstration=True)) == 67 + 34
    assert do(partial(formulary.take_formulary, demonstration=True)) == 0
    found = ask(partial(shelf.find_presentation, words="hal amp"))
    assert [product.said for product in found] == ["haloperidol 5 mg/mL — ampoule — injection"]
    assert found[0].controlled_code == "CES"
    assert found[0].shelf == "0 usable"


def test_receiving_is_for_those_who_may(counter: Counter, vault: Vault) -> None:
    reader = Actor(new_id(), "Ana", frozenset({Permission.SEE_STOCK, Permission.DISPENSE}))
    with pytest.raises(NotAllowed):
        vault.do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="X"), reader)
