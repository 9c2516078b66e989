"""Sheets as spreadsheet programs write them: what the columns are, what a cell says, and what is no list of people."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_desktop.features.patients.rules.intake import (
    ColumnsDoNotFit,
    ColumnTwice,
    Field,
    Line,
    NoNameColumn,
    Sheet,
    must_fit,
    propose,
)
from clinic_desktop.features.patients.rules.intake_lines import Habits, ReadLine, habits_of, read_line
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.service import sheets
from clinic_desktop.features.patients.service.sheets import open_sheet, sheet_of
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import set_language
from tests.makers.sheets import HEADINGS, ROWS, csv_of, packed, xlsx

TODAY = date(2026, 11, 23)


def read(headings: Sequence[str], *rows: Sequence[Any], told_on: date = TODAY) -> list[ReadLine]:
    columns = propose(headings)
    lines = [Line(at, tuple(row)) for at, row in enumerate(rows, 2)]
    habits = habits_of(lines, columns)
    return [read_line(line.number, line.cells, columns, told_on, TODAY, habits) for line in lines]


def said_of(one: Sheet) -> list[str]:
    return [line.said for line in read(one.headings, *(line.cells for line in one.lines))]


# -- columns


def test_headings_are_understood_in_both_languages_however_they_are_written() -> None:
    assert propose(("No. de Expediente", "NOMBRES", "Primer Apellido", "segundo apellido", "Género", "F. Nac.")) == (
        Field.FOLDER, Field.GIVEN, Field.FAMILY, Field.SECOND_FAMILY, Field.SEX, Field.BIRTH,
    )  # fmt: skip
    assert propose(("Full name", "Sex", "Date of birth", "Village", "Phone")) == (
        Field.WHOLE_NAME, Field.SEX, Field.BIRTH, Field.COMMUNITY, Field.PHONE,
    )  # fmt: skip
    assert propose(("Nombre", "Edad")) == (Field.WHOLE_NAME, Field.AGE)
    assert propose(("Nombre", "Apellido", "Diagnóstico", "Nombre")) == (
        Field.GIVEN, Field.FAMILIES, Field.LEFT_OUT, Field.LEFT_OUT,
    )  # fmt: skip


def test_columns_that_name_nobody_or_one_thing_twice_are_refused() -> None:
    with pytest.raises(NoNameColumn):
        must_fit(("a", "b"), (Field.SEX, Field.AGE))
    with pytest.raises(ColumnTwice):
        must_fit(("a", "b"), (Field.GIVEN, Field.GIVEN))
    with pytest.raises(ColumnsDoNotFit):
        must_fit(("a", "b"), (Field.GIVEN,))


# -- cells


def test_an_age_counts_from_the_day_the_sheet_was_written_or_the_person_was() -> None:
    heads = ("Nombre", "Edad", "Fecha de registro")
    one, other = read(heads, ("Ana Tzoc", "40", ""), ("Eva Cuc", "40", "3/5/2010"), told_on=date(2020, 1, 15))
    assert one.details.birth and (one.details.birth.day.year, one.details.birth.noted_on) == (1980, date(2020, 1, 15))
    assert other.details.birth and other.details.birth.noted_on == date(2010, 5, 3)
    assert other.details.birth.day.year == 1970


def test_a_day_of_the_spreadsheet_is_a_day_and_text_is_read_as_everywhere() -> None:
    one, other, third = read(
        ("Nombres", "Nacimiento"), ("Ana", date(1984, 3, 1)), ("Eva", "1/3/84"), ("Isa", "1984-03-01 00:00:00")
    )
    assert {str(line.details.birth.day) for line in (one, other, third) if line.details.birth} == {"1984-03-01"}


def test_a_column_written_month_first_is_read_so_as_a_whole() -> None:
    first, second = read(("Nombres", "Nacimiento"), ("Ana", "05/23/1984"), ("Eva", "03/01/1984"))
    assert [str(line.details.birth.day) for line in (first, second) if line.details.birth] == [
        "1984-05-23", "1984-03-01",
    ]  # fmt: skip


def test_m_is_masculino_beside_f_mujer_beside_h_and_a_question_alone() -> None:
    heads = ("Nombres", "Sexo")
    assert [line.details.sex for line in read(heads, ("A", "M"), ("B", "F"))] == [Sex.MALE, Sex.FEMALE]
    assert [line.details.sex for line in read(heads, ("A", "M"), ("B", "H"))] == [Sex.FEMALE, Sex.MALE]
    (alone,) = read(heads, ("A", "M"))
    assert (alone.details.sex, bool(alone.doubts)) == (Sex.UNKNOWN, True)
    (wrong,) = read(heads, ("A", "soltera"))
    assert "soltera" in wrong.faults[0]


def test_two_surnames_in_one_cell_keep_their_particles() -> None:
    (line,) = read(("Nombres", "Apellidos"), ("María", "de la Cruz de León"))
    assert (line.details.family_name, line.details.second_family_name) == ("de la Cruz", "de León")


def test_a_card_that_lost_its_figures_is_a_fault_and_a_wrong_check_figure_only_a_note() -> None:
    lost, number, doubted = read(
        ("Nombres", "DPI"), ("Ana", "1.23457E+12"), ("Eva", 2345678901401.0), ("Isa", "1234 56788 0101")
    )
    assert "1.23457E+12" in lost.faults[0]
    assert number.details.national_id == "2345678901401"
    assert (doubted.faults, len(doubted.notes), doubted.details.national_id) == ((), 1, "1234 56788 0101")


def test_formulas_tags_and_signs_nobody_sees_are_text() -> None:
    (line,) = read(("Nombres", "Apellidos", "Aldea"), ('=HYPERLINK("x")', "<b>Tzoc</b>", "Pu\x00lay\u202e\x07"))
    assert line.details.given_names == '=HYPERLINK("x")'
    assert line.details.family_name == "<b>Tzoc</b>"
    assert line.details.community == "Pulay"


def test_what_cannot_be_is_said_with_its_words_and_nothing_is_guessed() -> None:
    for heads, cells, words in (
        (("Nombres", "Nacimiento"), ("Ana", "31/2/1984"), "31/2/1984"),
        (("Nombres", "Edad"), ("Ana", "130"), "120"),
        (("Nombres", "Nacimiento"), ("Ana", "1/1/2090"), "2090"),
        (("Nombres", "Apellidos"), (".", "xx"), "no name"),
        (("Nombres", "Municipio"), ("Ana", "Macondo"), "Macondo"),
        (("Nombres", "Municipio"), ("Ana", "San Juan"), "San Juan"),
        (("Nombres", "Expediente"), ("Ana", date(2026, 3, 12)), "a day"),
        (("Nombres", "Aldea"), ("Ana", "x" * 600), "so long"),
        (("Nombres", "Aldea"), ("Ana", "#N/A"), "formula"),
    ):
        (line,) = read(heads, cells)
        assert line.faults, cells
        assert words in line.faults[0], line.faults


def test_a_village_without_its_municipality_is_one_of_the_clinics_own_and_nobody_else_is_from_there() -> None:
    columns, habits = (Field.GIVEN, Field.COMMUNITY, Field.MUNICIPALITY), Habits(home="1413")
    rows = (("Ana", "Pulay", ""), ("Eva", "", ""), ("Isa", "Acul", "Chajul"))
    found = [read_line(2, row, columns, TODAY, TODAY, habits).details.municipality_code for row in rows]
    assert found == ["1413", "", "1405"]


# -- files


def test_csv_and_xlsx_of_one_list_say_the_same() -> None:
    table = [HEADINGS, *ROWS]
    files = {
        "a.csv": csv_of(ROWS),
        "b.csv": csv_of(ROWS, separator=","),
        "c.csv": csv_of(ROWS, separator="\t"),
        "d.csv": csv_of(ROWS).decode().encode("cp1252"),
        "e.csv": csv_of(ROWS).decode().encode("utf-16"),
        "f.csv": b"\xef\xbb\xbf" + csv_of(ROWS),
        "g.csv": b"sep=;\r\n" + csv_of(ROWS),
        "h.csv": csv_of([[f'"{cell}"' for cell in row] for row in ROWS]),
        "i.xlsx": xlsx(table),
        "j.xlsx": xlsx([["Pacientes 2024"], *table]),
        "k.xlsx": xlsx(table, first_row=4),
    }
    said = {name: said_of(sheet_of(name, content)) for name, content in files.items()}
    assert set(map(tuple, said.values())) == {tuple(said["a.csv"])}, said
    assert len(said["a.csv"]) == 3


def test_numbers_and_days_of_an_xlsx_are_what_they_were() -> None:
    heads = ("Nombres", "Expediente", "Edad", "Nacimiento", "DPI", "Telefono")
    rows = [heads, ("Ana", 12, 45, date(1984, 3, 1), 2345678901401, 51234567)]
    (line,) = (one := sheet_of("a.xlsx", xlsx(rows))).lines
    (found,) = read(one.headings, line.cells)
    details = found.details
    assert (details.folder_number, details.national_id, details.phone) == ("12", "2345678901401", "51234567")
    assert details.birth
    assert str(details.birth.day) == "1984-03-01"
    assert found.faults == ()


def test_what_is_only_coloured_far_away_keeps_nobody_out() -> None:
    styled = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>Nombres</t></is></c><c r="XFD1" s="1"/></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>Ana</t></is></c></row>'
        '<row r="1048576"><c r="A1048576" s="1"/></row></sheetData></worksheet>'
    )
    assert len(sheet_of("a.xlsx", packed(styled)).lines) == 1


def test_lines_are_numbered_as_the_spreadsheet_shows_them() -> None:
    content = xlsx([["Pacientes"], list(HEADINGS), ROWS[0], [""], ROWS[1]], first_row=3)
    assert [line.number for line in sheet_of("a.xlsx", content).lines] == [5, 7]
    quoted = sheet_of("b.csv", b'Nombres;Aldea\r\nAna;"Pulay\r\ncasa azul"\r\n\r\nEva;Acul\r\n')
    assert [line.number for line in quoted.lines] == [2, 5]


WRONG: dict[str, tuple[bytes, type[ClinicError]]] = {
    "empty": (b"", sheets.SheetEmpty),
    "blank": (b"\xef\xbb\xbf \r\n\r\n", sheets.SheetEmpty),
    "headings": (b"Nombres;Apellidos\r\n", sheets.OnlyHeadings),
    "empty-xlsx": (xlsx([]), sheets.SheetEmpty),
    "headings-xlsx": (xlsx([HEADINGS]), sheets.OnlyHeadings),
    "wide": (csv_of([["x"] * 300], [f"c{n}" for n in range(300)]), sheets.TooManyColumns),
    "wide-xlsx": (xlsx([[f"c{n}" for n in range(300)]]), sheets.TooManyColumns),
    "merged": (xlsx([HEADINGS, *ROWS], after='<mergeCells><mergeCell ref="A2:B2"/></mergeCells>'), sheets.MergedCells),
    "pdf": (b"%PDF-1.7\n1 0 obj", sheets.NotASheet),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, sheets.NotASheet),
    "noise": (bytes(range(256)) * 20, sheets.NotASheet),
    "locked": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le"),
               sheets.SheetLocked),
    "old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 900, sheets.OldSheet),
    "cut": (xlsx([HEADINGS, *ROWS])[:900], sheets.SheetBroken),
    "no-xml": (packed("<worksheet><sheetData><row r='1'><c"), sheets.SheetBroken),
    "far-corner": (packed('<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">'
                          '<c r="A1048576"><v>1</v></c></row></sheetData></worksheet>'), sheets.FarCell),
    "million": (b"Nombres\n" + b"Ana\n" * 1_000_000, sheets.TooManyLines),
    "quote": (b'Nombres;Aldea\r\nAna;"Pulay\r\n' + b"Eva;Acul\r\n" * 40, sheets.BrokenQuote),
    "late-quote": (b"Nombres;Aldea\r\n" + b"Eva;Acul\r\n" * 40 + b'Ana;"Pulay', sheets.BrokenQuote),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_list_of_people_is_refused_in_one_sentence(what: str, tmp_path: Path) -> None:
    content, error = WRONG[what]
    path = tmp_path / "lista.xlsx"
    path.write_bytes(content)
    set_language("es")
    with pytest.raises(error) as told:
        open_sheet(path)
    assert "lista.xlsx" in told.value.sentence()


def test_a_small_file_that_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 3_000_000)
    with pytest.raises(sheets.SheetTooLarge):
        sheet_of("a.xlsx", packed(b"<worksheet><sheetData>" + b" " * 3_000_000))


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(sheets.SheetGone):
        open_sheet(tmp_path / "nada.xlsx")
    with pytest.raises(sheets.SheetGone):
        open_sheet(tmp_path)


@settings(max_examples=150)
@given(st.binary(max_size=400))
def test_whatever_stands_in_the_file_it_is_a_sheet_or_a_sentence(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"Nombres;Aldea\r\n"):
        try:
            found = sheet_of("x", start + content)
        except ClinicError as error:
            assert error.sentence()
        else:
            assert found.lines
