"""The room of the day."""

from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import Place, Room


def _today(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.agenda.screens.today import TodayScreen

    return TodayScreen(office)


ROOM = Room(
    "agenda",
    places=(Place("today", N_("Today"), "home", frozenset({Permission.SEE_DAY}), _today, order=10),),
)
