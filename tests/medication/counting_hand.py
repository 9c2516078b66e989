"""Somebody who types one count after another and closes each, in a process of its own, until it is killed.

    python counting_hand.py DATA_FOLDER LOT_ID LOG

LOG says which numbers are kept and which counts are closed, after the program told it; LOG is of the test.
"""

import os
import sys
from functools import partial
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtWidgets import QApplication

from clinic_desktop.app import tables  # noqa: F401  (declares every table)
from clinic_desktop.features.medication.queries import counting as queries
from clinic_desktop.features.medication.rules.tally import Scope
from clinic_desktop.features.medication.screens.counting_entry import CountEntry
from clinic_desktop.features.medication.screens.counting_kept import begin
from clinic_desktop.features.medication.service import counting
from clinic_desktop.kernel.clock import SystemClock
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.keys import open_with_password, read_header
from clinic_desktop.storage.opening import open_vault
from clinic_desktop.storage.throttle import Throttle
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.office import Office

PASSWORD = "mesa lago pino tela"


def main(folder: Path, lot_id: str, log: Path) -> None:
    clock = SystemClock()
    person = read_header(folder).people[0]
    opened = open_with_password(folder, person.slot_id, PASSWORD, Throttle(folder, clock))
    app = QApplication([])
    theme.start(app)
    actor = Actor(opened.staff_id, "Typist", frozenset(Permission))
    office = Office(open_vault(folder, opened, clock), actor, immediate=True)
    with log.open("ab", buffering=0) as out:
        for units in range(1000, 9000):
            entry = CountEntry(office, begin(office, office.ask(queries.lots_in, Scope.EVERYTHING), "", office.now()))
            entry.answer.setText(f"{units}")
            entry.next.click()
            out.write(f"kept {units} {entry.count.count_id}\n".encode())
            entry.count.tally.reasons[lot_id] = "se contó"
            closing = entry.count.closed(None, "Berta Pop", "")
            office.do(partial(counting.close_count, count=closing), entry)
            out.write(f"closed {units} {entry.count.count_id}\n".encode())
            entry.deleteLater()
            app.processEvents()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
