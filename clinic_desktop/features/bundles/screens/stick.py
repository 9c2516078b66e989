"""What stands behind "USB stick": a clinic's path, or the central's desk."""

from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.bundles.screens.desk import DeskScreen
from clinic_desktop.features.bundles.screens.village import VillageScreen
from clinic_desktop.uikit.office import Office


def stick_screen(office: Office, **arguments: Any) -> QWidget:
    if office.ask(lambda reading: reading.place.is_central):
        return DeskScreen(office, **arguments)
    return VillageScreen(office, **arguments)
