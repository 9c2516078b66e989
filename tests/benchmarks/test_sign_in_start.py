"""The sign-in window beside a bare PySide6 window: processor time and memory until the first paint."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.benchmark
ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 7

# A sign-in of Qt's own widgets: what nobody can be faster than with PySide6.
BARE = """
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
app = QApplication([])
app.setStyle("Fusion")
window, password = QWidget(), QLineEdit()
password.setEchoMode(QLineEdit.EchoMode.Password)
layout = QVBoxLayout(window)
for widget in (QLabel("Clinic"), password, QPushButton("Sign in")):
    layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
"""
SIGN_IN = """
from clinic_desktop.uikit.quick_import import fetch_qt
fetch_qt()
from PySide6.QtWidgets import QApplication
from clinic_desktop.uikit import theme
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.shell.sign_in import SignIn
from tests.shell.doors_of_test import PlainDoors
set_language("es")
app = QApplication([])
theme.start(app)
window = SignIn(PlainDoors())
"""
END = """
window.resize(1366, 697)
window.show()
app.processEvents()
import json, time
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([time.process_time() * 1000, peak / 1024]))
"""


def _median(code: str, cache: Path) -> tuple[float, float]:
    # As installed: with compiled modules, wherever the tests are told not to write them.
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    environment |= {"PYTHONPYCACHEPREFIX": str(cache), "PYTHONDONTWRITEBYTECODE": ""}
    seen: list[tuple[float, float]] = []
    for at in range(ROUNDS + 1):
        done = subprocess.run(
            [sys.executable, "-c", code + END], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        if at:  # the first one compiles
            seen.append(tuple(json.loads(done.stdout.splitlines()[-1])))
    return sorted(ms for ms, _mib in seen)[ROUNDS // 2], sorted(mib for _ms, mib in seen)[ROUNDS // 2]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_sign_in_painted(tmp_path: Path) -> None:
    bare_ms, bare_mib = _median(BARE, tmp_path)
    ours_ms, ours_mib = _median(SIGN_IN, tmp_path)
    print(
        f"\nsign-in painted: {ours_ms:.0f} ms, {ours_mib:.0f} MiB; {ours_ms / bare_ms:.2f} times a bare window's "
        f"{bare_ms:.0f} ms, {bare_mib:.0f} MiB (goals: 1.2 times, 70 MiB)"
    )
