"""kill -9 in the middle of a sentence: at most the last second of typing is gone, and the caret stands where it was."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.features.consults.queries import notes
from clinic_desktop.features.consults.service import encounters
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering as patients
from clinic_desktop.kernel.clock import SystemClock
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.work import Actor
from tests.consults import typist

pytestmark = pytest.mark.whole

ONE_SECOND = 1_000_000_000
ROOT = Path(typist.__file__).parents[2]


@pytest.fixture
def begun(made_vault: tuple[Path, Opened], tmp_path: Path, actor: Actor) -> tuple[Path, str]:
    """A data folder with one consultation begun by the person who will type."""
    folder = tmp_path / "begun"
    shutil.copytree(made_vault[0], folder)
    vault = open_vault(folder, made_vault[1], SystemClock())
    details = Details(given_names="Rosa", family_name="Quispe")
    person = vault.do(partial(patients.register, patient_id=PatientId(new_id()), details=details), actor)
    start = partial(encounters.open_encounter, encounter_id=new_id(), patient_id=person.patient_id)
    encounter_id = vault.do(start, actor)
    vault.close()
    return folder, encounter_id


def kill_while_typing(begun: tuple[Path, str], opened: Opened, actor: Actor, tmp_path: Path, chance: Any) -> None:
    folder, log = tmp_path / new_id(), tmp_path / f"{new_id()}.log"
    shutil.copytree(begun[0], folder)
    command = [sys.executable, typist.__file__, str(folder), begun[1], str(log)]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL)
    _wait_for_letters(process, log, 20)
    time.sleep(chance.uniform(0.1, 1.6))
    os.kill(process.pid, signal.SIGKILL)
    killed_at = time.monotonic_ns()
    process.wait()
    _check(folder, begun[1], opened, actor, log, killed_at)


def _wait_for_letters(process: subprocess.Popen[bytes], log: Path, count: int) -> None:
    until = time.monotonic() + 60
    while not log.exists() or log.read_bytes().count(b"\n") < count:
        assert process.poll() is None, "the typist could not begin"
        assert time.monotonic() < until, "nothing is typed"
        time.sleep(0.05)


def _check(folder: Path, encounter_id: str, opened: Opened, actor: Actor, log: Path, killed_at: int) -> None:
    told = [line.split() for line in log.read_text().splitlines() if line.count(" ") == 1]
    # The process had the letter a moment before it wrote it down; one that was just being typed may be there or not.
    due = sum(killed_at - int(at) > ONE_SECOND for at, _number in told)
    vault = open_vault(folder, opened, SystemClock())
    try:
        draft = vault.ask(partial(notes.draft_of, encounter_id=encounter_id), actor)
        assert draft is not None or due == 0
        text = draft.fields["sections"].get(typist.SECTION, "") if draft else ""
        whole = "".join(typist.LETTERS[at % len(typist.LETTERS)] for at in range(len(told) + 2))
        assert whole.startswith(text)
        assert len(text) >= due, f"{due - len(text)} letters older than a second were lost"
        if draft is not None:
            assert draft.caret == {"section": typist.SECTION, "at": len(text)}
    finally:
        vault.close()


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 200))])
def test_killed_while_typing_loses_at_most_the_last_second(
    begun: tuple[Path, str], made_vault: tuple[Path, Opened], actor: Actor, tmp_path: Path, seed: int
) -> None:
    kill_while_typing(begun, made_vault[1], actor, tmp_path, random.Random(seed))
