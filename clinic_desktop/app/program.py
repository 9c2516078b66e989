"""The program between its states: at the threshold, at work, locked. Light until somebody has signed in."""

import importlib
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from clinic_desktop.app.doors import FolderDoors, remember
from clinic_desktop.kernel.clock import Clock
from clinic_desktop.kernel.i18n import language
from clinic_desktop.kernel.logs import log_bug
from clinic_desktop.shell import crash
from clinic_desktop.shell.doors import Entered
from clinic_desktop.uikit.collecting import collect_here
from clinic_desktop.uikit.worker import Courier

if TYPE_CHECKING:
    from clinic_desktop.app.home import Home
    from clinic_desktop.shell.slowly import Run

CLIENT = (1366, 697)
"""The room that the oldest laptop leaves a window: 1366x768 less title and task bar."""


class Window(QStackedWidget):
    """The one window. Closing it is leaving: drafts are kept and the keys are dropped before it goes."""

    def __init__(self, leaving: Callable[[], None]) -> None:
        super().__init__()
        self._leaving = leaving
        self.resize(*CLIENT)

    def show_only(self, page: QWidget) -> None:
        """Put `page` in front and drop whatever was there before."""
        self.addWidget(page)
        self.setCurrentWidget(page)
        self.setWindowTitle(page.windowTitle())
        for at in reversed(range(self.count())):
            old = self.widget(at)
            if old is not None and old is not page:
                self.removeWidget(old)
                old.deleteLater()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._leaving()
        super().closeEvent(event)


class Program(QObject):
    """Owns the window and, while somebody is at work, the home with its open vault.

    `run` (shell/slowly.py) says how slow things are run: aside on a thread, or at once in walks without a person.
    """

    def __init__(self, folder: Path, clock: Clock, speak: Callable[[str], None], *, run: "Run | None" = None) -> None:
        super().__init__()
        self.folder = folder
        self._clock = clock
        self._speak = speak
        self._run = run
        self._courier = Courier(self)
        self.doors = FolderDoors(folder, clock)
        self.home: Home | None = None
        self.leaves_process = False
        """On lock, start a fresh process and end this one: Python cannot wipe keys from its memory."""
        self.window = Window(self.leave)
        self.show_threshold()

    def guard(self, app: QApplication) -> None:
        """What only the real program does: crash dialog, a fresh process on lock, libraries fetched early."""
        crash.install(self._courier)
        collect_here(self)
        self.leaves_process = True
        app.setQuitOnLastWindowClosed(True)
        # After the first paint, so that the sign-in is not kept waiting.
        QTimer.singleShot(0, self, lambda: threading.Thread(target=_preload, daemon=True).start())

    def show(self) -> None:
        self.window.showMaximized()

    def show_threshold(self) -> None:
        """The sign-in, or on a computer without data the first run."""
        if self.doors.is_new():
            from clinic_desktop.shell.first_run import FirstRun

            first = FirstRun(self.doors, run=self._run)
            first.entered.connect(self.enter)
            first.restored.connect(self.show_threshold)
            first.language_chosen.connect(self._change_language)
            self.window.show_only(first)
        else:
            from clinic_desktop.shell.sign_in import SignIn

            page = SignIn(self.doors, run=self._run)
            page.entered.connect(self.enter)
            page.language_chosen.connect(self._change_language)
            self.window.show_only(page)

    def enter(self, entered: Entered) -> None:
        """Somebody is inside: build the home on what the doors opened."""
        from clinic_desktop.app.home import Home

        self.home = Home(entered.session, immediate=self._run is not None)
        spoken = self.home.language()
        if spoken != language():
            self._speak(spoken)
        remember(self.folder, language=spoken)
        self.home.open(entered.leads_to)
        self.home.lock_asked.connect(self.lock)
        self.home.language_chosen.connect(self._speak_at_home)
        self.window.show_only(self.home.page)

    def lock(self) -> None:
        """Finish the running step, drop the keys, and be at the threshold again: in a fresh process if there is one."""
        self._put_away()
        if self.leaves_process and _start_again(self.folder):
            app = QApplication.instance()
            if app is not None:
                app.quit()
            return
        self.show_threshold()

    def leave(self) -> None:
        """Before the window goes: drafts kept, ledger sealed, connections closed, keys dropped."""
        self._put_away()

    def _put_away(self) -> None:
        home, self.home = self.home, None
        if home is not None:
            try:
                home.close()
            except Exception as error:  # noqa: BLE001 - the keys are dropped all the same, and the threshold must come
                log_bug(error, "putting away")

    def _change_language(self, chosen: str) -> None:
        self._speak(chosen)
        remember(self.folder, language=chosen)
        self.show_threshold()

    def _speak_at_home(self, chosen: str) -> None:
        """Speak the other language at once: the home is built anew over the same open vault."""
        self._speak(chosen)
        remember(self.folder, language=chosen)
        if self.home is not None:
            self.home.open()
            self.window.show_only(self.home.page)


def _preload() -> None:
    """Fetch what the first sign-in will need, while the person types the password."""
    try:
        importlib.import_module("clinic_desktop.app.home")
    except Exception as error:  # noqa: BLE001 - the sign-in will meet it again, and tell it
        log_bug(error, "preloading")


def _start_again(folder: Path) -> bool:
    import subprocess

    command = [sys.executable, "-m", "clinic_desktop", "--data", str(folder)]
    try:
        subprocess.Popen(command, close_fds=True, start_new_session=True)  # noqa: S603 - our own interpreter and folder
    except OSError as error:
        log_bug(error, "starting again after the lock")
        return False
    return True
