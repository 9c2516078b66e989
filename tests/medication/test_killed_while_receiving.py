"""kill -9 in the middle of a delivery: the lines that were typed are there, and are received once."""

import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest

from clinic_desktop.features.medication.screens.receiving import ReceivePage
from clinic_desktop.kernel.clock import SystemClock
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from tests.medication import receiver
from tests.medication.counter import open_counter

pytestmark = pytest.mark.whole

ROOT = Path(receiver.__file__).parents[2]


def test_killed_while_receiving_keeps_the_lines_and_receives_them_once(
    made_vault: tuple[Path, Opened], tmp_path: Path, actor: Actor, qtbot: Any
) -> None:
    folder, log = tmp_path / "clinic", tmp_path / "log"
    shutil.copytree(made_vault[0], folder)
    vault = open_vault(folder, made_vault[1], SystemClock())
    counter = open_counter(partial(vault.do, actor=actor), partial(vault.ask, actor=actor))
    vault.close()
    command = [sys.executable, receiver.__file__, str(folder), str(log)]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not log.exists() or log.read_bytes().count(b"\n") < 3:
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    typed = int(log.read_text().split()[-1])
    vault = open_vault(folder, made_vault[1], SystemClock())
    office = Office(
        vault, Actor(made_vault[1].staff_id, "Receiver", actor.permissions), voice=RememberingVoice(), immediate=True
    )
    page = ReceivePage(office)
    qtbot.addWidget(page)
    kept = [shown.line.lot_number for shown in page.lines]
    assert kept[: typed - 1] == [f"L{at}" for at in range(typed - 1)], "a line older than the last moment was lost"
    page.partner.set_value(counter.pharmacy, "Farmacia Nueva")
    page.form.clear_line()
    page.receive.click()
    page.receive.click()
    QTest.qWait(10)
    (row,) = vault.ask(
        lambda w: [tuple(r) for r in w.connection.exec_driver_sql("SELECT count(*), sum(units) FROM stock_movement")],
        actor,
    )
    assert tuple(row) == (len(kept), 60 * len(kept))
    office.close()
    vault.close()
