"""The wheel and the clone hold the same program, each with resources/ where kernel/assets.py looks for it."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROBE = "from clinic_desktop.kernel.assets import resource; print(resource('catalogs/icd10.csv').resolve())"


@pytest.fixture(scope="module")
def unpacked_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "unpacked")
    return folder / "unpacked"


def _found_from(root: Path, folder: Path) -> Path:
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r}); {PROBE}"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, encoding="utf-8")
    return Path(done.stdout.strip())


def test_resources_are_found_in_a_wheel(unpacked_wheel: Path, tmp_path: Path) -> None:
    expected = unpacked_wheel / "clinic_desktop" / "resources" / "catalogs" / "icd10.csv"
    assert _found_from(unpacked_wheel, tmp_path) == expected.resolve()


def test_resources_are_found_in_a_clone(tmp_path: Path) -> None:
    assert _found_from(ROOT, tmp_path) == ROOT / "resources" / "catalogs" / "icd10.csv"


def test_the_wheel_holds_every_resource_and_every_module(unpacked_wheel: Path) -> None:
    def listed(folder: Path) -> set[str]:
        return {
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
        }

    packed = unpacked_wheel / "clinic_desktop"
    assert listed(ROOT / "resources") - listed(packed / "resources") == set()
    assert listed(ROOT / "clinic_desktop") - listed(packed) == set()


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_the_lock_pins_every_dependency_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {_name(line) for line in [*project["dependencies"], *project["optional-dependencies"]["dev"]]}
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text(encoding="utf-8").strip())
    assert wanted <= {_name(entry) for entry in entries}
    assert [entry.split()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_release_of_qt_is_the_one_that_was_shown_sound() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.findall(r"^(?:pyside6-essentials|shiboken6)==(\S+)", lock, re.MULTILINE) == ["6.11.3", "6.11.3"]
