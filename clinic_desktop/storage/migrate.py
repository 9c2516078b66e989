"""Brings a vault's schema to this program's version, in one transaction: the whole of it or nothing."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.storage import capture, ledger
from clinic_desktop.storage.base import synced_classes

HEAD = "0005"
"""The newest revision. Kept here so that a vault that is current opens without alembic; a test compares the two."""


SCRIPTS = Path(__file__).parent / "migrations"


class NewerVault(Trouble):
    text = N_("These data were written by a newer version of the program. Update this computer first.")


class DirtyMigration(RuntimeError):
    """A migration changed synced rows: a bug of that migration, which is rolled back."""


def revision_of(connection: sa.Connection) -> str | None:
    """The schema revision of an open vault, None if it is new."""
    named = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").first()
    if named is None:
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def is_current(connection: sa.Connection) -> bool:
    return revision_of(connection) == HEAD


def migrate(connection: sa.Connection) -> None:
    """Upgrade inside the caller's transaction. The caller has cut a segment first, so nothing is waiting to travel.

    The capture triggers are taken away (alembic's table copies would silently drop them) and made again from the
    declarations. Raises NewerVault, or DirtyMigration if a migration left captured changes behind.
    """
    if revision_of(connection) is None:
        for statement in (*capture.TABLES_SQL, *ledger.TABLES_SQL):
            connection.exec_driver_sql(statement)
    else:
        drop_triggers(connection)
    waiting = connection.exec_driver_sql("SELECT count(*) FROM dirty").scalar()
    _run_alembic(connection)
    create_triggers(connection)
    if connection.exec_driver_sql("SELECT count(*) FROM dirty").scalar() != waiting:
        raise DirtyMigration()


def create_triggers(connection: sa.Connection) -> None:
    for cls in synced_classes():
        for statement in capture.triggers(cls):
            connection.exec_driver_sql(statement)


def drop_triggers(connection: sa.Connection) -> None:
    named = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, ?) = ?",
        (len(capture.PREFIX), capture.PREFIX),
    )
    for (name,) in named.all():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')


def refuse_newer(connection: sa.Connection) -> None:
    """Raises NewerVault if this program does not know the vault's revision."""
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    revision = revision_of(connection)
    if revision is not None:
        try:
            ScriptDirectory(str(SCRIPTS)).get_revision(revision)
        except CommandError as error:
            raise NewerVault() from error


def _run_alembic(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    refuse_newer(connection)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    _give(config, connection)
    command.upgrade(config, "head")


def _give(config: Any, connection: sa.Connection) -> None:
    config.attributes["connection"] = connection
