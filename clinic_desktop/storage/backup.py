"""Backups that were opened and checked before they count, and their restore beside the present data, never over them.

A backup is a folder `YYYYMMDD-HHMM.vault` with the database, its own header (so it opens with the passwords of its
day) and `backup.json`, which says what it holds and is authenticated by the data key. It appears under its name only
when whole: until then the folder ends in `.tmp`.
"""

import contextlib
import hashlib
import json
import re
import shutil
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from clinic_desktop.kernel.errors import Refused, Trouble
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.storage import ledger
from clinic_desktop.storage.checking import Progress, Step, Stop, Watch, check_database, ignore, never, watched
from clinic_desktop.storage.cipher import DamagedFile, WrongKey, open_cipher
from clinic_desktop.storage.files import (
    DATABASE,
    HEADER,
    RESTORED,
    drop_cache,
    need_room,
    sync_file,
    sync_folder,
    trouble_of,
    write_durably,
)
from clinic_desktop.storage.header import HeaderChanged, HeaderDamaged, decode, encode, read_header
from clinic_desktop.storage.keys import KeyUse, Opened, note_backup, sub_key
from clinic_desktop.storage.sealing import authenticate, same
from clinic_desktop.storage.vault import told

MANIFEST = "backup.json"
KEPT_DAYS, KEPT_WEEKS, KEPT_MONTHS = 7, 4, 12
_NAME = re.compile(r"\d{8}-\d{4}(-\d+)?\.vault")
_UNFINISHED = re.compile(r"\d{8}-\d{4}(-\d+)?\.vault\.(tmp|gone)")
_CONTENT = {DATABASE, HEADER, MANIFEST}
_SPARE_ROOM = 8_000_000


class BackupDamaged(Trouble):
    text = N_("This backup is damaged and was not used. Take another one, and make a new backup today.")


class BackupOfOthers(Refused):
    text = N_("This backup was made with other keys. Open it with a password of its own day.")


class BackupNotWhole(Trouble):
    """The copy just made did not pass its check; the present data may be what is damaged."""

    text = N_("The backup did not pass its check and was thrown away. Try again; if it repeats, tell the coordinator.")


class PlaceTaken(Refused):
    text = N_("There is something in that folder already. A backup is restored into a new folder, never over data.")


@dataclass(frozen=True, slots=True)
class Backup:
    path: Path
    made_at: datetime
    vault_id: str
    generation: int
    site_name: str
    size: int
    ledger_count: int
    sound: bool
    """Of the right size; `verify_backup` tells the rest."""


def make_backup(
    folder: Path, opened: Opened, to: Path, now: datetime, *, progress: Progress = ignore, stop: Stop = never
) -> Backup:
    """Copy the vault in `folder` to a new backup in `to`, open and check the copy, and note the day in the header.

    Works on a connection of its own, so the clinic goes on; meant for a thread. What is saved while it runs is in the
    next backup.
    """
    size = (folder / DATABASE).stat().st_size
    with _writing(to), told():
        to.mkdir(parents=True, exist_ok=True)
        _clear_unfinished(to)
        need_room(to, size + _SPARE_ROOM)
        final = _free_name(to, now)
        part = final.with_name(final.name + ".tmp")
        part.mkdir()
        try:
            progress(Step.COPYING, 0.0)
            oldest = _copy_database(folder, opened, part / DATABASE, Watch(progress, stop, part / DATABASE, size))
            progress(Step.CHECKING, 0.0)
            head = _check_copy(part / DATABASE, opened, oldest, Watch(progress, stop))
            progress(Step.FINISHING, 0.0)
            _add_papers(folder, opened, part, now, head)
            sync_folder(part)
            part.rename(final)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        sync_folder(to)
    note_backup(folder, opened, now)
    progress(Step.FINISHING, 1.0)
    made = _described(final)
    if made is None:
        raise BackupNotWhole()
    return made


def list_backups(to: Path) -> list[Backup]:
    """The backups in a folder, newest first. Nothing is opened: a damaged one may be among them."""
    try:
        found = [_described(path) for path in to.iterdir() if _NAME.fullmatch(path.name)]
    except OSError:
        return []
    return sorted((b for b in found if b is not None), key=lambda b: (b.made_at, b.path.name), reverse=True)


