"""A vault that may have been copied or put back is noticed at its next opening, and issues nothing twice."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.features.settings import service as settings
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage import ledger
from clinic_desktop.storage.files import DATABASE, HEAD, RESTORED
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.vault import DiskFull, Vault
from clinic_desktop.storage.work import Actor

Made = tuple[Path, Opened]


def opened_again(folder: Path, made: Made, clock: StillClock) -> Vault:
    return open_vault(folder, made[1], clock)


def write(vault: Vault, actor: Actor, language: str = "en") -> None:
    vault.do(partial(settings.choose, key="language", value=language), actor)


@pytest.fixture
def closed(made_vault: Made, vault_folder: Path, clock: StillClock, actor: Actor) -> tuple[Path, str]:
    """A vault that was used and closed properly; its folder and epoch."""
    vault = opened_again(vault_folder, made_vault, clock)
    write(vault, actor)
    epoch = vault.place.epoch
    vault.close()
    return vault_folder, epoch


def test_the_same_vault_opened_again_keeps_its_epoch(closed: Any, made_vault: Made, clock: StillClock) -> None:
    folder, epoch = closed
    vault = opened_again(folder, made_vault, clock)
    assert vault.place.epoch == epoch
    vault.close()


def _no_side_file(folder: Path, _before: Path) -> None:
    (folder / HEAD).unlink()


def _broken_side_file(folder: Path, _before: Path) -> None:
    (folder / HEAD).write_bytes(b"{}")


def _old_database(folder: Path, before: Path) -> None:
    shutil.copyfile(before / DATABASE, folder / DATABASE)


def _restored(folder: Path, _before: Path) -> None:
    (folder / RESTORED).write_text("{}")


@pytest.mark.parametrize("damage", [_no_side_file, _broken_side_file, _old_database, _restored])
def test_a_doubtful_vault_begins_a_new_epoch(
    closed: Any, made_vault: Made, clock: StillClock, actor: Actor, tmp_path: Path, damage: Callable[[Path, Path], None]
) -> None:
    folder, epoch = closed
    before = tmp_path / "before"
    shutil.copytree(folder, before)
    vault = opened_again(folder, made_vault, clock)
    write(vault, actor, "es")
    vault.close()
    damage(folder, before)
    vault = opened_again(folder, made_vault, clock)
    assert vault.place.epoch != epoch
    line = vault._raw.execute("SELECT act FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
    assert line[0] == "vault.begin_epoch"
    assert not (folder / RESTORED).exists()
    renewed = vault.place.epoch
    vault.close()
    vault = opened_again(folder, made_vault, clock)
    assert vault.place.epoch == renewed, "once noticed, it is settled"
    vault.close()


def test_a_copied_folder_is_another_incarnation(
    closed: Any, made_vault: Made, clock: StillClock, tmp_path: Path
) -> None:
    folder, epoch = closed
    clone = tmp_path / "clone"
    shutil.copytree(folder, clone)
    vault = opened_again(clone, made_vault, clock)
    assert vault.place.epoch != epoch
    vault.close()


def test_a_restored_vault_issues_no_number_twice(
    closed: Any, made_vault: Made, clock: StillClock, actor: Actor
) -> None:
    folder, _epoch = closed
    vault = opened_again(folder, made_vault, clock)
    first = [vault.do(lambda work: work.next_number("patient"), actor) for _ in range(3)]
    vault.close()
    (folder / RESTORED).write_text("{}")
    vault = opened_again(folder, made_vault, clock)
    again = [vault.do(lambda work: work.next_number("patient"), actor) for _ in range(3)]
    vault.close()
    assert not set(first) & set(again)


def test_a_crash_between_commit_and_side_file_is_no_doubt(
    closed: Any, made_vault: Made, clock: StillClock, actor: Actor
) -> None:
    folder, epoch = closed
    head = (folder / HEAD).read_bytes()
    vault = opened_again(folder, made_vault, clock)
    write(vault, actor, "es")
    vault.close()
    (folder / HEAD).write_bytes(head)
    vault = opened_again(folder, made_vault, clock)
    assert vault.place.epoch == epoch
    vault.close()


def test_what_cannot_be_written_is_told_and_changes_nothing(vault: Vault, actor: Actor) -> None:
    write(vault, actor)
    before = ledger.head(vault._raw.cursor())
    pages = vault._raw.execute("PRAGMA page_count").fetchone()[0]
    vault._raw.execute(f"PRAGMA max_page_count = {pages}")

    def much(work: Any) -> None:
        for number in range(3000):
            work.cursor.execute("INSERT INTO draft VALUES ('a', 'b', ?, ?, '{}', 'x')", (str(number), "x" * 2000))

    with pytest.raises(DiskFull):
        vault.do(much, actor)
    assert ledger.head(vault._raw.cursor()) == before
    assert vault.ask(lambda reading: reading.actor.name, actor) == actor.name, "reading is never refused"
