"""kill -9 in the middle of a registration: what was typed until a second before is offered again."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.patients.screens.registration import RegistrationScreen
from clinic_desktop.kernel.clock import SystemClock
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.office import Office
from tests.patients import registrar

pytestmark = pytest.mark.whole

ONE_SECOND = 1_000_000_000
ROOT = Path(registrar.__file__).parents[2]


def test_what_was_typed_until_a_second_before_is_in_the_form_again(
    made_vault: tuple[Path, Opened], actor: Actor, tmp_path: Path, qapp: QApplication
) -> None:
    folder, log = tmp_path / "data", tmp_path / "log"
    shutil.copytree(made_vault[0], folder)
    command = [sys.executable, registrar.__file__, str(folder), str(log)]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not log.exists() or log.read_bytes().count(b"\n") < 60:
        assert process.poll() is None, "nobody could begin to type"
        assert time.monotonic() < until, "nothing is typed"
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    killed_at = time.monotonic_ns()
    process.wait()
    told = [line.split() for line in log.read_text().splitlines() if line.count(" ") == 1]
    due = sum(killed_at - int(at) > ONE_SECOND for at, _count in told)
    theme.start(qapp)
    vault = open_vault(folder, made_vault[1], SystemClock())
    office = Office(vault, actor, immediate=True)
    screen = RegistrationScreen(office)
    field = screen.form.fields["known_as"].editor
    assert isinstance(field, Edit)
    kept = field.text()
    whole = "".join(registrar.LETTERS[at % len(registrar.LETTERS)] for at in range(len(told) + 2))
    assert screen.form.value("family_name") == "Ana" or screen.form.value("given_names") == "Ana"
    assert whole.startswith(kept)
    assert len(kept) >= due > 0, f"{due - len(kept)} letters older than a second were lost"
    screen.close()
    office.close()
    vault.close()
