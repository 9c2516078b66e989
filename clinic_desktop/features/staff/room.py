"""The room of the people who work here."""

from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import Place, Room


def _team(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.staff.screens.team import TeamScreen

    return TeamScreen(office)


def _own(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.staff.screens.own import OwnPasswordScreen

    return OwnPasswordScreen(office)


ROOM = Room(
    "staff",
    places=(
        Place("team", N_("Team"), "users-group", frozenset({Permission.KEEP_STAFF}), _team, order=80),
        Place("own", N_("Change my password"), "key", frozenset(), _own, rail=False),
    ),
)
