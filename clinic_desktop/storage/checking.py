"""Checking a database file from end to end on a connection of its own, told as it goes and stopped on a wish."""

import contextlib
from collections.abc import Callable, Generator
from enum import StrEnum
from pathlib import Path

from sqlcipher3 import dbapi2

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.storage import ledger
from clinic_desktop.storage.cipher import PAGE_SIZE, DamagedFile, open_cipher
from clinic_desktop.storage.files import drop_cache


class BrokenLedger(DamagedFile):
    """Every page is whole, but a line of the ledger does not follow from the one before."""


class Step(StrEnum):
    COPYING = "copying"
    CHECKING = "checking"
    FINISHING = "finishing"


Progress = Callable[[Step, float], None]
Stop = Callable[[], bool]


class Stopped(Refused):
    text = N_("This was stopped. Nothing was left half made.")


def ignore(_step: Step, _part: float) -> None:
    """A progress that nobody watches."""


def never() -> bool:
    return False


class Watch:
    """Asked by the database every two thousand steps: tells the progress, and stops where somebody wishes it."""

    every = 2_000

    def __init__(self, progress: Progress, stop: Stop, growing: Path | None = None, full: int = 0) -> None:
        self._progress, self._stop, self._growing, self._full = progress, stop, growing, full

    def __call__(self) -> int:
        if self._growing is None:
            self._progress(Step.CHECKING, 0.5)
        else:
            with contextlib.suppress(OSError):
                part = self._growing.stat().st_size / max(1, self._full)
                self._progress(Step.COPYING, min(1.0, part))
        return 1 if self._stop() else 0


@contextlib.contextmanager
def watched(connection: dbapi2.Connection, watch: Watch) -> Generator[dbapi2.Connection]:
    connection.set_progress_handler(watch, watch.every)
    try:
        yield connection
    except dbapi2.OperationalError as error:
        if str(error) == "interrupted":
            raise Stopped() from error
        raise
    finally:
        connection.close()


def check_database(path: Path, raw_key: bytes, watch: Watch, oldest: ledger.Head | None = None) -> ledger.Head:
    """Every page by its MAC, the structure, the length, and the ledger from its first line. DamagedFile otherwise."""
    drop_cache(path)
    with watched(open_cipher(path, raw_key, read_only=True), watch) as copy:
        try:
            pages = copy.execute("PRAGMA page_count").fetchone()[0]
            sound = (
                path.stat().st_size == pages * PAGE_SIZE
                and not copy.execute("PRAGMA cipher_integrity_check").fetchall()
                and copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            )
            cursor = copy.cursor()
            if not sound:
                raise DamagedFile()
            if ledger.broken_at(cursor) is not None:
                raise BrokenLedger()
            if oldest is not None and not ledger.has(cursor, oldest):
                raise DamagedFile()
            return ledger.head(cursor)
        except dbapi2.OperationalError:
            raise
        except dbapi2.DatabaseError as error:
            raise DamagedFile() from error
