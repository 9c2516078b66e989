"""What a helper on the telephone asks for: versions, screen, the newest lines of the log. No patient data."""

import platform
import sys
from collections.abc import Sequence
from pathlib import Path

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from clinic_desktop.kernel.i18n import _, language

Facts = Sequence[tuple[str, str]]


def versions(program: str) -> list[tuple[str, str]]:
    """Words and numbers of this machine; the words are translated, the numbers are not."""
    return [
        (_("Program"), program or "-"),
        ("Python", platform.python_version()),
        ("Qt", f"{qVersion()} (PySide {PySide6.__version__})"),
        ("SQLCipher", _cipher_version()),
        (_("System"), f"{platform.system()} {platform.release()} {platform.machine()}"),
        (_("Screen"), _screen()),
        (_("Language"), language()),
        (_("Installed in"), str(Path(sys.prefix).name)),
    ]


def _cipher_version() -> str:
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        return "-"
    return str(dbapi2.sqlite_version)


def _screen() -> str:
    screen = QGuiApplication.primaryScreen()
    size = screen.size()
    return f"{size.width()} x {size.height()}, {round(screen.devicePixelRatio() * 100)} %"
