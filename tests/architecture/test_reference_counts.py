"""The pinned PySide6 steals no references: 6.12.0 on Python 3.11 takes one to None at each call that returns nothing,
and one to True at each emit, until the interpreter aborts."""

import json
import subprocess
import sys

PROGRAM = """
import json, sys
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel

class Bell(QObject):
    rung = Signal(bool)

application, label, bell = QApplication(["", "-platform", "offscreen"]), QLabel(), Bell()
bell.rung.connect(lambda loud: None)
counts = []
for _round in range(2):
    counts.append((sys.getrefcount(None), sys.getrefcount(True)))
    if not _round:
        for number in range(10_000):
            label.setText(str(number))
        for number in range(2_000):
            bell.rung.emit(True)
print(json.dumps(counts))
"""


def test_ten_thousand_calls_and_two_thousand_emits_leave_none_and_true_alone() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    before, after = json.loads(done.stdout)
    lost = [then - now for then, now in zip(before, after, strict=True)]
    assert all(abs(count) < 200 for count in lost), f"references lost: None {lost[0]}, True {lost[1]}"
