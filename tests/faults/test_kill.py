"""What was acknowledged survives the process being killed at any moment."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.kernel.clock import SystemClock
from clinic_desktop.storage import ledger
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.work import Actor

pytestmark = pytest.mark.whole

# Saves settings as fast as it can and says each one only after the vault said yes.
WRITER = """
import sys
from functools import partial
from pathlib import Path
from clinic_desktop.app import tables
from clinic_desktop.features.settings import service
from clinic_desktop.kernel.clock import SystemClock
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.keys import open_with_password
from clinic_desktop.storage.header import read_header
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.throttle import Throttle
from clinic_desktop.storage.work import Actor

folder, clock = Path(sys.argv[1]), SystemClock()
slot = read_header(folder).people[0].slot_id
opened = open_with_password(folder, slot, sys.argv[2], Throttle(folder, clock))
vault = open_vault(folder, opened, clock)
actor = Actor("x", "x", frozenset(Permission))
print("ready", flush=True)
for number in range(100_000):
    vault.do(partial(service.choose, key="letterhead_name", value=f"n{number}"), actor)
    print(number, flush=True)
"""


def kill_once(folder: Path, opened: Opened, password: str, chance: random.Random) -> int:
    """Let it write for a random while, kill it, and return the last acknowledged number after checking the vault."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), password], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    time.sleep(chance.uniform(0.02, 0.6))
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    said = [int(line) for line in process.communicate()[0].split() if line.strip().isdigit()]
    last = said[-1] if said else -1
    vault = open_vault(folder, opened, SystemClock())
    actor = Actor("x", "x", frozenset())
    found: Any = vault.ask(_letterhead, actor)
    cursor = vault._raw.cursor()
    assert ledger.broken_at(cursor) is None
    assert list(ledger.stale_rows(cursor)) == []
    vault.close()
    kept = int(found[1:]) if found else -1
    assert kept >= last, f"acknowledged {last}, found {kept}"
    return last


def _letterhead(reading: Any) -> Any:
    from clinic_desktop.features.settings.queries import setting

    return setting(reading, "letterhead_name")


@pytest.mark.parametrize("times", [2, pytest.param(100, marks=pytest.mark.long)])
def test_no_acknowledged_save_is_lost_to_kill(made_vault: tuple[Path, Opened], vault_folder: Path, times: int) -> None:
    chance = random.Random(11)
    lasts = [kill_once(vault_folder, made_vault[1], "mesa lago pino tela", chance) for _ in range(times)]
    assert max(lasts) > 0, "it never got as far as saving"
