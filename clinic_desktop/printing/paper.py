"""What stands on a paper, as typed blocks.

A letter, a list or a slip is built from the frozen dataclasses below and turned into PDF bytes by `Paper.pdf()`
or `bind()`. Text in a block is plain text: there is no markup to escape, because nothing on the way to the page
reads any. Nothing here imports reportlab; that happens when the first paper is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clinic_desktop.kernel.i18n import _
from clinic_desktop.printing.drawing import Letters, Shape

MM = 72 / 25.4


class PaperSize(StrEnum):
    """The values of the setting `paper_size`."""

    LETTER = "letter"
    A4 = "a4"
    HALF_LETTER = "half-letter"

    @property
    def points(self) -> tuple[float, float]:
        """Width and height, upright, in points."""
        return _POINTS[self]


_POINTS = {
    PaperSize.LETTER: (612.0, 792.0),
    PaperSize.A4: (210 * MM, 297 * MM),
    PaperSize.HALF_LETTER: (396.0, 612.0),
}


class Align(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who sends the paper. `logo` is a PNG or JPEG; one that cannot be read is left out."""

    name: str
    lines: tuple[str, ...] = ()
    phone: str | None = None
    logo: bytes | None = None
    preprinted: bool = False
    """The sheets already carry the letterhead: leave its room empty."""


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One label with its value. An empty value says "No consta", or is left out where it is not `needed`."""

    label: str
    value: str | None
    needed: bool = True
    wide: bool = False
    """Takes the whole width."""
    to_write: bool = False
    """A line to write the value on by hand, where there is none yet."""


@dataclass(frozen=True, slots=True)
class Facts:
    facts: tuple[Fact, ...]
    columns: int = 2


@dataclass(frozen=True, slots=True)
class Words:
    """Running text; line breaks are kept. `head` is a heading that stays with the first lines.

    Empty text leaves out the whole block, head included, unless it is `needed`: then it says "No consta".
    """

    text: str | None
    head: str = ""
    needed: bool = False
    large: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """One framed, strong sentence that must be seen first: allergies, urgency."""

    text: str


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    share: float = 1.0
    """Its part of the width, beside the shares of the other columns."""
    align: Align = Align.LEFT
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A table; its head is repeated on each page. `blank` adds that many empty ruled rows for writing by hand."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str | None, ...], ...]
    head: str = ""
    if_none: str = ""
    """The sentence in place of the first row when there is none; without it the table is left out."""
    blank: int = 0
    roomy: bool = False
    """Rows at least 9 mm high with lines between the columns, to be written on."""


@dataclass(frozen=True, slots=True)
class Tick:
    text: str
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Ticks:
    items: tuple[Tick, ...]
    head: str = ""
    columns: int = 2
    large: bool = False
    """For those who read little or see badly."""


@dataclass(frozen=True, slots=True)
class Blank:
    """Ruled lines to write on by hand."""

    lines: int = 3
    label: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the line, under it the name (empty leaves only the line) and the small lines below."""

    name: str
    lines: tuple[str, ...] = ()
    thumbprint: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    signers: tuple[Signer, ...]


@dataclass(frozen=True, slots=True)
class CutLine:
    words: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A number as QR code with the number under it. Numbers only: see qr.squares."""

    number: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lines and words in a frame of the paper's width. `draw` is given the width, and how wide words are, in points."""

    draw: Callable[[float, Letters], Sequence[Shape]]
    height: float
    head: str = ""
    leads: bool = False
    """Stands over the words of the next block and never ends a page."""


@dataclass(frozen=True, slots=True)
class Slip:
    """The part to tear off, at the foot of the last page under a cut line; it stays in one piece.

    It travels alone: give it the folio and where it has to come back to.
    """

    title: str
    blocks: tuple[Block, ...]
    folio: str = ""
    return_to: tuple[str, ...] = ()
    cut_words: str = ""


Block = Heading | Facts | Words | Notice | Rows | Ticks | Blank | Signature | CutLine | Code | Drawing | Slip


@dataclass(frozen=True, slots=True)
class Paper:
    """One document with its own page numbers.

    `subject` (a person's name, or whom the paper is about) and `folio` head every page after the first.
    `footer` says who printed it and when (see `printed_words`).
    """

    title: str
    blocks: tuple[Block, ...]
    letterhead: Letterhead | None = None
    size: PaperSize | str = PaperSize.LETTER
    landscape: bool = False
    subject: str = ""
    folio: str = ""
    dateline: str = ""
    """Place and date, at the right above the title."""
    code: str = ""
    """A number to repeat as a small QR code beside the folio."""
    footer: str = ""
    numbered: str = ""
    """What stands at the foot in place of "Page 1 of 1", where the paper is one sheet of something longer."""

    def pdf(self) -> bytes:
        return bind((self,))


def bind(papers: Sequence[Paper]) -> bytes:
    """Several papers in one PDF, each counting its own pages: one consult sheet per person in one print."""
    from clinic_desktop.printing.render import draw

    return draw(papers)


def printed_words(*, by: str, at: str) -> str:
    """The footer of a paper: who printed it and when (both already in words)."""
    return _("Printed by {name} · {when}").format(name=by, when=at)
