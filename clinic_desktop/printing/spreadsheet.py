"""Rows as a file that spreadsheet programs open: xlsx and csv, by the standard library alone.

Text is always text: what begins like a formula is never reckoned when the file is opened.
"""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.printing.whole_file import write_whole

Value = str | int | date | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_767
"""Letters that a cell of these programs holds."""
_FIRST_DAY = date(1899, 12, 30)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font/><font><b/></font></fonts><fills count="2"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/>'
    '<xf fontId="1" applyFont="1"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


class SheetNotSaved(Trouble):
    text = N_("The file could not be saved there. The disk may be full or protected: choose another folder.")


def xlsx(rows: Sequence[Sequence[Value]], *, name: str, heads: Sequence[int] = (0,)) -> bytes:
    """One sheet; the rows at `heads` are bold."""
    sheet = _sheet(rows, frozenset(heads))
    title = escape(re.sub(r"[\[\]:*?/\\']", " ", _clean(name))[:31] or "1", {'"': "&quot;"})
    parts = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml"'
        f' ContentType="{_KIND}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml"'
        f' ContentType="{_KIND}.worksheet+xml"/><Override PartName="/xl/styles.xml"'
        f' ContentType="{_KIND}.styles+xml"/></Types>',
        "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="{title}"'
        ' sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1"'
        f' Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2"'
        f' Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
        "xl/worksheets/sheet1.xml": sheet,
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as pack:
        for part, text in parts.items():
            pack.writestr(part, text)
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


def _sheet(rows: Sequence[Sequence[Value]], heads: frozenset[int]) -> str:
    wide = max((len(row) for row in rows), default=1)
    widths = [
        max((len(str(row[at])) for row in rows if at < len(row) and len(row) > 2), default=8) for at in range(wide)
    ]
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{min(max(width + 2, 8), 60)}" customWidth="1"/>'
        for at, width in enumerate(widths, 1)
    )
    lines = "".join(
        f'<row r="{at + 1}">'
        + "".join(_cell(column, at, value, at in heads) for column, value in enumerate(row))
        + "</row>"
        for at, row in enumerate(rows)
    )
    return f'{_HEAD}<worksheet xmlns="{_MAIN}"><cols>{columns}</cols><sheetData>{lines}</sheetData></worksheet>'


def _cell(column: int, row: int, value: Value, bold: bool) -> str:
    if value is None or value == "":
        return ""
    place = f'r="{_letters(column)}{row + 1}"'
    if isinstance(value, date):
        return f'<c {place} s="2"><v>{(value - _FIRST_DAY) // timedelta(days=1)}</v></c>'
    if isinstance(value, int):
        return f"<c {place}><v>{value}</v></c>"
    style = ' s="1"' if bold else ""
    return f'<c {place} t="inlineStr"{style}><is><t xml:space="preserve">{escape(_clean(value))}</t></is></c>'


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
