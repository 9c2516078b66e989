"""Opening a sheet of people: csv as any program writes it, and xlsx. What cannot be a list of people is refused.

A file from outside is measured before it is believed: a small xlsx may unpack to more than this computer can hold, or
name a cell in the last corner of the largest sheet, so that what reads it would reserve room for all in between.
"""

import csv
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

from clinic_desktop.features.patients.rules.intake import Cell, Field, Line, Sheet, as_text, propose
from clinic_desktop.kernel.errors import Refused, Trouble
from clinic_desktop.kernel.i18n import N_

MOST_BYTES = 30_000_000
MOST_UNPACKED = 300_000_000
MOST_LINES = 50_000
MOST_COLUMNS = 100


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
    text = N_("“{name}” has merged cells. Unmerge them, so that each line is one person, and save it again.")


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
    rows = _xlsx(name, content) if content.startswith(_ZIP) else _csv(name, content)
    headings, lines = _arranged(name, rows)
    return Sheet(name, hashlib.sha256(content).hexdigest(), headings, lines)


def _arranged(name: str, rows: Iterable[tuple[int, Sequence[Cell]]]) -> tuple[tuple[str, ...], tuple[Line, ...]]:
    """The first line in which something is written has the headings, or a title stands above them."""
    headings: tuple[str, ...] = ()
    lines: list[Line] = []
    for number, cells in rows:
        written = sum(1 for cell in cells if as_text(cell))
        if not written:
            continue
        if not lines and written > 1 and sum(1 for heading in headings if heading) == 1:
            # A single cell above: "Pacientes 2024".
            headings = ()
        if not headings:
            headings = tuple(as_text(cell) for cell in _trimmed(cells))
            if len(headings) > MOST_COLUMNS:
                raise TooManyColumns(name=name, most=MOST_COLUMNS)
            continue
        if len(lines) >= MOST_LINES:
            raise TooManyLines(name=name, most=MOST_LINES)
        lines.append(Line(number, tuple(_trimmed(cells))))
    if not headings:
        raise SheetEmpty(name=name)
    width = max((len(line.cells) for line in lines), default=0)
    if width > MOST_COLUMNS:
        raise TooManyColumns(name=name, most=MOST_COLUMNS)
    if not lines:
        raise OnlyHeadings(name=name)
    return headings + ("",) * (width - len(headings)), tuple(lines)


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
        encodings = ("utf-8-sig", "cp1252", "latin-1")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # A file of other things shows itself by signs that no list of people has.
        odd = sum(1 for sign in text[:4000] if sign < " " and sign not in "\t\r\n\x00\x0b\x0c")
        if odd * 20 > len(text[:4000]):
            raise NotASheet(name=name)
        return text
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
    if propose((heading,)) != (Field.LEFT_OUT,):
        return "\x1f"  # one column of whole names, "Tzoc Pérez, María"
    return next((sign for sign in ("\t", ";") if sign in heading), best if counts[best] else ",")


_QUOTED = re.compile(r'"[^"]*"')


def _outside_quotes(line: str) -> str:
    return _QUOTED.sub("", line)


# -- xlsx


def _xlsx(name: str, content: bytes) -> Iterator[tuple[int, Sequence[Cell]]]:
    _measure(name, content)
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            shown = [
                at
                for at, about in enumerate(book.sheets_metadata)
                if about.typ == calamine.SheetTypeEnum.WorkSheet and about.visible == calamine.SheetVisibleEnum.Visible
            ]
            for at in shown:
                sheet = book.get_sheet_by_index(at)
                if sheet.height == 0:
                    continue
                if sheet.merged_cell_ranges:
                    raise MergedCells(name=name)
                first = (sheet.start or (0, 0))[0]
                rows: list[list[Any]] = sheet.to_python(skip_empty_area=True)
                yield from ((first + 1 + at, tuple(map(_cell, cells))) for at, cells in enumerate(rows))
                return
    except calamine.PasswordError as error:
        raise SheetLocked(name=name) from error
    except calamine.CalamineError as error:
        raise (NotASheet if not _is_workbook(content) else SheetBroken)(name=name) from error


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, (str, bool, int, float, datetime, date)):
        return value
    if isinstance(value, (time, timedelta)):
        return str(value)
    return str(value)


_TAG = re.compile(rb"<(?:\w+:)?(row|c)\b([^>]*)>")
_PLACE = re.compile(rb'\br="([A-Z]{0,4})(\d{1,9})"')


def _measure(name: str, content: bytes) -> None:
    """Refuse what would unpack to too much, or whose cells lie too far apart."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if any(part.flag_bits & 1 for part in parts.infolist()):
                raise SheetLocked(name=name)
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise SheetTooLarge(name=name)
            names = [n for n in parts.namelist() if n.lower().lstrip("/").startswith("xl/worksheets/")]
            if not names:
                raise NotASheet(name=name)
            left = MOST_UNPACKED
            for part in names:
                with parts.open(part) as opened:
                    left = _measure_part(name, opened, left)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise SheetBroken(name=name) from error


def _measure_part(name: str, opened: IO[bytes], left: int) -> int:
    """What a part says of its size is only said; how much may still be unpacked is counted."""
    rest = b""
    row = column = 0
    while piece := opened.read(1 << 20):
        left -= len(piece)
        if left < 0:
            raise SheetTooLarge(name=name)
        window, end = rest + piece, 0
        for tag in _TAG.finditer(window):
            end = tag.end()
            place = _PLACE.search(tag[2])
            if tag[1] == b"row":
                row, column = int(place[2]) if place else row + 1, 0
                continue
            column = _column(place[1]) if place else column + 1
            if tag[2].endswith(b"/"):
                continue  # only a colour or a border
            if column > MOST_COLUMNS:
                raise TooManyColumns(name=name, most=MOST_COLUMNS)
            if max(row, int(place[2]) if place else 0) > _LAST_ROW:
                raise TooManyLines(name=name, most=MOST_LINES)
        rest = window[max(end, len(window) - 1000) :]
    return left


_LAST_ROW = MOST_LINES + 1000


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _is_workbook(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return any(name.lower().lstrip("/") == "xl/workbook.xml" for name in parts.namelist())
    except zipfile.BadZipFile:
        return False