def verify_seal(path: Path) -> bool:
    """Whether every byte is as it was written, found without a key. Somebody's forgery needs `verify_backup`."""
    try:
        manifest = _manifest(path)
        return all(_digest(path / name) == manifest["sha256"][name] for name in (DATABASE, HEADER))
    except (OSError, BackupDamaged):
        return False


def verify_backup(path: Path, opened: Opened, *, progress: Progress = ignore, stop: Stop = never) -> Backup:
    """Open and check everything. `opened` comes from the backup's own header: it may be of an older generation."""
    described, manifest = _described(path), _manifest(path)
    if described is None:
        raise BackupDamaged()
    if (described.vault_id, described.generation) != (opened.vault_id, opened.generation):
        raise BackupOfOthers()
    mac = manifest.pop("mac")
    if not isinstance(mac, str) or not same(mac.encode(), _mac(manifest, opened).encode()):
        raise BackupDamaged()
    if not described.sound or not verify_seal(path):
        raise BackupDamaged()
    try:
        if not decode((path / HEADER).read_bytes()).is_from(opened.data_key):
            raise BackupDamaged()
        head = check_database(path / DATABASE, sub_key(opened, KeyUse.DATABASE), Watch(progress, stop))
    except (HeaderDamaged, DamagedFile, WrongKey) as error:
        raise BackupDamaged() from error
    if head != ledger.Head(manifest["ledger_count"], manifest["ledger_hash"]):
        raise BackupDamaged()
    return described


def restore(
    path: Path, opened: Opened, to_dir: Path, now: datetime, *, progress: Progress = ignore, stop: Stop = never
) -> None:
    """Make a data folder from a backup, at a place where nothing is yet.

    It is marked, so that its first opening begins a new epoch: no number is issued twice, and no receipt is believed
    that belongs to work which is not in it.
    """
    if to_dir.exists() and (not to_dir.is_dir() or any(to_dir.iterdir())):
        raise PlaceTaken()
    backup = verify_backup(path, opened, progress=progress, stop=stop)
    part = to_dir.with_name(to_dir.name + ".restoring")
    with _writing(to_dir):
        to_dir.parent.mkdir(parents=True, exist_ok=True)
        need_room(to_dir, backup.size + _SPARE_ROOM)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        try:
            shutil.copyfile(path / DATABASE, part / DATABASE)
            sync_file(part / DATABASE)
            drop_cache(part / DATABASE)
            if _digest(part / DATABASE) != _manifest(path)["sha256"][DATABASE]:
                raise BackupDamaged()
            for name in (HEADER, HEADER + ".bak", HEADER + ".bak2"):
                write_durably(part / name, (path / HEADER).read_bytes())
            marker = {"made_at": backup.made_at.isoformat(), "restored_at": now.astimezone(UTC).isoformat()}
            write_durably(part / RESTORED, json.dumps(marker).encode())
            if to_dir.exists():
                to_dir.rmdir()
            part.rename(to_dir)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        sync_folder(to_dir.parent)
    progress(Step.FINISHING, 1.0)


def is_due(last_backup_at: datetime | None, now: datetime, zone: tzinfo = UTC) -> bool:
    """Once a day, by the clinic's day. A backup dated in the future (a wrong clock) does not count."""
    if last_backup_at is None or last_backup_at > now:
        return True
    return last_backup_at.astimezone(zone).date() < now.astimezone(zone).date()


def prune(to: Path, vault_id: str, zone: tzinfo = UTC) -> list[Path]:
    """Remove what need not be kept: the newest of 7 days, 4 weeks and 12 months stay, counted in days that have one.

    Only sound backups of this vault are judged; anything else in the folder is left alone.
    """
    own = [b for b in list_backups(to) if b.vault_id == vault_id and b.sound]
    kept = kept_backups(own, zone)
    gone = [b.path for b in own if b.path not in kept and {f.name for f in b.path.iterdir()} <= _CONTENT]
    for path in gone:
        # Renamed first: a half removed backup must not be listed.
        leaving = path.with_name(path.name + ".gone")
        path.rename(leaving)
        shutil.rmtree(leaving, ignore_errors=True)
    return gone


