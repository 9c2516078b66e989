"""Opening a sheet of people: csv as any program writes it, and xlsx. What cannot be a list of people is refused.

A file from outside is measured before it is believed: a small xlsx may unpack to more than this computer can hold, or
name a cell in the last corner of the largest sheet, so that what reads it would reserve room for all in between.
"""

import csv
import hashlib
import io
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from clinic_desktop.features.patients.rules.intake import (
    Cell,
    Field,
    Line,
    Sheet,
    are_headings,
    as_text,
    propose,
)
from clinic_desktop.features.patients.rules.intake_parts import (
    MOST_CELLS,
    Broken,
    Counted,
    Locked,
    NoWorkbook,
    TooMuch,
    Workbook,
)
from clinic_desktop.features.patients.rules.intake_text import Garbled, read_letters
from clinic_desktop.kernel.errors import Refused, Trouble
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.names import fold

MOST_BYTES = 30_000_000
MOST_UNPACKED = 150_000_000
"""Of all sheets of a file together."""
MOST_LINES = 50_000
MOST_COLUMNS = 100
MOST_ABOVE = 15
"""Lines in which something is written, among which the headings are looked for."""


class SheetGone(Trouble):
    text = N_("“{name}” could not be read. Check that it is there and that no other program holds it.")


class SheetEmpty(Refused):
    text = N_("“{name}” is empty.")


class OnlyHeadings(Refused):
    text = N_("“{name}” has headings and no people.")


class TooManyColumns(Refused):
    text = N_("“{name}” has more than {most} columns. Copy those with the people's data to a new sheet.")


class TooManyLines(Refused):
    text = N_("“{name}” has more than {most} lines. Divide it into several files.")


class SheetTooLarge(Refused):
    text = N_("“{name}” is too large for a list of people. Copy the people to a new sheet and save that one.")


class NotASheet(Refused):
    text = N_("“{name}” is not a spreadsheet. Save the list as .xlsx or .csv and choose that file.")


class OldSheet(Refused):
    text = N_("“{name}” is of an older kind of spreadsheet. Open it, save it as .xlsx and choose that file.")


class SheetLocked(Refused):
    text = N_("“{name}” is protected by a password. Open it, save it without a password and choose that file.")


class SheetBroken(Refused):
    text = N_("“{name}” is damaged. Open it with the spreadsheet program, save it again and choose that file.")


class MergedCells(Refused):
    text = N_("“{name}”, line {line}: cells are merged. Unmerge them, so that each line is one person, and save again.")
    of_people = False
    """In a sheet whose headings were recognised: no other is looked for."""


class FarCell(Refused):
    text = N_("“{name}” has something in line {line}, far from the rest. Copy the people to a new sheet and save that.")


class WebPage(Refused):
    text = N_("“{name}” is a web page. Open it in a spreadsheet program, save it as .xlsx and choose that file.")


class GarbledLetters(Refused):
    text = N_("“{name}”, line {line}: the letters cannot be read. Save the list as .xlsx and choose that file.")


class BrokenQuote(Refused):
    text = N_("“{name}”, line {line}: a quotation mark is not closed or out of place. Mend it and save again.")


_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNKNOWN_KINDS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"GIF8", b"\x7fELF", b"MZ\x90")


