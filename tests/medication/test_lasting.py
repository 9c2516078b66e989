"""Nobody carries home what expires before it is used up, unless somebody said yes to it."""

from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.medication.queries import handing, owed, papers, shelf
from clinic_desktop.features.medication.records.vouchers import Voucher, VoucherAnswer
from clinic_desktop.features.medication.rules.courses import read_course
from clinic_desktop.features.medication.rules.kinds import Unit, VoucherOutcome
from clinic_desktop.features.medication.rules.lasting import Using, choose_lots, outlived
from clinic_desktop.features.medication.rules.refusals import (
    FitsBadly,
    HandedOutLater,
    HandedOutLongAgo,
    LastsTooShort,
    LotWithheld,
    NotFirstExpiring,
    StillCovered,
)
from clinic_desktop.features.medication.rules.shelf import NotEnough, ShelfLot
from clinic_desktop.features.medication.service import dispensing, recalls
from clinic_desktop.features.medication.service.receiving import DeliveryLine
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import Work
from tests.medication.counter import JUNE, Counter
from tests.medication.test_dispensing import paper

TODAY = date(2026, 11, 23)


def lot(name: str, days: int, units: int, *, withheld: bool = False) -> ShelfLot:
    """A lot whose last day lies so many days after today."""
    return ShelfLot(name, name, TODAY + timedelta(days=days), units, withheld)


def using(
    dose: str = "1-0-0", days: int = 30, before: int = 0, unit: Unit = Unit.TABLET, ml: int | None = None
) -> Using:
    return Using(TODAY, days, read_course(dose, days), unit, ml, before)


def taken(lots: list[ShelfLot], units: int, how: Using | None) -> list[tuple[str | None, int]]:
    return [(t.lot.lot_number, t.units) for t in choose_lots(lots, units, TODAY, how).takings]


def test_the_last_day_is_that_of_the_last_tablet() -> None:
    assert using().last_day(30) == TODAY + timedelta(days=29)
    assert using("½-0-0").last_day(2) == TODAY + timedelta(days=3), "half a tablet a day"
    assert using("1 c/28d", 84, unit=Unit.AMPOULE).last_day(1) == TODAY, "a depot is taken at once"
    assert using("1 c/28d", 84, unit=Unit.AMPOULE).last_day(2) == TODAY + timedelta(days=28)
    assert using("2-0-2 7d > 1-0-0 7d", 14, before=28).last_day(7) == TODAY + timedelta(days=6)
    assert using("5-0-5", 30, unit=Unit.BOTTLE, ml=600).last_day(1) == TODAY + timedelta(days=5), "60 mL, 10 a day"


def test_of_lots_that_last_the_first_to_expire_is_taken_and_the_sooner_one_stays() -> None:
    lots = [lot("soon", 20, 100), lot("later", 40, 18), lot("last", 400, 100)]
    assert taken(lots, 30, using()) == [("later", 18), ("last", 12)]
    assert taken(lots, 20, using()) == [("soon", 20)], "twenty days last"
    assert taken(lots, 30, None) == [("soon", 30)], "nobody knows for how long"


def test_what_expires_sooner_is_used_up_first_where_the_rest_does_not_reach() -> None:
    assert taken([lot("soon", 20, 18), lot("last", 400, 12)], 30, using()) == [("soon", 18), ("last", 12)]


def test_fewer_are_proposed_where_only_sooner_ones_are_left() -> None:
    choice = choose_lots([lot("soon", 19, 100)], 30, TODAY, using())
    assert (choice.units, choice.there, choice.is_whole) == (20, 100, False)
    assert choice.too_short is not None
    assert taken([lot("soon", 10, 5)], 1, using("1-0-0", unit=Unit.BOTTLE, ml=300)) == [], "a bottle of thirty days"


def test_what_was_called_back_or_expired_is_never_chosen() -> None:
    lots = [lot("back", 400, 100, withheld=True), lot("gone", -1, 100)]
    choice = choose_lots(lots, 30, TODAY, using())
    assert (choice.takings, choice.there) == ((), 0)


