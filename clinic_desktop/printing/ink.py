"""What a page is drawn with, before anything knows of PDF. Origin at the top left, y downwards, in points."""

from dataclasses import dataclass

from clinic_desktop.printing.styles import HAIRLINE, Style
from clinic_desktop.printing.words import Said


@dataclass(frozen=True, slots=True)
class Letters:
    """`y` is where the letters stand."""

    x: float
    y: float
    style: Style
    text: Said


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    width: float = HAIRLINE
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    edge: float = HAIRLINE
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Ring:
    x: float
    y: float
    radius: float
    edge: float = HAIRLINE


@dataclass(frozen=True, slots=True)
class Picture:
    """A logo; width and height already have its own proportion."""

    x: float
    y: float
    width: float
    height: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Bars:
    """The dark runs of a QR code: row, first column, length; `square` is the side of one square."""

    x: float
    y: float
    square: float
    runs: tuple[tuple[int, int, int], ...]


Ink = Letters | Line | Box | Ring | Picture | Bars


@dataclass(frozen=True, slots=True)
class Strip:
    """A band across the column that is never cut. A text is one strip per line, so any length finds its pages."""

    height: float
    inks: tuple[Ink, ...] = ()
    gap: float = 0.0
    """Room above it, dropped at the top of a page."""
    glued: bool = False
    """Stays on one page with the next strip where a page is large enough."""
    pinned: bool = False
    """Begins the part that stands at the foot of the page."""
    repeats: tuple["Strip", ...] = ()
    """The table's head, drawn again when this strip opens a page."""


@dataclass(frozen=True, slots=True)
class Placed:
    x: float
    y: float
    ink: Ink


@dataclass(frozen=True, slots=True)
class Page:
    width: float
    height: float
    inks: tuple[Placed, ...]