def open_sheet(path: Path) -> Sheet:
    """Read the file; told by what is in it, not by its name."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SheetTooLarge(name=path.name)
        content = path.read_bytes()
    except OSError as error:
        raise SheetGone(name=path.name) from error
    return sheet_of(path.name, content)


def sheet_of(name: str, content: bytes) -> Sheet:
    """The sheet in these bytes."""
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise SheetEmpty(name=name)
    if content.startswith(_UNKNOWN_KINDS):
        raise NotASheet(name=name)
    if content.startswith(_OLE):
        # What has a password is an old file around an encrypted new one, and says so in its directory.
        locked = "EncryptedPackage".encode("utf-16-le") in content
        raise SheetLocked(name=name) if locked else OldSheet(name=name)
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        raise OldSheet(name=name)
    if start.startswith(b"<") and any(tag in start for tag in (b"<html", b"<!doctype html", b"<table", b"<meta")):
        raise WebPage(name=name)
    found = _xlsx(name, content) if content.startswith(_ZIP) else _arranged(name, _csv(name, content))
    return Sheet(name, hashlib.sha256(content).hexdigest(), found.headings, found.lines, found.said)


@dataclass(frozen=True, slots=True)
class _Found:
    """Where the list stands in the file."""

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    headings_at: int
    above: int
    """Lines above the headings in which something is written."""
    sure: bool
    """The headings were recognised."""
    sheet: str = ""

    @property
    def said(self) -> str:
        at = _("headings in line {line}").format(line=self.headings_at) if self.above else ""
        return ", ".join(part for part in (self.sheet, at) if part)


def _arranged(name: str, rows: Iterable[tuple[int, Sequence[Cell]]], merges: Sequence[tuple[int, int]] = ()) -> _Found:
    """Below the headings are the people; above them a title, at the end a sum."""
    written = [(number, cells) for number, cells in rows if any(map(as_text, cells))]
    if not written:
        raise SheetEmpty(name=name)
    at, sure = _headings_at(written)
    number, cells = written[at]
    headings = tuple(as_text(cell) for cell in _trimmed(cells))
    body = written[at + 1 :]
    while body and _is_sum(body[-1][1]):
        body.pop()
    if len(body) > MOST_LINES:
        raise TooManyLines(name=name, most=MOST_LINES)
    lines = tuple(Line(line, tuple(_trimmed(cells))) for line, cells in body)
    width = max((len(line) for line in (headings, *(line.cells for line in lines))), default=0)
    if width > MOST_COLUMNS:
        raise TooManyColumns(name=name, most=MOST_COLUMNS)
    _must_be_unmerged(name, merges, [number, *(line.number for line in lines)], sure)
    if not lines:
        raise OnlyHeadings(name=name)
    return _Found(headings + ("",) * (width - len(headings)), lines, number, at, sure)


def _headings_at(written: Sequence[tuple[int, Sequence[Cell]]]) -> tuple[int, bool]:
    """The first line in which two headings are known; else the first, or that below a title of one cell."""
    for at, (_number, cells) in enumerate(written[:MOST_ABOVE]):
        if are_headings([cell for cell in cells if isinstance(cell, str)]):
            return at, True
    filled = [sum(1 for cell in cells if as_text(cell)) for _number, cells in written[:2]]
    return (1 if len(filled) > 1 and filled[0] == 1 and filled[1] > 1 else 0), False


_SUMS = frozenset({"total", "totales", "gran total", "subtotal", "suma"})


def _is_sum(cells: Sequence[Cell]) -> bool:
    """ "Total", and beside it nothing but numbers."""
    said = [text for text in map(as_text, cells) if text]
    words, *numbers = said or [""]
    first = fold(words)
    named = first in _SUMS or first.rstrip("0123456789 ") in _SUMS or first.startswith(("total de ", "total pacientes"))
    return named and not any(letter.isalpha() for text in numbers for letter in text)


def _must_be_unmerged(name: str, merges: Sequence[tuple[int, int]], numbers: Sequence[int], sure: bool) -> None:
    for first, last in sorted(merges):
        at = bisect_left(numbers, first)
        if at < len(numbers) and numbers[at] <= last:
            trouble = MergedCells(name=name, line=numbers[at])
            trouble.of_people = sure
            raise trouble


def _trimmed(cells: Sequence[Cell]) -> Sequence[Cell]:
    end = len(cells)
    while end and not as_text(cells[end - 1]):
        end -= 1
    return cells[:end]


# -- csv


def _csv(name: str, content: bytes) -> Iterator[tuple[int, Sequence[Cell]]]:
    text = _decoded(name, content).replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\x00", "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    number = 0
    while True:
        began = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BrokenQuote(name=name, line=began) from error
        number += 1
        if number > MOST_LINES * 2:
            raise TooManyLines(name=name, most=MOST_LINES)
        if reader.line_num - began > _MOST_IN_QUOTES:
            raise BrokenQuote(name=name, line=began)
        yield began, tuple(cells)


_MOST_IN_QUOTES = 20
"""Lines of a file within one pair of quotation marks; more, and the second mark is that of somebody else."""


def _decoded(name: str, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif content[1:2] == b"\x00" and content[3:4] == b"\x00":
        encodings = ("utf-16-le",)
    else:
        read = read_letters(content)
        _must_be_text(name, read.text if isinstance(read, Garbled) else read)
        if isinstance(read, Garbled):
            raise GarbledLetters(name=name, line=read.line)
        return read
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        _must_be_text(name, text)
        return text
    raise NotASheet(name=name)


def _must_be_text(name: str, text: str) -> None:
    """A file of other things shows itself by signs that no list of people has."""
    odd = sum(1 for sign in text[:4000] if sign < " " and sign not in "\t\r\n\x00\x0b\x0c")
    if odd * 20 > len(text[:4000]):
        raise NotASheet(name=name)


def _separator(text: str) -> str:
    """What stands most often between the cells of the first lines, outside quotation marks."""
    first = [line for line in text[:20_000].split("\n") if line.strip()][:10]
    if first and first[0].lower().startswith("sep=") and len(first[0]) == 5:
        return first[0][4]
    counts = {sign: sum(_outside_quotes(line).count(sign) for line in first) for sign in (";", "\t", ",", "|")}
    best = max(counts, key=lambda sign: counts[sign])
    # "Tzoc Pérez, María" has commas of its own: where the headings have semicolons, those divide.
    heading = _outside_quotes(first[0]) if first else ""
    if not any(sign in heading for sign in counts) and propose((heading,)) != (Field.LEFT_OUT,):
        return "\x1f"  # one column of whole names, "Tzoc Pérez, María"
    return next((sign for sign in ("\t", ";") if sign in heading), best if counts[best] else ",")


_QUOTED = re.compile(r'"[^"]*"')


def _outside_quotes(line: str) -> str:
    return _QUOTED.sub("", line)


# -- xlsx


def _xlsx(name: str, content: bytes) -> "_Found":
    """The first sheet with headings and people; where none has headings, the first in which something is written."""
    import python_calamine as calamine

    try:
        parts = Workbook(content, MOST_UNPACKED)
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(parts.content)) as book:
            shown = [
                at
                for at, about in enumerate(book.sheets_metadata)
                if about.typ == calamine.SheetTypeEnum.WorkSheet and about.visible == calamine.SheetVisibleEnum.Visible
            ]
            return _first_of_people(name, parts, book, shown)
    except (Locked, calamine.PasswordError) as error:
        raise SheetLocked(name=name) from error
    except NoWorkbook as error:
        raise NotASheet(name=name) from error
    except TooMuch as error:
        raise SheetTooLarge(name=name) from error
    except (Broken, calamine.CalamineError) as error:
        raise SheetBroken(name=name) from error


def _first_of_people(name: str, parts: Workbook, book: Any, shown: Sequence[int]) -> "_Found":
    troubles: list[Refused] = []
    others: list[_Found] = []
    for at in shown:
        try:
            rows, merges = _rows(name, parts.counted(at), book, at)
            found = _arranged(name, rows, merges)
        except SheetEmpty:
            continue
        except MergedCells as trouble:
            if trouble.of_people:
                raise
            troubles.append(trouble)
        except Refused as trouble:
            troubles.append(trouble)
        else:
            which = _("sheet “{sheet}”, {at} of {count}").format(
                sheet=book.sheets_metadata[at].name, at=shown.index(at) + 1, count=len(shown)
            )
            found = replace(found, sheet=which if len(shown) > 1 else "")
            if found.sure:
                return found
            others.append(found)
    if others:
        return others[0]
    raise troubles[0] if troubles else SheetEmpty(name=name)


def _rows(
    name: str, counted: Counted | TooMuch | Broken, book: Any, at: int
) -> tuple[list[tuple[int, Sequence[Cell]]], Sequence[tuple[int, int]]]:
    """The lines of one sheet, and from which line to which each of its merged places goes."""
    if not isinstance(counted, Counted):
        raise counted
    if counted.last_column > MOST_COLUMNS:
        raise TooManyColumns(name=name, most=MOST_COLUMNS)
    if counted.lines > MOST_LINES + MOST_ABOVE:
        raise TooManyLines(name=name, most=MOST_LINES)
    if counted.places > MOST_CELLS or counted.last_row > _LAST_ROW:
        raise FarCell(name=name, line=counted.last_row)
    sheet = book.get_sheet_by_index(at)
    row, column = sheet.start or (0, 0)
    raw: list[list[Any]] = sheet.to_python(skip_empty_area=True) if sheet.height else []
    # What a formula has left is not told by the library: it is put where it stands.
    first = min([column, *(place[1] - 1 for place in counted.failed)]) if raw else 0
    left: list[Cell] = [None] * (column - first)
    lines = {row + 1 + at: [*left, *map(_cell, cells)] for at, cells in enumerate(raw)}
    for (line, place), said in counted.failed.items():
        cells = lines.setdefault(line, [])
        cells += [None] * (place - first - len(cells))
        cells[place - 1 - first] = said
    merges = [(start[0] + 1, end[0] + 1) for start, end in sheet.merged_cell_ranges or ()]
    return sorted(lines.items()), merges


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, (str, bool, int, float, datetime, date)):
        return value
    if isinstance(value, (time, timedelta)):
        return str(value)
    return str(value)


_LAST_ROW = 200_000
