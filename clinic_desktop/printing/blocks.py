"""Each typed block of a paper, set into strips."""

from collections.abc import Sequence
from dataclasses import replace

from clinic_desktop.kernel.i18n import _
from clinic_desktop.printing import qr
from clinic_desktop.printing.drawings import drawn
from clinic_desktop.printing.ink import Bars, Box, Ink, Line, Ring, Strip
from clinic_desktop.printing.paper import (
    MM,
    Align,
    Blank,
    Block,
    Code,
    CutLine,
    Drawing,
    Fact,
    Facts,
    Heading,
    Notice,
    Rows,
    Signature,
    Signer,
    Slip,
    Tick,
    Ticks,
    Words,
)
from clinic_desktop.printing.setting import Cell, Kit, abreast, drawn_on, glued, letters, spaced, styled, text_strips
from clinic_desktop.printing.styles import FRAME, HAIRLINE, RULE, SIGNING_ROOM, THUMB, WRITING_LINE
from clinic_desktop.printing.tables import table
from clinic_desktop.printing.words import NOTHING_RECORDED, is_empty


def set_blocks(kit: Kit, blocks: Sequence[Block], width: float) -> list[Strip]:
    strips: list[Strip] = []
    for block in blocks:
        found = _set(kit, block, width)
        if found and strips and isinstance(block, Signature):
            # A signature alone on a page signs nothing.
            strips[-1] = replace(strips[-1], glued=True)
        strips += found
    return strips


def _set(kit: Kit, block: Block, width: float) -> list[Strip]:
    match block:
        case Heading():
            found = _heading(kit, block, width)
        case Facts():
            found = _facts(kit, block, width)
        case Words():
            found = _words(kit, block, width)
        case Notice():
            found = _notice(kit, block, width)
        case Rows():
            found = _rows(kit, block, width)
        case Ticks():
            found = _ticks(kit, block, width)
        case Blank():
            found = _blank(kit, block, width)
        case Signature():
            found = _signature(kit, block, width)
        case CutLine():
            found = cut_line(kit, block.words, width)
        case Code():
            found = _code(kit, block, width)
        case Drawing():
            found = glued([*small_head(kit, block.head, width), drawn(kit, block, width)], last=block.leads)
        case Slip():
            return _slip(kit, block, width)
    return spaced(found, kit.look.gap)


def _heading(kit: Kit, block: Heading, width: float) -> list[Strip]:
    lines = text_strips(kit, kit.look.head, block.text, width)
    if not lines:
        return []
    return glued([Strip(2.0), *lines, Strip(5.0, (Line(0, 2, width, 2, RULE),))])


def small_head(kit: Kit, text: str, width: float) -> list[Strip]:
    return glued(text_strips(kit, kit.look.head, text, width))


def _facts(kit: Kit, block: Facts, width: float) -> list[Strip]:
    strips: list[Strip] = []
    for row in _fact_rows(kit, block):
        count = 1 if row[0].wide else _columns(kit, block.columns)
        room = (width - kit.look.gutter * (count - 1)) / count
        cells = [_fact(kit, fact, number * (room + kit.look.gutter), room) for number, fact in enumerate(row)]
        lines = abreast(kit, cells)
        strips += spaced(glued(lines, last=False) if len(lines) <= 12 else lines, 4.0 if strips else 0.0)
    return strips


def _fact_rows(kit: Kit, block: Facts) -> list[list[Fact]]:
    rows: list[list[Fact]] = []
    for fact in block.facts:
        if is_empty(fact.value) and not (fact.needed or fact.to_write):
            continue
        fits = rows and not fact.wide and not rows[-1][0].wide and len(rows[-1]) < _columns(kit, block.columns)
        if fits:
            rows[-1].append(fact)
        else:
            rows.append([fact])
    return rows


def _columns(kit: Kit, wanted: int) -> int:
    """A half sheet has no room for more than two."""
    return max(1, min(wanted, 2 if kit.look.narrow else 4))


