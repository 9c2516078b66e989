"""Sizes, weights and distances of every paper, in points, in one place.

Black on white: a clinic's printer is an old laser or an ink jet at its end. Rank is told by weight and size,
never by grey or colour.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from clinic_desktop.printing.paper import MM, PaperSize


class Face(StrEnum):
    """The three cuts of Noto Sans SemiCondensed; the value is the end of the file's name."""

    REGULAR = "Regular"
    SEMI = "SemiBold"
    BOLD = "Bold"


@dataclass(frozen=True, slots=True)
class Style:
    face: Face
    size: float

    @property
    def leading(self) -> float:
        return self.size * 1.3

    @property
    def ascent(self) -> float:
        """From the top of a line to where its letters stand."""
        return self.size * 1.02


@dataclass(frozen=True, slots=True)
class Look:
    """One set of styles; the half sheet has its own, a little smaller."""

    body: Style
    large: Style
    strong: Style
    label: Style
    value: Style
    head: Style
    title: Style
    sender: Style
    small: Style
    notice: Style
    margin: float
    """Left and right."""
    edge: float
    """Above and below: wide enough for what an ink jet cannot reach."""
    foot: float
    gap: float
    """Between two blocks."""
    gutter: float
    """Between two columns."""
    code: float
    """The side of the QR code in the letterhead."""
    narrow: bool = False
    """No room for more than two columns."""


FULL = Look(
    body=Style(Face.REGULAR, 10),
    large=Style(Face.REGULAR, 13),
    strong=Style(Face.SEMI, 10),
    label=Style(Face.REGULAR, 8),
    value=Style(Face.SEMI, 10),
    head=Style(Face.BOLD, 10.5),
    title=Style(Face.BOLD, 16),
    sender=Style(Face.BOLD, 13),
    small=Style(Face.REGULAR, 8),
    notice=Style(Face.BOLD, 11),
    margin=18 * MM,
    edge=12 * MM,
    foot=11 * MM,
    gap=9,
    gutter=14,
    code=16 * MM,
)

HALF = Look(
    body=Style(Face.REGULAR, 9),
    large=Style(Face.REGULAR, 12),
    strong=Style(Face.SEMI, 9),
    label=Style(Face.REGULAR, 7.5),
    value=Style(Face.SEMI, 9),
    head=Style(Face.BOLD, 9.5),
    title=Style(Face.BOLD, 13),
    sender=Style(Face.BOLD, 11),
    small=Style(Face.REGULAR, 7.5),
    notice=Style(Face.BOLD, 9.5),
    margin=12 * MM,
    edge=9 * MM,
    foot=9.5 * MM,
    gap=7,
    gutter=10,
    code=14 * MM,
    narrow=True,
)

# A hand's breadth of text is not worth a second sheet.
FULL_TIGHT = replace(
    FULL,
    body=Style(Face.REGULAR, 9),
    strong=Style(Face.SEMI, 9),
    label=Style(Face.REGULAR, 7.5),
    value=Style(Face.SEMI, 9),
    head=Style(Face.BOLD, 9.5),
    title=Style(Face.BOLD, 14),
    small=Style(Face.REGULAR, 7.5),
    notice=Style(Face.BOLD, 10),
    margin=16 * MM,
    edge=10 * MM,
    gap=6,
    code=14 * MM,
)
HALF_TIGHT = replace(HALF, margin=10 * MM, edge=8 * MM, gap=5, code=12 * MM, title=Style(Face.BOLD, 12))

HAIRLINE = 0.5
RULE = 0.9
FRAME = 1.2
LOGO_HEIGHT = 17 * MM
LOGO_WIDTH = 42 * MM
ROOMY_ROW = 9 * MM
WRITING_LINE = 7.5 * MM
SIGNING_ROOM = 12 * MM
THUMB = 22 * MM


def looks_of(size: PaperSize) -> tuple[Look, Look]:
    """The usual look, and the one to try when it alone spares the second sheet."""
    return (HALF, HALF_TIGHT) if size is PaperSize.HALF_LETTER else (FULL, FULL_TIGHT)
