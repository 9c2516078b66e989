"""The room of the stick: what a clinic carries, and the central's desk."""

from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import Place, Room


def _stick(office: Office, **arguments: Any) -> QWidget:
    from clinic_desktop.features.bundles.screens.stick import stick_screen

    return stick_screen(office, **arguments)


def _waits(office: Office) -> int:
    from clinic_desktop.features.bundles.queries.waiting import attention

    return office.ask(attention)


ROOM = Room(
    "bundles",
    places=(
        Place(
            "stick",
            N_("Stick"),
            "device-usb",
            frozenset({Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES}),
            _stick,
            order=60,
            waits=_waits,
            wait_tables=frozenset({"message", "message_event", "bundle_log", "finding", "peer_device"}),
        ),
    ),
)
