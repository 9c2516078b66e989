"""An encrypted file opens only with its key, and never any other way."""

import os
import sqlite3
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from clinic_desktop.storage.cipher import (
    DamagedFile,
    ForeignFile,
    MissingFile,
    PlainFile,
    WrongKey,
    open_cipher,
)

KEY = bytes(range(32))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "vault.db"
    connection = open_cipher(path, KEY, create=True)
    connection.execute("CREATE TABLE word (word TEXT NOT NULL) STRICT")
    connection.execute("INSERT INTO word VALUES ('Ixchel')")
    connection.close()
    return path


def test_what_was_written_reads_back_and_stands_nowhere_in_the_clear(file: Path):
    connection = open_cipher(file, KEY)
    assert connection.execute("SELECT word FROM word").fetchall() == [("Ixchel",)]
    connection.close()
    for part in file.parent.iterdir():
        assert b"Ixchel" not in part.read_bytes()
    assert not file.read_bytes().startswith(b"SQLite format 3")


def test_every_setting_of_the_recipe_holds(file: Path):
    connection = open_cipher(file, KEY)

    def value(name: str) -> object:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]

    assert value("journal_mode") == "wal"
    assert value("locking_mode") == "normal"
    assert value("synchronous") == 2
    assert value("temp_store") == 2
    assert int(str(value("cipher_page_size"))) == 4096
    assert value("trusted_schema") == 0
    for switch in ("recursive_triggers", "foreign_keys", "secure_delete", "cell_size_check"):
        assert value(switch) == 1, switch
    connection.close()


def test_a_wrong_key_is_refused_and_prints_nothing(file: Path, capfd: pytest.CaptureFixture[str]):
    with pytest.raises(WrongKey):
        open_cipher(file, KEY[::-1])
    assert capfd.readouterr().err == ""


def test_a_missing_file_is_not_made(tmp_path: Path):
    with pytest.raises(MissingFile):
        open_cipher(tmp_path / "vault.db", KEY)
    assert list(tmp_path.iterdir()) == []


def test_a_plain_an_empty_and_a_foreign_file_are_told_apart(tmp_path: Path):
    plain, empty, foreign = (tmp_path / name for name in ("plain.db", "empty.db", "foreign.db"))
    with sqlite3.connect(plain) as connection:
        connection.execute("CREATE TABLE a (a)")
    empty.touch()
    other = dbapi2.connect(str(foreign))
    other.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    other.execute("CREATE TABLE a (a)")
    other.close()
    with pytest.raises(PlainFile):
        open_cipher(plain, KEY)
    with pytest.raises(DamagedFile):
        open_cipher(empty, KEY)
    with pytest.raises(ForeignFile):
        open_cipher(foreign, KEY)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_never_reaches_the_cipher(tmp_path: Path, length: int):
    with pytest.raises(ValueError):
        open_cipher(tmp_path / "vault.db", os.urandom(length), create=True)
    assert list(tmp_path.iterdir()) == []


def test_creating_never_writes_over_an_existing_file(file: Path):
    before = file.read_bytes()
    with pytest.raises(FileExistsError):
        open_cipher(file, KEY, create=True)
    assert file.read_bytes() == before


def test_a_reader_works_beside_the_writer_and_cannot_write(file: Path):
    writer, reader = open_cipher(file, KEY), open_cipher(file, KEY, read_only=True)
    writer.execute("INSERT INTO word VALUES ('Nikté')")
    assert reader.execute("SELECT count(*) FROM word").fetchone() == (2,)
    with pytest.raises(dbapi2.OperationalError):
        reader.execute("DELETE FROM word")
    reader.close()
    writer.close()
