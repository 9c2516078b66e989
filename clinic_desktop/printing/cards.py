"""Cards to cut out, 85 by 54 mm, up to ten on a sheet: a few short words and a number as figures and code.

Not set by blocks: a card has its own small size whatever the sheet, and everything on it must fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from clinic_desktop.printing import qr
from clinic_desktop.printing.blocks import code_inks
from clinic_desktop.printing.ink import Box, Ink, Letters, Page, Placed
from clinic_desktop.printing.paper import MM, PaperSize
from clinic_desktop.printing.setting import Kit, Ruler
from clinic_desktop.printing.styles import HAIRLINE, Face, Style, looks_of

WIDTH, HEIGHT = 85 * MM, 54 * MM
PAD = 4.5 * MM
CODE = 20 * MM
_EDGE = 4.5 * MM
"""What a printer cannot reach; five cards below each other fit a letter sheet just so."""
_TOP = Style(Face.SEMI, 8)
_LARGE = Style(Face.BOLD, 15)
_STRONG = Style(Face.BOLD, 11)
_PLAIN = Style(Face.REGULAR, 9)
_NUMBER = Style(Face.BOLD, 12)


@dataclass(frozen=True, slots=True)
class Card:
    """`top` small above, `large` whom it is for, `strong` and `plain` below; `number` in figures and as code."""

    number: str
    large: str
    top: str = ""
    strong: str = ""
    plain: tuple[str, ...] = ()


def pdf(title: str, cards: Sequence[Card], size: PaperSize | str) -> bytes:
    """The cards on as few sheets as hold them; the same cards give the same bytes."""
    from clinic_desktop.printing.render import draw_pages

    steps = draw_pages(title, [lambda ruler: lay_out(cards, PaperSize(size), ruler)])
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def lay_out(cards: Sequence[Card], size: PaperSize, ruler: Ruler) -> list[Page]:
    width, height = size.points
    across, down = _grid(size)
    left, top = (width - across * WIDTH) / 2, (height - down * HEIGHT) / 2
    many = across * down
    pages: list[Page] = []
    for first in range(0, max(len(cards), 1), many):
        inks: list[Placed] = []
        for at, card in enumerate(cards[first : first + many]):
            x, y = left + (at % across) * WIDTH, top + (at // across) * HEIGHT
            inks += (Placed(x, y, ink) for ink in _card(card, Kit(looks_of(size)[0], ruler)))
        pages.append(Page(width, height, tuple(inks)))
    return pages


def _grid(size: PaperSize) -> tuple[int, int]:
    width, height = size.points
    return max(1, int((width - 2 * _EDGE) // WIDTH)), max(1, int((height - 2 * _EDGE) // HEIGHT))


def _card(card: Card, kit: Kit) -> list[Ink]:
    """The code at the lower right; the words beside and above it never reach it, however long they are."""
    inks: list[Ink] = [Box(0, 0, WIDTH, HEIGHT, HAIRLINE)]
    beside = WIDTH - 2 * PAD - CODE - 3 * MM
    y = PAD
    whole = WIDTH - 2 * PAD
    for style, text, lines, room in (
        (_TOP, card.top, 1, whole),
        (_LARGE, card.large, 1, whole),
        (_STRONG, card.strong, 2, beside),
        *((_PLAIN, line, 1, beside) for line in card.plain),
    ):
        for line in kit.fit(style, text, room, lines):
            inks.append(Letters(PAD, y + style.ascent, style, line))
            y += style.leading
    for line in kit.fit(_NUMBER, card.number, beside, 1):
        inks.append(Letters(PAD, HEIGHT - PAD - 2, _NUMBER, line))
    if _fits_code(card.number):
        # Four squares of white around it, as readers need them.
        inks += code_inks(card.number, WIDTH - PAD - CODE, HEIGHT - PAD - CODE, CODE)
    return inks


def _fits_code(number: str) -> bool:
    try:
        qr.squares(number)
    except ValueError:
        return False
    return True
