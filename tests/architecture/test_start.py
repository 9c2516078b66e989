"""What is loaded before the sign-in window is painted: Qt's widgets and the ways into a vault, nothing larger."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from clinic_desktop.storage.keys import NewSlot, create_header

ROOT = Path(__file__).resolve().parents[2]
HEAVY = [
    *("alembic", "asyncio", "numpy", "PIL", "pypdfium2", "python_calamine", "rapidfuzz", "reportlab", "sqlalchemy"),
    *("PySide6.QtNetwork", "PySide6.QtQml"),
]

# The floors that stand before a vault is open, and what of storage reads its header and checks a password.
BEFORE_SIGN_IN = [
    *(f"clinic_desktop.kernel.{path.stem}" for path in sorted((ROOT / "clinic_desktop/kernel").glob("*.py"))),
    *(f"clinic_desktop.uikit.{path.stem}" for path in sorted((ROOT / "clinic_desktop/uikit").glob("*.py"))),
    *(f"clinic_desktop.storage.{name}" for name in ("header", "keys", "recovery", "slots", "throttle", "vault_lock")),
    *(f"clinic_desktop.shell.{path.stem}" for path in sorted((ROOT / "clinic_desktop/shell").glob("sign_in*.py"))),
]


def loaded_by(program: str, *arguments: str) -> set[str]:
    """The modules that a fresh interpreter holds after `program`."""
    ending = "import json, sys; print(json.dumps(sorted(sys.modules)))"
    command = [sys.executable, "-c", f"{program}\n{ending}", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_floors_before_sign_in_load_no_large_library() -> None:
    modules = [name.removesuffix(".__init__") for name in BEFORE_SIGN_IN]
    loaded = loaded_by("\n".join(f"import {name}" for name in modules))
    assert "PySide6.QtWidgets" in loaded
    assert [name for name in HEAVY if name in loaded] == []


@pytest.mark.parametrize("name", ["sqlalchemy", "asyncio"])
def test_the_check_itself_sees_a_large_library(name: str) -> None:
    assert name in loaded_by("import clinic_desktop.storage.vault")


THRESHOLD = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from pathlib import Path
from clinic_desktop.app.run import first_window, make_application
app = make_application([])
program = first_window(Path(sys.argv[1]))
program.window.show()
for _ in range(5):
    app.processEvents()
"""


def test_the_painted_sign_in_has_loaded_no_large_library(tmp_path: Path) -> None:
    create_header(tmp_path, "Clínica de prueba", [NewSlot("Coordinación", "staff", "mesa lago pino tela")])
    loaded = loaded_by(THRESHOLD, str(tmp_path))
    assert "clinic_desktop.shell.sign_in" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_the_first_run_has_loaded_no_large_library(tmp_path: Path) -> None:
    loaded = loaded_by(THRESHOLD, str(tmp_path))
    assert "clinic_desktop.shell.first_run" in loaded
    assert [name for name in HEAVY if name in loaded] == []
