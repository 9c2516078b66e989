"""What is late to a count, and what is not: by the moment where there is one, by the day otherwise."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.medication.rules.late import Counted, Point, Seen, counter_id
from clinic_desktop.kernel.ids import new_id

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = NOON.date()
FIRST = Point(NOON, DAY, new_id())
LATER = Point(NOON + timedelta(days=7), DAY + timedelta(days=7), new_id())


def seen(at: datetime | None, on: date = DAY, by: Point | None = None) -> Seen:
    return Seen(new_id(), -5, on, at, by)


def test_a_moment_decides_and_without_one_the_day() -> None:
    minute = timedelta(minutes=1)
    assert seen(NOON - minute).is_before(FIRST)
    assert seen(NOON).is_before(FIRST)
    assert not seen(NOON + minute).is_before(FIRST)
    assert seen(None).is_before(FIRST), "some time on that day: it was there to be counted"
    assert not seen(None, DAY + timedelta(days=1)).is_before(FIRST)


def test_what_was_known_is_not_late_and_the_adjustment_of_the_count_itself_never_is() -> None:
    known, unknown, own = seen(NOON), seen(NOON), seen(NOON, by=FIRST)
    count = Counted(FIRST, None, frozenset({known.movement_id}))
    assert [count.is_late(one) for one in (known, unknown, own)] == [False, True, False]


def test_what_is_older_than_the_previous_count_is_for_that_one() -> None:
    old, between = seen(NOON - timedelta(days=1)), seen(NOON + timedelta(days=1))
    later = Counted(LATER, FIRST)
    assert [later.is_late(one) for one in (old, between, seen(NOON, by=FIRST))] == [False, True, False]


def test_a_count_that_the_later_one_did_not_know_is_late_to_it_whole() -> None:
    taken_out = seen(FIRST.counted_at, by=FIRST)
    assert Counted(LATER).is_late(taken_out)
    assert not Counted(FIRST).is_late(seen(LATER.counted_at, by=LATER))


def test_the_row_that_takes_out_has_the_same_id_everywhere() -> None:
    one, other = new_id(), new_id()
    assert counter_id(FIRST.line_id, one) == counter_id(FIRST.line_id, one)
    assert len({counter_id(FIRST.line_id, one), counter_id(FIRST.line_id, other), counter_id(LATER.line_id, one)}) == 3


hours = st.integers(-200, 200)
Move = tuple[int, int, bool, frozenset[int]]
moves = st.lists(st.tuples(hours, st.integers(-9, 9), st.booleans(), st.frozensets(st.integers(0, 3))), max_size=12)
counts = st.lists(st.tuples(hours, st.integers(0, 50), st.one_of(st.none(), st.integers(0, 2))), min_size=1, max_size=4)


@given(moves, counts, st.randoms())
def test_at_every_count_the_sum_is_what_was_counted_in_whatever_order_rows_come(
    moves: list[Move], counts: list[tuple[int, int, int | None]], luck: Random
) -> None:
    """Counts that know any part of what was before them, in chains and beside each other; each adjusts by what it knew,
    and the law does the rest."""
    ledger: dict[str, Seen] = {}
    who_knew: dict[str, frozenset[int]] = {}
    for at, units, has_moment, knowing in moves:
        moment = NOON + timedelta(hours=at)
        made = Seen(new_id(), units, moment.date(), moment if has_moment else None)
        ledger[made.movement_id], who_knew[made.movement_id] = made, knowing
    closed: list[tuple[Counted, int]] = []
    for number, (at, units, behind) in enumerate(counts):
        moment = NOON + timedelta(hours=at)
        point = Point(moment, moment.date(), new_id())
        earlier = [c for c, _ in closed if c.point.place < point.place]
        previous = earlier[behind % len(earlier)] if earlier and behind is not None else None
        bare = Counted(point, previous.point if previous else None)
        known = [s for s in ledger.values() if number in who_knew.get(s.movement_id, ()) and bare.holds(s)]
        counted = Counted(point, bare.previous, frozenset(s.movement_id for s in known))
        had = next((u for c, u in closed if c is previous), 0) + sum(s.units for s in known)
        adjustment = Seen(new_id(), units - had, point.counted_on, moment, point)
        ledger[adjustment.movement_id] = adjustment
        closed.append((counted, units))
    settled = settle(ledger, closed, luck)
    for counted, units in closed:
        assert sum(s.units for s in settled.values() if s.is_before(counted.point)) == units
    assert settle(ledger, closed, luck) == settled


def settle(ledger: dict[str, Seen], closed: list[tuple[Counted, int]], luck: Random) -> dict[str, Seen]:
    """Rows arrive one by one in any order; after each, what is late is written."""
    rows = list(ledger.values())
    luck.shuffle(rows)
    there: dict[str, Seen] = {}
    while rows:
        row = rows.pop()
        if row.movement_id in there:
            continue
        there[row.movement_id] = row
        for counted, _ in closed:
            if counted.is_late(row):
                point = counted.point
                made = counter_id(point.line_id, row.movement_id)
                rows.append(Seen(made, -row.units, point.counted_on, point.counted_at, point))
    return there
