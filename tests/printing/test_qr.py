import pytest

from clinic_desktop.printing.qr import bars, squares


def test_runs_are_the_dark_squares_and_no_others() -> None:
    dark = {(row, column) for row, line in enumerate(squares("REF-AB00031-7")) for column, on in enumerate(line) if on}
    drawn = {(row, start + step) for row, start, length in bars("REF-AB00031-7") for step in range(length)}
    assert drawn == dark


def test_a_folio_fits_the_smallest_codes() -> None:
    assert len(squares("REF-AB00031-7")) <= 25


@pytest.mark.parametrize("text", ["", "María Tzoc", "MARIA TZOC", "TZOC", "https://x.org/1", "1 2", "-1", "x" * 50])
def test_only_a_number_goes_into_a_code(text: str) -> None:
    with pytest.raises(ValueError):
        squares(text)