def _fact(kit: Kit, fact: Fact, x: float, width: float) -> Cell:
    look = kit.look
    label = styled(look.label, kit.wrap(look.label, fact.label, width))
    if is_empty(fact.value) and fact.to_write:
        y = look.label.leading * max(len(label), 1) + look.large.leading
        return Cell(x, width, (*label, (look.large, kit.said(" "))), marks=(Line(x, y, x + width, y),))
    value = _(NOTHING_RECORDED) if is_empty(fact.value) else fact.value
    style = look.body if is_empty(fact.value) else look.value
    return Cell(x, width, (*label, *styled(style, kit.wrap(style, value, width))))


def _words(kit: Kit, block: Words, width: float) -> list[Strip]:
    if is_empty(block.text) and not block.needed:
        return []
    text = _(NOTHING_RECORDED) if is_empty(block.text) else block.text
    style = kit.look.large if block.large else kit.look.strong if block.strong else kit.look.body
    return [*small_head(kit, block.head, width), *text_strips(kit, style, text, width)]


def _notice(kit: Kit, block: Notice, width: float) -> list[Strip]:
    inset = 7.0
    lines = text_strips(kit, kit.look.notice, block.text, width - 2 * inset, inset)
    if not lines:
        return []
    top = Strip(4.0, (Line(0, 0, width, 0, FRAME),))
    bottom = Strip(5.0, (Line(0, 5, width, 5, FRAME),))
    framed = [
        drawn_on(strip, Line(0, 0, 0, strip.height, FRAME), Line(width, 0, width, strip.height, FRAME))
        for strip in (top, *lines, bottom)
    ]
    return glued(framed, last=False)


def _rows(kit: Kit, block: Rows, width: float) -> list[Strip]:
    strips = table(kit, block, width)
    return [*small_head(kit, block.head, width), *strips] if strips else []


def _ticks(kit: Kit, block: Ticks, width: float) -> list[Strip]:
    if not block.items:
        return []
    count = _columns(kit, block.columns)
    room = (width - kit.look.gutter * (count - 1)) / count
    strips: list[Strip] = []
    for start in range(0, len(block.items), count):
        cells = [
            _tick(kit, item, number * (room + kit.look.gutter), room, block.large)
            for number, item in enumerate(block.items[start : start + count])
        ]
        lines = abreast(kit, cells)
        strips += spaced(glued(lines, last=False) if len(lines) <= 12 else lines, 3.0 if strips else 0.0)
    return [*small_head(kit, block.head, width), *strips]


def _tick(kit: Kit, item: Tick, x: float, width: float, large: bool) -> Cell:
    style = kit.look.large if large else kit.look.strong if item.ticked else kit.look.body
    side = style.size * 0.85
    top = style.ascent - side + 0.8
    inset = side + 5
    marks: list[Ink] = [Box(x, top, side, side, RULE)]
    if item.ticked:
        marks += [
            Line(x + 1.6, top + 1.6, x + side - 1.6, top + side - 1.6, 1.6),
            Line(x + 1.6, top + side - 1.6, x + side - 1.6, top + 1.6, 1.6),
        ]
    lines = kit.wrap(style, item.text, width - inset) or [kit.said("")]
    return Cell(x + inset, width - inset, styled(style, lines), marks=tuple(marks))


def _blank(kit: Kit, block: Blank, width: float) -> list[Strip]:
    room = WRITING_LINE - (1 * MM if kit.look.narrow else 0.0)
    ruled = Strip(room, (Line(0, room, width, room, HAIRLINE),))
    label = glued(text_strips(kit, kit.look.label, block.label, width))
    if label:
        # The label stands where the first line is written on.
        first = replace(ruled, height=room - 4, inks=(Line(0, room - 4, width, room - 4, HAIRLINE),))
        return [*label, *([first] + [ruled] * (block.lines - 1) if block.lines else [])]
    return [ruled] * block.lines


def _signature(kit: Kit, block: Signature, width: float) -> list[Strip]:
    if not block.signers:
        return []
    strips: list[Strip] = []
    count = min(len(block.signers), 2 if kit.look.narrow else 3)
    gutter = kit.look.gutter * 1.6
    room = (width - gutter * (count - 1)) / count
    for start in range(0, len(block.signers), count):
        row = block.signers[start : start + count]
        places = [(signer, number * (room + gutter)) for number, signer in enumerate(row)]
        strips += _signers(kit, places, room)
    return strips


