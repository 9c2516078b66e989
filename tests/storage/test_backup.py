"""A backup counts when it was opened and checked; a restore touches nothing that is there."""

import json
import os
import pickle
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.storage import ledger
from clinic_desktop.storage.backup import (
    MANIFEST,
    Backup,
    BackupDamaged,
    BackupNotWhole,
    BackupOfOthers,
    PlaceTaken,
    is_due,
    kept_backups,
    list_backups,
    make_backup,
    prune,
    restore,
    verify_backup,
    verify_seal,
)
from clinic_desktop.storage.checking import Step, Stopped
from clinic_desktop.storage.cipher import open_cipher
from clinic_desktop.storage.files import DATABASE, HEADER, RESTORED, NoRoom
from clinic_desktop.storage.header import read_header
from clinic_desktop.storage.keys import KeyUse, NewSlot, Opened, create_header, open_with_password, sub_key
from clinic_desktop.storage.throttle import Throttle

NOW = datetime(2026, 11, 23, 23, 5, tzinfo=UTC)
NAME = "Ixchel Tzoc Pérez"
PASSWORD = "rama pera nido luna"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Opened]:
    """A small vault of its own: a header, a database, a ledger; no room of the program is needed."""
    folder = tmp_path_factory.mktemp("made")
    opened, _code = create_header(folder, "Nebaj", [NewSlot("Ana", "s1", PASSWORD)])
    connection = open_cipher(folder / DATABASE, sub_key(opened, KeyUse.DATABASE), create=True)
    for sql in ledger.TABLES_SQL:
        connection.execute(sql)
    connection.execute("CREATE TABLE patient (name TEXT NOT NULL, filler TEXT NOT NULL) STRICT")
    connection.execute("PRAGMA user_version = 7")
    save(connection, 300)
    connection.close()
    return folder, opened


def save(connection: Any, times: int = 1) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for _ in range(times):
        connection.execute("INSERT INTO patient VALUES (?, ?)", (NAME, "x" * 500))
        line = ledger.Line("2026-11-23T14:00:00.000Z", "s1", "patients.register", None, None, [])
        ledger.append(connection.cursor(), line)
    connection.execute("COMMIT")


@pytest.fixture
def folder(made: tuple[Path, Opened], tmp_path: Path) -> Path:
    return shutil.copytree(made[0], tmp_path / "data")


@pytest.fixture
def opened(made: tuple[Path, Opened]) -> Opened:
    return made[1]


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "stick" / "respaldos"


@pytest.fixture
def backup(folder: Path, opened: Opened, to: Path) -> Backup:
    return make_backup(folder, opened, to, NOW)


def test_a_backup_is_a_folder_of_its_own_with_header_and_database(backup: Backup, to: Path, opened: Opened):
    assert backup.path == to / "20261123-2305.vault"
    assert {p.name for p in backup.path.iterdir()} == {DATABASE, HEADER, MANIFEST}
    assert (backup.made_at, backup.site_name, backup.ledger_count, backup.sound) == (NOW, "Nebaj", 300, True)
    assert list_backups(to) == [backup]
    assert verify_seal(backup.path)
    assert verify_backup(backup.path, opened) == backup


def test_the_day_of_the_backup_is_known_before_sign_in(folder: Path, backup: Backup):
    assert read_header(folder).last_backup_at == NOW


def test_a_backup_opens_with_the_password_of_its_day_and_writes_nothing_to_the_stick(
    backup: Backup, opened: Opened, tmp_path: Path
):
    throttle = Throttle(tmp_path, StillClock(NOW))
    assert open_with_password(backup.path, opened.slot_id, PASSWORD, throttle).data_key == opened.data_key
    assert {p.name for p in backup.path.iterdir()} == {DATABASE, HEADER, MANIFEST}


def test_no_name_and_no_password_stands_in_any_file(folder: Path, backup: Backup):
    for path in (p for where in (folder, backup.path) for p in where.iterdir()):
        data = path.read_bytes()
        for word in (NAME, "Tzoc", PASSWORD, "rama", "patients.register"):
            assert word.encode() not in data, path.name


