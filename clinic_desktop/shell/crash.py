"""When the program makes a mistake: it is noted by kind and place, and told without any value."""

import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtWidgets import QApplication, QWidget

from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.logs import log_bug
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.layouts import row
from clinic_desktop.uikit.marks import Seal
from clinic_desktop.uikit.theme import S4
from clinic_desktop.uikit.voice import crash_sentence
from clinic_desktop.uikit.words import Text
from clinic_desktop.uikit.worker import Courier


class CrashDialog(Sheet):
    def __init__(self, error: BaseException, parent: QWidget | None) -> None:
        self.place = Text(place_of(error), "small", color="quiet", wrap=True)
        told = Text(crash_sentence(error), wrap=True)
        hint = Text(_("You can go on. If it happens again, tell whoever helps you these words:"), wrap=True)
        told_line = row(Seal("alert-circle", "danger", 40), (told, 1), gap=S4)
        super().__init__(_("A mistake of the program"), parent, told_line)
        self.body.addWidget(hint)
        self.body.addWidget(self.place)
        self.add_deed(Button(_("Copy these words"), kind="quiet"), self._copy)
        self.yes = self.add_deed(Button(_("Go on"), kind="primary"), self.accept)
        self.yes.setFocus()

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.place.text())


def place_of(error: BaseException) -> str:
    """Kind, file and line, nothing that anybody typed: "KeyError at tables.py:88 row"."""
    steps = traceback.extract_tb(error.__traceback__)[-4:]
    where = " < ".join(f"{Path(step.filename).name}:{step.lineno} {step.name}" for step in reversed(steps))
    return f"{type(error).__name__} at {where}" if where else type(error).__name__


class _Open:
    dialog: CrashDialog | None = None


def show_crash(error: BaseException, parent: QWidget | None) -> None:
    """One dialog at a time: a mistake that repeats must not bury the window."""
    if _Open.dialog is not None:
        return
    dialog = CrashDialog(error, parent)
    dialog.destroyed.connect(_closed)
    _Open.dialog = dialog
    dialog.open()


def _closed() -> None:
    _Open.dialog = None


def install(courier: Courier) -> None:
    """Let no mistake go unnoted, on whatever thread; `courier` brings the dialog to the thread of the windows."""

    def told(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error if error is not None else kind(), trace)
            return
        log_bug(error, "unexpected")
        courier.bring(lambda: show_crash(error, QApplication.activeWindow()))

    sys.excepthook = told
    threading.excepthook = lambda args: told(args.exc_type, args.exc_value, args.exc_traceback)
