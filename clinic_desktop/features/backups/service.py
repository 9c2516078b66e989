"""Keeping the data: the daily verified backup, its check, and the check of the vault itself."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from sqlcipher3 import dbapi2

from clinic_desktop.features.backups.rules import Finding, FindingKind, said_step
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress, stepwise
from clinic_desktop.storage import backup, ledger
from clinic_desktop.storage.checking import BrokenLedger, Step, Watch, check_database, watched
from clinic_desktop.storage.checking import Progress as Tell
from clinic_desktop.storage.cipher import DamagedFile, open_cipher
from clinic_desktop.storage.files import DATABASE
from clinic_desktop.storage.header import read_header
from clinic_desktop.storage.keys import new_recovery_code
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work


def back_up(vault: Vault, actor: Actor, to: Path | None = None) -> Generator[Progress, None, backup.Backup]:
    """Make a backup, open and check it, forget what need not be kept. Long: run it apart from the saves."""
    vault.ask(lambda reading: reading.require(Permission.KEEP_BACKUPS), actor)
    return (yield from _back_up(vault, actor, to))


def _back_up(vault: Vault, actor: Actor, to: Path | None) -> Generator[Progress, None, backup.Backup]:
    opened, folder = vault.opened, to or backup_folder(vault, actor)
    assert opened is not None, "an open vault has its keys"
    vault.settle()
    made = yield from stepwise(
        lambda report, stopped: backup.make_backup(
            vault.folder, opened, folder, vault.clock.now(), progress=_reporter(report), stop=stopped
        )
    )
    backup.prune(folder, made.vault_id, vault.place.zone)
    vault.do(lambda work: _note_backup(work, made), actor)
    return made


def back_up_daily(vault: Vault, actor: Actor, to: Path | None = None) -> Generator[Progress, None, backup.Backup]:
    """The backup that the clinic makes every day by itself, whoever is signed in."""
    return (yield from _back_up(vault, actor, to))


def check_vault(vault: Vault, actor: Actor) -> Generator[Progress, None, tuple[Finding, ...]]:
    """Every page, the ledger from its first line, and each row against the newest line that speaks of it."""
    vault.ask(lambda reading: reading.require(Permission.KEEP_BACKUPS, Permission.SEE_LEDGER), actor)
    vault.settle()
    return (yield from stepwise(lambda report, stopped: _check(vault, Watch(_reporter(report), stopped))))


def verify(vault: Vault, actor: Actor, path: Path) -> Generator[Progress, None, backup.Backup]:
    """Open and check one backup as a restore would."""
    vault.ask(lambda reading: reading.require(Permission.KEEP_BACKUPS), actor)
    opened = vault.opened
    assert opened is not None, "an open vault has its keys"
    return (
        yield from stepwise(
            lambda report, stopped: backup.verify_backup(path, opened, progress=_reporter(report), stop=stopped)
        )
    )


def backup_folder(vault: Vault, actor: Actor) -> Path:
    """Where backups go: the chosen folder, or one beside the data."""
    chosen = vault.ask(lambda reading: setting(reading, "backup_folder"), actor)
    return Path(chosen) if chosen else vault.folder.parent / f"{vault.folder.name}-respaldos"


def last_backup(vault: Vault) -> datetime | None:
    return read_header(vault.folder).last_backup_at


def is_due(vault: Vault) -> bool:
    """Whether today still has no verified backup."""
    return backup.is_due(last_backup(vault), vault.clock.now(), vault.place.zone)


@dataclass(frozen=True, slots=True)
class Overview:
    """What the screen of the backups shows before anything is done."""

    last_at: datetime | None
    due: bool
    folder: Path
    beside_data: bool
    """On the same disk as the data, in the folder the program chose: a thief or a fire takes both."""
    backups: tuple[backup.Backup, ...]
    zone: tzinfo


def look(vault: Vault, actor: Actor) -> Generator[Progress, None, Overview]:
    """What there is. Nothing is opened, so it takes no time."""
    vault.ask(lambda reading: reading.require(Permission.KEEP_BACKUPS), actor)
    yield Progress(0, 0, "")
    folder = backup_folder(vault, actor)
    return Overview(
        last_at=last_backup(vault),
        due=is_due(vault),
        folder=folder,
        beside_data=folder.parent == vault.folder.parent,
        backups=tuple(backup.list_backups(folder)),
        zone=vault.place.zone,
    )


def renew_recovery_code(vault: Vault, actor: Actor) -> Generator[Progress, None, str]:
    """A new recovery code; the old paper opens nothing from now on."""
    vault.ask(lambda reading: reading.require(Permission.KEEP_STAFF), actor)
    opened = vault.opened
    assert opened is not None, "an open vault has its keys"
    yield Progress(0, 0, _("Making the key"))
    code = new_recovery_code(vault.folder, opened)
    vault.do(_note_new_code, actor)
    return code


def _note_new_code(work: Work) -> None:
    work.act = "backups.renew_recovery_code"


def _note_backup(work: Work, made: backup.Backup) -> None:
    work.act, work.detail = "backups.back_up", {"name": made.path.name, "lines": made.ledger_count}


def _check(vault: Vault, watch: Watch) -> tuple[Finding, ...]:
    found = [] if _is_sound(vault, watch) else [Finding(FindingKind.DAMAGED)]
    try:
        with watched(open_cipher(vault.folder / DATABASE, vault.cipher_key, read_only=True), watch) as connection:
            connection.execute("BEGIN")
            found += _look_at_rows(connection.cursor())
    except dbapi2.OperationalError:
        raise
    except dbapi2.DatabaseError:
        found = found or [Finding(FindingKind.DAMAGED)]
    return tuple(found)


def _is_sound(vault: Vault, watch: Watch) -> bool:
    """Whether pages and structure are whole. A save in between can look like damage: the second look is a still one."""
    path = vault.folder / DATABASE
    try:
        try:
            check_database(path, vault.cipher_key, watch)
        except DamagedFile:
            with vault.still():
                check_database(path, vault.cipher_key, watch)
    except BrokenLedger:
        return True  # told with its line by the look at the rows
    except DamagedFile:
        return False
    return True


def _look_at_rows(cursor: dbapi2.Cursor) -> list[Finding]:
    found: list[Finding] = []
    broken = ledger.broken_at(cursor)
    if broken is not None:
        found.append(Finding(FindingKind.LEDGER_BROKEN, str(broken)))
    found += [Finding(FindingKind.ROW_CHANGED, f"{table} {row_id}") for table, row_id in ledger.stale_rows(cursor)]
    outside = cursor.execute("SELECT count(*) FROM ledger WHERE act = ?", (ledger.OUTSIDE,)).fetchone()[0]
    if outside:
        found.append(Finding(FindingKind.CHANGED_OUTSIDE, str(outside)))
    return found


def _reporter(report: Callable[[Progress], None]) -> Tell:
    def tell(step: Step, part: float) -> None:
        report(Progress(int(part * 100), 100, said_step(step)))

    return tell