def test_a_backup_is_made_while_the_clinic_goes_on_saving(folder: Path, opened: Opened, to: Path):
    writer = open_cipher(folder / DATABASE, sub_key(opened, KeyUse.DATABASE))
    done = threading.Event()

    def clinic() -> None:
        while not done.is_set():
            save(writer)

    working = threading.Thread(target=clinic)
    working.start()
    made = make_backup(folder, opened, to, NOW)
    done.set()
    working.join()
    assert made.ledger_count >= 300
    total = writer.execute("SELECT count(*) FROM patient").fetchone()[0]
    writer.close()
    assert total >= made.ledger_count
    copy = open_cipher(made.path / DATABASE, sub_key(opened, KeyUse.DATABASE), read_only=True)
    # One snapshot: as many people as lines, never one without the other.
    assert copy.execute("SELECT count(*) FROM patient").fetchone()[0] == made.ledger_count
    assert copy.execute("PRAGMA user_version").fetchone() == (7,)
    copy.close()


def test_a_second_backup_in_the_same_minute_has_a_name_of_its_own(
    folder: Path, opened: Opened, backup: Backup, to: Path
):
    assert make_backup(folder, opened, to, NOW).path.name == "20261123-2305-2.vault"
    assert len(list_backups(to)) == 2


@pytest.mark.parametrize("during", [Step.COPYING, Step.CHECKING])
def test_a_stopped_backup_leaves_nothing(folder: Path, opened: Opened, to: Path, during: Step):
    writer = open_cipher(folder / DATABASE, sub_key(opened, KeyUse.DATABASE))
    save(writer, 3000)
    writer.close()
    now_at: list[Step] = []
    with pytest.raises(Stopped):
        make_backup(
            folder,
            opened,
            to,
            NOW,
            progress=lambda step, _part: now_at.append(step),
            stop=lambda: now_at[-1] is during,
        )
    assert now_at[-1] is during
    assert list(to.iterdir()) == []
    assert read_header(folder).last_backup_at is None


def test_progress_is_told_in_order(folder: Path, opened: Opened, to: Path):
    writer = open_cipher(folder / DATABASE, sub_key(opened, KeyUse.DATABASE))
    save(writer, 3000)
    writer.close()
    told: list[Step] = []
    make_backup(folder, opened, to, NOW, progress=lambda step, _part: told.append(step))
    assert list(dict.fromkeys(told)) == [Step.COPYING, Step.CHECKING, Step.FINISHING]


def test_what_a_killed_backup_left_is_cleared_and_never_listed(folder: Path, opened: Opened, to: Path):
    for name in ("20261122-1000.vault.tmp", "20261122-1000.vault.gone", "fotos.tmp"):
        (to / name).mkdir(parents=True)
    assert list_backups(to) == []
    make_backup(folder, opened, to, NOW)
    assert {p.name for p in to.iterdir()} == {"20261123-2305.vault", "fotos.tmp"}


