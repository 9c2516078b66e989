"""The shapes of a drawing as ink: black on white, told apart by their form."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from clinic_desktop.printing import ink
from clinic_desktop.printing.drawing import Dot, Form, Letters, Patch, Shape, Side, Stroke, Tint, Wording
from clinic_desktop.printing.ink import Box, Ink, Line, Ring, Strip
from clinic_desktop.printing.paper import Drawing
from clinic_desktop.printing.setting import Kit
from clinic_desktop.printing.styles import HAIRLINE, RULE, Face, Style


def drawn(kit: Kit, block: Drawing, width: float) -> Strip:
    """One strip: a drawing is never cut."""

    def wide(words: str, small: bool, strong: bool) -> float:
        return kit.ruler.width(_style(kit, small=small, strong=strong), kit.line(words))

    shapes = block.draw(width, Letters(wide, kit.look.body.leading, kit.look.small.leading))
    return Strip(block.height, tuple(one for shape in shapes for one in _inks(kit, shape)))


def _style(kit: Kit, *, small: bool, strong: bool) -> Style:
    style = kit.look.small if small else kit.look.body
    return replace(style, face=Face.SEMI) if strong else style


def _inks(kit: Kit, shape: Shape) -> Sequence[Ink]:
    match shape:
        case Stroke():
            width = HAIRLINE / 2 if shape.tint is Tint.FAINT else HAIRLINE if shape.tint is Tint.QUIET else RULE
            return (Line(shape.x1, shape.y1, shape.x2, shape.y2, width, shape.dashed),)
        case Patch():
            return _patch(shape)
        case Dot():
            return tuple(_dot(shape))
        case Wording():
            style = _style(kit, small=shape.small, strong=shape.strong)
            said = kit.line(shape.text)
            back = {Side.LEFT: 0.0, Side.CENTRE: 0.5, Side.RIGHT: 1.0}[shape.side] * kit.ruler.width(style, said)
            return (ink.Letters(shape.x - back, shape.y + style.size * 0.36, style, said),)


def _patch(shape: Patch) -> Sequence[Ink]:
    if shape.edge:
        return (Box(shape.x, shape.y, shape.width, shape.height, RULE),)
    # A faint ground is on paper the two lines that bound it: grey is lost on an old printer.
    right, low = shape.x + shape.width, shape.y + shape.height
    return tuple(Line(shape.x, y, right, y, HAIRLINE, dashed=True) for y in (shape.y, low))


_CORNERS = {
    Form.DIAMOND: ((0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)),
    Form.TRIANGLE: ((0.0, -1.2), (1.1, 0.9), (-1.1, 0.9)),
    Form.CROSS: (),
}


def _dot(dot: Dot) -> Iterator[Ink]:
    x, y, half = dot.x, dot.y, dot.size * 0.4
    if dot.form is Form.CIRCLE:
        yield Ring(x, y, half, RULE)
    elif dot.form is Form.SQUARE:
        yield Box(x - half, y - half, 2 * half, 2 * half, RULE, dot.filled)
    elif dot.form is Form.CROSS:
        yield Line(x - half, y - half, x + half, y + half, RULE)
        yield Line(x - half, y + half, x + half, y - half, RULE)
    else:
        corners = [(x + dx * half, y + dy * half) for dx, dy in _CORNERS[dot.form]]
        for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True):
            yield Line(x1, y1, x2, y2, RULE)
