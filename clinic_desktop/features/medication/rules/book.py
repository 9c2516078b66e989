"""The book of one controlled medicine on one shelf, as one is written on paper.

Its lines are the movements in the order in which they became known here. A closed page holds its lines by name and
never changes: what is known only afterwards stands on a later page, marked late. Of pages that two computers closed
apart the longest chain holds, the others stand beside it; so the book is the same wherever the same rows are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.names import fold

MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"), N_("August"),
    N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moved:
    """What the order and the balance of the book need to know of one movement."""

    movement_id: str
    units: int
    occurred_on: date
    known_at: datetime
    """When it was typed."""
    known_on: date
    """The same, as a day here."""
    about_id: str | None = None
    """The movement that it counters, or takes out because it was counted already."""


@dataclass(frozen=True, slots=True)
class ClosedPage:
    page_id: str
    number: int
    month: str
    opening: int
    closing: int
    movements: tuple[str, ...]
    previous_id: str | None
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    entry: int
    """Its number in the whole book."""
    movement_id: str
    moved: Moved | None
    """None: a closed page names it, and it is not on this computer yet."""
    balance: int | None
    """After this line; None after one that is not here."""
    late: bool


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    month: str
    opening: int
    closing: int
    lines: tuple[Line, ...]
    page_id: str | None = None
    """None: not closed yet."""

    @property
    def came(self) -> int:
        return sum(line.moved.units for line in self.lines if line.moved and line.moved.units > 0)

    @property
    def left(self) -> int:
        return -sum(line.moved.units for line in self.lines if line.moved and line.moved.units < 0)


class Fault(StrEnum):
    """Why no page can be closed now."""

    PAGE_MISSING = "page-missing"
    LINE_MISSING = "line-missing"
    NOT_CHAINED = "not-chained"
    BELOW_ZERO = "below-zero"
    NOT_THE_SHELF = "not-the-shelf"


_FAULTS: dict[Fault, str] = {
    Fault.PAGE_MISSING: N_(
        "A page before page {page} was closed on another computer and is not here yet. Bring its bundle first."
    ),
    Fault.LINE_MISSING: N_(
        "Page {page} names movements that are not on this computer yet. Bring the bundle of the other computer first."
    ),
    Fault.NOT_CHAINED: N_(
        "The balance of page {page} does not follow from the page before. Tell the coordinator before closing."
    ),
    Fault.BELOW_ZERO: N_(
        "The book says {units}: more left than came. Count this medicine, and look for the paper that was not typed."
    ),
    Fault.NOT_THE_SHELF: N_(
        "The book and the shelf are {units} apart. Count this medicine, and look for the paper that was not typed."
    ),
}


@dataclass(frozen=True, slots=True)
class Gap:
    what: Fault
    page: int = 0
    units: int = 0

    def sentence(self) -> str:
        return _(_FAULTS[self.what]).format(page=self.page, units=f"{self.units:,}")


@dataclass(frozen=True)
class Book:
    pages: tuple[Page, ...]
    """Those closed, one going on from the other."""
    apart: tuple[Page, ...]
    """Closed by another computer that did not know of those."""
    open_pages: tuple[Page, ...]
    """One for each month since, up to today; only the first can be closed."""
    gaps: tuple[Gap, ...]
    closed: Mapping[str, ClosedPage] = field(default_factory=dict[str, ClosedPage])

    @property
    def balance(self) -> int:
        every = self.pages + self.open_pages
        return every[-1].closing if every else 0

    @property
    def to_close(self) -> Page | None:
        return self.open_pages[0] if self.open_pages else None

    @property
    def last(self) -> Page | None:
        return self.pages[-1] if self.pages else None

    @cached_property
    def entries(self) -> dict[str, int]:
        """The entry number of each movement."""
        return {line.movement_id: line.entry for page in self.pages + self.open_pages for line in page.lines}

    def page(self, page_id: str) -> Page | None:
        return next((page for page in self.pages + self.apart if page.page_id == page_id), None)


def bound(moved: Iterable[Moved], closed: Iterable[ClosedPage], today: date, shelf: int | None = None) -> Book:
    """The whole book; `shelf` is what the movements of the shelf add up to by another way, for the proof."""
    known = {one.movement_id: one for one in moved}
    pages = {one.page_id: one for one in closed}
    chain = _holding(pages)
    made, faults = _chained(chain, known)
    if chain and chain[0].previous_id is not None:
        faults.insert(0, Gap(Fault.PAGE_MISSING, chain[0].number))
    standing = {name for page in chain for name in page.movements}
    loose = [one for one in in_order(known.values()) if one.movement_id not in standing]
    drafts = _drafts(loose, chain, today)
    held = {page.page_id for page in chain}
    apart = [_beside(page, pages, known) for page in pages.values() if page.page_id not in held]
    book = Book(made, tuple(sorted(apart, key=lambda p: (p.number, p.page_id))), drafts, tuple(faults), pages)
    return Book(book.pages, book.apart, book.open_pages, (*faults, *_off(book, shelf)), pages)


def in_order(moved: Iterable[Moved]) -> list[Moved]:
    """As they became known here; of one moment what came stands before what left. What counters a movement never
    stands before it, whatever the clocks said."""
    known = {one.movement_id: one for one in moved}
    places: dict[str, tuple[datetime, int]] = {}

    def place(one: Moved, seen: frozenset[str]) -> tuple[datetime, int]:
        if one.movement_id not in places:
            about = known.get(one.about_id or "")
            own = one.known_at, 0
            if about is not None and about.movement_id not in seen:
                at, depth = place(about, seen | {one.movement_id})
                own = max(own, (at, depth + 1)) if at >= one.known_at else own
            places[one.movement_id] = own
        return places[one.movement_id]

    return sorted(known.values(), key=lambda one: (*place(one, frozenset()), one.units < 0, one.movement_id))


def _holding(pages: Mapping[str, ClosedPage]) -> list[ClosedPage]:
    """The chain that holds: the longest, and of equals the one that was closed first."""
    if not pages:
        return []
    last = min(pages.values(), key=lambda page: (-page.number, page.closed_at, page.page_id))
    return _before(last, pages)


def _before(page: ClosedPage, pages: Mapping[str, ClosedPage]) -> list[ClosedPage]:
    """A page with all those that it goes on from, as far as they are here; the first one first."""
    found = [page]
    while (before := pages.get(found[-1].previous_id or "")) is not None and before not in found:
        found.append(before)
    return found[::-1]


def _chained(chain: Sequence[ClosedPage], known: Mapping[str, Moved]) -> tuple[tuple[Page, ...], list[Gap]]:
    made: list[Page] = []
    gaps: list[Gap] = []
    entry, expected = 1, chain[0].opening if chain else 0
    for page in chain:
        made.append(_page(page, known, entry))
        entry += len(page.movements)
        if any(name not in known for name in page.movements):
            gaps.append(Gap(Fault.LINE_MISSING, page.number))
        elif (page.opening, page.closing) != (expected, expected + sum(known[name].units for name in page.movements)):
            gaps.append(Gap(Fault.NOT_CHAINED, page.number))
        expected = page.closing
    if chain and chain[0].previous_id is None and (chain[0].number, chain[0].opening) != (1, 0):
        gaps.append(Gap(Fault.NOT_CHAINED, chain[0].number))
    return tuple(made), gaps


def _beside(page: ClosedPage, pages: Mapping[str, ClosedPage], known: Mapping[str, Moved]) -> Page:
    entry = 1 + sum(len(before.movements) for before in _before(page, pages)[:-1])
    return _page(page, known, entry)


def _page(page: ClosedPage, known: Mapping[str, Moved], entry: int) -> Page:
    lines = _lines(page.movements, known, _begins(page.number, page.month), page.opening, entry)
    return Page(page.number, page.month, page.opening, page.closing, lines, page.page_id)


def _lines(
    names: Sequence[str], known: Mapping[str, Moved], begins: date, opening: int, entry: int
) -> tuple[Line, ...]:
    found: list[Line] = []
    balance: int | None = opening
    for at, name in enumerate(names):
        moved = known.get(name)
        balance = None if moved is None or balance is None else balance + moved.units
        found.append(Line(entry + at, name, moved, balance, moved is not None and is_late(moved, begins)))
    return tuple(found)


def _begins(number: int, month: str) -> date:
    """Nothing is late on the first page: there is none before it."""
    return first_day(month) if number > 1 else date.min


def is_late(moved: Moved, begins: date) -> bool:
    """Whether it belonged on an earlier page: it happened before this one, or was typed before and came by a merge."""
    return min(moved.occurred_on, moved.known_on) < begins


def _drafts(loose: Sequence[Moved], chain: Sequence[ClosedPage], today: date) -> tuple[Page, ...]:
    """The pages that are still open, one a month, so that no month is left out."""
    if not loose and not chain:
        return ()
    first = next_month(chain[-1].month) if chain else min(month_of(min(one.known_on, today)) for one in loose)
    months = [first]
    while months[-1] < month_of(today):
        months.append(next_month(months[-1]))
    known = {one.movement_id: one for one in loose}
    names: dict[str, list[str]] = {month: [] for month in months}
    at = months[0]
    for one in loose:
        # What stands behind a line in the book never stands on an earlier page.
        at = max(at, min(month_of(one.known_on), months[-1]))
        names[at].append(one.movement_id)
    number = chain[-1].number + 1 if chain else 1
    opening = chain[-1].closing if chain else 0
    entry = 1 + sum(len(page.movements) for page in chain)
    made: list[Page] = []
    for month in months:
        lines = _lines(names[month], known, _begins(number, month), opening, entry)
        closing = opening + sum(known[name].units for name in names[month])
        made.append(Page(number, month, opening, closing, lines))
        number, opening, entry = number + 1, closing, entry + len(lines)
    return tuple(made)


def _off(book: Book, shelf: int | None) -> list[Gap]:
    if any(gap.what in (Fault.PAGE_MISSING, Fault.LINE_MISSING) for gap in book.gaps):
        return []
    if shelf is not None and shelf != book.balance:
        return [Gap(Fault.NOT_THE_SHELF, units=abs(shelf - book.balance))]
    return [Gap(Fault.BELOW_ZERO, units=book.balance)] if book.balance < 0 else []


def gathered(book: Book, month: str) -> Page | None:
    """The first page of a book, if it holds all months up to this one: of a medicine that stood on the shelf for long
    before it was listed. Later pages hold one month each."""
    parts = [page for page in book.open_pages if page.month <= month]
    if book.pages or not parts or parts[-1].month != month:
        return None
    lines = tuple(replace(line, late=False) for page in parts for line in page.lines)
    return Page(1, month, parts[0].opening, parts[-1].closing, lines)


def month_of(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"


def first_day(month: str) -> date:
    year, number = month.split("-")
    return date(int(year), int(number), 1)


def next_month(month: str) -> str:
    return month_of(first_day(month) + timedelta(days=31))


def last_day(month: str) -> date:
    return first_day(next_month(month)) - timedelta(days=1)


def is_over(month: str, today: date) -> bool:
    """Whether its page may be closed: on its last day at the earliest."""
    return today >= last_day(month)


def say_month(month: str) -> str:
    """ "November 2026", in the spoken language."""
    first = first_day(month)
    return _("{month} {year}").format(month=_(MONTHS[first.month - 1]), year=first.year)


class Lack(StrEnum):
    """What a line of the book should say and does not."""

    PRESCRIBER = "prescriber"
    RECEIVER = "receiver"
    WITNESS = "witness"


LACK_WORDS: dict[Lack, str] = {
    Lack.PRESCRIBER: N_("who prescribed it"),
    Lack.RECEIVER: N_("who received it"),
    Lack.WITNESS: N_("who witnessed it"),
}


def say_lacks(lacks: Iterable[Lack]) -> str:
    return ", ".join(_(LACK_WORDS[lack]) for lack in lacks)


# -- what closing a page refuses


class NothingToClose(Refused):
    text = N_("This book has no open page.")


class PageHasGap(Refused):
    text = N_("{gap}")


class MonthNotOver(Refused):
    text = N_("The page of {month} is closed on the last day of that month, or later.")


class LinesChanged(Refused):
    text = N_("Something was added to this page meanwhile. Look at it again and close it then.")


class LinesLacking(Refused):
    text = N_("Line {entry} does not say {what}. Complete it with a note first.")


class WitnessMissing(Refused):
    text = N_("Write who is the witness.")


class OwnWitness(Refused):
    text = N_("The witness is somebody other than you.")


class NoteEmpty(Refused):
    text = N_("Write what is missing.")


class PageIsClosed(Refused):
    text = N_("This line stands on a closed page, which is never changed.")


def check_witness(witness: str, *names: str) -> str:
    """The witness's name, cleaned; never one of these people, who do it themselves."""
    said = " ".join(witness.split())
    if not said:
        raise WitnessMissing()
    if any(fold(said) == fold(name) for name in names if name.strip()):
        raise OwnWitness()
    return said
