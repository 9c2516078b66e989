"""What stands behind "USB stick": a clinic's path, or the central's desk."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.bundles.screens.central import CentralDesk
from clinic_desktop.features.bundles.screens.clinic import ClinicStick
from clinic_desktop.uikit.office import Office


def stick_screen(office: Office) -> QWidget:
    if office.ask(lambda reading: reading.place.is_central):
        return CentralDesk(office)
    return ClinicStick(office)