def test_a_damaged_database_gives_no_backup(folder: Path, opened: Opened, to: Path):
    writer = open_cipher(folder / DATABASE, sub_key(opened, KeyUse.DATABASE))
    writer.execute("DROP TRIGGER ledger_final")
    writer.execute("UPDATE ledger SET act = 'another' WHERE seq = 150")
    writer.close()
    with pytest.raises(BackupNotWhole):
        make_backup(folder, opened, to, NOW)
    assert list_backups(to) == []
    assert read_header(folder).last_backup_at is None


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as only Unix can")
def test_a_disk_that_fails_in_the_middle_of_a_copy_is_said_in_a_sentence(folder: Path, opened: Opened, to: Path):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3 * 4096, before[1]))
    try:
        with pytest.raises(Trouble) as trouble:
            make_backup(folder, opened, to, NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert trouble.value.sentence()
    assert list(to.iterdir()) == []


def test_a_full_stick_is_known_before_copying(folder: Path, opened: Opened, to: Path, monkeypatch: pytest.MonkeyPatch):
    from clinic_desktop.storage import files

    monkeypatch.setattr(files, "free_bytes", lambda _path: 1_000_000)
    with pytest.raises(NoRoom):
        make_backup(folder, opened, to, NOW)
    assert list(to.iterdir()) == []


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("name", [DATABASE, HEADER])
@pytest.mark.parametrize("at", [0, 5000, -1])
def test_one_flipped_bit_is_found_without_a_key(backup: Backup, opened: Opened, name: str, at: int):
    flip(backup.path / name, at)
    assert not verify_seal(backup.path)
    with pytest.raises(BackupDamaged):
        verify_backup(backup.path, opened)


def test_a_forged_paper_is_found_with_the_key(backup: Backup, opened: Opened):
    manifest = json.loads((backup.path / MANIFEST).read_text())
    manifest["ledger_count"] = 10
    (backup.path / MANIFEST).write_text(json.dumps(manifest))
    assert verify_seal(backup.path)
    with pytest.raises(BackupDamaged):
        verify_backup(backup.path, opened)


def test_a_cut_database_is_listed_as_unsound(backup: Backup, to: Path, opened: Opened):
    data = (backup.path / DATABASE).read_bytes()
    (backup.path / DATABASE).write_bytes(data[:-4096])
    assert [b.sound for b in list_backups(to)] == [False]
    with pytest.raises(BackupDamaged):
        verify_backup(backup.path, opened)


def test_a_backup_of_another_clinic_is_told_as_such(backup: Backup, tmp_path: Path):
    (tmp_path / "other").mkdir()
    other, _code = create_header(tmp_path / "other", "Otra", [NewSlot("Eva", "e", PASSWORD)])
    with pytest.raises(BackupOfOthers):
        verify_backup(backup.path, other)


def test_a_restore_makes_a_marked_vault_beside_and_changes_nothing_else(
    folder: Path, backup: Backup, opened: Opened, tmp_path: Path
):
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    there = tmp_path / "restored" / "data"
    restore(backup.path, opened, there, NOW + timedelta(days=2))
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    assert json.loads((there / RESTORED).read_text())["made_at"] == NOW.isoformat()
    assert read_header(there).findings == ()
    again = open_with_password(there, opened.slot_id, PASSWORD, Throttle(there, StillClock(NOW)))
    connection = open_cipher(there / DATABASE, sub_key(again, KeyUse.DATABASE))
    assert connection.execute("SELECT DISTINCT name FROM patient").fetchall() == [(NAME,)]
    connection.close()
    assert not [p for p in there.parent.iterdir() if p != there]


def test_nothing_is_restored_over_anything(folder: Path, backup: Backup, opened: Opened, tmp_path: Path):
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    with pytest.raises(PlaceTaken):
        restore(backup.path, opened, folder, NOW)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    (tmp_path / "empty").mkdir()
    restore(backup.path, opened, tmp_path / "empty", NOW)
    assert (tmp_path / "empty" / RESTORED).exists()


def test_a_damaged_backup_restores_nothing(backup: Backup, opened: Opened, tmp_path: Path):
    flip(backup.path / DATABASE, 9000)
    with pytest.raises(BackupDamaged):
        restore(backup.path, opened, tmp_path / "restored", NOW)
    assert not list(tmp_path.glob("restored*"))


def test_a_restored_vault_of_the_program_begins_a_new_epoch(
    made_vault: tuple[Path, Opened], vault_folder: Path, clock: StillClock, tmp_path: Path
):
    from clinic_desktop.storage.opening import open_vault

    opened = made_vault[1]
    vault = open_vault(vault_folder, opened, clock)
    epoch = vault.place.epoch
    backup = make_backup(vault_folder, opened, tmp_path / "backups", clock.now())
    vault.close()
    restore(backup.path, opened, tmp_path / "restored", clock.now())
    again = open_vault(tmp_path / "restored", opened, clock)
    assert again.place.epoch != epoch
    again.close()
    assert not (tmp_path / "restored" / RESTORED).exists()


def test_a_backup_is_due_once_a_day_of_the_clinic():
    zone = ZoneInfo("America/Guatemala")
    at = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    assert is_due(None, at, zone)
    # 17:00 and 20:00 of the same Monday, though UTC has passed midnight.
    assert not is_due(at, at + timedelta(hours=3), zone)
    assert is_due(at, at + timedelta(hours=14), zone)
    # A clock that ran ahead once must not stop backups for years.
    assert is_due(at + timedelta(days=400), at, zone)


def listed(days_ago: list[int]) -> list[Backup]:
    made = sorted((NOW - timedelta(days=d) for d in days_ago), reverse=True)
    return [Backup(Path(f"{n}"), at, "v", 1, "Nebaj", 1, 1, True) for n, at in enumerate(made)]


def test_a_year_of_daily_backups_keeps_7_days_4_weeks_and_12_months():
    backups = listed(list(range(365)))
    kept = kept_backups(backups)
    assert {b.path for b in backups[:7]} <= kept
    months = {b.made_at.strftime("%Y-%m") for b in backups if b.path in kept}
    assert len(months) == 12
    assert len(kept) <= 7 + 4 + 12


@given(st.lists(st.integers(0, 2000), min_size=1, unique=True))
def test_the_newest_is_always_kept_and_pruning_twice_removes_nothing_more(days: list[int]):
    backups = listed(days)
    kept = kept_backups(backups)
    assert backups[0].path in kept
    left = [b for b in backups if b.path in kept]
    assert kept_backups(left) == kept


def test_pruning_removes_only_sound_backups_of_this_vault(folder: Path, opened: Opened, to: Path, backup: Backup):
    def copy(day: int, change: Callable[[dict[str, Any]], None]) -> Path:
        made_at = NOW - timedelta(minutes=day)
        path = to / made_at.strftime("%Y%m%d-%H%M.vault")
        shutil.copytree(backup.path, path)
        manifest = json.loads((path / MANIFEST).read_text()) | {"made_at": made_at.isoformat()}
        change(manifest)
        (path / MANIFEST).write_text(json.dumps(manifest))
        return path

    old = copy(1, lambda manifest: None)
    others = copy(2, lambda manifest: manifest.update(vault_id="another"))
    unsound = copy(3, lambda manifest: manifest.update(size=1))
    with_more = copy(4, lambda manifest: None)
    (with_more / "carta.pdf").touch()
    assert prune(to, opened.vault_id) == [old]
    assert set(to.iterdir()) == {backup.path, others, unsound, with_more}


MAKE_BACKUPS = """
import pickle, sys
from datetime import UTC, datetime
from pathlib import Path
from clinic_desktop.storage.backup import make_backup
opened = pickle.loads(bytes.fromhex(sys.stdin.readline()))
print("ready", flush=True)
while True:
    make_backup(Path(sys.argv[1]), opened, Path(sys.argv[2]), datetime(2026, 11, 23, 23, 5, tzinfo=UTC))
"""


def killed_while_backing_up(folder: Path, opened: Opened, to: Path, times: int) -> None:
    for n in range(times):
        worker = subprocess.Popen(
            [sys.executable, "-c", MAKE_BACKUPS, str(folder), str(to)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(pickle.dumps(opened).hex() + "\n")
        worker.stdin.flush()
        worker.stdout.readline()
        time.sleep(0.05 + 0.007 * n % 0.1)
        worker.kill()
        worker.communicate()
        for backup in list_backups(to):
            assert verify_backup(backup.path, opened).ledger_count == 300
            shutil.rmtree(backup.path)
    make_backup(folder, opened, to, NOW)
    assert len(list(to.iterdir())) == 1


def test_a_backup_that_is_listed_after_a_kill_is_whole(folder: Path, opened: Opened, to: Path):
    killed_while_backing_up(folder, opened, to, 2)


@pytest.mark.long
def test_50_kills_while_backing_up(folder: Path, opened: Opened, to: Path):
    killed_while_backing_up(folder, opened, to, 50)
