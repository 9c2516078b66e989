"""A vault as an older version had it: the same rows in the tables of then."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from clinic_desktop.storage import capture, ledger, migrate
from clinic_desktop.storage.cipher import open_cipher
from clinic_desktop.storage.files import DATABASE


def as_version(version: str, folder: Path, key: bytes, monkeypatch: pytest.MonkeyPatch, scripts: Path) -> None:
    """What the tables of `version` have no column for stays behind."""
    later = [file.name for file in migrate.SCRIPTS.glob("versions/0*.py") if file.name[:4] > version]
    shutil.copytree(migrate.SCRIPTS, scripts, ignore=shutil.ignore_patterns(*later, "__pycache__"))
    old = folder / "old"
    raw = open_cipher(old, key, create=True)
    engine = sa.create_engine("sqlite://", creator=lambda: raw, poolclass=sa.StaticPool)
    with monkeypatch.context() as then, engine.connect() as connection:
        then.setattr(migrate, "SCRIPTS", scripts)
        for statement in (*capture.TABLES_SQL, *ledger.TABLES_SQL):
            connection.exec_driver_sql(statement)
        migrate._run_alembic(connection)
        connection.commit()
    raw.execute(f"ATTACH DATABASE ? AS now KEY \"x'{key.hex()}'\"", (str(folder / DATABASE),))
    raw.execute("PRAGMA foreign_keys = OFF")
    for (table,) in raw.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'").fetchall():
        if table == "alembic_version" or table.startswith("sqlite_"):
            continue
        columns = ", ".join(f'"{row[1]}"' for row in raw.execute(f'PRAGMA main.table_info("{table}")'))
        raw.execute(f'DELETE FROM main."{table}"')
        raw.execute(f'INSERT INTO main."{table}" ({columns}) SELECT {columns} FROM now."{table}"')
    raw.execute("DETACH DATABASE now")
    assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (version,)
    raw.close()
    for file in folder.glob(f"{DATABASE}*"):
        file.unlink()
    old.rename(folder / DATABASE)
