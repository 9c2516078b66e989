"""The real window in Spanish, as the old laptop at the desk shows it."""

from typing import Any

from clinic_desktop.app import house
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.shell.frame import Frame
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.office import Office


def open_front(vault: Vault, who: Actor, qapp: Any, qtbot: Any, *, immediate: bool = True) -> tuple[Frame, Office]:
    """In front and active. The office is to be closed by whoever asked."""
    set_language("es")
    theme.start(qapp)
    house.furnish()
    office = Office(vault, who, immediate=immediate)
    frame = Frame(office, house.places(), house.frame_slots(lambda: None), home="today")
    qtbot.addWidget(frame)
    frame.resize(1366, 697)
    frame.show()
    with qtbot.waitActive(frame):
        frame.activateWindow()
    return frame, office
