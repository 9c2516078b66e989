"""A person typing a delivery, in a process of its own, until it is killed: `python receiver.py DATA_FOLDER LOG`.

After each line its number is written to LOG, which is of the test, not of the program.
"""

import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from clinic_desktop.app import tables  # noqa: F401  (declares every table)
from clinic_desktop.features.medication.screens.receiving import ReceivePage
from clinic_desktop.kernel.clock import SystemClock
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.keys import open_with_password, read_header
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.throttle import Throttle
from clinic_desktop.storage.vault_lock import VaultLock
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.office import Office
from tests.consults.typist import PASSWORD


def main(folder: Path, log: Path) -> None:
    clock = SystemClock()
    VaultLock(folder).take()
    person = read_header(folder).people[0]
    opened = open_with_password(folder, person.slot_id, PASSWORD, Throttle(folder, clock))
    vault = open_vault(folder, opened, clock)
    app = QApplication([])
    theme.start(app)
    page = ReceivePage(Office(vault, Actor(opened.staff_id, "Receiver", frozenset(Permission))))
    page.resize(1282, 611)
    page.show()
    with log.open("ab", buffering=0) as out:

        def type_line() -> None:
            for editor, text in (
                (page.product, "flu"),
                (page.lot, f"l{len(page.lines)}"),
                (page.expiry, "0635"),
                (page.units, "3x20"),
            ):
                QTest.keyClicks(editor, text)
                QTest.keyClick(editor, Qt.Key.Key_Return)
            out.write(f"{len(page.lines)}\n".encode())

        hand = QTimer()
        hand.timeout.connect(type_line)
        hand.start(300)
        app.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