@given(
    st.lists(st.tuples(st.integers(-20, 90), st.integers(0, 40), st.booleans()), max_size=6),
    st.integers(1, 60),
    st.sampled_from(["1-0-0", "½-0-½", "1-1-1", "2-0-1 7d > 1-0-0 30d", "1 c/7d", "1 sos 2"]),
    st.integers(0, 20),
)
def test_nothing_that_is_proposed_expires_in_the_persons_hands(
    shelves: list[tuple[int, int, bool]], units: int, dose: str, before: int
) -> None:
    lots = [lot(str(n), days, count, withheld=back) for n, (days, count, back) in enumerate(shelves)]
    how = using(dose, before=before)
    choice = choose_lots(lots, units, TODAY, how)
    assert outlived(choice.takings, how) is None
    assert choice.units <= units
    for taking in choice.takings:
        assert 0 < taking.units <= taking.lot.units
        assert taking.lot.is_usable(TODAY)
    if choice.there >= units and choice.too_short is None:
        assert choice.is_whole


# -- at the counter


def short(counter: Counter, units: int = 100) -> None:
    """A lot that lasts twenty days."""
    line = DeliveryLine(counter.fluoxetine, "A1", TODAY + timedelta(days=19), units)
    counter.receive_lines(line, accept_short=True)


def left_of(counter: Counter, request_id: str) -> int:
    return counter.ask(partial(handing.request_line, request_id=request_id)).owed


def test_a_lot_that_does_not_last_is_asked_about_and_fewer_are_given_without_a_question(counter: Counter) -> None:
    short(counter)
    request_id = counter.prescribe()
    with pytest.raises(LastsTooShort) as asked:
        counter.give(request_id, 30)
    assert asked.value.sentence() == (
        "fluoxetina: lot A1 expires on 12-dec-2026, before all of it is used up. Only 20 last. "
        "Hand out 30 all the same?"
    )
    counter.give(request_id, 20)
    assert (counter.lots(), left_of(counter, request_id)) == ({"A1": 80}, 10)
    with pytest.raises(LastsTooShort):
        counter.give(request_id, 10)
    counter.give(request_id, 10, accept_short=True)
    assert counter.lots() == {"A1": 70}


def test_the_sooner_lot_stays_for_who_can_use_it_and_taking_it_asks_twice(counter: Counter) -> None:
    short(counter)
    counter.receive(100, "B1", JUNE)
    request_id = counter.prescribe()
    rows = counter.ask(partial(shelf.lots, presentation_id=counter.fluoxetine))
    first = next(row.lot.lot_id for row in rows if row.lot.lot_number == "A1")
    with pytest.raises(NotFirstExpiring):
        counter.give(request_id, 30, lots=((first, 30),))
    with pytest.raises(LastsTooShort):
        counter.give(request_id, 30, lots=((first, 30),), lot_reason="viene a controles cada semana")
    counter.give(request_id, 30)
    assert counter.lots() == {"A1": 100, "B1": 70}


def test_a_lot_that_was_called_back_is_neither_offered_nor_accepted(counter: Counter) -> None:
    counter.receive(40, "A1", JUNE)
    counter.do(
        partial(
            recalls.call_back,
            recall_id=new_id(),
            presentation_id=counter.fluoxetine,
            lot_number="A1",
            reason="aviso de la fábrica",
            source_text="Carta 12",
        )
    )
    request_id = counter.prescribe()
    assert counter.ask(partial(shelf.presentation, presentation_id=counter.fluoxetine)).shelf == (
        "0 usable (40 called back)"
    )
    assert (counter.balance().units, counter.balance().usable, counter.balance().withheld) == (40, 0, 40)
    with pytest.raises(NotEnough):
        counter.give(request_id, 30)
    lot_id = counter.ask(partial(shelf.lots, presentation_id=counter.fluoxetine))[0].lot.lot_id
    counter.receive(60, "B1", JUNE)
    with pytest.raises(LotWithheld):
        counter.give(request_id, 30, lots=((lot_id, 30),), lot_reason="era el que había")


