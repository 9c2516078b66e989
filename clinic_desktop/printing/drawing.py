"""What a drawing is made of, before anything knows whether it goes to a window or to paper.

Origin at the top left, y downwards, in the unit of whoever draws (pixels, points). A shape says what it is for; which
colour or line that becomes is for the window or the paper: on paper everything is black, and told apart by its shape.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Tint(StrEnum):
    TEXT = "text"
    QUIET = "quiet"
    STRONG = "strong"
    """The thing the drawing is about."""
    FAINT = "faint"
    """Lines and grounds that must not stand out."""


class Form(StrEnum):
    """A mark that can be told from the others without colour."""

    CIRCLE = "circle"
    SQUARE = "square"
    DIAMOND = "diamond"
    TRIANGLE = "triangle"
    CROSS = "cross"


class Side(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Stroke:
    x1: float
    y1: float
    x2: float
    y2: float
    tint: Tint = Tint.TEXT
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Patch:
    """A box: `soft` has a ground, without it only an edge."""

    x: float
    y: float
    width: float
    height: float
    tint: Tint = Tint.FAINT
    soft: bool = True
    edge: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """`filled` or hollow; `size` is its whole width."""

    x: float
    y: float
    form: Form
    size: float
    tint: Tint = Tint.STRONG
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """`y` is the middle of its line; `x` where its `side` is."""

    x: float
    y: float
    text: str
    side: Side = Side.LEFT
    small: bool = False
    strong: bool = False
    tint: Tint = Tint.TEXT


Shape = Stroke | Patch | Dot | Wording


@dataclass(frozen=True, slots=True)
class Letters:
    """How wide words are and how high a line is, where they will be drawn: (text, small, strong)."""

    width: Callable[[str, bool, bool], float]
    line: float
    small_line: float
