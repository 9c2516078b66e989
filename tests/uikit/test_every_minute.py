"""What is read again each minute stops by itself when the data are locked under it."""

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from clinic_desktop.storage.vault import Vault
from clinic_desktop.uikit.office import Office


def test_a_page_whose_vault_was_closed_is_left_in_peace(office: Office, vault: Vault, qtbot: Any) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    days: list[object] = []
    office.every_minute(page, lambda: days.append(office.today()))
    timer = page.findChild(QTimer)
    assert timer is not None
    timer.timeout.emit()
    assert days == [], "a page that cannot be seen is not read"
    page.show()
    timer.timeout.emit()
    assert len(days) == 1
    vault.close()
    timer.timeout.emit()
    assert len(days) == 1
    assert not timer.isActive()
