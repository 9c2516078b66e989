"""What an xlsx holds, counted as a stream before anything believes it: a part may say less of its size than it has.

Also what the library that reads the cells does not tell: where a formula failed, or has no result in the file.
"""

import io
import posixpath
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, cast
from xml.parsers import expat

from clinic_desktop.features.patients.rules.intake import NO_RESULT

MOST_OTHERS = 60_000_000
"""Bytes of all parts that are no sheet: texts, colours, names."""
MOST_TEXTS = 2_000_000
MOST_CELLS = 5_200_000
"""Places between the first and the last cell of a sheet: what reads it reserves room for each."""
MOST_SIGNS = 60_000_000
"""Signs in all cells of a sheet; a text that is kept once may stand in every cell."""


class TooMuch(Exception):
    """It would unpack to more than a list of people has."""


class Broken(Exception):
    """It cannot be read."""


class Locked(Exception):
    """A password keeps it."""


class NoWorkbook(Exception):
    """A zip file of something else."""


@dataclass(slots=True)
class Counted:
    """Where something is written in one sheet; lines and columns count from 1."""

    first_row: int = 0
    last_row: int = 0
    first_column: int = 0
    last_column: int = 0
    lines: int = 0
    failed: dict[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str])
    """What stands for the result of a formula that has none, by line and column."""

    @property
    def places(self) -> int:
        return (self.last_row - self.first_row + 1) * (self.last_column - self.first_column + 1)


