"""sqlcipher3 is a build of the standard driver over SQLCipher: the same names, plus open flags."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from sqlite3.dbapi2 import *

SQLITE_OPEN_READONLY: int
SQLITE_OPEN_READWRITE: int
SQLITE_OPEN_CREATE: int

class Connection(sqlite3.Connection):
    def set_busy_timeout(self, timeout: float, /) -> None: ...
    def set_progress_handler(self, progress_handler: Callable[[], int | None] | None, /, n: int) -> None: ...

def connect(
    database: str | Path,
    timeout: float = ...,
    detect_types: int = ...,
    isolation_level: str | None = ...,
    check_same_thread: bool = ...,
    factory: type[Connection] = ...,
    cached_statements: int = ...,
    uri: bool = ...,
    flags: int = ...,
    vfs: str | None = ...,
) -> Connection: ...
