"""The log file: rotates, holds no patient data, can be read to a helper on the telephone.

Only constant messages, counts, class names, file names of our code and line numbers are logged. An exception is
written by `log_bug` as type and places, never with its message or values.
"""

import logging
import traceback
from pathlib import Path
from typing import Any

LOG_NAME = "clinic-desktop.log"
_log = logging.getLogger("clinic_desktop")


class _NoValues(logging.Formatter):
    """Never prints the message of an exception: it may quote what a person typed."""

    def formatException(self, ei: Any) -> str:
        error = ei[1]
        return _places(error) if isinstance(error, BaseException) else ""


def _places(error: BaseException) -> str:
    steps = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{Path(s.filename).name}:{s.lineno} {s.name}" for s in reversed(steps))
    return f"{type(error).__name__} at {where or 'unknown place'}"


def open_log(folder: Path) -> None:
    """Write the log into `folder`: three files of at most 512 KiB."""
    # Brings sockets and queues along, so it waits until the log is opened.
    from logging.handlers import RotatingFileHandler

    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / LOG_NAME, maxBytes=512 * 1024, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(_NoValues("%(asctime)s %(levelname)s %(name)s %(message)s"))
    for old in list(_log.handlers):
        _log.removeHandler(old)
        old.close()
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    _log.propagate = False


def log_bug(error: BaseException, doing: str) -> None:
    """Note an unexpected error by type and place. `doing` is a constant of the code, never a value."""
    _log.error("%s: %s", doing, _places(error))


def tail(folder: Path, lines: int = 200) -> list[str]:
    """The newest lines of the log, for the diagnosis page."""
    path = folder / LOG_NAME
    if not path.exists():
        return []
    return path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
