"""A person typing a registration, in a process of its own, until it is killed.

    python registrar.py DATA_FOLDER LOG

Each letter is written to LOG with its time before the next one is typed; LOG is of the test, not of the program.
"""

import os
import sys
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from clinic_desktop.app import tables  # noqa: F401  (declares every table)
from clinic_desktop.features.patients.screens.registration import RegistrationScreen
from clinic_desktop.kernel.clock import SystemClock
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.keys import open_with_password, read_header
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.throttle import Throttle
from clinic_desktop.storage.vault_lock import VaultLock
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.office import Office

PASSWORD = "mesa lago pino tela"
LETTERS = "chavajay guarchaj tzunun "


def main(folder: Path, log: Path) -> None:
    clock = SystemClock()
    VaultLock(folder).take()
    person = read_header(folder).people[0]
    opened = open_with_password(folder, person.slot_id, PASSWORD, Throttle(folder, clock))
    vault = open_vault(folder, opened, clock)
    app = QApplication([])
    theme.start(app)
    office = Office(vault, Actor(opened.staff_id, "Typist", frozenset(Permission)))
    screen = RegistrationScreen(office, words="ana")
    screen.resize(1282, 611)
    screen.show()
    field = screen.form.fields["known_as"].editor
    field.setFocus()
    typed = 0
    with log.open("ab", buffering=0) as out:

        def type_one() -> None:
            nonlocal typed
            QTest.keyClicks(field, LETTERS[typed % len(LETTERS)])
            typed += 1
            out.write(f"{time.monotonic_ns()} {typed}\n".encode())

        hand = QTimer()
        hand.timeout.connect(type_one)
        hand.start(40)
        app.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
