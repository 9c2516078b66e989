"""The proof of the shelf at the start of the day: what does not add up stands in the footer until it is mended."""

from collections.abc import Iterable

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from clinic_desktop.features.medication.queries import proof
from clinic_desktop.features.medication.queries.proof import Discrepancy
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.shell.slots import StatusItem
from clinic_desktop.uikit.office import Office

TABLES = frozenset({"stock_movement", "stock_count_line", "stock_disposal", "medication_dispense"})
AGAIN_AFTER = 60_000
"""Milliseconds after a change of the stock, a merge too; over many years it rests longer than it works."""
REST = 20
READERS = (Permission.SEE_STOCK, Permission.DISPENSE, Permission.RECEIVE_STOCK, Permission.CORRECT_STOCK)


class ShelfProof(QObject):
    """For whoever may open the place of medicines; nobody else learns of it."""

    told = Signal()

    def __init__(self, office: Office, parent: QObject) -> None:
        super().__init__(parent)
        self._office = office
        self._found = 0
        self._took = QElapsedTimer()
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_AFTER)
        self._again.timeout.connect(self.prove)

    def prove(self) -> None:
        if self._office.may(*READERS):
            self._took.start()
            self._office.run_long(proof.check_in_steps, None, then=self._take, failed=lambda _error: None, apart=True)

    def prove_later(self) -> None:
        if not self._again.isActive():
            self._again.start()

    def words(self) -> Iterable[StatusItem]:
        """For the footer: how many things do not add up. Which, says the shelf."""
        if not self._found:
            return ()
        from clinic_desktop.features.medication.screens.stock_sheets import say_many

        return (StatusItem(say_many(self._found), "alert-triangle", "warning", place="medicines"),)

    def _take(self, found: tuple[Discrepancy, ...]) -> None:
        self._again.setInterval(max(AGAIN_AFTER, self._took.elapsed() * REST))
        self._found = len(found)
        self.told.emit()
