"""Data written by the first version open with this one: nobody is lost, nothing is signed anew, everybody is found."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.agenda.service import day as agenda_service
from clinic_desktop.features.patients.queries import people, search
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage import capture, ledger, migrate
from clinic_desktop.storage.cipher import open_cipher
from clinic_desktop.storage.files import DATABASE
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault, vault_keys
from clinic_desktop.storage.work import Actor

ROSA = PatientId(new_id())


@pytest.fixture
def used(vault_folder: Path, made_vault: tuple[Path, Opened], clock: StillClock, actor: Actor) -> Path:
    """A clinic with a person and a booking, as this version writes them."""
    vault = open_vault(vault_folder, made_vault[1], clock)
    details = Details(given_names="Rosa", family_name="Quispe", community="Chaquijyá")
    vault.do(partial(registering.register, patient_id=ROSA, details=details), actor)
    vault.do(lambda w: agenda_service.book(w, appointment_id=new_id(), patient_id=ROSA, day=w.in_days(7)), actor)
    vault.close()
    return vault_folder


def as_first_version(folder: Path, key: bytes, monkeypatch: pytest.MonkeyPatch, scripts: Path) -> None:
    """The same rows in the tables of the first version; what those have no column for stays behind."""
    shutil.copytree(migrate.SCRIPTS, scripts, ignore=shutil.ignore_patterns("0002*", "0003*", "__pycache__"))
    old = folder / "first"
    raw = open_cipher(old, key, create=True)
    engine = sa.create_engine("sqlite://", creator=lambda: raw, poolclass=sa.StaticPool)
    with monkeypatch.context() as first, engine.connect() as connection:
        first.setattr(migrate, "SCRIPTS", scripts)
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
    assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    assert not raw.execute("SELECT 1 FROM pragma_table_info('patient') WHERE name = 'community_id'").fetchall()
    raw.close()
    for file in folder.glob(f"{DATABASE}*"):
        file.unlink()
    old.rename(folder / DATABASE)


def test_data_of_the_first_version_come_through_whole(
    used: Path,
    made_vault: tuple[Path, Opened],
    clock: StillClock,
    actor: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    as_first_version(used, vault_keys(made_vault[1]).cipher, monkeypatch, tmp_path / "scripts")
    vault = open_vault(used, made_vault[1], clock)
    raw: Any = vault._raw
    assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (migrate.HEAD,)
    assert vault.ask(lambda r: people.header(r, ROSA), actor).place == "Chaquijyá"
    assert [found.patient_id for found in vault.ask(lambda r: search.find(r, "quispe"), actor)] == [ROSA]
    assert len(vault.ask(lambda r: agenda.of_patient(r, ROSA), actor)) == 1
    assert ledger.broken_at(raw.cursor()) is None
    with raw:
        assert list(ledger.stale_rows(raw.cursor())) == [], "a new empty column changes no row's digest"
    vault.close()
