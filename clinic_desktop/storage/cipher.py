"""The one recipe by which any connection to an encrypted file is opened.

The traps it closes were measured: a forgotten key writes plain text, a key literal of a wrong length is silently taken
as a passphrase, and an empty or plain file opens without a word.
"""

import contextlib
import re
from pathlib import Path

from sqlcipher3 import dbapi2

from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.kernel.i18n import N_

PAGE_SIZE = 4096
CACHE_KIB, ROOMY_KIB = 8_000, 32_000
"""What a connection keeps of decrypted pages; more while a long job writes all over a large file."""
BUSY_MS = 10_000
"""How long one connection waits for another."""
# "CLDT"; a file of another program, encrypted or not, is not ours to change.
APPLICATION_ID = 0x434C4454
_PLAIN_HEADER = b"SQLite format 3\0"
_HEX_KEY = re.compile(r"[0-9a-f]{64}")


class MissingFile(Trouble):
    text = N_("The data file is not where it should be. Restore a backup, or look for the data folder.")


class WrongKey(Trouble):
    """The first page does not open: another vault's key, or the first page is damaged; the file cannot tell which."""

    text = N_("The data file does not open with this clinic's key. It is damaged or belongs to another clinic.")


class DamagedFile(Trouble):
    text = N_("The data file is damaged. Nothing was changed: restore the last good backup.")


class PlainFile(Trouble):
    text = N_("The data file is not encrypted, so it is not one of this program's. It was not opened.")


class ForeignFile(Trouble):
    text = N_("The data file belongs to another program. It was not opened.")


def open_cipher(path: Path, raw_key: bytes, *, create: bool = False, read_only: bool = False) -> dbapi2.Connection:
    """Open `path` with the 32-byte key. The caller owns transactions (no implicit BEGIN) and closing.

    `create` makes a new file and refuses an existing one. `read_only` never writes, nor changes the journal mode: it
    serves the reader of a vault whose writer is open already, and the checking of a backup.
    """
    key = raw_key.hex()
    # Any other literal would be taken as a passphrase, without an error.
    if not _HEX_KEY.fullmatch(key):
        raise ValueError("a raw key is 32 bytes")
    _look_at_file(path, create)
    flags = dbapi2.SQLITE_OPEN_READWRITE | (dbapi2.SQLITE_OPEN_CREATE if create else 0)
    try:
        connection = dbapi2.connect(
            str(path),
            timeout=BUSY_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
            flags=flags,
        )
    except dbapi2.OperationalError as error:
        raise MissingFile() from error
    try:
        _unlock(connection, key)
        _settle(connection, create=create, read_only=read_only)
    except BaseException:
        connection.close()
        raise
    return connection


def _look_at_file(path: Path, create: bool) -> None:
    if create:
        if path.exists():
            raise FileExistsError(path.name)
        return
    try:
        with path.open("rb") as file:
            start = file.read(len(_PLAIN_HEADER))
    except OSError as error:
        raise MissingFile() from error
    if start == _PLAIN_HEADER:
        raise PlainFile()
    if len(start) < len(_PLAIN_HEADER):
        raise DamagedFile()


def _unlock(connection: dbapi2.Connection, key: str) -> None:
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    # Otherwise a wrong key prints lines to stderr.
    connection.execute("PRAGMA cipher_log_level = NONE")
    if not connection.execute("PRAGMA cipher_version").fetchone():
        raise RuntimeError("this SQLite was built without encryption")
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except dbapi2.OperationalError:
        # Locked or an I/O error: true, and not about the key.
        raise
    except dbapi2.DatabaseError as error:
        raise WrongKey() if "not a database" in str(error) else DamagedFile() from error


def _settle(connection: dbapi2.Connection, *, create: bool, read_only: bool) -> None:
    with contextlib.suppress(dbapi2.NotSupportedError):
        connection.enable_load_extension(False)
    for pragma in (
        "locking_mode = NORMAL",
        "synchronous = FULL",
        "recursive_triggers = ON",
        "foreign_keys = ON",
        "secure_delete = ON",
        "temp_store = MEMORY",
        "trusted_schema = OFF",
        "cell_size_check = ON",
        # In KiB. A page that is not kept is decrypted and checked again; a list of thousands reads some twice.
        f"cache_size = -{CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    if create:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    elif connection.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
        raise ForeignFile()
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    elif connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise RuntimeError("the file system does not carry a write-ahead log")
