"""The book of a controlled medicine, whatever is typed, countered, merged and closed, in whatever order."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_desktop.features.medication.rules.book import (
    Book,
    ClosedPage,
    Fault,
    Moved,
    bound,
    gathered,
    is_late,
    is_over,
    month_of,
    next_month,
    say_month,
)

START = date(2026, 9, 10)


@dataclass
class Computer:
    """What one computer knows; the sum is kept apart, as the shelf keeps it."""

    name: str
    moved: dict[str, Moved] = field(default_factory=dict[str, Moved])
    closed: dict[str, ClosedPage] = field(default_factory=dict[str, ClosedPage])
    printed: dict[str, tuple[object, ...]] = field(default_factory=dict[str, tuple[object, ...]])

    def book(self, today: date) -> Book:
        return bound(self.moved.values(), self.closed.values(), today, sum(m.units for m in self.moved.values()))

    def type(self, key: str, units: int, today: date, back: int, about: str | None = None) -> None:
        at = datetime(today.year, today.month, today.day, tzinfo=UTC)
        self.moved[key] = Moved(key, units, today - timedelta(days=back), at, today, about)

    def close(self, key: str, today: date, months: int = 1) -> bool:
        book = self.book(today)
        page = book.to_close
        if page is not None and months > 1:
            page = gathered(book, book.open_pages[min(months, len(book.open_pages)) - 1].month) or page
        if page is None or any(gap.what is not Fault.BELOW_ZERO for gap in book.gaps) or not is_over(page.month, today):
            return False
        names = tuple(line.movement_id for line in page.lines)
        last = book.last.page_id if book.last else None
        at = datetime(today.year, today.month, today.day, tzinfo=UTC)
        self.closed[key] = ClosedPage(key, page.number, page.month, page.opening, page.closing, names, last, at)
        self.printed[key] = seen(self.book(today), key)
        return True

    def learn(self, other: "Computer") -> None:
        self.moved |= other.moved
        self.closed |= other.closed


def seen(book: Book, page_id: str) -> tuple[object, ...]:
    page = book.page(page_id)
    assert page is not None
    return page.number, page.month, page.opening, page.closing, page.lines


def must_hold(computer: Computer, today: date) -> None:
    book = computer.book(today)
    every = book.pages + book.open_pages
    assert [page.number for page in every] == list(range(1, len(every) + 1)), "numbers without a hole"
    assert all(a.closing == b.opening for a, b in pairwise(every)), "balances chain"
    assert all(next_month(a.month) == b.month for a, b in pairwise(every)), "months in order"
    lines = [line for page in every for line in page.lines]
    assert sorted(line.movement_id for line in lines) == sorted(computer.moved), "each stands exactly once"
    assert [line.entry for line in lines] == list(range(1, len(lines) + 1))
    assert book.balance == sum(m.units for m in computer.moved.values())
    assert [page.number for page in book.apart] == sorted(page.number for page in book.apart)
    assert {page.page_id for page in (*book.pages, *book.apart)} == set(computer.closed), "no page is lost"
    assert not {gap.what for gap in book.gaps} - {Fault.BELOW_ZERO}
    places = {line.movement_id: line.entry for line in lines}
    chained = {line.movement_id for page in book.pages for line in page.lines}
    for key, moved in computer.moved.items():
        if moved.about_id in places and not {key, moved.about_id} & chained:
            assert places[key] > places[moved.about_id], "what counters stands behind"
    for page_id, printed in computer.printed.items():
        assert seen(book, page_id)[:4] == printed[:4], "a page never changes"
        names = [line.movement_id for line in printed[4]]  # type: ignore[attr-defined]
        assert [line.movement_id for line in book.page(page_id).lines] == names  # type: ignore[union-attr]


STEPS = st.one_of(
    st.tuples(st.just("type"), st.integers(0, 1), st.integers(-60, 120), st.integers(0, 70)),
    st.tuples(st.just("mirror"), st.integers(0, 1), st.integers(0, 30), st.booleans()),
    st.tuples(st.just("merge"), st.integers(0, 1)),
    st.tuples(st.just("close"), st.integers(0, 1), st.integers(1, 4)),
    st.tuples(st.just("days"), st.integers(1, 40)),
)


@settings(max_examples=150)
@given(st.lists(STEPS, max_size=40))
def test_pages_are_contiguous_balances_chain_and_every_movement_stands_once(steps: list[tuple[int, ...]]) -> None:
    computers = [Computer("A"), Computer("B")]
    today = START
    for at, (what, *values) in enumerate(steps):
        key = f"{at:04}"
        if what == "days":
            today += timedelta(days=values[0])
            continue
        mine, other = computers[values[0]], computers[1 - values[0]]
        if what == "type":
            mine.type(key, values[1] or 1, today, values[2])
        elif what == "mirror" and mine.moved:
            wrong = sorted(mine.moved.values(), key=lambda m: m.movement_id)[values[1] % len(mine.moved)]
            back = (today - wrong.occurred_on).days
            mine.type(key, -wrong.units, today, back, wrong.movement_id)
            if values[2]:
                # The stamps of a count are older than what it takes out.
                mine.moved[key] = replace(mine.moved[key], known_at=datetime(2026, 9, 1, tzinfo=UTC), known_on=START)
        elif what == "merge":
            mine.learn(other)
        elif what == "close":
            mine.close(key, today, values[1])
        for computer in computers:
            must_hold(computer, today)
    computers[0].learn(computers[1])
    computers[1].learn(computers[0])
    a, b = (computer.book(today) for computer in computers)
    assert (a.pages, a.apart, a.open_pages) == (b.pages, b.apart, b.open_pages), "the same in any merge order"


def _one(key: str, units: int, day: date, typed: date | None = None, about: str | None = None) -> Moved:
    on = typed or day
    return Moved(key, units, day, datetime(on.year, on.month, on.day, tzinfo=UTC), on, about)


def test_two_computers_that_closed_the_same_page_apart_both_stay_and_later_numbers_go_on() -> None:
    today = date(2026, 10, 2)
    a, b = Computer("A"), Computer("B")
    a.moved["1"] = b.moved["1"] = _one("1", 60, date(2026, 9, 11))
    a.moved["2"] = _one("2", -10, date(2026, 9, 12))
    b.moved["3"] = _one("3", -20, date(2026, 9, 13))
    assert a.close("pa", today)
    assert b.close("pb", today)
    a.learn(b)
    book = a.book(today)
    assert [page.page_id for page in book.pages] == ["pa"]
    assert [(page.page_id, page.number) for page in book.apart] == [("pb", 1)]
    (open_page,) = book.open_pages
    assert (open_page.number, open_page.opening, open_page.closing) == (2, 50, 30)
    assert [(line.movement_id, line.late) for line in open_page.lines] == [("3", True)]
    assert a.close("pa2", date(2026, 10, 31))
    b.learn(a)
    assert [page.page_id for page in b.book(date(2026, 11, 1)).pages] == ["pa", "pa2"]


def test_a_month_without_movement_has_its_page() -> None:
    book = bound([_one("1", 5, date(2026, 9, 11))], [], date(2026, 12, 24))
    assert [(page.month, len(page.lines)) for page in book.open_pages] == [
        ("2026-09", 1), ("2026-10", 0), ("2026-11", 0), ("2026-12", 0),
    ]  # fmt: skip


def test_a_page_that_is_still_on_its_way_stops_the_closing() -> None:
    one, two = _one("1", 60, date(2026, 9, 11)), _one("2", -5, date(2026, 10, 3))
    later = ClosedPage("p2", 2, "2026-10", 60, 55, ("2",), "p1", datetime(2026, 10, 31, tzinfo=UTC))
    book = bound([one, two], [later], date(2026, 11, 2), 55)
    assert [gap.what for gap in book.gaps] == [Fault.PAGE_MISSING]
    first = ClosedPage("p1", 1, "2026-09", 0, 60, ("1",), None, datetime(2026, 9, 30, tzinfo=UTC))
    whole = bound([two], [first, later], date(2026, 11, 2), 55)
    assert [gap.what for gap in whole.gaps] == [Fault.LINE_MISSING]
    assert bound([one, two], [first, later], date(2026, 11, 2), 55).gaps == ()


def test_a_balance_that_was_changed_by_hand_or_is_not_the_shelf_is_said() -> None:
    one = _one("1", 60, date(2026, 9, 11))
    wrong = ClosedPage("p1", 1, "2026-09", 0, 59, ("1",), None, datetime(2026, 9, 30, tzinfo=UTC))
    assert Fault.NOT_CHAINED in [gap.what for gap in bound([one], [wrong], date(2026, 10, 2), 60).gaps]
    assert [gap.what for gap in bound([one], [], date(2026, 10, 2), 58).gaps] == [Fault.NOT_THE_SHELF]
    below = bound([_one("1", -3, date(2026, 9, 11))], [], date(2026, 10, 2), -3)
    assert "-3" in below.gaps[0].sentence()


def test_what_was_typed_after_its_month_is_late_and_a_first_page_may_hold_it() -> None:
    assert is_late(_one("1", 1, date(2026, 9, 30), date(2026, 10, 1)), date(2026, 10, 1))
    assert not is_late(_one("1", 1, date(2026, 10, 1)), date(2026, 10, 1))
    assert month_of(date(2026, 1, 31)) == "2026-01"
    assert next_month("2026-12") == "2027-01"
    assert say_month("2026-11") == "November 2026"
