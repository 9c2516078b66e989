"""A list of people taken in from a terminal: told by line, all or nobody, and taken back."""

import json
import shutil
from pathlib import Path

import pytest

from tests.makers.desk import Terminal
from tests.makers.sheets import HEADINGS, ROWS, csv_of, xlsx

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("founded")
    (folder / "keys").mkdir()
    made = Terminal(folder / "data", folder / "keys")
    made.done("init", "--site", "Prueba", "--code", "PRU", "--recovery-file", folder / "code", "--municipality", "1413")
    return folder


@pytest.fixture
def clinic(founded: Path, tmp_path: Path) -> Terminal:
    shutil.copytree(founded, tmp_path, dirs_exist_ok=True)
    return Terminal(tmp_path / "data", tmp_path / "keys")


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "gente.xlsx"
    path.write_bytes(xlsx([HEADINGS, *ROWS, ("E-9", "", "", "F", "ayer", "Acul", "", "")]))
    return path


def test_a_dry_run_counts_and_tells_the_faults_by_line_and_changes_nothing(clinic: Terminal, sheet: Path) -> None:
    facts = clinic.done("import", "patients", sheet, "--dry-run")
    assert facts["counts"] == {"new": 3, "known": 0, "doubtful": 0, "faulty": 1}
    assert (facts["lines"], facts["run"], facts["added"]) == (4, None, 0)
    assert [fault["line"] for fault in facts["faults"]] == [5]
    assert len(facts["faults"][0]["reasons"]) == 2
    assert facts["columns"]["Apellidos"] == "families"
    assert clinic.done("import", "runs")["runs"] == []
    assert clinic.done("search", "tzoc")["found"] == []
    said = clinic.run("import", "patients", sheet, "--dry-run", json_=False)
    assert "ínea 5" in said.out or "line 5" in said.out


def test_a_list_is_taken_in_found_and_taken_back(clinic: Terminal, sheet: Path) -> None:
    facts = clinic.done("import", "patients", sheet, "--told-on", "2026-01-15")
    assert facts["added"] == 3
    assert [one["name"] for one in clinic.done("search", "E-1")["found"]] == ["TZOC PÉREZ, María Ixchel"]
    (run,) = clinic.done("import", "runs")["runs"]
    assert (run["run"], run["people"], run["undone"]) == (facts["run"], 3, False)
    undo = ["import", "undo", facts["run"], "--reason", "otra clínica"]
    assert clinic.done(*undo)["voided"] == 3
    assert clinic.done("search", "E-1")["found"] == []
    assert clinic.done("import", "runs")["runs"][0]["undone"]
    again = clinic.run(*undo)
    assert (again.code, again.facts["error"]) == (3, "RunTakenBack")
    assert clinic.run("import", "undo", "nobody", "--reason", "x").code == 3


def test_the_same_file_asks_for_a_yes_and_then_adds_nobody(clinic: Terminal, sheet: Path) -> None:
    clinic.done("import", "patients", sheet)
    asked = clinic.run("import", "patients", sheet)
    assert (asked.code, asked.facts["error"]) == (3, "TakenBefore")
    again = clinic.run("import", "patients", sheet, "--yes")
    assert (again.code, again.facts["error"]) == (3, "NobodyToTakeIn")
    assert len(clinic.done("import", "runs")["runs"]) == 1


def test_columns_are_given_by_hand_and_remembered(clinic: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "raro.csv"
    path.write_bytes(csv_of([("Tzoc", "E-1")], ("Quien", "Clave")))
    assert clinic.run("import", "patients", path).facts["error"] == "NoNameColumn"
    columns = tmp_path / "columnas.json"
    for wrong in ("[]", "{", '{"Quien": "shoe"}', '{"Otra": "folder-number"}', '{"Quien": 1}'):
        columns.write_text(wrong, encoding="utf-8")
        assert clinic.run("import", "patients", path, "--columns", columns).facts["error"] == "NotColumns", wrong
    assert clinic.run("import", "patients", path, "--columns", tmp_path / "nada").code == 4
    columns.write_text(json.dumps({"Quien": "families", "Clave": "folder-number"}), encoding="utf-8")
    assert clinic.done("import", "patients", path, "--columns", columns)["added"] == 1
    path.write_bytes(csv_of([("Brito", "E-2")], ("Quien", "Clave")))
    assert clinic.done("import", "patients", path)["added"] == 1


def test_doubtful_people_are_added_only_where_that_is_said(clinic: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "doble.csv"
    path.write_bytes(csv_of([*ROWS, ROWS[0]]))
    facts = clinic.done("import", "patients", path, "--dry-run")
    assert (facts["counts"]["doubtful"], facts["doubtful"][0]["line"]) == (1, 5)
    assert clinic.done("import", "patients", path, "--doubtful", "add")["added"] == 4


def test_faulty_lines_go_to_a_file_to_be_mended(clinic: Terminal, sheet: Path, tmp_path: Path) -> None:
    mend = tmp_path / "corregir.csv"
    clinic.done("import", "patients", sheet, "--dry-run", "--faulty-to", mend)
    assert len(mend.read_text(encoding="utf-8-sig").splitlines()) == 2


def test_whatever_is_wrong_is_one_sentence_with_its_code(clinic: Terminal, sheet: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "lista.xlsx"
    pdf.write_bytes(b"%PDF-1.7")
    for words, code, error in (
        ((tmp_path / "nada.xlsx",), 4, "SheetGone"),
        ((pdf,), 3, "NotASheet"),
        ((sheet, "--told-on", "ayer"), 3, "NotADay"),
    ):
        said = clinic.run("import", "patients", *words)
        assert (said.code, said.facts["error"], said.err) == (code, error, "")
        assert said.facts["sentence"]
    given = clinic.file_with("reception", "luna rama pino tela")
    clinic.done("user", "add", "Ana", "--role", "receptionist", "--new-password-file", given)
    said = clinic.run("import", "patients", sheet, user="Ana", password="luna rama pino tela")
    assert (said.code, said.facts["error"]) == (3, "NotAllowed")
