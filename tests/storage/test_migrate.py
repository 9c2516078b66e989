"""A new version of the program brings the data along whole, or leaves them as they were."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_desktop.features.settings import service as settings
from clinic_desktop.features.staff.records import Role, StaffMember
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage import ledger, migrate
from clinic_desktop.storage.cipher import ForeignFile, open_cipher
from clinic_desktop.storage.files import DATABASE, RESTORED
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault, vault_keys
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work

Made = tuple[Path, Opened]

STEP = """
import os, signal
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", {down!r}

def upgrade():
    with op.batch_alter_table("role") as table:
        table.add_column(sa.Column("colour", sa.Text))
    op.execute("UPDATE site SET phone = 'migrated'")
{end}
"""


def next_version(folder: Path, end: str) -> Path:
    """The migrations of a program one version newer, which ends as told."""
    scripts = folder / "migrations"
    (scripts / "versions").mkdir(parents=True)
    for path in migrate.SCRIPTS.glob("*.py"):
        (scripts / path.name).write_text(path.read_text())
    for path in migrate.SCRIPTS.glob("versions/*.py"):
        (scripts / "versions" / path.name).write_text(path.read_text())
    (scripts / "versions" / "9999_next.py").write_text(STEP.format(down=migrate.HEAD, end="    " + end))
    return scripts


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def become(end: str) -> None:
        monkeypatch.setattr(migrate, "SCRIPTS", next_version(tmp_path, end))
        monkeypatch.setattr(migrate, "HEAD", "9999")

    return become


@pytest.fixture
def used(vault_folder: Path, made_vault: Made, clock: StillClock, actor: Actor) -> Path:
    """A vault with a parent and its child, closed."""
    vault = open_vault(vault_folder, made_vault[1], clock)

    def write(work: Work) -> None:
        role = work.add(Role(id="r", code="r", title="R", permissions=[]))
        work.add(StaffMember(id=new_id(), display_name="A", full_name="A", role_id=role.id, active=True))

    vault.do(write, actor)
    vault.do(partial(settings.choose, key="language", value="en"), actor)
    vault.close()
    return vault_folder


def content(folder: Path, opened: Opened) -> tuple[Any, ...]:
    """Everything: the schema with its triggers, and each row of each table."""
    file = open_cipher(folder / DATABASE, vault_keys(opened).cipher)
    schema = file.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall()
    tables = [name for kind, name, _sql in schema if kind == "table"]
    rows = {name: sorted(map(repr, file.execute(f'SELECT * FROM "{name}"'))) for name in tables}
    assert len(rows["ledger"]) > 1
    file.close()
    return schema, rows


def test_a_migration_that_fails_in_the_middle_leaves_the_old_state(
    used: Path, made_vault: Made, clock: StillClock, newer: Callable[[str], None]
) -> None:
    before = content(used, made_vault[1])
    newer("raise ZeroDivisionError")
    with pytest.raises(ZeroDivisionError):
        open_vault(used, made_vault[1], clock)
    assert content(used, made_vault[1]) == before


def test_a_migration_makes_a_parent_table_anew_under_its_children_and_capture_goes_on(
    used: Path, made_vault: Made, clock: StillClock, actor: Actor, newer: Callable[[str], None]
) -> None:
    newer("pass")
    vault = open_vault(used, made_vault[1], clock)
    raw = vault._raw
    assert raw.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert raw.execute("SELECT count(*) FROM staff_member").fetchone() == (1,)
    raw.execute("DELETE FROM dirty")
    vault.do(lambda work: work.session.execute(sa.update(Role).values(title="S")) and None, actor)
    assert raw.execute("SELECT tbl, id FROM dirty").fetchall() == [("role", "r")]
    assert ledger.broken_at(raw.cursor()) is None
    vault.close()


KILLED = """
import sys
from pathlib import Path
from clinic_desktop.app import tables
from clinic_desktop.kernel.clock import SystemClock
from clinic_desktop.storage import migrate
from clinic_desktop.storage.vault import Vault, VaultKeys
migrate.SCRIPTS, migrate.HEAD = Path(sys.argv[1]), "9999"
key = bytes.fromhex(sys.argv[3])
Vault(Path(sys.argv[2]), VaultKeys(key, key), SystemClock()).migrate()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a signal that kills")
def test_a_migration_killed_in_the_middle_leaves_the_old_state(used: Path, made_vault: Made, tmp_path: Path) -> None:
    before = content(used, made_vault[1])
    scripts = next_version(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    key = vault_keys(made_vault[1]).cipher.hex()
    ended = subprocess.run([sys.executable, "-c", KILLED, str(scripts), str(used), key], check=False)
    assert ended.returncode == -9
    assert content(used, made_vault[1]) == before


def test_data_of_a_newer_program_are_refused_before_anything_is_written(
    used: Path, made_vault: Made, clock: StillClock
) -> None:
    file = open_cipher(used / DATABASE, vault_keys(made_vault[1]).cipher)
    file.execute("UPDATE alembic_version SET version_num = '9999'")
    file.close()
    before = content(used, made_vault[1])

    def cut(_vault: Vault) -> None:
        raise AssertionError("an older program cut a segment of newer data")

    with pytest.raises(migrate.NewerVault):
        open_vault(used, made_vault[1], clock, before_migrating=cut)
    assert content(used, made_vault[1]) == before


def test_a_copy_takes_its_new_epoch_before_it_cuts_for_a_migration(
    used: Path, made_vault: Made, clock: StillClock, newer: Callable[[str], None]
) -> None:
    (used / RESTORED).write_text("{}")
    file = open_cipher(used / DATABASE, vault_keys(made_vault[1]).cipher)
    (old,) = file.execute("SELECT epoch FROM this_device").fetchone()
    file.close()
    newer("pass")
    seen: list[str] = []
    vault = open_vault(used, made_vault[1], clock, before_migrating=lambda v: seen.append(v.learn_place().epoch))
    assert seen == [vault.place.epoch]
    assert vault.place.epoch != old
    vault.close()


def test_a_file_of_another_program_is_refused(used: Path, made_vault: Made, clock: StillClock) -> None:
    file = open_cipher(used / DATABASE, vault_keys(made_vault[1]).cipher)
    file.execute("PRAGMA application_id = 7")
    file.close()
    with pytest.raises(ForeignFile):
        open_vault(used, made_vault[1], clock)
