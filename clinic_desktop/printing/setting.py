"""Setting text into lines: measuring, wrapping, and cells side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from clinic_desktop.printing.ink import Ink, Letters, Strip
from clinic_desktop.printing.paper import Align
from clinic_desktop.printing.styles import Face, Look, Style
from clinic_desktop.printing.words import Said, clusters, said

ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Ruler:
    """The widths of the font's characters, in thousandths of its size."""

    widths: Mapping[Face, Mapping[int, float]]
    glyphs: frozenset[int]

    def width(self, style: Style, text: str) -> float:
        table = self.widths[style.face]
        return sum(table[ord(char)] for char in text) * style.size / 1000


@dataclass(frozen=True, slots=True)
class Kit:
    """What every block needs to set itself."""

    look: Look
    ruler: Ruler

    def said(self, text: str | None) -> Said:
        return said(text or "", self.ruler.glyphs)

    def line(self, text: str | None) -> Said:
        """`text` on one line, whatever breaks were typed into it."""
        return Said(" ".join(self.said(text).split()))

    def wrap(self, style: Style, text: str | None, width: float) -> list[Said]:
        """The lines of `text`; none when it is empty."""
        whole = self.said(text).strip("\n ")
        if not whole:
            return []
        return [line for typed in whole.split("\n") for line in self._lines(style, typed, width)]

    def _lines(self, style: Style, typed: str, width: float) -> Iterator[Said]:
        line = ""
        for word in typed.split(" "):
            if not word:
                continue
            longer = f"{line} {word}" if line else word
            if self.ruler.width(style, longer) <= width:
                line = longer
                continue
            if line:
                yield Said(line)
            *full, line = self._broken(style, word, width)
            yield from full
        yield Said(line)

    def _broken(self, style: Style, word: str, width: float) -> list[Said]:
        """A word wider than the line, cut between letters; the last part may go on with the next word."""
        if self.ruler.width(style, word) <= width:
            return [Said(word)]
        parts: list[Said] = []
        part, used = "", 0.0
        for letter in clusters(word):
            room = self.ruler.width(style, letter)
            if part and used + room > width:
                parts.append(Said(part))
                part, used = "", 0.0
            part += letter
            used += room
        return [*parts, Said(part)]

    def fit(self, style: Style, text: str | None, width: float, lines: int) -> list[Said]:
        """At most that many lines, the last one ending in … where something had to be left out."""
        found = self.wrap(style, text, width)
        if len(found) <= lines:
            return found
        last = found[lines - 1]
        while last and self.ruler.width(style, last + ELLIPSIS) > width:
            last = last[:-1]
        return [*found[: lines - 1], Said(last.rstrip() + ELLIPSIS)]


@dataclass(frozen=True, slots=True)
class Cell:
    """Lines in a column of their own; `marks` are drawn with the first line."""

    x: float
    width: float
    lines: tuple[tuple[Style, Said], ...]
    align: Align = Align.LEFT
    marks: tuple[Ink, ...] = ()


def styled(style: Style, lines: Sequence[Said]) -> tuple[tuple[Style, Said], ...]:
    return tuple((style, line) for line in lines)


def abreast(kit: Kit, cells: Sequence[Cell]) -> list[Strip]:
    """Cells beside each other, one strip per line, so that even an endless cell can be cut between pages."""
    count = max((len(cell.lines) for cell in cells), default=0)
    strips: list[Strip] = []
    for number in range(count):
        row = [(cell, *cell.lines[number]) for cell in cells if number < len(cell.lines)]
        # An empty line parts paragraphs; half of one does it.
        height = max(style.leading if text else style.leading / 2 for _, style, text in row)
        stand = max(style.ascent for _, style, _ in row)
        inks: list[Ink] = [letters(kit, cell, style, text, stand) for cell, style, text in row if text]
        if number == 0:
            inks = [*(mark for cell in cells for mark in cell.marks), *inks]
        strips.append(Strip(height, tuple(inks)))
    return strips


def letters(kit: Kit, cell: Cell, style: Style, text: Said, stand: float) -> Letters:
    spare = 0.0
    if cell.align is not Align.LEFT:
        spare = cell.width - kit.ruler.width(style, text)
    return Letters(cell.x + (spare / 2 if cell.align is Align.CENTRE else spare), stand, style, text)


def text_strips(kit: Kit, style: Style, text: str | None, width: float, x: float = 0.0) -> list[Strip]:
    """A running text: its first two lines stay together, and its last two."""
    strips = abreast(kit, [Cell(x, width, styled(style, kit.wrap(style, text, width)))])
    for number in {0, len(strips) - 2}:
        if 0 <= number < len(strips) - 1:
            strips[number] = replace(strips[number], glued=True)
    return strips


def glued(strips: Sequence[Strip], *, last: bool = True) -> list[Strip]:
    """All on one page where a page can hold them; `last` glues them to what follows too."""
    return [replace(strip, glued=last or number < len(strips) - 1) for number, strip in enumerate(strips)]


def spaced(strips: list[Strip], gap: float) -> list[Strip]:
    """The same with `gap` above the first."""
    return [replace(strips[0], gap=gap), *strips[1:]] if strips else []


def drawn_on(strip: Strip, *inks: Ink) -> Strip:
    return replace(strip, inks=(*strip.inks, *inks))
