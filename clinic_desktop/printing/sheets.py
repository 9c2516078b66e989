"""Printed lists, all alike: the list of the day, a stock sheet, a sheet to count on, the strip of keys."""

from collections.abc import Sequence

from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.printing.paper import (
    Block,
    Column,
    CutLine,
    Letterhead,
    Paper,
    PaperSize,
    Rows,
    Words,
    printed_words,
)

KEYS_IN_A_ROW = 3


def listing(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str | None]],
    *,
    by: str,
    at: str,
    letterhead: Letterhead | None = None,
    size: PaperSize | str = PaperSize.LETTER,
    landscape: bool = False,
    dateline: str = "",
    note: str = "",
    if_none: str = "",
    blank: int = 0,
    roomy: bool = False,
    folio: str = "",
) -> Paper:
    """A list with its count, and who printed it and when at its foot.

    `blank` rows are for what comes after printing: who arrives without being booked, what was found on the shelf.
    """
    held = tuple(tuple(row) for row in rows)
    blocks: list[Block] = []
    if note:
        blocks.append(Words(note, strong=True))
    blocks.append(Rows(tuple(columns), held, if_none=if_none or _("Nothing to show."), blank=blank, roomy=roomy))
    if held:
        blocks.append(Words(ngettext("{count} line", "{count} lines", len(held)).format(count=len(held))))
    return Paper(
        title,
        tuple(blocks),
        letterhead=letterhead,
        size=size,
        landscape=landscape,
        folio=folio,
        dateline=dateline,
        footer=printed_words(by=by, at=at),
    )


def key_strip(keys: Sequence[tuple[str, str]], *, by: str, at: str, size: PaperSize | str = PaperSize.LETTER) -> Paper:
    """Keys and what they do, as a band to cut out and lay along the edge of the laptop."""
    pairs = KEYS_IN_A_ROW - (1 if PaperSize(size) is PaperSize.HALF_LETTER else 0)
    columns = (Column("", 0.7, strong=True), Column("", 1.3)) * pairs
    lines = -(-len(keys) // pairs)
    rows = tuple(tuple(text for key, deed in keys[line::lines] for text in (key, deed)) for line in range(lines))
    blocks: tuple[Block, ...] = (CutLine(), Rows(columns, rows), CutLine())
    return Paper(_("Keys"), blocks, size=size, footer=printed_words(by=by, at=at))