def test_what_a_pharmacy_gives_on_a_voucher_is_not_owed_and_covers_its_days(
    counter: Counter, clock: StillClock
) -> None:
    counter.receive(200)
    request_id, voucher_id = counter.prescribe(), new_id()

    def issue(work: Work) -> None:
        work.add(
            Voucher(
                id=voucher_id,
                folio="V-1",
                patient_id=counter.patient,
                request_id=request_id,
                presentation_id=counter.fluoxetine,
                units=30,
                issued_on=work.today,
                valid_until=work.today + timedelta(days=15),
            )
        )

    counter.do(issue)
    assert left_of(counter, request_id) == 0
    clock.advance(days=5)
    with pytest.raises(StillCovered) as asked:
        counter.give(counter.prescribe(), 30)
    assert "23-nov-2026" in asked.value.sentence()
    answer = partial(VoucherAnswer, voucher_id=voucher_id, outcome=VoucherOutcome.NOT_FILLED)
    counter.do(lambda work: work.add(answer()))
    assert left_of(counter, request_id) == 30
    counter.give(request_id, 30)


def test_whom_something_is_owed_is_listed_when_the_shelf_has_it_again(counter: Counter, clock: StillClock) -> None:
    counter.receive(18)
    request_id = counter.prescribe()
    counter.give(request_id, 18)
    clock.advance(days=1)
    assert counter.ask(owed.owed_now) == ()
    counter.receive(100, "A2")
    (person,) = counter.ask(owed.owed_now)
    assert [(item.owed, item.until) for item in person.lines] == [(12, date(2026, 12, 22))]
    counter.give(request_id, 12)
    assert counter.ask(owed.owed_now) == ()


# -- from paper


def test_a_paper_of_an_earlier_day_takes_the_lots_of_that_day(counter: Counter, clock: StillClock) -> None:
    counter.receive(50, "A1", date(2027, 2, 28))
    clock.advance(days=100)
    counter.receive(50, "B1", date(2027, 12, 31))
    paper(counter, 30, "R-1", handed_on=date(2027, 2, 20))
    assert counter.lots() == {"A1": 20, "B1": 50}, "it had not expired then, and B1 had not come"
    with pytest.raises(NotEnough):
        paper(counter, 30, "R-2", handed_on=date(2027, 2, 20), accept_early=True)
    with pytest.raises(HandedOutLater):
        paper(counter, 1, "R-3", handed_on=date(2027, 3, 4))
    with pytest.raises(HandedOutLongAgo):
        paper(counter, 1, "R-3", handed_on=date(2025, 3, 4))


def test_a_served_paper_waits_for_its_prescription_and_is_joined_once(counter: Counter) -> None:
    counter.receive(100)
    dispense_id = paper(counter)
    assert counter.ask(papers.waiting_to_join) == ()
    request_id = counter.prescribe()
    (waiting,) = counter.ask(papers.waiting_to_join)
    assert [item.line.request_id for item in waiting.candidates] == [request_id]
    assert waiting.fit(waiting.candidates[0]).is_good
    counter.do(partial(dispensing.join_paper, dispense_id=dispense_id, request_id=request_id))
    assert counter.ask(papers.served_papers) == ()


def test_joining_what_does_not_fit_asks_with_both_days_and_units(counter: Counter, clock: StillClock) -> None:
    counter.receive(100)
    dispense_id = paper(counter, 60)
    clock.advance(days=40)
    request_id = counter.prescribe()
    join = partial(dispensing.join_paper, dispense_id=dispense_id, request_id=request_id)
    with pytest.raises(FitsBadly) as asked:
        counter.do(join)
    assert asked.value.sentence() == (
        "From the paper 60 were handed out on 23-nov-2026. The prescription is of 2-jan-2027, and 30 are owed. "
        "Are they the same? It cannot be undone."
    )
    counter.do(partial(join, accept_misfit=True))
    assert left_of(counter, request_id) <= 0
