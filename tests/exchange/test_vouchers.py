"""Vouchers and answers written apart: nothing is promised or paid double, and both sides say the same."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.medication.letters.statement import statement_paper
from clinic_desktop.features.medication.queries import handing, statements
from clinic_desktop.features.medication.queries import vouchers as queries
from clinic_desktop.features.medication.rules.money import from_minor
from clinic_desktop.features.medication.rules.refusals import MoreThanOwed
from clinic_desktop.features.medication.rules.statements import Billed
from clinic_desktop.features.medication.rules.vouchers import AnsweredAlready, VoucherState
from clinic_desktop.features.medication.service import vouchers as service
from clinic_desktop.features.medication.service.statements import ClosedStatement, close_statement
from clinic_desktop.features.medication.service.vouchers import GivenAnswer
from clinic_desktop.kernel.ids import new_id
from tests.makers.network import Network, Office
from tests.medication.counter import Counter, open_counter
from tests.medication.pharmacy import Alliance, open_alliance
from tests.printing.reading import texts

DAY = date(2026, 11, 23)


def of(office: Office, counter: Counter) -> Alliance:
    """The same pharmacy, person and product at another computer."""
    there = Counter(office.do, office.ask, counter.pharmacy, counter.fluoxetine, counter.patient)
    return Alliance(there, counter.pharmacy)


def both(network: Network) -> tuple[Alliance, Alliance, str]:
    """One prescribed line that a clinic and its central know."""
    clinic, central = network.clinics[0], network.central
    counter = open_counter(clinic.do, clinic.ask)
    here = open_alliance(counter)
    request_id = counter.prescribe()
    network.round()
    return here, of(central, counter), request_id


def said(alliance: Alliance, query: Any) -> Any:
    return alliance.counter.ask(query)


def state(alliance: Alliance, voucher_id: str) -> tuple[Any, ...]:
    row = alliance.row(voucher_id)
    return row.state, row.given, row.due, row.differ


def test_a_line_promised_twice_apart_is_not_given_a_third_time(network: Network) -> None:
    here, there, request_id = both(network)
    one, other = here.send(request_id), there.send(request_id)
    network.round()
    for side in (here, there):
        (line,) = [said(side, partial(handing.request_line, request_id=request_id))]
        assert (line.vouchered, line.owed) == (60, -30)
        assert said(side, partial(handing.owed_to, patient_id=side.counter.patient)) == ()
        assert {row.voucher_id for row in said(side, queries.open_vouchers)} == {one, other}
        with pytest.raises(MoreThanOwed):
            side.send(request_id, 1, accept_early=True)


@pytest.mark.parametrize("first", ["clinic", "central"])
def test_an_answer_written_apart_counts_once_and_what_was_handed_out_is_believed(network: Network, first: str) -> None:
    here, there, request_id = both(network)
    voucher_id = here.send(request_id)
    network.round()
    sides = (here, there) if first == "clinic" else (there, here)
    sides[0].answer(voucher_id, 30, lot_number="X1")
    sides[1].cancel(voucher_id)
    network.round()
    network.round()
    expected = (VoucherState.FILLED, 30, here.row(voucher_id).price, True)
    assert state(here, voucher_id) == state(there, voucher_id) == expected
    for side in (here, there):
        assert said(side, partial(handing.request_line, request_id=request_id)).owed == 0
        assert [row.voucher_id for row in said(side, statements.unpaid)] == [voucher_id]


def test_a_correction_holds_before_what_it_did_not_know(network: Network) -> None:
    here, there, request_id = both(network)
    voucher_id = here.send(request_id)
    here.answer(voucher_id, 30)
    network.round()
    here.answer(voucher_id, 10, why="decía diez")
    given = GivenAnswer(new_id(), voucher_id, 0, DAY)
    there.counter.do(partial(service.answer_voucher, given=given, why="no lo entregaron"))
    network.round()
    network.round()
    assert state(here, voucher_id) == state(there, voucher_id)
    assert state(here, voucher_id)[:2] == (VoucherState.PART, 10) and here.row(voucher_id).differ
    owed = {said(side, partial(handing.request_line, request_id=request_id)).owed for side in (here, there)}
    assert owed == {20}


def test_a_voucher_paid_twice_apart_is_seen_in_the_list_and_on_the_paper(network: Network) -> None:
    here, there, request_id = both(network)
    voucher_id = here.send(request_id)
    here.answer(voucher_id, 30)
    network.round()
    for side, month in ((here, "2026-11"), (there, "2026-10")):
        asked = Billed(new_id(), side.row(voucher_id).folio, from_minor(12_000, "GTQ"))
        closed = ClosedStatement(new_id(), side.partner, month, "GTQ", (asked,))
        side.counter.do(partial(close_statement, closed=closed))
    network.round()
    one, other = said(there, statements.statements)
    assert (one.twice, other.twice) == (other.number, one.number)
    page = " ".join(texts(said(there, partial(statement_paper, statement_id=one.statement_id)).pdf())[0].split())
    assert "pays it too" in page


def test_answers_that_differ_are_settled_by_saying_once_more_what_holds(network: Network) -> None:
    here, there, request_id = both(network)
    voucher_id = here.send(request_id)
    network.round()
    here.answer(voucher_id, 30)
    there.answer(voucher_id, 0)
    network.round()
    network.round()
    row = here.row(voucher_id)
    assert row.differ and {one.units for one in row.standing} == {30, 0}
    with pytest.raises(AnsweredAlready):
        here.answer(voucher_id, 30)
    here.answer(voucher_id, 30, why="está sellado")
    network.round()
    network.round()
    expected = (VoucherState.FILLED, 30, here.row(voucher_id).price, False)
    assert state(here, voucher_id) == state(there, voucher_id) == expected
