"""Rows as a file that spreadsheet programs open: xlsx by XlsxWriter, csv by the standard library.

Text is always text: what begins like a formula is never reckoned when the file is opened.
"""

import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.printing.whole_file import write_whole

Value = str | int | date | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_767
"""Letters that a cell of these programs holds."""
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
"""When and by whom it was made stands nowhere in the file; the same rows give the same bytes."""


class SheetNotSaved(Trouble):
    text = N_("The file could not be saved there. The disk may be full or protected: choose another folder.")


def xlsx(rows: Sequence[Sequence[Value]], *, name: str, heads: Sequence[int] = (0,)) -> bytes:
    """One sheet; the rows at `heads` are bold."""
    from xlsxwriter import Workbook

    written = io.BytesIO()
    book = Workbook(written, {"in_memory": True})
    book.set_properties({"created": _MADE})
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
    title = re.sub(r"[\[\]:*?/\\']", " ", _clean(name))[:31]
    sheet = book.add_worksheet(title or "1")
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(at, column, value, day)
            elif isinstance(value, int):
                sheet.write_number(at, column, value)
            elif value:
                sheet.write_string(at, column, _clean(value), bold if at in heads else None)
    for column, width in enumerate(_widths(rows)):
        sheet.set_column(column, column, width)
    book.close()
    return written.getvalue()


def csv_text(rows: Sequence[Sequence[Value]]) -> bytes:
    """As the programs of our region read it: with a mark that it is UTF-8, days as text."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerows([[_harmless(value) for value in row] for row in rows])
    return written.getvalue().encode("utf-8-sig", "replace")


def save(path: Path, rows: Sequence[Sequence[Value]], *, name: str, heads: Sequence[int] = (0,)) -> None:
    """As its ending says, all of it or nothing."""
    data = csv_text(rows) if path.suffix.lower() == ".csv" else xlsx(rows, name=name, heads=heads)
    try:
        write_whole(path, data)
    except OSError as error:
        raise SheetNotSaved() from error


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)[:_LONGEST]


def _harmless(value: Value) -> str | int:
    """A text that a program would reckon gets an apostrophe in front, which says that it is a text."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        text = _clean(value)
        return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA) else text
    return value


def _widths(rows: Sequence[Sequence[Value]]) -> list[int]:
    """By the longest word of each column; rows of one or two cells are headings and do not count."""
    wide = max((len(row) for row in rows), default=0)
    longest = [max((len(str(row[at])) for row in rows if at < len(row) > 2), default=8) for at in range(wide)]
    return [min(max(length + 2, 8), 60) for length in longest]
