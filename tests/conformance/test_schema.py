"""The tables as migrations make them are those that are declared, and every one keeps the rules of the house."""

import re
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from clinic_desktop.storage import migrate
from clinic_desktop.storage.base import Base, MergeClass, synced_classes
from clinic_desktop.storage.vault import Vault


def connection(vault: Vault) -> sa.Connection:
    return vault._writer.connect()


def test_migrations_make_what_the_records_declare(vault: Vault) -> None:
    with connection(vault) as open_one:
        context = MigrationContext.configure(open_one, opts={"compare_type": False, "include_object": _is_declared})
        assert compare_metadata(context, Base.metadata) == []


def _is_declared(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    return not (kind == "table" and name not in Base.metadata.tables)


def test_the_newest_revision_is_the_one_the_program_knows() -> None:
    folder = migrate.Path(migrate.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_heads() == [migrate.HEAD]


def test_every_table_is_strict(vault: Vault) -> None:
    with connection(vault) as open_one:
        rows = open_one.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all()
    made = {row[0]: row[1] for row in rows}
    made.pop("alembic_version")
    loose = [name for name, sql in made.items() if not re.search(r"\bSTRICT\b", sql) and not name.startswith("sqlite_")]
    assert loose == []


def test_every_synced_table_says_how_it_is_merged() -> None:
    for cls in synced_classes():
        assert isinstance(cls.__merge__, MergeClass), cls.__tablename__


def test_migrations_never_import_records() -> None:
    folder = migrate.Path(migrate.__file__).parent / "migrations" / "versions"
    for file in folder.glob("*.py"):
        words = file.read_text(encoding="utf-8").replace("clinic_desktop.storage.migrations.synced", "")
        assert "clinic_desktop" not in words, file.name
