"""Noticing that nobody is there: idle minutes cover and then lock; a sleep of the machine locks at once."""

import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

MINUTE = 60_000
COVER_AFTER, LOCK_AFTER, LONG_LOCK_AFTER = 5 * MINUTE, 15 * MINUTE, 60 * MINUTE
_SIGNS = {
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
}


class Idle(QObject):
    """Tells `cover` and `lock` when no hand was felt for so long; the lock waits an hour while `long_cover()`.

    Under the cover nothing counts as a hand but lifting it, so that a passer-by cannot hold the lock back.
    """

    cover = Signal()
    lock = Signal()

    def __init__(
        self,
        app: QApplication,
        long_cover: Callable[[], bool],
        *,
        cover_after: int = COVER_AFTER,
        lock_after: int = LOCK_AFTER,
        long_lock_after: int = LONG_LOCK_AFTER,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._long_cover, self._lock_after, self._long_lock_after = long_cover, lock_after, long_lock_after
        self._cover, self._lock = QTimer(self), QTimer(self)
        for timer in (self._cover, self._lock):
            timer.setSingleShot(True)
        self._cover.setInterval(cover_after)
        self._cover.timeout.connect(self.cover)
        self._lock.timeout.connect(self.lock)
        self._covered = False
        app.installEventFilter(self)
        self.stir()

    def set_covered(self, covered: bool) -> None:
        self._covered = covered
        if covered:
            self._cover.stop()
        else:
            self.stir()

    def stir(self) -> None:
        """Somebody is there."""
        self._cover.start()
        self._lock.start(self._long_lock_after if self._long_cover() else self._lock_after)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _SIGNS and not self._covered:
            # To a sixtieth is exact enough; starting two timers at every move of the mouse is not cheap enough.
            waited = self._cover.interval() - self._cover.remainingTime()
            if waited > self._cover.interval() // 60:
                self.stir()
        return False


class Sleep(QObject):
    """Tells `woke` when the machine slept: its clock ran on while the program stood still."""

    woke = Signal()
    LOOK_EVERY, SLEPT = 5_000, 20.0

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        running: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._wall, self._running = wall, running
        self._seen = (wall(), running())
        timer = QTimer(self)
        timer.timeout.connect(self.look)
        timer.start(self.LOOK_EVERY)
        if sys.platform == "win32":
            self._watch_windows()

    def look(self) -> None:
        """Windows' monotonic clock runs on while it sleeps, so a long gap between two looks counts as well."""
        wall, running = self._wall(), self._running()
        passed, ran = wall - self._seen[0], running - self._seen[1]
        self._seen = (wall, running)
        if passed - ran > self.SLEPT or ran > self.LOOK_EVERY / 1000 + self.SLEPT:
            self.woke.emit()

    def _watch_windows(self) -> None:
        from clinic_desktop.shell.windows_power import PowerWatch

        self._power = PowerWatch(self.woke.emit)
