"""What is saved as a spreadsheet opens elsewhere as it was, and reckons nothing."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from clinic_desktop.printing import whole_file
from clinic_desktop.printing.spreadsheet import SheetNotSaved, csv_text, save, xlsx

ROWS = [
    ["Medicina", "Unidades", "Vence"],
    ["fluoxetina 20 mg — cápsula", 540, date(2027, 6, 30)],
    ['=HYPERLINK("http://x")', -5, None],
    ["a < b & c > d\x00", 0, date(2026, 1, 1)],
]


def read(data: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def test_a_sheet_says_what_was_written_and_holds_no_formula() -> None:
    data = xlsx(ROWS, name="Pedido [1]: PRU/2")
    assert read(data) == [
        ["Medicina", "Unidades", "Vence"],
        ["fluoxetina 20 mg — cápsula", 540.0, date(2027, 6, 30)],
        ['=HYPERLINK("http://x")', -5.0, ""],
        ["a < b & c > d", 0.0, date(2026, 1, 1)],
    ]
    assert b"<f>" not in data


def test_a_csv_puts_an_apostrophe_before_what_would_be_reckoned() -> None:
    text = csv_text(ROWS).decode("utf-8-sig")
    told = list(csv.reader(io.StringIO(text)))
    assert told[2] == ['\'=HYPERLINK("http://x")', "-5", ""]
    assert told[1] == ["fluoxetina 20 mg — cápsula", "540", "2027-06-30"]


@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=4), min_size=1, max_size=5))
def test_no_text_becomes_a_formula_or_breaks_the_file(rows: list[list[str]]) -> None:
    read(xlsx(rows, name=rows[0][0]))
    told = csv.reader(io.StringIO(csv_text(rows).decode("utf-8-sig"), newline=""))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for row in told for cell in row)


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole_file.os, "fsync", full)
    with pytest.raises(SheetNotSaved):
        save(tmp_path / "pedido.xlsx", ROWS, name="x")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    save(tmp_path / "pedido.csv", ROWS, name="x")
    assert (tmp_path / "pedido.csv").read_bytes() == csv_text(ROWS)
