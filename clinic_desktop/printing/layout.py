"""A paper laid out as pages of ink: letterhead, blocks, and what heads and foots each page."""

from clinic_desktop.kernel.i18n import _
from clinic_desktop.printing.blocks import code_inks, folio_words, set_blocks
from clinic_desktop.printing.flow import Frame, pour
from clinic_desktop.printing.ink import Line, Page, Picture, Placed, Strip
from clinic_desktop.printing.logos import size_in
from clinic_desktop.printing.paper import MM, Align, Letterhead, Paper, PaperSize
from clinic_desktop.printing.setting import Cell, Kit, Ruler, abreast, drawn_on, glued, spaced, styled
from clinic_desktop.printing.styles import HAIRLINE, LOGO_HEIGHT, LOGO_WIDTH, RULE, looks_of
from clinic_desktop.printing.words import is_empty

PREPRINTED_ROOM = 30 * MM
HEADER_LINES = 3


def lay_out(paper: Paper, ruler: Ruler) -> list[Page]:
    usual, tight = looks_of(PaperSize(paper.size))
    pages = _lay_out(paper, Kit(usual, ruler))
    if len(pages) == 2:
        tighter = _lay_out(paper, Kit(tight, ruler))
        pages = tighter if len(tighter) == 1 else pages
    return pages


def _lay_out(paper: Paper, kit: Kit) -> list[Page]:
    size = PaperSize(paper.size)
    width, height = size.points
    if paper.landscape:
        width, height = height, width
    margin = kit.look.margin
    room = width - 2 * margin
    header = _header(kit, paper, room)
    edge = kit.look.edge
    frame = Frame(margin, edge, edge + sum(strip.height for strip in header), height - edge - kit.look.foot)
    strips = [*_opening(kit, paper, room), *set_blocks(kit, paper.blocks, room)]
    poured = pour(strips, frame)
    return [
        Page(
            width,
            height,
            (
                *(_stacked(header, margin, edge) if number else ()),
                *inks,
                *_footer(kit, paper, width, height, _page_words(paper, number + 1, len(poured))),
            ),
        )
        for number, inks in enumerate(poured)
    ]


def _opening(kit: Kit, paper: Paper, width: float) -> list[Strip]:
    sender = _letterhead(kit, paper.letterhead, width) if paper.letterhead else []
    return [*sender, *_title(kit, paper, width)]


def _letterhead(kit: Kit, letterhead: Letterhead, width: float) -> list[Strip]:
    if letterhead.preprinted:
        return [Strip(PREPRINTED_ROOM, glued=True)]
    look = kit.look
    logo = size_in(letterhead.logo, LOGO_WIDTH, LOGO_HEIGHT) if letterhead.logo else None
    inset = logo[0] + look.gutter if logo else 0.0
    room = width - inset
    small = [*letterhead.lines, _("Tel. {phone}").format(phone=letterhead.phone) if letterhead.phone else ""]
    lines = styled(look.sender, kit.wrap(look.sender, letterhead.name, room))
    for text in small:
        lines = (*lines, *styled(look.small, kit.wrap(look.small, text, room)))
    strips = abreast(kit, [Cell(inset, room, lines)]) or [Strip(0.0)]
    if logo and letterhead.logo:
        strips[0] = drawn_on(strips[0], Picture(0, 0, *logo, letterhead.logo))
        strips.append(Strip(max(0.0, logo[1] - sum(strip.height for strip in strips))))
    return glued([*strips, Strip(8.0, (Line(0, 5, width, 5, RULE),))])


def _title(kit: Kit, paper: Paper, width: float) -> list[Strip]:
    """The title, folio and date at the left, the code at the right; without a code the folio stands there."""
    look = kit.look
    room, aside = width, None
    folio = folio_words(paper.folio)
    if paper.code:
        room -= look.code + look.gutter
    elif folio:
        lines = kit.fit(look.value, folio, width * 0.45, 2)
        own = max(kit.ruler.width(look.value, line) for line in lines)
        room -= own + look.gutter
        aside = Cell(width - own, own, styled(look.value, lines), Align.RIGHT)
    lines = styled(look.title, kit.wrap(look.title, paper.title, room))
    if paper.code:
        lines = (*lines, *styled(look.value, kit.wrap(look.value, folio, room)))
    lines = (*lines, *styled(look.body, kit.wrap(look.body, paper.dateline, room)))
    strips = abreast(kit, [Cell(0, room, lines), *([aside] if aside else [])]) or [Strip(0.0)]
    if paper.code:
        strips[0] = drawn_on(strips[0], *code_inks(paper.code, width - look.code, 2, look.code))
        strips.append(Strip(max(0.0, look.code + 4 - sum(strip.height for strip in strips))))
    return glued(spaced(strips, look.gap))


def _header(kit: Kit, paper: Paper, width: float) -> list[Strip]:
    """Heads every page after the first, so that a lost sheet finds its way back."""
    look = kit.look
    folio = kit.fit(look.value, folio_words(paper.folio), width * 0.4, 1)
    aside = max((kit.ruler.width(look.value, line) for line in folio), default=0.0)
    room = width - aside - (look.gutter if aside else 0.0)
    about = styled(look.value, kit.fit(look.value, paper.subject, room, HEADER_LINES))
    title = styled(look.small, kit.fit(look.small, paper.title, room, 1))
    cells = [Cell(0, room, (*about, *title)), Cell(width - aside, aside, styled(look.value, folio), Align.RIGHT)]
    return [*abreast(kit, cells), Strip(12.0, (Line(0, 3, width, 3, HAIRLINE),))]


def _footer(kit: Kit, paper: Paper, width: float, height: float, page: str) -> tuple[Placed, ...]:
    look = kit.look
    room = width - 2 * look.margin
    number = kit.line(page)
    aside = kit.ruler.width(look.small, number)
    words = kit.fit(look.small, paper.footer, room - aside - look.gutter, 2) if not is_empty(paper.footer) else []
    cells = [
        Cell(0, room - aside, styled(look.small, words)),
        Cell(room - aside, aside, ((look.small, number),), Align.RIGHT),
    ]
    strips = [Strip(3.0, (Line(0, 0, room, 0, HAIRLINE),)), *abreast(kit, cells)]
    return _stacked(strips, look.margin, height - look.edge - 2 * look.small.leading - 3)


def _page_words(paper: Paper, number: int, count: int) -> str:
    words = "" if paper.numbered and count == 1 else _("Page {number} of {count}").format(number=number, count=count)
    return " · ".join(part for part in (paper.numbered, words) if part)


def _stacked(strips: list[Strip], left: float, top: float) -> tuple[Placed, ...]:
    placed: list[Placed] = []
    for strip in strips:
        placed += (Placed(left, top, ink) for ink in strip.inks)
        top += strip.height
    return tuple(placed)
