"""Labels for a box or a bottle, 62 by 100 mm: one on each piece of a roll, or six on a sheet to cut out.

Nothing on a label is ever cut: what does not fit is set smaller, and what still does not fit goes on on a second label
under the same head.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from clinic_desktop.kernel.i18n import _
from clinic_desktop.printing.drawings import drawn
from clinic_desktop.printing.ink import Box, Line, Page, Placed, Strip
from clinic_desktop.printing.paper import MM, Drawing, PaperSize
from clinic_desktop.printing.setting import Kit, Ruler, text_strips
from clinic_desktop.printing.styles import HAIRLINE, RULE, Face, Style, looks_of

WIDTH, HEIGHT = 62 * MM, 100 * MM
PAD = 3 * MM
ROOM = WIDTH - 2 * PAD
_SMALLER = (1.0, 0.92, 0.85, 0.78)
"""Below this nobody reads it at arm's length."""
_COUNT = Style(Face.REGULAR, 7)


class Sheet(StrEnum):
    """What the labels are printed on; the values of the setting `label_sheet`."""

    ROLL = "roll"
    PAPER = "paper"
    """Letter or A4, to be cut."""


class Rank(StrEnum):
    SMALL = "small"
    PLAIN = "plain"
    STRONG = "strong"
    LARGE = "large"


_STYLES = {
    Rank.SMALL: Style(Face.REGULAR, 7.5),
    Rank.PLAIN: Style(Face.REGULAR, 9),
    Rank.STRONG: Style(Face.BOLD, 10),
    Rank.LARGE: Style(Face.BOLD, 12.5),
}


@dataclass(frozen=True, slots=True)
class Say:
    text: str
    rank: Rank = Rank.PLAIN
    gap: float = 1.5
    leads: bool = False
    """Stands over the next part and never ends a label."""


@dataclass(frozen=True, slots=True)
class Rule:
    gap: float = 3.0


Part = Say | Rule | Drawing


@dataclass(frozen=True, slots=True)
class Label:
    """`head` stands on every label of the same box: whose it is and what is in it."""

    head: tuple[Part, ...]
    body: tuple[Part, ...]


def pdf(title: str, labels: Sequence[Label], on: Sheet, size: PaperSize | str) -> bytes:
    """The same labels give the same bytes."""
    from clinic_desktop.printing.render import draw_pages

    steps = draw_pages(title, [lambda ruler: lay_out(labels, on, PaperSize(size), ruler)])
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def lay_out(labels: Sequence[Label], on: Sheet, size: PaperSize, ruler: Ruler) -> list[Page]:
    pieces = [piece for label in labels for piece in _pieces(label, ruler)]
    if on is Sheet.ROLL:
        return [Page(WIDTH, HEIGHT, tuple(piece)) for piece in pieces]
    width, height = size.points
    across, down = int(width // WIDTH), int(height // HEIGHT)
    left, top = (width - across * WIDTH) / 2, (height - down * HEIGHT) / 2
    pages: list[Page] = []
    for first in range(0, len(pieces), across * down):
        inks: list[Placed] = []
        for at, piece in enumerate(pieces[first : first + across * down]):
            x, y = left + at % across * WIDTH, top + at // across * HEIGHT
            inks.append(Placed(x, y, Box(0, 0, WIDTH, HEIGHT, HAIRLINE)))
            inks += (replace(placed, x=placed.x + x, y=placed.y + y) for placed in piece)
        pages.append(Page(width, height, tuple(inks)))
    return pages


def _pieces(label: Label, ruler: Ruler) -> list[list[Placed]]:
    """One label as it is, else smaller, else as many as it needs."""
    kit = Kit(looks_of(PaperSize.HALF_LETTER)[0], ruler)
    room = HEIGHT - 2 * PAD
    head, body = list[Strip](), list[Strip]()
    for part in _SMALLER:
        head, body = _strips(kit, label.head, part), _strips(kit, label.body, part)
        if _tall([*head, *body]) <= room:
            return [_placed([*head, *body])]
    room -= _COUNT.leading
    if _tall(head) > room / 2:
        head, body = [], [*head, *body]
    told = list(_spread(body, room - _tall(head)))
    return [
        _placed([*head, *strips], kit, _("{at} of {all}").format(at=at, all=len(told)))
        for at, strips in enumerate(told, 1)
    ]


def _spread(strips: Sequence[Strip], room: float) -> Iterator[list[Strip]]:
    """What stays together on one label as far as one can hold it."""
    piece: list[Strip] = []
    for group in _groups(strips):
        if piece and _tall(piece) + _tall(group) > room:
            yield piece
            piece = []
        if _tall(group) <= room:
            piece += group
            continue
        for strip in group:
            if piece and _tall(piece) + _tall([strip]) > room:
                yield piece
                piece = []
            piece.append(strip)
    if piece:
        yield piece


def _groups(strips: Sequence[Strip]) -> Iterator[list[Strip]]:
    group: list[Strip] = []
    for strip in strips:
        group.append(strip)
        if not strip.glued:
            yield group
            group = []
    if group:
        yield group


def _tall(strips: Sequence[Strip]) -> float:
    return sum(strip.height + strip.gap for strip in strips)


def _strips(kit: Kit, parts: Sequence[Part], scale: float) -> list[Strip]:
    found: list[Strip] = []
    for part in parts:
        if isinstance(part, Say):
            plain = _STYLES[part.rank]
            style = replace(plain, size=plain.size * scale)
            lines = text_strips(kit, style, part.text, ROOM)
            # A sentence is never parted from its own lines.
            lines = [replace(line, glued=part.leads or at < len(lines) - 1) for at, line in enumerate(lines)]
            found += [replace(line, gap=part.gap if at == 0 else 0.0) for at, line in enumerate(lines)]
        elif isinstance(part, Rule):
            found.append(Strip(RULE, (Line(0, 0, ROOM, 0, RULE),), gap=part.gap, glued=True))
        else:
            found.append(replace(drawn(kit, part, ROOM), gap=3.0, glued=part.leads))
    return found


def _placed(strips: Sequence[Strip], kit: Kit | None = None, count: str = "") -> list[Placed]:
    inks: list[Placed] = []
    y = PAD
    for strip in strips:
        y += strip.gap
        inks += (Placed(PAD, y, ink) for ink in strip.inks)
        y += strip.height
    if kit is not None and count:
        (strip,) = text_strips(kit, _COUNT, count, ROOM)
        inks += (Placed(PAD, HEIGHT - PAD - strip.height, ink) for ink in strip.inks)
    return inks
