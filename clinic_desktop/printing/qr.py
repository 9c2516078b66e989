"""A printed number as QR code: so that a phone's or a cheap reader's camera types a folio.

Numbers only: a code may be read by anyone who finds the paper, so no name, no word and no address goes in.
"""

import re

import segno

_NUMBER = re.compile(r"[0-9A-Z](?:[0-9A-Z-]{0,38}[0-9A-Z])?")
QUIET_ZONE = 4


def squares(number: str) -> tuple[tuple[bool, ...], ...]:
    """The dark and light squares of the code of `number`, without the quiet zone around it."""
    if not _NUMBER.fullmatch(number) or not any(char.isdigit() for char in number):
        raise ValueError("a QR code on paper carries a printed number only")
    code = segno.make_qr(number, error="m", boost_error=False)
    return tuple(tuple(bool(square) for square in row) for row in code.matrix)


def bars(number: str) -> tuple[tuple[int, int, int], ...]:
    """The same as (row, first column, length) of each dark run: far fewer shapes to draw."""
    found: list[tuple[int, int, int]] = []
    for row, line in enumerate(squares(number)):
        column = 0
        while column < len(line):
            start = column
            while column < len(line) and line[column]:
                column += 1
            if column > start:
                found.append((row, start, column - start))
            column += 1
    return tuple(found)