def _signers(kit: Kit, places: list[tuple[Signer, float]], width: float) -> list[Strip]:
    look = kit.look
    height = max(THUMB + 4 if signer.thumbprint else SIGNING_ROOM for signer, _x in places)
    inks: list[Ink] = []
    cells: list[Cell] = []
    for signer, x in places:
        right = x + width
        if signer.thumbprint:
            inks.append(Box(right - THUMB, height - THUMB, THUMB, THUMB, HAIRLINE))
            right -= THUMB + 6
        inks.append(Line(x, height, right, height, RULE))
        lines = styled(look.strong, kit.wrap(look.strong, signer.name, width))
        for small in signer.lines:
            lines = (*lines, *styled(look.small, kit.wrap(look.small, small, width)))
        if signer.thumbprint:
            lines = (*lines, (look.small, kit.line(_("Signature or thumbprint"))))
        cells.append(Cell(x, width, lines))
    under = abreast(kit, cells)
    strips = [Strip(height, tuple(inks)), Strip(2.0), *under]
    return glued(strips, last=False) if len(under) <= 20 else strips


def cut_line(kit: Kit, words: str, width: float) -> list[Strip]:
    """A dashed line with a pair of scissors, which needs no reading."""
    style = kit.look.small
    text = kit.fit(style, words or _("Cut here"), width / 2, 1)
    height, y = 18.0, 10.0
    end = width - max((kit.ruler.width(style, line) + 6 for line in text), default=0.0)
    inks: list[Ink] = [
        Ring(3, y - 3.2, 2.4, RULE),
        Ring(3, y + 3.2, 2.4, RULE),
        Line(5, y - 2, 15, y + 3, RULE),
        Line(5, y + 2, 15, y - 3, RULE),
        Line(19, y, end, y, RULE, dashed=True),
    ]
    label = [letters(kit, Cell(0, width, (), Align.RIGHT), style, line, y + 2.8) for line in text]
    return glued([Strip(height, (*inks, *label))])


def code_inks(number: str, x: float, y: float, side: float) -> tuple[Ink, ...]:
    """The code without its quiet zone: leave four squares of white around it."""
    count = len(qr.squares(number))
    return (Bars(x, y, side / count, qr.bars(number)),)


def _code(kit: Kit, block: Code, width: float) -> list[Strip]:
    look = kit.look
    side = look.code
    beside = Cell(
        side + 12,
        width - side - 12,
        (
            *styled(look.value, [kit.line(block.number)]),
            *styled(look.small, kit.wrap(look.small, block.caption, width - side - 12)),
        ),
    )
    lines = glued(abreast(kit, [beside]))
    rest = max(side - sum(strip.height for strip in lines), 0.0) + 4
    lines[0] = drawn_on(lines[0], *code_inks(block.number, 2, 0, side))
    return [*lines, Strip(rest)]


def _slip(kit: Kit, block: Slip, width: float) -> list[Strip]:
    look = kit.look
    folio_room = width * 0.4 if not is_empty(block.folio) else 0.0
    head = [
        Cell(0, width - folio_room, styled(look.head, kit.wrap(look.head, block.title, width - folio_room))),
        Cell(
            width - folio_room,
            folio_room,
            styled(look.value, kit.wrap(look.value, folio_words(block.folio), folio_room)),
            Align.RIGHT,
        ),
    ]
    where = " · ".join(line for line in block.return_to if not is_empty(line))
    strips = [*cut_line(kit, block.cut_words, width), *abreast(kit, head)]
    if where:
        strips += text_strips(kit, look.small, _("Please return to: {where}").format(where=where), width)
    strips += [*set_blocks(kit, block.blocks, width), Strip(6.0)]
    kept = spaced(glued(strips, last=False), look.gap * 1.5)
    return [replace(kept[0], pinned=True), *kept[1:]]


def folio_words(folio: str) -> str:
    return _("Folio {number}").format(number=folio) if not is_empty(folio) else ""
