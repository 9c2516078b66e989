"""Saves while one types: on each pause, and every 800 ms of typing without one. It never waits for the disk."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

PAUSE_MS = 400
LONGEST_MS = 800
_LOST_MS = 5_000
"""A save that said nothing for so long went down with a fault of the program: the next one does not wait for it."""


class Autosave(QObject):
    """`save(done)` writes what is on the screen now and calls `done(when)`; at most one save is under way."""

    saved = Signal(object)

    def __init__(self, save: Callable[[Callable[[datetime | None], None]], None], parent: QObject) -> None:
        super().__init__(parent)
        self._save = save
        self._since, self._begun = QElapsedTimer(), QElapsedTimer()
        self._waiting, self._under_way = False, False
        self._stopped = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self.flush())

    def touch(self) -> None:
        """Something was typed."""
        if self._stopped:
            return
        if not self._waiting:
            self._waiting = True
            self._since.start()
        left = max(0, LONGEST_MS - self._since.elapsed())
        self._timer.start(min(PAUSE_MS, left))

    def flush(self, *, at_once: bool = False) -> None:
        """Save now what is not saved yet. `at_once`: behind the one under way, as before a lock."""
        self._timer.stop()
        if not self._waiting or self._stopped:
            return
        if self._under_way and not at_once and self._begun.elapsed() < _LOST_MS:
            # The one under way holds older words; this goes out as soon as it is done.
            return
        self._waiting, self._under_way = False, True
        self._begun.start()
        self._save(self._done)

    def _done(self, when: datetime | None) -> None:
        self._under_way = False
        if when is not None:
            self.saved.emit(when)
        else:
            self._waiting = True
            self._since.start()
        if self._waiting and not self._stopped:
            self._timer.start(PAUSE_MS if when is None else 0)

    def stop(self) -> None:
        """Nothing is saved any more: it was signed, or thrown away."""
        self._stopped = True
        self._timer.stop()

    def is_clean(self) -> bool:
        return not (self._waiting or self._under_way)
