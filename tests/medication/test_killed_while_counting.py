"""kill -9 while a count is typed or closed: what was typed is there again, or the count is closed once; never half."""

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

from clinic_desktop.features.medication.queries import ledger, proof, shelf
from clinic_desktop.features.medication.queries.counting import DRAFT
from clinic_desktop.kernel.clock import SystemClock
from clinic_desktop.storage.drafts import my_drafts
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.work import Actor
from tests.medication import counting_hand
from tests.medication.counter import open_counter

pytestmark = pytest.mark.whole

ROOT = Path(counting_hand.__file__).parents[2]


@pytest.mark.parametrize("seed", [0, 1])
def test_killed_while_counting(made_vault: tuple[Path, Opened], tmp_path: Path, actor: Actor, seed: int) -> None:
    folder, log = tmp_path / "shelf", tmp_path / "log"
    shutil.copytree(made_vault[0], folder)
    vault = open_vault(folder, made_vault[1], SystemClock())
    counter = open_counter(lambda deed: vault.do(deed, actor), lambda query: vault.ask(query, actor))
    counter.receive(60)
    (lot,) = counter.ask(partial(shelf.lots_first_expiring, presentation_id=counter.fluoxetine))
    vault.close()
    command = [sys.executable, counting_hand.__file__, str(folder), lot.lot_id, str(log)]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not log.exists() or log.read_bytes().count(b"closed") < 2:
        assert process.poll() is None and time.monotonic() < until, "nobody counts"
        time.sleep(0.01)
    time.sleep(random.Random(seed).uniform(0, 0.2))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    told = [line.split() for line in log.read_text().splitlines() if line.count(" ") == 2]
    vault = open_vault(folder, made_vault[1], SystemClock())
    try:
        check(vault, actor, told, lot.lot_id)
        assert vault.ask(proof.check_sums, actor) == ()
    finally:
        vault.close()


def check(vault: Any, actor: Actor, told: list[list[str]], lot_id: str) -> None:
    def rows(sql: str) -> list[Any]:
        return vault.ask(lambda reading: [tuple(r) for r in reading.connection.exec_driver_sql(sql)], actor)

    lines = rows("SELECT c.id, l.counted_units FROM stock_count c LEFT JOIN stock_count_line l ON l.count_id = c.id")
    closed = dict(lines)
    assert len(closed) == len(lines) and None not in closed.values(), "each count has its one line"
    assert {count: int(units) for what, units, count in told if what == "closed"}.items() <= closed.items()
    (balance,) = rows(f"SELECT sum(units) FROM stock_movement WHERE lot_id = '{lot_id}'")
    assert balance[0] == max(closed.values()), "the last closed count is the balance"
    drafts = {d.record_id: d.fields["tally"]["first"] for d in vault.ask(my_drafts, actor) if d.screen == DRAFT}
    assert not drafts.keys() & closed.keys(), "a closed count has no draft"
    kept = {count: int(units) for what, units, count in told if what == "kept"}
    for count, units in kept.items():
        assert count in closed or drafts[count] == {lot_id: units}, "what was typed is there again"
    numbers = rows("SELECT count(DISTINCT number), count(*) FROM stock_count")[0]
    assert numbers[0] == numbers[1]
    assert vault.ask(ledger.unsettled, actor) == []
