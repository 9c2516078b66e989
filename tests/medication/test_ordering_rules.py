"""How much is used, how long it lasts and how much to ask for, for any shelf and any pace."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.medication.rules.consumption import (
    LEAST_DAYS,
    Consumption,
    LotDays,
    days_with_stock,
    say_rate,
    usable_by_day,
)
from clinic_desktop.features.medication.rules.kinds import OrderStep, Unit
from clinic_desktop.features.medication.rules.ordering import (
    Need,
    OrderPlan,
    OrderState,
    UsableLot,
    fates,
    lasts,
    propose,
    state_of,
    usable_after,
    used_within,
)

TODAY = date(2026, 11, 23)
FIRST = TODAY - timedelta(days=89)
days_off = st.integers(-30, 400)
lots = st.lists(
    st.builds(
        lambda n, off, units: UsableLot(f"lot {n}", None, TODAY + timedelta(days=off), units),
        st.integers(0, 10_000),
        st.integers(0, 500),
        st.integers(1, 3_000),
    ),
    max_size=6,
).map(tuple)
paces = st.fractions(0, 40, max_denominator=90)
consumptions = st.builds(Consumption, st.integers(0, 5_000), st.integers(0, 900), st.integers(0, 90))
plans = st.builds(
    lambda delivery, months, safety: OrderPlan.of(TODAY, delivery, months, safety, None),
    st.integers(0, 90),
    st.integers(1, 6),
    st.integers(0, 60),
)
levels = st.one_of(st.none(), st.integers(0, 4_000))
needs = st.builds(
    Need, consumptions, lots, st.integers(0, 2_000), st.sampled_from((None, 1, 10, 20, 28)), levels, levels
)
shelves = st.lists(
    st.builds(
        LotDays,
        st.integers(-100, 200).map(lambda off: TODAY + timedelta(days=off)),
        st.integers(-50, 300),
        st.dictionaries(st.integers(0, 100).map(lambda back: TODAY - timedelta(days=back)), st.integers(-200, 200)),
        st.lists(
            st.tuples(st.integers(0, 120), st.one_of(st.none(), st.integers(0, 90))).map(
                lambda span: (
                    TODAY - timedelta(days=span[0]),
                    None if span[1] is None else TODAY - timedelta(days=span[0]) + timedelta(days=span[1]),
                )
            ),
            max_size=2,
        ),
    ),
    max_size=4,
)


def test_a_month_without_stock_is_not_a_month_without_use() -> None:
    half_empty = Consumption(given=540, by_voucher=0, days_with=60)
    assert half_empty.per_day == 9
    assert half_empty.words(Unit.CAPSULE) == (
        "In 90 days 540 capsules were handed out, on 60 days with stock.",
        "That is 9 a day, 270 capsules in 30 days.",
    )


def test_nothing_is_divided_by_a_few_days() -> None:
    new = Consumption(given=200, by_voucher=0, days_with=LEAST_DAYS - 1)
    assert new.per_day is None and "Too few days" in new.words(Unit.TABLET)[-1]
    proposal = propose(Need(new, ()), OrderPlan.of(TODAY, 14, 2, 15, None))
    assert proposal.units is None and "No number is proposed" in proposal.words(Unit.TABLET)[-1]
    with_level = propose(Need(new, (), least=90, pack_units=20), OrderPlan.of(TODAY, 14, 2, 15, None))
    assert with_level.units == 100


def test_what_pharmacies_gave_was_wanted_too() -> None:
    assert Consumption(given=60, by_voucher=120, days_with=60).per_day == 2
    assert Consumption(given=180, by_voucher=30, days_with=60).per_day == 3, "the days with stock say more"


@given(consumptions)
def test_the_corrected_use_is_never_less_than_what_was_handed_out(used: Consumption) -> None:
    if used.per_day is not None:
        assert used.per_day * used.days_looked >= used.given + used.by_voucher
        assert used.per_day >= Fraction(used.given, used.days_with)
        assert (say_rate(used.per_day) == "0") == (used.given + used.by_voucher == 0)
    else:
        assert used.days_with < LEAST_DAYS


@given(shelves)
def test_days_with_stock_are_those_on_which_something_could_be_given(shelf: list[LotDays]) -> None:
    evenings = usable_by_day(shelf, FIRST - timedelta(days=1), TODAY)
    expected = set[date]()
    for lot in shelf:
        left = dict(lot.balances(FIRST - timedelta(days=1), TODAY))
        for n in range(90):
            day = FIRST + timedelta(days=n)
            moved = bool(lot.changes.get(day))
            if lot.may_be_given(day) and (left[day] > 0 or (moved and left[day - timedelta(days=1)] > 0)):
                expected.add(day)
    assert days_with_stock(shelf, FIRST, TODAY) == len(expected)
    assert {day for day, units in evenings.items() if units > 0 and day >= FIRST} <= expected


@given(shelves)
def test_the_evening_of_today_is_what_is_there_now(shelf: list[LotDays]) -> None:
    now = sum(lot.units_now for lot in shelf if lot.units_now > 0 and lot.may_be_given(TODAY))
    assert usable_by_day(shelf, FIRST, TODAY)[TODAY] == now


@given(lots, paces, st.integers(0, 300))
def test_nothing_is_used_twice_nor_after_it_expired(shelf: tuple[UsableLot, ...], pace: Fraction, days: int) -> None:
    told = fates(shelf, pace, TODAY)
    assert all(0 <= fate.used <= fate.lot.units and fate.at_risk >= 0 for fate in told)
    spent = Fraction(0)
    for fate in told:
        spent += fate.used
        assert spent <= pace * fate.lot.days_of_use(TODAY) or fate.used == 0
    assert used_within(shelf, pace, TODAY, days) <= min(pace * days, sum(lot.units for lot in shelf))
    assert 0 <= usable_after(shelf, pace, TODAY, days) <= sum(lot.units for lot in shelf)
    assert usable_after(shelf, pace, TODAY, 0) == sum(lot.units for lot in shelf)


@given(lots, paces.filter(bool))
def test_a_shelf_lasts_as_long_as_one_walks_day_by_day(shelf: tuple[UsableLot, ...], pace: Fraction) -> None:
    left = {lot.lot_id + str(at): Fraction(lot.units) for at, lot in enumerate(shelf)}
    order = sorted(enumerate(shelf), key=lambda pair: (pair[1].expires_on, pair[1].lot_number or "", pair[1].lot_id))
    day, walked = TODAY, 0
    while walked < 2_000:
        still = pace
        for at, lot in order:
            key = lot.lot_id + str(at)
            if lot.expires_on >= day and still:
                part = min(still, left[key])
                left[key] -= part
                still -= part
        if still:
            break
        walked, day = walked + 1, day + timedelta(days=1)
    told = lasts(shelf, pace, TODAY)
    assert told is not None
    # Day by day a whole day's use is taken or not; the sum may say one day more where lots end within a day.
    assert walked >= 2_000 or abs(told - walked) <= 1 + len(shelf)


@given(needs, plans)
def test_a_proposal_is_whole_packs_and_never_below_nothing(need: Need, plan: OrderPlan) -> None:
    proposal = propose(need, plan)
    if proposal.units is None:
        assert need.consumption.per_day is None and need.least is None
        return
    pack = need.pack_units or 1
    assert proposal.units >= 0 and proposal.units % pack == 0
    rate = need.consumption.per_day or Fraction(0)
    left = usable_after(need.lots, rate, TODAY, plan.days_before)
    if need.most is not None:
        there = left + need.on_order + proposal.units
        assert proposal.units == 0 or there <= need.most or there - pack < (need.least or 1), "one box too many at most"
    elif proposal.wanted is not None:
        assert proposal.units + proposal.here_then + need.on_order >= proposal.wanted
        free = max(proposal.wanted - proposal.here_then - need.on_order, (need.least or 0) - left - need.on_order, 0)
        assert proposal.units - free < pack
    if need.least is not None and need.most is None:
        assert left + need.on_order + proposal.units >= need.least
    assert all("{" not in line for line in proposal.words(Unit.TABLET))


def test_a_box_bigger_than_the_most_does_not_leave_the_shelf_empty() -> None:
    plan = OrderPlan.of(TODAY, 14, 2, 15, None)
    used = Consumption(90, 0, 90)
    assert propose(Need(used, (), pack_units=100, most=90), plan).units == 100
    assert propose(Need(used, (), pack_units=100, least=60, most=90), plan).units == 100
    shelf = (UsableLot("A", "A1", TODAY + timedelta(days=400), 80),)
    assert propose(Need(used, shelf, pack_units=100, most=90), plan).units == 0
    assert propose(Need(used, (), on_order=40, pack_units=100, most=90), plan).units == 0


def test_an_order_cancelled_where_nobody_knew_what_had_come_is_over_and_not_cancelled() -> None:
    assert state_of(OrderStep.CANCELLED, some=False, all_of_it=False) is OrderState.CANCELLED
    assert state_of(OrderStep.CANCELLED, some=True, all_of_it=False) is OrderState.CLOSED
    assert state_of(OrderStep.SENT, some=True, all_of_it=True) is OrderState.ALL


@given(needs, plans, st.integers(1, 500))
def test_more_on_the_way_never_asks_for_more(need: Need, plan: OrderPlan, more: int) -> None:
    waiting = Need(need.consumption, need.lots, need.on_order + more, need.pack_units, need.least, need.most)
    before, after = propose(need, plan).units, propose(waiting, plan).units
    assert before is None or (after is not None and after <= before)


def test_what_expires_before_the_delivery_is_not_counted() -> None:
    soon = UsableLot("a", "A1", TODAY + timedelta(days=9), 500)
    late = UsableLot("b", "B2", TODAY + timedelta(days=300), 100)
    plan = OrderPlan.of(TODAY, 14, 2, 0, TODAY + timedelta(days=7))
    proposal = propose(Need(Consumption(90, 0, 90), (soon, late), on_order=20, pack_units=30), plan)
    # One a day: ten of the first are used, then four of the second until the delivery;
    assert (proposal.wanted, proposal.here_then, proposal.wasted) == (60, 60, 490)
    assert proposal.units == 0
    gone = propose(Need(Consumption(90, 0, 90), (soon,), pack_units=30), plan)
    assert (gone.lasts, gone.days_without, gone.here_then, gone.units) == (10, 4, 0, 60)
    said = " ".join(gone.words(Unit.TABLET))
    assert "What is here lasts 10 days" in said and "4 days without it before the delivery" in said
    assert "Proposed, in whole packs: 2 boxes × 30 = 60 tablets." in said


@given(consumptions, plans)
def test_a_shelf_that_covers_everything_leaves_nothing_to_ask_for(used: Consumption, plan: OrderPlan) -> None:
    enough = UsableLot("a", None, TODAY + timedelta(days=2_000), 100_000)
    proposal = propose(Need(used, (enough,)), plan)
    assert proposal.units in (0, None) and 0 <= proposal.here_then == (proposal.wanted or 0)
