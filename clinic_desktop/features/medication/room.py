"""The room of medicines."""

from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import Place, Room


def _medicines(office: Office, **arguments: Any) -> QWidget:
    from clinic_desktop.features.medication.screens.medicines import MedicinesScreen

    return MedicinesScreen(office, **arguments)


def _supply(office: Office, **arguments: Any) -> QWidget:
    from clinic_desktop.features.medication.screens.supply import SupplyScreen

    return SupplyScreen(office, **arguments)


_SUPPLIERS = frozenset(
    {
        Permission.COUNT_STOCK,
        Permission.ORDER_STOCK,
        Permission.KEEP_REGISTER,
        Permission.RECALL_LOTS,
        Permission.KEEP_PARTNERS,
        Permission.KEEP_CATALOGS,
    }
)

ROOM = Room(
    "medication",
    places=(
        Place(
            "medicines",
            N_("Medicines"),
            "pill",
            frozenset({Permission.SEE_STOCK, Permission.DISPENSE, Permission.RECEIVE_STOCK, Permission.CORRECT_STOCK}),
            _medicines,
            order=30,
        ),
        Place("supply", N_("Supply"), "packages", _SUPPLIERS, _supply, order=35),
    ),
)
