"""Sheets as they come from old computers and tired hands: nothing is lost in silence, and nothing fills the memory."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.patients.rules import intake_parts
from clinic_desktop.features.patients.rules.intake import (
    ColumnsSayTwice,
    Field,
    NoNameColumn,
    Sheet,
    are_headings,
    must_fit,
    propose,
)
from clinic_desktop.features.patients.rules.intake_lines import ReadLine, habits_of, read_line
from clinic_desktop.features.patients.service import sheets
from clinic_desktop.features.patients.service.sheets import sheet_of
from clinic_desktop.kernel.i18n import set_language
from tests.makers.sheets import HEADINGS, ROWS, packed, xlsx

TODAY = date(2026, 11, 23)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read(one: Sheet) -> list[ReadLine]:
    columns = propose(one.headings)
    must_fit(one.headings, columns)
    habits = habits_of(one.lines, columns)
    return [read_line(line.number, line.cells, columns, TODAY, TODAY, habits) for line in one.lines]


def with_parts(content: bytes, **parts: bytes | str) -> bytes:
    """The same file with other parts; "__" stands for a slash."""
    made = io.BytesIO()
    named = {name.replace("__", "/") + ".xml": text for name, text in parts.items()}
    named = {name.replace(".rels.xml", ".rels").replace("_rels.xml", ".rels"): text for name, text in named.items()}
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in named:
                new.writestr(name, old.read(name))
        for name, text in named.items():
            new.writestr(name, text)
    return made.getvalue()


def book(*tables: Sequence[Sequence[object]]) -> bytes:
    """A file of several sheets."""
    listed = "".join(f'<sheet name="Hoja {at}" sheetId="{at}" r:id="s{at}"/>' for at in range(1, len(tables) + 1))
    related = "".join(
        f'<Relationship Id="s{at}" Type="{REL}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(tables) + 1)
    )
    inside: dict[str, bytes | str] = {
        "xl__workbook": f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets>{listed}</sheets></workbook>',
        "xl___rels__workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships">{related}<Relationship Id="r2" Type="{REL}/styles" Target="styles.xml"/></Relationships>',
    }
    for at, rows in enumerate(tables, 1):
        with zipfile.ZipFile(io.BytesIO(xlsx(rows))) as one:
            inside[f"xl__worksheets__sheet{at}"] = one.read("xl/worksheets/sheet1.xml")
    return with_parts(xlsx([]), **inside)


def of_cells(second_line: str) -> bytes:
    """Nombres and Apellidos, and one line of raw cells."""
    heads = "".join(
        f'<c r="{place}1" t="inlineStr"><is><t>{said}</t></is></c>'
        for place, said in (("A", "Nombres"), ("B", "Apellidos"))
    )
    return packed(
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{heads}</row><row r="2">{second_line}</row></sheetData>'
        "</worksheet>"
    )


ANA = '<c r="A2" t="inlineStr"><is><t>Ana</t></is></c>'


# -- what would fill the memory


def test_a_small_file_whose_texts_unpack_to_too_much_is_refused_whatever_part_they_are_in() -> None:
    empty = with_parts(
        xlsx([HEADINGS, *ROWS]), xl__sharedStrings=f'<sst xmlns="{MAIN}">' + "<si/>" * 2_100_000 + "</sst>"
    )
    large = with_parts(xlsx([HEADINGS, *ROWS]), xl__theme__theme1=b"<a>" + b" " * 61_000_000 + b"</a>")
    for content in (empty, large):
        assert len(content) < 100_000
        with pytest.raises(sheets.SheetTooLarge):
            sheet_of("a.xlsx", content)


def test_one_long_text_that_stands_in_every_cell_is_counted_in_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_parts, "MOST_SIGNS", 500_000)
    related = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    cells = "".join(f'<row r="{at}"><c r="A{at}" t="s"><v>0</v></c></row>' for at in range(1, 101))
    content = packed(f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>')
    texts = f'<sst xmlns="{MAIN}"><si><t>{"a" * 10_000}</t></si></sst>'
    with pytest.raises(sheets.SheetTooLarge):
        sheet_of("a.xlsx", with_parts(content, xl__sharedStrings=texts, **{"xl___rels__workbook.xml.rels": related}))


def test_a_cell_in_the_last_corner_is_found_however_its_place_is_written() -> None:
    for place in ("r='XFD1048576'", 'r = "xfd1048576"', 'r="&#88;FD1048576"'):
        content = packed(
            f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c {place}><v>1</v></c></row></sheetData></worksheet>'
        )
        with pytest.raises(sheets.TooManyColumns):
            sheet_of("a.xlsx", content)


def test_a_part_of_nothing_but_beginnings_or_of_one_endless_tag_is_refused() -> None:
    with pytest.raises(sheets.SheetBroken):
        sheet_of(
            "a.xlsx", packed("<worksheet><sheetData>" + "<a>" * 100_000 + "</a>" * 100_000 + "</sheetData></worksheet>")
        )
    with pytest.raises(sheets.SheetTooLarge):
        sheet_of("a.xlsx", packed("<worksheet><!--" + " " * 10_000_000 + "--><sheetData/></worksheet>"))


def test_a_part_with_definitions_of_its_own_is_refused() -> None:
    sheet = (
        '<!DOCTYPE l [<!ENTITY a "aaaa">]><worksheet><sheetData><row><c><v>&a;</v></c></row></sheetData></worksheet>'
    )
    with pytest.raises(sheets.SheetBroken):
        sheet_of("a.xlsx", packed(sheet))


# -- formulas


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ('<c r="B2" t="e"><f>VLOOKUP(A2,x,1)</f><v>#N/A</v></c>', "formula that failed"),
        ('<c r="B2" t="e"><v>#REF!</v></c>', "formula that failed"),
        ('<c r="B2"><f>A2</f></c>', "without its result"),
        ('<c r="B2"><f>A2</f><v></v></c>', "without its result"),
    ],
)
def test_a_formula_that_has_no_result_is_a_fault_of_its_line(cell: str, words: str) -> None:
    (line,) = read(sheet_of("a.xlsx", of_cells(ANA + cell)))
    assert words in line.faults[0]
    set_language("es")
    assert "fórmula" in read(sheet_of("a.xlsx", of_cells(ANA + cell)))[0].faults[0]


def test_a_formula_whose_result_is_nothing_is_nothing() -> None:
    (line,) = read(sheet_of("a.xlsx", of_cells(ANA + '<c r="B2" t="str"><f>IF(1,"","")</f><v></v></c>')))
    assert (line.faults, line.details.given_names) == ((), "Ana")


def test_a_failed_formula_is_put_where_it_stands_though_the_list_begins_elsewhere() -> None:
    heads = '<c r="C3" t="inlineStr"><is><t>Nombres</t></is></c><c r="D3" t="inlineStr"><is><t>Aldea</t></is></c>'
    cells = "".join(
        f'<c r="{place}4" t="inlineStr"><is><t>{said}</t></is></c>' for place, said in (("C", "Ana"), ("D", "Pulay"))
    )
    content = packed(
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="3">{heads}</row><row r="4">{cells}</row>'
        '<row r="5"><c r="C5" t="inlineStr"><is><t>Eva</t></is></c><c r="D5" t="e"><v>#N/A</v></c></row>'
        "</sheetData></worksheet>"
    )
    one, other = read(sheet_of("a.xlsx", content))
    assert (one.number, one.said, one.faults) == (4, "ANA · Pulay", ())
    assert (other.number, bool(other.faults)) == (5, True)


# -- cells


@pytest.mark.parametrize("cell", [31000, 31000.0, 31000.5, "31000", "31000.0"])
def test_a_day_that_is_counted_is_read_and_looked_at(cell: object) -> None:
    (line,) = read(sheet_of("a.xlsx", xlsx([("Nombres", "Fecha de nacimiento"), ("Ana", cell)])))
    assert line.faults == ()
    assert str(line.details.birth and line.details.birth.day) == "1984-11-14"
    assert "31000" in line.doubts[0]
    (line,) = read(sheet_of("a.xlsx", xlsx([("Nombres", "Fecha de registro"), ("Ana", cell)])))
    assert (line.registered_on, len(line.doubts)) == (date(1984, 11, 14), 1)


def test_a_number_that_counts_to_no_day_of_a_life_stays_a_fault_and_a_year_a_year() -> None:
    rows = [("Nombres", "Fecha de nacimiento"), ("Ana", 60000), ("Eva", 1984), ("Isa", "2090")]
    far, year, coming = read(sheet_of("a.xlsx", xlsx(rows)))
    assert (bool(far.faults), far.doubts) == (True, ())
    assert (year.faults, year.doubts, year.details.birth and year.details.birth.day.year) == ((), (), 1984)
    assert coming.faults


def test_a_card_that_was_rounded_says_that_its_figures_are_lost_and_an_apostrophe_is_no_part_of_a_number() -> None:
    rows = [
        ("Nombres", "DPI", "Expediente"),
        ("Ana", 1.23e12, "'0012"),
        ("Eva", "'2345678901401", "'=1"),
        ("I", "", "'A"),
    ]
    lost, kept, other = read(sheet_of("a.xlsx", xlsx(rows)))
    assert "1230000000000" in lost.faults[0]
    assert (kept.faults, kept.details.national_id) == ((), "2345678901401")
    assert [line.details.folder_number for line in (lost, kept, other)] == ["0012", "=1", "'A"]


# -- columns


WORDS = (
    "Nombres", "Nombre", "Primer Apellido", "Apellidos", "Apellido", "Segundo apellido", "Nombre completo", "Paciente",
    "Edad", "Sexo/Género", "x", "", "Apellido/Apellidos", "Apellido paterno", "Apellido materno",
)  # fmt: skip


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=8))
def test_what_is_proposed_is_never_refused_for_saying_something_twice(headings: list[str]) -> None:
    columns = propose(headings)
    try:
        must_fit(headings, columns)
    except NoNameColumn:
        assert not {Field.GIVEN, Field.FAMILIES, Field.FAMILY, Field.WHOLE_NAME} & set(columns)


def test_of_surnames_told_in_two_ways_the_fuller_one_is_proposed_and_both_are_refused() -> None:
    heads = ("Nombres", "Primer Apellido", "Apellidos")
    assert propose(heads) == (Field.GIVEN, Field.LEFT_OUT, Field.FAMILIES)
    assert propose(("Primer Apellido", "Segundo Apellido", "Apellidos")) == (
        Field.FAMILY, Field.SECOND_FAMILY, Field.LEFT_OUT,
    )  # fmt: skip
    assert propose(("Apellidos", "Segundo Apellido")) == (Field.FAMILY, Field.SECOND_FAMILY)
    with pytest.raises(ColumnsSayTwice):
        must_fit(heads, (Field.GIVEN, Field.FAMILY, Field.FAMILIES))


def test_headings_with_a_slash_are_known_by_their_parts_where_these_say_the_same() -> None:
    assert propose(("Sexo/Género", "Comunidad/Aldea/Cantón", "Tel./Cel.", "Carpeta / Folder", "Sexo (M/F)")) == (
        Field.SEX, Field.COMMUNITY, Field.PHONE, Field.FOLDER, Field.LEFT_OUT,
    )  # fmt: skip
    assert propose(("Nombres/Apellidos", "Madre/Padre", "DPI/Expediente")) == (
        Field.WHOLE_NAME, Field.LEFT_OUT, Field.LEFT_OUT,
    )  # fmt: skip


def test_two_columns_whose_headings_together_are_a_known_one_are_two_columns() -> None:
    for heading in ("Apellidos,Nombres", "Apellidos;Nombres", "Nombres;Apellidos", "Nombres\tApellidos"):
        sign = next(sign for sign in heading if not sign.isalpha())
        assert len(sheet_of("a.csv", f"{heading}\nTzoc{sign}Ana\n".encode()).headings) == 2, heading


# -- where the list is


def merged(*places: str) -> str:
    return "<mergeCells>" + "".join(f'<mergeCell ref="{place}"/>' for place in places) + "</mergeCells>"


def test_a_title_above_and_a_sum_below_are_no_people_though_they_are_merged() -> None:
    rows = [["Pacientes 2024"], ["Clínica", "Nebaj"], [], list(HEADINGS), *ROWS, [], ["Total", "", 3]]
    one = sheet_of("a.xlsx", xlsx(rows, after=merged("A1:F1", "A9:B9")))
    assert (one.headings, [line.number for line in one.lines]) == (HEADINGS, [5, 6, 7])
    assert "4" in one.taken_from


def test_cells_merged_over_people_or_headings_are_refused_with_their_line() -> None:
    rows = [["Pacientes 2024"], list(HEADINGS), *ROWS, ["Total", "Ana"]]
    for place, line in (("B4:C4", 4), ("A3:A5", 3), ("A2:B2", 2), ("A6:B6", 6)):
        with pytest.raises(sheets.MergedCells) as told:
            sheet_of("a.xlsx", xlsx(rows, after=merged(place)))
        assert str(line) in told.value.sentence()


def test_the_people_are_found_on_the_sheet_that_has_headings_and_it_is_said_which() -> None:
    note = [["Esta lista es de 2024"], ["Pregunten a Ana", "gracias"]]
    wide = [[f"c{at}" for at in range(150)]]
    for first in (note, wide, [HEADINGS], []):
        one = sheet_of("a.xlsx", book(first, [HEADINGS, *ROWS], [HEADINGS, *ROWS[:1]]))
        assert len(one.lines) == 3
        assert "Hoja 2" in one.taken_from
    set_language("es")
    assert "hoja «Hoja 2»" in sheet_of("a.xlsx", book(note, [HEADINGS, *ROWS])).said
    assert sheet_of("a.xlsx", xlsx([HEADINGS, *ROWS])).taken_from == ""


def test_a_failed_formula_is_looked_for_on_the_sheet_that_was_taken() -> None:
    broken = book([["nota"]], [HEADINGS, *ROWS])
    with zipfile.ZipFile(io.BytesIO(broken)) as parts:
        sheet = parts.read("xl/worksheets/sheet2.xml").decode()
    sheet = sheet.replace("</row></sheetData>", '</row><row r="5"><c r="B5" t="e"><v>#N/A</v></c></row></sheetData>')
    lines = read(sheet_of("a.xlsx", with_parts(broken, xl__worksheets__sheet2=sheet)))
    assert [bool(line.faults) for line in lines] == [False, False, False, True]


def test_a_line_written_far_below_is_a_line_and_not_fifty_thousand() -> None:
    far = xlsx([HEADINGS, *ROWS])
    with zipfile.ZipFile(io.BytesIO(far)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    sheet = sheet.replace("</sheetData>", '<row r="60000"><c r="H60000"><v>1</v></c></row></sheetData>')
    one = sheet_of("a.xlsx", with_parts(far, xl__worksheets__sheet1=sheet))
    assert [line.number for line in one.lines] == [2, 3, 4, 60000]


def test_a_line_of_people_is_not_taken_for_headings() -> None:
    assert not are_headings(["María", "Tzoc", "F", "Pulay"])
    assert are_headings(["N.º", "Nombres", "Edad"])


# -- letters


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850", "mac_roman", "utf-16"])
def test_spanish_letters_are_read_as_whoever_wrote_them(encoding: str) -> None:
    text = "Nombres;Apellidos;Municipio\nJosé Ángel;Ñunuy Güix;Sololá\nÓscar;López;Nebaj\nInés María;Nuñez Tún;Cotzal\n"
    one = sheet_of("a.csv", text.encode(encoding))
    assert [cells for line in one.lines for cells in line.cells] == text.replace("\n", ";").split(";")[3:-1]


def test_a_single_word_shows_whose_letters_they_are() -> None:
    for word, encoding in (("María", "mac_roman"), ("RAÚL", "cp850"), ("Núñez", "cp850"), ("MARÍA LÓPEZ", "cp1252")):
        one = sheet_of("a.csv", f"Nombres;Apellidos\n{word};Tzoc\n".encode(encoding))
        assert one.lines[0].cells[0] == word


def test_names_of_other_countries_are_left_as_they_are() -> None:
    for text in ("François;Müller Köhler", "B’alam;K’iche’", "Ana – Rosa;Tzoc\xa0Pérez", "Ana;1ª Av. N° 3"):
        one = sheet_of("a.csv", f"Nombres;Apellidos\n{text}\n".encode("cp1252"))
        assert list(one.lines[0].cells) == text.split(";")


def test_letters_that_nobody_can_read_are_said_with_their_line() -> None:
    with pytest.raises(sheets.GarbledLetters) as told:
        sheet_of("a.csv", b"Nombres;Apellidos\nAna;Tzoc\nJos\x81\x8d;P\xd7\xf7rez\n")
    assert "3" in told.value.sentence()


# -- other kinds of files


def test_what_is_no_xlsx_of_its_own_says_what_it_is_and_what_to_do() -> None:
    set_language("es")
    kinds: dict[type[sheets.Refused], tuple[bytes, str]] = {
        sheets.WebPage: (b"\xef\xbb\xbf\r\n<html><table><tr><td>Nombres</td></tr></table></html>", ".xlsx"),
        sheets.OldSheet: (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            ".xlsx",
        ),
    }
    for kind, (content, words) in kinds.items():
        with pytest.raises(kind) as told:
            sheet_of("lista.xls", content)
        assert words in told.value.sentence()
        assert "lista.xls" in told.value.sentence()


def test_a_new_file_with_a_password_and_an_old_one_each_have_their_sentence() -> None:
    """Both begin alike; the directory of the file tells them apart."""
    start = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    directory = "Root Entry".encode("utf-16-le").ljust(128, b"\0")
    set_language("es")
    for entry, error, words in (
        ("EncryptedPackage", sheets.SheetLocked, "contraseña"), ("Workbook", sheets.OldSheet, ".xlsx"),
    ):  # fmt: skip
        with pytest.raises(error) as told:
            sheet_of("lista.xlsx", start + directory + entry.encode("utf-16-le").ljust(128, b"\0"))
        assert words in told.value.sentence()