class Workbook:
    """The parts of one file, each unpacked once, counted, and packed again: what is read later is what was counted."""

    def __init__(self, content: bytes, most_unpacked: int) -> None:
        self._left = most_unpacked
        self._texts = array("I")
        self._kept = io.BytesIO()
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(self._kept, "w") as kept:
                self._parts, self._out = parts, kept
                self._names = self._named()
                self._counted = self._count()
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
            raise Broken() from error
        except RuntimeError as error:
            raise Locked() from error

    @property
    def content(self) -> bytes:
        return self._kept.getvalue()

    def counted(self, at: int) -> Counted | TooMuch | Broken:
        """Of the sheet that stands in this place of the book."""
        return self._counted[at] if at < len(self._counted) else Broken()

    def _named(self) -> Mapping[str, zipfile.ZipInfo]:
        names: dict[str, zipfile.ZipInfo] = {}
        for part in self._parts.infolist():
            if part.flag_bits & 1:
                raise Locked()
            names.setdefault(_plain(part.filename), part)
        if "xl/workbook.xml" not in names:
            raise NoWorkbook()
        return names

    def _count(self) -> list[Counted | TooMuch | Broken]:
        left = MOST_OTHERS
        book = _Book()
        first = [name for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels") if name in self._names]
        for name in first:
            left = self._pass_on(name, book, left)
        texts = _Texts(self._texts)
        sheets = [_plain(book.targets.get(key, "")) for key in book.sheets]
        texts_at = [_plain(target) for target in book.texts]
        for name in self._names:
            is_text = name in texts_at or name == "xl/sharedstrings.xml"
            of_book = name.startswith(("xl/", "[content", "_rels/")) and name.endswith((".xml", ".rels"))
            if not (is_text or of_book) or name in (*first, *sheets):
                continue
            left = self._pass_on(name, texts if is_text else _Reader(), left)
        each = {name: self._count_sheet(name) for name in dict.fromkeys(sheets)}
        return [each[name] for name in sheets]

    def _count_sheet(self, name: str) -> Counted | TooMuch | Broken:
        cells = _Cells(self._texts)
        if name not in self._names:
            return Broken()
        try:
            self._left = self._pass_on(name, cells, self._left)
        except (TooMuch, Broken) as error:
            return error
        return cells.counted

    def _pass_on(self, name: str, reader: "_Reader", left: int) -> int:
        part = self._names[name]
        parsed = reader.parser()
        with self._parts.open(part) as opened, self._out.open(_packing(part.filename), "w") as out:
            given = 0
            for piece in _pieces(opened):
                left -= len(piece)
                given += len(piece)
                if left < 0:
                    raise TooMuch()
                out.write(piece)
                _feed(parsed, piece)
                if given - parsed.CurrentByteIndex > _LONGEST:
                    raise TooMuch()
            _feed(parsed, b"", last=True)
        return left


def _packing(name: str) -> zipfile.ZipInfo:
    packing = zipfile.ZipInfo(name)
    packing.compress_type = zipfile.ZIP_DEFLATED
    return packing


def _feed(parser: expat.XMLParserType, piece: bytes, last: bool = False) -> None:
    try:
        parser.Parse(piece, last)
    except (expat.ExpatError, ValueError, OverflowError) as error:
        raise Broken() from error


def _pieces(opened: IO[bytes]) -> Iterator[bytes]:
    while piece := opened.read(1 << 18):
        yield piece


def _plain(name: str) -> str:
    """As the parts are looked up: whoever wrote them, "\\XL\\Workbook.xml"."""
    name = name.replace("\\", "/").lstrip("/").lower()
    return name if not name or name.startswith(("xl/", "_", "[")) else posixpath.join("xl", name)


_DEEPEST = 60
_LONGEST = 8_000_000
"""Bytes of one tag or remark, which are held until its end is read."""


def _keep_shallow(parser: expat.XMLParserType) -> None:
    """Every element that is open takes room: a part of nothing but beginnings is refused."""
    begin = cast(Callable[[str, dict[str, str]], None] | None, parser.StartElementHandler)
    finish = parser.EndElementHandler
    depth = 0

    def start(tag: str, facts: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise Broken()
        if begin is not None:
            begin(tag, facts)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        if finish is not None:
            finish(tag)

    parser.StartElementHandler = start
    parser.EndElementHandler = end


def _refuse(*_facts: object) -> None:
    raise Broken()


class _Reader:
    """Looks at nothing; only that it is a document without definitions of its own, which could grow without end."""

    def parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        self.look(parser)
        _keep_shallow(parser)
        return parser

    def look(self, parser: expat.XMLParserType) -> None:
        """Set what is looked at."""


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


class _Book(_Reader):
    """Which sheet is which part."""

    def __init__(self) -> None:
        self.sheets: list[str] = []
        self.targets: dict[str, str] = {}
        self.texts: list[str] = []

    def look(self, parser: expat.XMLParserType) -> None:
        def start(tag: str, facts: dict[str, str]) -> None:
            if _local(tag) == "sheet":
                self.sheets.append(next((value for key, value in facts.items() if _local(key) == "id"), ""))
            elif _local(tag) == "Relationship":
                self.targets[facts.get("Id", "")] = facts.get("Target", "")
                if facts.get("Type", "").endswith("/sharedStrings"):
                    self.texts.append(facts.get("Target", ""))

        parser.StartElementHandler = start


class _Texts(_Reader):
    """How long the texts are that cells name by their number."""

    def __init__(self, lengths: "array[int]") -> None:
        self._lengths = lengths

    def look(self, parser: expat.XMLParserType) -> None:
        lengths = self._lengths

        def start(tag: str, _facts: dict[str, str]) -> None:
            if _local(tag) == "si":
                if len(lengths) >= MOST_TEXTS:
                    raise TooMuch()
                lengths.append(0)

        def text(said: str) -> None:
            if lengths:
                lengths[-1] += len(said)

        parser.StartElementHandler = start
        parser.CharacterDataHandler = text


class _Cells(_Reader):
    """Where something is written, and what the formulas have left there."""

    def __init__(self, texts: "array[int]") -> None:
        self.counted = Counted()
        self._texts = texts
        self._row = self._column = self._signs = self._cells = 0
        self._line_written = False
        self._kind = ""
        self._inside = self._formula = self._valued = False
        self._value: list[str] = []

    def look(self, parser: expat.XMLParserType) -> None:
        starts: dict[str, Callable[[dict[str, str]], None]] = {
            "row": self._begin_row, "c": self._begin_cell, "f": self._begin_formula, "v": self._begin_value,
            "is": self._begin_text, "t": self._begin_value,
        }  # fmt: skip

        def start(tag: str, facts: dict[str, str]) -> None:
            if begin := starts.get(_local(tag)):
                begin(facts)

        def end(tag: str) -> None:
            name = _local(tag)
            if name == "c":
                self._end_cell()
            elif name in ("v", "t"):
                self._inside = False

        def text(said: str) -> None:
            if self._inside:
                self._value.append(said)

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text

    def _begin_row(self, facts: dict[str, str]) -> None:
        self._row = int(facts["r"]) if "r" in facts else self._row + 1
        self._column = 0
        self._line_written = False

    def _begin_cell(self, facts: dict[str, str]) -> None:
        if place := facts.get("r"):
            self._row, self._column = _place(place)
        else:
            self._column += 1
        self._cells += 1
        if self._cells > MOST_CELLS:
            raise TooMuch()
        self._kind = facts.get("t", "")
        self._formula = self._valued = False
        self._value = []

    def _begin_formula(self, _facts: dict[str, str]) -> None:
        self._formula = True

    def _begin_text(self, _facts: dict[str, str]) -> None:
        self._valued = True

    def _begin_value(self, _facts: dict[str, str]) -> None:
        self._inside = self._valued = True

    def _end_cell(self) -> None:
        value = "".join(self._value)
        if self._kind == "s" and value.strip().isdecimal():
            number = int(value)
            self._signs += self._texts[number] if number < len(self._texts) else 0
        else:
            self._signs += len(value)
        if self._signs > MOST_SIGNS:
            raise TooMuch()
        failed = ""
        if self._kind == "e":
            failed = value.strip() or "#N/A"
        elif self._formula and not value and not (self._valued and self._kind == "str"):
            failed = NO_RESULT
        if failed:
            self.counted.failed[self._row, self._column] = failed
        if (value or failed) and not self._line_written:
            self._line_written = True
            self.counted.lines += 1
        # A formula that says nothing is a place all the same for what reads the cells.
        if self._formula or self._valued or failed:
            self._stretch()

    def _stretch(self) -> None:
        counted = self.counted
        if not counted.last_row:
            counted.first_row, counted.first_column = self._row, self._column
        counted.first_row = min(counted.first_row, self._row)
        counted.last_row = max(counted.last_row, self._row)
        counted.first_column = min(counted.first_column, self._column)
        counted.last_column = max(counted.last_column, self._column)


def _place(text: str) -> tuple[int, int]:
    """ "B12" is line 12, column 2."""
    letters = text.rstrip("0123456789")
    column = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise Broken()
        column = column * 26 + ord(letter) - 64
    row = text[len(letters) :]
    if not row or not column or len(text) > 12:
        raise Broken()
    return int(row), column
