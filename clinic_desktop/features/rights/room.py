"""The room of a person's rights: who was asked how they were treated, complaints, force, wishes, own data."""

from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import Place, Room


def _lists(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.rights.screens.lists import RightsLists

    return RightsLists(office)


def _person(office: Office, *, patient_id: str, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.rights.screens.person import PersonRights

    return PersonRights(office, patient_id)


_MAY = frozenset({Permission.ASK_RIGHTS, Permission.ANSWER_COMPLAINTS, Permission.READ_CHART})

ROOM = Room(
    "rights",
    places=(
        Place("rights", N_("Rights"), "clipboard-check", _MAY, _lists, order=55),
        Place("person-rights", N_("Rights of a person"), "clipboard-check", _MAY, _person, rail=False, under="rights"),
    ),
)
