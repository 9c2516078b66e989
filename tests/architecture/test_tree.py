"""What lies where, and what may not be written anywhere in the tree."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = {
    "clinic_desktop", "resources", "installer", "tests", "docs",
    "pyproject.toml", "requirements.lock", "README.md", "LICENSE", "CHANGELOG.md",
}  # fmt: skip

# Letters in brackets keep these lines from finding themselves.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.~}])/(?:[w]ork|[f]arm|[h]ome/\w+|[U]sers/\w+|[r]oot)/",
    "a package index": r"[i]ndex-url|https?://\S*/[s]imple\b|[p]ypi\.org/simple|files\.[p]ythonhosted",
    "unfinished words": r"\b(?:[T]ODO|[F]IXME)\b",
}


def tracked() -> list[Path]:
    """The files of the project: what git knows, or in an unpacked archive whatever is not hidden."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
        return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and not path.relative_to(ROOT).parts[0].startswith(".")]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    return tracked()


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def test_the_top_level_holds_nothing_else(files: list[Path]) -> None:
    tops = {path.relative_to(ROOT).parts[0] for path in files}
    assert sorted(top for top in tops if not top.startswith(".") and top not in TOP_LEVEL) == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_names(what: str, files: list[Path]) -> None:
    pattern = re.compile(FORBIDDEN[what])
    texts = ((path, _text(path)) for path in files)
    assert [
        f"{path.relative_to(ROOT)}: {found.group()}" for path, text in texts if text and (found := pattern.search(text))
    ] == []


def test_an_init_file_is_empty_so_that_a_name_has_one_address(files: list[Path]) -> None:
    assert [str(path) for path in files if path.name == "__init__.py" and path.stat().st_size] == []


def test_every_folder_of_code_is_a_package(files: list[Path]) -> None:
    folders = {path.parent for path in files if path.suffix == ".py" and (ROOT / "clinic_desktop") in path.parents}
    assert sorted(str(folder) for folder in folders if not (folder / "__init__.py").exists()) == []


def test_no_file_of_code_has_grown_past_reading(files: list[Path]) -> None:
    # A migration is a list that is written once and never read again as a whole.
    code = [path for path in files if path.suffix == ".py" and path.parent.name != "versions"]
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in code}
    assert {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > 450} == {}


def test_no_file_is_named_after_nothing(files: list[Path]) -> None:
    vague = re.compile(r"^(?:utils?|helpers?|common|misc|core|managers?)$")
    code = [path.relative_to(ROOT) for path in files if path.suffix == ".py"]
    assert [str(path) for path in code for part in path.with_suffix("").parts if vague.match(part)] == []
