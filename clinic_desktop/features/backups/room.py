"""The room of the backups."""

from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import Place, Room


def _backups(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.backups.screens.backups import BackupsScreen

    return BackupsScreen(office)


ROOM = Room(
    "backups",
    places=(Place("backups", N_("Backups"), "shield-check", frozenset({Permission.KEEP_BACKUPS}), _backups, order=70),),
)
