"""A clinic's side of the stick: carrying and taking in, and what the offices say to each other."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.tabbed import Tab, TabbedScreen


def _stick(office: Office) -> QWidget:
    from clinic_desktop.features.bundles.screens.clinic import ClinicStick

    return ClinicStick(office)


TABS = (Tab("stick", N_("Stick"), (Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES), _stick),)


class VillageScreen(TabbedScreen):
    def __init__(self, office: Office, *, tab: str = "", parent: QWidget | None = None) -> None:
        super().__init__(office, TABS, tab, parent)
