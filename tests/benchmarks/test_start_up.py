"""Sign-in window: from process start to painted, against a bare PySide6 window on the same machine."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clinic_desktop.storage.keys import NewSlot, create_header

pytestmark = pytest.mark.benchmark
ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 9
# As installed: modules are compiled once, whatever this shell says of byte code.
COMPILED = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"QT_QPA_PLATFORM": "offscreen"}

# Both print their resident memory once the window has been painted, and end.
ENDING = """
import resource, sys
from PySide6.QtCore import QEvent, QObject
class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, app.quit)
        return False
filter_ = Painted()
"""
BARE = f"""
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication([])
{ENDING}
window = QLabel("bare")
window.resize(1366, 697)
window.installEventFilter(filter_)
window.show()
app.exec()
print(int(open("/proc/self/statm").read().split()[1]) * 4096)
"""
OURS = f"""
import sys
from pathlib import Path
from clinic_desktop.app.run import first_window, make_application
app = make_application([])
from PySide6.QtCore import QTimer
{ENDING}
program = first_window(Path(sys.argv[1]))
program.window.installEventFilter(filter_)
program.window.show()
app.exec()
print(int(open("/proc/self/statm").read().split()[1]) * 4096)
"""


def run(program: str, *arguments: str) -> tuple[float, int]:
    """Milliseconds of the whole process and its resident bytes at the end."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, env=COMPILED, capture_output=True, text=True, check=False
    )
    took = (time.perf_counter() - started) * 1000
    assert done.returncode == 0, done.stderr
    return took, int(done.stdout.split()[-1])


@pytest.mark.skipif(sys.platform != "linux", reason="reads the resident memory from /proc")
def test_sign_in_window_against_a_bare_window(tmp_path: Path) -> None:
    create_header(tmp_path, "Clínica de prueba", [NewSlot("Coordinación", "staff", "mesa lago pino tela")])
    run(BARE)
    run(OURS, str(tmp_path))
    bare = [run(BARE) for _ in range(ROUNDS)]
    ours = [run(OURS, str(tmp_path)) for _ in range(ROUNDS)]
    floor, mine = statistics.median(t for t, _ in bare), statistics.median(t for t, _ in ours)
    floor_mib, mine_mib = (statistics.median(m for _, m in runs) / 2**20 for runs in (bare, ours))
    print(f"\nsign-in painted: {mine:.0f} ms, bare PySide6 window {floor:.0f} ms: {mine / floor:.2f} x (goal 1.2 x)")
    print(f"resident: {mine_mib:.0f} MiB, bare {floor_mib:.0f} MiB (goal <= 70 MiB)")