def kept_backups(newest_first: list[Backup], zone: tzinfo = UTC) -> set[Path]:
    kept: set[Path] = set()
    for form, most in (("%Y-%m-%d", KEPT_DAYS), ("%G-%V", KEPT_WEEKS), ("%Y-%m", KEPT_MONTHS)):
        periods: set[str] = set()
        for backup in newest_first:
            period = backup.made_at.astimezone(zone).strftime(form)
            if period not in periods and len(periods) < most:
                periods.add(period)
                kept.add(backup.path)
    return kept


@contextlib.contextmanager
def _writing(place: Path) -> Generator[None]:
    """Says a failed write in one sentence."""
    try:
        yield
    except OSError as error:
        raise trouble_of(error, place) from error


def _copy_database(folder: Path, opened: Opened, to: Path, watch: Watch) -> ledger.Head:
    """One statement, so one snapshot; returns the ledger's head from before, which the copy must contain."""
    source = open_cipher(folder / DATABASE, sub_key(opened, KeyUse.DATABASE))
    with watched(source, watch):
        oldest = ledger.head(source.cursor())
        source.execute("VACUUM INTO ?", (str(to),))
    sync_file(to)
    return oldest


def _check_copy(copy: Path, opened: Opened, oldest: ledger.Head, watch: Watch) -> ledger.Head:
    try:
        return check_database(copy, sub_key(opened, KeyUse.DATABASE), watch, oldest)
    except (DamagedFile, WrongKey) as error:
        raise BackupNotWhole() from error


def _add_papers(folder: Path, opened: Opened, part: Path, now: datetime, head: ledger.Head) -> None:
    header = read_header(folder)
    if not header.is_from(opened.data_key):
        raise HeaderChanged()
    write_durably(part / HEADER, encode(header))
    manifest: dict[str, Any] = {
        "format": "clinic-desktop-backup",
        "version": 1,
        "made_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "vault_id": opened.vault_id,
        "generation": opened.generation,
        "site_name": header.site_name,
        "size": (part / DATABASE).stat().st_size,
        "sha256": {name: _digest(part / name) for name in (DATABASE, HEADER)},
        "ledger_count": head.count,
        "ledger_hash": head.hash,
    }
    signed = manifest | {"mac": _mac(manifest, opened)}
    write_durably(part / MANIFEST, json.dumps(signed, sort_keys=True, indent=1).encode())


def _described(path: Path) -> Backup | None:
    """What a backup says of itself, or None if it says nothing."""
    try:
        manifest = _manifest(path)
        made_at = datetime.fromisoformat(manifest["made_at"])
        size = manifest["size"]
        return Backup(
            path=path,
            made_at=made_at.astimezone(UTC),
            vault_id=str(manifest["vault_id"]),
            generation=int(manifest["generation"]),
            site_name=str(manifest["site_name"]),
            size=int(size),
            ledger_count=int(manifest["ledger_count"]),
            sound=(path / DATABASE).stat().st_size == size and (path / HEADER).is_file(),
        )
    except (OSError, KeyError, TypeError, ValueError, BackupDamaged):
        return None


def _manifest(path: Path) -> dict[str, Any]:
    try:
        found: Any = json.loads((path / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise BackupDamaged() from error
    match found:
        case {
            "format": "clinic-desktop-backup",
            "version": 1,
            "sha256": {"vault.db": str(), "vault.json": str()},
            **rest,
        }:
            # What else a version 1 must say.
            if {"mac", "ledger_count", "ledger_hash", "size", "made_at"} <= set(rest):
                return found
        case _:
            pass
    raise BackupDamaged()


def _mac(manifest: dict[str, Any], opened: Opened) -> str:
    return authenticate(sub_key(opened, KeyUse.BACKUP), json.dumps(manifest, sort_keys=True).encode()).hex()


def _digest(path: Path) -> str:
    drop_cache(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _free_name(to: Path, now: datetime) -> Path:
    stem = now.astimezone(UTC).strftime("%Y%m%d-%H%M")
    names = (f"{stem}.vault", *(f"{stem}-{n}.vault" for n in range(2, 1000)))
    return next(to / name for name in names if not (to / name).exists())


def _clear_unfinished(to: Path) -> None:
    """What a killed backup or pruning left over. The caller holds the vault's lock, so nobody is at work on it."""
    for path in to.iterdir():
        if _UNFINISHED.fullmatch(path.name):
            shutil.rmtree(path, ignore_errors=True)
