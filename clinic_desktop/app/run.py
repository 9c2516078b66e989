"""Opens the window. Until the sign-in is painted, nothing is imported that it does not need (a test lists it)."""

import sys
from collections.abc import Sequence
from pathlib import Path

from clinic_desktop.uikit.quick_import import fetch_qt

# Before any other import of Qt: see there.
fetch_qt()

from PySide6.QtCore import QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from clinic_desktop.app.doors import remembered  # noqa: E402
from clinic_desktop.app.program import Program  # noqa: E402
from clinic_desktop.kernel.clock import SystemClock  # noqa: E402
from clinic_desktop.kernel.i18n import LANGUAGES, set_language  # noqa: E402
from clinic_desktop.kernel.logs import open_log  # noqa: E402
from clinic_desktop.uikit import qt_words, theme  # noqa: E402

LOGS = "logs"


def make_application(arguments: Sequence[str]) -> QApplication:
    """The application, dressed and speaking the language this computer last spoke (Spanish at first)."""
    app = QApplication([sys.argv[0], *arguments])
    app.setApplicationName("Clinic Desktop")
    theme.start(app)
    return app


def first_window(folder: Path) -> Program:
    """The program at its threshold: the sign-in, or the first run. Show `program.window` to see it."""
    folder.mkdir(parents=True, exist_ok=True)
    # After the first paint: the log's own libraries are not needed for it.
    QTimer.singleShot(0, lambda: open_log(folder / LOGS))
    speak(remembered(folder).get("language", "es"))
    return Program(folder, SystemClock(), speak)


def speak(language: str) -> None:
    chosen = language if language in LANGUAGES else "es"
    set_language(chosen)
    app = QApplication.instance()
    if app is not None:
        qt_words.speak(app, chosen)


def open_window(folder: Path) -> int:
    """Run until the window is closed; the exit code."""
    app = make_application([])
    program = first_window(folder)
    program.guard(app)
    program.show()
    code = app.exec()
    program.leave()
    return code
