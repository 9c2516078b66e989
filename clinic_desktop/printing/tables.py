"""A table set into strips: rows may be cut between lines, the head comes back on each page."""

from collections.abc import Sequence
from dataclasses import replace

from clinic_desktop.printing.ink import Ink, Line, Strip
from clinic_desktop.printing.paper import Column, Rows
from clinic_desktop.printing.setting import Cell, Kit, abreast, drawn_on, glued, styled
from clinic_desktop.printing.styles import HAIRLINE, ROOMY_ROW, RULE, Style

PAD = 3.0
AIR = 2.0
LINES_KEPT_TOGETHER = 10


def table(kit: Kit, block: Rows, width: float) -> list[Strip]:
    """Only its `head` is not set here. Empty when there is nothing to show."""
    if not block.rows and not block.blank and not block.if_none:
        return []
    grid = _Grid(kit, block, width)
    head = grid.head()
    strips = list(head)
    for row in block.rows:
        strips += grid.row(row, head)
    if not block.rows and block.if_none:
        strips += grid.sentence(block.if_none, head)
    for _ in range(block.blank):
        strips += grid.row((), head)
    return strips


class _Grid:
    def __init__(self, kit: Kit, block: Rows, width: float) -> None:
        self.kit = kit
        self.columns = block.columns
        self.roomy = block.roomy
        self.width = width
        self.widths = self._widths(block)
        self.lefts = [sum(self.widths[:number]) for number in range(len(self.widths))]

    def _widths(self, block: Rows) -> list[float]:
        """By the shares, but no column narrower than its longest word while another has room to give."""
        whole = sum(column.share for column in block.columns)
        fair = [self.width * column.share / whole for column in block.columns]
        needs = [self._longest(number, block) for number in range(len(fair))]
        lack = sum(max(0.0, need - own) for need, own in zip(needs, fair, strict=True))
        spare = sum(max(0.0, own - need) for need, own in zip(needs, fair, strict=True))
        if not lack or spare < lack:
            return fair
        return [
            need if need > own else own - (own - need) * lack / spare for need, own in zip(needs, fair, strict=True)
        ]

    def _longest(self, number: int, block: Rows) -> float:
        look = self.kit.look
        column = block.columns[number]
        style = look.strong if column.strong else look.body
        words = {word for row in block.rows if number < len(row) for word in self.kit.said(row[number]).split()}
        longest = max((self.kit.ruler.width(style, word) for word in words), default=0.0)
        titles = self.kit.said(column.title).split()
        return max([longest, *(self.kit.ruler.width(look.label, word) for word in titles)]) + 2 * PAD + 0.1

    def head(self) -> tuple[Strip, ...]:
        style = self.kit.look.label
        if not any(column.title.strip() for column in self.columns):
            return (Strip(0.0, (Line(0, 0, self.width, 0, HAIRLINE),), glued=True),)
        cells = [self._cell(number, column, style, column.title) for number, column in enumerate(self.columns)]
        lines = abreast(self.kit, cells) or [Strip(0.0)]
        strips = [self._walled(strip) for strip in lines]
        if self.roomy:
            strips[0] = drawn_on(strips[0], Line(0, 0, self.width, 0, HAIRLINE))
        return tuple(glued([*strips, self._walled(Strip(AIR, (Line(0, AIR, self.width, AIR, RULE),)))]))

    def row(self, texts: Sequence[str | None], head: tuple[Strip, ...]) -> list[Strip]:
        look = self.kit.look
        cells = [
            self._cell(number, column, look.strong if column.strong else look.body, text)
            for number, (column, text) in enumerate(zip(self.columns, texts, strict=False))
        ]
        return self._closed(abreast(self.kit, cells), head)

    def sentence(self, text: str, head: tuple[Strip, ...]) -> list[Strip]:
        style = self.kit.look.body
        room = self.width - 2 * PAD
        return self._closed(abreast(self.kit, [Cell(PAD, room, styled(style, self.kit.wrap(style, text, room)))]), head)

    def _cell(self, number: int, column: Column, style: Style, text: str | None) -> Cell:
        room = max(self.widths[number] - 2 * PAD, style.size)
        lines = styled(style, self.kit.wrap(style, text, room))
        return Cell(self.lefts[number] + PAD, room, lines, column.align)

    def _closed(self, lines: list[Strip], head: tuple[Strip, ...]) -> list[Strip]:
        """The row with air around its lines and a hairline under it."""
        least = ROOMY_ROW if self.roomy else self.kit.look.body.leading + 2 * AIR
        foot = max(AIR, (least - sum(strip.height for strip in lines)) / 2)
        under = Strip(foot, (Line(0, foot, self.width, foot, HAIRLINE),))
        strips = [self._walled(strip) for strip in (Strip(foot), *lines, under)]
        together = len(lines) <= LINES_KEPT_TOGETHER
        kept = [replace(strip, glued=together or number in {0, len(strips) - 2}) for number, strip in enumerate(strips)]
        kept[-1] = replace(kept[-1], glued=False)
        return [replace(strip, repeats=head) for strip in kept]

    def _walled(self, strip: Strip) -> Strip:
        """A table to write on has lines between its columns."""
        if not self.roomy:
            return strip
        walls: list[Ink] = [Line(x, 0, x, strip.height, HAIRLINE) for x in (*self.lefts, self.width)]
        return drawn_on(strip, *walls)
