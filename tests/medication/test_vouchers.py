"""A voucher promises once what the shelf lacks, and what the pharmacy says of it counts once, whoever types it."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.medication.queries import book, handing
from clinic_desktop.features.medication.queries import vouchers as queries
from clinic_desktop.features.medication.rules.kinds import PartnerKind
from clinic_desktop.features.medication.rules.money import from_minor
from clinic_desktop.features.medication.rules.refusals import (
    MoreThanOwed,
    StillCovered,
    StoppedMeanwhile,
    WaitsForSignature,
)
from clinic_desktop.features.medication.rules.vouchers import (
    AfterValidity,
    AnswerDayWrong,
    AnsweredAlready,
    ControlledByVoucher,
    MayNotReceive,
    MoreThanAsked,
    OverMonthlyLimit,
    OverMonthlyUnits,
    ThereIsEnough,
    VoucherHandedOut,
    VoucherState,
    read_folio,
)
from clinic_desktop.features.medication.service import partners, prescribing
from clinic_desktop.features.medication.service import vouchers as service
from clinic_desktop.features.medication.service.vouchers import NewVoucher
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.numbers import check_sign
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from tests.medication.counter import Counter
from tests.medication.pharmacy import TODAY, Alliance, open_alliance
from tests.medication.test_book import SOURCE, list_as_controlled


@pytest.fixture
def alliance(counter: Counter) -> Alliance:
    return open_alliance(counter)


def owed(counter: Counter) -> int:
    return sum(item.owed for item in counter.ask(partial(handing.owed_to, patient_id=counter.patient)))


def test_what_a_voucher_promises_is_not_owed_here_and_is_owed_again_when_it_was_not_had(
    counter: Counter, alliance: Alliance, clock: StillClock
) -> None:
    request_id = counter.prescribe()
    assert owed(counter) == 30
    first = alliance.send(request_id)
    assert owed(counter) == 0
    alliance.answer(first, 0)
    assert owed(counter) == 30
    second = alliance.send(request_id)
    alliance.cancel(second)
    assert owed(counter) == 30
    third = alliance.send(request_id)
    alliance.answer(third, 20)
    assert owed(counter) == 10
    alliance.send(request_id, 10)
    assert owed(counter) == 0
    clock.advance(days=16)
    assert owed(counter) == 10, "an expired one is owed again"


def test_the_folio_the_price_and_the_last_day_stand_on_it(counter: Counter, alliance: Alliance) -> None:
    row = alliance.row(alliance.send(counter.prescribe(), 20))
    assert row.folio.startswith("PRU-") and row.folio[-1] == check_sign(row.folio[:-2].replace("-", ""))
    assert (row.price, row.valid_until) == (from_minor(8_000, "GTQ"), TODAY + timedelta(days=15))
    assert row.medicine_text == "fluoxetina 20 mg — capsule — by mouth"


def test_no_voucher_outlives_the_agreement_that_it_rests_on(counter: Counter) -> None:
    alliance = open_alliance(counter, ends_on=TODAY + timedelta(days=3))
    assert alliance.row(alliance.send(counter.prescribe())).valid_until == TODAY + timedelta(days=3)


def test_a_second_enter_writes_one_voucher(counter: Counter, alliance: Alliance) -> None:
    request_id = counter.prescribe()
    same = alliance.send(request_id)
    alliance.send(request_id, voucher_id=same)
    assert len(counter.ask(queries.open_vouchers)) == 1


def test_not_more_than_is_owed_and_nothing_of_what_was_stopped_or_waits_for_a_signature(
    counter: Counter, alliance: Alliance, vault: Vault, actor: Actor
) -> None:
    request_id = counter.prescribe()
    with pytest.raises(MoreThanOwed):
        alliance.send(request_id, 31)
    alliance.send(request_id, 20)
    with pytest.raises(MoreThanOwed):
        alliance.send(request_id, 11)
    other = counter.prescribe()
    counter.do(partial(prescribing.stop_medicine, request_id=other, reason="mareo"))
    with pytest.raises(StoppedMeanwhile):
        alliance.send(other)
    trainee = Actor(new_id(), "Res. Tum", frozenset(Permission) - {Permission.SIGN_NOTES})
    counter.do = lambda use_case: vault.do(use_case, trainee)
    waiting = counter.prescribe()
    with pytest.raises(WaitsForSignature):
        alliance.send(waiting)
    short = counter.ask(partial(queries.lacking_of, patient_id=counter.patient))
    assert waiting not in [one.item.line.request_id for one in short]


def test_a_full_shelf_asks_and_a_short_one_offers_the_rest(counter: Counter, alliance: Alliance) -> None:
    request_id = counter.prescribe()
    counter.receive(12)
    (short,) = counter.ask(partial(queries.lacking_of, patient_id=counter.patient))
    assert (short.usable, short.units) == (12, 18)
    counter.receive(40, "B2")
    assert counter.ask(partial(queries.lacking_of, patient_id=counter.patient)) == ()
    with pytest.raises(ThereIsEnough):
        alliance.send(request_id)
    alliance.send(request_id, despite_stock=True)


def test_days_that_a_voucher_covers_warn_before_a_second_one_and_before_the_shelf(
    counter: Counter, alliance: Alliance, clock: StillClock
) -> None:
    alliance.send(counter.prescribe())
    clock.advance(days=5)
    again = counter.prescribe()
    with pytest.raises(StillCovered):
        alliance.send(again)
    counter.receive(60)
    with pytest.raises(StillCovered):
        counter.give(again, 30)


def test_only_a_pharmacy_that_may_receive_vouchers_and_has_an_agreement_is_offered(
    counter: Counter, alliance: Alliance, clock: StillClock
) -> None:
    other = counter.do(partial(partners.add_partner, kind=PartnerKind.PHARMACY, name="Farmacia Otra"))
    request_id = counter.prescribe()
    asked = partial(queries.offers, presentation_ids=[counter.fluoxetine])
    assert [offer.name for offer in counter.ask(asked)] == ["Farmacia Nueva"]
    with pytest.raises(MayNotReceive):
        alliance.send(request_id, partner_id=other)


def test_a_month_beyond_what_was_agreed_asks_in_money_and_in_units(counter: Counter) -> None:
    alliance = open_alliance(counter, limit=20_000, monthly_units=45)
    request_id = counter.prescribe(days=90)
    first = alliance.send(request_id, 30)
    with pytest.raises(OverMonthlyLimit):
        alliance.send(request_id, 30)
    alliance.answer(first, 0)
    alliance.send(request_id, 20)
    with pytest.raises(OverMonthlyUnits):
        alliance.send(request_id, 30)
    with pytest.raises(OverMonthlyUnits):
        alliance.send(request_id, 30, beyond_limit=True)
    alliance.send(request_id, 30, beyond_units=True)


def test_two_lines_of_one_product_count_together_and_the_limit_itself_may_be_reached(counter: Counter) -> None:
    alliance = open_alliance(counter, limit=24_000, monthly_units=59)
    wanted = [NewVoucher(new_id(), counter.prescribe(), 30), NewVoucher(new_id(), counter.prescribe(), 30)]
    sending = partial(
        service.issue_vouchers, patient_id=counter.patient, partner_id=alliance.partner, wanted=wanted,
        accept_early=True,
    )  # fmt: skip
    with pytest.raises(OverMonthlyUnits) as over:
        counter.do(sending)
    assert (over.value.facts["units"], over.value.facts["limit"]) == ("60", "59")
    counter.do(partial(sending, wanted=[wanted[0], NewVoucher(wanted[1].voucher_id, wanted[1].request_id, 29)]))


def test_a_price_that_does_not_divide_is_rounded_once(counter: Counter) -> None:
    """A third of Q 10.00 for 30 is Q 3.33, also of a voucher over Q 6.67."""
    alliance = open_alliance(counter, prices={counter.fluoxetine: (1_000, 30)})
    voucher_id = alliance.send(counter.prescribe(), 20)
    assert alliance.row(voucher_id).price == from_minor(667, "GTQ")
    alliance.answer(voucher_id, 10)
    assert alliance.row(voucher_id).due == from_minor(333, "GTQ")


def test_a_controlled_medicine_is_sent_with_a_yes_under_its_rule_and_source(
    counter: Counter, alliance: Alliance, clock: StillClock
) -> None:
    list_as_controlled(counter.do, counter.fluoxetine, valid_days=5, most_fillings=1)
    request_id = counter.prescribe()
    clock.advance(days=6)
    with pytest.raises(ControlledByVoucher) as asked:
        alliance.send(request_id)
    assert f"Source: {SOURCE}" in asked.value.sentence() and "was valid until" in asked.value.sentence()
    voucher_id = alliance.send(request_id, 20, controlled=True)
    alliance.answer(voucher_id, 20, day=counter.ask(lambda reading: reading.today))
    assert counter.ask(partial(book.fillings, request_id=request_id)) == 1, "a pharmacy's handing out is one"


def test_a_voucher_out_says_that_its_medicine_was_stopped(counter: Counter, alliance: Alliance) -> None:
    request_id = counter.prescribe()
    voucher_id = alliance.send(request_id)
    assert not alliance.row(voucher_id).stopped
    counter.do(partial(prescribing.stop_medicine, request_id=request_id, reason="mareo"))
    assert alliance.row(voucher_id).stopped


def test_an_answer_says_what_was_handed_out_once(counter: Counter, alliance: Alliance) -> None:
    voucher_id = alliance.send(counter.prescribe())
    with pytest.raises(MoreThanAsked):
        alliance.answer(voucher_id, 31)
    with pytest.raises(AnswerDayWrong):
        alliance.answer(voucher_id, 30, TODAY + timedelta(days=1))
    alliance.answer(voucher_id, 30, lot_number=" x12 ", expires_on=date(2027, 6, 30))
    alliance.answer(voucher_id, 30, lot_number="X12", expires_on=date(2027, 6, 30))
    row = alliance.row(voucher_id)
    assert row.answer is not None and row.answer.amends_id is None
    assert (row.state, row.answer.lot_number, row.due) == (VoucherState.FILLED, "X12", from_minor(12_000, "GTQ"))
    with pytest.raises(AnsweredAlready):
        alliance.answer(voucher_id, 10)
    with pytest.raises(VoucherHandedOut):
        alliance.cancel(voucher_id)
    alliance.answer(voucher_id, 10, why="decía diez")
    row = alliance.row(voucher_id)
    assert (row.state, row.due) == (VoucherState.PART, from_minor(4_000, "GTQ"))


def test_handed_out_after_its_days_asks(counter: Counter, alliance: Alliance, clock: StillClock) -> None:
    voucher_id = alliance.send(counter.prescribe())
    clock.advance(days=20)
    assert alliance.row(voucher_id).state is VoucherState.EXPIRED
    late = TODAY + timedelta(days=18)
    with pytest.raises(AfterValidity):
        alliance.answer(voucher_id, 30, late)
    alliance.answer(voucher_id, 30, TODAY + timedelta(days=15))
    alliance.answer(voucher_id, 30, late, why="otro día", confirmed_late=True)
    assert alliance.row(voucher_id).state is VoucherState.FILLED


def test_a_folio_is_found_as_a_hand_copies_it(counter: Counter, alliance: Alliance) -> None:
    row = alliance.row(alliance.send(counter.prescribe()))
    site, body, sign = row.folio.split("-")
    wrong = "A" if sign != "A" else "C"
    for typed in (row.folio, row.folio.lower(), f"{site} {body} {sign}", body, f"{body}{sign}", body.replace("0", "O")):
        found = counter.ask(partial(queries.with_folio, folio=typed))
        assert found is not None and (found.row.voucher_id, found.doubtful) == (row.voucher_id, False), typed
    found = counter.ask(partial(queries.with_folio, folio=f"{site}-{body}-{wrong}"))
    assert found is not None and found.doubtful
    assert counter.ask(partial(queries.with_folio, folio="PRU-ZZ99999-1")) is None


@given(st.text(max_size=30), st.sampled_from(["PRU", "", "S1"]))
def test_whatever_is_typed_as_a_folio_is_read_or_not_and_never_breaks(typed: str, site: str) -> None:
    for body in read_folio(typed, site):
        assert body.text.rpartition("-")[2][2:].isdigit()


def test_who_may_not_send_vouchers_sees_and_writes_none(counter: Counter, alliance: Alliance, vault: Vault) -> None:
    desk = Actor(new_id(), "Recepción", frozenset(Permission) - {Permission.SEND_VOUCHERS})
    for query in (queries.open_vouchers, partial(queries.with_folio, folio="PRU-AB00001-1")):
        with pytest.raises(Exception, match="NotAllowed"):
            vault.ask(query, desk)
    request_id = counter.prescribe()
    counter.do = lambda use_case: vault.do(use_case, desk)
    with pytest.raises(Exception, match="NotAllowed"):
        alliance.send(request_id)


def test_money_is_of_nobody(counter: Counter, alliance: Alliance, ask: Any) -> None:
    alliance.send(counter.prescribe())
    assert [row.said for row in ask(lambda r: queries.for_money(r))] == [""]
