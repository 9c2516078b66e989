"""Sheets of people as spreadsheet programs write them: a small xlsx made by hand, and rows that a clinic could have."""

import io
import random
import zipfile
from collections.abc import Sequence
from datetime import date
from xml.sax.saxutils import escape

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml"'
    ' ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override'
    ' PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
    "</Types>"
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_PARTS = {
    "[Content_Types].xml": _TYPES,
    "_rels/.rels": f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="Hoja1" sheetId="1"'
    ' r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" Type="{_OFFICE}/worksheet"'
    f' Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    "</Relationships>",
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="1"><fill><patternFill/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2">'
    '<xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
}


def xlsx(rows: Sequence[Sequence[object]], *, after: str = "", first_row: int = 1) -> bytes:
    """Text, numbers and days in the first sheet; `after` stands behind its rows (merged cells)."""
    lines = "".join(
        f'<row r="{at}">' + "".join(_cell(_letters(column), at, value) for column, value in enumerate(row)) + "</row>"
        for at, row in enumerate(rows, first_row)
    )
    return packed(f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData>{after}</worksheet>')


def packed(sheet: str | bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, text in {**_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            parts.writestr(name, text)
    return written.getvalue()


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _cell(letters: str, row: int, value: object) -> str:
    place = f'r="{letters}{row}"'
    if value is None or value == "":
        return ""
    if isinstance(value, date):
        return f'<c {place} s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, int | float):
        return f"<c {place}><v>{value}</v></c>"
    return f'<c {place} t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


HEADINGS = ("Expediente", "Nombres", "Apellidos", "Sexo", "Edad", "Aldea", "Teléfono", "Madre")
ROWS: tuple[tuple[object, ...], ...] = (
    ("E-1", "María Ixchel", "Tzoc Pérez", "F", "39", "Pulay", "5123 4567", "Ana Tzoc"),
    ("E-2", "Juan", "de León Cuc", "M", "8m", "Acul", "", ""),
    ("E-3", "Petrona", "Brito", "F", "~61", "Pulay", "", ""),
)
_GIVEN = (
    "María",
    "Juana",
    "Rosa",
    "Ana",
    "Petrona",
    "Catarina",
    "Pedro",
    "Juan",
    "Diego",
    "Domingo",
    "Gaspar",
    "Ixchel",
)
_FAMILY = ("Tzoc", "Pérez", "Cuc", "Coc", "Brito", "Ceto", "Raymundo", "Ixcoy", "Chavajay", "Guarchaj", "Tum", "Marcos")
_PLACES = ("Pulay", "Salquil", "Acul", "Tzalbal", "Chajul", "Cotzal", "Palop", "Xexuxcap", "Vicalamá", "Janlay")


def people(count: int, seed: int = 1) -> list[tuple[object, ...]]:
    """Rows of invented people under HEADINGS; few of them alike, as in a list of a clinic."""
    chance = random.Random(seed)
    made = "aeiou"
    rows: list[tuple[object, ...]] = []
    for number in range(count):
        woman = chance.random() < 0.55
        invented = "".join(chance.choice("bcdfgjlmnpqrstxz") + chance.choice(made) for _ in range(3)).title()
        family = f"{chance.choice(_FAMILY)} {chance.choice([*_FAMILY, invented, invented, invented])}"
        rows.append(
            (
                f"E-{number + 1:05d}",
                f"{chance.choice(_GIVEN)} {chance.choice(_GIVEN)}",
                family,
                "F" if woman else "M",
                str(chance.randrange(1, 90)),
                chance.choice(_PLACES),
                f"00{chance.randrange(10**6):06d}" if chance.random() < 0.5 else "",
                f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}" if chance.random() < 0.5 else "",
            )
        )
    return rows


def csv_of(rows: Sequence[Sequence[object]], headings: Sequence[str] = HEADINGS, separator: str = ";") -> bytes:
    return "\r\n".join(separator.join(map(str, row)) for row in (headings, *rows)).encode()
