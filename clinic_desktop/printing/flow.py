"""Strips poured into pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from clinic_desktop.printing.ink import Placed, Strip

# Sums of many heights differ in the last digits from the height of a page they fill exactly.
ROUNDING = 0.01


@dataclass(frozen=True, slots=True)
class Frame:
    """Where text may stand on the first page and on those after it."""

    left: float
    first_top: float
    next_top: float
    bottom: float

    def top(self, page: int) -> float:
        return self.next_top if page else self.first_top


@dataclass(slots=True)
class _Pour:
    frame: Frame
    pages: list[list[Placed]] = field(default_factory=lambda: [[]])
    y: float = 0.0
    fresh: bool = True

    def new_page(self) -> None:
        self.pages.append([])
        self.y = self.frame.top(len(self.pages) - 1)
        self.fresh = True

    def room(self) -> float:
        return self.frame.bottom - self.y + ROUNDING

    def whole(self) -> float:
        """The room of an empty page after the first."""
        return self.frame.bottom - self.frame.next_top + ROUNDING

    def put(self, strip: Strip) -> None:
        self.y += 0.0 if self.fresh else strip.gap
        self.pages[-1] += (Placed(self.frame.left, self.y, ink) for ink in strip.inks)
        self.y += strip.height
        self.fresh = False


def pour(strips: Sequence[Strip], frame: Frame) -> list[list[Placed]]:
    """The inks of each page. Glued strips go together to the next page unless no page could hold them."""
    pouring = _Pour(frame, y=frame.first_top)
    for group in _groups(strips):
        head = group[0].repeats
        need = _height(group, pouring.fresh)
        if need <= pouring.room():
            _put_together(pouring, group)
        elif need + _height(head, True) <= pouring.whole():
            pouring.new_page()
            _put_all(pouring, head)
            _put_together(pouring, group)
        else:
            _put_one_by_one(pouring, group)
    return pouring.pages


def _put_together(pouring: _Pour, group: Sequence[Strip]) -> None:
    if group[0].pinned:
        pouring.y = max(pouring.y, pouring.frame.bottom - _height(group, True))
        pouring.fresh = True
    _put_all(pouring, group)


def _put_all(pouring: _Pour, group: Sequence[Strip]) -> None:
    for strip in group:
        pouring.put(strip)


def _put_one_by_one(pouring: _Pour, group: Sequence[Strip]) -> None:
    for strip in group:
        if not pouring.fresh and strip.gap + strip.height > pouring.room():
            pouring.new_page()
            _put_all(pouring, strip.repeats)
        pouring.put(strip)


def _groups(strips: Sequence[Strip]) -> Iterator[list[Strip]]:
    group: list[Strip] = []
    for strip in strips:
        if group and strip.pinned:
            yield group
            group = []
        group.append(strip)
        if not strip.glued:
            yield group
            group = []
    if group:
        yield group


def _height(group: Sequence[Strip], fresh: bool) -> float:
    return sum(strip.height for strip in group) + sum(strip.gap for strip in (group[1:] if fresh else group))
