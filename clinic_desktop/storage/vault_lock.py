"""One program per data folder: an operating-system lock, held while keys are in memory, gone when the process is."""

import sys
from pathlib import Path
from typing import Self

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.storage.files import LOCK

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class AlreadyOpen(Refused):
    text = N_(
        "This clinic's data are already open in another window of the program. Use that window, or close it first."
    )


class VaultLock:
    """Held by the window and by every windowless command alike. The file stays; only the lock on it counts."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK
        self._file = None

    @property
    def held(self) -> bool:
        return self._file is not None

    def take(self) -> None:
        if self._file is not None:
            return
        file = self._path.open("ab")
        try:
            _lock(file.fileno())
        except OSError as error:
            file.close()
            raise AlreadyOpen() from error
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            # Closing gives the lock back on every system.
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(self, *exception: object) -> None:
        self.release()


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
