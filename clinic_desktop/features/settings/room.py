"""The room of what a clinic may change."""

from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import Place, Room


def _settings(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.settings.screens.settings import SettingsScreen

    return SettingsScreen(office)


ROOM = Room(
    "settings",
    places=(Place("settings", N_("Settings"), "settings", frozenset({Permission.KEEP_SETTINGS}), _settings, order=90),),
)
